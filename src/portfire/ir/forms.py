"""What values are in Python where a program has no type of its own for them: dtypes are ints there, tuples of any length lists.

The form is noted in the type (`IntType.form`, `ListType.form`) and takes no part in anything but this: what `isinstance` and
`str` say in compiled code, and what Python gets back from a call. Two types that differ only in it are equal.

Comes before: `types.py`. Comes after: `subtyping.py`, `frontend/script`, `modules/python_forms.py`.
"""

from __future__ import annotations

from typing import Final

from portfire.ir.types import INT, IntType, ListType, OptionalType, TupleType, Type, UnionType

#: Forms of ints, by the name of the class in torch.
INT_FORMS: Final = ("dtype", "layout", "memory_format")


def has_form(type_: Type) -> bool:
    """Whether a value of the type has something in it that is something else in Python."""
    if isinstance(type_, (IntType, ListType)) and type_.form is not None:
        return True
    return any(map(has_form, type_.contained()))


def without_form(type_: Type) -> Type:
    """The type with the form of the outermost value taken away."""
    if isinstance(type_, IntType):
        return INT
    return ListType(type_.element) if isinstance(type_, ListType) and type_.form is not None else type_


def common_form(a: Type, b: Type) -> Type:
    """The one of two equal types; what differs in form has none."""
    if a is b:
        return a
    if isinstance(a, IntType) and isinstance(b, IntType):
        return a if a.form == b.form else INT
    if not a.contained():
        return a
    parts = tuple(map(common_form, a.contained(), b.contained()))
    if isinstance(a, ListType) and isinstance(b, ListType):
        return ListType(parts[0], form=a.form if a.form == b.form else None)
    return a.with_contained(parts)


def form_text(type_: Type) -> str:
    """The forms in a type, in few words, for a file: `tuple[dtype]`; `_` where there is none. Read by `modules/python_forms.py`."""
    if not has_form(type_):
        return "_"
    if isinstance(type_, IntType):
        return type_.form or "_"
    kind = type_.form or "list" if isinstance(type_, ListType) else _kind(type_)
    return f"{kind}[{','.join(map(form_text, type_.contained()))}]"


def _kind(type_: Type) -> str:
    if isinstance(type_, OptionalType):
        return "optional"
    if isinstance(type_, UnionType):
        return "union"
    return "items" if isinstance(type_, TupleType) else "dict"
