"""What the run learned about ranks (numbers of dimensions) becomes a guard on the inputs.

Python's `x.dim()` and `len(x.shape)` give plain ints, which index and loop; the program must see the same rank. The rank of
almost every tensor follows from the ranks of the inputs it was computed of: those are what the guard looks at, once each.

Comes before: `recording.py`, which owns it. Comes after: `data_reads.py`, which asks for guards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from portfire.frontend.trace.recording import Recording

#: Operators whose result's rank is the length of a list that they take, which the trace has anyway.
_GIVEN_BY_A_LIST = frozenset(
    "aten::" + n
    for n in (
        "view", "reshape", "zeros", "ones", "full", "empty", "rand", "randn", "randint", "new_zeros", "new_ones",
        "new_full", "new_empty", "permute", "as_strided", "arange", "linspace", "eye", "tensor",
    )
)  # fmt: skip

#: Operators whose result's rank depends on sizes.
_GIVEN_BY_SIZES = frozenset(("aten::squeeze", "aten::squeeze_"))


class Ranks:
    """Which tensors of one recording decide the rank of which."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._deciding: dict[int, dict[int, torch.Tensor]] = {}
        self._fixed: set[int] = set()

    def add_input(self, tensor: torch.Tensor) -> None:
        """`tensor` is an input of the trace: its rank is what the caller says."""
        self._deciding[id(tensor)] = {id(tensor): tensor}

    def add_result(self, operator: str, operands: Iterable[Any], result: torch.Tensor) -> None:
        """`operator` made `result` of `operands`."""
        if operator in _GIVEN_BY_SIZES:
            self._deciding[id(result)] = {id(result): result}
            return
        deciding: dict[int, torch.Tensor] = {}
        if operator not in _GIVEN_BY_A_LIST:
            for tensor in tensors_in(operands):
                deciding |= self._deciding.get(id(tensor), {})
        self._deciding[id(result)] = deciding

    def fix(self, tensor: torch.Tensor) -> None:
        """The run depends on the rank of `tensor`."""
        recording = self._recording
        for key, decider in self._deciding.get(id(tensor), {id(tensor): tensor}).items():
            if key in self._fixed or recording.is_attribute(decider):
                continue
            self._fixed.add(key)
            frame = recording.frame
            if key in recording.root.values:
                recording.frame = recording.root
            try:
                value = recording.value_of(decider)
                with torch._C.DisableTorchFunction():
                    rank = decider.dim()
                what = f"the rank of '{value.name}'" if value.name else "the rank of a tensor"
                recording.guard_equal(recording.emit("aten::dim", value), rank, what, warns=False)
            finally:
                recording.frame = frame


def tensors_in(values: Iterable[Any]) -> Iterable[torch.Tensor]:
    """The tensors among `values`, and in lists and tuples of them."""
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors_in(value)
