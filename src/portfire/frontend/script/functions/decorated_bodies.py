"""Functions that a context manager of torch's decorates: `@torch.no_grad()`, `@torch.inference_mode()`, `@torch.autocast("cpu")`.

The whole body stands in a `with` statement then. What other decorators do to a function is not seen in its source.

Comes before: `with_statement.py`. Comes after: `inlining.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from portfire.ir.graph import MISSING


def body_with_decorators(node: ast.AST, lookup: Callable[[str], Any]) -> list[ast.stmt]:
    """The statements of a function, inside of the contexts that its decorators make."""
    body: list[ast.stmt] = list(getattr(node, "body", ()))
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    for decorator in reversed(decorators):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not _is_context(_resolve(called, lookup)) or not body:
            continue
        context = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
        ast.copy_location(context, decorator)
        with_ = ast.With([ast.withitem(context, None)], body)
        body = [ast.copy_location(with_, body[0])]
        with_.end_lineno, with_.end_col_offset = with_.lineno, with_.col_offset + 4
    return body


def is_context_decorator(node: ast.expr, lookup: Callable[[str], Any]) -> bool:
    """Whether a decorator makes a context for the body."""
    return _is_context(_resolve(node.func if isinstance(node, ast.Call) else node, lookup))


def _resolve(node: ast.expr, lookup: Callable[[str], Any]) -> Any:
    if isinstance(node, ast.Name):
        return lookup(node.id)
    if isinstance(node, ast.Attribute):
        owner = _resolve(node.value, lookup)
        return MISSING if owner is MISSING else getattr(owner, node.attr, MISSING)
    return MISSING


def _is_context(found: Any) -> bool:
    from portfire.frontend.script.statements.with_statement import CONTEXT_MANAGERS

    try:
        return found in CONTEXT_MANAGERS
    except TypeError:  # not hashable
        return False
