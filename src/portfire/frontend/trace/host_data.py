"""Tensors made of Python's numbers: `torch.tensor([1, 2])`, `x.new_tensor(...)`, `torch.FloatTensor([0])`.

What makes them only copies host memory, which no operator shows, so the data is recorded: as constants that are copied for
each call, or, where traced numbers are in it, as `aten::tensor` of them. A dtype or device that was taken from a tensor
stays taken from it.

Comes before: `recording.py`, `metadata_sources.py`. Comes after: `interception.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from portfire.frontend.trace.dispatch_key import unwatched
from portfire.frontend.trace.metadata_sources import MetadataSources
from portfire.frontend.trace.recording import Recording, concrete, has_number
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, FLOAT, INT, TENSOR, ListType, Type
from portfire.ops.emit import emit_builtin

#: Functions and methods that copy host data into a new tensor; True for those that take dtype and device of their receiver.
COPIES_OF_DATA: dict[str, bool] = {
    "tensor": False, "as_tensor": False, "asarray": False, "scalar_tensor": False, "new_tensor": True, "new": True,
}  # fmt: skip


def tensor_of_data(
    recording: Recording, func: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any | None:
    """What `func`, one of `COPIES_OF_DATA`, gives; None where it was not given host data."""
    of_receiver = COPIES_OF_DATA[func.__name__]
    given = args[1:] if of_receiver else args
    data = given[0] if given else kwargs.get("data", kwargs.get("obj"))
    if data is None or isinstance(data, (torch.Tensor, torch.Size)) or (func.__name__ == "new" and not _is_data(data)):
        return None
    with unwatched():
        result = func(*concrete(args), **concrete(kwargs))
    receiver = args[0] if of_receiver and recording.is_known(args[0]) else None
    recording.mark_place()
    listed = data if isinstance(data, (list, tuple)) else [data]
    with MetadataSources.of(recording).call(func.__name__, args, kwargs):
        options = _options(recording, result, receiver, kwargs)
        if has_number(listed):
            value = _of_numbers(recording, data, result, options)
        else:
            value = _of_constant(recording, result, options)
    recording.bind(result, value)
    recording.ranks.add_result("aten::tensor", (), result)
    return result


def _is_data(value: Any) -> bool:
    """Whether `x.new(value)` takes `value` as data and not as a size."""
    return isinstance(value, (list, tuple))


def _options(
    recording: Recording, result: torch.Tensor, receiver: torch.Tensor | None, kwargs: dict[str, Any]
) -> dict[str, Value]:
    """The dtype and device that were taken from tensors."""
    sources = MetadataSources.of(recording)
    found: dict[str, Value | None] = {}
    for name, operator, current in (
        ("dtype", "prim::dtype", result.dtype), ("device", "prim::device", kwargs.get("device"))
    ):  # fmt: skip
        if kwargs.get(name) is not None:
            found[name] = sources.value_of_option(current)
        elif receiver is not None:
            found[name] = recording.emit(operator, recording.value_of(receiver))
    return {name: value for name, value in found.items() if value is not None}


def _of_constant(recording: Recording, result: torch.Tensor, options: dict[str, Value]) -> Value:
    builder = recording.frame.builder
    constant = builder.constant(result.detach().clone(), TENSOR)
    copied = recording.emit("aten::clone", constant)
    if not options:
        return copied
    dtype = options.get("dtype", recording.constant(result.dtype))
    device = options.get("device", builder.constant(result.device))
    return emit_builtin(builder, "aten::to", [copied, device, dtype])


def _of_numbers(recording: Recording, data: Any, result: torch.Tensor, options: dict[str, Value]) -> Value:
    element = FLOAT if result.dtype.is_floating_point else BOOL if result.dtype == torch.bool else INT
    type_: Type = element
    for _ in range(result.dim()):
        type_ = ListType(type_)
    value = recording.argument(data, type_)
    builder = recording.frame.builder
    extra = {
        "dtype": options.get("dtype") or recording.constant(result.dtype),
        "device": options.get("device") or builder.constant(result.device),
        "requires_grad": builder.constant(result.requires_grad),
    }
    return emit_builtin(builder, "aten::tensor", [value], extra)
