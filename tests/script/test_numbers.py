"""Numbers: round, pow, divmod, int and float of texts, their methods, bools as ints."""

import math
from typing import List

from tests.script.agreement import agree_exactly, check


def test_round():
    def f(x: float):
        return round(x), round(x, 1), round(x, 2), round(x, ndigits=0), round(x, -1), round(x, -2), round(x, None)

    check(f, *((x,) for x in (0.5, 1.5, 2.5, -0.5, 2.675, 1234.5, -1250.0, 49.99, 50.0, 1e17, 150.0, 5e-320, 95.0)))


def test_round_to_many_digits():
    def f(x: float, digits: int):
        return round(x, digits)

    check(f, (1.1, 400), (1.5e300, -299), (1.5e300, -300), (9e307, -308), (1.0, -1), (5.0, -1), (15.0, -1), (-0.1, 0))


def test_round_int():
    def f(n: int, digits: int):
        return round(n), round(n, digits)

    check(f, (12345, -1), (-15, -1), (25, -1), (12345, -5), (12345, 2), (50000, -5), (150000, -5), (7, -19), (7, -30))


def test_power():
    def f(a: int, b: int, m: int):
        return pow(a, b, m), pow(a, 2), pow(2.0, a)

    check(f, (3, 5, 7), (3, 5, -7), (-3, 5, 7), (3, -1, 7), (3, 0, 1), (3, 2, 0), (2, -1, 4))


def test_divmod():
    def ints(a: int, b: int):
        return divmod(a, b)

    def floats(a: float, b: float):
        return divmod(a, b)

    check(ints, (7, -2), (-7, 2), (7, 0))
    check(floats, (7.5, -2.0), (-7.5, 2.0), (1.0, 0.0))


def test_int_of_a_text():
    def f(s: str, base: int):
        return int(s, base)

    check(
        f, ("ff", 16), ("0xFf", 16), ("-0b11", 0), ("z", 36), (" 1_000 ", 10), ("1__0", 10), ("", 10), ("9", 8), ("010", 0),
        ("0", 0), ("0o17", 0), ("+7", 10), ("_1", 10), ("0x", 16), ("7", 1), ("-9223372036854775808", 10), ("é", 36),
    )  # fmt: skip


def test_attributes_and_methods():
    def f(n: int, x: float, b: bool):
        return (
            n.bit_length(), (-n).bit_length(), n.real, n.imag, n.conjugate(), n.numerator, n.denominator, n.bit_count(),
            x.is_integer(), x.real, x.imag, x.conjugate(), b.real, b.conjugate(), n.is_integer() if False else True,
        )  # fmt: skip

    check(f, (10, 2.0, True), (0, 2.5, False), (-1, math.inf, True), (255, math.nan, True), (-(2**62), -0.0, True))


def test_bools_are_ints():
    def f(a: bool, b: int, xs: List[bool]):
        return (
            a + b,
            a + a,
            a * 3,
            sum(xs),
            -a,
            ~b,
            a & True,
            a ^ a,
            int(a),
            float(a),
            a < b,
            a == 1,
            max(a, False),
            f"{a:d}",
        )

    check(f, (True, 3, [True, True, False]), (False, 0, []))


def test_signs_and_zeros():
    def f(x: float, n: int):
        return str(x), str(-x), math.copysign(1.0, x), x == 0, -7 // n, -7 % n, 7.5 // -n, 7.5 % -n, x != x

    check(f, (-0.0, 2), (0.0, -2), (math.nan, 3))


def test_zeros_of_both_signs_are_two_values():
    def f(positive: bool):
        a = 0.0 if positive else -0.0
        b = -0.0
        if positive:
            b = 0.0
        c = 0j if positive else -0j
        d = (1, 2.0) if positive else (1.0, 2)
        return a, b, [0.0, -0.0][int(positive)], c, d

    agree_exactly(f, (True,), (False,))
