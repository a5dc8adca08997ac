"""`with` in torch's files: the engine calls the methods, and goes through `__exit__` with an exception as well."""

import io
import warnings
from typing import Any, List

import pytest
import torch

import portfire


class Counted:
    def __init__(self, log: List[int], step: int):
        self.log = log
        self.step = step

    def __enter__(self) -> int:
        self.log.append(self.step)
        return self.step

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        self.log.append(-self.step)


def plain(x):
    with torch.no_grad():
        y = x * 2
    return y, torch.is_grad_enabled()


def nested(x, n: int):
    log: List[int] = []
    outer = Counted(log, 1)
    total = 0
    with outer as a, Counted(log, 2) as b:
        for i in range(n):
            with Counted(log, 10 + i) as c:
                total += a + b + c
        x = x + total
    return x, total, log, outer.step


def early(x, n: int):
    with torch.no_grad():
        if n > 2:
            return x * 2
    return x + n


def raising(x, log: List[int], n: int):
    with Counted(log, 1):
        with Counted(log, 2):
            assert n > 0, "no number"
            x = x * n
    return x


def written_by_torch(function) -> io.BytesIO:
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(function), file)
    file.seek(0)
    return file


X = torch.ones(2)


@pytest.mark.parametrize("function, inputs", [
    (plain, [(X,)]), (nested, [(X, 3), (X, 0)]), (early, [(X, 1), (X, 2), (X, 3)]), (raising, [(X, [], 2)]),
])  # fmt: skip
def test_results(function, inputs):
    loaded = portfire.load(written_by_torch(function))
    again = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        portfire.save(loaded, again)
    again.seek(0)
    by_torch = torch.jit.load(io.BytesIO(again.getvalue()))
    for args in inputs:
        expected = function(*args)
        for program in (loaded, by_torch, portfire.load(io.BytesIO(again.getvalue()))):
            assert str(program(*args)) == str(expected)


class Logging(torch.nn.Module):
    log: List[int]

    def __init__(self):
        super().__init__()
        self.log = []

    def forward(self, x, n: int):
        return raising(x, self.log, n)


def test_exceptions_leave_through_exit():
    loaded = portfire.load(written_by_torch(Logging()))
    with pytest.raises(AssertionError, match="no number"):
        loaded(X, 0)
    assert loaded.log == [1, 2, -2, -1]


def test_gradients_are_on_after_an_exception():
    def fails(x):
        with torch.no_grad():
            assert x.sum() < 0
        return x

    loaded = portfire.load(written_by_torch(fails))
    with pytest.raises(AssertionError):
        loaded(X)
    assert torch.is_grad_enabled()
