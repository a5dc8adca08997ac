"""What TorchScript's own test suite asks of complex numbers; eager is the oracle, to the last digit and the sign of zeros."""

import cmath
import math
from itertools import product
from typing import Dict, List

import pytest
import torch

import portfire
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import agree_exactly

PARTS = [0.0, -0.0, 1.0, -2.2, 10.0]
NUMBERS = [complex(x, y) for x, y in product(PARTS, PARTS)]
INFINITE = [complex(x, y) for x, y in product([0.0, -1.5, math.inf, -math.inf, math.nan], repeat=2)]


def test_arguments_and_containers():
    def f(a: complex, xs: List[complex], d: Dict[complex, complex], i: int):
        return a, xs[i], d[a], sum(xs), a in xs

    check(f, (2 + 3j, [1j, 2 + 3j, -5j], {2 + 3j: 2 - 3j, -4.3 - 2j: 3j}, 1))
    check(f, (-4.3 - 2j, [1j], {2 + 3j: 2 - 3j, -4.3 - 2j: 3j}, -1))


class Holder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.number = 3 + 5j
        self.numbers = [2 + 3j, 3 + 4j, 0 - 3j, -4 + 0j]
        self.table = {2 + 3j: 2 - 3j, -4.3 - 2j: 3j}

    def forward(self, n: int):
        if n == 2:
            return n + cmath.infj, self.number
        return n + cmath.nanj, self.number * 2


def test_attributes_in_files():
    eager = Holder()
    loaded = saved_and_loaded(portfire.script(eager))
    assert (loaded.number, loaded.numbers, loaded.table) == (eager.number, eager.numbers, eager.table)
    for n in (2, 3):
        assert repr(loaded(n)) == repr(eager(n))


def test_literals_and_items_of_tensors():
    def f(a: int, b: torch.Tensor, i: int):
        b[i] = 2.4 + 0.5j
        return (3 * 2j) + a + 5j - 7.4j - 4, b

    check(f, (1, torch.tensor([0.4, 1.4j, 2.35]), 2))


def test_arithmetic():
    def f(a: complex, b: complex):
        return a + b, a - b, a * b, -a, a == b, a != b, abs(a), a.real, a.imag, a.conjugate(), bool(a), str(a)

    def divided(a: complex, b: complex):
        return a / b

    def with_others(a: complex, x: float, n: int):
        return a + x, x - a, a * n, a == x, a != n, n == a

    agree_exactly(f, *product(NUMBERS[::3] + INFINITE[::4], NUMBERS[::5]))
    agree_exactly(divided, *product(NUMBERS[::3], NUMBERS[::4]))
    agree_exactly(with_others, (1 + 0j, 1.0, 1), (1 + 1j, 1.0, 1), (-0j, 0.0, 0))


def test_powers():
    def f(a: complex, b: complex, x: float):
        return pow(a, b), a**b, pow(a, x), x**a

    compiled = portfire.script(f)
    for a, b in product([1 + 1j, -2j, 2.5 + 0j], [2 + 0j, 1j, 0.5 - 1j]):
        found, expected = compiled(a, b, 2.5), f(a, b, 2.5)
        assert all(cmath.isclose(x, y, rel_tol=1e-14) for x, y in zip(found, expected))


def test_no_order_and_no_ints():
    def ordered(a: complex, b: complex):
        return a < b

    def whole(a: complex):
        return int(a)

    for function, args in ((ordered, (1j, 2j)), (whole, (1j,))):
        with pytest.raises((TypeError, portfire.CompileError)):
            portfire.script(function)(*args)


FUNCTIONS = ["log", "log10", "sqrt", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh",
             "acosh", "atanh"]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_cmath(name):
    function = getattr(cmath, name)

    def f(a: complex):
        return function(a)

    compiled = portfire.script(f)
    for a in NUMBERS:
        try:
            expected = f(a)
        except ValueError:
            continue
        assert cmath.isclose(compiled(a), expected, rel_tol=1e-14, abs_tol=1e-15), a


def test_parts_and_kinds():
    def f(a: complex):
        return cmath.phase(a), cmath.polar(a), cmath.isinf(a), cmath.isnan(a), cmath.isfinite(a)

    def constants():
        return cmath.pi, cmath.e, cmath.tau, cmath.inf, cmath.nan, cmath.infj, cmath.nanj

    def rect(r: float, phi: float):
        return cmath.rect(r, phi)

    agree_exactly(f, *[(a,) for a in NUMBERS + INFINITE])
    agree_exactly(constants, ())
    agree_exactly(rect, *product(PARTS, PARTS))


def test_made_of_numbers():
    def ints(a: int, b: int):
        return complex(a, b), complex(a), complex(a, 2.5), complex(a, b > 0)

    def floats(a: float, b: float):
        return complex(a, b), complex(real=a, imag=b), complex(imag=b), complex(b > 0, a), complex(real=b)

    def nothing():
        return complex(), complex("1e3-2j"), complex(imag=2j), complex(1, imag=2)

    agree_exactly(ints, (0, 0), (-1234, 3), (5, -7))
    agree_exactly(floats, *product([0.0, -0.0, -1.9, math.inf], repeat=2))
    agree_exactly(nothing, ())


def test_made_of_complex_parts():
    def both(a: complex, b: complex):
        return complex(a, b), complex(a)

    def real(a: complex, b: float):
        return complex(a, b), complex(a, 2), complex(a, True)

    def imaginary(a: float, b: complex):
        return complex(a, b), complex(3, b), complex(True, b)

    parts = NUMBERS[::4] + INFINITE[::5]
    agree_exactly(both, *product(parts, parts))
    agree_exactly(real, *product(parts, PARTS))
    agree_exactly(imaginary, *product(PARTS, parts))
    check(both, (1 + 2j, -3j))


TEXTS = [
    "1+2j",
    "1.5",
    "-2j",
    " 3j ",
    "(1+2j)",
    "( -1e3-2.5E-2j )",
    "j",
    "-j",
    "1-J",
    "inf+nanj",
    "-infj",
    "1e-3-1e+3j",
]
NO_NUMBERS = ["", "x", "1+2", "1 +2j", "1+2i", "(1+2j", "1++2j", "--1j", "1j+2", "()", "(", "j1"]


def test_made_of_texts():
    def f(text: str):
        return complex(text)

    agree_exactly(f, *[(t,) for t in TEXTS + NO_NUMBERS])
    check(f, ("1-2j",), ("x",))


def test_made_of_tensors():
    def tensors(x, y):
        return complex(x, y) + complex(2)

    def and_numbers(x, a: float, n: int, b: bool):
        return complex(x, a), complex(n, x), complex(b, x), complex(x)

    kinds = [torch.tensor([0.25]), torch.tensor([-3]), torch.tensor([True])]
    check(tensors, *product(kinds, kinds))
    check(and_numbers, *[(x, 1.5, 3, True) for x in kinds])


def test_beside_tensors():
    def f(a: complex, x):
        return a * x, a + x, a == x, a != x, a - x, a / x, x * a, x - a, x / a, x**a, x.real

    def parts(x):
        return x.real, x.imag

    for dtype in (torch.cfloat, torch.float, torch.int64):
        check(f, (0.71 + 0.71j, (torch.arange(1, 5).reshape(2, 2) * 1.5).to(dtype)), tolerance=1e-6)
    check(parts, (torch.randn(2, 3, dtype=torch.cdouble),))
