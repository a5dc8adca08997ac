"""What can be the key of a dict, or the item of a set.

Objects are keys by their identity, as Python's are that define no `__eq__`. The engine does not call methods to look a key up,
so that objects that do define it are refused.

Comes before: `ir/types.py`. Comes after: `annotations.py`, `container_values.py`, `displays.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.ir.types import (
    BoolType,
    ClassType,
    ComplexType,
    DeviceType,
    EnumType,
    FloatType,
    IntType,
    NoneType,
    OptionalType,
    StrType,
    TensorType,
    TupleType,
    Type,
)  # fmt: skip

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_PLAIN = (IntType, BoolType, FloatType, ComplexType, StrType, TensorType, DeviceType, EnumType, NoneType)
KEYS = "int, bool, float, complex, str, Tensor, an enum, an object that defines no __eq__, or a tuple of such"


def is_key(type_: Type) -> bool:
    """Whether a dict's keys may be declared to be of this type."""
    if isinstance(type_, (TupleType, OptionalType)):
        return all(map(is_key, type_.contained()))
    return isinstance(type_, _PLAIN) or (isinstance(type_, ClassType) and not defines_equality(type_))


def defines_equality(type_: Type) -> bool:
    """Whether Python would call `__eq__` of the user's to look up a value of this type, or a part of it."""
    if isinstance(type_, ClassType):
        return type_.python_class is not None and vars(object)["__eq__"] is not type_.python_class.__eq__
    return any(map(defines_equality, type_.contained()))


def require_key(emitter: Emitter, type_: Type) -> None:
    """Fail where a value of this type cannot be looked up."""
    if defines_equality(type_):
        raise emitter.fail(
            "unsupported-type",
            f"{type_.annotation} cannot be the key of a dict, or the item of a set: it defines __eq__",
            notes=("a program looks objects up by their identity, and calls no methods for it",),
            help="use a tuple of its attributes as the key",
        )
