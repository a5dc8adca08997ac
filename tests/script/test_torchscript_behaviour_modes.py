"""What TorchScript's own test suite asks of `with` on modes of torch: autocast in every shape, and managers that the run picks."""

import contextlib

import pytest
import torch
from torch import nn

import portfire
from tests.script.after_loading import check
from tests.script.agreement import same

A = torch.rand(2, 2, generator=torch.Generator().manual_seed(1))
B = A + 0.25


@pytest.fixture(autouse=True)
def no_mode_is_left_on():
    yield
    was_on = torch.is_autocast_enabled("cpu")
    torch.set_autocast_enabled("cpu", False)
    assert torch.is_grad_enabled() and not was_on


def product(a, b):
    return torch.mm(a, b)


def product_in_low_precision(a, b):
    with torch.autocast("cpu"):
        return torch.mm(a, b)


def product_in_full_precision(a, b):
    with torch.autocast("cpu", enabled=False):
        return torch.mm(a, b)


def test_autocast_that_the_run_switches():
    def by_argument(a, b, use: bool):
        with torch.autocast("cpu", enabled=use):
            return torch.mm(a, b)

    def by_data(a, b):
        with torch.autocast("cpu", enabled=True if a[0][0] > 0.5 else False):
            return torch.mm(a, b)

    check(by_argument, (A, B, True), (A, B, False))
    check(by_data, (A - 1, B), (A + 1, B))


def test_autocast_objects():
    def chosen_by_branches(a, b):
        on, off = torch.autocast("cpu", enabled=True), torch.autocast("cpu", enabled=False)
        if a[0][0] > 0.5:
            with on:
                c = torch.mm(a, b)
        else:
            with off:
                c = torch.mm(b, a)
        return c, torch.mm(a, b)

    def chosen(a, b):
        on, off = torch.autocast("cpu", enabled=True), torch.autocast("cpu", enabled=False)
        with on if a[0][0] > 0.5 else off:
            return torch.mm(a, b)

    def named(a, b):
        with torch.autocast("cpu", dtype=torch.bfloat16) as mode:
            c = torch.mm(a, b)
        with mode:
            d = torch.mm(b, c)
        return c, d, torch.mm(a, a)

    for function in (chosen_by_branches, chosen):
        check(function, (A - 1, B), (A + 1, B))
    check(named, (A, B))


def test_autocast_nests_and_follows_calls():
    def f(a, b):
        with torch.autocast("cpu", enabled=False):
            c = torch.mm(a, b)
            with torch.autocast("cpu", enabled=True):
                d = product(c, b)
                e = product_in_full_precision(c, a)
            g = product_in_low_precision(a, b)
        with torch.autocast("cpu", enabled=False), torch.autocast("cpu", enabled=True):
            h = product(a, b)
        return c, d, e, g, h, product(a, a)

    check(f, (A, B))


def test_autocast_leaves_casts_and_branches_alone():
    def f(a, b):
        with torch.autocast("cpu"):
            if a[0][0] > 0.5:
                c, d = torch.mm(a, b), torch.mm(a, b).float()
            else:
                c, d = torch.mm(b, a).float(), torch.mm(a, b)
            e = torch.mm(a.double(), b.double()).float()
            low, full = torch.softmax(a, 0), torch.softmax(a, 0, torch.float64)
        return c, d, e, torch.mm(c.float(), d.float()), low, full

    check(f, (A - 1, B), (A + 1, B))

    def in_place(a, b):
        with torch.autocast("cpu"):
            c = torch.addmm(a, a, b)
            a.addmm_(b, b)
        return c, a

    check(in_place, (A, B))


def test_decorated_with_autocast():
    @torch.autocast("cpu", dtype=torch.bfloat16)
    def function(a, b):
        return torch.mm(a, b)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.linear = nn.Parameter(torch.ones(2, 3)), nn.Linear(2, 3)

        @torch.autocast("cpu", dtype=torch.bfloat16)
        def forward(self, x):
            return self.linear(self.weight.mv(x))

    check(function, (A, B))
    check(Model(), (torch.rand(3),))


def test_a_program_runs_in_the_mode_of_its_caller():
    compiled = portfire.script(product)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert same(compiled(A, B), product(A, B))
    assert same(compiled(A, B), product(A, B))
    assert same(torch.autocast("cpu", dtype=torch.bfloat16)(compiled)(A, B), product_in_low_precision(A, B))
    traced = portfire.trace(product, (A, B))

    def f(a, b):
        with torch.autocast("cpu"):
            return traced(a, b), compiled(a, b)

    assert same(portfire.script(f)(A, B), f(A, B))


@pytest.mark.filterwarnings("ignore")
def test_autocast_of_another_device():
    def f(a, b):
        with torch.autocast("cuda", dtype=torch.float16):
            return torch.mm(a, b), torch.is_autocast_enabled("cuda"), torch.is_autocast_enabled("cpu")

    check(f, (A, B))


# Managers that the run picks


def test_a_gradient_mode_or_none():
    def f(x, c: bool):
        with torch.no_grad() if c else contextlib.nullcontext():
            y = x * 2
            if x.sum() > 2:
                return y, torch.is_grad_enabled()
        return y + 1, torch.is_grad_enabled()

    check(f, *((x, c) for x in (A, A + 1) for c in (True, False)))


def test_one_of_several_in_a_variable():
    def f(n: int):
        if n == 0:
            context = torch.no_grad()
        elif n == 1:
            context = torch.enable_grad()
        else:
            context = contextlib.nullcontext()
        found = []
        for i in range(3):
            with context:
                if i == n:
                    break
                found.append(torch.is_grad_enabled())
        return found, torch.is_grad_enabled()

    check(f, (0,), (1,), (2,), (3,))


def test_several_managers_at_once():
    def f(a, b, c: bool):
        context = torch.autocast("cpu", dtype=torch.bfloat16) if c else torch.no_grad()
        with context, torch.enable_grad() if not c else torch.no_grad():
            y = torch.mm(a, b)
            inside = torch.is_grad_enabled()
        return y, inside, torch.is_grad_enabled()

    check(f, (A, B, True), (A, B, False))


def test_suppressed_or_not():
    def f(x, c: bool):
        with contextlib.suppress(ValueError) if c else contextlib.nullcontext():
            if x.sum() < 100:
                raise ValueError("small")
            return x
        return x + 1

    check(f, (A, True), (A, False), (A + 100, True), (A + 100, False))


class Counter:
    def __init__(self, count: int):
        self.count = count

    def __enter__(self) -> int:
        self.count += 1
        return self.count

    def __exit__(self, kind, value, traceback):
        self.count += 10


def test_an_object_or_none():
    def f(x, c: bool):
        counter = Counter(3)
        with counter if c else contextlib.nullcontext(5) as found:
            y = x * found
        return y, counter.count

    check(f, (A, True), (A, False))


def test_what_a_null_context_gives():
    def f(x):
        with contextlib.nullcontext(x + 1) as y:
            z = y * 2
        with contextlib.nullcontext(enter_result=3) as n:
            z = z * n
        with contextlib.nullcontext() as nothing:
            pass
        return z, nothing

    check(f, (A,))
