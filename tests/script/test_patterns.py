"""`match` with patterns that take values apart."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import Tensor

from tests.script.agreement import check, codes


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Named(NamedTuple):
    a: int
    b: str


class Keyed:
    __match_args__ = ("key", "value")

    def __init__(self, key: str, value: int) -> None:
        self.key = key
        self.value = value


class Kind(enum.Enum):
    RED = 1
    GREEN = 2


def test_sequences() -> None:
    def f(xs: List[int]):
        match xs:
            case []:
                return 0
            case [x]:
                return x
            case [1, x] if x > 5:
                return -x
            case [first, *middle, 9]:
                return first + len(middle) * 100
            case [x, y]:
                return x * 10 + y
            case [x, *rest]:
                return x + len(rest)

    check(f, ([],), ([4],), ([1, 7],), ([1, 2],), ([3, 4, 9],), ([9, 9],), ([3, 4, 5],))


def test_commands() -> None:
    def f(text: str):
        match text.split():
            case ["go", where]:
                return where
            case ["go", where, *more]:
                return where + str(len(more))
            case ["quit" | "exit"]:
                return "bye"
            case other:
                return str(len(other))

    check(f, ("go n",), ("go n e w",), ("quit",), ("exit",), ("a b",), ("",))


def test_tuples_and_alternatives_that_bind() -> None:
    def f(v: int, w: int):
        match (v, w):
            case (0, 0):
                return 0
            case (0, x) | (x, 0):
                return x
            case (1 | 2 as q, r) if r > q:
                return q * 100
            case (x, y):
                return x + y

    check(f, (0, 0), (0, 3), (4, 0), (1, 7), (2, 1), (5, 5))


def test_rows_of_pairs() -> None:
    def f(rows: List[Tuple[int, str]]):
        total = 0
        for row in rows:
            match row:
                case (1, "a"):
                    total += 1
                case (n, "b"):
                    total += n
                case _:
                    continue
        return total

    check(f, ([(1, "a"), (5, "b"), (7, "c")],), ([],))


def test_mappings() -> None:
    def f(d: Dict[str, int]):
        match d:
            case {"a": x, "b": y}:
                return x + y, -1
            case {"a": 0}:
                return 0, -2
            case {"a": x, **rest}:
                return x, len(rest)
            case {}:
                return -1, len(d)

    check(f, ({},), ({"a": 1},), ({"a": 0},), ({"a": 1, "b": 2},), ({"a": 1, "c": 2},))


def test_classes() -> None:
    def f(x: int, y: int):
        match Point(x, y):
            case Point(0, 0):
                return 0
            case Point(x=0, y=other):
                return other
            case Point(other, 0):
                return -other
            case Point(x=a, y=b) if a == b:
                return a * 100
            case Point():
                return -1

    def named(x: int, y: str):
        match Named(x, y):
            case Named(0, text):
                return text
            case Named(b="q"):
                return "q!"
            case (n, text):
                return text + str(n)

    def keyed(key: str, value: int):
        match Keyed(key, value):
            case Keyed("one", n):
                return n
            case Keyed(k, 2):
                return len(k)
            case Keyed(value=n):
                return -n

    check(f, (0, 0), (0, 4), (5, 0), (3, 3), (3, 4))
    check(named, (0, "a"), (1, "q"), (2, "b"))
    check(keyed, ("one", 7), ("three", 2), ("x", 5))


def test_unions_are_refined() -> None:
    def f(v: Union[int, str, List[int], None]):
        match v:
            case None:
                return -7
            case int(n):
                return n + 1
            case str(text):
                return len(text)
            case [first, *_]:
                return first * 1000
            case _:
                return len(v)

    check(f, (3,), ("abc",), ([4],), ([],), (None,))


def test_optional_and_guards() -> None:
    def f(v: Optional[int], flag: bool):
        match v:
            case None:
                found = "none"
            case 1 | 2:
                found = "small"
            case n if n > 10 and flag:
                found = "large" + str(n)
            case n:
                found = str(n)
        match flag:
            case True:
                found += "!"
            case False:
                pass
        return found

    check(f, (None, True), (1, True), (11, True), (11, False), (5, False))


def test_enum_members() -> None:
    def f(n: int):
        kind = Kind.RED if n > 0 else Kind.GREEN
        match kind:
            case Kind.RED:
                return "red"
            case Kind.GREEN:
                return "green"

    check(f, (1,), (0,))


def test_tensors_are_no_sequences() -> None:
    def f(x: Tensor, y: Union[Tensor, Tuple[Tensor, Tensor]]):
        match y:
            case (a, b):
                return a + b
            case torch.Tensor():
                return x + y

    check(f, (torch.ones(2), torch.ones(2)), (torch.ones(2), (torch.zeros(2), torch.ones(2))))


def test_what_any_holds_is_not_known() -> None:
    def f(x: Any):
        match x:
            case [a, b]:
                return 1
        return 0

    assert codes(f) == ["unsupported-syntax"]
