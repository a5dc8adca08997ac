"""Which names a piece of syntax binds: Python's rule for what is local, and what a loop carries.

Comes before: `ast`. Comes after: `loops.py`, `inlining.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def assigned_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Names bound by `nodes`, not looking into nested functions and classes (only at their names)."""
    names: set[str] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names.add(node.id)
        elif isinstance(node, _OWN_SCOPE):
            names.add(node.name)
        elif isinstance(node, _COMPREHENSIONS):  # only a walrus leaks
            names.update(
                n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr) and isinstance(n.target, ast.Name)
            )
        elif not isinstance(node, (ast.Lambda, ast.Constant)):
            names.update(_own_names(node))
            for field in node._fields:
                child = getattr(node, field, None)
                if isinstance(child, ast.AST):
                    pending.append(child)
                elif isinstance(child, list):
                    pending += [c for c in child if isinstance(c, ast.AST)]
    return names


def _own_names(node: ast.AST) -> Iterable[str]:
    """Names that stand in the node itself, as text."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(a.asname or a.name).partition(".")[0] for a in node.names]
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        return (node.name,)
    if isinstance(node, ast.MatchMapping) and node.rest:
        return (node.rest,)
    if isinstance(node, (ast.Yield, ast.YieldFrom)):  # what a consumer assigns that is compiled there: `generators.py`
        names: Iterable[str] = getattr(node, "assigns", ())
        return names
    return ()
