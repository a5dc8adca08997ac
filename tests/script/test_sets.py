"""Sets: made, changed, looked into, combined."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent))
from agreement import check, codes


def test_made_and_changed() -> None:
    def f(xs: list[int]):
        s = set(xs)
        s.add(7)
        s.discard(1)
        s.discard(1)
        made = set()
        for x in xs:
            if x not in made:
                made.add(x)
        return len(s), 3 in s, 1 not in s, sorted(s), len(made), sorted({v % 2 for v in xs}), bool(s), 2 in {1, 2}

    check(f, ([1, 2, 2, 3, 1],), ([],))


def test_combined() -> None:
    def f(xs: list[str], ys: list[str]):
        a, b = set(xs), frozenset(ys)
        c = a | b
        c |= {"z"}
        c.update(["y", "z"])
        return (
            sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), sorted(c), a == b, a != b, a <= b, a >= b,
            a.isdisjoint(b), a.issubset(c), sorted(a.union(ys)), sorted(a.intersection(ys)), a == a.copy(),
        )  # fmt: skip

    check(f, (["a", "b"], ["b", "c"]), (["a"], ["a"]), ([], ["x"]), (["a", "b", "c"], ["b"]))


def test_missing_item() -> None:
    def f(xs: list[int], x: int):
        s = set(xs)
        s.remove(x)
        return sorted(s)

    check(f, ([1, 2], 2), ([1, 2], 5))


def note(seen: set, x: int) -> bool:
    is_new = x not in seen
    seen.add(x)
    return is_new


def test_sets_go_to_functions() -> None:
    def f(xs: list[int]):
        seen = set()
        return [x for x in xs if note(seen, x)], len(seen)

    check(f, ([3, 1, 3, 1, 2],))


def test_sets_of_what_cannot_be_a_key() -> None:
    def f(x: Tensor):
        halves = {torch.float16, torch.bfloat16}
        return x.dtype in halves

    check(f, (torch.ones(1),), (torch.ones(1, dtype=torch.float16),))


def test_a_set_that_a_loop_rebinds() -> None:
    def f(xs: list[int]):
        s = {0}
        for x in xs:
            s = s | {x}
        return len(s)

    assert codes(f) == ["not-a-value"]


def test_a_set_stays_inside() -> None:
    def f(xs: list[int]):
        return set(xs)

    assert codes(f) == ["not-a-value"]
