"""Functions of `math` that TorchScript has no operator for, to the bit, with Python's errors."""

from __future__ import annotations

import cmath
import math
from typing import Any

import pytest

import portfire
from tests.script.agreement import agree_exactly, check


def comb(n: int, k: int) -> int:
    return math.comb(n, k)


def perm(n: int, k: int) -> tuple[int, int]:
    return math.perm(n, k), math.perm(k)


def isqrt(n: int) -> int:
    return math.isqrt(n)


def divisors(a: int, b: int, c: int) -> tuple[int, int, int, int, int, int]:
    return math.gcd(a, b), math.gcd(a, b, c), math.lcm(a, b), math.lcm(a, b, c), math.gcd(a), math.gcd() + math.lcm()


def isclose(a: float, b: float) -> tuple[bool, bool, bool]:
    return math.isclose(a, b), math.isclose(a, b, rel_tol=0.1), math.isclose(a, b, rel_tol=0.0, abs_tol=1)


def isclose_of(a: float, b: float, tolerance: float) -> bool:
    return math.isclose(a, b, abs_tol=tolerance)


def isclose_of_ints(a: int, b: int) -> bool:
    return math.isclose(a, b)


def neighbours(x: float, y: float) -> tuple[float, float, float]:
    return math.ulp(x), math.nextafter(x, y), math.nextafter(y, x)


def hypot(x: float, y: float, n: int) -> tuple[float, float, float, float]:
    return math.hypot(x, y), math.hypot(x), math.hypot(x, n, y), math.hypot()


def dist(p: list[float], q: list[float]) -> float:
    return math.dist(p, q)


def dist_of_tuples(x: float, n: int) -> float:
    return math.dist((x, 1.0), (n, 2))


def fsum(values: list[float]) -> float:
    return math.fsum(values)


def fsum_of_ints(values: list[int]) -> float:
    return math.fsum(values) + math.fsum([2, 0.5]) + math.fsum(0.1 * v for v in values)


def of_one(x: float) -> tuple[float, float, float]:
    return math.log2(x), math.exp2(x), math.cbrt(x)


def of_int(n: int) -> tuple[float, float, float]:
    return math.log2(n), math.exp2(n), math.cbrt(n)


def whole(x: float, y: float) -> tuple[int, float]:
    return math.trunc(x), math.remainder(x, y)


def power(x: float, y: float) -> float:
    return math.pow(x, y)


def power_of_ints(x: int, y: int) -> tuple[float, float]:
    return math.pow(x, y), math.pow(2.0, y)


INF, NAN = math.inf, math.nan
LARGE = 2**63 - 1


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (comb, [(5, 2), (61, 30), (0, 0), (3, 7), (-1, 2), (2, -1), (62, 31)]),
        (perm, [(5, 2), (20, 20), (3, 7), (-1, 2), (2, -1)]),
        (isqrt, [(0,), (1,), (24,), (25,), (LARGE,), (3037000499**2,), (3037000499**2 - 1,), (-1,)]),
        (divisors, [(12, 18, 27), (0, 5, 7), (-4, 6, 0), (-8, -12, 20)]),
        (isclose, [(1.0, 1.0 + 1e-10), (1.0, 1.05), (1.0, 2.0), (INF, INF), (INF, 1.0), (NAN, NAN), (0.0, 1e-300)]),
        (isclose_of, [(1.0, 1.5, 0.5), (1.0, 1.5, -1.0)]),
        (isclose_of_ints, [(1, 1), (1, 2)]),
        (neighbours, [(1.0, 2.0), (1.0, -1.0), (0.0, -1.0), (5e-324, 0.0), (INF, 0.0), (-INF, 0.0), (NAN, 1.0), (2.0, 2.0)]),
        (hypot, [(3.0, 4.0, 12), (1e200, 1e200, 0), (1e-200, 1e-200, 0), (0.1, 0.7, 3), (INF, NAN, 1), (NAN, 1.0, 2)]),
        (dist, [([1.0, 2.0, 3.0], [4.0, 6.0, 8.5]), ([], []), ([1.0], [1.0, 2.0])]),
        (dist_of_tuples, [(0.5, 3)]),
        (fsum, [([0.1] * 10,), ([1e100, 1.0, -1e100],), ([],), ([INF, 1.0],), ([INF, -INF],), ([NAN, 1.0],)]),
        (fsum, [([1e308, 1e308],), ([1e-16, 1.0, 1e16],), ([1.0, 2.0**-53, 2.0**-106],)]),
        (fsum_of_ints, [([1, 2, 3],)]),
        (of_one, [(8.0,), (0.3,), (2.9,), (1e-300,), (0.0,), (-1.0,), (INF,), (NAN,)]),
        (of_int, [(8,), (3,), (0,), (2000,), (LARGE,)]),
        (power, [(x, y) for x in (0.0, -0.0, 2.5, -2.0, INF, -INF, NAN) for y in (0.0, -1.0, 3.0, 0.5, -0.5, INF, -INF, NAN)]),
        (power_of_ints, [(2, 3), (0, -1), (-2, 3), (2, -1), (0, 0)]),
        (whole, [(2.7, 2.0), (-2.7, 2.0), (5.0, 0.0), (NAN, 1.0), (INF, 1.0)]),
    ],
)  # fmt: skip
def test_results_and_errors(function: Any, arguments: list[tuple[Any, ...]]) -> None:
    agree_exactly(function, *arguments)


def parts(z: complex) -> tuple[float, float, complex, float, float]:
    return z.real, z.imag, z.conjugate(), abs(z), cmath.phase(z)


def polar(z: complex) -> tuple[tuple[float, float], complex]:
    return cmath.polar(z), cmath.rect(abs(z), 0.5)


def of_complex(z: complex) -> tuple[complex, complex, complex, complex]:
    return cmath.sqrt(z), cmath.exp(z), cmath.log(z), cmath.log(z, 2)


def arithmetic(z: complex, w: complex) -> tuple[complex, complex, bool, bool, bool]:
    return z * w + 1j, z - w / 2, z == w, cmath.isclose(z, w), cmath.isclose(z, w, abs_tol=0.5)


def shown(z: complex) -> str:
    return f"{z} {z!r} {z:.2f} {z:>20} {z:+.3e} {z:.3} {z:*^24n} {z:#.3g} {z:<12f}"


def percent_of_complex(z: complex) -> str:
    return f"{z:%}"


def zero_padded(z: complex) -> str:
    return f"{z:010}"


@pytest.mark.parametrize("function", [parts, polar, of_complex, shown, percent_of_complex, zero_padded])
def test_complex_numbers(function: Any) -> None:
    agree_exactly(
        function,
        (1.5 + 2j,),
        (-0.0 + 1e-17j,),
        (3j,),
        (complex(0.0, -0.0),),
        (-4 + 0j,),
        (1e150 - 1e-3j,),
        (0.8 + 0.61j,),
        (1e-310 + 5e-312j,),
    )


def test_complex_pairs() -> None:
    agree_exactly(arithmetic, (1 + 2j, 1 + 2j), (1 + 2j, 1.1 + 2j), (INF + 0j, 1j), (1j, complex(NAN, 1)), (1j, 0j))


def test_what_does_not_fit() -> None:
    import portfire

    for function, args in ((comb, (68, 34)), (perm, (21, 21))):
        with pytest.raises(OverflowError, match="does not fit in 64 bits"):
            portfire.script(function)(*args)


VALUES = (INF, NAN, 0.0, -0.0, 1.0, 2.2, -1.0, -2.2, -INF, 0.5, 10.0, -1e4, 1e4, 5e-324, 709.9)


@pytest.mark.parametrize(
    "name",
    """log log1p log10 log2 exp exp2 expm1 sqrt cbrt erf erfc fabs acos asin atan cos sin tan acosh asinh atanh cosh sinh tanh
    degrees radians modf frexp isnan isinf isfinite floor ceil trunc ulp""".split(),
)
def test_functions_of_one_number(name: str) -> None:
    function = getattr(math, name)

    def of_float(x: float) -> Any:
        return function(x)

    def of_int(n: int) -> Any:
        return function(n)

    agree_exactly(of_float, *[(x,) for x in VALUES])
    agree_exactly(of_int, *[(n,) for n in (-5, -1, 0, 1, 2, 2**31 + 4, 2**53 + 1)])


@pytest.mark.parametrize("name", ["gamma", "lgamma"])
def test_the_gamma_function_to_fourteen_digits(name: str) -> None:
    function = getattr(math, name)

    def f(x: float) -> float:
        return function(x)

    compiled = portfire.script(f)
    for x in VALUES:
        try:
            expected = f(x)
        except (ValueError, OverflowError) as error:
            with pytest.raises(type(error)):
                compiled(x)
        else:
            assert compiled(x) == pytest.approx(expected, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize("name", ["atan2", "fmod", "copysign", "remainder", "hypot", "log", "nextafter"])
def test_functions_of_two_numbers(name: str) -> None:
    function = getattr(math, name)

    def of_floats(x: float, y: float) -> float:
        return function(x, y)

    def of_both(x: float, n: int) -> tuple[float, float]:
        return function(x, n), function(n, x)

    agree_exactly(of_floats, *[(x, y) for x in VALUES for y in VALUES])
    agree_exactly(of_both, *[(x, n) for x in (0.5, 2.2, 10.0) for n in (1, 2, 7)])


def test_a_power_that_is_too_large() -> None:
    check(power, (10.0, 1000.0), (-10.0, 1001.0), (2.0, -5000.0))


def test_divmod_of_numbers() -> None:
    def of_ints(a: int, b: int) -> tuple[int, int]:
        return divmod(a, b)

    def of_floats(a: float, b: float) -> tuple[float, float]:
        return divmod(a, b)

    def of_both(a: int, b: float) -> tuple[tuple[float, float], tuple[float, float]]:
        return divmod(a, b), divmod(b, a)

    agree_exactly(of_ints, *[(a, b) for a in (1024, -1024, 0, 7) for b in (10, -10, 3, 0)])
    agree_exactly(of_floats, *[(a, b) for a in VALUES for b in VALUES])
    agree_exactly(of_both, *[(a, b) for a in (1024, -1024, 7, 0) for b in (2.0, -2.5, 0.0, INF, NAN)])
