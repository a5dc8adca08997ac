"""Ints that Python takes out of tensors or sizes on the way into an operator stay values.

`x.topk(k)` with a tensor `k`, `x[:n]`, `F.avg_pool2d(x, x.shape[2:])`: torch's binding asks for a plain int there, which would
fix the number. The tensor becomes the number in it, and an operator whose binding takes plain ints only is recorded here.

Comes before: `data_reads.py`, `ops/matching.py`. Comes after: `interception.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import torch

from portfire.frontend.trace.data_reads import item_of
from portfire.frontend.trace.recording import Recording, has_number
from portfire.ir.graph import Value
from portfire.ir.types import ANY, FLOAT, INT, TENSOR, ListType, Type
from portfire.ops.emit import match_builtin
from portfire.ops.matching import Match


def with_numbers(recording: Recording, key: Any) -> Any:
    """An index with the numbers of 0-dimensional tensors in their place."""
    if isinstance(key, tuple):
        return tuple(with_numbers(recording, k) for k in key)
    if isinstance(key, slice):
        return slice(*(with_numbers(recording, k) for k in (key.start, key.stop, key.step)))
    return item_of(recording, key) if _is_integer(recording, key) else key


def with_integers(
    recording: Recording, name: str, args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Sequence[Any], dict[str, Any]]:
    """The arguments of a call with the numbers of 0-dimensional tensors in place of those that every overload takes as numbers."""
    if not any(_is_integer(recording, a) or _has_integer(recording, a) for a in (*args, *kwargs.values())):
        return args, kwargs

    def taken(parameter: int | str, value: Any) -> Any:
        if not _accepts(name, parameter, "Int", "SymInt", "Number"):
            return value
        if _is_integer(recording, value) and not _accepts(name, parameter, "Tensor"):
            return item_of(recording, value)
        if _has_integer(recording, value) and not _accepts(name, parameter, "Tensor[]"):
            return type(value)(item_of(recording, v) if _is_integer(recording, v) else v for v in value)
        return value

    return [taken(i, v) for i, v in enumerate(args)], {k: taken(k, v) for k, v in kwargs.items()}


def takes_plain_integers(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> bool:
    """Whether a traced number stands where every overload takes a plain int."""
    given: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    return any(
        has_number([value]) and _accepts(name, key, "Int") and not _accepts(name, key, "SymInt", "Number", "Float")
        for key, value in given
    )


def overload_for_numbers(recording: Recording, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Match:
    """The overload of a call, matched by the types of its arguments as in scripts."""
    return match_builtin(
        f"aten::{name}",
        [_value(recording, a) for a in args],
        {n: _value(recording, v) for n, v in kwargs.items()},
    )


def _value(recording: Recording, given: Any) -> Value:
    type_: Type = ANY
    if isinstance(given, (list, tuple)):
        is_float = any(isinstance(v, (float, torch.SymFloat)) for v in given)
        type_ = ListType(TENSOR if any(isinstance(v, torch.Tensor) for v in given) else FLOAT if is_float else INT)
    return recording.argument(given, type_)


def _is_integer(recording: Recording, value: Any) -> bool:
    if not isinstance(value, torch.Tensor) or not recording.is_known(value):
        return False
    with torch._C.DisableTorchFunction():
        is_integral = not (value.is_floating_point() or value.is_complex() or value.dtype == torch.bool)
        return value.dim() == 0 and is_integral and not value.requires_grad


def _has_integer(recording: Recording, value: Any) -> bool:
    return type(value) in (list, tuple) and any(_is_integer(recording, v) for v in value)


def _accepts(name: str, parameter: int | str, *types: str) -> bool:
    return not _types(name, parameter).isdisjoint(types)


@lru_cache(maxsize=4096)
def _types(name: str, parameter: int | str) -> frozenset[str]:
    """What the overloads of `aten::name` take for a parameter: `Int`, `SymInt`, `Tensor[]`; numbers by what a list holds."""
    return frozenset(t for s in _schemas(name) for t in _types_in(s, parameter))


def _types_in(schema: Any, parameter: int | str) -> Iterator[str]:
    arguments = schema.arguments
    found = None
    if isinstance(parameter, str):
        found = next((a for a in arguments if a.name == parameter), None)
    else:
        positional = [a for a in arguments if not a.kwarg_only]
        if parameter < len(positional):
            found = positional[parameter]
        elif positional and positional[-1].real_type.kind() == "ListType":
            found = positional[-1]  # the ints of x.view(2, 3) are one list
    if found is None:
        return
    type_, is_list = found.real_type, False
    while type_.kind() in ("OptionalType", "ListType"):
        is_list = is_list or type_.kind() == "ListType"
        type_ = type_.getElementType()
    kind = type_.kind().removesuffix("Type")
    yield f"{kind}[]" if is_list and kind == "Tensor" else kind


def _schemas(name: str) -> list[Any]:
    packet = getattr(torch.ops.aten, name, None)
    overloads = packet.overloads() if packet is not None and hasattr(packet, "overloads") else []
    return [getattr(packet, o)._schema for o in overloads]
