"""The old meanings of operators, in terms of today's (`operator_versions.py` says what changed when).

Comes before: `ir/builder.py`. Comes after: `expression_reader.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from portfire.ir.builder import Builder
from portfire.ir.graph import Value
from portfire.ir.types import FLOAT, INT, NONE, TensorType


class Emit(Protocol):
    """Inserts a call of an operator."""

    def __call__(self, name: str, *args: Value, **kwargs: Value) -> Value:
        """Insert a call of `name`, with the overload that the arguments choose; gives its result."""


Upgrade = Callable[[Emit, Builder, list[Value], dict[str, Value]], Value]


def _divide(name: str) -> Upgrade:
    """Until version 3, division of integers was rounded towards zero."""

    def upgrade(emit: Emit, builder: Builder, args: list[Value], kwargs: dict[str, Value]) -> Value:
        if "rounding_mode" in kwargs or len(args) != 2 or not isinstance(args[0].type, TensorType):
            return emit(name, *args, **kwargs)
        is_float = emit("aten::is_floating_point", args[0])
        if isinstance(args[1].type, TensorType):
            is_float = emit("aten::__or__", is_float, emit("aten::is_floating_point", args[1]))
        elif args[1].type == FLOAT:
            is_float = builder.constant(True)
        node = builder.node("prim::If", (is_float,), (TensorType(),))
        with builder.at(node.add_block()):
            node.blocks[0].add_input(emit(name, *args, **kwargs))
        with builder.at(node.add_block()):
            node.blocks[1].add_input(emit(name, *args, rounding_mode=builder.constant("trunc"), **kwargs))
        return node.output

    return upgrade


def _full(emit: Emit, builder: Builder, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Until version 4, `full` without a dtype made floating-point tensors of integers too."""
    dtype = kwargs.get("dtype")
    if (dtype is None or dtype.type == NONE) and len(args) == 2 and args[1].type == INT:
        args = [args[0], emit("aten::Float", args[1])]
    return emit("aten::full", *args, **kwargs)


def _spaced(name: str) -> Upgrade:
    """The number of steps was 100 unless given."""

    def upgrade(emit: Emit, builder: Builder, args: list[Value], kwargs: dict[str, Value]) -> Value:
        steps = args[2] if len(args) > 2 else kwargs.pop("steps", None)
        if steps is None or steps.type == NONE:
            steps = builder.constant(100)
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
