"""Order: sorted, list.sort, min, max, heapq, bisect; keys, defaults, stability."""

import bisect
import heapq
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Dict, List, Tuple

import pytest

from tests.script.agreement import check

by_second = itemgetter(1)


def test_sort_with_a_key_in_place():
    def f(xs: List[int], falling: bool):
        same = xs
        xs.sort(key=lambda x: x % 3, reverse=falling)
        return xs, same

    check(f, ([5, 3, 1, 4, 2, 6], False), ([5, 3, 1, 4, 2, 6], True), ([], True))


def test_sort_is_stable():
    def f(xs: List[Tuple[int, str]]):
        return (
            sorted(xs, key=lambda t: t[0]), sorted(xs, key=lambda t: t[0], reverse=True), sorted(xs),
            sorted(xs, key=by_second), sorted(xs, reverse=True),
        )  # fmt: skip

    check(f, ([(2, "b"), (1, "z"), (2, "a"), (1, "y"), (2, "b")],), ([],))


def test_sort_of_texts_and_lists():
    def f(xs: List[str], ys: List[List[int]]):
        return (
            sorted(xs, key=str.lower),
            sorted(xs, key=len),
            sorted(ys),
            sorted(ys, key=len),
            sorted(ys, key=lambda v: -v[0]),
        )

    check(f, (["b", "É", "a", "B", "aa"], [[2, 1], [1], [2], [1, 5, 0]]))


def test_sort_by_keys_of_several_kinds():
    def f(d: Dict[str, float]):
        return (
            sorted(d), sorted(d.items(), key=lambda kv: kv[1]), sorted(d.values()), sorted(d, key=lambda k: (-d[k], k)),
            sorted(d, key=lambda k: [d[k], 1.0]), sorted("hello"), sorted({"b", "a"}), sorted((3, 1, 2), key=lambda v: -v),
        )  # fmt: skip

    check(f, ({"x": 2.0, "a": 1.0, "m": 2.0},))


@dataclass
class Box:
    score: float
    name: str

    def __lt__(self, other: "Box") -> bool:
        return self.score < other.score


def test_sort_of_objects():
    def f(scores: List[float]):
        boxes = [Box(s, str(i)) for i, s in enumerate(scores)]
        boxes.sort(reverse=True)
        named = sorted(boxes, key=attrgetter("name"))
        best = max(boxes, key=lambda b: b.score)
        return [b.name for b in boxes], [b.score for b in sorted(boxes)], named[0].score, best.name

    check(f, ([1.0, 3.0, 2.0, 3.0],))


def test_extremes():
    def f(xs: List[int], words: List[str]):
        return (
            min(xs, default=7), max(xs, default=-1), max(xs, key=lambda v: -v, default=0), min(words, default=""),
            max(words, key=len, default="none"), min("b", "a"), min((2, "x"), (1, "y")), max([2, 5], [2, 4]),
        )  # fmt: skip

    check(f, ([3, 1, 2], ["aa", "b", "cc"]), ([], []))


@pytest.mark.parametrize("name", ["min", "max"])
def test_extreme_of_nothing(name):
    def smallest(xs: List[int]):
        return min(xs)

    def smallest_by_key(xs: List[int]):
        return min(xs, key=lambda v: -v)

    def largest(xs: List[str]):
        return max(xs)

    check(smallest, ([],), ([1],))
    check(smallest_by_key, ([],), ([1],))
    check(largest, ([],), (["a"],))


def test_extreme_of_int_and_float_keeps_its_type():
    def f(a: int, b: float):
        return max(a, b), min(a, b), max(b, a), max(a, 3.0), min(a, 3.0, b), max(3, 2.5), max([a, 1])

    check(f, (3, 2.5), (1, 2.5), (3, 3.0))


def test_heap():
    def f(xs: List[int]):
        heap: List[int] = []
        for x in xs:
            heapq.heappush(heap, x)
        copy = list(heap)
        heapq.heapify(xs)
        first = heapq.heappushpop(xs, 0)
        second = heapq.heapreplace(xs, 5)
        popped = [heapq.heappop(heap) for _ in range(len(heap))]
        return copy, xs, first, second, popped, heapq.nsmallest(2, xs), heapq.nlargest(2, xs, key=lambda v: -v)

    check(f, ([5, 1, 4, 1, 9, 2],), ([3],))


def test_heap_of_pairs():
    def f(weights: Dict[str, int]):
        heap = [(w, name) for name, w in weights.items()]
        heapq.heapify(heap)
        total = 0
        while len(heap) > 1:
            a, left = heapq.heappop(heap)
            b, right = heapq.heappop(heap)
            total += a + b
            heapq.heappush(heap, (a + b, left + right))
        return heap, total, list(heapq.merge([1, 4], [2, 3]))

    check(f, ({"a": 5, "b": 9, "c": 12, "d": 13, "e": 16},))


def test_empty_heap():
    def f(xs: List[int]):
        return heapq.heappop(xs)

    check(f, ([],), ([2, 3],))


def test_bisection():
    def f(xs: List[int], x: int):
        places = (
            bisect.bisect_left(xs, x),
            bisect.bisect_right(xs, x),
            bisect.bisect(xs, x),
            bisect.bisect_left(xs, x, 1, 3),
        )
        bisect.insort(xs, x)
        bisect.insort_left(xs, x + 1)
        return places, xs, bisect.bisect_left([(1, "a"), (3, "b")], 2, key=lambda t: t[0])

    check(f, ([1, 3, 3, 5], 3), ([], 1), ([1, 3, 3, 5], 9))
