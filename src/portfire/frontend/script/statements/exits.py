"""`return`, `break`, `continue` and `raise` in a graph that has only `prim::If` and `prim::Loop`.

A body (of a function, of a loop) is a `Region`. Leaving one sets hidden variables, which merge like any variable:

    $exit<n>    the rest of region n's body must be skipped
    $stop<n>    loop n ends after this iteration (`break` or `return`)
    $broken<n>  loop n was left by `break`, so its `else` is skipped
    $value<n>   what function n returns

What the branches of an `if` do is told by a `Flow`: after a branch that always leaves, the rest of the statements belongs
into the other branch; after one that may leave, the rest is guarded by `$exit`. Where the answer is known while compiling
nothing is emitted, and unreachable statements are not compiled at all.

Comes before: `environment.py`, `conversion.py`. Comes after: `control_flow.py`, `loops.py`, `statements.py`, `inlining.py`.
"""

from __future__ import annotations

import ast
from enum import Enum
from typing import TYPE_CHECKING

from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE
from portfire.frontend.script.values.not_implemented import NOT_IMPLEMENTED
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class Flow(Enum):
    """What control does at the end of some statements."""

    FALLS = "goes on to what follows"
    MAY_EXIT = "may have left the region: `$exit` knows"
    EXITS = "has always left the region"
    RAISES = "never gets there: it raises"

    @property
    def ends(self) -> bool:
        """Whether what follows is unreachable."""
        return self in (Flow.EXITS, Flow.RAISES)


class Region:
    """The body of a function or loop. `function` is the region of the function it is in (itself for a function)."""

    def __init__(self, number: int, outer: Region | None = None) -> None:
        self.outer = outer
        self.function: Region = self if outer is None else outer.function
        #: Whether this is a generator compiled into its consumer, whose variables stay when the generator returns.
        self.is_generator = False
        self.exit = f"$exit{number}"
        self.stop = f"$stop{number}"
        self.broken = f"$broken{number}"
        self.value = f"$value{number}"

    @property
    def is_loop(self) -> bool:
        """Whether this is the body of a loop."""
        return self.function is not self


def enter_region(emitter: Emitter, *, is_loop: bool) -> Region:
    """Begin a region in the current frame, and make it the innermost."""
    emitter.compiler.region_count += 1
    region = Region(emitter.compiler.region_count, emitter.context.region if is_loop else None)
    emitter.frame.assign(region.exit, FALSE_VALUE)
    if is_loop:
        emitter.frame.assign(region.stop, FALSE_VALUE)
        emitter.frame.assign(region.broken, FALSE_VALUE)
    emitter.context.region = region
    return region


def leave_region(emitter: Emitter, region: Region) -> None:
    """Go back to the region around."""
    emitter.context.region = region.outer


def emit_return(emitter: Emitter, value: StaticValue) -> Flow:
    """`return value`."""
    context = emitter.context
    region = context.region
    assert region is not None
    if context.declared_return is not None and value != NOT_IMPLEMENTED:
        value = RuntimeValue(convert(emitter, value, context.declared_return, "the return value"))
    elif static_type(value) is None and emitter.inline_depth == 0:
        emitter.returned_at = emitter.range
    emitter.frame.assign(region.function.value, value)
    emitter.frame.assign(region.function.exit, TRUE_VALUE)
    if region.is_loop:
        emitter.frame.assign(region.exit, TRUE_VALUE)
        emitter.frame.assign(region.stop, TRUE_VALUE)
    emitter.frame.is_dead = emitter.frame.is_dead or not region.function.is_generator
    return Flow.EXITS


def emit_break(emitter: Emitter, node: ast.stmt) -> Flow:
    """`break`."""
    region = emitter.context.region
    if region is None or not region.is_loop:
        raise emitter.fail("unsupported-syntax", "'break' outside a loop", help="use `return`, or move it into a loop")
    for name in (region.exit, region.stop, region.broken):
        emitter.frame.assign(name, TRUE_VALUE)
    return Flow.EXITS


def emit_continue(emitter: Emitter, node: ast.stmt) -> Flow:
    """`continue`."""
    region = emitter.context.region
    if region is None or not region.is_loop:
        raise emitter.fail(
            "unsupported-syntax", "'continue' outside a loop", help="use `return`, or move it into a loop"
        )
    emitter.frame.assign(region.exit, TRUE_VALUE)
    return Flow.EXITS


def has_exited(emitter: Emitter, region: Region) -> StaticValue:
    """Whether the region has been left: a constant, or a run-time bool."""
    return emitter.lookup(region.exit) or FALSE_VALUE


def join(first: Flow, second: Flow) -> Flow:
    """The flow after two branches that meet."""
    if first is second:
        return first
    if Flow.RAISES in (first, second):
        return second if first is Flow.RAISES else first
    return Flow.MAY_EXIT


def returned_value(emitter: Emitter, region: Region) -> StaticValue:
    """What the function returned, at the end of its body."""
    return emitter.lookup(region.value) or NONE_VALUE


def is_certainly(value: StaticValue, constant: bool) -> bool:
    """Whether a flag is known while compiling, and is `constant`."""
    known = value.constant()
    return known is not MISSING and known is constant
