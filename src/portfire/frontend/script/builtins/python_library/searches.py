# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Methods of lists that compare items, for items that no operator compares. Compiled for the types they are given.

Comes before: nothing. Comes after: `container_values.py`.
"""

from __future__ import annotations

from portfire.frontend.script.builtins.operations import clamped


def index(items, wanted):
    """`items.index(wanted)`."""
    for number, item in enumerate(items):
        if item == wanted:
            return number
    raise ValueError("list.index(x): x not in list")


def index_between(items, wanted, start: int, stop: int | None = None):
    """`items.index(wanted, start, stop)`."""
    length = len(items)
    first, last = clamped(length, start), length
    if stop is not None:
        last = clamped(length, stop)
    for number in range(first, last):
        if items[number] == wanted:
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
