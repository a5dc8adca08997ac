"""The report on a model: every obstacle, with the submodules whose code it stands in.

Comes before: `entry.py`, `diagnostics/report.py`. Comes after: the public API.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import torch

from portfire.diagnostics import Diagnostic, Report
from portfire.diagnostics.report import group_by
from portfire.errors import PortfireError
from portfire.frontend.script.entry import obstacles
from portfire.frontend.script.types.example_types import ExampleCall
from portfire.ir.source import SourceRange


def report_on(
    target: Any, local_names: Mapping[str, Any] | None = None, examples: Sequence[ExampleCall] = ()
) -> Report:
    """Everything in the way of compiling a function, a module or a class. Raises nothing for what the user wrote."""
    name = _name_of(target)
    try:
        found = obstacles(target, local_names, examples)
    except PortfireError as error:
        return Report(name, bug=str(error))
    except Exception as error:
        return Report(
            name,
            bug=f"a bug of portfire, or of code that runs while compiling: {type(error).__name__}: {error}\n"
            "If no property or __getattr__ of yours raised it, please report it with the source of the model.",
        )
    classes = list(_classes(target)) if isinstance(target, torch.nn.Module) else []
    groups = group_by(found.diagnostics, [_owner(d, classes, name) for d in found.diagnostics])
    return Report(name, groups, bug="\n\n".join(map(str, found.bugs)) or None)


@dataclass(frozen=True, slots=True)
class _ModuleClass:
    """A class of submodules: their paths, and the lines of code its methods stand in."""

    name: str
    paths: list[str] = field(default_factory=list)
    #: (file, first line, last line)
    spans: list[tuple[str, int, int]] = field(default_factory=list)

    def holds(self, place: SourceRange) -> bool:
        file = os.path.abspath(place.file.path)
        return any(f == file and first <= place.line <= last for f, first, last in self.spans)


def _classes(root: torch.nn.Module) -> Iterator[_ModuleClass]:
    """The classes of a module tree, base classes included, innermost module first where several share code."""
    found: dict[type, _ModuleClass] = {}
    for path, module in root.named_modules():
        for cls in type(module).__mro__:
            if cls is torch.nn.Module:
                break
            if cls not in found:
                found[cls] = _ModuleClass(cls.__name__, [], list(_spans(cls)))
            found[cls].paths.append(path)
    yield from found.values()


def _spans(cls: type) -> Iterator[tuple[str, int, int]]:
    for member in vars(cls).values():
        function = inspect.unwrap(getattr(member, "fget", None) or getattr(member, "__func__", None) or member)
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            yield os.path.abspath(code.co_filename), code.co_firstlineno, _last_line(code)


def _last_line(code: CodeType) -> int:
    last = max((line for _, _, line in code.co_lines() if line is not None), default=code.co_firstlineno)
    return max([last, *(_last_line(c) for c in code.co_consts if isinstance(c, CodeType))])


def _owner(diagnostic: Diagnostic, classes: list[_ModuleClass], target: str) -> tuple[str, tuple[str, ...]]:
    """The class whose code the obstacle stands in; for other functions, the class that calls them."""
    places = [diagnostic.range, *reversed(diagnostic.chain)]
    for place in places:
        for cls in classes:
            if place is not None and cls.holds(place):
                return cls.name, tuple(cls.paths)
    return target, ("",) if classes else ()


def _name_of(target: Any) -> str:
    if isinstance(target, torch.nn.Module):
        return type(target).__name__
    return str(getattr(target, "__qualname__", None) or type(target).__name__).rpartition("<locals>.")[2]
