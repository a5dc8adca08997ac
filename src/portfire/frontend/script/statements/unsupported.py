"""Syntax that has no meaning in a program (yet): the reason, and what to write instead, from the table of the language.

Comes before: `diagnostics/language/`. Comes after: `statements.py`, `expressions.py`.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort
    from portfire.diagnostics.language import Construct
    from portfire.frontend.script.emitter import Emitter

#: What the table cannot list, because newer versions of Python add to it.
_OTHER = (
    "this syntax is not supported",
    "it has no meaning in a program, or is newer than this version of portfire",
    "write it another way: with plain statements and calls",
)


@cache
def _refused() -> dict[str, Construct]:
    """The rows of the table by the nodes they are about. Read when the first message asks for it."""
    from portfire.diagnostics.language import SECTIONS

    return {name: row for rows in SECTIONS.values() for row in rows for name in row.syntax}


def explain_unsupported(emitter: Emitter, node: ast.AST) -> CompileAbort:
    """The failure for a node that nothing compiles."""
    kind = "pattern" if isinstance(node, ast.pattern) else type(node).__name__
    row = _refused().get(kind)
    what, why, instead = _OTHER if row is None else (row.message, row.why, row.instead)
    return emitter.fail("unsupported-syntax", what, notes=(why,), help=instead)
