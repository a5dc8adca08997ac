"""What values are in Python where a program has no type of its own for them.

    dtype, layout, memory_format              ints
    tuple of any length, torch.Size, deque    lists; `deque:3` holds at most three items
    set, frozenset                            dicts whose values are all True
    OrderedDict, Counter, defaultdict         dicts; `defaultdict:list` is made with `list`

The form is noted in the type (`IntType.form`, `ListType.form`) and takes no part in anything but this: what `isinstance` and
`str` say in compiled code, and what Python gets back from a call. Two types that differ only in it are equal.

Comes before: `types.py`. Comes after: `subtyping.py`, `frontend/script`, `modules/python_forms.py`.
"""

from __future__ import annotations

from typing import Final

from portfire.ir.types import INT, DictType, IntType, ListType, OptionalType, TupleType, Type, UnionType

#: Forms of ints, by the name of the class in torch.
INT_FORMS: Final = ("dtype", "layout", "memory_format")


def has_form(type_: Type) -> bool:
    """Whether a value of the type has something in it that is something else in Python."""
    if form_of(type_) is not None:
        return True
    return any(map(has_form, type_.contained()))


def form_of(type_: Type) -> str | None:
    """The form of the outermost value."""
    return type_.form if isinstance(type_, (IntType, ListType, DictType)) else None


def plain(type_: Type) -> Type:
    """The same type without a form of the outermost value."""
    if isinstance(type_, ListType):
        return ListType(type_.element)
    return DictType(type_.key, type_.value) if isinstance(type_, DictType) else type_


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
    if isinstance(type_, IntType):
        return type_.form or "_"
    kind = form_of(type_) or _kind(type_)
    return f"{kind}[{','.join(map(form_text, type_.contained()))}]"


def _kind(type_: Type) -> str:
    if isinstance(type_, (ListType, OptionalType)):
        return "list" if isinstance(type_, ListType) else "optional"
    if isinstance(type_, UnionType):
        return "union"
    return "items" if isinstance(type_, TupleType) else "dict"


#: How a form is spelled in messages, around what it holds.
_SPELLINGS: Final = {
    "dtype": "torch.dtype", "layout": "torch.layout", "memory_format": "torch.memory_format", "Size": "torch.Size",
    "tuple": "Tuple[{}, ...]", "deque": "Deque[{}]", "set": "Set[{}]", "frozenset": "FrozenSet[{}]", "Counter": "Counter[{}]",
    "OrderedDict": "OrderedDict[{}, {}]", "defaultdict": "DefaultDict[{}, {}]",
}  # fmt: skip


def spelled(type_: Type) -> str:
    """The annotation that Python has for values of the type."""
    spelling = _SPELLINGS.get(form_kind(type_) or "")
    return type_.annotation if spelling is None else spelling.format(*map(spelled, type_.contained()))
