# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""`bisect`: places in sorted lists.

Comes before: nothing. Comes after: `library_functions.py`.
"""

from __future__ import annotations


def bisect_right(items, x, lo: int = 0, hi: int | None = None, *, key=None) -> int:
    """See bisect."""
    if lo < 0:
        raise ValueError("lo must be non-negative")
    end = len(items) if hi is None else hi
    while lo < end:
        middle = (lo + end) // 2
        found = items[middle] if key is None else key(items[middle])
        if x < found:
            end = middle
        else:
            lo = middle + 1
    return lo


def bisect_left(items, x, lo: int = 0, hi: int | None = None, *, key=None) -> int:
    """See bisect."""
    if lo < 0:
        raise ValueError("lo must be non-negative")
    end = len(items) if hi is None else hi
    while lo < end:
        middle = (lo + end) // 2
        found = items[middle] if key is None else key(items[middle])
        if found < x:
            lo = middle + 1
        else:
            end = middle
    return lo


def insort_right(items, x, lo: int = 0, hi: int | None = None, *, key=None) -> None:
    """See bisect."""
    wanted = x if key is None else key(x)
    items.insert(bisect_right(items, wanted, lo, hi, key=key), x)


def insort_left(items, x, lo: int = 0, hi: int | None = None, *, key=None) -> None:
    """See bisect."""
    wanted = x if key is None else key(x)
    items.insert(bisect_left(items, wanted, lo, hi, key=key), x)
