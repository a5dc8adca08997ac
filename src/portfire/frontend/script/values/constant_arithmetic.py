"""Arithmetic and formatting of ints and strings known while compiling: made here, by Python itself, so that the result is known too.

    blocks[: last + 1]        where `last` is the constant 2
    getattr(self, f"layer{i}")    in a loop that is unrolled

Comes before: `constant_values.py`. Comes after: `operators.py`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_EXACT: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def folded(op: ast.operator, left: StaticValue, right: StaticValue) -> StaticValue | None:
    """The result of two constants; None where the program computes it (and raises what there is to raise)."""
    if not isinstance(left, ConstantValue) or not isinstance(right, ConstantValue):
        return None
    a, b = left.value, right.value
    if type(a) is str and type(b) is str and isinstance(op, ast.Add):
        return ConstantValue(a + b)
    function = _EXACT.get(type(op))
    if function is None or type(a) is not int or type(b) is not int:
        return None
    if b == 0 and isinstance(op, (ast.FloorDiv, ast.Mod)):
        return None
    result = function(a, b)
    return ConstantValue(result) if -(2**63) <= result < 2**63 else None


def formatted(emitter: Emitter, template: str, values: Sequence[StaticValue]) -> StaticValue:
    """`template.format(*values)`."""
    made = _made(template.format, values)
    return made or emitter.builtin("aten::format", [ConstantValue(template), *values])


def percent_formatted(emitter: Emitter, template: StaticValue, values: Sequence[StaticValue]) -> StaticValue:
    """`template % values`."""
    pattern = template.constant()
    made = _made(lambda *constants: pattern % constants, values) if isinstance(pattern, str) else None
    return made or emitter.builtin("aten::percentFormat", [template, *values])


def _made(format_: Callable[..., str], values: Sequence[StaticValue]) -> StaticValue | None:
    """The text, if all values are known; None where the program makes it, or raises."""
    constants = [v.value for v in values if isinstance(v, ConstantValue)]
    if len(constants) < len(values) or not all(type(c) in (int, str, bool) for c in constants):
        return None
    try:
        return ConstantValue(format_(*constants))
    except (ValueError, TypeError, IndexError):
        return None
