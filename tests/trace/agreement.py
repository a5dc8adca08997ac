"""The oracle of the trace tests: eager Python on the same inputs, after tracing and after saving and loading."""

from __future__ import annotations

import copy
import io
import warnings
from typing import Any

import torch

import portfire


def trace(model: Any, *inputs: Any, **options: Any) -> Any:
    """A trace, with what it warns of left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", portfire.TracerWarning)
        return portfire.trace(model, inputs, **options)


def loaded(compiled: Any) -> Any:
    """The same program out of a file."""
    file = io.BytesIO()
    portfire.save(compiled, file)
    file.seek(0)
    return portfire.load(file)


def same(a: Any, b: Any) -> bool:
    """Values, dtypes, lengths and kinds."""
    if isinstance(b, torch.Tensor):
        return isinstance(a, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(b, (list, tuple)):
        return isinstance(a, (list, tuple)) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in b)
    return type(a) is type(b) and bool(a == b)


def agrees(model: Any, example: tuple[Any, ...], *others: tuple[Any, ...], **options: Any) -> Any:
    """Trace on `example`; the trace gives what the model gives, on it and on the others, arguments changed in place included."""
    compiled = trace(model, *copy.deepcopy(example), **options)
    for program in (compiled, loaded(compiled)):
        for inputs in (example, *others):
            mine, theirs = copy.deepcopy(inputs), copy.deepcopy(inputs)
            expected, found = model(*theirs), program(*mine)
            assert same(found, expected), f"found {found!r}, expected {expected!r}"
            assert all(same(m, t) for m, t in zip(mine, theirs, strict=True) if isinstance(t, torch.Tensor))
    return compiled
