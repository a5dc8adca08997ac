"""Tensors of lists of tensors.

Comes before: nothing. Comes after: `tensors_of_data.py`.
"""

from __future__ import annotations

import torch
from torch import Tensor


def item_of(tensor: Tensor) -> Tensor:
    """The number in a tensor, as a tensor without dimensions that has no history."""
    if tensor.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return tensor.detach().reshape(())


def of_items(tensors: list[Tensor]) -> Tensor:
    """`torch.tensor([a, b])`: the dtype is the one that all can be converted to."""
    if len(tensors) == 0:
        return torch.empty(0)
    return torch.stack([item_of(t) for t in tensors])


def of_rows(rows: list[list[Tensor]]) -> Tensor:
    """`torch.tensor([[a, b], [c, d]])`."""
    if len(rows) == 0:
        return torch.empty(0)
    return torch.stack([of_items(row) for row in rows])


def or_default_dtype(tensor: Tensor) -> Tensor:
    """What was made of a list: one without numbers has the default dtype."""
    if tensor.numel() == 0:
        return torch.empty(tensor.shape, device=tensor.device)
    return tensor
