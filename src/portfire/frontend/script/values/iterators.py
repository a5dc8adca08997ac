"""`iter` and `next`: iterators that are used in the function that makes them.

    it = iter(xs)              a list, and where it stands: a list of one int
    next(it), for x in it      take items from there, wherever that happens
    next(x for x in xs if c)   a loop that stops at the first

Comes before: `builtin_iteration.py`, `comprehensions.py`. Comes after: `builtin_functions.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.builtin_iteration import LazyIterator, to_list
from portfire.frontend.script.functions.generators import GeneratorValue
from portfire.frontend.script.statements.exits import Flow, emit_break
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import pending_list
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import Value
from portfire.ir.types import INT, ListType, TensorType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_ZERO, _ONE = ConstantValue(0), ConstantValue(1)


class IteratorValue(StaticValue):
    """An iterator over a run-time list."""

    #: Where it stands changes; which iterator a variable holds is known while compiling.
    is_mutable = True

    def __init__(self, emitter: Emitter, items: StaticValue) -> None:
        self.items = items
        zero = emitter.constant_value(0)
        self.position = emitter.insert("prim::ListConstruct", [zero], ListType(INT))

    def describe(self) -> str:
        """See the base class."""
        return "an iterator"

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(source=self)

    def trip_count(self, emitter: Emitter) -> StaticValue:
        """How many items are left."""
        return emitter.builtin("aten::sub", [self.items.length(emitter), self.position.index(emitter, _ZERO)])

    def has_more(self, emitter: Emitter) -> StaticValue:
        """Whether there is an item left."""
        return emitter.builtin("aten::gt", [self.trip_count(emitter), _ZERO])

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """See the base class. A loop that is left early leaves the iterator where it is."""
        return self.take(emitter)

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class. The items are gone then."""
        return to_list(emitter, self).unpack(emitter, count)

    def take(self, emitter: Emitter) -> StaticValue:
        """The item where the iterator stands, which it passes."""
        here = self.position.index(emitter, _ZERO)
        self.position.set_index(emitter, _ZERO, emitter.builtin("aten::add", [here, _ONE]))
        return self.items.index(emitter, here)

    def next(self, emitter: Emitter, default: StaticValue | None) -> StaticValue:
        """`next(self)`."""
        return _taken(emitter, self.trip_count(emitter), lambda: self.take(emitter), default)


def make_iterator(emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    """`iter(items)`."""
    items = args[0]
    if isinstance(items, (IteratorValue, GeneratorValue)):
        return items
    type_ = static_type(items)
    if not isinstance(type_, (ListType, TensorType)):
        items = to_list(emitter, items)
    if isinstance(items, TupleValue):
        return items  # of modules, or of things of different types: only its first item can be asked for
    return IteratorValue(emitter, items)


class NextFunction(StaticValue):
    """`next`."""

    def describe(self) -> str:
        """See the base class."""
        return "the function 'next'"

    def call_syntax(self, emitter: Emitter, node: ast.Call) -> StaticValue | None:
        """`next(x for x in xs if c)`; None for other arguments."""
        from portfire.frontend.script.values.comprehensions import first_of_generator
        from portfire.frontend.script.values.expressions import emit_expression

        if not node.args or not isinstance(node.args[0], ast.GeneratorExp) or len(node.args[0].generators) != 1:
            return None
        found = first_of_generator(emitter, node.args[0])
        default = emit_expression(emitter, node.args[1]) if len(node.args) > 1 else None
        return _taken(emitter, found.length(emitter), lambda: found.index(emitter, _ZERO), default)

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        default = args[1] if len(args) > 1 else None
        if isinstance(args[0], GeneratorValue):
            first = _first_yielded(emitter, args[0])
            return _taken(emitter, first.length(emitter), lambda: first.index(emitter, _ZERO), default)
        source = make_iterator(emitter, [args[0]], {}) if isinstance(args[0], LazyIterator) else args[0]
        if isinstance(source, IteratorValue):
            return source.next(emitter, default)
        if isinstance(args[0], TupleValue) and (args[0].items or default is not None):
            return args[0].items[0] if args[0].items else default or args[0]
        raise emitter.fail(
            "unsupported-call", f"{args[0].describe()} is no iterator", help="make one: `it = iter(items)`"
        )


def _first_yielded(emitter: Emitter, generator: GeneratorValue) -> StaticValue:
    """A list of the first item that a generator yields, if it yields one; it is run no further."""
    result = emitter.empty_display("prim::ListConstruct", pending_list())

    def found(item: StaticValue) -> Flow:
        result.attribute(emitter, "append").call(emitter, [item], {})
        return emit_break(emitter, ast.Break())

    generator.emit_each(emitter, (), found, ())
    return result


def _taken(
    emitter: Emitter, left: StaticValue, take: Callable[[], StaticValue], default: StaticValue | None
) -> StaticValue:
    """An item if one is left, else the default, else StopIteration."""
    from portfire.frontend.script.statements.control_flow import emit_choice, emit_if_value

    has_more = emitter.builtin("aten::gt", [left, _ZERO])
    if default is not None:
        return emit_choice(emitter, has_more, take, lambda: default)

    def stop() -> Flow:
        message, kind = emitter.builder.constant(""), emitter.builder.constant("builtins.StopIteration")
        emitter.node("prim::RaiseException", [message, kind])
        return Flow.RAISES

    emit_if_value(emitter, has_more, lambda: Flow.FALLS, stop)
    return take()
