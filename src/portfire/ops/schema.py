"""Operator schemas as data: names, argument types, defaults, and what an operator aliases and writes.

Comes before: `ir/types.py`. Comes after: `schema_parser.py` (which makes them), `table.py`, `matching.py`, `analysis/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portfire.ir.graph import MISSING
from portfire.ir.types import Type

#: The alias set `*`: anything that may have escaped into a container or an object.
WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class AliasInfo:
    """The annotation `(a! -> b)` of a type: sets before and after the call, and whether the value is written.

    `contained` is the annotation of a container's elements: in `Tensor(a)[]` it is `(a)` and the list itself is fresh.
    """

    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    is_write: bool = False
    contained: AliasInfo | None = None

    @property
    def is_wildcard_after(self) -> bool:
        """Whether the value is no longer told apart from the wildcard after the call."""
        return WILDCARD in self.after


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, or one return (then `name` may be empty).

    `spelling` is the type as the schema wrote it: it tells `ScalarType` and `SymInt` from `int`, which are one type in the
    graph, and carries the alias annotations.
    """

    name: str
    type: Type
    default: Any = MISSING
    kwarg_only: bool = False
    alias: AliasInfo | None = None
    #: N of `int[N]`: a single number stands for a list of N of it.
    fixed_size: int | None = None
    spelling: str = field(default="", compare=False)
    default_spelling: str = field(default="", compare=False)

    @property
    def has_default(self) -> bool:
        """Whether a call may leave the argument out."""
        return self.default is not MISSING

    @property
    def enumeration(self) -> str | None:
        """`ScalarType`, `Layout`, `MemoryFormat` or `QScheme` where the int of the graph stands for one."""
        name = self.spelling.partition("(")[0].rstrip("?")
        return name if name in ENUMERATIONS else None

    def __str__(self) -> str:
        text = self.spelling or str(self.type)
        if self.name:
            text += f" {self.name}"
        return f"{text}={self.default_spelling or repr(self.default)}" if self.has_default else text


#: Types of schemas that are plain ints in graphs.
ENUMERATIONS = frozenset({"ScalarType", "Layout", "MemoryFormat", "QScheme"})


@dataclass(frozen=True, slots=True)
class FunctionSchema:
    """The signature of one overload of an operator. `str()` gives the text it was parsed from."""

    #: With its namespace, without the overload: `aten::add`.
    name: str
    overload: str
    arguments: tuple[Argument, ...]
    returns: tuple[Argument, ...]
    #: Whether any number of further arguments may follow, and any number of returns.
    is_vararg: bool = False
    is_varret: bool = False

    @property
    def full_name(self) -> str:
        """`aten::add.Tensor`."""
        return f"{self.name}.{self.overload}" if self.overload else self.name

    @property
    def namespace(self) -> str:
        """`aten` of `aten::add`."""
        return self.name.partition("::")[0]

    @property
    def is_mutable(self) -> bool:
        """Whether a call writes to an argument."""
        return any(writes(a.alias) for a in self.arguments)

    def argument_index(self, name: str) -> int | None:
        """The position of the argument called `name`."""
        for i, argument in enumerate(self.arguments):
            if argument.name == name:
                return i
        return None

    def __str__(self) -> str:
        return f"{self.full_name}({self._arguments_text()}) -> {self._returns_text()}"

    def _arguments_text(self) -> str:
        parts: list[str] = []
        starred = False
        for argument in self.arguments:
            if argument.kwarg_only and not starred:
                parts.append("*")
                starred = True
            parts.append(str(argument))
        if self.is_vararg:
            parts.append("...")
        return ", ".join(parts)

    def _returns_text(self) -> str:
        parts = [str(r) for r in self.returns] + ["..."] * self.is_varret
        # A lone tuple type is put into parentheses, to tell it from several returns.
        bare = len(parts) == 1 and not parts[0].startswith("(")
        return parts[0] if bare else f"({', '.join(parts)})"


def writes(alias: AliasInfo | None) -> bool:
    """Whether the annotation marks a write, to the value or to something it contains."""
    return alias is not None and (alias.is_write or writes(alias.contained))
