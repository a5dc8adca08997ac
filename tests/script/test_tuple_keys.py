"""Dicts and sets whose keys are tuples."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Tuple

import pytest
import torch
from torch import Tensor

import portfire
from tests.script.agreement import check


def test_grouping() -> None:
    def f(sizes: List[Tuple[int, int]]):
        groups: Dict[Tuple[int, int], List[int]] = {}
        for i, size in enumerate(sizes):
            groups.setdefault(size, []).append(i)
        total = 0
        for (h, w), members in groups.items():
            total += h * w * len(members)
        return total, list(groups.keys()), list(groups.values()), len(groups)

    check(f, ([(1, 2), (3, 4), (1, 2)],), ([],))


def test_methods() -> None:
    def f(a: Tuple[int, str], b: Tuple[int, str]):
        d = {a: 1.0}
        d[b] = 2.0
        d.update({(7, "z"): 3.0})
        here = a in d, (7, "y") in d, d.get((7, "z")), d.get(b, 0.5), d.get((0, ""), 0.5)
        popped = d.pop(a)
        del d[(7, "z")]
        return here, popped, d, {k: v + 1 for k, v in d.items()}

    check(f, ((1, "a"), (2, "b")), ((1, "a"), (1, "a")))


def test_missing_key() -> None:
    def f(a: Tuple[int, int]):
        d = {(1, 2): 3}
        return d[a]

    check(f, ((1, 2),), ((2, 1),))


def test_set_of_tuples() -> None:
    def f(xs: List[Tuple[int, int]]):
        seen = {(0, 0)}
        for x in xs:
            if x not in seen:
                seen.add(x)
        return len(seen), sorted(seen)

    check(f, ([(1, 2), (0, 0), (1, 2)],))


def test_nested_tuples_and_arguments() -> None:
    def g(d: Dict[Tuple[int, Tuple[str, bool]], Tensor]) -> Tensor:
        return d[(1, ("a", True))]

    def f(x: Tensor):
        return g({(1, ("a", True)): x, (1, ("a", False)): x + 1})

    check(f, (torch.ones(2),))


def by_size(x: Tensor) -> Tensor:
    d: Dict[Tuple[int, int], Tensor] = {(2, 3): x}
    return d[(2, x.shape[1])] * 2


class Keyed(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return by_size(x)


def test_saved(tmp_path: Path) -> None:
    x = torch.ones(2, 3)
    portfire.save(portfire.script(Keyed()), tmp_path / "m.pt")
    assert torch.equal(portfire.load(tmp_path / "m.pt")(x), x * 2)
    with pytest.raises(torch.jit.Error, match="portfire"):
        torch.jit.load(tmp_path / "m.pt")(x)
