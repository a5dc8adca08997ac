"""Whether a trace gives what the model gives: the program runs on the example inputs beside the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

from portfire.errors import GuardError, TraceError
from portfire.frontend.trace.structures import copy_structure


def check_trace(
    program: Callable[..., Any],
    model: Callable[..., Any],
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any],
    tolerance: float,
    source: str = "the example inputs",
) -> None:
    """Run both on copies of the inputs and compare. Raises TraceError where they differ by more than `tolerance`, or where
    the program refuses the inputs. `source`: what the inputs are, for the message."""
    with preserved_state(model):
        expected = model(*copy_structure(inputs), **copy_structure(kwargs))
    try:
        with preserved_state(model):
            found = program(*copy_structure(inputs), **copy_structure(kwargs))
    except GuardError as e:
        raise TraceError(f"the model takes another way on {source} than in the traced run: {e}") from e
    difference = first_difference(expected, found, "the output", tolerance)
    if difference is not None:
        raise TraceError(
            f"the trace does not give what the model gives on {source}: {difference}. Usual causes: state that "
            "Python keeps between calls, or randomness. check_trace=False skips this check."
        )


@contextmanager
def preserved_state(model: object) -> Iterator[None]:
    """Undo what a run does to the buffers of a module."""
    if not isinstance(model, torch.nn.Module):
        yield
        return
    saved = [(b, b.detach().clone()) for b in model.buffers()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, value in saved:
                buffer.copy_(value)


def first_difference(expected: Any, found: Any, where: str, tolerance: float) -> str | None:
    """A sentence about the first difference of two results; None where they agree (NaN equals NaN)."""
    if isinstance(expected, torch.Tensor):
        if not isinstance(found, torch.Tensor):
            return f"{where} is a {type(found).__name__}, not a tensor"
        return _tensor_difference(expected, found, where, tolerance)
    if isinstance(expected, (list, tuple)):
        if not isinstance(found, (list, tuple)) or len(found) != len(expected):
            return f"{where} has another length or kind"
        pairs = [(f"{where}[{i}]", e, f) for i, (e, f) in enumerate(zip(expected, found, strict=True))]
    elif isinstance(expected, Mapping):
        if not isinstance(found, Mapping) or list(found) != list(expected):
            return f"{where} has other keys"
        pairs = [(f"{where}[{k!r}]", e, found[k]) for k, e in expected.items()]
    else:
        same = expected == found or expected != expected
        return None if same else f"{where} is {found!r}, not {expected!r}"
    return next((d for w, e, f in pairs if (d := first_difference(e, f, w, tolerance)) is not None), None)


def _tensor_difference(expected: torch.Tensor, found: torch.Tensor, where: str, tolerance: float) -> str | None:
    if expected.shape != found.shape or expected.dtype != found.dtype:
        return f"{where} is {found.dtype}{list(found.shape)}, not {expected.dtype}{list(expected.shape)}"
    if torch.equal(expected, found):
        return None
    if not expected.dtype.is_floating_point and not expected.dtype.is_complex:
        return f"{where} has {int((expected != found).sum())} differing elements"
    if torch.allclose(expected, found, rtol=tolerance, atol=tolerance, equal_nan=True):
        return None
    gap = (expected - found).abs().nan_to_num().max().item()
    return f"{where} differs by up to {gap:.3g}"
