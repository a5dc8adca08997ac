"""The old meanings of operators, in terms of today's (`operator_versions.py` says what changed when).

Comes before: `ir/builder.py`. Comes after: `expression_reader.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from portfire.ir.builder import Builder
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, FLOAT, INT, NONE, NUMBER, OptionalType, TensorType


class Emit(Protocol):
    """Inserts a call of an operator."""

    def __call__(self, name: str, *args: Value, **kwargs: Value) -> Value:
        """Insert a call of `name`, with the overload that the arguments choose; gives its result."""


Upgrade = Callable[[Emit, Builder, list[Value], dict[str, Value]], Value]


def _either(builder: Builder, condition: Value, if_true: Callable[[], Value], if_false: Callable[[], Value]) -> Value:
    """The tensor or int of one of two ways to compute it."""
    node = builder.node("prim::If", (condition,), (TensorType(),))
    for compute in (if_true, if_false):
        with builder.at(block := node.add_block()):
            block.add_input(compute())
    node.output.type = node.blocks[0].inputs[0].type
    return node.output


def _divide(name: str) -> Upgrade:
    """Until version 3, division was rounded towards zero where nothing that took part was a float: not the operands, nor what
    the result was written to."""

    def upgrade(emit: Emit, builder: Builder, args: list[Value], kwargs: dict[str, Value]) -> Value:
        if "rounding_mode" in kwargs or len(args) != 2 or not isinstance(args[0].type, TensorType):
            return emit(name, *args, **kwargs)
        is_float = emit("aten::is_floating_point", args[0])
        for other in (args[1], kwargs.get("out")):
            if other is None:
                continue
            if isinstance(other.type, TensorType):
                found = emit("aten::is_floating_point", other)
            else:
                found = builder.insert("prim::isinstance", (other,), BOOL, types=[FLOAT])
            is_float = emit("aten::__or__", is_float, found)
        return _either(
            builder,
            is_float,
            lambda: emit(name, *args, **kwargs),
            lambda: emit(name, *args, rounding_mode=builder.constant("trunc"), **kwargs),
        )

    return upgrade


def _full(emit: Emit, builder: Builder, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Until version 4, `full` without a dtype made floating-point tensors of ints and bools too."""
    args = [*args, kwargs.pop("fill_value")] if len(args) == 1 else args
    if "out" in kwargs or len(args) != 2 or args[1].type not in (INT, BOOL, NUMBER):
        return emit("aten::full", *args, **kwargs)

    def of_floats() -> Value:
        return emit("aten::full", args[0], emit("aten::Float", args[1]), **kwargs)

    dtype = kwargs.get("dtype")
    if dtype is None or dtype.type == NONE:
        return of_floats()
    if dtype.type == INT:
        return emit("aten::full", *args, **kwargs)
    is_given = emit("aten::__isnot__", dtype, builder.constant(None))
    return _either(builder, is_given, lambda: emit("aten::full", *args, **kwargs), of_floats)


def _spaced(name: str) -> Upgrade:
    """The number of steps was 100 unless given."""

    def upgrade(emit: Emit, builder: Builder, args: list[Value], kwargs: dict[str, Value]) -> Value:
        steps = args[2] if len(args) > 2 else kwargs.pop("steps", None)
        if steps is None or steps.type == NONE:
            steps = builder.constant(100)
        elif isinstance(steps.type, OptionalType):
            given = steps
            is_given = emit("aten::__isnot__", given, builder.constant(None))
            steps = _either(
                builder,
                is_given,
                lambda: builder.insert("prim::unchecked_cast", (given,), INT),
                lambda: builder.constant(100),
            )
        return emit(name, *args[:2], steps, *args[3:], **kwargs)

    return upgrade


UPGRADES: dict[str, Upgrade] = {
    "aten::div": _divide("aten::div"),
    "aten::div_": _divide("aten::div_"),
    "aten::full": _full,
    "aten::linspace": _spaced("aten::linspace"),
    "aten::logspace": _spaced("aten::logspace"),
    "aten::gelu": lambda emit, _, args, kwargs: emit("aten::gelu", *args, **kwargs),
}
