# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Slices whose step is known only at run time, and lists of slices as an index.

Comes before: nothing. Comes after: `indexing.py`.
"""

from __future__ import annotations

import torch

from portfire.frontend.script.builtins.operations import clamped


def bounds(start: int | None, stop: int | None, step: int, length: int) -> tuple[int, int]:
    """Where a slice of a sequence begins and ends, as `slice.indices` gives it."""
    if step == 0:
        raise ValueError("slice step cannot be zero")
    lowest = -1 if step < 0 else 0
    highest = length - 1 if step < 0 else length
    first = highest if step < 0 else lowest
    last = lowest if step < 0 else highest
    if start is not None:
        first = min(max(start + length if start < 0 else start, lowest), highest)
    if stop is not None:
        last = min(max(stop + length if stop < 0 else stop, lowest), highest)
    return first, last


def indices(start: int | None, stop: int | None, step: int, length: int) -> tuple[int, int, int]:
    """`slice(start, stop, step).indices(length)`."""
    if length < 0:
        raise ValueError("length should not be negative")
    first, last = bounds(start, stop, step, length)
    return first, last, step


def step_of(step: int | None) -> int:
    """The step of a slice; 1 where it is left out."""
    return 1 if step is None else step


def stepped(items, start: int | None, stop: int | None, step: int):
    """`items[start:stop:step]` of a list."""
    first, last = bounds(start, stop, step, len(items))
    result = items[:0]
    for i in range(first, last, step):
        result.append(items[i])
    return result


def replace_stepped(items, start: int | None, stop: int | None, step: int, new):
    """`items[start:stop:step] = new`, in place, of a step other than 1."""
    if step == 1:  # as many items as one likes
        following = new[:]
        first = 0 if start is None else clamped(len(items), start)
        last = len(items) if stop is None else max(first, clamped(len(items), stop))
        following.extend(items[last:])
        while len(items) > first:
            items.pop()
        items.extend(following)
        return
    first, last = bounds(start, stop, step, len(items))
    places = list(range(first, last, step))
    if len(places) != len(new):
        raise ValueError(f"attempt to assign sequence of size {len(new)} to extended slice of size {len(places)}")
    values = new[:]
    for place, value in zip(places, values, strict=True):
        items[place] = value


def delete_stepped(items, start: int | None, stop: int | None, step: int):
    """`del items[start:stop:step]`."""
    first, last = bounds(start, stop, step, len(items))
    places = list(range(first, last, step))
    if step < 0:
        places.reverse()
    for place in reversed(places):
        items.pop(place)


def stepped_text(text: str, start: int | None, stop: int | None, step: int) -> str:
    """`text[start:stop:step]`."""
    first, last = bounds(start, stop, step, len(text))
    parts: list[str] = []
    for i in range(first, last, step):
        parts.append(text[i])
    return "".join(parts)


def sliced(tensor, slices):
    """`tensor[slices]`: one slice for each dimension, from the first on."""
    if len(slices) > tensor.dim():
        raise IndexError(f"too many indices for tensor of dimension {tensor.dim()}")
    for dimension, part in enumerate(slices):
        step = part.step
        tensor = torch.ops.aten.slice(tensor, dimension, part.start, part.stop, 1 if step is None else step)
    return tensor


def selected(tensor, numbers: list[int]):
    """`tensor[tuple(numbers)]`: one number for each dimension, from the first on."""
    if len(numbers) > tensor.dim():
        raise IndexError(f"too many indices for tensor of dimension {tensor.dim()}")
    result = torch.ops.aten.alias(tensor)
    for number in numbers:
        result = torch.ops.aten.select(result, 0, number)
    return result


def tensors_of_rows(rows) -> list[torch.Tensor | None]:
    """The index tensors of a list of lists, which torch takes for a tuple of them, unless it is a long one."""
    if len(rows) >= 32:
        return [torch.tensor(rows)]
    return [torch.tensor(row) for row in rows]


def tensors_listed(tensors) -> list[torch.Tensor | None]:
    """A list or tuple of index tensors."""
    return [tensor for tensor in tensors]  # noqa: C416
