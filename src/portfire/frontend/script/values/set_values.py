"""Sets: `{a, b}`, `set(xs)`, `frozenset(xs)`. In a program a set is a dict whose values are all True; its type notes that
Python has a set there (`ir/forms.py`), so sets go wherever dicts go. The order of the items is that of insertion.

Comes before: `container_values.py`, `python_library/sets.py`. Comes after: `displays.py`, `builtin_functions.py`,
`behaviours.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, cast

from portfire.frontend.script.builtins.python_library import sets
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.forms import shown
from portfire.frontend.script.types.inference import PendingType, resolved
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE
from portfire.frontend.script.values.container_values import DictBehaviour, dict_key
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import CHANGING, StaticValue, changes_a_copy
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.forms import form_kind
from portfire.ir.graph import MISSING
from portfire.ir.types import BOOL, FLOAT, INT, STR, DictType, TupleType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Method = Callable[["Emitter", StaticValue, Arguments, Keywords], StaticValue]


def set_type(element: Type, form: str = "set") -> DictType:
    """`Set[element]`."""
    return DictType(element, BOOL, form=form)


class SetBehaviour(DictBehaviour):
    """`Set[T]` and `FrozenSet[T]`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if not self.has_attribute(emitter, value, name):
            raise emitter.fail(
                "no-attribute", f"a {form_kind(value.type)} has no attribute '{name}'", help="build the set anew"
            )
        return MethodValue(value, name, _METHODS[name])

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in _METHODS and (form_kind(value.type) == "set" or name not in _CHANGING)

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        raise emitter.fail("not-subscriptable", "a set cannot be indexed", help="make a list of it: `sorted(items)`")

    def set_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
        """See the base class."""
        raise emitter.fail("not-subscriptable", "a set has no items by key", help="`items.add(x)`")

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return emitter.builtin("aten::keys", [value]).unpack(emitter, count)


class SetFactory:
    """`set(items)` or `frozenset(items)`."""

    def __init__(self, form: str) -> None:
        self.form = form

    def __call__(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
        """Compile a call."""
        made = emitter.empty_display("prim::DictConstruct", set_type(PendingType(STR), self.form))
        for items in args:
            _add_all(emitter, made, items)
        return made


make_set = SetFactory("set")
make_frozen_set = SetFactory("frozenset")


class KnownSet(TupleValue):
    """A set of things known while compiling, of which it is asked only whether one is in it; else a new run-time set."""

    #: Operators are found as methods.
    has_operators = True

    def __init__(self, items: Sequence[StaticValue], form: str) -> None:
        super().__init__(items)
        self.form = form

    @property
    def known_set(self) -> Hashable | None:
        """What tells the set from others; None if some items are not constants."""
        constants = tuple(i.constant() for i in self.items)
        return None if any(c is MISSING for c in constants) else (self.form, *constants)

    def describe(self) -> str:
        """See the base class."""
        return f"a {self.form} of {len(self.items)} items"

    def made(self, emitter: Emitter) -> StaticValue:
        """A run-time set of the items."""
        return SetFactory(self.form)(emitter, [TupleValue(self.items)], {})

    def type(self) -> Type | None:
        """See the base class."""
        return None

    def text(self, emitter: Emitter) -> StaticValue | None:
        """See the base class."""
        return shown(emitter, self.made(emitter))

    def as_value(self, emitter: Emitter):  # type: ignore[no-untyped-def]
        """See the base class."""
        return self.made(emitter).as_value(emitter)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name in _METHODS

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name == "__contains__":
            return MethodValue(self, name, self._contains)
        if self.outside is not None and name in CHANGING:
            raise changes_a_copy(emitter, self.outside)
        return self.made(emitter).attribute(emitter, name)

    def _contains(self, emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        from portfire.frontend.script.values.membership import emit_contains

        return emit_contains(emitter, TupleValue(self.items), args[0])


def set_of(emitter: Emitter, items: Sequence[StaticValue]) -> StaticValue:
    """`{a, b}`; of things that cannot be keys, a tuple to look them up in."""
    if not all(_is_hashed(static_type(item)) for item in items):
        return TupleValue(items)
    return make_set(emitter, [TupleValue(items)], {})


def _is_hashed(type_: Type | None) -> bool:
    if isinstance(type_, TupleType):
        return all(map(_is_hashed, type_.elements))
    return type_ in (INT, FLOAT, BOOL, STR)


def emit_set_comprehension(emitter: Emitter, node: ast.SetComp) -> StaticValue:
    """`{f(x) for x in xs}`."""
    from portfire.frontend.script.values.comprehensions import emit_comprehension

    items = ast.copy_location(ast.ListComp(elt=node.elt, generators=node.generators), node)
    return make_set(emitter, [emit_comprehension(emitter, items)], {})


def _add_all(emitter: Emitter, set_: StaticValue, items: StaticValue) -> None:
    from portfire.frontend.script.statements.loops import emit_iteration

    def body(item: StaticValue) -> Flow:
        _add(emitter, set_, [item], {})
        return Flow.FALLS

    emit_iteration(emitter, items, (), body)


# The methods that the others are made of


def _add(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    emitter.builtin("aten::_set_item", [set_, dict_key(emitter, set_, args[0]), TRUE_VALUE])
    return NONE_VALUE


def _contains(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.builtin_iteration import emit_any_equal
    from portfire.frontend.script.values.membership import is_unlike

    key = cast(DictType, static_type(set_)).key
    found = static_type(args[0])
    if found is not None and not isinstance(key, PendingType) and not _may_equal(found, key):
        return FALSE_VALUE
    if is_unlike(found, resolved(key)):
        return emit_any_equal(emitter, emitter.builtin("aten::keys", [set_]), args[0])
    return emitter.builtin("aten::__contains__", [set_, dict_key(emitter, set_, args[0])], called="in")


def _may_equal(found: Type, key: Type) -> bool:
    """Whether a value of the one type can be in a set of the other: what never is equal is not in it."""
    numbers = (INT, FLOAT, BOOL)
    return not (found in (*numbers, STR) and key in (*numbers, STR) and (found == STR) != (key == STR))


def _discard(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    emitter.builtin("aten::pop", [set_, dict_key(emitter, set_, args[0]), TRUE_VALUE])
    return NONE_VALUE


def _clear(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    emitter.builtin("aten::clear", [set_])
    return NONE_VALUE


def _copy(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return emitter.builtin("aten::copy", [set_])


def _emptied(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """A new set of the same type."""
    return emitter.insert("prim::DictConstruct", [], emitter.runtime(set_).type)


def _filled(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """The argument, as a set of the same type."""
    found = static_type(args[0])
    if isinstance(found, DictType) and form_kind(found) in ("set", "frozenset"):
        return args[0]
    made = _emptied(emitter, set_, [], {})
    _add_all(emitter, made, args[0])
    return made


# The others


def _library(function: Callable[..., object]) -> Method:
    def emit(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.compiler.function_value(function).call(emitter, [set_, *args], kwargs)

    return emit


def _only_with_sets(function: Callable[..., object], otherwise: StaticValue | None = None) -> Method:
    """An operator: its other side must be a set, too."""

    def emit(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        type_ = static_type(args[0])
        is_set = isinstance(args[0], KnownSet) or (type_ is not None and form_kind(type_) in ("set", "frozenset"))
        if is_set:
            return _library(function)(emitter, set_, args, kwargs)
        if otherwise is not None:
            return otherwise
        raise emitter.fail(
            "no-overload", f"a set cannot be combined with {args[0].describe()}", help="make a set of it: `set(items)`"
        )

    return emit


def _in_place(function: Callable[..., object]) -> Method:
    def emit(emitter: Emitter, set_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        _only_with_sets(function)(emitter, set_, args, kwargs)
        return set_

    return emit


_METHODS: dict[str, Method] = {
    "add": _add, "put": _add, "discard": _discard, "clear": _clear, "copy": _copy, "emptied": _emptied, "filled": _filled,
    "__contains__": _contains,
    **{
        f.__name__: _library(f)
        for f in (
            sets.update, sets.union, sets.intersection, sets.difference, sets.symmetric_difference, sets.remove, sets.pop,
            sets.issubset, sets.issuperset, sets.isdisjoint, sets.intersection_update, sets.difference_update,
            sets.symmetric_difference_update,
        )
    },
    "__or__": _only_with_sets(sets.union), "__and__": _only_with_sets(sets.intersection),
    "__sub__": _only_with_sets(sets.difference), "__xor__": _only_with_sets(sets.symmetric_difference),
    "__ior__": _in_place(sets.update), "__iand__": _in_place(sets.intersection_update),
    "__isub__": _in_place(sets.difference_update), "__ixor__": _in_place(sets.symmetric_difference_update),
    "__le__": _only_with_sets(sets.issubset), "__ge__": _only_with_sets(sets.issuperset),
    "__lt__": _only_with_sets(sets.is_proper_subset), "__gt__": _only_with_sets(sets.is_proper_superset),
    "__eq__": _only_with_sets(sets.equals, FALSE_VALUE), "__ne__": _only_with_sets(sets.differs, TRUE_VALUE),
}  # fmt: skip

#: What a frozenset lacks. Operators in place make a new one.
_CHANGING = frozenset(
    ("add", "remove", "pop", "clear", "update", "__ior__", "__iand__", "__isub__", "__ixor__")
)  # fmt: skip
