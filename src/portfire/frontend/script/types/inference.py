"""Types not known yet: the element type of `[]`, the key and value types of `{}`.

A `PendingType` stands in the type of a value until a use says what it is (`append`, an assignment, a merge with a typed
list, a return type). Every value that mentions it follows, since types are resolved when read. What no use has said when
the function ends is a tensor, TorchScript's default.

Comes before: `ir/types.py`. Comes after: `runtime_value.py`, `merging.py`, `compiler.py`.
"""

from __future__ import annotations

from portfire.ir.graph import Graph
from portfire.ir.subtyping import optional_of, unify, union_of
from portfire.ir.types import (
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    DictType,
    ListType,
    OptionalType,
    Type,
)  # fmt: skip


class PendingType(Type):
    """A type that a later use decides; compares by identity."""

    __slots__ = ("default", "resolved")

    def __init__(self, default: Type = TENSOR) -> None:
        self.resolved: Type | None = None
        self.default = default

    def __str__(self) -> str:
        return str(self.resolved) if self.resolved is not None else "unknown"


def resolved(type_: Type) -> Type:
    """`type_` with every decided pending type replaced."""
    if isinstance(type_, PendingType):
        return type_ if type_.resolved is None else resolved(type_.resolved)
    contained = type_.contained()
    if not contained:
        return type_
    new = tuple(map(resolved, contained))
    return type_ if all(a is b for a, b in zip(new, contained, strict=True)) else type_.with_contained(new)


def is_pending(type_: Type) -> bool:
    """Whether `type_`, resolved, still mentions an undecided type."""
    if isinstance(type_, PendingType):
        return type_.resolved is None or is_pending(type_.resolved)
    return any(map(is_pending, type_.contained()))


def decide(pending: Type, known: Type) -> None:
    """Let `known` say what the pending types in `pending` are, as far as the two have the same shape."""
    pending, known = resolved(pending), resolved(known)
    if isinstance(pending, PendingType):
        if pending is not known and not _mentions(known, pending):
            pending.resolved = known
        return
    if isinstance(known, OptionalType) and not isinstance(pending, OptionalType):
        known = known.element
    if type(pending) is type(known) and len(pending.contained()) == len(known.contained()):
        for a, b in zip(pending.contained(), known.contained(), strict=True):
            if is_pending(a):
                decide(a, b)
            elif is_pending(b):
                decide(b, a)


def _mentions(type_: Type, pending: PendingType) -> bool:
    return type_ is pending or any(_mentions(t, pending) for t in type_.contained())


def unified(a: Type, b: Type) -> Type | None:
    """`unify`, deciding pending types on either side."""
    a, b = resolved(a), resolved(b)
    if is_pending(a):
        decide(a, b)
    if is_pending(b):
        decide(b, a)
    a, b = resolved(a), resolved(b)
    if is_pending(a) or is_pending(b):
        return a if a == b else _unify_pending(a, b)
    return unify(a, b)


def _unify_pending(a: Type, b: Type) -> Type | None:
    if a == NONE or b == NONE:
        return optional_of(b if a == NONE else a)
    return unify(a, b)


def joined(a: Type, b: Type) -> Type:
    """The type of a variable that is `a` or `b`: unified, or else a union."""
    common = unified(a, b)
    if common is None and resolved(a) in _NUMBERS and resolved(b) in _NUMBERS:
        return NUMBER
    return common if common is not None else union_of((resolved(a), resolved(b)))


_NUMBERS = (INT, FLOAT, NUMBER)


def pending_list() -> ListType:
    """The type of `[]`."""
    return ListType(PendingType())


def pending_dict() -> DictType:
    """The type of `{}`."""
    return DictType(PendingType(STR), PendingType())


def settle(type_: Type) -> Type:
    """`type_` with what is undecided set to its default, for good."""
    type_ = resolved(type_)
    if isinstance(type_, PendingType):
        type_.resolved = type_.default
        return type_.default
    contained = type_.contained()
    return type_.with_contained(tuple(map(settle, contained))) if contained else type_


def settle_graph(graph: Graph) -> None:
    """Give every value of a finished graph its final type."""
    for value in graph.inputs:
        value.type = settle(value.type)
    for node in graph.walk():
        for value in node.outputs:
            value.type = settle(value.type)
        for block in node.blocks:
            for value in block.parameters:
                value.type = settle(value.type)
