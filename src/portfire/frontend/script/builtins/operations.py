"""Python operations that no operator means, written in Python: compiled into the program where they are used.

Comes before: nothing. Comes after: `operators.py`, `builtin_functions.py`.
"""

from __future__ import annotations

import torch


def int_power(base: int, exponent: int) -> int:
    """`base ** exponent`, exactly. TorchScript's `aten::pow` of ints is a float."""
    if exponent < 0 and base == 0:
        raise ZeroDivisionError("0.0 cannot be raised to a negative power")
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


def number_power(base: number, exponent: number) -> number:  # type: ignore[name-defined]  # noqa: F821
    """`base ** exponent` of numbers of which the run says what they are: an int, if both are and it is one."""
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return int_power(base, exponent)
    return torch.ops.aten.pow(base, exponent)


def from_the_end(length: int, bound: int) -> int:
    """Where a bound of a slice that goes backwards stands in the reversed sequence."""
    if bound < 0:
        bound = bound + length
    return length - 1 - min(max(bound, -1), length - 1)


def clamped(length: int, bound: int) -> int:
    """A bound of a slice as a position between 0 and the length."""
    if bound < 0:
        bound = bound + length
    return min(max(bound, 0), length)


def replace_slice(items, start: int, stop: int, new) -> None:  # type: ignore[no-untyped-def]
    """`items[start:stop] = new`, in place."""
    first = clamped(len(items), start)
    last = max(first, clamped(len(items), stop))
    following = items[last:]
    following = new[:] + following
    while len(items) > first:
        items.pop()
    items.extend(following)
