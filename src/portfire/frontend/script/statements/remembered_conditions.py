"""Bool variables that say something about other variables.

    is_dict = isinstance(x, dict)
    ...
    if is_dict:             # says here what `isinstance(x, dict)` said there, unless `x` was assigned since

Comes before: `refinement.py`. Comes after: `assignments.py`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from portfire.frontend.script.statements.refinement import Condition, Facts, emit_condition
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import BOOL

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class RememberedCondition(RuntimeValue):
    """The value of a condition, with what holds where it is true or false, and the values that this is about."""

    def __init__(self, emitter: Emitter, condition: Condition) -> None:
        super().__init__(emitter.runtime(condition.value))
        names = {*condition.if_true, *condition.if_false}
        self._about = {name: emitter.frame.assigned_value(name) for name in names if "." not in name}
        self._condition = condition

    def remembered_condition(self, emitter: Emitter) -> Condition:
        """The condition, with what still holds of it."""
        valid = {name for name, value in self._about.items() if emitter.frame.assigned_value(name) is value}

        def kept(facts: Facts) -> Facts:
            return {name: type_ for name, type_ in facts.items() if name in valid}

        return Condition(self, kept(self._condition.if_true), kept(self._condition.if_false))


def emit_assigned(emitter: Emitter, node: ast.expr) -> StaticValue:
    """The value of the right side of an assignment to a variable."""
    from portfire.frontend.script.values.expressions import emit_expression

    if not _is_condition(emitter, node):
        return emit_expression(emitter, node)
    condition = emit_condition(emitter, node)
    if condition.constant is not None or not (condition.if_true or condition.if_false):
        return condition.value
    return RememberedCondition(emitter, condition)


def _is_condition(emitter: Emitter, node: ast.expr) -> bool:
    """Whether the expression certainly gives a bool, and is about variables."""
    match node:
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]) | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id="isinstance" as name)):
            return emitter.lookup(name) is None
        case ast.BoolOp(values=operands):
            return all(_is_condition(emitter, operand) for operand in operands)
        case ast.Name(id=name):
            value = emitter.lookup(name)
            return value is not None and static_type(value) == BOOL
    return False
