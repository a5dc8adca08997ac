"""Which values a type admits: what a pickle gives is checked against what the source declares, and unions are resolved.

Comes before: `ir/types.py`, `ir/state.py`. Comes after: `pickler.py`, `unpickler.py`.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from portfire.ir.builder import constant_type
from portfire.ir.graph import Function
from portfire.ir.state import ObjectState
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    ANY,
    NONE,
    AnyType,
    ClassType,
    DictType,
    EnumType,
    FloatType,
    FunctionType,
    InterfaceType,
    ListType,
    NumberType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip


def fits(value: Any, type_: Type) -> bool:
    """Whether `value` may stand where `type_` is declared."""
    if isinstance(type_, AnyType):
        return True
    if isinstance(type_, OptionalType):
        return value is None or fits(value, type_.element)
    if isinstance(type_, UnionType):
        return any(fits(value, m) for m in type_.members)
    if isinstance(type_, ListType):
        return isinstance(value, list) and all(fits(v, type_.element) for v in value)
    if isinstance(type_, DictType):
        return isinstance(value, dict) and all(fits(k, type_.key) and fits(v, type_.value) for k, v in value.items())
    if isinstance(type_, TupleType):
        return isinstance(value, tuple) and len(value) == len(type_.elements) and all(map(fits, value, type_.elements))
    return _fits_plain(value, type_)


def _fits_plain(value: Any, type_: Type) -> bool:
    if isinstance(type_, EnumType):
        return isinstance(value, Enum) and isinstance(value, type_.python_class or Enum)
    if isinstance(type_, (ClassType, InterfaceType)):
        return isinstance(value, ObjectState) and is_subtype(value.cls, type_)
    if isinstance(type_, FunctionType):
        return isinstance(value, Function)
    if isinstance(type_, (FloatType, NumberType)) and isinstance(value, (int, float)):
        return True
    try:
        return is_subtype(constant_type(value), type_)
    except (TypeError, ValueError):
        return False


def actual_type(value: Any, declared: Type) -> Type:
    """The type of a value where the declared one leaves it open: the member of the union that it is."""
    if value is None:
        return NONE
    if isinstance(value, ObjectState):
        return value.cls
    if isinstance(declared, OptionalType):
        return actual_type(value, declared.element)
    if isinstance(declared, UnionType):
        return next((m for m in declared.members if fits(value, m)), ANY)
    return _inferred(value) if isinstance(declared, AnyType) else declared


def _inferred(value: Any) -> Type:
    try:
        return constant_type(value)
    except (TypeError, ValueError):
        if isinstance(value, list):
            return ListType(ANY)
        return DictType(ANY, ANY) if isinstance(value, dict) else ANY
