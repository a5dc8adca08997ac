"""Relations between types: what stands for what, and the type of values that meet.

`is_subtype` is TorchScript's relation, `union_of` and `optional_of` build types in normal form, `unify` joins two.

Comes before: `types.py`. Comes after: `graph.py`, `ops/matching.py`, both front ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from portfire.ir.forms import common_form
from portfire.ir.types import (
    ANY,
    NONE,
    TENSOR,
    AnyClassType,
    AnyEnumType,
    AnyListType,
    AnyTupleType,
    AnyType,
    ClassType,
    ComplexType,
    DictType,
    EnumType,
    FloatType,
    FutureType,
    InterfaceType,
    IntType,
    ListType,
    NoneType,
    NumberType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
    UnionType,
)


def is_subtype(a: Type, b: Type) -> bool:
    """Whether a value of type `a` may stand where a `b` is expected, without conversion.

    TorchScript's relation: lists and dicts are invariant, tuples covariant, `int`/`float`/`complex` below `Scalar`
    (and not below one another), a refined tensor below `Tensor`, a class below its interfaces and below `Any`.
    """
    if a is b or isinstance(b, AnyType) or a == b:
        return True
    if isinstance(a, UnionType):
        return all(is_subtype(m, b) for m in a.members)
    if isinstance(a, OptionalType):
        return is_subtype(NONE, b) and is_subtype(a.element, b)
    if isinstance(b, UnionType):
        return any(is_subtype(a, m) for m in b.members)
    if isinstance(b, OptionalType):
        return a == NONE or is_subtype(a, b.element)
    structural = _STRUCTURAL.get(type(b))
    return structural is not None and structural(a, b)


def _tensor_below(a: Type, b: Any) -> bool:
    return isinstance(a, TensorType) and (
        b == TENSOR or all(getattr(b, f) is None or getattr(a, f) == getattr(b, f) for f in TensorType.__slots__)
    )


def _list_below(a: Type, b: Any) -> bool:
    return isinstance(a, ListType) and _same(a.element, b.element)


def _dict_below(a: Type, b: Any) -> bool:
    return isinstance(a, DictType) and _same(a.key, b.key) and _same(a.value, b.value)


def _same(a: Type, b: Type) -> bool:
    """Equality up to refinement of tensors: what invariant containers ask for."""
    return a == b or (isinstance(a, TensorType) and b == TENSOR)


def _tuple_below(a: Type, b: Any) -> bool:
    if not isinstance(a, TupleType) or len(a.elements) != len(b.elements):
        return False
    if b.name is not None and (a.name != b.name or a.fields != b.fields):
        return False
    return all(is_subtype(x, y) for x, y in zip(a.elements, b.elements, strict=True))


def _future_below(a: Type, b: Any) -> bool:
    return isinstance(a, FutureType) and is_subtype(a.element, b.element)


def _class_below(a: Type, b: Any) -> bool:
    return isinstance(a, ClassType) and any(base is b or _class_below(base, b) for base in a.bases)


def _interface_below(a: Type, b: Any) -> bool:
    if not isinstance(a, (ClassType, InterfaceType)):
        return False
    return all(
        (have := a.methods.get(name)) is not None and have.schema_matches_interface(wanted)
        for name, wanted in b.methods.items()
    )


_STRUCTURAL: dict[type, Callable[[Type, Any], bool]] = {
    TensorType: _tensor_below,
    NumberType: lambda a, _: isinstance(a, (IntType, FloatType, ComplexType)),
    ListType: _list_below,
    DictType: _dict_below,
    TupleType: _tuple_below,
    FutureType: _future_below,
    ClassType: _class_below,
    InterfaceType: _interface_below,
    AnyListType: lambda a, _: isinstance(a, ListType),
    AnyTupleType: lambda a, _: isinstance(a, TupleType),
    AnyEnumType: lambda a, _: isinstance(a, EnumType),
    AnyClassType: lambda a, _: isinstance(a, ClassType),
}


def optional_of(t: Type) -> Type:
    """Optional[t], flattened: None, Any and optionals stay what they are."""
    if isinstance(t, UnionType):
        return union_of((*t.members, NONE))
    if isinstance(t, (OptionalType, NoneType, AnyType)):
        return t
    return OptionalType(t)


def union_of(members: Iterable[Type]) -> Type:
    """The union of `members`: flat, without repeats or subtypes of other members, Optional where it is one."""
    flat: list[Type] = []
    for member in members:
        for t in _flatten(member):
            if isinstance(t, AnyType):
                return ANY
            if t not in flat:
                flat.append(t)
    kept = [t for t in flat if not any(t is not o and t != o and is_subtype(t, o) for o in flat)]
    if len(kept) == 1:
        return kept[0]
    if len(kept) == 2 and NONE in kept:
        return OptionalType(kept[0] if kept[1] == NONE else kept[1])
    return UnionType(tuple(kept))


def _flatten(t: Type) -> Iterator[Type]:
    if isinstance(t, UnionType):
        for m in t.members:
            yield from _flatten(m)
    elif isinstance(t, OptionalType):
        yield from _flatten(t.element)
        yield NONE
    else:
        yield t


def unify(a: Type, b: Type) -> Type | None:
    """The least common type of two values that meet (branches of an `if`, elements of a list), or None.

    `T` and None give Optional[T]; tuples of equal length unify element by element; lists and dicts only if equal up to
    tensor refinement. Numbers do not convert into one another.
    """
    if a == b:
        return a if a is b else common_form(a, b)
    if isinstance(a, TensorType) and isinstance(b, TensorType):
        return TENSOR
    if is_subtype(a, b):
        return b
    if is_subtype(b, a):
        return a
    if a == NONE or b == NONE:
        return optional_of(b if a == NONE else a)
    if isinstance(a, OptionalType) or isinstance(b, OptionalType):
        inner = unify(a.element if isinstance(a, OptionalType) else a, b.element if isinstance(b, OptionalType) else b)
        return None if inner is None else optional_of(inner)
    if isinstance(a, TupleType) and isinstance(b, TupleType) and len(a.elements) == len(b.elements):
        elements = [unify(x, y) for x, y in zip(a.elements, b.elements, strict=True)]
        if all(e is not None for e in elements):
            return TupleType(tuple(e for e in elements if e is not None))
        return None
    if isinstance(a, (ListType, DictType, FutureType)) and type(a) is type(b):
        parts = [unify(x, y) for x, y in zip(a.contained(), b.contained(), strict=True)]
        if all(
            p is not None and _same(x, p) and _same(y, p)
            for p, x, y in zip(parts, a.contained(), b.contained(), strict=True)
        ):
            return a.with_contained(tuple(p for p in parts if p is not None))
    return None


def unrefined(t: Type) -> Type:
    """`t` with the refinements of tensors removed, at every depth."""
    if isinstance(t, TensorType):
        return TENSOR
    contained = t.contained()
    if not contained:
        return t
    return t.with_contained(tuple(unrefined(c) for c in contained))


def may_be_none(type_: Type) -> bool:
    """Whether a value of the type can be None."""
    if isinstance(type_, UnionType):
        return any(map(may_be_none, type_.members))
    return isinstance(type_, (OptionalType, NoneType, AnyType))
