"""Dicts filled from something else: `dict(pairs)`, `d.update(pairs)`, `dict.fromkeys(keys, value)`.

Comes before: `loops.py`, `displays.py`. Comes after: `builtin_functions.py`, `container_values.py`, `library_functions.py`.
"""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import PendingType, is_pending, pending_dict
from portfire.frontend.script.values.constant_values import NONE_VALUE
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import STR, DictType, ListType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def set_pairs(emitter: Emitter, dict_: StaticValue, pairs: StaticValue) -> None:
    """Set the items that pairs of a key and a value say, in whatever the pairs are."""
    from portfire.frontend.script.statements.loops import emit_iteration, iterator_of

    source = iterator_of(emitter, pairs)
    type_ = static_type(source)
    if isinstance(type_, ListType) and is_pending(type_.element):
        return  # a list that nothing has been put into

    def add(item: StaticValue) -> Flow:
        key, value = item.unpack(emitter, 2)
        dict_.set_index(emitter, key, value)
        return Flow.FALLS

    emit_iteration(emitter, source, (), add)


def is_dict(value: StaticValue) -> bool:
    """Whether the value is a dict of the program, or can be made one."""
    from portfire.frontend.script.values.static_dicts import StaticDict

    return isinstance(value, StaticDict) or isinstance(static_type(value), DictType)


def _from_keys(emitter: Emitter, made: StaticValue, args: Sequence[StaticValue]) -> StaticValue:
    """`dict.fromkeys(keys, value)`: the value is one object, in every item."""
    from portfire.frontend.script.statements.loops import emit_iteration, iterator_of

    value = args[1] if len(args) > 1 else NONE_VALUE

    def add(key: StaticValue) -> Flow:
        made.set_index(emitter, key, value)
        return Flow.FALLS

    source = iterator_of(emitter, args[0])
    type_ = static_type(source)
    if not (isinstance(type_, ListType) and is_pending(type_.element)):
        emit_iteration(emitter, source, (), add)
    return made


def _dict_from_keys(emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    return _from_keys(emitter, emitter.empty_display("prim::DictConstruct", pending_dict()), args)


def _ordered_dict_from_keys(
    emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
) -> StaticValue:
    type_ = DictType(PendingType(STR), PendingType(), form="OrderedDict")
    return _from_keys(emitter, emitter.empty_display("prim::DictConstruct", type_), args)


#: Function, what compiles a call of it, how many arguments it takes at least and at most.
ROWS: Final[tuple[tuple[Any, Any, int, int], ...]] = (
    (dict.fromkeys, _dict_from_keys, 1, 2),
    (collections.OrderedDict.fromkeys, _ordered_dict_from_keys, 1, 2),
)
