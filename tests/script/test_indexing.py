"""Subscripts: reading and writing, tensors, lists, tuples, dicts, strings."""

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor

from tests.script.agreement import agree_exactly, check

X = torch.arange(24.0).reshape(2, 3, 4)
I = torch.tensor([1, 0])


def test_tensor_ints_and_slices():
    def f(x, i: int):
        return (
            x[0], x[-1], x[i], x[0, 1], x[0][1][2], x[1, :, 2], x[:, 1:], x[:, ::2], x[..., 0], x[0, ..., 1:3], x[:, None],
            x[None], x[..., None], x[1:2, i], x[:, -1], x[:], x[...], x[:, :, i : i + 2], x[0, 1, 2].item(),
        )  # fmt: skip

    def g(x, i: int):
        return (
            x[0], x[-1], x[i], x[0, 1], x[0][1][2], x[1, :, 2], x[:, 1:], x[:, ::2], x[..., 0], x[0, ..., 1:3], x[:, None],
            x[None], x[..., None], x[1:2, i], x[:, -1], x[:], x[...], x[:, :, i : i + 2], x[..., None, 0], x[0, ...],
        )  # fmt: skip

    check(g, (X, 1))


def test_tensor_index_tensors():
    def f(x, i, m):
        return (
            x[i],
            x[:, i],
            x[i, i],
            x[0, i],
            x[i, :, 1],
            x[..., i],
            x[m],
            x[[0, 1]],
            x[:, [0, 2]],
            x[i, ..., i],
            x[x > 5],
        )

    check(f, (X, I, X.sum((1, 2)) > 0))


def test_tensor_mask_expressions():
    def f(x):
        y = x[x > 3]
        k = x.sum(-1) > 10
        return y, x[k], x[~k], x[(x > 3) & (x < 9)]

    check(f, (X,))


def test_tensor_assignment():
    def f(x, i, v):
        x[0] = 1
        x[1, 2] = v[0, 1]
        x[:, 0] = 2.5
        x[..., 1] = v[:, :, 1] * 0
        x[0, 1:3, 2] += 4
        x[i, 1] = 7.0
        x[x > 20] = -1
        x[:, :, 3] *= 2
        x[i] += 1
        x[x < 0] = x[x < 0] * 3
        return x

    check(f, (X.clone(), I, X.clone()))


def test_tensor_assignment_with_tensors():
    def f(x, y, m):
        x[0] = y
        x[1, :, 0] = y[:, 0]
        x[m] = y[0, 0]
        x[:, m[0]] = 5
        return x

    check(f, (X.clone(), -X[0].clone(), X > 17))


def test_views_are_views():
    def f(x):
        y = x[0]
        y += 1
        x[1].mul_(2)
        z = x[:, 1]
        z[0] = 9
        return x

    check(f, (X.clone(),))


def test_out_of_range():
    def f(x, i: int):
        return x[i]

    check(f, (X, 5))

    def g(xs: List[int], i: int):
        return xs[i]

    check(g, ([1], 0), ([1], -1), ([1], 1), ([], -1))


def test_lists():
    def f(xs: List[int], i: int):
        return xs[i], xs[-1], xs[1:], xs[:i], xs[::2], xs[::-1], xs[-2:], xs[i : i + 1], xs[:]

    check(f, ([1, 2, 3, 4], 2))


def test_list_assignment():
    def f(xs: List[int], ys: List[List[int]]):
        xs[0] = 5
        xs[-1] += 2
        ys[0][1] = 7
        ys[1] += [3]
        del xs[1]
        a = [0] * 3
        a[2] = 1
        return xs, ys, a

    check(f, ([1, 2, 3], [[1, 2], [3]]))


def test_tuples():
    def f(t: Tuple[int, str, float], i: int):
        a, b, c = t
        u = (1, 2, 3)
        return t[0], t[-1], t[1:], u[i], b, u[:2], len(t), t + (1,), u[::-1]

    check(f, ((1, "a", 2.5), 1))


def test_dicts():
    def f(d: Dict[str, int], k: str):
        d["new"] = 1
        d[k] = d.get(k, 0) + 1
        d["new"] += 5
        if k in d:
            del d["new"]
        return d, len(d), d.get("nope"), list(d.keys()), d[k]

    check(f, ({"a": 1}, "a"), ({}, "b"))


def test_missing_key():
    def f(d: Dict[str, int], k: str):
        return d[k]

    check(f, ({"a": 1}, "a"), ({"a": 1}, "b"))


def test_int_dict():
    def f(d: Dict[int, Tensor], n: int):
        d[n] = torch.zeros(2)
        return d[n], sorted(list(d.keys()))

    check(f, ({1: X}, 2))


def test_strings():
    def f(s: str, i: int):
        return s[i], s[-1], s[1:], s[:i], s[::2], len(s), s[i : i + 1], s[::-1], s[::-2]

    check(f, ("hello", 2))


def test_shapes():
    def f(x):
        b, n, d = x.shape
        return x.shape[0], x.shape[-1], x.size(1), b * n, x.view(b, n * d), x.size()[1:], x.reshape(-1, d), x.shape[:-1]

    check(f, (X,))


def test_optional_index():
    def f(x, idx: Optional[Tensor]):
        if idx is not None:
            return x[idx]
        return x

    check(f, (X, I), (X, None))


def test_star_unpacking():
    def f(xs: Tuple[int, int, int, int]):
        a, *b, c = xs
        (d, e), g = (1, 2), 3
        return a, b, c, d, e, g

    check(f, ((1, 2, 3, 4),))


def test_too_few_items_for_a_star():
    def of_lists(rows: list[list[int]]):
        total = 0
        for first, *rest in rows:
            total += first + len(rest)
        for *rest, first, second in rows:
            total += len(rest) + first - second
        return total

    def of_a_tensor(x):
        (*everything,) = x
        first, *rest, last = x
        return everything, first, rest, last

    def of_a_string(text: str):
        first, *rest = text
        return first, rest

    agree_exactly(of_lists, ([[1, 2, 3], [4, 5]],), ([],), ([[]],), ([[1]],))
    agree_exactly(of_a_tensor, (torch.arange(3.0),), (torch.arange(2.0),), (torch.arange(1.0),), (torch.arange(0.0),))
    agree_exactly(of_a_string, ("abc",), ("a",), ("",))


def test_star_unpacking_of_a_list():
    def f(xs: List[int]):
        a, *b = xs
        *c, d = xs
        e, *g, h = xs
        return a, b, c, d, e, g, h

    check(f, ([1, 2, 3],), ([1, 2],), ([1],))


def test_swap():
    def f(a: int, b: str):
        a2, b2 = a, b
        b2, c = str(a2), b2
        x = y = 5
        x, y = y + 1, x
        return b2, c, x, y

    check(f, (1, "x"))


def test_list_unpacking():
    def f(xs: List[int]):
        a, b = xs
        return a * b

    check(f, ([2, 3],))


def test_slice_object():
    def f(x, n: int):
        s = slice(0, n)
        return x[s], x[:, s]

    check(f, (X, 1))


def test_lists_spread_into_an_index():
    def read(x, xs: List[int], pair: Tuple[int, int]):
        return x[*xs], x[1, *xs[1:]], x[*pair], x[*pair, None], x[..., *pair], x[*x.shape[:0]]

    def written(x, xs: List[int]):
        y = x.clone()
        y[*xs] = 5
        y[*xs] += 1
        return y

    x = torch.arange(24).reshape(2, 3, 4)
    check(read, (x, [1, 2], (0, 1)), (x, [1], (1, 2)), (x, [1, 2, 3], (0, 0)))
    check(written, (x, [1, 2]), (x, [0]))
