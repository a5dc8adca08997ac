"""Calls of what is compiled already, inside a trace: they stay calls, with their control flow.

A scripted or traced function or method of portfire's runs on the engine, out of sight of the trace; the engine tells an
observer before it does. The call is recorded as one node, and its result is taken apart as its type says.

Comes before: `recording.py`, the engine's binding. Comes after: `tracer.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from portfire import _engine
from portfire.errors import TraceError
from portfire.frontend.trace.dispatch_key import unwatched
from portfire.frontend.trace.interception import active_recording
from portfire.frontend.trace.numbers import traced_number
from portfire.frontend.trace.recording import Recording, concrete
from portfire.ir.graph import MISSING, Function, Value
from portfire.ir.types import DictType, FunctionType, ListType, OptionalType, TupleType, Type


class CompiledCalls:
    """The compiled functions of a trace: which method belongs to which module."""

    def __init__(self, recording: Recording, root: torch.nn.Module | None) -> None:
        self.recording = recording
        self._is_inside = False
        self._owners: dict[int, torch.nn.Module] = {}
        for module in root.modules() if root is not None else ():
            if is_compiled(module):
                self._owners.update((id(f), module) for f in vars(module).values() if isinstance(f, _engine.Function))

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Record calls while this lasts."""
        _engine.set_call_observer(self)
        try:
            yield
        finally:
            _engine.set_call_observer(None)

    def __call__(self, callee: _engine.Function, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What the engine asks before each call from Python."""
        recording = self.recording
        if self._is_inside or active_recording() is not recording:
            return NotImplemented
        self._is_inside = True
        try:
            with torch._C.DisableTorchFunction(), unwatched():
                result = callee(*concrete(args), **concrete(kwargs))
        finally:
            self._is_inside = False
        return self._record(callee, args, kwargs, result)

    def _record(self, callee: _engine.Function, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> Any:
        recording = self.recording
        function: Function = callee.function  # type: ignore[attr-defined]
        owner = self._owners.get(id(callee))
        builder = recording.frame.builder
        recording.mark_place()
        if owner is None and function.parameters and function.parameters[0].name == "self":
            raise TraceError(
                f"{recording.call_sites.current()}: a method of a compiled module is called that is no submodule of what is "
                "traced; make it a submodule"
            )
        parameters = function.parameters[1:] if owner is not None else function.parameters
        values = []
        for i, parameter in enumerate(parameters):
            given = args[i] if i < len(args) else kwargs.get(parameter.name, parameter.default)
            if given is MISSING:
                raise TraceError(f"{function.name} was called without its argument '{parameter.name}'")
            values.append(recording.argument(given, parameter.type))
        if owner is not None:
            receiver = recording.frame.module_value(owner)
            assert receiver is not None
            output = builder.insert(
                "prim::CallMethod", [receiver, *values], function.return_type, name=function.base_name
            )
        else:
            reference = builder.constant(function, FunctionType(function))
            output = builder.insert("prim::CallFunction", [reference, *values], function.return_type)
        return known_result(recording, output, function.return_type, result)


def is_compiled(module: object) -> bool:
    """Whether a module is a view of a compiled one."""
    return hasattr(type(module), "portfire_state")


def known_result(recording: Recording, value: Value, type_: Type, result: Any) -> Any:
    """Make what a compiled call returned known to the recording; numbers become traced numbers."""
    builder = recording.frame.builder
    if isinstance(type_, OptionalType):
        if result is None:
            return None
        value = builder.insert("prim::unchecked_cast", [value], type_.element)
        type_ = type_.element
    if isinstance(result, torch.Tensor):
        recording.bind(result, value)
        return result
    if isinstance(result, (bool, int, float)):
        return traced_number(recording, result, value)
    if isinstance(type_, TupleType):
        unpacked = builder.node("prim::TupleUnpack", [value], type_.elements)
        items = [
            known_result(recording, v, t, r) for v, t, r in zip(unpacked.outputs, type_.elements, result, strict=True)
        ]
        return type(result)(*items) if hasattr(result, "_fields") else tuple(items)
    if isinstance(type_, ListType):
        count = recording.emit("aten::len", value)
        recording.guard_equal(count, len(result), "the length of a list that a compiled function returned", warns=False)
        node = builder.node("prim::ListUnpack", [value], [type_.element] * len(result))
        return [known_result(recording, v, type_.element, r) for v, r in zip(node.outputs, result, strict=True)]
    if isinstance(type_, DictType):
        return {
            k: known_result(
                recording, recording.emit("aten::__getitem__", value, recording.constant(k)), type_.value, r
            )
            for k, r in result.items()
        }
    if result is None:
        return None
    raise TraceError(
        f"{recording.call_sites.current()}: a compiled function returned a {type(result).__qualname__}, which a trace cannot follow"
    )
