"""Tracing a function or a module: the run, from example inputs to a function or a module state.

Comes before: the other files of this folder. Comes after: `pipeline.py`, which makes a callable of the result and checks it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import torch

from portfire.errors import TraceError
from portfire.frontend.trace.check import preserved_state
from portfire.frontend.trace.compiled_calls import CompiledCalls, is_compiled
from portfire.frontend.trace.frames import Frame
from portfire.frontend.trace.gradients import note_backward_hooks
from portfire.frontend.trace.interception import watching
from portfire.frontend.trace.module_states import frame_function, lay_out, make_methods, module_frames, own_tensors
from portfire.frontend.trace.recording import Recording, TraceNote
from portfire.frontend.trace.structures import (
    bind_input,
    copy_structure,
    has_same_items,
    items_of_containers,
    note_written_containers,
    output_value,
    structure_type,
)
from portfire.ir.graph import Function
from portfire.ir.state import ObjectState


@dataclass(frozen=True, slots=True)
class TracedFunction:
    """A traced function, and what the trace fixed. `is_deterministic`: it draws no random numbers."""

    function: Function
    notes: tuple[TraceNote, ...]
    is_deterministic: bool


@dataclass(frozen=True, slots=True)
class TracedModule:
    """A traced module with a method per traced method, and what the trace fixed."""

    state: ObjectState
    notes: tuple[TraceNote, ...]
    is_deterministic: bool


def as_inputs(example_inputs: Any) -> tuple[Any, ...]:
    """Example inputs as a tuple of arguments: a lone tensor is the only argument."""
    if isinstance(example_inputs, tuple):
        return example_inputs
    return tuple(example_inputs) if isinstance(example_inputs, list) else (example_inputs,)


def as_call(
    example: Any, kwargs: dict[str, Any] | None = None, is_keywords: bool = False
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Example inputs as positional and keyword arguments; a mapping of all keyword arguments if `is_keywords`."""
    if is_keywords:
        return (), {**dict(example), **(kwargs or {})}
    return as_inputs(example), kwargs or {}


def module_of_forward(model: Any) -> Any:
    """The module if `model` is the method `forward` of one: its parameters are attributes, not constants."""
    owner = getattr(model, "__self__", None)
    if not inspect.ismethod(model) or not isinstance(owner, torch.nn.Module):
        return model
    if model.__name__ == "forward":
        return owner
    raise TraceError(
        f"'{model.__name__}' is a method of a {type(owner).__name__}: traced alone it would have the module's parameters as "
        f'constants. Write trace_module(module, {{"{model.__name__}": inputs}})'
    )


def trace_function(
    function: Callable[..., Any], inputs: tuple[Any, ...], kwargs: dict[str, Any] | None = None, *, strict: bool = True
) -> TracedFunction:
    """Record one run of a function. Raises TraceError for inputs or outputs that a program cannot have."""
    name = (
        getattr(function, "__qualname__", type(function).__name__)
        .replace("<locals>.", "")
        .replace("<lambda>", "lambda_")
    )
    module = getattr(function, "__module__", None) or "portfire"
    root = Frame(name.rpartition(".")[2], None, None, None)
    recording = Recording(root)
    _run(recording, function, inputs, kwargs or {}, strict)
    compiled = frame_function(root, f"__torch__.{module}.{name}")
    return TracedFunction(compiled, tuple(recording.notes), recording.is_deterministic)


def trace_module(
    module: torch.nn.Module,
    calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]],
    *,
    strict: bool = True,
) -> TracedModule:
    """Record one run of each method in `calls` (name -> positional and keyword example inputs)."""
    tree, states = lay_out(module)
    notes: list[TraceNote] = []
    deterministic = True
    for method, (inputs, kwargs) in calls.items():
        root = Frame(method, None, tree, module)
        recording = Recording(root)
        own_tensors(recording, states)
        run = module if method == "forward" else getattr(module, method)
        before = _attribute_contents(states)
        note_backward_hooks(recording, module)
        _note_exported_methods(recording, module, calls)
        with preserved_state(module), module_frames(recording, tree):
            _run(recording, run, inputs, kwargs, strict)
        _note_changed_attributes(recording, states, before)
        make_methods(root, method)
        notes += recording.notes
        deterministic = deterministic and recording.is_deterministic
    return TracedModule(states[module], tuple(notes), deterministic)


def _run(
    recording: Recording, function: Callable[..., Any], inputs: tuple[Any, ...], kwargs: dict[str, Any], strict: bool
) -> None:
    target = function.forward if isinstance(function, torch.nn.Module) else function
    names = _parameter_names(target, len(inputs))
    root = recording.root
    examples = [*zip(names, inputs, strict=True), *kwargs.items()]
    values = [root.graph.block.add_parameter(structure_type(e, f"input '{n}'"), n) for n, e in examples]
    bound = [bind_input(recording, copy_structure(e), v) for (_, e), v in zip(examples, values, strict=True)]
    before = [items_of_containers(b) for b in bound]
    positional = bound[: len(inputs)]
    keywords = dict(zip(kwargs, bound[len(inputs) :], strict=True))
    calls = CompiledCalls(recording, root.module)
    with watching(recording), calls.observed():
        output = function(*positional, **keywords)
        if recording.frame is not root:
            raise TraceError("a module call was left open at the end of the run")
        for (name, _), items, given in zip(examples, before, bound, strict=True):
            note_written_containers(recording, items, given, name)
        root.graph.block.add_input(output_value(recording, output, strict))


def _parameter_names(function: Callable[..., Any], count: int) -> list[str]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}_{i}" for i in range(count - len(names))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
    names += [f"argument_{i}" for i in range(len(names), count)]
    return names[:count]


def _note_exported_methods(recording: Recording, module: torch.nn.Module, calls: Container[str]) -> None:
    """Methods that are marked for compilation beside `forward` are scripted, not traced: tell the user that they are not there."""
    for path, child in module.named_modules():
        if is_compiled(child):
            continue
        for name in {n: None for cls in type(child).__mro__ for n, f in vars(cls).items() if _is_exported(f)}:
            if child is module and name in calls:
                continue
            method = f"{path}.{name}" if path else name
            message = f"the method '{method}' is marked 'export' and is not part of the trace"
            recording.note_once(
                message, f"{message}. Script the module that has it, or pass inputs for it to trace_module."
            )


def _is_exported(function: object) -> bool:
    mark = getattr(function, "_torchscript_modifier", None)
    return isinstance(mark, str) and mark == torch._jit_internal.FunctionModifiers.EXPORT


def _attribute_contents(states: dict[torch.nn.Module, ObjectState]) -> dict[tuple[int, str], Any]:
    return {(id(m), n): items_of_containers(v) for m in states if not is_compiled(m) for n, v in _attributes(m)}


def _attributes(module: torch.nn.Module) -> list[tuple[str, Any]]:
    """Attributes that Python code of the module may change: tensors, and plain values and containers of Python's."""
    own = [(n, v) for n, v in vars(module).items() if n not in _BOOKKEEPING and isinstance(v, _HELD)]
    return [*own, *module._buffers.items(), *module._parameters.items()]


_HELD = (torch.Tensor, bool, int, float, str, list, dict, tuple, type(None))
_BOOKKEEPING = frozenset(vars(torch.nn.Module()))


def _note_changed_attributes(
    recording: Recording, states: dict[torch.nn.Module, ObjectState], before: dict[tuple[int, str], Any]
) -> None:
    """Assignments to attributes are Python's, and so is what is put into lists and dicts: the trace did not see them."""
    for module in states:
        if is_compiled(module):
            continue
        for name, value in _attributes(module):
            if value is not None and not has_same_items(before.get((id(module), name)), value):
                done = "changed" if isinstance(value, (list, dict)) else "assigned"
                message = (
                    f"{type(module).__name__}.{name} was {done} during the traced run; the program does not do that"
                )
                recording.note(message, guarded=False)
                recording.warn(f"{message}. Keep it in a buffer and write into that in place, or script the module.")
