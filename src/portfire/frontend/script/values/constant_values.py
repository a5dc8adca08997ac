"""Values known while compiling: numbers, strings, None, dtypes, devices, and other Python objects that are plain data.

A constant becomes a `prim::Constant` only where it is used as a run-time value, so that conditions on constants decide what
is compiled at all.

Comes before: `static_values.py`. Comes after: `expressions.py`, `operators.py`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir.builder import constant_type
from portfire.ir.graph import MISSING, Value
from portfire.ir.types import Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class ConstantValue(StaticValue):
    """A Python scalar, string, None, dtype, device or the like."""

    def __init__(self, value: Any, type_: Type | None = None) -> None:
        self.value = value
        self.type: Type = type_ or constant_type(value)

    def describe(self) -> str:
        """See the base class."""
        return "None" if self.value is None else f"the {self.type.annotation} {self.value!r}"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return emitter.builder.constant(self.value, self.type)

    def constant(self) -> Any:
        """See the base class."""
        return self.value

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if isinstance(self.value, enum.Enum) and name in ("name", "value"):
            return emitter.compiler.value_of(emitter, getattr(self.value, name), name)
        python_type = type(self.value)
        if (
            python_type.__module__ == "torch"
            and not callable(getattr(self.value, name, MISSING))
            and hasattr(self.value, name)
        ):
            return emitter.compiler.value_of(emitter, getattr(self.value, name), name)
        if self.value is None:
            raise emitter.fail(
                "no-attribute", f"None has no attribute '{name}'", help="check for None first: `if x is not None:`"
            )
        found = self._runtime(emitter).attribute(emitter, name)
        if isinstance(found, MethodValue):
            found.receiver = self  # the method may want to know the constant
        return found

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.value, name)

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        return self._runtime(emitter).index(emitter, key)

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        if isinstance(self.value, str):
            return Iteration(items=tuple(ConstantValue(c) for c in self.value))
        return self._runtime(emitter).iterate(emitter)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(len(self.value)) if isinstance(self.value, str) else super().length(emitter)

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(bool(self.value))

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        if isinstance(self.value, str):
            return [ConstantValue(c) for c in self.value]
        return super().unpack(emitter, count)

    def _runtime(self, emitter: Emitter) -> RuntimeValue:
        return RuntimeValue(self.as_value(emitter))


def is_same_constant(a: Any, b: Any) -> bool:
    """Whether two constants are one value: 1 is neither 1.0 nor True, 0.0 is not -0.0, and tensors are not asked."""
    if a is b or type(a) is not type(b) or isinstance(a, torch.Tensor):
        return a is b
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(is_same_constant, a, b))
    if isinstance(a, dict):
        return is_same_constant([*a.items()], [*b.items()])
    return repr(a) == repr(b) if isinstance(a, (float, complex)) else bool(a == b)


NONE_VALUE = ConstantValue(None)
TRUE_VALUE = ConstantValue(True)
FALSE_VALUE = ConstantValue(False)


def is_none(value: StaticValue) -> bool:
    """Whether the value is None, known while compiling."""
    return value.constant() is None
