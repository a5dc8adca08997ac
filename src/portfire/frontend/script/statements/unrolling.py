"""Loops over a `range` known while compiling that have to be unrolled, since their body asks for attributes by number.

    for i in range(3):
        x = getattr(self, f"layer{i}")(x)

Others are, where their bodies do not compile for a number that is not known (`fixed_values.py`). And loops over known items in
step with others, of which the run may have fewer:

    for level, x in zip(self.levels, features):

Comes before: `builtin_iteration.py`, `fixed_values.py`. Comes after: `loops.py`, `comprehensions.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.builtin_iteration import LockstepSource, RangeValue
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: Longer loops are not unrolled: the program would grow with them.
_LONGEST = 1000
_BY_NAME = frozenset({"getattr", "hasattr", "setattr"})


def numbers_to_unroll(
    emitter: Emitter, iterable: StaticValue, target: ast.expr, body: Iterable[ast.AST]
) -> Sequence[StaticValue] | None:
    """The numbers of the range, if the body uses the loop's variable in the name of an attribute, or did not compile."""
    if not isinstance(iterable, RangeValue) or not isinstance(target, ast.Name):
        return None
    known = iterable.known
    if known is None or len(known) > _LONGEST:
        return None
    fixed = emitter.compiler.fixed_values
    if not fixed.is_unrolled(emitter.range) and not _names_attribute(body, target.id):
        fixed.note_loop(emitter.range)
        return None
    return [ConstantValue(i) for i in known]


def rounds_in_step(
    emitter: Emitter, source: StaticValue, at_most: int, body: Callable[[StaticValue], Flow]
) -> tuple[Sequence[StaticValue], Callable[[StaticValue], Flow]]:
    """The numbers of the rounds, and the body of one, which is skipped where the source has fewer items."""
    from portfire.frontend.script.statements.control_flow import emit_if_value

    assert isinstance(source, LockstepSource)
    count = source.length(emitter)

    def round_(number: StaticValue) -> Flow:
        known = number.constant()
        assert isinstance(known, int)
        is_there = emitter.builtin("aten::lt", [number, count])
        return emit_if_value(emitter, is_there, lambda: body(source.emit_round(emitter, known)), lambda: Flow.FALLS)

    return [ConstantValue(i) for i in range(at_most)], round_


def _names_attribute(body: Iterable[ast.AST], variable: str) -> bool:
    """Whether the body uses the variable, and calls `getattr` or the like with a name that is computed."""
    nodes = [n for tree in body for n in ast.walk(tree)]
    by_name = [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in _BY_NAME]
    computed = any(isinstance(n, ast.Name) for call in by_name for name in call.args[1:2] for n in ast.walk(name))
    return computed and any(isinstance(n, ast.Name) and n.id == variable for n in nodes)
