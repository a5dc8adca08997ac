"""Syntax that has no meaning in a program (yet): the reason, and what to write instead.

Comes before: `diagnostics/`. Comes after: `statements.py`, `expressions.py`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort
    from portfire.frontend.script.emitter import Emitter

#: Node -> (what it is, why not, what to write instead).
REASONS: dict[type[ast.AST], tuple[str, str, str]] = {
    ast.TryStar: ("'except*' is not supported", "programs have no exception groups", "use a plain check with 'if'"),
    ast.AsyncFunctionDef: ("async functions are not supported", "a program has no event loop", "use torch.jit.fork"),
    ast.AsyncFor: ("'async for' is not supported", "a program has no event loop", "use 'for'"),
    ast.AsyncWith: ("'async with' is not supported", "a program has no event loop", "use 'with'"),
    ast.Await: ("'await' is not supported", "a program has no event loop", "use torch.jit.wait"),
    ast.ClassDef: (
        "classes cannot be defined inside a compiled function",
        "a class must exist before the program runs",
        "move the class to the top of the module",
    ),
    ast.Yield: (
        "generators are not supported",
        "a function of a program returns once",
        "append to a list and return the list",
    ),
    ast.YieldFrom: (
        "generators are not supported",
        "a function of a program returns once",
        "extend a list and return the list",
    ),
    ast.Starred: ("'*' is not supported here", "only calls and displays spread a sequence", "write out the items"),
    ast.pattern: ("this pattern is not supported", "only constants and '_' can be matched", "use if/elif"),
}


def explain_unsupported(emitter: Emitter, node: ast.AST) -> CompileAbort:
    """The failure for a node that nothing compiles."""
    kind = ast.pattern if isinstance(node, ast.pattern) else type(node)
    what, why, instead = REASONS.get(
        kind,
        (
            f"this syntax ({type(node).__name__}) is not supported",
            "it has no meaning in a program",
            "write it another way",
        ),
    )
    return emitter.fail("unsupported-syntax", what, notes=(why,), help=instead)
