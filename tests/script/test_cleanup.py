"""What runs on every way out: `finally`, `with` on objects of the program and on the modes of torch."""

from __future__ import annotations

import io
import warnings
from typing import Any

import torch

import portfire
from tests.script.test_exceptions import check


def with_finally(n: int, log: list[str]):
    state = "start"
    try:
        state = "in"
        if n == 1:
            return log, state
        state = str(10 // n)
        if n == 2:
            raise KeyError("two")
    except KeyError:
        state += " caught"
        if n == 2:
            return log, "from handler " + state
    finally:
        log.append("finally " + state)
    log.append("after")
    return log, state


def test_finally():
    check(with_finally, (1, []), (2, []), (3, []), (0, []))


def swallowing(n: int):
    try:
        return 10 // n
    finally:
        if n == 0:
            return -1  # noqa: B012


def test_finally_that_returns():
    check(swallowing, (0,), (5,))


def break_in_finally(xs: list[int]):
    n = 0
    for x in xs:
        try:
            n += 1
            if x == 0:
                return -n
        finally:
            if x < 1:
                break  # noqa: B012
    return n


def test_break_in_finally():
    check(break_in_finally, ([1, 0, 1],), ([1, 1],))


def gradient_mode(x: torch.Tensor, n: int):
    try:
        with torch.no_grad():
            y = x * 2
            if n == 0:
                raise ValueError("no")
    except ValueError:
        y = x * 3
    return y.requires_grad


def test_gradient_mode_is_put_back():
    check(gradient_mode, (torch.ones(2, requires_grad=True), 0), (torch.ones(2, requires_grad=True), 1))


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __enter__(self):
        self.lines.append("enter")
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        self.lines.append("exit" if kind is None else "exit by exception")


class Quiet:
    def __init__(self) -> None:
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> bool:
        self.count += 1
        return kind is not None


def with_object(n: int):
    log = Log()
    x = 0
    try:
        with log as inner:
            x = 1
            inner.lines.append(str(6 // n))
            if n == 1:
                return log.lines, x
            x = 2
    except ZeroDivisionError:
        log.lines.append("caught")
    return log.lines, x


def suppressed(n: int):
    quiet = Quiet()
    x = 0
    with quiet:
        x = 1
        x = 6 // n
    return x, quiet.count


def test_with_on_objects():
    check(with_object, (0,), (1,), (2,))
    check(suppressed, (0,), (2,))


def leaves_the_mode(x: torch.Tensor, n: int):
    with torch.no_grad():
        return x * (1 // n)


def test_an_exception_that_leaves_the_program_leaves_the_mode_of_the_host():
    check(leaves_the_mode, (torch.ones(1), 0), (torch.ones(1), 1))
    assert torch.is_grad_enabled()


def only_finally(xs: list[int]):
    try:
        xs.append(1)
        y = xs[0] + 1
    finally:
        xs.append(2)
    return y, xs


def test_torch_runs_what_only_cleans_up():
    compiled = portfire.script(only_finally)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled.save(buffer)
    buffer.seek(0)
    assert torch.jit.load(buffer)([5]) == (6, [5, 1, 2])
    check(only_finally, ([5],), ([],))
