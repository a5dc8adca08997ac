"""NamedTuples, enums, instances of classes and exceptions across the boundary: Python gets its own types back."""

from __future__ import annotations

import enum
from typing import NamedTuple

import pytest
import torch

import portfire


class Pair(NamedTuple):
    left: torch.Tensor
    right: int


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Point:
    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y

    def moved(self, by: int) -> Point:
        return Point(self.x + by, self.y + by)


class ModelError(Exception):
    pass


def test_named_tuple() -> None:
    def f(p: Pair) -> Pair:
        return Pair(p.left + 1, p.right * 2)

    found = portfire.script(f)(Pair(torch.zeros(1), 3))
    assert type(found) is Pair and found.right == 6 and found.left.item() == 1


def test_enum() -> None:
    def f(c: Colour) -> Colour:
        if c == Colour.RED:
            return Colour.BLUE
        return Colour.RED

    assert portfire.script(f)(Colour.RED) is Colour.BLUE


def test_instance_of_a_class() -> None:
    def f(p: Point, by: int) -> Point:
        return p.moved(by)

    found = portfire.script(f)(Point(1, 2), 10)
    assert type(found) is Point and (found.x, found.y) == (11, 12)


@pytest.mark.parametrize("error", [ValueError, KeyError, IndexError, NotImplementedError, AssertionError])
def test_exceptions_of_the_model(error: type[Exception]) -> None:
    if error is ValueError:

        def f(x: int) -> int:
            if x > 0:
                raise ValueError("too big")
            return x
    elif error is KeyError:

        def f(x: int) -> int:
            return {"a": 1}["b"] + x
    elif error is IndexError:

        def f(x: int) -> int:
            return [1, 2][x + 7]
    elif error is NotImplementedError:

        def f(x: int) -> int:
            if x > 0:
                raise NotImplementedError("later")
            return x
    else:

        def f(x: int) -> int:
            assert x < 0, "must be negative"
            return x

    with pytest.raises(error):
        f(1)
    with pytest.raises(error) as caught:
        portfire.script(f)(1)
    notes = "".join(caught.value.__notes__)
    assert "Traceback of the compiled code" in notes and "test_values_of_user_types.py" in notes


def test_users_exception_class() -> None:
    def f(x: int) -> int:
        if x > 0:
            raise ModelError("no")
        return x

    with pytest.raises(ModelError, match="no"):
        portfire.script(f)(1)


def test_print_goes_to_python(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: int) -> int:
        print("x is", x)
        return x

    portfire.script(f)(3)
    assert capsys.readouterr().out == "x is 3\n"
