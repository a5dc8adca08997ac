"""Which parameters of a graph decide what it does: whose value, once known, settles a branch or a loop.

A parameter decides if a condition or a trip count follows from it through operators on numbers, strings and None alone.
Of tensors and objects nothing is known when compiling but whether they are None, so what passes through one decides nothing.

Comes before: `ir/graph.py`. Comes after: `passes/inline_profitable_calls.py`.
"""

from __future__ import annotations

from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.types import (
    BoolType,
    ComplexType,
    DeviceType,
    EnumType,
    FloatType,
    FunctionType,
    IntType,
    ListType,
    NoneType,
    NumberType,
    OptionalType,
    StrType,
    TupleType,
    Type,
    UnionType,
)

_SCALARS = (
    IntType,
    FloatType,
    ComplexType,
    BoolType,
    StrType,
    NoneType,
    NumberType,
    DeviceType,
    EnumType,
    FunctionType,
)

#: What they give does not follow from what they are given, or is not found out when compiling.
_OPAQUE = frozenset({"prim::CallFunction", "prim::CallMethod", "prim::GetAttr", "prim::fork", "prim::CreateObject"})


def deciding_parameters(graph: Graph) -> frozenset[int]:
    """The indices of the parameters that decide something."""
    return frozenset(p.index for p in graph.inputs if can_be_known(p.type) and _decides(p))


def can_be_known(type_: Type) -> bool:
    """Whether something about a value of the type may be known when compiling."""
    if isinstance(type_, (ListType, TupleType)):
        return any(map(can_be_known, type_.contained()))
    return isinstance(type_, (*_SCALARS, OptionalType, UnionType))


def _decides(parameter: Value) -> bool:
    seen: set[Value] = {parameter}
    pending = [parameter]
    while pending:
        for user, index in pending.pop().uses:
            if isinstance(user, Node) and _is_condition(user, index):
                return True
            for value in _following(user, index):
                if value not in seen:
                    seen.add(value)
                    pending.append(value)
    return False


def _is_condition(node: Node, index: int) -> bool:
    return node.kind == "prim::If" or (node.kind == "prim::Loop" and index < 2)


def _following(user: Node | Block, index: int) -> list[Value]:
    """The values that are known when this input is, and all others are."""
    if isinstance(user, Block):
        # What a loop carries is known in its first round at most.
        owner = user.owning_node
        return [owner.outputs[index]] if owner is not None and owner.kind == "prim::If" else []
    if user.blocks or user.kind in _OPAQUE or not all(can_be_known(v.type) for v in user.inputs):
        return []
    return [v for v in user.outputs if can_be_known(v.type)]
