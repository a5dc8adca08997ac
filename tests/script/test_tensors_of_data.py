"""`torch.tensor` of everything it takes in Python, and Python's types as dtypes; eager is the oracle, dtypes included."""

from typing import List, Tuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import portfire
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import codes, diagnostics

ONES = torch.ones(2)
KINDS = [torch.tensor([1, 2]), torch.tensor([1.5, 2]), torch.tensor([1.5, 2]).double(), torch.tensor([True, False])]


def test_types_of_python_are_dtypes():
    def f(x):
        return (
            x.to(int), x.to(float), x.to(dtype=bool), x.to("cpu", int), x.to(device=x.device, dtype=complex), x.sum(dtype=int),
            torch.arange(3, dtype=float), torch.full((2,), 1, dtype=int), torch.full((2,), True, dtype=float), x.mean(dtype=float),
            torch.ones_like(x, dtype=bool), x.new_zeros(2, dtype=int), torch.empty(0, dtype=complex), x.new_tensor([1], dtype=int),
            torch.softmax(x, -1, float), F.softmax(x, -1, dtype=float), x.double().view(int), torch.tensor([1, 2], dtype=float),
            torch.as_tensor(((1, 2.0), (3, 4)), dtype=int), torch.cumsum(x, 0, dtype=int), torch.zeros(2, dtype=bool),
        )  # fmt: skip

    check(f, (ONES,))


def test_types_that_are_handed_on_are_dtypes():
    def converted(x, dtype=int):
        return x.to(dtype), torch.zeros(1, dtype=dtype)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.dtype = float

        def forward(self, x):
            all_of_them = [x.to(d) for d in (int, float, bool, torch.half)]
            return converted(x), converted(x, self.dtype), converted(x, dtype=torch.half), x.to(self.dtype), all_of_them

    check(Model(), (ONES,))


def test_types_that_the_run_picks_are_dtypes():
    def f(x, flag: bool, name: str):
        d = bool if flag else torch.half
        table = {"int": int, "float": float}
        return x.to(d), torch.zeros(1, dtype=d), x.to(table[name])

    check(f, (ONES, True, "int"), (ONES, False, "float"), (ONES, False, "str"))


def test_a_dtype_is_no_type():
    def f(x):
        return (
            x.dtype == int,
            x.dtype != float,
            torch.int64 == int,
            x.dtype in (float, torch.float32),
            "a" == str,
            [1] == list,
        )

    check(f, (ONES,), (ONES.long(),))


def test_a_type_that_is_no_dtype_is_an_obstacle():
    def f(x):
        return torch.empty(2, dtype=str)

    assert codes(f) == ["not-a-value"]
    assert "str" in diagnostics(f)[0].message


@pytest.mark.parametrize("x", [ONES, torch.tensor(3), torch.empty(0, 2), torch.tensor([True]), torch.ones(1).half()])
def test_tensors_of_a_tensor(x):
    def f(x):
        return (
            torch.tensor(x), torch.as_tensor(x, device="cpu"), torch.as_tensor(x, device=x.device), torch.tensor(x, dtype=torch.int),
            torch.as_tensor(x, dtype=torch.float, device="cpu"), torch.tensor(data=x, device="cpu"), torch.as_tensor(x) is x,
            torch.as_tensor(x, dtype=x.dtype) is x, torch.tensor(x) is x, x.new_tensor(x), x.new_tensor(x, dtype=torch.half),
        )  # fmt: skip

    check(f, (x,))


def test_a_tensor_of_a_tensor_is_a_copy_without_history():
    def f(x):
        made = torch.tensor(x)
        same = torch.as_tensor(x)
        same += 1
        return (
            made,
            torch.tensor(x, requires_grad=True).requires_grad,
            made.requires_grad,
            torch.tensor([x.sum()]).requires_grad,
        )

    def g(x):
        a, b = torch.tensor([x[0], x[1] * 2]), torch.tensor([x.sum(), 1.0], requires_grad=True)
        return a.requires_grad, b.requires_grad, torch.tensor(x, requires_grad=True).is_leaf

    check(f, (ONES.clone(),))
    check(g, (torch.ones(2, requires_grad=True),))


@pytest.mark.parametrize("x", KINDS, ids=lambda x: str(x.dtype))
def test_lists_with_tensors_in_them(x):
    def f(x, n: int, r: float):
        return (
            torch.tensor([x[0], x[1]]), torch.tensor((x[0], x[1])), torch.tensor([a for a in x]), torch.tensor([x[0], 1]),
            torch.tensor([[x[0], x[1]], [2.5, x[1]]]), torch.tensor([x[0], 2.5]), torch.tensor([x[0], True]), torch.tensor([[x[0]], [x[1]]]),
            torch.tensor([(x[0], 1), (2, x[1])]), torch.tensor([x[0]], dtype=torch.double), torch.tensor([x[0], 1j]),
            torch.tensor([x.sum(), x.sum().item(), x.shape[0]]), torch.tensor([x[0], n, r]), torch.as_tensor([x[0], n]),
            torch.tensor([x[:1], x[1:]]), torch.tensor([x.sum()], device="cpu"),
        )  # fmt: skip

    check(f, (x, 3, 2.5))


def test_lists_of_tensors_that_only_the_run_knows():
    def f(xs: List[Tensor], rows: List[List[Tensor]], t: Tuple[Tensor, int, float]):
        return (
            torch.tensor(xs),
            torch.as_tensor(xs),
            torch.tensor(rows),
            torch.tensor(t),
            torch.tensor(xs, dtype=torch.double),
        )

    one, two = torch.tensor(1), torch.tensor(2.5)
    check(f, ([one, one + 1], [[one, one], [one, one]], (one, 2, 3.0)), ([one, two], [[one.bool()]], (two, 1, 1.0)))
    check(
        f,
        ([], [], (one, 2, 3.0)),
        ([torch.ones(1, 1)], [[], []], (one, 2, 3.0)),
        ([torch.tensor(2**40 + 1)], [], (one, 2, 3.0)),
    )
    check(f, ([ONES], [], (one, 2, 3.0)))  # more than one number


@pytest.mark.parametrize("x", [*KINDS, torch.tensor(3), torch.tensor([2j])], ids=lambda x: f"{x.dtype}{x.dim()}")
def test_numbers_whose_type_only_the_run_knows(x):
    def f(x):
        n = x.sum().item()
        return torch.tensor(n), torch.tensor([n]), torch.tensor([n, 1]), torch.as_tensor(n), torch.tensor([[n], [n]])

    check(f, (x,))


def test_a_dtype_given_for_numbers_whose_type_only_the_run_knows():
    def f(x):
        return torch.tensor(x.sum().item(), dtype=torch.float), torch.tensor([x.sum().item()], dtype=torch.int8)

    check(f, *[(x,) for x in KINDS])


def test_nothing_has_the_default_dtype():
    def f(xs: List[int], flags: List[bool], rows: List[List[int]], values: List[float], zs: List[complex]):
        none: List[int] = []
        return (
            torch.tensor(xs), torch.tensor(flags), torch.tensor(rows), torch.tensor(values), torch.tensor(zs), torch.as_tensor(xs),
            torch.tensor(none), torch.tensor([none, none]), torch.tensor([xs, xs]), torch.tensor(xs, dtype=torch.long),
            torch.tensor(()), torch.tensor([]), torch.tensor((), dtype=torch.long), torch.tensor([[]]), torch.tensor(((), ())),
            torch.tensor([len(xs)]), torch.tensor([], dtype=torch.bool, device="cpu"),
        )  # fmt: skip

    def g(n: int):
        xs: List[int] = []
        for i in range(n):
            xs.append(i)
        ys = [1]
        ys.clear()
        return torch.tensor(xs), torch.tensor(ys)

    check(f, ([1], [True], [[1, 2]], [1.0], [1j]), ([], [], [], [], []), ([], [], [[], []], [], []))
    check(g, (0,), (3,))


def test_lists_of_unlike_lengths():
    def f(rows: List[List[int]]):
        return torch.tensor(rows), torch.tensor([[2, 2], [1]])

    check(f, ([[1]],), ([[1, 2], [1]],))


def test_the_default_dtype_is_that_of_the_run():
    def f(s: float):
        return torch.tensor(s), torch.tensor([s, s]), torch.tensor([]), torch.tensor(1) / 2

    compiled = portfire.script(f)
    loaded = saved_and_loaded(compiled)
    try:
        for dtype in (torch.double, torch.half, torch.float):
            torch.set_default_dtype(dtype)
            expected = [t.dtype for t in f(1.0)]
            assert [t.dtype for t in compiled(1.0)] == expected == [dtype] * 4
            assert [t.dtype for t in loaded(1.0)] == expected
    finally:
        torch.set_default_dtype(torch.float)


def test_data_by_name():
    def f():
        return torch.tensor(data=3), torch.tensor(data=[1, 2], dtype=torch.float), torch.as_tensor(data=(1, 2))

    check(f, ())
