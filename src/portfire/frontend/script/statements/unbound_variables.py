"""Variables that some paths to a place have assigned and others have not: `if n > 0: y = 1`, a loop that may run no round.

Python finds out when such a variable is read; so does a program. Where paths meet, the variable becomes its value, which is
uninitialized on the paths without one, and a bool that says whether there is one. A read checks the bool and raises
`UnboundLocalError`. This is only done for variables that something may read: others stay undefined.

Comes before: `environment.py`. Comes after: `merging.py`, `loops.py`, `emitter.py` (`read`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import UndefinedValue
from portfire.frontend.script.functions.renaming import is_renamed, shown_name
from portfire.frontend.script.values.constant_values import FALSE_VALUE, TRUE_VALUE
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter, FunctionContext
    from portfire.ir.source import SourceRange


class PossiblyUnbound(UndefinedValue):
    """`value`, if the run-time bool `is_bound` is true. What takes it for undefined is right, if it may not fail."""

    def __init__(self, value: StaticValue, is_bound: StaticValue, why: str) -> None:
        super().__init__(why)
        self.value = value
        self.is_bound = is_bound


def bound_part(value: StaticValue | None) -> StaticValue | None:
    """What a variable is where it is bound; None where it never is."""
    if isinstance(value, PossiblyUnbound):
        return value.value
    return None if isinstance(value, UndefinedValue) else value


def bound_flag(value: StaticValue | None) -> StaticValue:
    """Whether a variable is bound."""
    if isinstance(value, PossiblyUnbound):
        return value.is_bound
    return FALSE_VALUE if value is None or isinstance(value, UndefinedValue) else TRUE_VALUE


def read_possibly_unbound(emitter: Emitter, name: str, variable: PossiblyUnbound) -> StaticValue:
    """The value, after a check that there is one. It need not be checked again in this block."""
    from portfire.frontend.script.statements.exceptions import emit_check
    from portfire.frontend.script.values.constant_values import ConstantValue

    message = f"cannot access local variable '{shown_name(name)}' where it is not associated with a value"
    emit_check(emitter, variable.is_bound, ConstantValue(message), "builtins.UnboundLocalError")
    emitter.frame.refine(name, variable.value)
    return variable.value


#: A place in a file: line and column.
Position = tuple[int, int]

#: Where a nested function reads: it does when it is called.
_ANYWHERE = (1 << 60, 0)


def is_read_later(emitter: Emitter, name: str, place: SourceRange | None) -> bool:
    """Whether anything after `place` may read the variable; in a loop, also what stands before it."""
    reads = _reads(emitter.context).get(name)
    if name in emitter.shared:
        return True
    if reads is None:  # in a generator compiled into its consumer, the consumer may read it
        return bool(emitter.context.suspended) and not is_renamed(name)
    if place is None:
        return True
    region = emitter.context.region
    is_in_loop = region is not None and region.is_loop
    first, last = reads
    return last >= (place.end_line, place.end_column) or (is_in_loop and first < (place.line, place.column))


def _reads(context: FunctionContext) -> Mapping[str, tuple[Position, Position]]:
    """Where the function reads each name first, and where last."""
    if context.reads is None:
        found: dict[str, tuple[Position, Position]] = {}
        pending: list[tuple[ast.AST, bool]] = [(s, False) for s in getattr(context.source.node, "body", ()) or ()]
        while pending:
            node, is_nested = pending.pop()
            name = _read_name(node)
            if name is not None:
                place = context.source.range(node)
                here = _ANYWHERE if is_nested or place is None else (place.line, place.column)
                first, last = found.get(name, (here, here))
                found[name] = min(first, here), max(last, here)
            is_nested = is_nested or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            pending += [(child, is_nested) for child in ast.iter_child_nodes(node)]
        context.reads = found
    return context.reads


def _read_name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return node.id
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return None
