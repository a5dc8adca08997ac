"""A module with state of every kind: an annotated empty dict, a Final constant, methods that are exported, ignored, unused."""

from typing import Final

import torch
from torch import nn

import portfire


class Attributes(nn.Module):
    """Counts what it has seen."""

    scale: Final[int]
    counts: dict[str, int]

    def __init__(self, scale: int = 3) -> None:
        super().__init__()
        self.scale = scale
        self.counts = {}
        self.names: list[str] = ["even", "odd"]
        self.linear = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor, key: str = "even") -> torch.Tensor:
        if key not in self.names:
            raise ValueError(f"unknown key {key}")
        self.counts[key] = self.counts.get(key, 0) + 1
        if self.training:
            self.report(x)
        return self.linear(x) * self.scale + self.counts[key]

    @portfire.export
    def total(self) -> int:
        result = 0
        for value in self.counts.values():
            result += value
        return result

    @portfire.unused
    def report(self, x: torch.Tensor) -> None:
        import pprint

        pprint.pprint({"mean": x.mean().item(), **self.counts})

    @portfire.ignore
    def debug(self, x: torch.Tensor) -> torch.Tensor:
        print("debug", x.tolist())
        return x


def example_inputs() -> tuple[torch.Tensor, str]:
    return torch.rand(2, 4), "odd"
