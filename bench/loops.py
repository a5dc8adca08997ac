"""Python-level work: an integer loop, against torch.jit and CPython."""

from __future__ import annotations

import torch

import portfire
from bench.measure import Figure, medians


def collatz(steps: int) -> int:
    """A Collatz-like body, `steps` times."""
    n = 27
    total = 0
    for _i in range(steps):
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        if n == 1:
            n = 27 + total % 1000
        total += n % 7
    return total


def integer_loop() -> list[Figure]:
    """1e6 steps of the loop."""
    steps = 1_000_000
    ours, peer = portfire.script(collatz), torch.jit.script(collatz)
    assert ours(1000) == peer(1000) == collatz(1000)
    times = medians({"ours": lambda: ours(steps), "peer": lambda: peer(steps)}, rounds=7, warm=2)
    python = medians({"python": lambda: collatz(steps)}, rounds=3, warm=1)["python"]
    note = f"(CPython / ours: {python / times['ours']:.1f}x)"
    return [Figure("integer loop, 1e6 steps / torch.jit", times["ours"] / times["peer"], 0.5, note=note)]
