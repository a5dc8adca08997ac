"""What unpacking checks, in Python that is compiled in.

Comes before: nothing. Comes after: `assignments.py`.
"""

from __future__ import annotations


def check_count(count: int, least: int) -> None:
    """`a, *b, c = items`: enough items for the names without a star."""
    if count < least:
        raise ValueError(f"not enough values to unpack (expected at least {least}, got {count})")
