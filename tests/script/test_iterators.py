"""`iter`, `next`, and `defaultdict`."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import List

import torch
from torch import Tensor, nn

import portfire

sys.path.insert(0, str(Path(__file__).parent))
from agreement import check


def test_iterator_used_in_several_places() -> None:
    def f(xs: list[int]):
        it = iter(xs)
        first = next(it)
        seen = [first]
        for x in it:
            if x > 2:
                break
            seen.append(x)
        return seen, next(it, -1), [x for x in it], next(it, 99)

    check(f, ([1, 2, 3, 4, 5],), ([1],), ([],), ([5, 6],))


def test_unpacking_a_generator_and_an_iterator() -> None:
    def f(x: Tensor, xs: list[int]):
        a, b = (y.t() for y in (x, x + 1))
        it = iter(xs)
        first = next(it)
        c, d = it
        return a, b, first, c, d, next(it, -1)

    check(f, (torch.rand(2, 3), [1, 2, 3]), (torch.rand(2, 3), [1, 2]))


def test_next_of_a_generator_stops_at_the_first() -> None:
    def f(xs: list[int]):
        return next((10 // x for x in xs if x != 3), -1), next(x for x in xs if x < 9)

    check(f, ([3, 2, 0],), ([],), ([3],), ([0],))


def test_first_of_a_dict_and_of_rows() -> None:
    def f(d: dict[str, int], x: Tensor):
        return next(iter(d)), next(iter(d.values())), next(iter(x))

    check(f, ({"a": 1, "b": 2}, torch.rand(2, 3)))


class Typed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.to(next(self.parameters()).dtype))


def test_first_parameter() -> None:
    x = torch.ones(1, 2, dtype=torch.double)
    model = Typed()
    assert torch.equal(portfire.script(model)(x), model(x))


def test_default_dict() -> None:
    def f(xs: list[int]):
        counts = defaultdict(int)
        groups = defaultdict(list)
        for x in xs:
            counts[x] += 1
            groups[x % 2].append(x)
        total = 0
        for key, value in counts.items():
            total += key * value
        return counts[2], counts[99], len(counts), 98 in counts, groups[0], groups[1], total, sorted(counts), counts

    check(f, ([1, 2, 2, 3],), ([],))


def test_default_dict_without_a_factory() -> None:
    def f(k: str):
        d = defaultdict(None, {"a": 1})
        return d[k]

    check(f, ("a",), ("b",))


def test_tolist_in_a_conditional_expression() -> None:
    def f(x: Tensor):
        values: list[int] = x.tolist() if x.numel() > 0 else []
        others: list[int] = [] if x.numel() > 2 else x.tolist()
        return values, others

    check(f, (torch.tensor([1, 2]),), (torch.tensor([1, 2, 3]),), (torch.zeros(0, dtype=torch.long),))


def test_any_and_all_stop_at_what_decides():
    def f(xs: List[int], ys: List[int]):
        return (
            any(1 // (x - 1) < 0 for x in xs), all(1 // (x - 1) > 0 for x in xs), any(x > 1 for x in ys if x != 3),
            all(x > 1 for x in ys), any(a == b for a in xs for b in ys), any([]), all([]), any(x for x in []),
            all(n != "z" for n in ("a", "b")), any(ys), all(ys), all(x is not None for x in (xs, ys)),
        )  # fmt: skip

    check(f, ([0, 1], [2, 3]), ([0, 1], []), ([0, 1], [0, 1]))
    check(f, ([1], [2]))
