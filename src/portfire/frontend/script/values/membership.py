"""`item in container`.

Comes before: `operators.py` (equality). Comes after: `operators.py` (comparisons), `patterns.py`, `set_values.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.dict_views import container_asked
from portfire.frontend.script.values.operators import emit_equal, has_operators
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import BOOL, FLOAT, INT, NONE, STR, TENSOR, DictType, ListType, OptionalType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_contains(emitter: Emitter, container: StaticValue, item: StaticValue) -> StaticValue:
    """`item in container`."""
    from portfire.frontend.script.builtins.builtin_iteration import emit_any_equal, to_list
    from portfire.frontend.script.values.container_values import dict_key

    container = container_asked(container, item)
    if has_operators(container) and container.has_attribute(emitter, "__contains__"):
        return container.attribute(emitter, "__contains__").call(emitter, [item], {}).truth(emitter)
    if has_operators(container):
        container = to_list(emitter, container)
    type_ = static_type(container)
    if type_ == TENSOR:
        return emitter.builtin("aten::any", [emit_equal(emitter, container, item)]).truth(emitter)
    if type_ == STR:
        if isinstance(container.constant(), str) and isinstance(item.constant(), str):
            return ConstantValue(item.constant() in container.constant())
        position = emitter.builtin("aten::find", [container, item], called="in")
        return emitter.builtin("aten::ge", [position, ConstantValue(0)])
    if isinstance(type_, DictType) and is_unlike(static_type(item), resolved(type_.key)):
        return emit_any_equal(emitter, to_list(emitter, container), item)
    if isinstance(type_, DictType):
        return emitter.builtin("aten::__contains__", [container, dict_key(emitter, container, item)], called="in")
    if isinstance(type_, ListType):
        if resolved(type_.element) in (INT, FLOAT, STR) and static_type(item) == resolved(type_.element):
            return emitter.builtin("aten::__contains__", [container, item], called="in")
        return emit_any_equal(emitter, container, item)
    iteration = None if hasattr(container, "emit_each") else container.iterate(emitter)
    if iteration is None or iteration.items is None:
        return emit_any_equal(emitter, container, item)
    return _contains_known(emitter, iteration.items, item)


def _contains_known(emitter: Emitter, items: tuple[StaticValue, ...], item: StaticValue) -> StaticValue:
    result: StaticValue = ConstantValue(False)
    for candidate in items:
        equal = emit_equal(emitter, item, candidate).truth(emitter)
        known = equal.constant()
        if known is True:
            return (
                ConstantValue(True) if result.constant() is False else emitter.builtin("aten::__or__", [result, equal])
            )
        if known is not False:
            result = equal if result.constant() is False else emitter.builtin("aten::__or__", [result, equal])
    return result


#: What is compared with keys of another type: it may be equal to one, `1.0` to `1`, or never is.
_PLAIN = (INT, FLOAT, BOOL, STR, NONE)


def is_unlike(item: Type | None, key: Type) -> bool:
    """Whether an item is looked for among keys of another plain type, which it cannot become."""
    inner = item.element if isinstance(item, OptionalType) else item
    return key in _PLAIN and inner in _PLAIN and item != key and (item, key) != (INT, FLOAT)
