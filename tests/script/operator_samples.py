"""Calls of every operator that torch's own tests know samples of, as source: functions of the sample's tensors.

def f12(t0, t1):
    return torch.add(t0, t1, alpha=2)
"""

from __future__ import annotations

import importlib.util
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

_PRELUDE = "import math\n\nimport torch\n"
_DTYPES = (torch.float32, torch.int64, torch.bool, torch.complex64)


@dataclass
class Sample:
    """A call; `tensors` are the arguments of the function that makes it."""

    operator: str
    expression: str
    tensors: list[torch.Tensor]
    function: Any = field(default=None, repr=False)


class _Unwritable(Exception):
    """A value that source cannot state."""


class _Writer:
    """Writes values as source; tensors become parameters."""

    def __init__(self) -> None:
        self.tensors: list[torch.Tensor] = []

    def write(self, value: Any) -> str:
        if isinstance(value, torch.Tensor):
            self.tensors.append(value)
            return f"t{len(self.tensors) - 1}"
        if value is Ellipsis:
            return "..."
        if value is None or isinstance(value, (bool, int, str)):
            return repr(value)
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else f"float('{value}')"
        if isinstance(value, complex):
            return f"complex({self.write(value.real)}, {self.write(value.imag)})"
        if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
            return str(value)
        if isinstance(value, torch.device):
            return f"torch.device({str(value)!r})"
        if isinstance(value, slice):
            return f"slice({self.write(value.start)}, {self.write(value.stop)}, {self.write(value.step)})"
        if isinstance(value, (torch.Size, tuple)) and type(value) in (torch.Size, tuple):
            return "(" + "".join(self.write(v) + ", " for v in value) + ")"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.write, value)) + "]"
        raise _Unwritable


def samples_of(operator: Any, count: int, *, all_forms: bool) -> list[Sample]:
    """Up to `count` calls of an `OpInfo`; in all forms as a function, a method, and in place, of several dtypes."""
    found: dict[tuple[Any, ...], Sample] = {}
    supported = operator.supported_dtypes("cpu")
    dtypes = [d for d in _DTYPES if d in supported]
    for dtype in dtypes if all_forms else dtypes[:1]:
        try:
            inputs = list(itertools.islice(operator.sample_inputs("cpu", dtype), 60 if all_forms else 3))
        except Exception:  # torch's samples need what is not installed
            continue
        for sample, form in itertools.product(inputs, ("function", "method", "in place")):
            call = _call(operator, sample, form)
            if call is not None:
                key = (call.expression, *(t.dtype for t in call.tensors))
                found.setdefault(key, call)
            if len(found) >= count:
                return list(found.values())
    return list(found.values())


def _call(operator: Any, sample: Any, form: str) -> Sample | None:
    writer = _Writer()
    try:
        receiver = writer.write(sample.input)
        arguments = [*map(writer.write, sample.args), *(f"{n}={writer.write(v)}" for n, v in sample.kwargs.items())]
    except _Unwritable:
        return None
    name = operator.name.rpartition(".")[2] + ("_" if form == "in place" else "")
    if form == "function":
        if not _is_in_torch(operator.name):
            return None
        return Sample(operator.name, f"torch.{operator.name}({', '.join([receiver, *arguments])})", writer.tensors)
    variant = operator.inplace_variant if form == "in place" else operator.method_variant
    if variant is None or not isinstance(sample.input, torch.Tensor) or not hasattr(torch.Tensor, name):
        return None
    return Sample(operator.name, f"{receiver}.{name}({', '.join(arguments)})", writer.tensors)


def _is_in_torch(name: str) -> bool:
    found: Any = torch
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None


def with_functions(samples: list[Sample], folder: Path) -> Iterator[Sample]:
    """The samples, each with its function, all of one file."""
    path = folder / "operator_samples_generated.py"
    lines = [_PRELUDE]
    for i, sample in enumerate(samples):
        parameters = ", ".join(f"t{k}" for k in range(len(sample.tensors)))
        lines.append(f"\n\ndef f{i}({parameters}):\n    return {sample.expression}\n")
    path.write_text("".join(lines))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for i, sample in enumerate(samples):
        sample.function = getattr(module, f"f{i}")
        yield sample
