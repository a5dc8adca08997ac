"""What compositions of operators are written with.

Comes before: `ir/builder.py`. Comes after: `number_composites.py`, `function_composites.py`, `composites.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from portfire.ir.builder import Builder
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, COMPLEX, FLOAT, INT, NUMBER, Type


class Call(Protocol):
    """Inserts calls of operators."""

    builder: Builder

    def __call__(self, name: str, *args: Value, **kwargs: Value) -> Value:
        """Insert a call."""


#: What makes the call, or None where the operator's own overloads serve.
Composite = Callable[[Call], Value]

#: Decides by the arguments (the receiver of a method call in front) whether a composition is needed, and which.
Recipe = Callable[[Sequence[Value], dict[str, Value]], Composite | None]

NUMBERS: tuple[Type, ...] = (INT, FLOAT, COMPLEX, BOOL, NUMBER)


class Arguments:
    """Arguments looked up by position or name, with what is known of them at compile time."""

    def __init__(self, args: Sequence[Value], kwargs: dict[str, Value]) -> None:
        self.args = args
        self.kwargs = kwargs

    def value(self, index: int, *names: str) -> Value | None:
        """The argument at `index`, or under one of `names`."""
        if index < len(self.args):
            return self.args[index]
        return next((self.kwargs[n] for n in names if n in self.kwargs), None)

    def constant(self, index: int, *names: str, default: Any) -> Any:
        """The compile-time value of an argument; `default` if it is not given, `UNKNOWN` if it is not constant."""
        value = self.value(index, *names)
        return default if value is None else constant_of(value)


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


def constant_of(value: Value) -> Any:
    """The Python value of a constant, or `UNKNOWN`."""
    node = value.node
    return node.attributes.get("value") if node is not None and node.kind == "prim::Constant" else UNKNOWN
