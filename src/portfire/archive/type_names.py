"""Names of types and functions in TorchScript source: unique, and valid as Python identifiers.

Two classes of one qualified name (from two notebooks' cells, say) get different names, as in torch: the second `a.b.C` is
`a.b.___torch_mangle_0.C`.

Comes before: `ir/types.py`. Comes after: `code_printer.py`, `code_files.py`, `pickler.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from portfire.ir.graph import Function
from portfire.ir.types import (
    ClassType,
    DictType,
    EnumType,
    ExceptionType,
    FunctionType,
    FutureType,
    InterfaceType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip

#: What has a name of its own in source code.
Named = ClassType | InterfaceType | EnumType | TupleType | Function

_MANGLED = re.compile(r"\.___torch_mangle_\d+")


def named_of(type_: Type) -> Named | None:
    """What the type is called by, if it has a name."""
    if isinstance(type_, (ClassType, InterfaceType, EnumType)):
        return type_
    if isinstance(type_, TupleType) and type_.name is not None:
        return type_
    return type_.function if isinstance(type_, FunctionType) else None


def annotation(type_: Type, name_of: Callable[[Named], str]) -> str:
    """The spelling of a type in source code, with `name_of` for what has a name."""
    named = named_of(type_)
    if named is not None:
        return name_of(named)
    if isinstance(type_, TupleType) and not type_.elements:
        return "Tuple[()]"
    head = _COMPOSITES.get(type(type_))
    if head is None:
        return type_.annotation
    return f"{head}[{', '.join(annotation(t, name_of) for t in type_.contained())}]"


_COMPOSITES: dict[type, str] = {
    ListType: "List", DictType: "Dict", OptionalType: "Optional", UnionType: "Union", TupleType: "Tuple",
    FutureType: "Future", ExceptionType: "Tuple",
}  # fmt: skip


class UniqueNames:
    """Gives everything that has a name a unique, valid one; the same thing always the same."""

    def __init__(self) -> None:
        self._names: dict[Named, str] = {}
        self._taken: set[str] = set()
        self._next_mangle = 0

    def __contains__(self, named: Named) -> bool:
        return named in self._names

    def __getitem__(self, named: Named) -> str:
        name = self._names.get(named)
        if name is None:
            name = self._unique(valid_qualified_name(named.name or ""))
            self._names[named] = name
        return name

    def _unique(self, name: str) -> str:
        if name not in self._taken:
            self._taken.add(name)
            return name
        prefix, _, last = _MANGLED.sub("", name).rpartition(".")
        while name in self._taken:
            name = f"{prefix}.___torch_mangle_{self._next_mangle}.{last}"
            self._next_mangle += 1
        self._taken.add(name)
        return name


def valid_qualified_name(name: str) -> str:
    """`name` with every part made an identifier, below `__torch__`."""
    parts = [re.sub(r"\W", "_", part, flags=re.ASCII) for part in name.split(".") if part]
    parts = [f"_{part}" if part[0].isdigit() else part for part in parts] or ["_"]
    return ".".join(parts if parts[0] == "__torch__" and len(parts) > 1 else ["__torch__", *parts])
