"""Graphs nest as deep as the user's code does: each `elif`, each early return is one block deeper.

Comes before: nothing. Comes after: whoever walks over graphs: front ends, `pipeline.py`, `api.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Calls of Python functions. They take memory, but none of the thread's stack.
LIMIT = 50_000


@contextmanager
def deep_nesting(limit: int = LIMIT) -> Iterator[None]:
    """Let recursive functions recurse that deep for a while."""
    saved = sys.getrecursionlimit()
    sys.setrecursionlimit(max(saved, limit))
    try:
        yield
    finally:
        sys.setrecursionlimit(saved)
