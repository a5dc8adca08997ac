"""Which attributes of a class have a type that the user declares: in a class body, or where `__init__` assigns them.

Comes before: `source.py`. Comes after: `module_types.py`, `widening.py`.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Mapping
from functools import cache

from portfire.frontend.script.source import NoSourceError, source_of


@cache
def is_declared(cls: type, name: str) -> bool:
    """Whether an attribute is annotated."""
    return any(
        name in vars(base).get("__annotations__", ()) or name in annotations_in(vars(base).get("__init__"))
        for base in cls.__mro__
        if base.__module__ not in ("builtins", "torch.nn.modules.module")
    )


@cache
def annotations_in(function: object) -> Mapping[str, ast.expr]:
    """The annotations of `self.x: T = ...` in an `__init__`."""
    if not isinstance(function, types.FunctionType):
        return {}
    try:
        tree = source_of(function).node
    except NoSourceError:
        return {}
    return {
        n.target.attr: n.annotation
        for n in ast.walk(tree)
        if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Attribute)
        if isinstance(n.target.value, ast.Name) and n.target.value.id == "self"
    }
