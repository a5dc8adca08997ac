# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Methods of `Counter` and `OrderedDict`.

Comes before: nothing. Comes after: `default_dicts.py`.
"""

from __future__ import annotations


def move_to_end(items, key, last: bool = True) -> None:
    """See OrderedDict."""
    value = items.pop(key)
    if last:
        items[key] = value
    else:
        others = list(items.items())
        items.clear()
        items[key] = value
        for other, held in others:
            items[other] = held


def popitem(items, last: bool):
    """See OrderedDict."""
    if last:
        return items.popitem()
    if len(items) == 0:
        raise KeyError("dictionary is empty")
    key = next(iter(items))
    return key, items.pop(key)


def add_counts(counter, counts) -> None:
    """`counter.update(counts)`."""
    for key, count in counts.items():
        counter[key] = counter[key] + count


def subtract_counts(counter, counts) -> None:
    """`counter.subtract(counts)`."""
    for key, count in counts.items():
        counter[key] = counter[key] - count


def most_common(counter):
    """All items, the most frequent first."""
    return sorted(counter.items(), key=lambda item: item[1], reverse=True)


def elements(counter):
    """Each key as often as its count."""
    result = list(counter)[:0]
    for key, count in counter.items():
        for _ in range(count):
            result.append(key)
    return result


def total(counter) -> int:
    """The sum of the counts."""
    result = 0
    for count in counter.values():
        result += count
    return result


def sum_of(left, right):
    """`left + right`: counts above 0."""
    made = left.emptied()
    for key, count in left.items():
        if count + right[key] > 0:
            made[key] = count + right[key]
    for key, count in right.items():
        if key not in left and count > 0:
            made[key] = count
    return made


def difference_of(left, right):
    """`left - right`: counts above 0."""
    made = left.emptied()
    for key, count in left.items():
        if count - right[key] > 0:
            made[key] = count - right[key]
    for key, count in right.items():
        if key not in left and count < 0:
            made[key] = -count
    return made


def smaller_of(left, right):
    """`left & right`."""
    made = left.emptied()
    for key, count in left.items():
        least = min(count, right[key])
        if least > 0:
            made[key] = least
    return made


def larger_of(left, right):
    """`left | right`."""
    made = left.emptied()
    for key, count in left.items():
        most = max(count, right[key])
        if most > 0:
            made[key] = most
    for key, count in right.items():
        if key not in left and count > 0:
            made[key] = count
    return made


def equals(left, right) -> bool:
    """`left == right`: what is not there counts 0."""
    return all(left[key] == right[key] for key in left) and all(left[key] == right[key] for key in right)


def differs(left, right) -> bool:
    """`left != right`."""
    return not equals(left, right)
