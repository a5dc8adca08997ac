"""What values are in Python where a program has no type of its own for them.

    dtype, layout, memory_format, qscheme     ints
    tuple of any length, torch.Size, deque    lists; `deque:3` holds at most three items
    bytes                                     strs of the characters below 256
    set, frozenset                            dicts whose values are all True
    OrderedDict, Counter, defaultdict         dicts; `defaultdict:list` is made with `list`

The form is noted in the type (`IntType.form`, `ListType.form`) and takes no part in anything but this: what `isinstance` and
`str` say in compiled code, and what Python gets back from a call. Two types that differ only in it are equal.

Comes before: `types.py`. Comes after: `subtyping.py`, `frontend/script`, `modules/python_forms.py`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from portfire.ir.types import INT, STR, DictType, IntType, ListType, OptionalType, StrType, TupleType, Type, UnionType

#: The form of a dict whose values have types of their own, by key. In Python it is a dict like others.
RECORD: Final = "record"
#: Forms of ints, by the name of the class in torch.
INT_FORMS: Final = ("dtype", "layout", "memory_format", "qscheme")


def has_form(type_: Type) -> bool:
    """Whether a value of the type has something in it that is something else in Python."""
    if form_of(type_) not in (None, RECORD):
        return True
    return any(map(has_form, type_.contained()))


def form_of(type_: Type) -> str | None:
    """The form of the outermost value."""
    return type_.form if isinstance(type_, (IntType, StrType, ListType, DictType)) else None


def plain(type_: Type) -> Type:
    """The same type without a form of the outermost value."""
    if isinstance(type_, ListType):
        return ListType(type_.element)
    return DictType(type_.key, type_.value) if isinstance(type_, DictType) else type_


def mentions(type_: Type, form: str) -> bool:
    """Whether a value of the type has something of that form in it."""
    return form_kind(type_) == form or any(mentions(t, form) for t in type_.contained())


def form_kind(type_: Type) -> str | None:
    """The form without its argument: `deque` for `deque:3`."""
    form = form_of(type_)
    return None if form is None else form.partition(":")[0]


def form_argument(type_: Type) -> str:
    """What stands behind the colon."""
    return (form_of(type_) or "").partition(":")[2]


def common_form(a: Type, b: Type) -> Type:
    """The one of two equal types; what differs in form has none."""
    if a is b:
        return a
    if isinstance(a, IntType) and isinstance(b, IntType):
        return a if a.form == b.form else INT
    if isinstance(a, StrType) and isinstance(b, StrType):
        return a if a.form == b.form else STR
    if not a.contained():
        return a
    parts = tuple(map(common_form, a.contained(), b.contained()))
    if isinstance(a, ListType) and isinstance(b, ListType):
        return ListType(parts[0], form=a.form if a.form == b.form else None)
    if isinstance(a, DictType) and isinstance(b, DictType):
        fields = tuple(f for f in a.fields if f in b.fields)
        return DictType(parts[0], parts[1], form=a.form if a.form == b.form else None, fields=fields)
    return a.with_contained(parts)


def form_text(type_: Type) -> str:
    """The forms in a type, in few words, for a file: `tuple[dtype]`; `_` where there is none. Read by `modules/python_forms.py`."""
    if not has_form(type_):
        return "_"
    if isinstance(type_, (IntType, StrType)):
        return type_.form or "_"
    form = form_of(type_)
    kind = form if form not in (None, RECORD) else _kind(type_)
    return f"{kind}[{','.join(map(form_text, type_.contained()))}]"


def _kind(type_: Type) -> str:
    if isinstance(type_, (ListType, OptionalType)):
        return "list" if isinstance(type_, ListType) else "optional"
    if isinstance(type_, UnionType):
        return "union"
    return "items" if isinstance(type_, TupleType) else "dict"


#: How a form is spelled in messages, around what it holds.
_SPELLINGS: Final = {
    "dtype": "torch.dtype", "layout": "torch.layout", "bytes": "bytes", "memory_format": "torch.memory_format", "Size": "torch.Size",
    "qscheme": "torch.qscheme", "tuple": "Tuple[{}, ...]", "deque": "Deque[{}]", "set": "Set[{}]", "frozenset": "FrozenSet[{}]", "Counter": "Counter[{}]",
    "OrderedDict": "OrderedDict[{}, {}]", "defaultdict": "DefaultDict[{}, {}]",
}  # fmt: skip


def spelled(type_: Type) -> str:
    """The annotation that Python has for values of the type."""
    spelling = _SPELLINGS.get(form_kind(type_) or "")
    return type_.annotation if spelling is None else spelling.format(*map(spelled, type_.contained()))


def distinguished(type_: Type) -> Hashable:
    """What tells a type from others that are equal, but for their forms."""
    notes = _notes(type_)
    return (type_, notes) if notes else type_


def _notes(type_: Type) -> tuple[Hashable, ...]:
    own: tuple[Hashable, ...] = () if form_of(type_) is None else (form_of(type_),)
    if isinstance(type_, DictType) and type_.fields:
        own = (*own, tuple((name, distinguished(t)) for name, t in type_.fields))
    inner = tuple((i, notes) for i, t in enumerate(type_.contained()) if (notes := _notes(t)))
    return (*own, *inner)
