"""Functions of Python's `math` that no operator means.

Comes before: nothing. Comes after: `math_functions.py`.
"""

from __future__ import annotations

import cmath
import math


def least_common_multiple(a: int, b: int) -> int:
    """`math.lcm(a, b)`."""
    if a == 0 or b == 0:
        return 0
    return abs(a // math.gcd(a, b) * b)


def combinations(n: int, k: int) -> int:
    """`math.comb(n, k)`. Every product is a binomial times a small number, so that it overflows late."""
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    k = min(k, n - k)
    result = 1
    for i in range(1, k + 1):
        factor = n - k + i
        common = math.gcd(result, i)
        result = (result // common) * (factor // (i // common))
    return result


def permutations(n: int, k: int) -> int:
    """`math.perm(n, k)`."""
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    result = 1
    for i in range(k):
        result = result * (n - i)
    return result


def all_permutations(n: int) -> int:
    """`math.perm(n)`."""
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    return permutations(n, n)


def integer_root(n: int) -> int:
    """`math.isqrt(n)`: the float's root is at most one off."""
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    root = min(int(math.sqrt(n)), 3037000499)
    while root * root > n:
        root -= 1
    if root < 3037000499 and (root + 1) * (root + 1) <= n:
        root += 1
    return root


def is_close(a: float, b: float, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool:
    """`math.isclose(a, b, rel_tol=..., abs_tol=...)`."""
    if rel_tol < 0.0 or abs_tol < 0.0:
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    if math.isinf(a) or math.isinf(b):
        return False
    difference = abs(b - a)
    return difference <= abs(rel_tol * b) or difference <= abs(rel_tol * a) or difference <= abs_tol


def is_close_complex(a: complex, b: complex, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool:
    """`cmath.isclose(a, b, rel_tol=..., abs_tol=...)`."""
    if rel_tol < 0.0 or abs_tol < 0.0:
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    if cmath.isinf(a) or cmath.isinf(b):
        return False
    difference = abs(a - b)
    return difference <= rel_tol * abs(b) or difference <= rel_tol * abs(a) or difference <= abs_tol


def power(x: float, y: float) -> float:
    """`math.pow(x, y)`: where `**` divides by zero or has a complex result, this has no value."""
    if not (math.isinf(y) or math.isnan(y)):
        if x == 0.0 and y < 0.0:
            raise ValueError("math domain error")
        if x < 0.0 and not math.isinf(x) and math.fmod(y, 1.0) != 0.0:
            raise ValueError("math domain error")
    elif x == 0.0 and y < 0.0:
        return math.inf
    return float(x**y)


def unit_in_last_place(x: float) -> float:
    """`math.ulp(x)`."""
    if math.isnan(x):
        return x
    x = abs(x)
    if math.isinf(x):
        return x
    _, exponent = math.frexp(x)
    return math.ldexp(1.0, max(exponent - 53, -1074)) if x != 0.0 else 5e-324


def next_after(x: float, y: float) -> float:
    """`math.nextafter(x, y)`."""
    if math.isnan(x) or math.isnan(y):
        return x + y
    if x == y:
        return y
    if x == 0.0:
        return math.copysign(5e-324, y)
    if math.isinf(x):
        return math.copysign(1.7976931348623157e308, x)
    step = unit_in_last_place(x)
    if (y > x) != (x > 0.0):  # towards zero, where the numbers below a power of two lie closer
        fraction, _ = math.frexp(abs(x))
        if fraction == 0.5:
            step = max(step / 2.0, 5e-324)
    if y < x:
        step = -step
    moved = x + step
    return moved if moved != 0.0 else math.copysign(0.0, x)


def exact_sum(values: list[float]) -> float:
    """`math.fsum(values)`: the sum as if it were rounded once. `partials` are what it is made of, without a common bit."""
    partials: list[float] = []
    special = 0.0
    is_special = False
    infinities = 0.0
    for value in values:
        if math.isinf(value) or math.isnan(value):
            is_special = True
            special += value
            if math.isinf(value):
                infinities += value
            continue
        kept = 0
        high = value
        for i in range(len(partials)):
            other = partials[i]
            if abs(high) < abs(other):
                high, other = other, high
            total = high + other
            rest = other - (total - high)
            if rest != 0.0:
                partials[kept] = rest
                kept += 1
            high = total
        if math.isinf(high):
            raise OverflowError("intermediate overflow in fsum")
        partials = partials[:kept]
        partials.append(high)
    if is_special:
        if math.isnan(infinities):
            raise ValueError("-inf + inf in fsum")
        return special
    return _rounded(partials)


def _rounded(partials: list[float]) -> float:
    """The sum of parts without a common bit, smallest first, rounded half to even."""
    i = len(partials) - 1
    if i < 0:
        return 0.0
    high = partials[i]
    low = 0.0
    while i > 0 and low == 0.0:
        i -= 1
        before = high
        high = before + partials[i]
        low = partials[i] - (high - before)
    if i > 0 and ((low < 0.0 and partials[i - 1] < 0.0) or (low > 0.0 and partials[i - 1] > 0.0)):
        # What was cut off is more than the half that `low` is: it rounds up.
        twice = low * 2.0
        moved = high + twice
        if moved - high == twice:
            high = moved
    return high


def norm(values: list[float]) -> float:
    """`math.hypot(*values)`: the root of a sum of squares that is kept in two floats, and one step of correction."""
    largest = 0.0
    has_nan = False
    for value in values:
        if math.isnan(value):
            has_nan = True
        else:
            largest = max(largest, abs(value))
    if math.isinf(largest):
        return largest
    if has_nan:
        return math.nan
    if largest == 0.0:
        return 0.0
    _, exponent = math.frexp(largest)
    high, low = 0.0, 0.0
    for value in values:
        scaled = math.ldexp(value, -exponent)
        square = scaled * scaled
        total = high + square
        low += (high - (total - square)) + (square - (total - (total - square))) + _error_of_square(scaled, square)
        high = total
    root = math.sqrt(high + low)
    square = root * root
    residual = (high - square) - _error_of_square(root, square) + low
    return math.ldexp(root + residual / (2.0 * root), exponent)


def _error_of_square(x: float, square: float) -> float:
    """What `x * x` lost when it was rounded to `square`: `x` is split into halves whose products are exact."""
    spread = x * 134217729.0
    upper = spread - (spread - x)
    lower = x - upper
    return ((upper * upper - square) + 2.0 * upper * lower) + lower * lower


def distance(p: list[float], q: list[float]) -> float:
    """`math.dist(p, q)`."""
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    return norm([p[i] - q[i] for i in range(len(p))])
