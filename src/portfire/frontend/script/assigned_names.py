"""Which names a piece of syntax binds: Python's rule for what is local, and what a loop carries.

Comes before: `ast`. Comes after: `loops.py`, `inlining.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def assigned_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Names bound by `nodes`, not looking into nested functions and classes (only at their names)."""
    names: set[str] = set()
    for node in nodes:
        names.update(_bound(node))
    return names


_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, _OWN_SCOPE):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, (ast.Yield, ast.YieldFrom)):  # what a consumer assigns that is compiled there
        yield from getattr(node, "assigns", ())
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield node.id
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((a.asname or a.name).partition(".")[0] for a in node.names)
    elif (isinstance(node, ast.ExceptHandler) and node.name) or (
        isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
    ):
        yield node.name
    if isinstance(node, _COMPREHENSIONS):  # only a walrus leaks
        yield from (
            n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr) and isinstance(n.target, ast.Name)
        )
        return
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)
