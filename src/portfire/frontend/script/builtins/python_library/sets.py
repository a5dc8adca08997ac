# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Methods of sets, made of the few that the compiler knows: `add`, `discard`, `copy`, `emptied`, `in` and loops.

Comes before: nothing. Comes after: `set_values.py`.
"""

from __future__ import annotations


def update(items, *others) -> None:
    """`items |= other`."""
    for other in others:
        for x in other:
            items.add(x)


def union(items, *others):
    """`items | other`."""
    made = items.copy()
    for other in others:
        for x in other:
            made.put(x)
    return made


def intersection(items, other):
    """`items & other`."""
    made = items.emptied()
    for x in other:
        if x in items:
            made.put(x)
    return made


def difference(items, other):
    """`items - other`."""
    made = items.copy()
    for x in other:
        made.discard(x)
    return made


def symmetric_difference(items, other):
    """`items ^ other`."""
    made = items.copy()
    for x in items.filled(other):
        if x in items:
            made.discard(x)
        else:
            made.put(x)
    return made


def intersection_update(items, other) -> None:
    """`items &= other`."""
    kept = items.filled(other)
    for x in list(items):
        if x not in kept:
            items.discard(x)


def difference_update(items, other) -> None:
    """`items -= other`."""
    for x in list(other):
        items.discard(x)


def symmetric_difference_update(items, other) -> None:
    """`items ^= other`."""
    for x in items.filled(other):
        if x in items:
            items.discard(x)
        else:
            items.add(x)


def remove(items, x) -> None:
    """`items.remove(x)`."""
    if x not in items:
        raise KeyError(x)
    items.discard(x)


def pop(items):
    """`items.pop()`: Python leaves open which one; here it is the oldest."""
    if len(items) == 0:
        raise KeyError("pop from an empty set")
    first = next(iter(items))
    items.discard(first)
    return first


def issubset(items, other) -> bool:
    """`items <= other`."""
    whole = items.filled(other)
    return len(items) <= len(whole) and all(x in whole for x in items)


def issuperset(items, other) -> bool:
    """`items >= other`."""
    return all(x in items for x in other)


def is_proper_subset(items, other) -> bool:
    """`items < other`."""
    return len(items) < len(other) and all(x in other for x in items)


def is_proper_superset(items, other) -> bool:
    """`items > other`."""
    return len(items) > len(other) and all(x in items for x in other)


def isdisjoint(items, other) -> bool:
    """Whether nothing is in both."""
    return not any(x in items for x in other)


def equals(items, other) -> bool:
    """`items == other`."""
    return len(items) == len(other) and all(x in other for x in items)


def differs(items, other) -> bool:
    """`items != other`."""
    return not equals(items, other)
