# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Methods of lists that compare items, for items that no operator compares. Compiled for the types they are given.

Comes before: nothing. Comes after: `container_values.py`.
"""

from __future__ import annotations


def index(items, wanted):
    """`items.index(wanted)`."""
    for number, item in enumerate(items):
        if item == wanted:
            return number
    raise ValueError("list.index(x): x not in list")


def count(items, wanted):
    """`items.count(wanted)`."""
    number = 0
    for item in items:
        if item == wanted:
            number += 1
    return number


def remove(items, wanted):
    """`items.remove(wanted)`."""
    items.pop(index(items, wanted))
