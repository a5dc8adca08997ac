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


def position(items, wanted, start: int, stop: int | None) -> int:
    """Where the item first is from `start` on and before `stop`; -1 if nowhere."""
    length = len(items)
    first, last = clamped(length, start), length
    if stop is not None:
        last = clamped(length, stop)
    for number in range(first, last):
        if items[number] == wanted:
            return number
    return -1


def index_between(items, wanted, start: int, stop: int | None = None) -> int:
    """`items.index(wanted, start, stop)`."""
    found = position(items, wanted, start, stop)
    if found < 0:
        raise ValueError("list.index(x): x not in list")
    return found


def index_shown(items, wanted, start: int, stop: int | None = None) -> int:
    """The same for items that have a text: the error names the one that is missing, as Python's does."""
    found = position(items, wanted, start, stop)
    if found < 0:
        raise ValueError(f"{wanted!r} is not in list")
    return found


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
