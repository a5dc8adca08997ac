"""Devices and dtypes that were taken from a tensor stay taken.

`x.device` and `x.dtype` give Python plain `torch.device` and `torch.dtype` objects, which remember nothing. A device object is
new at each read, so it is recognised by identity when it comes back as an argument. A dtype is one object for the whole
process: an argument `dtype=` counts as taken from a tensor if a function still on the stack has read that dtype from it and
does not name the dtype itself (`torch.float32`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import torch

from portfire.frontend.trace.call_sites import python_frames
from portfire.frontend.trace.recording import Recording
from portfire.ir.graph import Value
from portfire.ops.schema import Argument

_sources: WeakKeyDictionary[Recording, MetadataSources] = WeakKeyDictionary()


class MetadataSources:
    """What was read, in one recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._devices: dict[int, tuple[torch.device, torch.Tensor]] = {}
        self._dtypes: list[tuple[FrameType, torch.dtype, torch.Tensor]] = []
        #: Per call in progress: the tensor whose device is an argument.
        self._calls: list[torch.Tensor | None] = []

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
            if name == "device":
                device = tensor.device
                self._devices[id(device)] = (device, tensor)
                return device
            dtype = tensor.dtype
        frame = next(python_frames(), None)
        if frame is not None:
            self._dtypes.append((frame, dtype, tensor))
        return dtype

    @contextmanager
    def call(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Iterator[None]:
        """A call from Python is under way: remember where its device argument comes from."""
        source = None
        for value in (*args, *kwargs.values()):
            known = self._devices.get(id(value)) if isinstance(value, torch.device) else None
            if known is not None:
                source = known[1]
        self._calls.append(source)
        try:
            yield
        finally:
            self._calls.pop()

    def value_for(self, argument: Argument, value: Any) -> Value | None:
        """The value of a device or dtype argument, where it was taken from a tensor."""
        if isinstance(value, torch.device):
            source = next((t for t in reversed(self._calls) if t is not None), None)
            if source is None or not self.recording.is_known(source):
                return None
            return self.recording.emit("prim::device", self.recording.value_of(source))
        if isinstance(value, torch.dtype):
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


_SYNONYMS = {
    "float32": ("float",), "float64": ("double",), "float16": ("half",), "int64": ("long",), "int32": ("int",),
    "int16": ("short",), "complex64": ("cfloat",), "complex128": ("cdouble",),
}  # fmt: skip
