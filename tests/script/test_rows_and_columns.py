"""Rows and columns: `zip(*rows)`, sorting along another list, spreading tuples of any length."""

from typing import Dict, List, Tuple

import torch
from torch import Tensor

from tests.script.formed_results import check


def test_columns_of_tuples():
    def f(x: Tensor):
        outs = []
        for row in x:
            outs.append((row.sum(), row.max().item()))
        sums, highest = zip(*outs)
        return sums, highest, list(zip(*outs))[1]

    check(f, (torch.arange(6.0).view(2, 3),))


def test_columns_of_no_tuples():
    def f(rows: List[Tuple[int, str]]):
        a, b = zip(*rows)
        return a, b

    check(f, ([(1, "a"), (2, "b")],), ([],))


def test_columns_of_lists():
    def f(grid: List[List[int]]):
        return [list(column) for column in zip(*grid)], list(map(sum, zip(*grid))), list(zip(*grid)), sum(grid, [])

    check(f, ([[1, 2, 3], [4, 5, 6]],), ([[1, 2], [3]],), ([],))


def test_columns_of_what_is_known():
    def f(x: Tensor):
        return [a * b for a, b in zip(*((x, x + 1), (2, 3)))]

    check(f, (torch.ones(2),))


def test_order_of_another_list():
    def f(xs: List[int], ys: List[str]):
        order = sorted(range(len(xs)), key=lambda i: xs[i])
        same = sorted(range(len(xs)), key=xs.__getitem__)
        numbers, names = zip(*sorted(zip(xs, ys)))
        return order, same, numbers, names, [y for _, y in sorted(zip(xs, ys), key=lambda p: p[0])]

    check(f, ([3, 1, 2], ["c", "a", "b"]))


def test_keys_of_a_dict_by_value():
    def f(d: Dict[str, int]):
        return max(d, key=d.get), min(d, key=d.__getitem__), sorted(d, key=d.get), sorted(d, key=lambda k: (-d[k], k))

    check(f, ({"a": 2, "b": 3, "c": 1},))


def test_a_key_of_none():
    def f(d: Dict[str, int], names: List[str]):
        return max(names, key=d.get)

    check(f, ({"a": 1}, ["a", "b"]), ({"a": 1, "b": 2}, ["a", "b"]))


def test_sizes_taken_apart():
    def f(x: Tensor, dims: List[int]):
        s = x.shape
        b, c = s
        first, *rest = s
        backwards = tuple(reversed(range(x.dim())))
        return (
            b * c, rest, s == (2, 3), s == torch.Size([2, 3]), (4, *s[1:]), [*s], list(map(int, s)), s[0:1] + (5,),
            x.view(s[0], -1), tuple(int(i) for i in s), x.permute(backwards), x.permute(*backwards), x.sum(tuple(dims)),
            x.expand(*s), x.mean(dim=tuple(range(1, x.dim()))), (*s,), (*dims, 7),
        )  # fmt: skip

    check(f, (torch.ones(2, 3), [0, 1]))
