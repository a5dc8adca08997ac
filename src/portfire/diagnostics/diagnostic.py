"""One obstacle found in the user's source, as data.

Comes before: `ir/source.py`. Comes after: `sink.py` (collects), `render.py` (prints), the front ends (make them).
"""

from __future__ import annotations

from dataclasses import dataclass

from portfire.ir.source import SourceRange


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One obstacle: which kind (`code`), what (`message`), where (`range`), why (`notes`), and what to write instead (`help`).

    `message` is one sentence, lower case, that names the thing; expected before found.
    """

    code: str
    message: str
    range: SourceRange | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    #: `error`, or `warning` for what compiles but may surprise.
    severity: str = "error"
    #: The calls that led to the function `range` stands in, outermost first.
    chain: tuple[SourceRange, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of a report: by file, line, column."""
        if self.range is None:
            return ("", 0, 0, self.code, self.message)
        return (self.range.file.path, self.range.line, self.range.column, self.code, self.message)


class CompileAbort(Exception):
    """Leaves the construct being compiled. Whoever can go on without it adds the diagnostic to a sink and does so."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
