"""What TorchScript's own test suite asks of torch's functions, of parameters and of calls; eager is the oracle."""

import types
from collections import OrderedDict
from typing import List, Optional, Tuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, device, nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence

import portfire
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import diagnostics

A, B = torch.arange(60.0).reshape(3, 4, 5), torch.arange(24.0).reshape(4, 3, 2)
C, D = torch.arange(120.0).reshape(2, 3, 4, 5), torch.arange(840.0).reshape(4, 5, 6, 7)


def test_tensordot():
    def of_int(a, b, dims: int):
        return torch.tensordot(a, b, dims=dims)

    def of_tensor(a, b, dims: Tensor):
        return torch.tensordot(a, b, dims=dims)

    def of_lists(a, b, dims: List[List[int]], pair: Tuple[List[int], List[int]]):
        return (
            torch.tensordot(a, b, dims=dims),
            torch.tensordot(a, b, dims=pair),
            torch.tensordot(a, b, ([1, 0], [0, 1])),
        )

    check(of_int, (C, D, 2), (C, D, -1), (C, D, 5), (C, D, 0))
    check(of_tensor, (C, D, torch.tensor([2])), (A, B, torch.tensor([[1, 0], [0, 1]])))
    check(of_lists, (A, B, [[1, 0], [0, 1]], ([1, 0], [0, 1])))


@pytest.mark.parametrize("dim", [None, 0])
def test_unique(dim):
    def f(x, dim: Optional[int]):
        return (
            torch.unique(x, dim=dim), torch.unique(x, return_counts=True, dim=dim), torch.unique(x, return_inverse=True, dim=dim),
            torch.unique(x, return_counts=True, return_inverse=True, dim=dim), torch.unique_consecutive(x, dim=dim),
            torch.unique_consecutive(x, return_counts=True, dim=dim), torch.unique_consecutive(x, return_inverse=True, dim=dim),
            torch.unique_consecutive(x, return_counts=True, return_inverse=True, dim=dim),
        )  # fmt: skip

    check(f, (torch.tensor([[1, 3], [3, 2], [3, 2], [2, 3]]), dim))


def test_linear_algebra():
    def f(x, b):
        lu, pivots = torch.linalg.lu_factor(x)
        norms = torch.norm(x, p="fro"), torch.norm(x, p="nuc"), torch.norm(x), torch.norm(x, p=0.5)
        return torch.lu_unpack(lu, pivots), norms, torch.cdist(x, b, compute_mode="use_mm_for_euclid_dist")

    torch.manual_seed(0)
    check(f, (torch.randn(3, 3), torch.randn(2, 3)), tolerance=1e-5)


def test_any_and_all():
    def of_tensors(x):
        return torch.any(x), torch.all(x), x.any(), x.any(-1), torch.any(x, 0, True), torch.any(x, dim=(0, -1))

    def of_lists(n: List[int], r: List[float], s: List[str], t: List[Tensor]):
        return all(n), any(n), all(r), any(r), all(s), any(s), all(t), any(t)

    def of_rows(x):
        return all(x), any(x)

    check(of_tensors, (torch.randn(3, 4),), (torch.empty(0, 3),), (torch.zeros(5, 7, 1),))
    check(
        of_lists,
        ([3, 6], [3.14, 0, 8.9], ["", "-1"], [torch.ones(1), torch.zeros(1)]),
        ([], [], [], []),
        ([0], [0.0], [""], [torch.ones(2)]),
    )
    check(
        of_rows,
        *[(torch.tensor(v),) for v in ([1, 0], [1, 2], [0], [[1], [0]], [])],
        (torch.ones(2, 2),),
        (torch.tensor(1),),
    )


def test_conversions():
    def f(t):
        return (
            t.to(t), t.to(t.dtype), t.to(torch.empty_like(t), non_blocking=True), t.to(t, copy=True), t.to("cpu", dtype=torch.float32),
            t.to(torch.float32), t.to(dtype=t.dtype, device=t.device, copy=False), t.to("cpu", t.dtype, False, True), t.type_as(t),
            t.to(t.device, t.dtype, non_blocking=False), t.to(torch.device("cpu"), copy=True), t.type(torch.half), t.to("cpu", torch.double),
            [x is t for x in (t.to(t), t.to(t.dtype), t.to(torch.empty_like(t)), t.to(t, copy=True), t.to("cpu"), t.to("cpu", copy=True))],
            torch.zeros_like(t, memory_format=None), torch.clamp(t, min=2, max=None), torch.clamp(t, min=None, max=2),
        )  # fmt: skip

    def same(t):
        return t.to(t)

    check(f, (torch.tensor(5),), (torch.tensor(5.0),))
    t = torch.tensor(5.0)
    assert portfire.script(same)(t) is t


def test_devices():
    def f():
        made = device(type="cuda"), torch.device(type="cpu"), torch.device("cuda", 1), torch.device("cpu")
        return (
            made,
            torch.device("cpu").type,
            torch.device("cuda:1").index,
            made[1] == made[3],
            str(made[2]),
            made[3].index,
        )

    check(f, ())


def test_results_that_are_given_or_resized():
    def f(x, y, z):
        torch.mul(x, y, out=z)
        for _ in range(3):
            b = x + 1
            sizes = [1]
            b.sub_(1)
            sizes.append(1)
            b.resize_(sizes)
            last = b.add_(1)
        return z, last, torch.zeros([2, 2]).resize_as_(y).shape

    check(
        f, (torch.ones(2, 1), torch.ones(1, 2), torch.zeros(2, 2)), (torch.ones(2, 1), torch.ones(1, 2), torch.empty(0))
    )


def test_sequences_of_unlike_lengths():
    def packed(x, lengths):
        return pad_packed_sequence(pack_padded_sequence(x, lengths))

    def padded(xs: List[Tensor], batch_first: bool = False, value: float = 0.0, side: str = "right"):
        return pad_sequence(xs, batch_first, value, side)

    def of_list(xs: List[Tensor], enforce_sorted: bool = True):
        return pad_packed_sequence(pack_sequence(xs, enforce_sorted))[0]

    class Model(nn.Module):
        def forward(self, x):
            sequence = pack_padded_sequence(input=x, lengths=torch.tensor([1, 2]), enforce_sorted=False)
            output, lengths = pad_packed_sequence(sequence=sequence, total_length=2)
            return output[0], lengths

    xs = [torch.ones(3, 5), torch.ones(4, 5)]
    long, short = torch.tensor([1, 2, 3]), torch.tensor([4, 5])
    check(packed, (torch.ones(3, 5, 7), torch.tensor([3, 3, 2, 2, 1])))
    check(padded, (xs,), (xs, True, 2.5, "left"), (xs[:1], False, 2.5, "left"), (xs, False, 2.5, "nowhere"))
    check(of_list, ([long, short],), ([short, long], False), ([short, long], True))
    check(Model(), (torch.ones(2, 2),))


def test_what_is_no_compilation_answers_no():
    def f(x):
        return x + 1 if torch._C._get_tracing_state() else x - 1, x + 1 if torch.jit.is_tracing() else x - 1

    check(f, (torch.ones(2),))


def test_a_method_in_the_place_of_forward():
    class Dispatching(nn.Module):
        def forward(self, x: Tensor):
            return self.computed(x) * 2

    class Model(Dispatching):
        def __init__(self):
            super().__init__()
            self.forward = types.MethodType(Dispatching.forward, self)

        def computed(self, x: Tensor):
            return torch.tensor(123)

        def forward(self, x: Tensor):
            raise AssertionError

    assert saved_and_loaded(portfire.script(Model()))(torch.tensor(1)) == 246


def test_state_of_modules_below():
    class Innermost(nn.Module):
        def __init__(self):
            super().__init__()
            self.n = 11

        def forward(self, x):
            return self.n

    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.n = 11
            self.nested = Innermost()

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.sub = Inner()
            self.n = 1

        def forward(self, x):
            self.n = 5
            self.sub.n = 1
            self.sub.nested.n = 5
            self.sub.nested.n += 2
            return self.sub.n * 20 + self.sub.nested.n * 3 + self.n, self.sub.nested(x)

    check(Model(), (torch.ones(1),))


def test_a_module_or_none_as_a_constant():
    class Model(nn.Module):
        __constants__ = ["inner"]

        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            if self.inner is not None:
                return self.inner(x)
            return x

    check(Model(None), (torch.tensor(1),))
    check(Model(nn.Sequential(OrderedDict([("a", nn.ReLU())]))), (torch.tensor(-1),))


def test_gradients_through_what_was_made_in_the_program():
    def f():
        a = torch.tensor(2.5, requires_grad=True)
        return a, a * 2

    a, b = portfire.script(f)()
    b.backward()
    assert a.grad == 2


def test_lookups_renormalise_the_table():
    def f(indices, table):
        return F.embedding(indices, table, max_norm=0.01), table

    torch.manual_seed(0)
    check(f, (torch.tensor([[1, 2, 4, 5]]), torch.randn(10, 3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: torch.sum(foo=4), "'sum' has no parameter 'foo'"),
        (lambda a: torch.sum(a, self=a), "'sum' has no parameter 'self'"),
        (lambda a: torch.sum(a, input=a), "'sum' is given 'input' twice"),
        (lambda a: torch.sum(dim=4), "no overload of 'sum' takes (dim: int)"),
        (lambda a: torch.cat(a), "no overload of 'cat' takes (Tensor)"),
        (lambda a: torch.cat([3]), "no overload of 'cat' takes (List[int])"),
        (
            lambda a: a.expand(size=[3, [4]]),
            "no overload of 'expand' takes (Tensor, size: List[Union[int, List[int]]])",
        ),
        (lambda a: a.sum(1, dim=1), "no overload of 'sum' takes (Tensor, int, dim: int)"),
    ],
    ids=range(8),
)
def test_calls_that_torch_would_not_take(call, message):
    (diagnostic,) = diagnostics(call)
    assert diagnostic.code == "no-overload" and diagnostic.message == message and diagnostic.help


def test_arguments_by_name():
    def f(a):
        return (
            torch.sum(input=a, dim=0),
            torch.cat(dim=1, tensors=[a, a]),
            torch.add(other=a, input=a),
            torch.relu(input=a),
        )

    check(f, (torch.ones(2, 2),))
