# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""What dicts do that no operator does.

Comes before: nothing. Comes after: `dict_operators.py`.
"""

from __future__ import annotations


def equal(first, second) -> bool:
    """`first == second`: the same keys, in any order, with equal values."""
    if len(first) != len(second):
        return False
    for key, value in first.items():  # noqa: SIM110
        if key not in second or second[key] != value:
            return False
    return True


def union(first, second):
    """`first | second`: of a key in both, what the second says."""
    result = first.copy()
    result.update(second)
    return result
