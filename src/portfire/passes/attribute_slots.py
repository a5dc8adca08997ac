"""Attributes of particular objects, and what their values are as constants of a graph.

Comes before: `ir/state.py`. Comes after: `object_paths.py`, `frozen_state.py`, `freeze_module.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from portfire.ir.state import ObjectState
from portfire.ir.types import NONE, OptionalType, Type


@dataclass(frozen=True, slots=True)
class Slot:
    """An attribute of one object. Compares by the identity of the object."""

    state: ObjectState
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slot) and other.state is self.state and other.name == self.name

    def __hash__(self) -> int:
        return hash((id(self.state), self.name))

    @property
    def value(self) -> Any:
        """What the attribute holds."""
        return self.state.values.get(self.name)

    @property
    def type(self) -> Type:
        """The type that the class declares for it."""
        return self.state.cls.attributes[self.name].type


@dataclass(frozen=True, slots=True)
class ConstantValue:
    """A value and its type, as a `prim::Constant` has them."""

    value: Any
    type: Type


def memory_keys(value: Any) -> frozenset[int]:
    """What stands for the memory of a value, that of what it holds included: values that share memory have one in common."""
    if hasattr(value, "untyped_storage"):
        return frozenset(int(part.untyped_storage().data_ptr()) or id(value) for part in _strided_parts(value))
    if isinstance(value, ObjectState):
        return frozenset({id(value)})
    if isinstance(value, (list, tuple)):
        below = frozenset[int]().union(*map(memory_keys, value))
    elif isinstance(value, dict):
        below = frozenset[int]().union(*map(memory_keys, value.values()))
    else:
        return frozenset()
    return below if isinstance(value, tuple) else below | {id(value)}


#: What a sparse tensor is made of, by the name of its layout.
_SPARSE_PARTS: Final = {
    "torch.sparse_coo": ("_indices", "_values"),
    **dict.fromkeys(("torch.sparse_csr", "torch.sparse_bsr"), ("crow_indices", "col_indices", "values")),
    **dict.fromkeys(("torch.sparse_csc", "torch.sparse_bsc"), ("ccol_indices", "row_indices", "values")),
}


def _strided_parts(tensor: Any) -> list[Any]:
    """The tensors with a storage of their own that a tensor is made of: itself, unless it is sparse."""
    names = _SPARSE_PARTS.get(str(tensor.layout))
    return [tensor] if names is None else [getattr(tensor.detach(), name)() for name in names]


def constant_value(slot: Slot) -> ConstantValue | None:
    """An attribute's value as a constant; None where it cannot be one."""
    if not _can_be_constant(slot.value):
        return None
    type_ = slot.type
    if slot.value is None:
        type_ = NONE
    elif isinstance(type_, OptionalType):
        type_ = type_.element
    return ConstantValue(_without_gradient(slot.value), type_)


def _can_be_constant(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_can_be_constant, value))
    if isinstance(value, dict):
        return all(_can_be_constant(k) and _can_be_constant(v) for k, v in value.items())
    if value is None or isinstance(value, (bool, int, float, complex, str, Enum)):
        return True
    return hasattr(value, "untyped_storage") or type(value).__name__ == "device"


def _without_gradient(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(map(_without_gradient, value)) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {k: _without_gradient(v) for k, v in value.items()}
    return value.detach() if hasattr(value, "untyped_storage") else value
