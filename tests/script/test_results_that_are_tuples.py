"""`x.chunk(2)`, `x.stride()`, `_pair(n)`: lists in a program that are tuples in Python; eager is the oracle, types included."""

from typing import Any, List, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.utils import _pair, _quadruple, _single, _triple

import portfire
from tests.script.after_loading import check, saved_and_loaded

X = torch.arange(12.0).reshape(3, 4)


def types(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value), [types(v) for v in value]
    return type(value)


def check_types(target, *inputs) -> None:  # type: ignore[no-untyped-def]
    check(target, *inputs)
    compiled = portfire.script(target)
    for program in (compiled, saved_and_loaded(compiled)):
        for args in inputs:
            assert types(program(*args)) == types(target(*args))


def test_operators_that_give_several_tensors():
    def f(x):
        return (
            x.chunk(2), torch.chunk(x, 2, 1), x.split(2), torch.split(x, [1, 2]), x.unbind(), torch.unbind(x, 1), x.tensor_split(2),
            torch.hsplit(x, 2), x.vsplit(3), torch.where(x > 3), x.nonzero(as_tuple=True), torch.nonzero(x, as_tuple=True),
            torch.meshgrid(x[0], x[1], indexing="ij"), torch.broadcast_tensors(x, x[:1]), torch.atleast_2d(x, x[0]), torch.gradient(x[0]),
        )  # fmt: skip

    check_types(f, (X,))


def test_strides():
    def f(x):
        s = x.stride()
        return (
            s, x.t().stride(), s + (1,), s[0], s == (4, 1), (4, 1) == s, str(s), isinstance(s, tuple), len(s), list(s), s[::-1], [*s],
            s * 2, max(s), 4 in s, tuple(s), torch.empty_strided((3, 4), s).stride(), x.as_strided(x.shape, s),
        )  # fmt: skip

    check_types(f, (X,), (X.t(),))


def test_rows_of_a_tensor_as_lists_and_tuples():
    def f(x):
        return (
            list(x), list(x.unbind()), [*x], [r for r in x], tuple(x), x.unbind()[0], x.unbind()[1:], isinstance(x.unbind(), tuple),
            isinstance(list(x), list), isinstance(x.chunk(2), list), str(x.shape), tuple(o for o in x.chunk(2)),
        )  # fmt: skip

    check_types(f, (X,))


def test_tuples_that_are_joined():
    def f(x, ys: List[Tensor]):
        parts = x.chunk(2)
        parts = parts + (x,)
        more = x.split(1)
        more += (x, x)
        as_list = list(x.split(2))
        as_list.append(x)
        first, *rest = x.chunk(3)
        ys += x.chunk(2)
        return (
            parts,
            more,
            as_list,
            torch.cat(x.chunk(2)),
            first,
            rest,
            torch.stack(x.unbind(1)),
            [p.sum() for p in more],
            ys,
        )

    check_types(f, (X, [X]))


def test_tuples_that_are_handed_on():
    def joined(xs: List[Tensor]) -> Tuple[Tensor, int]:
        return torch.cat(xs), len(xs)

    def first(xs):
        return xs[0], isinstance(xs, tuple)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.kept = [torch.ones(1)]

        def forward(self, x, flag: bool):
            self.kept = list(x.chunk(2))
            n = 0
            for i, row in enumerate(x.split(1)):
                n += i * int(row.sum())
            either = x.chunk(2) if flag else (x, x)
            other = x.chunk(2)
            if flag:
                other = x.split(1)
            return (
                joined(x.chunk(2)),
                first(x.chunk(2)),
                first([x]),
                n,
                self.kept,
                either,
                other,
                [x.chunk(2), x.chunk(2)],
            )

    check_types(Model(), (X, True), (X, False))


def test_numbers_that_are_repeated():
    def f(n: int):
        return (
            _single(1), _pair(2), _triple(n), _quadruple(4), _pair(2.1), _pair((1, 2)), _pair((n, n)), _pair(n) == (n, n),
            F.avg_pool2d(torch.ones(1, 1, 4, 4), _pair(n)), F.pad(torch.ones(2, 2), _pair(1) + _pair(0)), isinstance(_pair(n), tuple),
        )  # fmt: skip

    check_types(f, (2,))


def test_shapes_that_are_broadcast():
    def f(x, n: int):
        return (
            torch.broadcast_shapes((1, 2), (3, 1)), torch.broadcast_shapes(x.shape, (1,)), torch.broadcast_shapes(x.shape, x.shape, (2, 1, 1)),
            torch.broadcast_shapes(), torch.broadcast_shapes(x.shape), torch.broadcast_shapes(n, (3, 1)), x.expand(torch.broadcast_shapes(x.shape, (n, 1, 1))),
        )  # fmt: skip

    def g(x):
        return torch.broadcast_shapes(x.shape, (5,))

    check_types(f, (X, 2))
    check(g, (X,))
