"""Checks with which torch's own code turns its own compiler away, for reasons that are not portfire's: it asks whether it
`is_scripting()`, and does nothing then but raise ("functions requiring Callables cannot be scripted").

What follows such a check is what eager Python runs, and is compiled. In other code the author is taken at their word.

Comes before: `diagnostics/library_calls.py`. Comes after: `control_flow.py`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from portfire.diagnostics.library_calls import is_library

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def turns_compilers_away(emitter: Emitter, node: ast.If) -> bool:
    """Whether this is such a check."""
    return (
        not node.orelse
        and all(isinstance(statement, ast.Raise) for statement in node.body)
        and _asks_for_scripting(node.test)
        and is_library(emitter.context.source.file.path)
    )


def _asks_for_scripting(test: ast.expr) -> bool:
    """`is_scripting()`, alone or among other conditions that must hold too."""
    if isinstance(test, ast.BoolOp):
        return isinstance(test.op, ast.And) and any(map(_asks_for_scripting, test.values))
    return isinstance(test, ast.Call) and ast.unparse(test.func) == "torch.jit.is_scripting"
