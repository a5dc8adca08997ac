"""Operators of dicts: `==`, `!=` and `|`.

Comes before: `python_library/dicts.py`. Comes after: `operators.py`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import DictType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_dict_operator(
    emitter: Emitter, op: ast.operator | ast.cmpop, left: StaticValue, right: StaticValue
) -> StaticValue | None:
    """The operator, if it is one of two dicts."""
    from portfire.frontend.script.builtins.python_library import dicts
    from portfire.frontend.script.statements.refinement import negated

    if not isinstance(op, (ast.Eq, ast.NotEq, ast.BitOr)) or not (is_plain_dict(left) and is_plain_dict(right)):
        return None
    function = dicts.union if isinstance(op, ast.BitOr) else dicts.equal
    result = emitter.compiler.function_value(function).call(emitter, [left, right], {})
    return negated(emitter, result) if isinstance(op, ast.NotEq) else result


def is_plain_dict(value: StaticValue) -> bool:
    """Whether the value is a run-time dict, that is one in Python too."""
    type_ = static_type(value)
    return isinstance(type_, DictType) and getattr(type_, "form", None) is None
