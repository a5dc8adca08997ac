"""The public functions: compile, save, load. Each is a few calls of the rooms below; `portfire/__init__.py` re-exports them.

Comes before: `pipeline.py`, front ends, `modules/`, `archive/`. Comes after: users, `cli/`.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, TypeAlias

import torch

from portfire.archive.program_writer import Example
from portfire.archive.writer import save as write_archive
from portfire.diagnostics import Report
from portfire.errors import ArgumentError, TraceError
from portfire.evaluation import Evaluator
from portfire.frontend.script.classes.scripted_objects import is_object
from portfire.frontend.script.entry import caller_names, script_class, script_function, script_module, script_object
from portfire.frontend.script.marks import prepared
from portfire.frontend.script.report import report_on
from portfire.frontend.script.types.example_types import as_calls
from portfire.frontend.trace import check as trace_check
from portfire.frontend.trace import tracer
from portfire.frontend.trace.recording import TraceNote
from portfire.frontend.trace.structures import copy_structure
from portfire.modules import (
    ScriptFunction,
    ScriptMethod,
    ScriptModule,
    ScriptObject,
    wrap_function,
    wrap_module,
    wrap_object,
)
from portfire.modules.archives import load_model
from portfire.modules.model_file import ModelFile
from portfire.modules.object_state import object_state
from portfire.modules.script_function import program_arguments
from portfire.passes.collection import collection_paused
from portfire.passes.freeze_module import freeze_module
from portfire.pipeline import running_graph

Compiled: TypeAlias = ScriptFunction | ScriptModule


def script(target: Any, example_inputs: Any = None, *, example_kwarg_inputs: Mapping[str, Any] | None = None) -> Any:
    """Compile Python source: a function, an `nn.Module` instance, a class, or an object of one.

    Types come from annotations, defaults and use; what is left are parameters that nobody declares, which are tensors.
    `example_inputs` (a tuple of arguments, or a list of such tuples, for several calls) tells their types instead. Nothing
    is run on them, and nothing but types is taken from them.

    Returns a `ScriptFunction` for a function, a `ScriptModule` for a module, a `ScriptObject` for an object of a class (with
    all methods and properties; functions that take it share its state). A class is compiled for use by others and returned
    as it is. What is compiled already is returned as it is. Raises CompileError, which carries every obstacle
    found, each with its place, the reason and what to write instead.
    """
    if isinstance(target, (ScriptFunction, ScriptModule, ScriptObject)):
        return target
    _refuse_class_of_modules(target)
    target = prepared(target)
    names = caller_names()
    examples = as_calls(example_inputs, example_kwarg_inputs)
    with collection_paused():
        if isinstance(target, torch.nn.Module):
            return wrap_module(script_module(target, names, examples))
        if isinstance(target, type):
            script_class(target, names)
            return target
        if is_object(target):
            return wrap_object(script_object(target, names))
        if callable(target):
            compiled = wrap_function(script_function(target, names, examples))
            compiled.__dict__["__wrapped__"] = target
            return compiled
    raise ArgumentError(
        f"script() takes a function, a module, a class or an object of one, not a {type(target).__qualname__}"
    )


def _refuse_class_of_modules(target: Any) -> None:
    if isinstance(target, type) and issubclass(target, torch.nn.Module):
        name = target.__name__
        raise ArgumentError(f"'{name}' is a class of modules, and an instance is compiled: make one, {name}(...)")


def check(target: Any, example_inputs: Any = None, *, example_kwarg_inputs: Mapping[str, Any] | None = None) -> Report:
    """Everything that keeps a function, an `nn.Module` instance or a class from compiling, in all methods and submodules it
    reaches: `report.ok`, `report.diagnostics`, `str(report)`, `report.to_json()`. Nothing in the user's code makes it raise.
    Example inputs tell types, as for `script`.
    """
    if isinstance(target, (ScriptFunction, ScriptModule, ScriptObject)):
        return Report(type(target).__name__)
    target = prepared(target)
    if not callable(target) and not is_object(target):
        raise ArgumentError(
            f"check() takes a function, a module, a class or an object of one, not a {type(target).__qualname__}"
        )
    _refuse_class_of_modules(target)
    return report_on(target, caller_names(), as_calls(example_inputs, example_kwarg_inputs))


def trace(
    model: Any,
    example_inputs: Any = (),
    *,
    example_kwarg_inputs: Mapping[str, Any] | None = None,
    check_trace: bool = True,
    check_inputs: Sequence[Any] = (),
    check_tolerance: float = 1e-5,
    strict: bool = True,
) -> Any:
    """Record one run of a function or module on example inputs (a tensor, or a tuple of arguments).

    Sizes stay values; what the run fixed (a branch on data, a number that Python read) is checked by the program, which
    raises GuardError for other inputs, and is warned of with a TracerWarning. `check_trace` runs the result once more
    beside the model, on the example inputs and on each of `check_inputs`, and compares within `check_tolerance`. With
    `strict=False` lists and dicts may be returned. `module.forward` means the module. Raises TraceError.
    """
    if isinstance(model, (ScriptFunction, ScriptModule)):
        return model
    inputs = tracer.as_inputs(example_inputs)
    kwargs = dict(example_kwarg_inputs or {})
    model = tracer.module_of_forward(model)
    if isinstance(model, torch.nn.Module):
        return trace_module(
            model, {"forward": inputs}, example_kwarg_inputs=kwargs, check_trace=check_trace,
            check_inputs=[{"forward": i} for i in check_inputs], check_tolerance=check_tolerance, strict=strict,
        )  # fmt: skip
    if not callable(model):
        raise ArgumentError(f"trace() takes a function or a module, not a {type(model).__qualname__}")
    traced = tracer.trace_function(model, inputs, kwargs, strict=strict)
    compiled = wrap_function(traced.function)
    compiled.__dict__["trace_notes"] = traced.notes
    if check_trace and traced.is_deterministic:
        trace_check.check_trace(compiled, model, inputs, kwargs, check_tolerance)
        for others in check_inputs:
            trace_check.check_trace(compiled, model, *tracer.as_call(others), check_tolerance, "check_inputs")
    return compiled


def trace_module(
    module: torch.nn.Module,
    inputs: Mapping[str, Any],
    *,
    example_kwarg_inputs: Mapping[str, Any] | None = None,
    check_trace: bool = True,
    check_inputs: Sequence[Mapping[str, Any]] = (),
    check_tolerance: float = 1e-5,
    strict: bool = True,
    example_inputs_is_kwarg: bool = False,
) -> ScriptModule:
    """Record one run of each method named in `inputs` (method name -> example inputs). See `trace`.

    With `example_inputs_is_kwarg` the example inputs of a method are its keyword arguments, by name.
    """
    kwargs = dict(example_kwarg_inputs or {})
    calls = {name: tracer.as_call(example, kwargs, example_inputs_is_kwarg) for name, example in inputs.items()}
    if not calls:
        raise TraceError("trace_module() needs example inputs for at least one method")
    traced = tracer.trace_module(module, calls, strict=strict)
    compiled = wrap_module(traced.state)
    compiled.__dict__["trace_notes"] = traced.notes
    if check_trace and traced.is_deterministic:
        for name, (arguments, keywords) in calls.items():
            model: Callable[..., Any] = module if name == "forward" else getattr(module, name)
            program = getattr(compiled, name)
            with trace_check.preserved_state(module):
                trace_check.check_trace(program, model, arguments, keywords, check_tolerance)
            for others in check_inputs:
                if name in others:
                    call = tracer.as_call(others[name], None, example_inputs_is_kwarg)
                    with trace_check.preserved_state(module):
                        trace_check.check_trace(program, model, *call, check_tolerance, "check_inputs")
    return compiled


def freeze(
    module: ScriptModule, preserved_attributes: Sequence[str] = (), *, optimize_numerics: bool = True
) -> ScriptModule:
    """A copy of a module in eval mode whose parameters and unchanging attributes are constants of its code.

    Methods and attributes in `preserved_attributes` stay, beside `forward`; attributes can still be set, and `"sub.scale"` is
    one of a submodule. `optimize_numerics` also folds batch norms into
    convolutions and linear layers, which changes results by rounding. Raises ArgumentError for a module in training mode.
    """
    if not isinstance(module, ScriptModule):
        raise ArgumentError(f"freeze() takes a compiled module, not a {type(module).__qualname__}")
    if getattr(module, "training", False):
        raise ArgumentError("only a module in eval mode can be frozen: call .eval() first")
    frozen = freeze_module(
        object_state(module), Evaluator(), preserved=preserved_attributes, fold_normalization=optimize_numerics
    )
    return wrap_module(frozen)


def save(
    compiled: Compiled,
    path: str | os.PathLike[str] | IO[bytes],
    *,
    example_inputs: Sequence[Any] | None = None,
    extra_files: Mapping[str, str | bytes] | None = None,
) -> None:
    """Write a compiled function or module to one file: a TorchScript archive with the engine's program in it.

    With `example_inputs` the inputs and what `forward` gives for them are kept in the file, so that any host can test
    itself. `extra_files` (name -> content) are kept for the user: `extra_files_of` gives them. The file is replaced when it
    is complete. Raises SaveError for what an archive cannot hold.
    """
    if not isinstance(compiled, (ScriptFunction, ScriptModule)):
        raise ArgumentError(f"save() takes a compiled function or module, not a {type(compiled).__qualname__}")
    examples = []
    if example_inputs is not None:
        inputs = copy_structure(tuple(example_inputs))
        with torch.no_grad():
            expected = copy.deepcopy(compiled)(*copy_structure(inputs))
        called = compiled if isinstance(compiled, ScriptFunction) else vars(compiled)["forward"]
        examples.append(Example("forward", program_arguments(called, inputs), expected))
    root: Any = compiled.function if isinstance(compiled, ScriptFunction) else object_state(compiled)
    metadata = {"producer": f"portfire {installed_version()}", "torch": torch.__version__}
    write_archive(root, path, body=running_graph, examples=examples, extra_files=extra_files, metadata=metadata)


def load(
    path: str | os.PathLike[str] | IO[bytes], *, kernels: str | Sequence[str] = "aten", map_location: str | None = None
) -> Any:
    """Load an archive that portfire or torch wrote: a `ScriptModule`, or a `ScriptFunction` if a function was saved.

    `kernels`: the kernel libraries to run on, in order: "aten" (libtorch), "native" (the engine's own). The file is mapped,
    not read, and must not change while the model lives; nothing in it is executed. Raises ArchiveError.
    """
    libraries = [kernels] if isinstance(kernels, str) else list(kernels)
    return load_model(path, libraries, map_location)


def methods_of(compiled: Compiled) -> list[ScriptMethod]:
    """The methods of a compiled module, or the function itself."""
    if isinstance(compiled, ScriptFunction):
        return [compiled]
    return [m for m in vars(compiled).values() if isinstance(m, ScriptMethod)]


def metadata_of(compiled: Compiled) -> dict[str, str]:
    """What the archive a model was loaded from says about its origin; empty for a model that was not loaded."""
    origin: ModelFile | None = compiled.__dict__.get("_origin")
    return {} if origin is None else dict(origin.metadata)


def extra_files_of(compiled: Compiled) -> dict[str, bytes]:
    """The user's own files in the archive a model was loaded from (see `save`): name -> content."""
    origin: ModelFile | None = compiled.__dict__.get("_origin")
    return {} if origin is None else dict(origin.archive.extra_files)


def trace_notes(compiled: Compiled) -> tuple[TraceNote, ...]:
    """What the trace of a model fixed: each guard, and what is only listed, with file and line."""
    notes: tuple[TraceNote, ...] = compiled.__dict__.get("trace_notes", ())
    return notes


def installed_version() -> str:
    """The version of portfire that is installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("portfire")
    except PackageNotFoundError:
        return "(not installed)"
