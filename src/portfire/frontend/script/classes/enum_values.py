"""Enums: the class as a compile-time value, and what its members can do.

A member is a value of the program with a name and an int, float or str. Where Python's values are of other types, or of
several, the program numbers the members, and `.value` picks the Python value by the number. A member of an enum that is also
an int or a str (`IntEnum`, `StrEnum`) is one wherever an operator asks for it.

Comes before: `picked_values.py`, `methods.py`. Comes after: `class_values.py`, `scalar_values.py`, `operators.py`.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from portfire.frontend.script.statements.control_flow import emit_if_value
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, ConstantValue
from portfire.frontend.script.values.picked_values import pick, pick_by_key
from portfire.frontend.script.values.runtime_value import RuntimeValue, method_of_class
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir import types as ir
from portfire.ir.enum_members import PLAIN_VALUES, enum_members
from portfire.ir.graph import MISSING, Value

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def enum_type(cls: type[enum.Enum], name: str) -> ir.EnumType:
    """The type of the members of an enum."""
    value_type, members = enum_members(cls)
    type_ = ir.EnumType(name, value_type, members)
    type_.python_class = cls
    return type_


def members_of(type_: ir.EnumType) -> list[enum.Enum]:
    """The members, in order, as Python objects."""
    return [type_.member(name) for name in type_.members]


def _is_numbered(type_: ir.EnumType) -> bool:
    """Whether Python's values are others than the program's. By their types: True is no 1 here."""
    return {PLAIN_VALUES.get(type(m.value)) for m in members_of(type_)} != {type_.value_type}


def decayed(emitter: Emitter, value: StaticValue) -> StaticValue:
    """A member of an enum that is also an int or a str, as that; other values as they are."""
    type_ = static_type(value)
    if not isinstance(type_, ir.EnumType) or type_.python_class is None:
        return value
    if not issubclass(type_.python_class, (int, float, str)):
        return value
    constant = value.constant()
    if constant is not MISSING:
        return ConstantValue(constant.value)
    return member_value(emitter, cast(RuntimeValue, value), type_)


def plain_members(emitter: Emitter, operands: Sequence[Value]) -> list[StaticValue] | None:
    """The operands with members of enums that are also ints or strings as that; None where there is none."""
    plain = [
        decayed(emitter, RuntimeValue(o)) if isinstance(o.type, ir.EnumType) else RuntimeValue(o) for o in operands
    ]
    changed = any(not isinstance(p, RuntimeValue) or p.value is not o for p, o in zip(plain, operands, strict=True))
    return plain if changed else None


def member_value(emitter: Emitter, value: RuntimeValue, type_: ir.EnumType) -> StaticValue:
    """`member.value`."""
    if _is_numbered(type_):
        return _of_member(emitter, value, type_, lambda m: m.value, "value")
    return emitter.insert("prim::EnumValue", [value.value], type_.value_type)


def member_attribute(emitter: Emitter, value: RuntimeValue, type_: ir.EnumType, name: str) -> StaticValue:
    """`member.name`: name and value, methods and properties of the class, what `__init__` gave the members."""
    if name in ("value", "_value_"):
        return member_value(emitter, value, type_)
    if name in ("name", "_name_"):
        return emitter.insert("prim::EnumName", [value.value], ir.STR)
    cls = type_.python_class
    for base in cls.__mro__ if cls is not None else ():
        found = vars(base).get(name, MISSING)
        if found is MISSING or base in (object, enum.Enum, int, str, float):
            continue
        if isinstance(found, types.FunctionType):
            return method_of_class(value, found)
        if isinstance(found, property):
            return emitter.compiler.value_of(emitter, found.fget, name).call(emitter, [value], {})
        if isinstance(found, staticmethod):
            return emitter.compiler.value_of(emitter, found.__func__, name)
        if isinstance(found, enum.Enum):
            return ConstantValue(found, type_)
        return emitter.compiler.value_of(emitter, getattr(cls, name), name)
    if cls is not None and all(name in vars(m) for m in members_of(type_)):
        return _of_member(emitter, value, type_, lambda m: vars(m)[name], name)
    plain = decayed(emitter, value)
    if plain is not value and name in dir(str if static_type(plain) == ir.STR else int):
        return plain.attribute(emitter, name)
    raise emitter.fail(
        "no-attribute",
        f"a member of {type_.annotation} has no attribute '{name}'",
        help="a member has `name` and `value`, and what its class defines",
    )


def _of_member(emitter: Emitter, value: RuntimeValue, type_: ir.EnumType, get: Any, name: str) -> StaticValue:
    """Something known of each member, for the one that it is."""
    members = members_of(type_)
    items = [emitter.compiler.value_of(emitter, get(m), name) for m in members]
    return pick(
        emitter, items, lambda emitter, i: emitter.builtin("aten::eq", [value, ConstantValue(members[i], type_)])
    )


def member_by_value(emitter: Emitter, cls: type[enum.Enum], type_: ir.EnumType, value: StaticValue) -> StaticValue:
    """`Color(1)`: the member with that value; ValueError where there is none."""
    if static_type(value) is type_:
        return value
    value = decayed(emitter, value)
    known = value.constant()
    if known is not MISSING:
        try:
            return ConstantValue(cls(known), type_)
        except ValueError as error:
            message = str(error)
            raise emitter.fail("no-attribute", message, help="use the value of a member") from None
    members = members_of(type_)
    kinds = {type(m.value) for m in members}
    if len(kinds) != 1 or PLAIN_VALUES.get(kinds.pop()) != static_type(value):
        raise emitter.fail(
            "not-a-constant-index",
            f"which member of '{cls.__name__}' this is must be known while compiling",
            help="compare with the members: `if v == Color.RED.value:`",
        )
    values = ConstantValue([m.value for m in members], ir.ListType(static_type(value) or ir.INT))

    def fail() -> Flow:
        from portfire.frontend.script.statements.exceptions import emit_check

        template = ConstantValue("{!r} is not a valid " + cls.__qualname__)
        message = emitter.builtin("aten::format", [template, value])
        emit_check(emitter, FALSE_VALUE, message, "builtins.ValueError")
        return Flow.RAISES

    emit_if_value(emitter, emitter.builtin("aten::__contains__", [values, value]), lambda: Flow.FALLS, fail)
    items = [ConstantValue(m, type_) for m in members]
    return pick(
        emitter, items, lambda emitter, i: emitter.builtin("aten::eq", [value, ConstantValue(members[i].value)])
    )


def member_by_name(emitter: Emitter, cls: type[enum.Enum], type_: ir.EnumType, name: StaticValue) -> StaticValue:
    """`Color["RED"]`: the member of that name; KeyError where there is none."""
    known = name.constant()
    if isinstance(known, str):
        if known not in cls.__members__:
            raise emitter.fail("no-attribute", f"'{cls.__name__}' has no member '{known}'", help="name a member")
        return ConstantValue(cls[known], type_)
    members = list(cls.__members__.items())
    items = [ConstantValue(m, type_) for _, m in members]
    return pick_by_key(emitter, [n for n, _ in members], items, name, f"the enum '{cls.__name__}'")


def member_text(emitter: Emitter, value: StaticValue, conversion: str = "") -> StaticValue | None:
    """The text of a member, as Python makes it; None of values that are no members. `conversion` is that of an f-string:
    none (`format()`), `s` or `r`."""
    type_ = static_type(value)
    if not isinstance(type_, ir.EnumType) or type_.python_class is None:
        return None
    makers: dict[str, Callable[[Any], str]] = {"": format, "s": str, "r": repr}
    make = makers[conversion]
    known = value.constant()
    if known is not MISSING:
        return ConstantValue(make(known))
    return _of_member(emitter, cast(RuntimeValue, value), type_, make, "text")


def folded_flags(op: Any, left: StaticValue, right: StaticValue) -> StaticValue | None:
    """`A | B` of two members of a `Flag` that are known while compiling."""
    a, b = left.constant(), right.constant()
    if not isinstance(a, enum.Flag) or not isinstance(b, enum.Flag):
        return None
    return ConstantValue(op(a, b), static_type(left))
