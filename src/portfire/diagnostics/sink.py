"""Collecting diagnostics, so that one compilation reports every obstacle it can reach.

Comes before: `diagnostic.py`, `render.py`. Comes after: the front ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from portfire.diagnostics.diagnostic import CompileAbort, Diagnostic
from portfire.diagnostics.library_calls import gathered
from portfire.diagnostics.render import render_report
from portfire.errors import CompileError


class DiagnosticSink:
    """Diagnostics in the order found; `sorted` gives them in the order of a report, each once."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def add(self, diagnostic: Diagnostic) -> None:
        """Note one obstacle or warning."""
        self.diagnostics.append(diagnostic)

    @contextmanager
    def recovering(self) -> Iterator[None]:
        """Run a piece of compilation that the rest can do without: an abort in it is noted, and compilation goes on."""
        try:
            yield
        except CompileAbort as abort:
            self.add(abort.diagnostic)

    @property
    def errors(self) -> list[Diagnostic]:
        """What stands in the way, without the warnings."""
        return [d for d in self.sorted() if d.severity == "error"]

    def sorted(self) -> list[Diagnostic]:
        """By file and line, each place and message once (the shortest chain of calls to it is kept); one without a place
        only where the same is not said with one."""
        first: dict[tuple[str, int, int, str, str], Diagnostic] = {}
        for diagnostic in self.diagnostics:
            known = first.get(diagnostic.sort_key)
            if known is None or len(diagnostic.chain) < len(known.chain):
                first[diagnostic.sort_key] = diagnostic
        placed = {(d.code, d.message) for d in first.values() if d.range is not None}
        return [d for key, d in sorted(first.items()) if d.range is not None or (d.code, d.message) not in placed]

    def gather(self) -> None:
        """Tell obstacles in library code at the user's calls that lead there."""
        self.diagnostics[:] = gathered(self.sorted())

    def raise_if_errors(self) -> None:
        """Raise one `CompileError` that carries all errors, if there are any."""
        errors = self.errors
        if errors:
            raise CompileError(render_report(errors), tuple(errors))
