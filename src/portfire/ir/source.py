"""Where in the user's source something came from: files, ranges, and the chain of calls between them.

Comes before: nothing. Comes after: `graph.py` (every node has a range), `diagnostics/` (which renders ranges).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A piece of source text. `text` may be a part of a file: then its first line is line `first_line` of `path`."""

    path: str
    text: str = field(repr=False)
    first_line: int = 1
    #: Columns that were cut off the left of every line (dedented methods).
    indent: int = 0

    def line(self, number: int) -> str | None:
        """The text of line `number` (counted in the file), or None when it is not here."""
        lines = self.text.splitlines()
        index = number - self.first_line
        return lines[index] if 0 <= index < len(lines) else None


@dataclass(frozen=True, slots=True)
class SourceRange:
    """Lines are 1-based, columns 0-based (Python's `ast`), the end exclusive; both are those of the file."""

    file: SourceFile
    line: int
    column: int
    end_line: int
    end_column: int
    #: The function the range stands in, for tracebacks.
    function: str = ""

    def __str__(self) -> str:
        return f"{self.file.path}:{self.line}:{self.column}"
