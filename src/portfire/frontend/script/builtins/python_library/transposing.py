# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""`zip(*rows)` of a list of lists.

Comes before: nothing. Comes after: `transposing.py`.
"""

from __future__ import annotations


def transposed(rows):
    """One tuple per column, as many as the shortest row has items."""
    result = [tuple(row) for row in rows[:0]]
    if len(rows) > 0:
        count = min([len(row) for row in rows])
        for i in range(count):
            result.append(tuple([row[i] for row in rows]))
    return result
