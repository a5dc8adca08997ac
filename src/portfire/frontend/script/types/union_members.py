"""What is done with a Union where each of its members would do: one branch per member.

    size: Union[int, Tuple[int, int]]
    F.interpolate(x, size)   ->   one call for the int, one for the tuple

Comes before: `runtime_value.py`, `control_flow.py`. Comes after: `emitter.py` (operators), `conversion.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Graph, Value
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import BOOL, FLOAT, INT, Type, UnionType
from portfire.ops.conversions import convertible_to_list
from portfire.ops.emit import MatchError

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Emit = Callable[[Value], Value]


def by_member(emitter: Emitter, value: Value, members: Sequence[Type], emit: Emit) -> StaticValue:
    """`emit` of the value as the member it is."""
    from portfire.frontend.script.statements.control_flow import emit_choice

    def as_first() -> StaticValue:
        return RuntimeValue(emit(emitter.builder.insert("prim::unchecked_cast", [value], members[0])))

    if len(members) == 1:
        return as_first()
    is_first = emitter.insert("prim::isinstance", [value], BOOL, types=[members[0]])
    return emit_choice(emitter, is_first, as_first, lambda: by_member(emitter, value, members[1:], emit))


def operator_by_member(
    emitter: Emitter, values: Sequence[Value], emit: Callable[[Sequence[Value]], Value]
) -> StaticValue | None:
    """An operator that takes no Union, called for each member of the first operand that is one; None where it does not
    take them all."""
    index = next((i for i, v in enumerate(values) if isinstance(v.type, UnionType)), None)
    if index is None:
        return None
    value = values[index]
    union = value.type
    assert isinstance(union, UnionType)

    def of(member: Value) -> Value:
        replaced = [*values]
        replaced[index] = member
        try:
            return emit(replaced)
        except MatchError:
            if member.type == BOOL and INT in union.members:  # what takes the int takes a bool
                return of(emitter.builder.insert("aten::Int", [member], INT))
            inner = operator_by_member(emitter, replaced, emit)
            if inner is None:
                raise
            return emitter.runtime(inner)

    if not all(_is_taken(emitter, member, of) for member in union.members):
        return None
    return by_member(emitter, value, union.members, of)


def _is_taken(emitter: Emitter, member: Type, emit: Emit) -> bool:
    """Whether the operator takes a value of the type: tried where it leaves nothing behind."""
    block = Graph().block
    with emitter.within(block):
        try:
            emit(emitter.builder.insert("prim::Uninitialized", (), member))
        except MatchError:
            return False
        finally:
            block.clear()
    return True


def converted_by_member(
    emitter: Emitter, value: Value, target: Type, convert: Callable[[StaticValue, Type], Value]
) -> Value | None:
    """A Union as a type that each of its members becomes; None where one does not."""
    union = value.type
    if not isinstance(union, UnionType) or not members_become(union, target):
        return None
    return emitter.runtime(
        by_member(emitter, value, union.members, lambda member: convert(RuntimeValue(member), target))
    )


def members_become(union: UnionType, target: Type) -> bool:
    """Whether every member of a Union can be converted to a type."""
    return all(_becomes(member, target) for member in union.members)


def _becomes(member: Type, target: Type) -> bool:
    return (
        is_subtype(member, target)
        or convertible_to_list(member, target)
        or (member == INT and is_subtype(FLOAT, target))
        or (member == BOOL and is_subtype(INT, target))
    )
