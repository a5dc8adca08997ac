"""The context in which an expression or statement is compiled: where nodes go, what names mean, how to fail.

One `Emitter` builds one graph. A function inlined into it (a lambda, a nested function) gets a `FunctionContext` of its own
and shares the rest. This file holds state and the few operations everything needs; what syntax means stands in
`expressions.py`, `statements.py` and what they dispatch to.

Comes before: `environment.py`, `static_values.py`, `diagnostics/`. Comes after: everything that emits.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.diagnostics.library_calls import is_library
from portfire.frontend.script.environment import Frame, PoisonedValue, Scope, UndefinedValue
from portfire.frontend.script.functions.renaming import shown_name
from portfire.frontend.script.source import FunctionSource
from portfire.frontend.script.statements.unbound_variables import PossiblyUnbound, read_possibly_unbound
from portfire.frontend.script.types.annotation_scope import AnnotationScope
from portfire.frontend.script.types.forms import note_form
from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.types.union_members import operator_by_member
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.operator_failures import explain_no_match
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.builder import Builder
from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.source import SourceRange
from portfire.ir.types import BOOL, DTYPE, FLOAT, INT, STR, OptionalType, Type
from portfire.ops.emit import MatchError, emit_builtin

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler
    from portfire.frontend.script.statements.cells import Cells
    from portfire.frontend.script.statements.exits import Flow, Region


_OPTIONAL_NUMBERS = tuple(OptionalType(t) for t in (BOOL, FLOAT, INT, STR, DTYPE))


class SilentAbort(CompileAbort):
    """Leaves the construct without a diagnostic of its own: it uses something that has failed already."""

    def __init__(self) -> None:
        super().__init__(Diagnostic("silent", "a value that failed to compile is used"))


@dataclass
class FunctionContext:
    """The function whose body is being compiled. `lookup` gives the Python object of a name that is not a local."""

    source: FunctionSource
    lookup: Callable[[str], Any]
    scope: Scope
    declared_return: Type | None = None
    #: The class a method was defined in, for `super()`.
    defining_class: type | None = None
    #: The name of the first parameter, for `super()`.
    first_parameter: str | None = None
    #: The innermost function or loop body.
    region: Region | None = None
    #: Types that annotations of locals declare.
    declared: dict[str, Type] = field(default_factory=dict)
    #: In a generator compiled into the loop that consumes it: what a `yield` does, and the loops around, outermost first.
    resume: Callable[[StaticValue], Flow] | None = None
    suspended: tuple[Region, ...] = ()
    #: What the `except` clauses around this place were given, innermost last.
    caught: list[Value] = field(default_factory=list)
    #: Whether the function is compiled as if nothing were declared; see `known_arguments.py`.
    is_undeclared: bool = False
    #: Where the function reads each name first and last; see `unbound_variables.py`.
    reads: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] | None = None


#: What portfire has written in Python for programs to call; failures in it are shown where it is called.
_LIBRARY = str(Path(__file__).with_name("builtins") / "python_library")


class Emitter:
    """See the module's docstring."""

    def __init__(self, compiler: Compiler, graph: Graph, chain: tuple[SourceRange, ...] = ()) -> None:
        self.compiler = compiler
        self.graph = graph
        self.builder = Builder(graph)
        self.frame = Frame(Scope())
        #: The calls that led here, outermost first, for diagnostics.
        self.chain = chain
        #: What the `try` statements around this place watch, outermost first.
        self.cells: list[Cells] = []
        #: Where the function returns something that is no value of a program yet.
        self.returned_at: SourceRange | None = None
        #: Set by `entering`.
        self.context: FunctionContext = None  # type: ignore[assignment]
        #: The generators being compiled into their consumers here.
        self.running: list[Hashable] = []
        #: Variables that nested functions assign, by the names that all functions see.
        self.shared: set[str] = set()
        #: Depth of calls inlined into this graph, to stop runaway recursion.
        self.inline_depth = 0
        #: The obstacles noted while building this graph.
        self.noted: list[Diagnostic] = []
        #: The empty displays met, by place, with their types; and what an earlier attempt has learned of them.
        self.displays: list[tuple[SourceRange | None, Type]] = []
        self.learned: dict[SourceRange | None, Type] = {}
        #: Displays whose type did not take an item that came later: the types the next attempt begins with.
        self.widened: dict[SourceRange | None, Type] = {}
        #: Displays whose type the user declares.
        self.declared_displays: set[SourceRange | None] = set()
        #: Unbound variables that were read, which is an error unless a loop around the place assigns them later.
        self.read_unbound: set[str] = set()
        #: The copies made of lists, dicts and sets outside of the program: their names, and the users that filled them.
        self.outside: dict[Value, tuple[str, frozenset[Node | Block]]] = {}
        #: What was last assigned to variables that a loop may have to carry.
        self.watched: dict[str, StaticValue | None] = {}

    # Failing

    def fail(
        self,
        code: str,
        message: str,
        *,
        help: str | None = None,
        notes: tuple[str, ...] = (),
        range: SourceRange | None = None,
    ) -> CompileAbort:
        """The exception to raise where something cannot be compiled; the statement that holds it is given up."""
        place, chain = _at_the_users(range or self.builder.range, self.chain)
        notes, help = tuple(map(shown_name, notes)), None if help is None else shown_name(help)
        return CompileAbort(Diagnostic(code, shown_name(message), place, notes, help, chain=chain))

    @contextmanager
    def recovering(self) -> Iterator[None]:
        """Note an obstacle in a piece of compilation, and go on after it."""
        try:
            yield
        except SilentAbort:
            self.compiler.failed = True
        except CompileAbort as abort:
            diagnostic = abort.diagnostic
            self.compiler.failed = True
            if self.chain and not diagnostic.chain:
                place, chain = _at_the_users(diagnostic.range or self.builder.range, self.chain)
                diagnostic = Diagnostic(
                    diagnostic.code, diagnostic.message, place, diagnostic.notes, diagnostic.help, diagnostic.severity,
                    chain,
                )  # fmt: skip
            self.compiler.diagnostics.add(diagnostic)
            self.noted.append(diagnostic)

    def forget_since(self, mark: int) -> None:
        """Take back what this emitter has noted since `noted` had `mark` entries: that piece is compiled again."""
        dropped = {id(d) for d in self.noted[mark:]}
        kept = self.compiler.diagnostics.diagnostics
        kept[:] = [d for d in kept if id(d) not in dropped]
        del self.noted[mark:]

    # Where

    @property
    def range(self) -> SourceRange | None:
        """The place in the user's source that is being compiled."""
        return self.builder.range

    @contextmanager
    def at(self, node: ast.AST) -> Iterator[None]:
        """Compile `node`: new nodes and failures get its place."""
        with self.builder.ranged(self.context.source.range(node) if hasattr(node, "lineno") else None):
            yield

    @contextmanager
    def within(self, block: Block, frame: Frame | None = None) -> Iterator[Frame]:
        """Emit into `block`, with a new frame for its variables."""
        outer = self.frame
        inner = frame or Frame(outer.scope, outer)
        self.frame = inner
        with self.builder.at(block):
            try:
                yield inner
            finally:
                self.frame = outer

    @contextmanager
    def entering(self, context: FunctionContext, captured: Frame | None = None) -> Iterator[None]:
        """Compile the body of a function here, in a frame of its own."""
        saved = self.context, self.frame
        self.context = context
        self.frame = Frame(context.scope, saved[1], captured)
        try:
            yield
        finally:
            self.context = saved[0]
            self.leave_frame(saved[1])

    def leave_frame(self, outer: Frame) -> None:
        """End the frame of a function or comprehension compiled here. The variables that all functions see stay."""
        inner, self.frame = self.frame, outer
        for name in self.shared & set(inner.assigned):
            outer.assign(name, inner.assigned[name])

    def annotation_scope(self) -> AnnotationScope:
        """The names that annotations in the body may use."""
        source = self.context.source
        return AnnotationScope(self.compiler.classes, self.context.lookup, self.range, source.range)

    # Variables

    def lookup(self, name: str) -> StaticValue | None:
        """The value of a local variable (of this function or one around it), or None."""
        return self.frame.lookup(name)

    def read(self, name: str) -> StaticValue:
        """The value of a name as Python would resolve it: locals, closure, globals, builtins. Fails if there is none."""
        value = self.frame.lookup(name)
        if value is None:
            return self.compiler.global_value(self, name)
        if isinstance(value, PoisonedValue):
            raise SilentAbort
        if isinstance(value, PossiblyUnbound):
            return read_possibly_unbound(self, name, value)
        if isinstance(value, UndefinedValue):
            self.read_unbound.add(name)
            raise self.fail(
                "maybe-undefined",
                f"'{name}' has no value here",
                notes=(value.why,),
                help=f"give '{name}' a value before",
            )
        return value.read(self)

    def assign(self, name: str, value: StaticValue) -> None:
        """Bind a variable of the user's, in this block and for the handlers around it."""
        self.frame.assign(name, value)
        if name in self.watched:
            self.watched[name] = value
        for cells in self.cells:
            cells.store(self, name, value)

    # Values

    def constant(self, value: Any) -> ConstantValue:
        """A compile-time constant."""
        return ConstantValue(value)

    def constant_value(self, value: Any, type_: Type | None = None) -> Value:
        """A constant as a run-time value."""
        return self.builder.constant(value, type_)

    def empty_display(self, kind: str, type_: Type) -> RuntimeValue:
        """`[]` or `{}`, of the type an earlier attempt learned from its use, else of a pending type."""
        type_ = self.learned.get(self.range, type_)
        self.displays.append((self.range, type_))
        return self.insert(kind, (), type_)

    def insert(self, kind: str, inputs: Sequence[Value], output: Type, **attributes: Any) -> RuntimeValue:
        """Insert a node with one output."""
        return RuntimeValue(self.builder.insert(kind, inputs, output, **attributes))

    def node(self, kind: str, inputs: Sequence[Value] = (), outputs: Sequence[Type] = (), **attributes: Any) -> Node:
        """Insert a node."""
        return self.builder.node(kind, inputs, outputs, **attributes)

    def builtin(
        self,
        name: str,
        args: Sequence[StaticValue | Value] = (),
        kwargs: Mapping[str, StaticValue | Value] | None = None,
        *,
        receiver: StaticValue | Value | None = None,
        called: str | None = None,
    ) -> RuntimeValue:
        """Call the operator `name`. `called` is what the user wrote, for messages."""
        from portfire.frontend.script.classes.enum_values import plain_members
        from portfire.frontend.script.values.numbers_of_tensors import with_sizes

        values = [self.runtime(a) for a in args]
        named = {k: self.runtime(v) for k, v in (kwargs or {}).items()}
        self_value = None if receiver is None else self.runtime(receiver)

        def emit(operands: Sequence[Value]) -> Value:
            rest = operands[: len(values)]
            by_name = dict(zip(named, operands[len(values) :], strict=False))
            receiver_ = None if self_value is None else operands[-1]
            made = emit_builtin(self.builder, name, rest, by_name, self.range, receiver=receiver_)
            return note_form(name, operands, made)

        def again(operands: Sequence[StaticValue | Value]) -> RuntimeValue:
            rest, by_name = operands[: len(values)], dict(zip(named, operands[len(values) :], strict=False))
            return self.builtin(
                name, rest, by_name, receiver=None if self_value is None else operands[-1], called=called
            )

        operands = [*values, *named.values(), *([] if self_value is None else [self_value])]
        try:
            return RuntimeValue(emit(operands))
        except MatchError as error:
            plain = plain_members(self, operands)
            if plain is not None:
                return again(plain)
            unfit = error.failures[0].progress if error.failures and self._is_in_library() else len(values)
            if unfit < len(values) and values[unfit].type in _OPTIONAL_NUMBERS:
                # a field of torch's own that has its number by now: where it has not, the program raises, as Python does
                values[unfit] = self.builtin("aten::_unwrap_optional", [values[unfit]]).value
                return self.builtin(name, values, named, receiver=self_value, called=called)
            sizes = with_sizes(self, operands)
            if sizes is not None:
                with contextlib.suppress(CompileAbort):  # then the error is that of the numbers
                    return again(sizes)
            by_member = operator_by_member(self, operands, emit)
            if by_member is None:
                called = called or name.rpartition("::")[2]
                raise explain_no_match(self, error, called, named, operands) from None
            return RuntimeValue(self.runtime(by_member))

    def _is_in_library(self) -> bool:
        return self.context is not None and is_library(self.context.source.file.path)

    def runtime(self, value: StaticValue | Value) -> Value:
        """The run-time value, with its type resolved: what operators take."""
        if isinstance(value, StaticValue):
            outside, value = value.outside, value.as_value(self)
            if outside is not None:
                self.note_copy(value, outside)
        value.type = resolved(value.type)
        return value

    def note_copy(self, value: Value, outside: str) -> None:
        """The value was made here as a copy of a list, dict or set outside of the program."""
        self.outside[value] = (outside, frozenset(user for user, _ in value.uses))


def _at_the_users(
    place: SourceRange | None, chain: tuple[SourceRange, ...]
) -> tuple[SourceRange | None, tuple[SourceRange, ...]]:
    """A place of the user's, and the calls that led there: what portfire's own library fails at is shown where it is called."""
    while chain and place is not None and place.file.path.startswith(_LIBRARY):
        place, chain = chain[-1], chain[:-1]
    while chain and str(chain[-1]) == str(place):
        chain = chain[:-1]
    return place, chain
