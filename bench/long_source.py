"""A module as long as is asked for: arithmetic, tensors, branches, loops, lists, calls of functions and methods, mixed."""

from __future__ import annotations

import random

_HEAD = """\
from typing import List

import torch


def scaled(x: torch.Tensor, k: int) -> torch.Tensor:
    return x * k + 1


def clipped(n: int, high: int) -> int:
    if n > high:
        return high
    return n


class Generated(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))
        self.limit = 3

    def step(self, x: torch.Tensor, n: int) -> torch.Tensor:
        if n > self.limit:
            return x - self.scale
        return x + self.scale

    def forward(self, x: torch.Tensor, n: int) -> torch.Tensor:
        items: List[int] = []
        tensors: List[torch.Tensor] = []
        total = 0
        y = x
"""

#: Statements of `forward`; `@` is a number of its own, `#` a small one.
_PIECES = (
    ("total = total * # % 1009 + n",),
    ("y = y + x * @",),
    ("y = torch.relu(y - #)",),
    ("y = (y * 0.5).clamp(-1.0, 1.0)",),
    ("items.append(total + @)",),
    ("tensors.append(y)",),
    ("y = scaled(y, #)",),
    ("total = clipped(total, @)",),
    ("y = self.step(y, #)",),
    ("if total > @:", "    total = total - #"),
    ("if n % # == 0:", "    y = y + 1", "    a@ = total", "else:", "    a@ = n", "total += a@"),
    ("for i@ in range(#):", "    total += i@", "    y = y + i@"),
    ("while total > 1000 + @:", "    total = total // 2"),
)


def long_module(statements: int, seed: int = 0) -> str:
    """The source of a module `Generated` whose `forward` has that many statements."""
    numbers = random.Random(seed)
    lines = [_HEAD]
    left = statements - 5
    while left > 0:
        piece = numbers.choice([p for p in _PIECES if _count(p) <= left])
        left -= _count(piece)
        small = str(numbers.randint(2, 5))
        lines += [f"        {line.replace('@', str(left)).replace('#', small)}\n" for line in piece]
    lines.append("        return y + total + len(items) + len(tensors)\n")
    return "".join(lines)


def _count(piece: tuple[str, ...]) -> int:
    return sum(line != "else:" for line in piece)
