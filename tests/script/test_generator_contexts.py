"""`with` on generator functions that `contextlib.contextmanager` decorates."""

from __future__ import annotations

from contextlib import contextmanager
from typing import List

import torch
from torch import Tensor, nn

import portfire
from tests.script.agreement import check, codes


@contextmanager
def noted(log: List[int], k: int):
    log.append(k)
    try:
        yield k * 2
    finally:
        log.append(-k)


@contextmanager
def swallowing(log: List[str]):
    try:
        yield
    except ValueError:
        log.append("caught")
    else:
        log.append("fine")


@contextmanager
def either(flag: bool):
    if flag:
        yield 1
    else:
        yield 2


@contextmanager
def perhaps(flag: bool):
    if flag:
        yield 1


@contextmanager
def many(n: int):
    for i in range(n):
        yield i


def test_return_and_exceptions() -> None:
    def f(n: int):
        log: List[int] = []
        with noted(log, n) as v:
            if n > 5:
                return v, log
            log.append(v)
            if n == 3:
                raise RuntimeError("three")
        return -1, log

    check(f, (1,), (7,), (3,))


def test_break_and_continue_in_two_contexts() -> None:
    def f(xs: List[int]):
        log: List[int] = []
        total = 0
        for x in xs:
            with noted(log, x) as v, noted(log, x + 100):
                if x == 2:
                    continue
                if x == 4:
                    break
                total += v
        return total, log

    check(f, ([1, 2, 3, 4, 5],), ([],))


def test_the_generator_handles_what_the_body_raises() -> None:
    def f(n: int):
        log: List[str] = []
        r = 0
        with swallowing(log):
            if n == 0:
                raise ValueError("zero")
            r = 10 // n
        return r, log

    check(f, (0,), (3,))


def test_yields_in_branches() -> None:
    def f(flag: bool):
        with either(flag) as v:
            k = v * 10
        return k

    def g(flag: bool):
        k = 0
        with perhaps(flag) as v:
            k = v * 10
        return k

    check(f, (True,), (False,))
    check(g, (True,), (False,))


class Counting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.n = 0

    @contextmanager
    def counting(self):
        self.n += 1
        yield
        self.n += 10

    def forward(self, x: Tensor) -> Tensor:
        with self.counting():
            y = self.linear(x)
        with torch.no_grad(), self.counting():
            y = y + self.n
        return y


def test_methods() -> None:
    model, x = Counting(), torch.rand(1, 2)
    found = portfire.script(model)(x)
    assert torch.equal(found, model(x))


def test_local_ones() -> None:
    def f(n: int):
        @contextmanager
        def doubled():
            nonlocal n
            n += 1
            yield n
            n *= 2

        with doubled() as a:
            b = a + n
        return a, b, n

    check(f, (3,))


def test_more_than_one_yield_is_refused() -> None:
    def f(n: int):
        with many(n) as i:
            return i

    assert codes(f) == ["unsupported-call"]
