"""Functions that call themselves without a declared return type: what the other paths return says it.

    def depth(tree):
        if tree is None:
            return 0
        return 1 + max(depth(tree.left), depth(tree.right))

The body is compiled as if control never came back from the calls of itself, which gives the type of the other returns (int).
Then it is compiled again with that type for the calls, until what it returns is what was taken for granted. What was
compiled on the way (functions that call this one back) is compiled again, too.

Comes before: `inference.py`. Comes after: `compiler.py` (which asks), `statements.py`, `control_flow.py` (which end a path).
"""

from __future__ import annotations

from collections.abc import Callable

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.types.inference import PendingType, joined, resolved, settle
from portfire.ir.types import Type

#: Each round may widen the type (an int, then an Optional of it); real ones need two.
_MOST_ROUNDS = 6


class ResultNotKnown(CompileAbort):
    """A function calls itself before the type of what it returns is known: this path says nothing about it."""


def opened(type_: Type) -> Type:
    """`type_` with what is undecided to be decided anew."""
    type_ = resolved(type_)
    if isinstance(type_, PendingType):
        return PendingType(type_.default)
    contained = type_.contained()
    return type_.with_contained(tuple(map(opened, contained))) if contained else type_


def settle_result(first: Type, compile_with: Callable[[Type, bool], Type]) -> Type | None:
    """The type that the body returns when its calls of itself return that type; None if there seems to be none.

    `first` is what the paths without such calls return. `compile_with(type, is_declared)` compiles the body with a type for
    the calls, to which the returned values are converted if it is declared.
    """
    assumed = first
    for _ in range(_MOST_ROUNDS):
        found = compile_with(assumed, False)
        assumed, found = settle(assumed), settle(found)
        if found == assumed:
            return found
        common = joined(assumed, found)
        if common == assumed:
            return compile_with(assumed, True)
        assumed = common
    return None
