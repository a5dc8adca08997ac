"""One of several values, and only the run knows which: `self.layers[i]`, `self.heads[name]`, an object of one of several classes.

Where the values have one type, picking gives a run-time value. Where they have not, each use branches over them: a call calls
the one that is picked, an attribute is that of the one that is picked.

Comes before: `control_flow.py`. Comes after: `module_containers.py`, `container_values.py`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue, is_same_constant
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING, Graph, Value
from portfire.ir.subtyping import is_subtype

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: Emits whether item number i is the one.
IsItem = Callable[["Emitter", int], StaticValue]


def pick_by_number(emitter: Emitter, items: Sequence[StaticValue], key: StaticValue) -> StaticValue:
    """Item number `key`, as of a list: negative numbers count from the end, others raise IndexError."""
    numbers = ConstantValue(list(range(len(items))), ir.ListType(ir.INT))
    position = emitter.builtin("aten::__getitem__", [numbers, key], called="[]")
    return pick(emitter, items, _by_position(position))


def pick_by_key(
    emitter: Emitter, keys: Sequence[object], items: Sequence[StaticValue], key: StaticValue, what: str
) -> StaticValue:
    """The item of the key, as of a dict: an unknown one raises KeyError."""
    if keys and all(isinstance(k, enum.Enum) for k in keys):
        return _pick_by_member(emitter, cast("Sequence[enum.Enum]", keys), items, key)
    kinds = {type(k) for k in keys}
    key_type = static_type(key)
    if MISSING in keys or not keys:
        raise emitter.fail(
            "not-a-constant-index",
            f"which item of {what} is meant must be known while compiling",
            notes=() if keys else (f"{what} is empty",),
            help="use keys that are known while compiling: strings, numbers, dtypes, tuples of these",
        )
    if (kinds != {str} and kinds != {int}) or key_type not in (ir.STR, ir.INT):
        return _pick_by_equality(emitter, [emitter.compiler.value_of(emitter, k, "a key") for k in keys], items, key)
    pairs: list[Value] = []
    for number, known in enumerate(keys):
        pairs += [emitter.builder.constant(known), emitter.builder.constant(number)]
    numbers = emitter.insert("prim::DictConstruct", pairs, ir.DictType(ir.STR if kinds == {str} else ir.INT, ir.INT))
    position = emitter.builtin("aten::__getitem__", [numbers, key], called="[]")
    return pick(emitter, items, _by_position(position))


def _pick_by_equality(
    emitter: Emitter, keys: Sequence[StaticValue], items: Sequence[StaticValue], key: StaticValue
) -> StaticValue:
    """The item of any other key: a dtype, a tuple. KeyError where none is equal."""
    from portfire.frontend.script.statements.exceptions import emit_check
    from portfire.frontend.script.values.operators import emit_equal

    equal = [emit_equal(emitter, key, known).truth(emitter) for known in keys]
    possible = [i for i, e in enumerate(equal) if e.constant() is not False]
    for i in possible:
        if equal[i].constant() is True:
            return items[i]
    found: StaticValue = ConstantValue(False)
    for i in possible:
        found = emitter.builtin("aten::__or__", [found, equal[i]])
    text = emitter.compiler.value_of(emitter, repr, "repr").call(emitter, [key], {})
    emit_check(emitter, found, text, "builtins.KeyError")
    if not possible:
        return items[0]  # never reached
    return pick(emitter, [items[i] for i in possible], lambda emitter, i: equal[possible[i]])


def _pick_by_member(
    emitter: Emitter, keys: Sequence[enum.Enum], items: Sequence[StaticValue], key: StaticValue
) -> StaticValue:
    """The item of a member of an enum: KeyError where the dict has no such key."""
    from portfire.frontend.script.statements.exceptions import emit_check

    type_ = static_type(key)
    if not isinstance(type_, ir.EnumType) or any(type(k) is not type_.python_class for k in keys):
        raise emitter.fail(
            "type-mismatch", f"{key.describe()} is no key of this dict", help="use a member of the enum of its keys"
        )

    def is_item(emitter: Emitter, i: int) -> StaticValue:
        return emitter.builtin("aten::eq", [key, ConstantValue(keys[i], type_)])

    if {k.name for k in keys} < type_.members.keys():
        found: StaticValue = ConstantValue(False)
        for i in range(len(keys)):
            found = emitter.builtin("aten::__or__", [found, is_item(emitter, i)])
        emit_check(emitter, found, emitter.builtin("aten::format", [ConstantValue("{!r}"), key]), "builtins.KeyError")
    return pick(emitter, items, is_item)


def pick_by_type(emitter: Emitter, value: RuntimeValue, members: Sequence[ir.Type]) -> PickedValue:
    """A value of one of several types as each of them."""
    items = [emitter.insert("prim::unchecked_cast", [value.value], m) for m in members]
    return PickedValue(
        items, lambda emitter, i: emitter.insert("prim::isinstance", [value.value], ir.BOOL, types=[members[i]])
    )


def pick(emitter: Emitter, items: Sequence[StaticValue], is_item: IsItem) -> StaticValue:
    """The item of which `is_item` holds."""
    types = [static_type(i) for i in items]
    if not types:
        raise emitter.fail("index-out-of-range", "there is nothing to pick from", help="pick from at least one item")
    constants = [i.constant() for i in items]
    if constants[0] is not MISSING and all(is_same_constant(c, constants[0]) for c in constants):
        return items[0]
    if any(t is None for t in types) or (_has_class(types) and any(t != types[0] for t in types)):
        return PickedValue(items, is_item)
    return PickedValue(items, is_item).branch(emitter, lambda item: item)


def picked_by(items: Sequence[StaticValue], number: StaticValue) -> StaticValue:
    """The item of that number, which is known to be one."""
    return PickedValue(items, _by_position(number))


def _by_position(position: StaticValue) -> IsItem:
    return lambda emitter, i: emitter.builtin("aten::eq", [position, ConstantValue(i)])


def _has_class(types: Sequence[ir.Type | None]) -> bool:
    return any(isinstance(t, ir.ClassType) for t in types)


class PickedValue(StaticValue):
    """See the module's docstring."""

    def __init__(self, items: Sequence[StaticValue], is_item: IsItem) -> None:
        self.items = list(items)
        self.is_item = is_item

    def describe(self) -> str:
        """See the base class."""
        return f"one of {len(self.items)} values, picked when the program runs,"

    def branch(self, emitter: Emitter, use: Callable[[StaticValue], StaticValue]) -> StaticValue:
        """The result of a use of the item that is picked; the other items are not used."""

        def choose(number: int) -> StaticValue:
            if number == len(self.items) - 1:
                return use(self.items[number])
            is_this = self.is_item(emitter, number)
            return emit_choice(emitter, is_this, lambda: use(self.items[number]), lambda: choose(number + 1))

        return choose(0)

    def number(self, emitter: Emitter) -> StaticValue:
        """The number of the item that is picked."""
        places = iter(range(len(self.items)))
        return self.branch(emitter, lambda item: ConstantValue(next(places)))

    def is_none(self, emitter: Emitter) -> StaticValue:
        """`self is None`."""
        found = [i for i, item in enumerate(self.items) if item.constant() is None]
        tests = [self.is_item(emitter, i) for i in found]
        value: StaticValue = tests[0] if tests else ConstantValue(False)
        for test in tests[1:]:
            value = emitter.builtin("aten::__or__", [value, test])
        return value

    def _of_each(self, emitter: Emitter, use: Callable[[StaticValue], StaticValue]) -> StaticValue:
        """What a use gives: a run-time value, or again one of several."""
        with emitter.within(Graph().block):
            types = [static_type(use(item)) for item in self.items]
        if any(t is None for t in types) or (_has_class(types) and any(t != types[0] for t in types)):
            return pick(emitter, [use(item) for item in self.items], self.is_item)
        return self.branch(emitter, use)

    def text(self, emitter: Emitter) -> StaticValue | None:
        """See the base class."""
        texts = [item.text(emitter) for item in self.items]
        known = [t for t in texts if t is not None]
        return pick(emitter, known, self.is_item) if len(known) == len(texts) else None

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        return self._without_none(emitter).branch(emitter, lambda item: item.call(emitter, args, kwargs))

    def _without_none(self, emitter: Emitter) -> PickedValue:
        """The items that are not None; if that is the one, the program raises."""
        kept = [i for i, item in enumerate(self.items) if item.constant() is not None]
        if len(kept) == len(self.items) or not kept:
            return self
        is_function = emitter.builtin("aten::__not__", [self.is_none(emitter)])
        emit_check(emitter, is_function, ConstantValue("'NoneType' object is not callable"), "builtins.TypeError")
        return PickedValue([self.items[i] for i in kept], lambda emitter, i: self.is_item(emitter, kept[i]))

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        return self._of_each(emitter, lambda item: item.attribute(emitter, name))

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        found = {item.has_attribute(emitter, name) for item in self.items}
        if len(found) != 1:
            raise emitter.fail(
                "not-a-constant",
                f"{self.describe()} has an attribute '{name}' or not",
                help="give all of them the attribute",
            )
        return found.pop()

    def set_attribute(self, emitter: Emitter, name: str, value: StaticValue) -> None:
        """See the base class."""

        def set_in(item: StaticValue) -> StaticValue:
            item.set_attribute(emitter, name, value)
            return ConstantValue(None)

        self.branch(emitter, set_in)

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        return self._of_each(emitter, lambda item: item.index(emitter, key))

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self._of_each(emitter, lambda item: item.length(emitter))

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self._of_each(emitter, lambda item: item.truth(emitter))

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        columns = [item.iterate(emitter).items for item in self.items]
        known = [c for c in columns if c is not None]
        if len(known) == len(columns) and len({len(c) for c in known}) == 1:
            return Iteration(items=tuple(pick(emitter, column, self.is_item) for column in zip(*known, strict=True)))
        raise emitter.fail(
            "not-iterable",
            f"{self.describe()} cannot be looped over: they have different numbers of items",
            help="choose with `if`, and loop in each branch",
        )

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        items = self.iterate(emitter).items
        assert items is not None
        return items


def members_to_pick(emitter: Emitter, value: RuntimeValue, what: str) -> StaticValue:
    """A value of a Union as each of its members, for a use that all of them may have."""
    members = cast(ir.UnionType, value.type).members
    if any(is_subtype(ir.NONE, m) for m in members):
        raise emitter.fail(
            "optional-not-refined",
            f"{value.describe()} may be None, which {what}",
            help="check for None first: `if x is not None:` or `assert x is not None`",
        )
    return pick_by_type(emitter, value, members)
