"""Obstacles in the code of Python's library and of torch, told at the call that leads there: nobody can change that code.

Comes before: `diagnostic.py`, `render.py`. Comes after: the front ends, which pass what they found through here.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache

from portfire.diagnostics.diagnostic import Diagnostic
from portfire.ir.source import SourceRange


def gathered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics, with one in place of all those that one call of library code leads to. The order is kept."""
    result: list[Diagnostic | None] = []
    by_call: dict[tuple[str, int, int], list[Diagnostic]] = {}
    places: dict[tuple[str, int, int], int] = {}
    for diagnostic in diagnostics:
        call = _call_into_library(diagnostic)
        if call is None:
            result.append(diagnostic)
            continue
        key = (call.file.path, call.line, call.column)
        if key not in by_call:
            places[key] = len(result)
            result.append(None)
        by_call.setdefault(key, []).append(diagnostic)
    for key, found in by_call.items():
        result[places[key]] = _of_call(found)
    return [d for d in result if d is not None]


def _call_into_library(diagnostic: Diagnostic) -> SourceRange | None:
    """The last place of the user's on the way to an obstacle in library code; None for one that is in the user's."""
    if diagnostic.range is None or diagnostic.severity != "error" or not is_library(diagnostic.range.file.path):
        return None
    return next((c for c in reversed(diagnostic.chain) if not is_library(c.file.path)), None)


def _of_call(found: list[Diagnostic]) -> Diagnostic:
    first = found[0]
    at = max(i for i, call in enumerate(first.chain) if not is_library(call.file.path))
    inner = (*first.chain[at + 1 :], first.range)[0]
    called = inner.function if inner is not None and inner.function else "this"
    notes = [_shortened(d) for d in found[:1]]
    if len(found) > 1:
        notes.append(f"{len(found) - 1} more of the kind follow in it")
    return Diagnostic(
        "unsupported-call",
        f"'{called}' cannot be compiled as it is called here",
        first.chain[at],
        tuple(notes),
        f"call it before, and pass the result in, or mark the method that calls '{called.rpartition('.')[2]}' "
        "with @portfire.unused",
        chain=first.chain[:at],
    )


def _shortened(diagnostic: Diagnostic) -> str:
    place = diagnostic.range
    assert place is not None
    parts = place.file.path.replace(os.sep, "/").split("/")
    return f"{diagnostic.message}, in {'/'.join(parts[-3:])}:{place.line}"


@cache
def is_library(path: str) -> bool:
    """Whether a file is of Python's library or of torch. Installed packages that are written with torch are not: they are
    what is compiled."""
    full = os.path.abspath(path)
    torch_file = getattr(sys.modules.get("torch"), "__file__", None)
    if torch_file is not None and full.startswith(os.path.dirname(torch_file) + os.sep):
        return True
    standard = sysconfig.get_path("stdlib") + os.sep
    return full.startswith(standard) and "site-packages" not in full and "dist-packages" not in full
