# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""The names of tensors' types: `x.type()` is "torch.FloatTensor".

Comes before: nothing. Comes after: `tensor_methods.py`.
"""

from __future__ import annotations

from torch import Tensor

from portfire.ir.dtypes import DTYPE_NUMBERS, TENSOR_NAMES

#: The names by the number of the dtype, "" for a dtype without one, and the numbers by name: read while compiling.
NAMES = ",".join(TENSOR_NAMES.get(name, "") for name in sorted(DTYPE_NUMBERS, key=lambda name: DTYPE_NUMBERS[name]))


def type_name(x: Tensor) -> str:
    """`x.type()`."""
    name = "torch."
    if x.is_sparse:
        name = name + "sparse."
    if x.device.type != "cpu":
        name = name + x.device.type + "."
    return name + NAMES.split(",")[x.dtype] + "Tensor"  # type: ignore[call-overload,no-any-return]


def as_type(x: Tensor, name: str) -> Tensor:
    """`x.type(name)`."""
    parts = name.split(".")
    names = NAMES.split(",")
    kind = parts[-1].removesuffix("Tensor")
    if parts[0] != "torch" or kind not in names or not parts[-1].endswith("Tensor") or "sparse" in parts:
        raise ValueError(f"invalid type: '{name}'")
    device = "cpu" if len(parts) == 2 else parts[1]
    return x.to(device, names.index(kind))  # type: ignore[call-overload,no-any-return]
