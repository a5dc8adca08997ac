"""Devices and dtypes that were taken from a tensor stay taken.

`x.device` and `x.dtype` give Python plain `torch.device` and `torch.dtype` objects, which remember nothing. A device object is
new at each read, so it is recognised by identity when it comes back as an argument. A dtype is one object for the whole
process: an argument `dtype=` counts as taken from a tensor if a function still on the stack has read that dtype from it and
does not name the dtype itself (`torch.float32`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import torch

from portfire.frontend.trace.call_sites import python_frames
from portfire.frontend.trace.reading_code import use_in_user_code
from portfire.frontend.trace.recording import Recording
from portfire.ir.graph import Value

_sources: WeakKeyDictionary[Recording, MetadataSources] = WeakKeyDictionary()


class MetadataSources:
    """What was read, in one recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._devices: dict[int, tuple[torch.device, torch.Tensor]] = {}
        self._dtypes: list[tuple[FrameType, torch.dtype, torch.Tensor]] = []
        self._calls: list[_Call] = []

    @classmethod
    def of(cls, recording: Recording) -> MetadataSources:
        """The sources of a recording, made when first asked for."""
        found = _sources.get(recording)
        if found is None:
            found = _sources[recording] = cls(recording)
        return found

    def read(self, tensor: torch.Tensor, name: str) -> Any:
        """`tensor.device` or `tensor.dtype`."""
        with torch._C.DisableTorchFunction():
            device, dtype = tensor.device, tensor.dtype
        self._fix_if_decided_on(tensor, name, device, dtype)
        if name == "device":
            self._devices[id(device)] = (device, tensor)
            return device
        frame = next(python_frames(), None)
        if frame is not None:
            self._dtypes.append((frame, dtype, tensor))
        return dtype

    def _fix_if_decided_on(self, tensor: torch.Tensor, name: str, device: torch.device, dtype: torch.dtype) -> None:
        """Where the line that reads a dtype or device compares it or looks into it, the run depends on it."""
        recording = self.recording
        use = use_in_user_code()
        if use is None or recording.is_attribute(tensor):
            return
        if use.kind == "compare":
            value = recording.emit(f"prim::{name}", recording.value_of(tensor))
            recording.guard_equal(value, device if name == "device" else dtype, f"the {name} of a tensor", warns=False)
        elif use.kind == "attribute" and name == "device" and use.detail in ("type", "index"):
            value = recording.emit(f"prim::{use.detail}", recording.emit("prim::device", recording.value_of(tensor)))
            if device.index is not None or use.detail == "type":
                recording.guard_equal(value, getattr(device, use.detail), f"device.{use.detail}", warns=False)
        elif use.kind == "attribute" and name == "dtype" and use.detail in ("is_floating_point", "is_complex"):
            value = recording.emit(f"aten::{use.detail}", recording.value_of(tensor))
            recording.guard_equal(value, getattr(dtype, use.detail), f"dtype.{use.detail}", warns=False)

    @contextmanager
    def call(self, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[None]:
        """A call from Python is under way: remember where its device and dtype come from."""
        given = (*args, *kwargs.values())
        call = _Call()
        for value in given:
            known = self._devices.get(id(value)) if isinstance(value, torch.device) else None
            if known is not None:
                call.device = known[1]
        if name in _CONVERSIONS and args and isinstance(args[0], torch.Tensor):
            # Python passes the converted tensor's own dtype and device for those that are not named.
            other = next((v for v in given[1:] if isinstance(v, torch.Tensor)), args[0])
            named_device = name in ("cpu", "cuda") or any(isinstance(v, (torch.device, str)) for v in given[1:])
            if not any(isinstance(v, torch.dtype) for v in given) and name != "type":
                call.dtype = other
            if call.device is None and not named_device:
                call.device = other
        self._calls.append(call)
        try:
            yield
        finally:
            self._calls.pop()

    def value_of_option(self, value: Any) -> Value | None:
        """The value of a device or dtype that was taken from a tensor."""
        if isinstance(value, torch.device):
            source = next((c.device for c in reversed(self._calls) if c.device is not None), None)
            if source is None or not self.recording.is_known(source):
                return None
            return self.recording.emit("prim::device", self.recording.value_of(source))
        if isinstance(value, torch.dtype):
            source = self._calls[-1].dtype if self._calls else None
            if source is None:
                source = self._dtype_source(value)
            if source is None or not self.recording.is_known(source):
                return None
            return self.recording.emit("prim::dtype", self.recording.value_of(source))
        return None

    def _dtype_source(self, dtype: torch.dtype) -> torch.Tensor | None:
        name = str(dtype).removeprefix("torch.")
        names = {name, *_SYNONYMS.get(name, ())}
        for frame in python_frames():
            if names & set(frame.f_code.co_names):
                return None
            for reader, read, tensor in reversed(self._dtypes):
                if reader is frame and read is dtype:
                    return tensor
        return None


@dataclass(slots=True)
class _Call:
    """A call in progress: the tensors that its device and its dtype were taken from."""

    device: torch.Tensor | None = None
    dtype: torch.Tensor | None = None


#: Methods that convert a tensor, and keep of it what they are not told.
_CONVERSIONS = frozenset(("to", "cpu", "cuda", "type"))

_SYNONYMS = {
    "float32": ("float",), "float64": ("double",), "float16": ("half",), "int64": ("long",), "int32": ("int",),
    "int16": ("short",), "complex64": ("cfloat",), "complex128": ("cdouble",),
}  # fmt: skip
