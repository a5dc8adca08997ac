"""Slices as values: chosen, kept in lists, returned, applied to lists, texts and tensors."""

from typing import List, Tuple

import pytest
import torch
from torch import Tensor

import portfire
from tests.script.agreement import check

X = torch.arange(24).reshape(2, 3, 4)


def test_of_a_list():
    def f(xs: List[int], a: int, b: int):
        s = slice(a, b)
        back = slice(None, None, -1)
        return xs[s], xs[back], s.start, s.stop, s.step, s.indices(3), xs[slice(b)]

    check(f, ([1, 2, 3, 4], 1, 3), ([1, 2, 3, 4], -3, 100))


def test_with_a_step_known_at_run_time():
    def f(xs: List[int], s: str, step: int):
        part = slice(None, None, step) if step != 3 else slice(1, 3)
        return xs[::step], s[::step], xs[3:0:step], xs[part], s[part], xs[-2::step], slice(5, None, step).indices(3)

    check(f, *(([1, 2, 3, 4, 5], "abcde", step) for step in (1, 2, 3, -1, -2, 7)))


def test_step_zero():
    def f(xs: List[int], step: int):
        return xs[::step]

    check(f, ([1], 0), ([1, 2], 2))


def test_in_tuples():
    def f(x: Tensor, n: int):
        s = slice(0, n)
        idx = (s, slice(None), slice(1, 3))
        return x[s], x[idx], x[..., s], x[(Ellipsis, s)], x[None, s], x[:, :n, None], x[(slice(None),) * 2 + (0,)]

    check(f, (X, 1), (X, 2))


def test_in_lists():
    def f(x: Tensor, n: int, dim: int):
        idx = [slice(None)] * x.dim()
        idx[dim] = slice(n, None)
        y = x.clone()
        y[tuple(idx)] = 0
        return x[tuple(idx)], y

    check(f, (X, 1, 2), (X, 1, 0), (X, 2, 1))


def test_chosen_and_kept():
    def f(x: Tensor, n: int, bounds: List[Tuple[int, int]]):
        chosen = slice(n, None) if n > 0 else slice(None)
        parts = [slice(a, b) for a, b in bounds]
        return x[chosen], [x[p] for p in parts], chosen.start is None, {"k": parts[0]}["k"].stop

    check(f, (X, 0, [(0, 1), (1, 2)]), (X, 1, [(0, 2)]))


def part_of(x, where):
    return x[where]


def test_as_argument():
    def f(x: Tensor, n: int):
        return part_of(x, slice(n)), part_of([1, 2, 3], slice(n, None)), part_of("abc", slice(None, n))

    check(f, (X, 1), (X, 2))


def test_returned():
    def f(n: int):
        return slice(n, None), [slice(n), slice(0, n, 2)]

    check(f, (2,))


def test_as_arguments(tmp_path):
    def of_tensor(x, s: slice, pair: Tuple[slice, slice], many: List[slice]):
        return x[s], x[pair], x[*many], s

    def undeclared(xs: List[int], s):
        return xs[s]

    arguments = (X, slice(0, 1), (slice(0, 2), slice(2, None, 2)), [slice(None), slice(1, 3)])
    check(of_tensor, arguments)
    compiled = portfire.script(undeclared, example_inputs=([1], slice(1)))
    assert compiled([1, 2, 3], slice(1, None)) == [2, 3]
    with pytest.raises(portfire.ArgumentError, match="expected a value of type"):
        compiled([1, 2, 3], 1)
