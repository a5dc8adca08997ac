"""The text of objects: `__str__`, `__repr__` and `__format__` of script classes and dataclasses, also inside of lists,
tuples and dicts; members of enums.

Comes before: `enum_values.py`, `python_library/object_texts.py`. Comes after: `strings.py`, `builtin_functions.py`, `forms.py`.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.python_library import object_texts as texts
from portfire.frontend.script.classes.enum_values import member_text
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.forms import is_shown_by_form, shown
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.picked_values import pick_by_type
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def own_text(emitter: Emitter, value: StaticValue, conversion: str = "") -> StaticValue | None:
    """The text of a value whose class makes it; None of others. `conversion` is that of an f-string: none (`format()`),
    `s` or `r`."""
    type_ = static_type(value)
    if isinstance(type_, ir.EnumType):
        return member_text(emitter, value, conversion)
    if isinstance(type_, ir.ClassType):
        return _object_text(emitter, value, type_, conversion)
    if isinstance(value, TupleValue) and any(map(_item_has_own_text, value.items)):
        return _items_text(emitter, value.items, "[{}]" if value.is_list else "({})")
    if isinstance(value, TupleValue) or type_ is None or is_shown_by_form(type_) or not _has_own_text(type_):
        return None
    if isinstance(type_, ir.ListType):
        return emitter.compiler.function_value(texts.list_text).call(emitter, [value], {})
    if isinstance(type_, ir.DictType):
        return emitter.compiler.function_value(texts.dict_text).call(emitter, [value], {})
    if isinstance(type_, ir.OptionalType):
        is_text = conversion != "r"
        function = texts.optional_text if is_text else texts.optional_representation
        return emitter.compiler.function_value(function).call(emitter, [value], {})
    if isinstance(type_, ir.TupleType):
        return tuple_text(emitter, value, type_)
    if isinstance(type_, ir.UnionType) and isinstance(value, RuntimeValue):
        return pick_by_type(emitter, value, type_.members).branch(
            emitter, lambda member: _text(emitter, member, conversion or "s")
        )
    return None


def formatted_object(emitter: Emitter, value: StaticValue, spec: StaticValue) -> StaticValue | None:
    """`format(value, spec)` where the class of the value defines `__format__`; else None."""
    type_ = static_type(value)
    if not isinstance(type_, ir.ClassType) or _method(type_, "__format__") is None:
        return None
    return value.attribute(emitter, "__format__").call(emitter, [spec], {})


def _has_own_text(type_: ir.Type) -> bool:
    if isinstance(type_, ir.EnumType) or is_shown_by_form(type_):
        return True
    if isinstance(type_, ir.ClassType):
        return not type_.is_module and _method(type_, "__repr__") is not None
    return any(map(_has_own_text, type_.contained()))


def _method(type_: ir.ClassType, name: str) -> types.FunctionType | None:
    for base in type_.python_class.__mro__ if type_.python_class is not None else ():
        found = vars(base).get(name)
        if found is not None:
            return found if isinstance(found, types.FunctionType) else None
    return None


def _object_text(emitter: Emitter, value: StaticValue, type_: ir.ClassType, conversion: str) -> StaticValue | None:
    if type_.is_module or issubclass(type_.python_class or object, BaseException):
        return None
    names = ("__repr__",) if conversion == "r" else ("__str__", "__repr__")
    for name in names:
        if _method(type_, name) is not None:
            return value.attribute(emitter, name).call(emitter, [], {})
    return None


def tuple_text(emitter: Emitter, value: StaticValue, type_: ir.TupleType) -> StaticValue:
    """`repr()` of a tuple, item by item."""
    items = value.unpack(emitter, None)
    if not type_.fields:
        return _items_text(emitter, items, "({})")
    called = (type_.name or "").rpartition(".")[2]
    names = ", ".join(f"{f}={{}}" for f in type_.fields)
    return emitter.builtin("aten::format", [ConstantValue(f"{called}({names})"), *(_text(emitter, i) for i in items)])


def _items_text(emitter: Emitter, items: Sequence[StaticValue], around: str) -> StaticValue:
    inside = ", ".join(["{}"] * len(items)) + ("," if len(items) == 1 and around == "({})" else "")
    return emitter.builtin("aten::format", [ConstantValue(around.format(inside)), *(_text(emitter, i) for i in items)])


def _text(emitter: Emitter, item: StaticValue, conversion: str = "r") -> StaticValue:
    """The text of any value."""
    plain = ConstantValue("{!r}" if conversion == "r" else "{}")
    return own_text(emitter, item, conversion) or shown(emitter, item) or emitter.builtin("aten::format", [plain, item])


def _item_has_own_text(item: StaticValue) -> bool:
    if isinstance(item, TupleValue):
        return any(map(_item_has_own_text, item.items))
    type_ = static_type(item)
    return type_ is None or _has_own_text(type_)
