"""Type variables of schemas: binding `t` of `t[]` to what an argument is, and putting it into the types of returns.

Comes before: `ir/types.py`. Comes after: `table.py`, `matching.py`.
"""

from __future__ import annotations

from functools import cache

from portfire.ir.subtyping import unify
from portfire.ir.types import (
    NONE,
    DictType,
    FutureType,
    ListType,
    NoneType,
    OptionalType,
    TupleType,
    Type,
    VarType,
)  # fmt: skip


@cache
def has_variables(type_: Type) -> bool:
    """Whether a variable stands anywhere in the type."""
    return isinstance(type_, VarType) or any(map(has_variables, type_.contained()))


def bind_variables(formal: Type, actual: Type, variables: dict[str, Type]) -> str | None:
    """Bind the variables of `formal` so that it becomes `actual`. Returns why not, or None.

    Types without variables always succeed: whether `actual` fits them is a question of subtyping, asked later.
    """
    if not has_variables(formal):
        return None
    if isinstance(formal, VarType):
        bound = variables.setdefault(formal.name, actual)
        if unify(bound, actual) is None:
            return f"`{formal.name}` is {bound.annotation} already, and cannot be {actual.annotation}"
        return None
    parts = _aligned(formal, actual)
    if parts is None:
        return f"expected {formal.annotation}, found {actual.annotation}"
    for inner, part in parts:
        if (failure := bind_variables(inner, part, variables)) is not None:
            return failure
    return None


def _aligned(formal: Type, actual: Type) -> list[tuple[Type, Type]] | None:
    """The pairs of contained types to go on with, or None where the constructors differ."""
    if isinstance(formal, OptionalType):
        if isinstance(actual, NoneType):
            return None
        return [(formal.element, actual.element if isinstance(actual, OptionalType) else actual)]
    if isinstance(formal, ListType) and isinstance(actual, TupleType):
        element = unify_all(actual.elements)
        return None if element is None else [(formal.element, element)]
    if type(formal) is not type(actual) or not isinstance(formal, (ListType, DictType, TupleType, FutureType)):
        return None
    mine, theirs = formal.contained(), actual.contained()
    return list(zip(mine, theirs, strict=True)) if len(mine) == len(theirs) else None


def unify_all(types: tuple[Type, ...]) -> Type | None:
    """The least common type of `types`; None if there is none, or no type at all."""
    if not types:
        return None
    result: Type | None = types[0]
    for type_ in types[1:]:
        result = None if result is None else unify(result, type_)
    return result


def substitute(type_: Type, variables: dict[str, Type]) -> Type | None:
    """`type_` with every variable replaced, or None where one is not bound."""
    if isinstance(type_, VarType):
        return variables.get(type_.name)
    if not has_variables(type_):
        return type_
    contained = tuple(substitute(c, variables) for c in type_.contained())
    if any(c is None for c in contained):
        return None
    return type_.with_contained(tuple(c or NONE for c in contained))
