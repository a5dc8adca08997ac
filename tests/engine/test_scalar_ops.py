"""The engine's ops on numbers against Python's: values, errors and their messages."""

from __future__ import annotations

import cmath
import itertools
import math
import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.op_programs import INT_MAX, INT_MIN, check

INTS = (0, 1, -1, 2, -3, 7, -10, 63, 255, 2**53 + 1, -(2**53) - 1, 2**62, INT_MAX, INT_MIN)
FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 0.1, -3.7, 1e-310, 1e308, 1e16, 2.0**63, math.inf, -math.inf, math.nan)

ints = st.integers(INT_MIN, INT_MAX) | st.sampled_from(INTS) | st.integers(-100, 100)
floats = st.floats() | st.sampled_from(FLOATS) | st.integers(-100, 100).map(float)

Binary = Callable[[Any, Any], Any]

COMPARISONS: dict[str, Binary] = {
    "aten::eq": operator.eq, "aten::ne": operator.ne, "aten::lt": operator.lt,
    "aten::le": operator.le, "aten::gt": operator.gt, "aten::ge": operator.ge,
}  # fmt: skip
ARITHMETIC: dict[str, Binary] = {
    "aten::add": operator.add, "aten::sub": operator.sub, "aten::mul": operator.mul,
    "aten::floordiv": operator.floordiv, "aten::remainder": operator.mod,
}  # fmt: skip
INT_ONLY: dict[str, Binary] = {
    "aten::div": operator.truediv, "aten::__and__": operator.and_, "aten::__or__": operator.or_,
    "aten::__xor__": operator.xor, "aten::gcd": math.gcd, "prim::max": max, "prim::min": min,
}  # fmt: skip
FLOAT_ONLY: dict[str, Binary] = {
    "aten::div": operator.truediv, "aten::fmod": math.fmod, "aten::mathremainder": math.remainder,
    "aten::copysign": math.copysign, "aten::atan2": math.atan2, "prim::max": max, "prim::min": min,
}  # fmt: skip


@pytest.mark.parametrize("name", [*ARITHMETIC, *INT_ONLY, *COMPARISONS])
@given(ints, ints)
def test_int_operators(name: str, a: int, b: int) -> None:
    check(f"{name}.int", (a, b), (ARITHMETIC | INT_ONLY | COMPARISONS)[name])


@pytest.mark.parametrize("name", [*ARITHMETIC, *FLOAT_ONLY, *COMPARISONS])
@given(floats, floats)
def test_float_operators(name: str, a: float, b: float) -> None:
    check(f"{name}.float", (a, b), (ARITHMETIC | FLOAT_ONLY | COMPARISONS)[name])


@pytest.mark.parametrize("name", [*ARITHMETIC, *COMPARISONS])
@given(ints, floats)
def test_operators_on_int_and_float(name: str, a: int, b: float) -> None:
    python = (ARITHMETIC | COMPARISONS)[name]
    check(f"{name}.int_float", (a, b), python)
    check(f"{name}.float_int", (b, a), python)


@pytest.mark.parametrize("name", [*ARITHMETIC, "aten::div", *COMPARISONS])
@given(ints | floats | st.booleans(), ints | floats | st.booleans())
def test_scalar_operators(name: str, a: float, b: float) -> None:
    check(name, (a, b), (ARITHMETIC | INT_ONLY | COMPARISONS)[name])


@given(ints, ints)
def test_divmod(a: int, b: int) -> None:
    if not (a == INT_MIN and b == -1):  # a quotient of 64 bits
        check("aten::divmod.int", (a, b), divmod)
    check("aten::divmod.float", (float(a), float(b)), divmod)


@given(ints, st.integers(-2, 70))
def test_shifts(a: int, n: int) -> None:
    check("aten::__lshift__.int", (a, n), operator.lshift)
    check("aten::__rshift__.int", (a, n), operator.rshift)


@given(ints, ints, st.integers(-1000, 1000) | ints)
def test_range(low: int, high: int, step: int) -> None:
    def length(low: int, high: int, step: int) -> int:
        values = range(low, high, step)
        return (values[-1] - values[0]) // step + 1 if values else 0

    check("aten::__range_length", (low, high, step), length)


@given(st.integers(-50, 50), st.integers(0, 80))
def test_int_powers(base: int, exponent: int) -> None:
    check("aten::pow.int_to_int", (base, exponent), operator.pow)
    check("aten::pow.int", (base, exponent), lambda a, b: float(a**b), relative=1e-15)


@given(floats, floats)
def test_float_powers(base: float, exponent: float) -> None:
    def power(a: float, b: float) -> float:
        if math.isfinite(a) and a < 0 and math.isfinite(b) and b != math.trunc(b):
            raise ValueError("a negative number to a fractional power is complex: write complex(base) ** exponent")
        return a**b

    check("aten::pow.float", (base, exponent), power)


REAL_FUNCTIONS = (
    "sqrt exp log log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh expm1 log1p erf erfc gamma lgamma "
    "fabs degrees radians"
).split()


@pytest.mark.parametrize("name", REAL_FUNCTIONS)
@given(floats | st.floats(-200, 200))
def test_math_functions(name: str, x: float) -> None:
    tolerance = 1e-11 if name in ("gamma", "lgamma") else 4e-16
    near_zero = name == "lgamma" and abs(x) < 200 and x < 3  # relative error is unbounded at its zeros
    if not near_zero:
        check(f"aten::{name}.float", (x,), getattr(math, name), relative=tolerance)


@given(ints)
def test_math_functions_of_ints(x: int) -> None:
    for name in ("sqrt", "log", "sin", "atan", "degrees", "fabs"):
        check(f"aten::{name}.int", (x,), getattr(math, name), relative=4e-16)


@given(floats, ints)
def test_parts_of_floats(x: float, n: int) -> None:
    check("aten::floor.float", (x,), math.floor)
    check("aten::ceil.float", (x,), math.ceil)
    check("aten::round.float", (x,), lambda x: math.copysign(float(round(x)), x) if math.isfinite(x) else x)
    check("aten::frexp", (x,), math.frexp)
    check("aten::modf", (x,), math.modf)
    check("aten::ldexp", (x, n), math.ldexp)
    check("aten::isnan.float", (x,), math.isnan)
    check("aten::isfinite.float", (x,), math.isfinite)


@given(floats, ints)
def test_conversions(x: float, n: int) -> None:
    check("aten::Int.float", (x,), int)
    check("aten::Int.Scalar", (x,), int)
    check("aten::Float.int", (n,), float)
    check("aten::Bool.float", (x,), bool)
    check("aten::Bool.int", (n,), bool)
    check("aten::str", (x,), str)
    check("aten::str", (n,), str)
    check("aten::bin", (n,), bin)
    check("aten::oct", (n,), oct)
    check("aten::hex", (n,), hex)
    check("aten::hash.generic", (n,), hash)


@given(st.integers(-3, 0x110003))
def test_chr(code: int) -> None:
    if not 0xD800 <= code < 0xE000:  # no UTF-8
        check("aten::chr", (code,), chr)


NUMBER_TEXTS = (
    "", " ", "0", "+1", " -12 ", "1_000", "1__0", "_1", "1_", "0x10", "1.5", "१२", "1e5", "1.", "-.5", ".", "e5", "1e", "inf",
    "-Infinity", "NaN", "infinit", "1e400", "1e-400", "-1e-400", "1_0.0_1", "1_.0", "--1", "1 2", "9223372036854775808",
    "-9223372036854775808", "0." + "0" * 400 + "1", "1" + "0" * 400, "\u00a012\u3000", "½", "o'x", "a\nb",
)  # fmt: skip


@given(st.sampled_from(NUMBER_TEXTS) | st.text("0123456789+-._eE naif", max_size=8) | floats.map(repr) | ints.map(str))
def test_numbers_from_text(text: str) -> None:
    check("aten::Int.str", (text,), int)
    check("aten::Float.str", (text,), float)


COMPLEX = [complex(a, b) for a, b in itertools.product((0.0, -0.0, 1.0, -2.5, 1e150), (0.0, 1.0, -0.5))]


@pytest.mark.parametrize("name", ["aten::add", "aten::sub", "aten::mul", "aten::div"])
def test_complex_arithmetic(name: str) -> None:
    for a, b in itertools.product(COMPLEX, COMPLEX):
        check(f"{name}.complex", (a, b), (ARITHMETIC | INT_ONLY)[name])


@pytest.mark.parametrize("name", REAL_FUNCTIONS[:16])
def test_complex_functions(name: str) -> None:
    for z in COMPLEX:
        if abs(z) < 1e100:
            check(f"aten::{name}.complex", (z,), getattr(cmath, name), relative=1e-12)
