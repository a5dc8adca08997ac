"""Slices of lists and strings: negative steps, assignment, deletion, as Python's."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from agreement import check

BOUNDS = (-6, -2, -1, 0, 1, 3, 7)


def test_backwards() -> None:
    def down(xs: list[int], s: str, a: int, b: int):
        return xs[a:b:-1], xs[:b:-2], xs[a::-3], xs[::-1], xs[::-2], s[a:b:-2], s[::-1], s[:b:-1]

    inputs = [([1, 2, 3, 4, 5], "abcd", a, b) for a, b in itertools.product(BOUNDS, repeat=2)]
    check(down, *inputs[::5], ([], "", 0, -1), ([1], "x", -1, -3))


def test_assignment() -> None:
    def assign(xs: list[int], ys: list[int], a: int, b: int):
        xs[a:b] = ys
        zs = xs[:]
        zs[:b] = (7, 8)
        zs[len(zs) :] = [v + 1 for v in xs]
        xs[a:] = xs
        return xs, zs

    inputs = [([1, 2, 3, 4, 5], [9, 8], a, b) for a, b in itertools.product(BOUNDS, repeat=2)]
    check(assign, *inputs[::6], ([], [], 0, 3))


def test_deletion() -> None:
    def delete(xs: list[str], a: int, b: int):
        del xs[a:b]
        ys = xs[:]
        del ys[1:]
        return xs, ys

    check(delete, *((list("abcde"), a, b) for a, b in itertools.product(BOUNDS[1::2], repeat=2)))
