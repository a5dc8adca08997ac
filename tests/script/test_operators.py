"""Operators on tensors and scalars, with Python's meaning."""

import math
from typing import List, Optional, Tuple

import pytest
import torch

from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3) + 1
I = torch.arange(6).reshape(2, 3) + 1
B = X > 3


def test_int_arithmetic():
    def f(a: int, b: int):
        return a + b, a - b, a * b, a / b, a // b, a % b, a & b, a | b, a ^ b, -a, +a, ~a

    check(f, (7, 2), (-7, 2), (7, -2), (-7, -2), (6, 3))


def test_division_by_zero():
    def f(a: int, b: int):
        return a // b

    def g(a: int, b: int):
        return a % b

    def h(a: int, b: int):
        return a / b

    for function in (f, g, h):
        check(function, (7, 2))


def test_shift_and_power():
    def f(a: int, b: int):
        return a << b, a >> b, a**b, 2**3, 2**-1, a**2

    check(f, (5, 2), (-5, 1), (3, 0))


def test_float_arithmetic():
    def f(a: float, b: float):
        return a + b, a - b, a * b, a / b, a // b, a % b, a**b, -a

    check(f, (7.5, 2.0), (-7.5, 2.0), (7.5, -2.0))


def test_mixed_arithmetic():
    def f(a: int, b: float, c: bool):
        return a + b, b - a, a * b, a / b, b // a, a % b, a + c, c + c, b * c, abs(a) ** b, c - a, -c

    check(f, (7, 2.5, True), (-7, 2.5, False))


def test_bool_operators():
    def f(a: bool, b: bool):
        return a & b, a | b, a ^ b, not a, a and b, a or b, a == b, a != b, a < b, int(a), a is True

    for a in (True, False):
        for b in (True, False):
            check(f, (a, b))


def test_tensor_arithmetic():
    def f(x, y, n: int, s: float):
        return (
            x + y, x - y, x * y, x / y, x // y, x % y, x**2, 2**x, 1 - x, 1 / x, n * x, s + x, x @ y.t(), -x, n // x,
            n % x, s - x, abs(x),
        )  # fmt: skip

    check(f, (X, X + 1, 3, 0.5))


def test_int_tensor_arithmetic():
    def f(x, y):
        return x & y, x | y, x ^ y, ~x, x << 1, x >> 1, x // 2, x % 3, x / 2, x + 1.5, x == y, x != y, x < y, x >= 2

    check(f, (I, I.flip(0)))


def test_bool_tensors():
    def f(a, b):
        return a & b, a | b, ~a, a ^ b, a == b, a.any(), a.all()

    check(f, (B, ~B))


def test_comparisons():
    def f(a: int, b: float, s: str, t: str):
        return a < b, a <= b, a > b, a >= b, a == b, a != b, s < t, s == t, s != t, s >= t

    check(f, (1, 1.0, "a", "b"), (2, 1.5, "b", "b"))


def test_chained_comparison():
    def f(a: int, b: int, c: int):
        return a < b < c, a == b == c, 0 <= a < b != c

    check(f, (1, 2, 3), (1, 1, 1), (3, 2, 1), (0, 5, 5))


def test_equality_of_unlike():
    def f(s: str, n: int, o: Optional[int]):
        return (
            s == n,
            n != s,
            o == n,
            o == None,
            o != None,
            n == None,
            (n, s) == (n, s),
            (1, 2) == (1, 3),
            (1,) == (1, 2),
        )

    check(f, ("a", 1, None), ("a", 1, 1), ("a", 1, 2))


def test_equality_of_containers():
    def f(a: List[int], b: List[int], c: List[List[int]], d: List[List[int]]):
        return a == b, a != b, c == d, c != d, a == [1, 2]

    check(f, ([1, 2], [1, 2], [[1], [2]], [[1], [2]]), ([1], [2], [[1]], [[1], [2]]))


def test_order_of_tuples():
    def f(a: Tuple[int, str], b: Tuple[int, str], n: int):
        return a < b, a <= b, a > b, a >= b, (n,) < (1, 2), (1, n, 3) > (1, 2), (n, n) < (n, n)

    check(f, ((1, "a"), (1, "b"), 0), ((2, "a"), (1, "b"), 2), ((1, "a"), (1, "a"), 1))


def test_identity():
    def f(o: Optional[int], b: bool):
        return o is None, o is not None, b is True, b is not False, None is None

    check(f, (None, True), (1, False))


def test_membership():
    def f(n: int, xs: List[int], s: str, d: dict[str, int], ts: List[Tuple[int, int]]):
        return (
            n in xs, n not in xs, "a" in s, s not in "xaby", s in d, n in (1, 2), s in ("a", "q"), s in ["a"], (1, 2) in ts,
            n in range(3), s in {"a", "b"},
        )  # fmt: skip

    check(f, (1, [1, 2], "ab", {"ab": 1}, [(1, 2)]), (5, [], "q", {}, [(2, 2)]))


def test_augmented():
    def f(n: int, x, xs: List[int], s: str):
        n += 2
        n *= 3
        n -= 1
        n //= 2
        n %= 5
        n **= 2
        n <<= 1
        n |= 8
        n &= 12
        n ^= 5
        n >>= 1
        x += 1
        x *= 2
        x -= x
        xs += [n]
        xs *= 2
        s += "!"
        return n, x, xs, s

    check(f, (5, X, [1], "a"))


def test_augmented_tensor_is_in_place():
    def f(x):
        y = x
        y += 1
        y /= 2
        return x, y

    check(f, (X.clone(),))


def test_math():
    def f(a: float, n: int):
        return (
            math.sqrt(a), math.floor(a), math.ceil(a), math.exp(a), math.log(a), math.sin(a), math.pow(a, 2.0), math.pi,
            math.fabs(-a), math.gcd(n, 6), math.isnan(a), math.inf, math.log(n), math.sqrt(n), math.trunc(a),
        )  # fmt: skip

    check(f, (2.5, 4), (1.0, 9))


def test_builtin_numbers():
    def f(a: int, b: float, s: str):
        return (
            abs(a), abs(b), round(b), round(a), int(b), float(a), bool(a), str(a), str(b), int(s), float(s), min(a, 3),
            max(b, 2.0), max(a, 1, 2), divmod(a, 3), int(True), bool(s), min(a, int(b)),
        )  # fmt: skip

    check(f, (5, 2.5, "12"), (-5, -3.5, "-7"), (0, 0.5, "3"))


def test_aggregates():
    def f(xs: List[int], ys: List[float], bs: List[bool]):
        return (
            sum(xs), sum(ys), min(xs), max(ys), sorted(xs), sorted(xs, reverse=True), any(bs), all(bs), len(xs),
            sum(x * x for x in xs), any(x > 2 for x in xs), all([x > 0 for x in xs]), sum(xs, 10), max(xs, default=3),
        )  # fmt: skip

    check(f, ([3, 1, 2], [0.5, 1.5], [True, False]), ([7], [1.0], [True]))


def test_sorted_with_key():
    def f(xs: List[str], ps: List[Tuple[int, float]]):
        return (
            sorted(xs, key=len), sorted(xs, key=lambda s: s[-1], reverse=True), min(xs, key=len), max(xs, key=lambda s: s[1]),
            sorted(ps, key=lambda p: p[1]),
        )  # fmt: skip

    check(f, (["bbb", "aa", "cx", "dddd"], [(1, 3.0), (2, 1.0), (3, 2.0)]))


def test_sum_of_tensors():
    def f(xs: List[torch.Tensor]):
        return sum(xs), sum([x.sum() for x in xs])

    check(f, ([X, X + 1],))


def test_complex():
    def f(a: complex, b: float):
        return a + b, a * a, abs(a), complex(b, 1.0), a == a

    check(f, (1 + 2j, 0.5))


def test_type_conversions_of_tensors():
    def f(x):
        return int(x.sum()), float(x.mean()), bool(x.any()), x.sum().item(), x.shape[0] // 2, x.tolist() if False else 0

    def g(x):
        return int(x.sum()), float(x.mean()), bool(x.any()), x.shape[0] // 2, max(3, int(x.max()))

    check(g, (X,))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_walrus(n):
    def f(xs: List[int], n: int):
        if (k := len(xs)) > n:
            return k
        return -k

    check(f, ([1], n))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.int32, torch.uint8])
@pytest.mark.parametrize("shape", [(3,), ()])
def test_functions_that_take_a_number_first(dtype, shape):
    def of_int(x, n: int):
        return (
            (torch.add(n, x), torch.add(n, x, alpha=2), torch.sub(n, x, alpha=3), torch.subtract(n, x)),
            (torch.mul(n, x), torch.multiply(n, x), torch.divide(n, x), torch.true_divide(n, x)),
            (torch.floor_divide(n, x), torch.div(n, x, rounding_mode="floor"), torch.div(n, x, rounding_mode="trunc")),
        )

    def of_float(x, n: float):
        return torch.subtract(n, x), torch.multiply(n, x), torch.divide(n, x), torch.div(n, x, rounding_mode="floor")

    x = torch.full(shape, 3).to(dtype)
    check(of_int, (x, 7))
    check(of_float, (x, 7.5))
