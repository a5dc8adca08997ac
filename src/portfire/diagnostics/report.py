"""All obstacles of a model in one report: as data, as text, as JSON.

Comes before: `diagnostic.py`, `render.py`. Comes after: `portfire.check`, the command `portfire check`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from portfire.diagnostics.diagnostic import Diagnostic
from portfire.diagnostics.render import place_of, render, source_lines
from portfire.ir.source import SourceRange

#: Paths of submodules that the heading of a group shows.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Group:
    """The diagnostics in the code of one class: the submodules that are of it (`""` is the root), and its name.

    A function that is checked by itself is a group without submodules.
    """

    name: str
    submodules: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def title(self) -> str:
        """`layers.0, layers.1 (Block)`."""
        paths = [p for p in self.submodules if p]
        if not paths:
            return self.name
        more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        return f"{', '.join(paths[:_SHOWN])}{more} ({self.name})"


@dataclass(frozen=True, slots=True)
class Report:
    """What stands in the way of compiling `target`: everything, by submodule, each by file and line."""

    target: str
    groups: tuple[Group, ...] = ()
    #: A bug of portfire that kept something from being checked, in words: what it is, and what to send.
    bug: str | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All diagnostics, warnings included, by file and line."""
        return tuple(sorted((d for g in self.groups for d in g.diagnostics), key=lambda d: d.sort_key))

    @property
    def obstacles(self) -> tuple[Diagnostic, ...]:
        """The diagnostics without the warnings."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def ok(self) -> bool:
        """Whether the target compiles."""
        return not self.obstacles and self.bug is None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many obstacles there are of each code, most frequent first."""
        return MappingProxyType(dict(Counter(d.code for d in self.obstacles).most_common()))

    @property
    def summary(self) -> str:
        """One line with all counts."""
        found = self.obstacles
        warnings = len(self.diagnostics) - len(found)
        words = [f"{self.target}: {_count(len(found), 'obstacle') if found else 'no obstacles'}"]
        if found:
            files = {d.range.file.path for d in found if d.range is not None}
            groups = [g for g in self.groups if any(d.severity == "error" for d in g.diagnostics)]
            words[0] += f" in {_count(len(files), 'file')} and {_count(len(groups), 'class', 'classes or functions')}"
            words[0] += f" ({', '.join(f'{n} {code}' for code, n in self.counts.items())})"
        if warnings:
            words.append(_count(warnings, "warning"))
        if self.bug is not None:
            words.append("a part was not checked, because of a bug of portfire")
        return ", ".join(words)

    def __str__(self) -> str:
        parts = []
        for group in self.groups:
            heading = f"in {group.title}:"
            parts += [heading, *(render(d) for d in group.diagnostics)]
        if self.bug is not None:
            parts.append(self.bug)
        return "\n\n".join([*parts, self.summary])

    def to_json(self) -> str:
        """The report as JSON, whose fields docs/check.md describes."""
        content = {
            "version": 1,
            "target": self.target,
            "ok": self.ok,
            "count": len(self.obstacles),
            "counts": dict(self.counts),
            "bug": self.bug,
            "groups": [
                {
                    "name": g.name,
                    "submodules": list(g.submodules),
                    "diagnostics": [_as_dict(d) for d in g.diagnostics],
                }
                for g in self.groups
            ],
        }
        return json.dumps(content, indent=2, ensure_ascii=False)


def group_by(diagnostics: Sequence[Diagnostic], owners: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[Group, ...]:
    """Diagnostics in groups, in the order in which each group first appears. `owners` names each one's group."""
    members: dict[tuple[str, tuple[str, ...]], list[Diagnostic]] = {}
    for diagnostic, owner in zip(diagnostics, owners, strict=True):
        members.setdefault(owner, []).append(diagnostic)
    return tuple(
        Group(name, paths, tuple(sorted(found, key=lambda d: d.sort_key))) for (name, paths), found in members.items()
    )


def _as_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    place = diagnostic.range
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "place": None if place is None else _place(place),
        "source": [] if place is None else source_lines(place),
        "chain": [_place(c) for c in diagnostic.chain],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }


def _place(place: SourceRange) -> dict[str, Any]:
    return {
        "text": place_of(place),
        "file": place.file.path,
        "line": place.line,
        "column": place.column + 1,
        "end_line": place.end_line,
        "end_column": place.end_column + 1,
        "function": place.function,
    }


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
