"""Generator functions, consumed where they are called.

    for x in pairs(xs):          the body of `pairs` is compiled here, and that of the loop
        total += x               stands where it yields

A `break` or `return` of the loop leaves the generator as its own `return` does. Where the consumer cannot stand in the
generator (`next` in several places, `zip`, a generator that calls itself), and running it to its end first makes no
difference, a version of the function is compiled that returns a list.

Comes before: `renaming.py`, `loops.py`, `exits.py`. Comes after: `calls.py`, `iterators.py`, `builtin_iteration.py`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.environment import PoisonedValue, UndefinedValue
from portfire.frontend.script.functions.renaming import YIELDS, own_names, own_nodes, parameters_of, renamed, shown_name
from portfire.frontend.script.statements.exits import Flow, Region, enter_region, is_certainly, leave_region
from portfire.frontend.script.types.annotation_scope import AnnotationScope
from portfire.frontend.script.types.annotations import is_unparametrised, type_from_annotation
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import CHANGING, Iteration, StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import Block, Value
from portfire.ir.types import ListType, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portfire.frontend.script.emitter import Emitter, FunctionContext
    from portfire.frontend.script.functions.calls import Callee
    from portfire.frontend.script.source import FunctionSource

Body = Callable[[StaticValue], Flow]
_Node = TypeVar("_Node", bound=ast.AST)
#: What the list version of a generator calls the list.
_YIELDED = "_yielded"


class GeneratorValue(StaticValue):
    """What a call of a generator function gives: the function and its arguments, nothing of which has run."""

    def __init__(self, callee: Callee, values: Mapping[str, StaticValue]) -> None:
        self.callee = callee
        self.values = dict(values)
        #: The list of what it yields, once something has asked for that.
        self._list: RuntimeValue | None = None

    @property
    def _function(self) -> ast.FunctionDef:
        node = self.callee.signature.source.node
        assert isinstance(node, ast.FunctionDef)
        return node

    def describe(self) -> str:
        """See the base class."""
        return f"the generator '{self.callee.called}'"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        raise emitter.fail(
            "not-a-value",
            f"{self.describe()} cannot leave the function that makes it",
            notes=("a generator is compiled into the loop that consumes it",),
            help="loop over it here, or make a list of it: `list(...)`",
        )

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return self.collected(emitter).iterate(emitter)

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return self.collected(emitter).unpack(emitter, count)

    # Consumed in place

    def emit_each(self, emitter: Emitter, names: Iterable[str], body: Body, orelse: Sequence[ast.stmt]) -> Flow:
        """A loop over what it yields; `names` are the variables that `body` assigns."""
        from portfire.frontend.script.statements.loops import emit_iteration, leave_unrolled

        if self._has_list(emitter) or self.callee.key in emitter.running or _yields_in_handled(self._function):
            return emit_iteration(emitter, self.collected_early(emitter), names, body, orelse)
        consumer = emitter.context
        source, values = self.in_scope_of(emitter)
        region = enter_region(emitter, is_loop=True)
        own = own_names(source.node)
        for node in own_nodes(source.node):
            if isinstance(node, YIELDS):
                node.assigns = frozenset(names)  # type: ignore[union-attr]
        chain = emitter.chain
        with self.entering(emitter, source, region, lambda v: _resume(emitter, consumer, chain, region, v, body)):
            for name in own - set(values):
                emitter.frame.assign(name, UndefinedValue(f"'{shown_name(name)}' is assigned only later"))
            for name, value in values.items():
                emitter.frame.assign(name, value)
            flow = self.emit_body(emitter, source)
        emitter.context = consumer
        leave_region(emitter, region)
        for name in (*values, *own):
            emitter.frame.assigned.pop(name, None)
        return flow if flow is Flow.RAISES else leave_unrolled(emitter, region, orelse)

    def emit_body(self, emitter: Emitter, source: FunctionSource) -> Flow:
        """Compile the generator's statements."""
        from portfire.frontend.script.statements.statements import emit_statements

        inner = enter_region(emitter, is_loop=False)
        inner.is_generator = True
        flow = emit_statements(emitter, getattr(source.node, "body", []))
        leave_region(emitter, inner)
        return flow

    def in_scope_of(self, emitter: Emitter) -> tuple[FunctionSource, dict[str, StaticValue]]:
        """The function with variables of its own among those of the consumer, and what its parameters are."""
        from portfire.frontend.script.functions.local_functions import nonlocal_names

        function, callee = self._function, self.callee
        names = own_names(function)
        values = dict(self.values)
        free = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} - names
        is_around = callee.scope is not None and emitter.frame.scope.sees(callee.scope)
        for name in sorted(free) if not is_around else ():
            captured = callee.captured.lookup(name) if callee.captured is not None else None
            if captured is not None:
                values[name] = captured
            if captured is not None or emitter.lookup(name) is not None:
                names.add(name)
        emitter.compiler.region_count += 1
        number = emitter.compiler.region_count
        source = callee.signature.source
        nested = source.nested(renamed(function, names, number), source.name)
        emitter.shared.update(f"{name}@{number}" for name in nonlocal_names(function))
        return nested, {f"{name}@{number}": value for name, value in values.items()}

    @contextmanager
    def entering(self, emitter: Emitter, source: FunctionSource, region: Region, resume: Body) -> Iterator[None]:
        """Compile the generator's own statements: among the consumer's variables, with the generator's global names.
        `resume` is what a `yield` does; `region` is what the consumer leaves by it."""
        from portfire.frontend.script.emitter import FunctionContext

        consumer, callee, chain = emitter.context, self.callee, emitter.chain
        arguments = source.node.args
        first = next(iter((*arguments.posonlyargs, *arguments.args)), None)
        context = FunctionContext(
            source,
            lambda name: callee.lookup(shown_name(name)),
            emitter.frame.scope,
            None,
            callee.defining_class,
            first.arg if first is not None else None,
        )
        context.suspended = (*consumer.suspended, region)
        context.resume = resume
        emitter.context = context
        if emitter.range is not None:
            emitter.chain = (*chain, emitter.range)
        emitter.running.append(callee.key)
        try:
            yield
        finally:
            emitter.running.pop()
            emitter.context, emitter.chain = consumer, chain

    # Made a list

    def collected_early(self, emitter: Emitter) -> StaticValue:
        """A list of what it yields, although its consumer would run in between; fails where that makes a difference."""
        why = None if self._has_list(emitter) else _why_order_matters(self._function)
        if why is not None:
            raise emitter.fail(
                "unsupported-call",
                f"{self.describe()} cannot be made a list before it is consumed: {why}",
                notes=("only a loop over the generator runs it step by step",),
                help="loop over it with `for`, or let it return a list",
            )
        return self.collected(emitter)

    def collected(self, emitter: Emitter) -> StaticValue:
        """A list of all it yields: the result of a version of the function that collects it."""
        from portfire.frontend.script.functions.calls import call_bound

        if self._list is None or not self._has_list(emitter):
            found = call_bound(emitter, _list_version(emitter, self.callee, self._function), self.values)
            self._list = found if isinstance(found, RuntimeValue) else None
            return found
        return self._list

    def _has_list(self, emitter: Emitter) -> bool:
        """Whether it has been made a list where the program is now."""
        if self._list is None:
            return False
        block: Block | None = emitter.builder.block
        while block is not None and block is not self._list.value.block:
            block = block.owning_node.block if block.owning_node is not None else None
        return block is not None

    def stored(self, emitter: Emitter, name: str) -> StaticValue:
        """What a variable holds that this is assigned to: the generator if the next loop consumes it, else an iterator."""
        from portfire.frontend.script.values.iterators import IteratorValue

        if is_consumed_once(emitter.context.source.node, name):
            return self
        return IteratorValue(emitter, self.collected_early(emitter))


def _resume(
    emitter: Emitter,
    consumer: FunctionContext,
    chain: tuple[Any, ...],
    region: Region,
    value: StaticValue,
    body: Body,
) -> Flow:
    """What a `yield` does: the body of the loop, in the consumer; then the generator goes on, or is left."""
    from portfire.frontend.script.statements.control_flow import emit_if_value

    generator, own_chain, outer = emitter.context, emitter.chain, consumer.region
    running = emitter.running
    emitter.context, emitter.chain, consumer.region = consumer, chain, region
    emitter.running = []
    emitter.frame.assign(region.exit, FALSE_VALUE)
    try:
        flow = body(value)
    finally:
        emitter.context, emitter.chain, consumer.region = generator, own_chain, outer
        emitter.running = running
    if flow is Flow.RAISES:
        return flow
    stop = emitter.lookup(region.stop) or FALSE_VALUE
    if is_certainly(stop, False):
        return Flow.FALLS
    if is_certainly(stop, True):
        return _close(emitter)
    return emit_if_value(emitter, stop, lambda: _close(emitter), lambda: Flow.FALLS)


def _close(emitter: Emitter) -> Flow:
    """Leave the generator because its consumer was left. What the consumer has assigned stays."""
    region = emitter.context.region
    assert region is not None
    flags = [region.function.exit] + ([region.exit, region.stop] if region.is_loop else [])
    for flag in flags:
        emitter.frame.assign(flag, TRUE_VALUE)
    emitter.frame.assign(region.function.value, NONE_VALUE)
    return Flow.EXITS


def emit_yield(emitter: Emitter, node: ast.Yield | ast.YieldFrom) -> Flow:
    """`yield value`, `yield from values` as statements."""
    from portfire.frontend.script.statements.loops import emit_iteration
    from portfire.frontend.script.statements.unsupported import explain_unsupported
    from portfire.frontend.script.values.expressions import emit_expression

    resume = emitter.context.resume
    if resume is None:
        raise explain_unsupported(emitter, node)
    if isinstance(node, ast.Yield):
        return resume(_yielded(emitter, node))
    names: frozenset[str] = getattr(node, "assigns", frozenset())
    return emit_iteration(emitter, emit_expression(emitter, node.value), names, resume)


def _yielded(emitter: Emitter, node: ast.Yield) -> StaticValue:
    from portfire.frontend.script.values.expressions import emit_expression

    if node.value is None:
        return NONE_VALUE
    if emitter.compiler.is_thorough:  # the consumer may have obstacles of its own
        with emitter.recovering():
            return emit_expression(emitter, node.value)
        return PoisonedValue()
    return emit_expression(emitter, node.value)


# The version that returns a list


def _list_version(emitter: Emitter, callee: Callee, function: ast.FunctionDef) -> Callee:
    signature, source = callee.signature, callee.signature.source
    made = copy.deepcopy(function)
    made.body = [
        _placed(ast.Assign([ast.Name(_YIELDED, ast.Store())], ast.List([], ast.Load())), function),
        *[_Collecting().visit(s) for s in made.body],
        _placed(ast.Return(ast.Name(_YIELDED, ast.Load())), function),
    ]
    element = _element_type(emitter, callee, function)
    collecting = replace(
        signature,
        source=source.nested(made, source.name),
        return_type=ListType(element) if element is not None else None,
    )
    return replace(callee, signature=collecting, key=("collected", callee.key))


def _element_type(emitter: Emitter, callee: Callee, function: ast.FunctionDef) -> Type | None:
    """What the function yields, where `-> Iterator[T]` says it."""
    returns = function.returns
    if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
        try:
            returns = ast.parse(returns.value, mode="eval").body
        except SyntaxError:
            return None
    if not isinstance(returns, ast.Subscript):
        return None
    element = returns.slice.elts[0] if isinstance(returns.slice, ast.Tuple) and returns.slice.elts else returns.slice
    scope = AnnotationScope(emitter.compiler.classes, callee.lookup, callee.signature.source.head)
    try:
        return None if is_unparametrised(element, scope) else type_from_annotation(element, scope)
    except CompileAbort:
        return None


class _Collecting(ast.NodeTransformer):
    """`yield x` as an append, `return` as a return of the list."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Yield):
            value = node.value.value or ast.Constant(None)
            return _placed(ast.Expr(_append(value, node)), node)
        if isinstance(node.value, ast.YieldFrom):
            item = ast.Name("_item", ast.Load())
            body: list[ast.stmt] = [_placed(ast.Expr(_append(item, node)), node)]
            return _placed(ast.For(ast.Name("_item", ast.Store()), node.value.value, body, []), node)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        return _placed(ast.Return(ast.Name(_YIELDED, ast.Load())), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node


def _append(value: ast.expr, place: ast.AST) -> ast.expr:
    method = ast.Attribute(ast.Name(_YIELDED, ast.Load()), "append", ast.Load())
    return _placed(ast.Call(method, [value], []), place)


def _placed(node: _Node, place: ast.AST) -> _Node:
    """The node and those in it that have no place at `place`."""
    for inner in ast.walk(node):
        if hasattr(inner, "_attributes") and "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, place)
    return node


# What may be collected early, or stays a generator


def _yields_in_handled(function: ast.FunctionDef) -> bool:
    """Whether an `except` stands around a `yield`: it would also catch what the consumer raises."""
    return any(
        isinstance(node, ast.Try)
        and node.handlers
        and any(isinstance(n, YIELDS) for s in node.body for n in ast.walk(s))
        for node in own_nodes(function)
    )


def _why_order_matters(function: ast.FunctionDef) -> str | None:
    """Why it makes a difference when the generator runs; None if it makes none."""
    own = own_names(function) - parameters_of(function)
    for node in own_nodes(function):
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value):
            return "it may not end"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            return "it prints"
        if isinstance(node, (ast.Raise, ast.Assert)):
            return "it may raise"
        is_target = isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load)
        if is_target and isinstance(node, ast.expr) and _root(node) not in own:
            return "it changes what others see"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if (name in CHANGING or (name.endswith("_") and not name.endswith("__"))) and _root(node.func) not in own:
                return "it changes what others see"
    return None


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def is_consumed_once(function: ast.AST, name: str) -> bool:
    """Whether the variable is read in one place, in the same round of the loops around as where it is assigned."""
    reads = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
    writes = [
        n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
    ]
    if len(reads) != 1 or len(writes) > 1:
        return False
    repeated = [
        (n, {id(i) for part in _repeated(n) for i in ast.walk(part)}) for n in ast.walk(function) if n is not function
    ]
    around = [[id(n) for n, inner in repeated if id(name_) in inner] for name_ in (*reads, *writes[:1])]
    return around[0] == around[1] if len(around) == 2 else not around[0]


def _repeated(node: ast.AST) -> Sequence[ast.AST]:
    """The parts of a node that may run several times where it stands once."""
    if isinstance(node, ast.For):
        return (*node.body, *node.orelse)
    if isinstance(node, ast.While):
        return (node.test, *node.body, *node.orelse)
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        return (node,)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        values = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        first = node.generators[0]
        return (*values, first.target, *first.ifs, *node.generators[1:])
    return ()


# Counted


class CountedGenerator(StaticValue):
    """`enumerate(generator)`."""

    def __init__(self, generator: GeneratorValue, start: StaticValue) -> None:
        self.generator = generator
        self.start = start

    def describe(self) -> str:
        """See the base class."""
        return f"an enumerate of {self.generator.describe()}"

    def stored(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class. See `GeneratorValue.stored`."""
        from portfire.frontend.script.builtins.builtin_iteration import EnumerateValue, to_list
        from portfire.frontend.script.values.iterators import IteratorValue

        if is_consumed_once(emitter.context.source.node, name):
            return self
        counted = EnumerateValue(self.generator.collected_early(emitter), self.start)
        return IteratorValue(emitter, to_list(emitter, counted))

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        from portfire.frontend.script.builtins.builtin_iteration import EnumerateValue

        return EnumerateValue(self.generator.collected(emitter), self.start).iterate(emitter)

    def emit_each(self, emitter: Emitter, names: Iterable[str], body: Body, orelse: Sequence[ast.stmt]) -> Flow:
        """A loop over the pairs."""
        emitter.compiler.region_count += 1
        counter = f"count@{emitter.compiler.region_count}"
        emitter.frame.assign(counter, self.start)

        def counted(item: StaticValue) -> Flow:
            number = emitter.lookup(counter)
            assert number is not None
            emitter.frame.assign(counter, emitter.builtin("aten::add", [number, ConstantValue(1)]))
            return body(TupleValue([number, item]))

        try:
            return self.generator.emit_each(emitter, {*names, counter}, counted, orelse)
        finally:
            emitter.frame.assigned.pop(counter, None)
