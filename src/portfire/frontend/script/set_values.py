"""Sets: `{a, b}`, `set(xs)`, `frozenset(xs)`. A set is a dict whose values are all True, which only the compiler knows.

It lives in the function that makes it, and in what that calls: other functions are compiled in place for it. The order of
its items is that of insertion (Python leaves it open).

Comes before: `container_values.py`, `operators.py` (which asks for the methods behind operators). Comes after:
`displays.py`, `builtin_functions.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.constant_values import NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.conversion import static_type
from portfire.frontend.script.exits import Flow
from portfire.frontend.script.inference import pending_dict
from portfire.frontend.script.refinement import negated
from portfire.frontend.script.runtime_value import MethodValue
from portfire.frontend.script.static_values import Iteration, StaticValue
from portfire.frontend.script.tuple_values import TupleValue
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, FLOAT, INT, STR, TupleType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]


class SetValue(StaticValue):
    """A set: `keys` is the dict."""

    #: Operators are found as methods.
    has_operators = True
    #: Its contents change; which object a variable holds is known while compiling.
    is_mutable = True

    def __init__(self, keys: StaticValue) -> None:
        self.keys = keys

    def describe(self) -> str:
        """See the base class."""
        return "a set"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        raise emitter.fail(
            "not-a-value", "a set cannot leave the function that makes it", help="pass a list: `sorted(items)`"
        )

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name in _METHODS

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name not in _METHODS:
            raise emitter.fail(
                "no-attribute",
                f"a set has no attribute '{name}' in a program",
                help="build the set anew with a comprehension",
            )
        return MethodValue(self, name, _METHODS[name])

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return emitter.builtin("aten::keys", [self.keys]).iterate(emitter)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self.keys.length(emitter)

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self.keys.truth(emitter)

    def add(self, emitter: Emitter, item: StaticValue) -> None:
        """Put an item in."""
        self.keys.set_index(emitter, item, TRUE_VALUE)

    def has(self, emitter: Emitter, item: StaticValue) -> StaticValue:
        """`item in self`."""
        from portfire.frontend.script.operators import emit_contains

        return emit_contains(emitter, self.keys, item)


def make_set(emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
    """`set(items)`."""
    made = SetValue(emitter.empty_display("prim::DictConstruct", pending_dict()))
    for items in args:
        _add_all(emitter, made, items)
    return made


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
    from portfire.frontend.script.comprehensions import emit_comprehension

    items = ast.copy_location(ast.ListComp(elt=node.elt, generators=node.generators), node)
    return make_set(emitter, [emit_comprehension(emitter, items)], {})


def _add_all(emitter: Emitter, set_: SetValue, items: StaticValue) -> None:
    from portfire.frontend.script.loops import emit_iteration

    def body(item: StaticValue) -> Flow:
        set_.add(emitter, item)
        return Flow.FALLS

    emit_iteration(emitter, items, (), body)


def _as_set(emitter: Emitter, items: StaticValue) -> SetValue:
    made = items if isinstance(items, SetValue) else make_set(emitter, [items], {})
    assert isinstance(made, SetValue)
    return made


def _add(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    set_.add(emitter, args[0])
    return NONE_VALUE


def _remove(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    set_.keys.attribute(emitter, "pop").call(emitter, [args[0]], {})
    return NONE_VALUE


def _discard(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    _if(emitter, set_.has(emitter, args[0]), lambda: _remove(emitter, set_, args, kwargs))
    return NONE_VALUE


def _update(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    for items in args:
        _add_all(emitter, set_, items)
    return NONE_VALUE


def _clear(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return set_.keys.attribute(emitter, "clear").call(emitter, [], {})


def _copy(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return SetValue(emitter.builtin("aten::copy", [set_.keys]))


def _union(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    made = _copy(emitter, set_, [], {})
    assert isinstance(made, SetValue)
    _update(emitter, made, args, kwargs)
    return made


def _in_place_union(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    _update(emitter, set_, args, kwargs)
    return set_


def _chosen(wanted: bool) -> Callable[..., StaticValue]:
    """`intersection` and `difference`: the items that the other set has, or has not."""

    def emit(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        from portfire.frontend.script.loops import emit_iteration

        other, made = _as_set(emitter, args[0]), make_set(emitter, [], {})
        assert isinstance(made, SetValue)

        def body(item: StaticValue) -> Flow:
            found = other.has(emitter, item)
            _if(emitter, found if wanted else negated(emitter, found), lambda: made.add(emitter, item))
            return Flow.FALLS

        emit_iteration(emitter, set_, (), body)
        return made

    return emit


def _symmetric_difference(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    other = _as_set(emitter, args[0])
    only_here, only_there = _chosen(False)(emitter, set_, [other], {}), _chosen(False)(emitter, other, [set_], {})
    return _in_place_union(emitter, _as_set(emitter, only_here), [only_there], {})


def _is_subset(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtin_iteration import search

    other = _as_set(emitter, args[0])
    lacks = search(emitter, set_, lambda item: negated(emitter, other.has(emitter, item)))
    return negated(emitter, lacks)


def _is_superset(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return _is_subset(emitter, _as_set(emitter, args[0]), [set_], {})


def _is_disjoint(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtin_iteration import search

    other = _as_set(emitter, args[0])
    return negated(emitter, search(emitter, set_, lambda item: other.has(emitter, item)))


def _equals(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    if not isinstance(args[0], SetValue):
        return ConstantValue(False)
    same_size = emitter.builtin("aten::eq", [set_.length(emitter), args[0].length(emitter)])
    return emitter.builtin("aten::__and__", [same_size, _is_subset(emitter, set_, args, kwargs)])


def _differs(emitter: Emitter, set_: SetValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return negated(emitter, _equals(emitter, set_, args, kwargs))


def _if(emitter: Emitter, condition: StaticValue, then: Callable[[], object]) -> None:
    from portfire.frontend.script.control_flow import emit_if_value

    def run() -> Flow:
        then()
        return Flow.FALLS

    emit_if_value(emitter, condition, run, lambda: Flow.FALLS)


_METHODS: dict[str, Callable[..., StaticValue]] = {
    "add": _add, "remove": _remove, "discard": _discard, "update": _update, "clear": _clear, "copy": _copy,
    "union": _union, "intersection": _chosen(True), "difference": _chosen(False),
    "symmetric_difference": _symmetric_difference, "issubset": _is_subset, "issuperset": _is_superset,
    "isdisjoint": _is_disjoint,
    "__or__": _union, "__ior__": _in_place_union, "__and__": _chosen(True), "__sub__": _chosen(False),
    "__xor__": _symmetric_difference, "__le__": _is_subset, "__ge__": _is_superset, "__eq__": _equals,
    "__ne__": _differs, "__contains__": lambda emitter, set_, args, kwargs: set_.has(emitter, args[0]),
}  # fmt: skip
