"""Annotations that each call decides: type variables, protocols, `Self`, `ParamSpec`; aliases and `NewType`."""

from __future__ import annotations

import typing
from typing import (
    TYPE_CHECKING,
    Annotated,
    Callable,
    Generic,
    Literal,
    NewType,
    Optional,
    ParamSpec,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
)

import torch
from torch import Tensor

from tests.script.agreement import check, codes

if TYPE_CHECKING:
    from nowhere import Unknown

T = TypeVar("T")
N = TypeVar("N", int, float)
P = ParamSpec("P")
Vector: TypeAlias = list[float]
UserId = NewType("UserId", int)


def same(x: T) -> T:
    return x


def first(xs: list[T]) -> T:
    return xs[0]


def pair(a: T, b: T) -> list[T]:
    made: list[T] = [a, b]
    return made


def mapped(function: Callable[[T], T], xs: list[T]) -> list[T]:
    return [function(x) for x in xs]


def added(x: N, y: N) -> N:
    return x + y


def logged(function: Callable[P, T]) -> Callable[P, T]:
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    return wrapper


@logged
def product(x: int, y: int = 2) -> int:
    return x * y


@typing.overload
def repeated(x: int) -> int: ...
@typing.overload
def repeated(x: str) -> str: ...
def repeated(x):
    return x * 2


class HasArea(Protocol):
    def area(self) -> float: ...


class Square:
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side * self.side

    def grown(self, factor: float) -> Self:
        return Square(self.side * factor)

    def plus(self, other: Self) -> float:
        return self.area() + other.area()


class Circle:
    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return 3.0 * self.radius


def area(shape: HasArea) -> float:
    return shape.area()


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, x: T) -> None:
        self.items.append(x)

    def pop(self) -> T:
        return self.items.pop()


def chosen(mode: Literal["a", "b"], n: Literal[1, 2]) -> int:
    return n if mode == "a" else -n


def sized(v: Vector, user: UserId, w: Annotated[int, "width"]) -> int:
    return len(v) + user + w


def maybe(x: int | None, y: Optional["Tensor"] = None) -> int:
    return 0 if x is None else x


def unread(x: Unknown, n: int) -> int:
    return n


def test_generic_functions() -> None:
    def f(x: Tensor, n: int):
        return (
            same(x), same(n), first([1, 2]), first(["a"]), pair(1, n), added(n, 2), added(1.5, 2.5),
            mapped(lambda v: v + 1, [n]), mapped(lambda s: s + "!", ["a"]),
        )  # fmt: skip

    check(f, (torch.ones(2), 3))


def test_what_only_type_checkers_read() -> None:
    def f(n: int):
        return (
            product(n) + product(n, y=3), repeated(n), repeated("s"), chosen("a", 1) + chosen("b", 2),
            sized([1.0, 2.0], UserId(3), n), maybe(None) + maybe(n), unread(n, n),
        )  # fmt: skip

    check(f, (4,))


def test_protocols_and_self() -> None:
    def f(side: float):
        square = Square(side)
        return area(square), area(Circle(side)), square.grown(2.0).area(), square.plus(square)

    check(f, (2.0,))


def test_type_variables_on_what_is_called_from_outside() -> None:
    assert codes(same) == ["unsupported-type"]
    assert codes(area) == ["unsupported-type"]
