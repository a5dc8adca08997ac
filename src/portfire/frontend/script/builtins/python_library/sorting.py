# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Sorting by keys: stable, as Python's.

Comes before: nothing. Comes after: `ordering.py`.
"""

from __future__ import annotations


def sorted_by_plain_keys(items, keys, reverse: bool):
    """The items in the order of keys that the engine can sort: the numbers of the items make it stable."""
    result = items[:0]
    if reverse:
        falling = [(key, -i) for i, key in enumerate(keys)]
        falling.sort(reverse=True)
        for pair in falling:
            result.append(items[-pair[1]])
    else:
        rising = [(key, i) for i, key in enumerate(keys)]
        rising.sort()
        for pair in rising:
            result.append(items[pair[1]])
    return result


def sorted_by_comparing(items, keys, reverse: bool):
    """The items in the order of keys that have `<`: merged runs, of twice the length each round."""
    count = len(items)
    order = list(range(count))
    width = 1
    while width < count:
        merged: list[int] = []
        for start in range(0, count, 2 * width):
            left, right = start, min(start + width, count)
            middle, end = right, min(start + 2 * width, count)
            while left < middle or right < end:
                if left == middle:
                    takes_right = True
                elif right == end:
                    takes_right = False
                elif reverse:
                    takes_right = bool(keys[order[left]] < keys[order[right]])
                else:
                    takes_right = bool(keys[order[right]] < keys[order[left]])
                if takes_right:
                    merged.append(order[right])
                    right += 1
                else:
                    merged.append(order[left])
                    left += 1
        order = merged
        width = 2 * width
    result = items[:0]
    for i in order:
        result.append(items[i])
    return result


def replace_items(items, others) -> None:
    """Make `items` hold what `others` holds."""
    items.clear()
    items.extend(others)


def is_less(left, right) -> bool:
    """`left < right` of lists: the first items that differ decide, else the lengths."""
    for i in range(min(len(left), len(right))):
        if left[i] != right[i]:
            return bool(left[i] < right[i])
    return len(left) < len(right)


def is_less_or_equal(left, right) -> bool:
    """`left <= right` of lists."""
    for i in range(min(len(left), len(right))):
        if left[i] != right[i]:
            return bool(left[i] <= right[i])
    return len(left) <= len(right)
