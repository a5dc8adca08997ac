"""`type(x)`: in messages, compared, and what is known of x then."""

import enum
from collections import OrderedDict
from typing import Any, Dict, List, NamedTuple, Optional, Union

import pytest
import torch

import portfire
from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3)


class Color(enum.Enum):
    RED = 1


class Pair(NamedTuple):
    a: int
    b: float


class Shape:
    def __init__(self, n: int):
        self.n = n


def test_in_messages():
    def f(x, n: int):
        if n > 0:
            raise TypeError(f"expected a Tensor, got {type(n)} and {type(x)!r}: " + str(type(n)) + type(x).__name__)
        return "%s {}".format(type(n)) % type(n), repr(type(1.5))

    check(f, (X, 1), (X, 0))


def test_of_every_kind():
    def f(x, names: List[str], table: Dict[str, int]):
        known = f"{type(True)} {type(1)} {type(1.0)} {type(1j)} {type('s')} {type(b's')} {type(None)}"
        held = f"{type(names)} {type(table)} {type((1, 2))} {type({1, 2})} {type(OrderedDict(a=1))} {type(())}"
        made = f"{type(Pair(1, 2.0))} {type(Color.RED)} {type(Shape(1))} {type(Shape(1)).__name__}"
        torches = f"{type(x)} {type(x.shape)} {type(x.dtype)} {type(x.device)}"
        return known, held, made, torches

    check(f, (X, ["a"], {"a": 1}))


def test_compared():
    def f(x, n: int, b: bool):
        return (
            type(n) is int,
            type(b) is int,
            type(b) == bool,
            type(n) in (float, int),
            type(x) is torch.Tensor,
            type(n) is not type(x),
            type(n) == type(b),
            type(x.dtype) is torch.dtype,
        )

    check(f, (X, 1, True))


def test_of_optionals_and_unions():
    def f(x, n: Optional[int], u: Union[int, float, str]):
        size = n + 1 if type(n) is int else 0
        if type(u) == str:
            text = u.upper()
        elif type(u) is not int:
            text = str(round(u, 2))
        else:
            text = "i" * u
        return f"{type(n)} {type(u)}", type(u).__name__, size, text, type(u) in (int, str), type(n) is type(None)

    check(f, (X, 1, "a"), (X, None, 1.234), (X, 2, 3))


def test_of_anything():
    def f(x, a: Any):
        if type(a) is int:
            return a + 1
        if type(a) == str or type(a) is torch.Tensor:
            return 2
        return 3 if type(a) in (bool, list) else 4

    check(f, (X, 1), (X, "s"), (X, X), (X, True), (X, 1.5), (X, None))


def test_of_anything_has_no_text():
    def f(a: Any):
        return f"{type(a)}"

    with pytest.raises(portfire.CompileError, match="only the run knows the type") as caught:
        portfire.script(f)
    assert "use isinstance" in str(caught.value)


def test_functions_picked_at_run_time_are_compared():
    def f(x, n: int):
        functions = [torch.relu, torch.sigmoid, torch.tanh]
        function = functions[n]
        return function is torch.tanh, function is not torch.relu, function == torch.sigmoid, function(x)

    check(f, (X, 0), (X, 1), (X, 2))


def test_a_function_of_the_users_with_that_name():
    def type(n: int):  # noqa: A001
        return [n, n]

    def f(n: int):
        return type(n) == [3, 3], 1 if type(n) != [3, 3] else 2

    check(f, (3,), (4,))
