"""`with` on a generator function that `contextlib.contextmanager` decorates: the body of the `with` stands where it yields.

    @contextmanager
    def scaled(x):
        y = x * 2               with scaled(x) as y:          y = x * 2
        try:                        body             ->       try: body
            yield y                                           finally: note(y)
        finally: note(y)

`return`, `break` and `continue` in the body only set flags (`exits.py`); they are put aside while the rest of the generator
runs, as Python runs it, and put back after it.

Comes before: `generators.py`, `exits.py`. Comes after: `with_statement.py`.
"""

from __future__ import annotations

import ast
import contextlib
import types
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.environment import UndefinedValue
from portfire.frontend.script.functions.generators import GeneratorValue
from portfire.frontend.script.functions.renaming import YIELDS, own_names, own_nodes, shown_name
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.statements.exits import Flow, Region, is_certainly
from portfire.frontend.script.values.constant_values import FALSE_VALUE, TRUE_VALUE, ConstantValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.values.static_values import StaticValue

Body = Callable[["StaticValue"], Flow]


def generator_behind(function: Any) -> Any:
    """The generator function that `contextmanager` has decorated; other functions as they are."""
    code = getattr(function, "__code__", None)
    is_wrapper = (
        isinstance(function, types.FunctionType) and code is not None and code.co_filename == contextlib.__file__
    )
    return getattr(function, "__wrapped__", function) if is_wrapper else function


class _Left:
    """How the body of the `with` was left, while the rest of the generator runs."""

    def __init__(self, emitter: Emitter, region: Region, *, may_not_yield: bool) -> None:
        self.may_not_yield = may_not_yield
        emitter.compiler.region_count += 1
        number = emitter.compiler.region_count
        flags = (region.exit, region.stop, region.broken, region.function.exit, region.function.value)
        self.value = region.function.value
        self.saved = {flag: f"$left{number}_{i}" for i, flag in enumerate(dict.fromkeys(flags))}
        self.entered = f"$entered{number}"
        self.flows: list[tuple[Flow, bool]] = []
        for name in (self.entered, *(s for flag, s in self.saved.items() if flag != self.value)):
            emitter.frame.assign(name, FALSE_VALUE)

    def put_aside(self, emitter: Emitter, flow: Flow) -> Flow:
        """After the body. Returns the flow in the generator."""
        self.flows.append((flow, emitter.frame.is_dead))
        if flow is Flow.RAISES:
            return flow
        emitter.frame.assign(self.entered, TRUE_VALUE)
        if flow is not Flow.FALLS:
            for flag, saved in self.saved.items():
                value = emitter.lookup(flag)
                if value is not None:
                    emitter.frame.assign(saved, value)
                    if flag != self.value:
                        emitter.frame.assign(flag, FALSE_VALUE)
            emitter.frame.is_dead = False
        return Flow.FALLS

    def put_back(self, emitter: Emitter) -> Flow:
        """After the generator. Returns the flow of the `with`."""
        entered = emitter.lookup(self.entered) or FALSE_VALUE
        if self.may_not_yield and not is_certainly(entered, True):
            emit_check(emitter, entered, ConstantValue("generator didn't yield"), "builtins.RuntimeError")
        flows = {flow for flow, _ in self.flows if flow is not Flow.RAISES}
        if flows <= {Flow.FALLS}:
            return Flow.FALLS
        for flag, saved in self.saved.items():
            value = emitter.lookup(saved)
            if value is not None:
                emitter.frame.assign(flag, value)
        if flows == {Flow.EXITS}:
            emitter.frame.is_dead = all(is_dead for _, is_dead in self.flows)
            return Flow.EXITS
        return Flow.MAY_EXIT


def emit_with_generator(emitter: Emitter, generator: GeneratorValue, names: Iterable[str], body: Body) -> Flow:
    """A `with` whose body, which assigns `names`, is compiled where the generator yields."""
    consumer, chain = emitter.context, emitter.chain
    region = consumer.region
    assert region is not None
    source, values = generator.in_scope_of(emitter)
    _check_yields_once(emitter, generator, source.node)
    own = own_names(source.node)
    for node in own_nodes(source.node):
        if isinstance(node, YIELDS):
            node.assigns = frozenset(names)  # type: ignore[union-attr]
    left = _Left(emitter, region, may_not_yield=_may_not_yield(source.node))

    def resume(value: StaticValue) -> Flow:
        inner, inner_chain, running = emitter.context, emitter.chain, emitter.running
        emitter.context, emitter.chain, emitter.running = consumer, chain, []
        try:
            flow = body(value)
        finally:
            emitter.context, emitter.chain, emitter.running = inner, inner_chain, running
        return left.put_aside(emitter, flow)

    with generator.entering(emitter, source, region, resume):
        for name in own - set(values):
            emitter.frame.assign(name, UndefinedValue(f"'{shown_name(name)}' is assigned only later"))
        for name, value in values.items():
            emitter.frame.assign(name, value)
        flow = generator.emit_body(emitter, source)
    for name in (*values, *own):
        emitter.frame.assigned.pop(name, None)
    return flow if flow is Flow.RAISES else left.put_back(emitter)


def _may_not_yield(function: ast.AST) -> bool:
    """Whether every `yield` stands in an `if`, and none where an exception may hide that it was reached."""
    nodes = list(own_nodes(function))
    yields = {id(n) for n in nodes if isinstance(n, YIELDS)}
    tries = {id(i) for n in nodes if isinstance(n, ast.Try) for i in ast.walk(n)}
    branches = {id(i) for n in nodes if isinstance(n, (ast.If, ast.Match)) for i in ast.walk(n)}
    return yields <= branches and not yields & tries


def _check_yields_once(emitter: Emitter, generator: GeneratorValue, function: ast.AST) -> None:
    for node in own_nodes(function):
        is_loop = isinstance(node, (ast.For, ast.While))
        if isinstance(node, ast.YieldFrom) or (is_loop and any(isinstance(n, YIELDS) for n in ast.walk(node))):
            raise emitter.fail(
                "unsupported-call",
                f"{generator.describe()} may yield more than once, so that it is no context manager",
                help="yield once, outside of loops",
            )
