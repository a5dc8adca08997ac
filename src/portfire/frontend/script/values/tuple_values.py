"""Tuples whose items are known while compiling, whatever they are: `(a, b)`, `*args`, a list of modules.

The tuple itself is made at run time only where it is used as a whole.

Comes before: `static_values.py`. Comes after: `expressions.py`, `calls.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.values import indexing
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import MethodValue
from portfire.frontend.script.values.static_values import CHANGING, Iteration, StaticValue, changes_a_copy
from portfire.ir.graph import MISSING, Value
from portfire.ir.types import ListType, TupleType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class TupleValue(StaticValue):
    """A tuple of values of any kind. `is_list`: written as a list, but of things that cannot be in a run-time list."""

    #: The class and the type of a named tuple.
    tuple_class: type | None = None
    named_type: Type | None = None

    def __init__(self, items: Sequence[StaticValue], *, is_list: bool = False) -> None:
        self.items = tuple(items)
        self.is_list = is_list

    def describe(self) -> str:
        """See the base class."""
        return f"a {'list' if self.is_list else 'tuple'} of {len(self.items)} items"

    def with_items(self, items: Sequence[StaticValue]) -> TupleValue:
        """The same kind of tuple with other items."""
        return TupleValue(items, is_list=self.is_list)

    def type(self) -> Type | None:
        """The type at run time; None if an item has none."""
        from portfire.frontend.script.types.conversion import static_type

        types = [static_type(i) for i in self.items]
        known = tuple(t for t in types if t is not None)
        return TupleType(known) if len(known) == len(types) else None

    def list_type(self) -> Type | None:
        """The type of the list that this is, where its items have types."""
        from portfire.frontend.script.types.conversion import static_type
        from portfire.frontend.script.types.inference import joined

        types = [i.list_type() if isinstance(i, TupleValue) and i.is_list else static_type(i) for i in self.items]
        known = [t for t in types if t is not None]
        return ListType(functools.reduce(joined, known)) if known and len(known) == len(types) else None

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        if self.is_list and not self.items:
            from portfire.frontend.script.types.inference import pending_list

            return emitter.empty_display("prim::ListConstruct", pending_list()).value
        values = [emitter.runtime(i) for i in self.items]
        if self.is_list:
            from portfire.frontend.script.types.conversion import convert
            from portfire.frontend.script.types.inference import joined

            element = functools.reduce(joined, [v.type for v in values])
            converted = [convert(emitter, i, element, "an item of the list") for i in self.items]
            return emitter.builder.insert("prim::ListConstruct", converted, ListType(element))
        return emitter.builder.insert("prim::TupleConstruct", values, TupleType(tuple(v.type for v in values)))

    def constant(self) -> object:
        """See the base class."""
        constants = [i.constant() for i in self.items]
        return MISSING if self.is_list or any(c is MISSING for c in constants) else tuple(constants)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name == "count":
            return MethodValue(self, name, _count)
        if name == "index":
            return MethodValue(self, name, _index)
        if name == "copy" and self.is_list:
            return MethodValue(self, name, _copy)
        if name in CHANGING and self.outside is not None:
            raise changes_a_copy(emitter, self.outside)
        raise emitter.fail(
            "no-attribute",
            f"{self.describe()} has no attribute '{name}'",
            help="make a list of it first: `list(items)`" if self.is_list else _NO_METHOD,
        )

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        key = indexing.known_key(emitter, key)
        if isinstance(key, indexing.SliceValue):
            if self.outside is not None and key.constant_slice(emitter) == slice(None):
                return _copy(emitter, self, [], {})
            return TupleValue(self.items[key.constant_slice(emitter)], is_list=self.is_list)
        position = key.constant()
        if isinstance(position, int):
            if not -len(self.items) <= position < len(self.items):
                raise emitter.fail(
                    "index-out-of-range",
                    f"index {position} is outside {self.describe()}",
                    help="use an index that is inside",
                )
            return self.items[position]
        return indexing.pick_item(emitter, self.items, key)

    def set_index(self, emitter: Emitter, key: StaticValue, value: StaticValue) -> None:
        """See the base class."""
        if self.outside is not None:
            raise changes_a_copy(emitter, self.outside)
        super().set_index(emitter, key, value)

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(items=self.items)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(len(self.items))

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(bool(self.items))

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return self.items


_NO_METHOD = "a tuple has count and index; for one that grows, use a list"


def _copy(emitter: Emitter, list_: StaticValue, args: list[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    """`items.copy()`, `items[:]`: a list of its own, which can change where its items are run-time values."""
    from portfire.frontend.script.builtins.builtin_iteration import to_list

    assert isinstance(list_, TupleValue)
    return TupleValue(list_.items, is_list=True) if list_.type() is None else to_list(emitter, list_)


def _count(
    emitter: Emitter, tuple_: StaticValue, args: list[StaticValue], kwargs: dict[str, StaticValue]
) -> StaticValue:
    from portfire.frontend.script.values.operators import emit_equal

    assert isinstance(tuple_, TupleValue)
    total: StaticValue = ConstantValue(0)
    for item in tuple_.items:
        equal = emit_equal(emitter, item, args[0])
        total = emitter.builtin("aten::add", [total, emitter.builtin("aten::Int", [equal])])
    return total


def _index(
    emitter: Emitter, tuple_: StaticValue, args: list[StaticValue], kwargs: dict[str, StaticValue]
) -> StaticValue:
    assert isinstance(tuple_, TupleValue)
    wanted = args[0].constant()
    constants = [i.constant() for i in tuple_.items]
    if wanted is MISSING or any(c is MISSING for c in constants) or wanted not in constants:
        raise emitter.fail(
            "unsupported-call",
            "where an item of a tuple stands must be known while compiling",
            help="make a list of the tuple: `list(t).index(x)`",
        )
    return ConstantValue(constants.index(wanted))
