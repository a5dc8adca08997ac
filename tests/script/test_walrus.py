"""Assignment expressions: in conditions, and out of comprehensions."""

from __future__ import annotations

from typing import List

from tests.script.agreement import check


def test_in_conditions() -> None:
    def f(xs: List[int]):
        i, total = 0, 0
        while (n := len(xs) - i) > 0:
            total += n
            i += 1
        if (m := total) and m > 3:
            total = -m
        return total, n, m

    check(f, ([1, 2, 3],), ([],))


def test_out_of_comprehensions() -> None:
    def f(xs: List[int]):
        last = 0
        large = [last for x in xs if (last := x * 2) > 4]
        same = [(item := x) for x in xs]
        return large, last, item if xs else -1, same

    def searched(xs: List[int]):
        if any((hit := x) > 2 for x in xs):
            return hit
        return -1

    check(f, ([1, 2, 3],), ([],))
    check(searched, ([1, 2, 3, 4],), ([1],), ([],))
