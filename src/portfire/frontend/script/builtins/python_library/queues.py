# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Methods of `deque`.

Comes before: nothing. Comes after: `deques.py`.
"""

from __future__ import annotations


def rotate(items, count: int = 1) -> None:
    """See deque."""
    length = len(items)
    if length > 1:
        cut = (length - count % length) % length
        turned = [items[(cut + i) % length] for i in range(length)]
        for i in range(length):
            items[i] = turned[i]
