"""Order: `sorted`, `list.sort`, `min` and `max`, by keys or without.

Comes before: `builtin_iteration.py`, `python_library/sorting.py`. Comes after: `builtin_functions.py`, `container_values.py`.
"""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.builtin_iteration import MapValue, fold, items_after_the_first, to_list
from portfire.frontend.script.builtins.python_library import sorting
from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import is_pending
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, ConstantValue
from portfire.frontend.script.values.operators import emit_comparison
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import MISSING
from portfire.ir.types import BOOL, FLOAT, INT, NUMBER, STR, DictType, ListType, OptionalType, TupleType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]


def emit_sorted(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`sorted(items, key=, reverse=)`."""
    key, reverse = _options(emitter, "sorted", kwargs)
    known = _sorted_names(emitter, args[0], key, reverse)
    if known is not None:
        return known
    values = to_list(emitter, args[0])
    if key.constant() is None and _is_plain(_element(values)):
        emitter.builtin("aten::sort", [values, reverse])
        return values
    return _sorted_by_key(emitter, values, key, reverse)


def sort_in_place(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`items.sort(key=, reverse=)`."""
    if args:
        raise emitter.fail("bad-call", "'sort' takes its arguments by name", help="items.sort(key=f, reverse=True)")
    key, reverse = _options(emitter, "sort", kwargs)
    if key.constant() is None and _is_plain(_element(list_)):
        emitter.builtin("aten::sort", [list_, reverse])
    else:
        in_order = _sorted_by_key(emitter, list_, key, reverse)
        emitter.compiler.function_value(sorting.replace_items).call(emitter, [list_, in_order], {})
    return NONE_VALUE


def _options(emitter: Emitter, called: str, kwargs: Keywords) -> tuple[StaticValue, StaticValue]:
    unknown = set(kwargs) - {"key", "reverse"}
    if unknown:
        raise emitter.fail(
            "bad-call", f"'{called}' has no argument '{min(unknown)}'", help="its arguments are `key` and `reverse`"
        )
    reverse = kwargs.get("reverse", FALSE_VALUE).truth(emitter)
    return kwargs.get("key", NONE_VALUE), reverse


def _element(values: StaticValue) -> Type | None:
    type_ = static_type(values)
    return type_.element if isinstance(type_, ListType) else None


def _is_plain(type_: Type | None) -> bool:
    """Whether the engine orders values of the type as Python does."""
    if isinstance(type_, TupleType):
        return all(map(_is_plain, type_.elements))
    if isinstance(type_, ListType):
        return _is_plain(type_.element)
    return type_ in (INT, FLOAT, BOOL, STR) or (type_ is not None and is_pending(type_))


def _sorted_names(emitter: Emitter, values: StaticValue, key: StaticValue, reverse: StaticValue) -> StaticValue | None:
    """Names known while compiling, in order and still known: the keys of a `ModuleDict`, of a dict of unlike things."""
    if isinstance(static_type(values), (ListType, DictType)) or key.constant() is not None:
        return None
    items = values.iterate(emitter).items
    if not items or not all(isinstance(i.constant(), str) for i in items) or reverse.constant() is MISSING:
        return None
    in_order = sorted(items, key=lambda item: str(item.constant()), reverse=bool(reverse.constant()))
    return TupleValue(in_order, is_list=True)


def _comparable(emitter: Emitter, key: StaticValue) -> StaticValue:
    """A key that may be None: Python compares it with nothing."""
    type_ = static_type(key)
    if not isinstance(type_, OptionalType):
        return key
    is_set = emitter.builtin("aten::__isnot__", [key, NONE_VALUE])
    message = ConstantValue("'<' not supported between instances of 'NoneType' and 'NoneType'")
    emit_check(emitter, is_set, message, "builtins.TypeError")
    return emitter.insert("prim::unchecked_cast", [emitter.runtime(key)], type_.element)


class _KeyFunction(StaticValue):
    """What `key=` was given, with keys that can be compared."""

    def __init__(self, key: StaticValue) -> None:
        self.key = key

    def describe(self) -> str:
        """See the base class."""
        return self.key.describe()

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return _comparable(emitter, self.key.call(emitter, args, kwargs))


def _sorted_by_key(emitter: Emitter, values: StaticValue, key: StaticValue, reverse: StaticValue) -> StaticValue:
    keys = values if key.constant() is None else to_list(emitter, MapValue(_KeyFunction(key), [values]))
    if _element(keys) == NUMBER:
        keys = to_list(emitter, MapValue(emitter.compiler.value_of(emitter, float), [keys]))
    function = sorting.sorted_by_plain_keys if _is_plain(_element(keys)) else sorting.sorted_by_comparing
    return emitter.compiler.function_value(function).call(emitter, [values, keys, reverse], {})


class Extreme:
    """`min` and `max`, of several arguments or of the items of one, with `key` and `default`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """Compile a call."""
        key = kwargs.get("key", NONE_VALUE)
        if len(args) == 1:
            return self._of_items(emitter, args[0], key, kwargs.get("default"))
        return self._of_arguments(emitter, args, key)

    def _of_arguments(self, emitter: Emitter, args: Sequence[StaticValue], key: StaticValue) -> StaticValue:
        types = {static_type(a) for a in args}
        if len(args) == 1:
            return args[0]
        if key.constant() is None and types <= {INT, FLOAT, NUMBER}:
            if all(a.constant() is not MISSING for a in args):
                return ConstantValue(getattr(builtins, self.name)(*(a.constant() for a in args)))
            if len(types) == 1 and NUMBER not in types:
                return self._of_numbers(emitter, args)
        return functools.reduce(lambda best, item: self._better(emitter, best, item, key), args)

    def _of_numbers(self, emitter: Emitter, args: Sequence[StaticValue]) -> StaticValue:
        result = args[0]
        for other in args[1:]:
            result = emitter.builtin(f"prim::{self.name}", [result, other])
        return result

    def _better(self, emitter: Emitter, best: StaticValue, item: StaticValue, key: StaticValue) -> StaticValue:
        """The later of two only if it is better: an int stays an int and a float a float, as in Python."""

        def key_of(value: StaticValue) -> StaticValue:
            return value if key.constant() is None else _comparable(emitter, key.call(emitter, [value], {}))

        op = ast.Lt() if self.name == "min" else ast.Gt()
        truth = emit_comparison(emitter, op, key_of(item), key_of(best)).truth(emitter)
        known = truth.constant()
        if known is not MISSING:
            return item if known else best
        return emit_choice(emitter, truth, lambda: item, lambda: best)

    def _of_items(
        self, emitter: Emitter, values: StaticValue, key: StaticValue, default: StaticValue | None
    ) -> StaticValue:
        type_ = static_type(values)
        plain = isinstance(type_, ListType) and type_.element in (INT, FLOAT, BOOL)
        if plain and key.constant() is None and default is None:
            return emitter.builtin(f"prim::{self.name}", [values])
        iteration = values.iterate(emitter)
        if iteration.items is not None:
            return self._of_known_items(emitter, iteration.items, key, default)
        source = iteration.source
        assert source is not None
        count = source.length(emitter)

        def best_of_all() -> StaticValue:
            first = source.emit_item(emitter, emitter.constant_value(0))
            rest = items_after_the_first(emitter, source, count)
            return fold(emitter, rest, first, lambda best, item: self._better(emitter, best, item, key))

        if default is None:
            has_items = emitter.builtin("aten::gt", [count, ConstantValue(0)])
            emit_check(
                emitter, has_items, ConstantValue(f"{self.name}() arg is an empty sequence"), "builtins.ValueError"
            )
            return best_of_all()
        is_empty = emitter.builtin("aten::eq", [count, ConstantValue(0)])
        return emit_choice(emitter, is_empty, lambda: default, best_of_all)

    def _of_known_items(
        self, emitter: Emitter, items: Sequence[StaticValue], key: StaticValue, default: StaticValue | None
    ) -> StaticValue:
        if not items and default is not None:
            return default
        if not items:
            raise emitter.fail("bad-call", f"'{self.name}' of nothing", help="give it at least one value")
        return self._of_arguments(emitter, items, key)
