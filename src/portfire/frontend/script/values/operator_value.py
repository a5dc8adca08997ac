"""An operator of the table as a callable: `torch.relu`, `x.view`, `math.sqrt`.

Comes before: `static_values.py`. Comes after: `tensor_values.py`, `python_values.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ops.table import op_table

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


#: The dtypes that torch's functions take Python's types for: `x.to(int)`, `torch.zeros(3, dtype=bool)`.
_DTYPES: dict[object, torch.dtype] = {
    bool: torch.bool,
    int: torch.int64,
    float: torch.float64,
    complex: torch.complex128,
}


class OperatorValue(StaticValue):
    """`name` is the operator; `receiver` the object of a method call; `called` what the user wrote, for messages."""

    def __init__(
        self,
        name: str,
        *,
        receiver: StaticValue | None = None,
        called: str | None = None,
        extra: Sequence[StaticValue] = (),
    ) -> None:
        self.name = name
        self.receiver = receiver
        #: Arguments that the name stands for: the dtype of `x.float()`.
        self.extra = extra
        self.called = called or name.rpartition("::")[2]

    @property
    def identity(self) -> object:
        """What tells this value from others; None for a method of a run-time value."""
        return ("operator", self.name, len(self.extra)) if self.receiver is None else None

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.called}'"

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """An overload: `torch.ops.aten.add.Tensor`."""
        overload = "" if name == "default" else name
        if self.receiver is None and any(s.overload == overload for s in op_table().overloads(self.name)):
            return OperatorValue(f"{self.name}.{name}", called=f"{self.called}.{name}")
        return super().attribute(emitter, name)

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        if self.receiver is None and args:
            from portfire.frontend.script.builtins.builtin_functions import special_method

            special = special_method(emitter, self.called, args)
            if special is not None:
                return special
        operands = [*self.extra, *(_operand(emitter, value) for value in args)]
        named = {name: _operand(emitter, value) for name, value in kwargs.items()}
        if self.receiver is None:
            from portfire.frontend.script.builtins.tensors_of_data import tensor_of_data

            made = tensor_of_data(emitter, self.name, operands, named)
            if made is not None:
                return made
        return emitter.builtin(self.name, operands, named, receiver=self.receiver, called=self.called)


def _operand(emitter: Emitter, value: StaticValue) -> StaticValue:
    """An argument; a type of Python's is a dtype to an operator."""
    from portfire.frontend.script.values.picked_values import PickedValue

    if isinstance(value, PickedValue) and any(getattr(item, "cls", None) in _DTYPES for item in value.items):
        return value.branch(emitter, lambda item: _operand(emitter, item))
    dtype = _DTYPES.get(getattr(value, "cls", None))
    return value if dtype is None else ConstantValue(dtype)
