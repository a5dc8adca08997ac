"""What Python's own operations raise: class and message are those of eager Python, to the letter."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from tests.script.agreement import agree_exactly

CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []


def case(*args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function with arguments it fails on."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        CASES.append((function, args))
        return function

    return add


@case(1, 0)
def idiv(a: int, b: int) -> int:
    return a // b


@case(1, 0)
def imod(a: int, b: int) -> int:
    return a % b


@case(1, 0)
def itrue(a: int, b: int) -> float:
    return a / b


@case(1, 0)
def idivmod(a: int, b: int) -> tuple[int, int]:
    return divmod(a, b)


@case(1.0, 0.0)
def fdiv(a: float, b: float) -> float:
    return a / b


@case(1.0, 0.0)
def ffloor(a: float, b: float) -> float:
    return a // b


@case(1.0, 0.0)
def fmod(a: float, b: float) -> float:
    return a % b


@case(1.0, 0.0)
def fdivmod(a: float, b: float) -> tuple[float, float]:
    return divmod(a, b)


@case(1, 0.0)
def ifdiv(a: int, b: float) -> float:
    return a / b


@case(1.0, 0)
def fidiv(a: float, b: int) -> float:
    return a / b


@case(1.0, 0)
def fimod(a: float, b: int) -> float:
    return a % b


@case(1, 0.0)
def iffloor(a: int, b: float) -> float:
    return a // b


@case(0.0, -1.0)
def fpow0(a: float, b: float) -> float:
    return a**b


@case(10.0, 400.0)
def fpowover(a: float, b: float) -> float:
    return a**b


@case([1, 2], 5)
def lget(l: list[int], i: int) -> int:
    return l[i]


@case([1, 2], -5)
def lgetneg(l: list[int], i: int) -> int:
    return l[i]


@case([1, 2], 5)
def lset(l: list[int], i: int) -> list[int]:
    l[i] = 3
    return l


@case([1, 2], 5)
def ldel(l: list[int], i: int) -> list[int]:
    del l[i]
    return l


@case([1])
def lpop(l: list[int]) -> int:
    l.pop()
    return l.pop()


@case([1])
def lpopi(l: list[int]) -> int:
    return l.pop(3)


@case([1], 5)
def lremove(l: list[int], i: int) -> list[int]:
    l.remove(i)
    return l


@case([1], 5)
def lindex(l: list[int], i: int) -> int:
    return l.index(i)


@case([1])
def lmax(l: list[int]) -> int:
    l.pop()
    return max(l)


@case([1])
def lmin(l: list[int]) -> int:
    l.pop()
    return min(l)


@case("abc", 7)
def sget(s: str, i: int) -> str:
    return s[i]


@case("abc", "x")
def sindex(s: str, i: str) -> int:
    return s.index(i)


@case("abc")
def sint(s: str) -> int:
    return int(s)


@case("")
def sint2(s: str) -> int:
    return int(s)


@case("1.5x")
def sfloat(s: str) -> float:
    return float(s)


@case("abc")
def sord(s: str) -> int:
    return ord(s)


@case(-1)
def schr(i: int) -> str:
    return chr(i)


@case("abc", "")
def ssplit(s: str, t: str) -> list[str]:
    return s.split(t)


@case("abc", "")
def spart(s: str, t: str) -> tuple[str, str, str]:
    return s.partition(t)


@case({"a": 1}, "k")
def dget(d: dict[str, int], k: str) -> int:
    return d[k]


@case({1: 1}, 7)
def dgeti(d: dict[int, int], k: int) -> int:
    return d[k]


@case({1.5: 1}, 7.5)
def dgetf(d: dict[float, int], k: float) -> int:
    return d[k]


@case({"a": 1}, "k")
def ddel(d: dict[str, int], k: str) -> dict[str, int]:
    del d[k]
    return d


@case({"a": 1}, "k")
def dpop(d: dict[str, int], k: str) -> int:
    return d.pop(k)


@case({"a": 1})
def dpopitem(d: dict[str, int]) -> int:
    d.popitem()
    d.popitem()
    return 1


@case([1, 2, 3])
def unpack2(l: list[int]) -> int:
    a, b = l
    return a


@case([1])
def unpackfew(l: list[int]) -> int:
    a, b = l
    return a


@case(0)
def rstep(n: int) -> list[int]:
    return list(range(0, 5, n))


@case([1, 2], 0)
def lstep(l: list[int], n: int) -> list[int]:
    return l[::n]


@case(-1)
def fact(n: int) -> int:
    return math.factorial(n)


@case(-1.0)
def msqrt(x: float) -> float:
    return math.sqrt(x)


@case(0.0)
def mlog(x: float) -> float:
    return math.log(x)


@case(1000.0)
def mexp(x: float) -> float:
    return math.exp(x)


@case(float("nan"))
def intnan(x: float) -> int:
    return int(x)


@case(float("inf"))
def intinf(x: float) -> int:
    return int(x)


@case(float("nan"))
def mfloor(x: float) -> int:
    return math.floor(x)


@case(float("nan"))
def roundnan(x: float) -> int:
    return round(x)


@case(1, -1)
def shl(a: int, b: int) -> int:
    return a << b


@case(1, -1)
def shr(a: int, b: int) -> int:
    return a >> b


@case(1j, 0j)
def cdiv(a: complex, b: complex) -> complex:
    return a / b


@case(0j)
def cpow(a: complex) -> complex:
    return a**-1


@case("{} {}", 1)
def fmt(s: str, a: int) -> str:
    return s.format(a)


@case("%d", "x")
def pct(s: str, a: str) -> str:
    return s % a


@case("a")
def fspec(s: str) -> str:
    return f"{s:d}"


@case(5)
def fspec2(s: int) -> str:
    return f"{s:q}"


@pytest.mark.parametrize(("function", "args"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_errors_read_as_pythons(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    with pytest.raises(Exception):  # noqa: B017 - whatever it is: the comparison is below
        function(*args)
    agree_exactly(function, args)
