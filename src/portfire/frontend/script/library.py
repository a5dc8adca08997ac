"""Python operations that no operator means, written in Python: compiled into the program where they are used.

Comes before: nothing. Comes after: `operators.py`, `builtin_functions.py`.
"""

from __future__ import annotations


def int_power(base: int, exponent: int) -> int:
    """`base ** exponent`, exactly. TorchScript's `aten::pow` of ints is a float."""
    if exponent < 0:
        raise ValueError("an int to the power of a negative int is a float: write float(base) ** exponent")
    result = 1
    while exponent > 0:
        if exponent % 2 == 1:
            result = result * base
        exponent = exponent // 2
        if exponent > 0:
            base = base * base
    return result
