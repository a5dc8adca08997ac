"""What the tests of the commands convert."""

from __future__ import annotations

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor, times: int = 1) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        return self.linear(x) * times, {"sum": x.sum()}


class Sized(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


def scaled(x: torch.Tensor, by: float) -> torch.Tensor:
    return x * by


def masked(x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return x.masked_fill(mask, 0.0)


def wrong(x: torch.Tensor) -> torch.Tensor:
    return unknown(x) + x.nothing()  # noqa: F821


def branching(x: torch.Tensor) -> torch.Tensor:
    return x if x.sum() > 0 else -x


def halves(x: torch.Tensor) -> torch.Tensor:
    return x[:, : x.shape[1] // 2]


def raising() -> nn.Module:
    raise ValueError("no weights")


number = 3
