"""`is` and `is not`.

Comes before: `picked_values.py`, `exceptions.py`. Comes after: `operators.py`, `refinement.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.frontend.script.statements.exceptions import emit_class_identity
from portfire.frontend.script.statements.merging import is_same
from portfire.frontend.script.statements.refinement import negated
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.picked_values import PickedValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.types_of_values import TypeOfAnything
from portfire.ir.graph import MISSING
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import BOOL, NONE, EnumType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_identity(emitter: Emitter, left: StaticValue, right: StaticValue, *, negative: bool) -> StaticValue:
    """`left is right`: of None, bools, enum members, and things known while compiling."""
    a, b = left.constant(), right.constant()
    if a is not MISSING and b is not MISSING:
        return ConstantValue((a is b) != negative)
    same_class = emit_class_identity(emitter, left, right)
    if same_class is not None:
        return negated(emitter, same_class) if negative else same_class
    by_item = compare_picked(emitter, left, right, negative)
    if by_item is not None:
        return by_item
    a_type, b_type = static_type(left), static_type(right)
    if a_type is None or b_type is None:
        return ConstantValue(is_same(left, right) != negative)
    if NONE in (a_type, b_type):
        other, type_ = (left, a_type) if b_type == NONE else (right, b_type)
        return emit_is_none(emitter, other, type_, negative)
    if BOOL in (a_type, b_type) or isinstance(a_type, EnumType):  # of which there is one of each
        if a_type != b_type:
            return ConstantValue(negative)
        return emitter.builtin("aten::ne" if negative else "aten::eq", [left, right], called="is")
    return emitter.builtin("aten::__isnot__" if negative else "aten::__is__", [left, right], called="is")


def compare_picked(emitter: Emitter, left: StaticValue, right: StaticValue, negative: bool) -> StaticValue | None:
    """`left is right`, or with `negative` `left is not right`, of one of several functions or classes; None of other values."""
    if isinstance(right, (PickedValue, TypeOfAnything)):
        left, right = right, left
    if isinstance(left, TypeOfAnything):
        found = left.is_class(emitter, right)
        return negated(emitter, found) if negative else found
    if not isinstance(left, PickedValue) or static_type(right) is not None:
        return None
    return left.branch(emitter, lambda item: emit_identity(emitter, item, right, negative=negative))


def emit_is_none(emitter: Emitter, value: StaticValue, type_: Type, negative: bool) -> StaticValue:
    """`value is None`, or with `negative` `value is not None`."""
    found = value.is_none(emitter)
    if found is not None:
        return negated(emitter, found) if negative else found
    if not is_subtype(NONE, type_):
        return ConstantValue(negative)
    return emitter.builtin("aten::__isnot__" if negative else "aten::__is__", [value, NONE_VALUE])
