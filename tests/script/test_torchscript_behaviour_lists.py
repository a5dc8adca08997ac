"""What TorchScript's own test suite asks of lists, and what Python does with them besides; eager is the oracle."""

from typing import Dict, List, Optional, Tuple

import pytest
import torch
from torch import Tensor

from tests.script.after_loading import check
from tests.script.agreement import agree_exactly

T = torch.tensor
NAN = float("nan")


def test_slices_with_a_step_are_assigned():
    def f(xs: List[int], new: List[int], i: Optional[int], j: Optional[int], step: int):
        xs[i:j:step] = new
        return xs

    def g(xs: List[str]):
        xs[:4:2] = ["x", "y"]
        xs[-2:] = ("z",)
        xs[::-1] = xs
        xs[::2] = list("ab")
        return xs

    def h(xs: List[int]):
        xs[::2] = (2 * i for i in range(3))
        return xs

    bounds = [(None, None), (1, 4), (-4, None), (3, 1), (10, -10)]
    inputs = [
        ([1, 2, 3, 4, 5], list(range(n)), i, j, k) for n in (0, 2, 3, 5) for i, j in bounds for k in (1, 2, -1, -2, 0)
    ]
    agree_exactly(f, *inputs)
    agree_exactly(g, (["1", "2", "3", "4"],), (["1", "2", "3"],))
    check(h, ([1, 2, 3, 4, 5],), ([1],))


def test_slices_are_deleted():
    def f(xs: List[int], i: Optional[int], j: Optional[int], step: int):
        del xs[i:j:step]
        return xs

    def g(xs: List[str], d: Dict[str, int]):
        del xs[1:3], xs[::2], d["a"]
        return xs, d

    bounds = [(None, None), (1, 4), (-4, None), (3, 1), (10, -10)]
    agree_exactly(f, *[([1, 2, 3, 4, 5], i, j, k) for i, j in bounds for k in (1, 2, -1, -2, 0)])
    check(g, (["a", "b", "c", "d"], {"a": 1}), ([], {}))


def test_del_of_several():
    def f(xs: List[int]):
        a, b, c = xs[0], xs[1], xs[2]
        del a, (b, [c])
        d, e = 1, 2
        del [d, e]
        del (), xs[0], xs[0]
        a = xs[0]
        return xs, a

    check(f, ([1, 2, 3],), ([1, 2],))


def test_where_an_item_is():
    def f(xs: List[int], start: int, stop: int):
        return xs.index(3, start), xs.index(3, start, stop)

    def g(xs: List[str], ts: List[Tuple[int, str]]):
        return xs.index("a", 1), ts.index((1, "b"), -1), xs.index("a"), ts.index((1, "b"))

    agree_exactly(f, *[([3, 1, 3, 2], i, j) for i in (-9, -2, 0, 1, 3) for j in (-1, 2, 9)])
    check(g, (["a", "b", "a"], [(1, "b"), (1, "b")]), (["a"], [(1, "b")]))


@pytest.mark.parametrize("kind", range(9))
def test_errors_say_what_python_says(kind):
    def f(xs: List[int], words: List[str], kind: int):
        if kind == 0:
            return xs.pop()
        if kind == 1:
            return xs.pop(10)
        if kind == 2:
            return xs[9]
        if kind == 3:
            xs[9] = 1
        if kind == 4:
            del xs[9]
        if kind == 5:
            xs.remove(5)
        if kind == 6:
            return xs.index(5)
        if kind == 7:
            return words.index("it's")
        return min(xs)

    agree_exactly(f, ([], [], kind), ([1, 2], ["a"], kind))


def test_the_least_of_lists():
    def ints(a: List[int], b: List[int]):
        return min(a, b), max(a, b), a < b, a <= b, a > b, a >= b, min(a, b, [1]), max([a, b], key=len)

    def floats(a: List[float], b: List[float]):
        return min(a, b), max(a, b), a < b, a <= b, a == b

    def bools(a: List[bool], b: List[bool]):
        return min(a, b), max(a, b), a < b, sorted([a, b])

    def nested(a: List[List[str]], b: List[List[str]]):
        return min(a, b), max(a, b), sorted(a), a == b

    lists = [[], [1], [2], [1, 8, 8], [1, 2, 3]]
    check(ints, *[(a, b) for a in lists for b in lists])
    check(floats, *[(a, b) for a in ([], [1.0], [NAN], [1.0, 2.5]) for b in ([], [1.0], [1.0, 2.0])])
    check(bools, *[(a, b) for a in ([], [False], [True, True]) for b in ([], [True], [False, True])])
    check(nested, ([["b"], ["a"]], [["a", "c"]]), ([], [[]]))


def test_the_least_item():
    def ints(xs: List[int]):
        return min(xs), max(xs)

    def floats(xs: List[float]):
        return min(xs), max(xs)

    def bools(xs: List[bool]):
        return min(xs), max(xs)

    def tensors(xs: List[Tensor]):
        return min(xs), max(xs)

    agree_exactly(ints, ([2, 1],), ([-7],), ([],))
    agree_exactly(floats, ([2.0, -0.0, 0.0],), ([NAN, 1.0],), ([1.0, NAN],), ([],))
    agree_exactly(bools, ([True, False],), ([],))
    check(tensors, ([T(2), T(1)],), ([],), ([torch.ones(2), torch.ones(2)],))


def test_lists_of_tensors_are_searched():
    def f(xs: List[Tensor], x: Tensor):
        return x in xs, xs.count(x), xs == [x], xs != [x], xs.index(x)

    def g(xs: List[Tensor]):
        xs.remove(torch.zeros(1))
        xs.reverse()
        return xs, sorted(xs), sorted(xs, reverse=True)

    check(f, ([T(4), T(1)], T(1)), ([T(1)], T(1)), ([], T(1)), ([torch.ones(2)], torch.ones(2)))
    check(g, ([T([5.0]), T([0.0]), T([3.0])],), ([T([5.0])],))


def test_sorting_changes_or_copies():
    def f(xs: List[float], flags: List[bool], ts: List[Tensor], ps: List[Tuple[int, str]]):
        copied, backwards = sorted(xs), sorted(flags, reverse=True)
        xs.sort(reverse=True)
        first = sorted(ts)
        ts[0] = T(10)
        ps.sort()
        return copied, backwards, xs, first, ts, ps, [].sort()

    check(
        f, ([1.5, -2.0, NAN], [True, False, True], [T(2), T(0)], [(2, "a"), (1, "b"), (1, "a")]), ([], [], [T(1)], [])
    )


def test_extending_with_anything():
    class Countdown:
        def __init__(self, start: int):
            self.left = start

        def __iter__(self):
            return self

        def __next__(self) -> int:
            if self.left == 0:
                raise StopIteration
            self.left -= 1
            return self.left

    def f(xs: List[int], words: List[str]):
        xs.extend({4: 10, 5: 11})
        xs.extend(range(2))
        xs.extend(x * 2 for x in [1, 2])
        xs += (7, 8)
        xs += {9: 1}.values()
        xs.extend(xs)
        xs.extend(Countdown(2))
        words.extend("ab")
        words += "c"
        return xs, words, xs.copy() is xs

    check(f, ([1], ["z"]), ([], []))


def test_lists_made_of_anything():
    def f(x):
        made: List[int] = list()
        made.append(1)
        found = list()
        found.append("a")
        return (
            list((1, 2)), list(range(3)), list("abc"), list({1: 2}), list({"a": 1}.items()), list(enumerate("ab")),
            list(zip([1], [2.0])), list(reversed([1, 2])), list(y for y in [1, 2]), list(x), list(x[0]), made, found,
        )  # fmt: skip

    check(f, (T([[1.0, 2.0], [3.0, 4.0]]),))


def test_what_a_list_may_hold_is_said_by_its_declaration():
    def f(xs: List[int]):
        some: List[Optional[int]] = [None, None]
        some[0] = 3
        nested: List[List[Optional[int]]] = [[1, 2], [3]]
        nested[0].append(None)
        empty = []
        if len(xs) > 1:
            empty = [1, 2, 3]
        unlike = [1]
        if len(xs) > 2:
            unlike = [1.5]
        return some, nested, empty, unlike

    check(f, ([],), ([1, 2],), ([1, 2, 3],))


def test_lists_as_conditions():
    def f(xs: List[int], words: List[str]):
        total = 0
        while xs:
            total += xs.pop()
        return total, "some" if words else "none", not words, bool(words), words or ["default"], words and words[0:1]

    check(f, ([1, 2, 3], ["a"]), ([], []))
