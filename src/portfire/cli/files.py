"""Files on the command line: where output goes, and how large it is.

Comes before: nothing. Comes after: the commands.
"""

from __future__ import annotations

import os
from typing import Any

import click


class OutputPath(click.Path):
    """A file to write. Its folder must be there: told at once, and not after minutes of work."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        folder = os.path.dirname(os.path.abspath(os.fspath(value)))
        if not os.path.isdir(folder):
            self.fail(f"there is no folder {folder}", param, ctx)
        return super().convert(value, param, ctx)


def size_text(size: int) -> str:
    """A number of bytes for people: `912 bytes`, `4.1 kB`, `46.8 MB`."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
