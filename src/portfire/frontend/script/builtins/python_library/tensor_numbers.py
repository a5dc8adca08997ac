# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""`x.tolist()` where nothing declares what it gives: the numbers of a tensor with one dimension, or the number of one without.

Comes before: nothing. Comes after: `numbers_of_tensors.py`, `emitter.py`.
"""

from __future__ import annotations

from torch import Tensor


def number(x: Tensor):
    """The number of a tensor without dimensions."""
    if x.dim() != 0:
        raise TypeError(
            f"`tolist()` gives a list here, nested {x.dim()} deep, and a number was expected: "
            "declare it: `values: List[List[float]] = x.tolist()`"
        )
    return x.item()


def numbers(x: Tensor):
    """The numbers of a tensor with one dimension."""
    if x.dim() != 1:
        raise TypeError(
            f"`tolist()` of a tensor with {x.dim()} dimensions gives no plain list of numbers: "
            "declare what it gives: `values: List[List[float]] = x.tolist()`"
        )
    return [item.item() for item in x]


def sizes(values) -> list[int]:
    """Numbers, all of which are ints."""
    result: list[int] = []
    for value in values:
        result.append(value)
    return result
