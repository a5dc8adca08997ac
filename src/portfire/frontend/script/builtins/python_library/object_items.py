# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""The items of an object that makes them one by one. Compiled for the classes they are given.

Comes before: nothing. Comes after: `object_iteration.py`.
"""

from __future__ import annotations


def by_next(iterator):
    """The items that `__next__` gives until it raises StopIteration."""
    items = []
    while True:
        try:
            item = iterator.__next__()
        except StopIteration:
            break
        items.append(item)
    return items


def by_number(sequence):
    """The items that `__getitem__` gives until it raises IndexError."""
    items = []
    number = 0
    while True:
        try:
            item = sequence[number]
        except IndexError:
            break
        items.append(item)
        number += 1
    return items
