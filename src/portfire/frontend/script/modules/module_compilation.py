"""Compiling a module instance: its type, its state, and the methods that start a compilation.

The starting points are `forward`, what is marked `export`, and the properties; everything they reach is compiled with them.
Submodules keep a `forward` of their own even if nothing calls it, where it compiles, since users call submodules too.

Comes before: `module_types.py`, `module_state.py`, `methods.py`. Comes after: `__init__.py`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import torch

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script import marks
from portfire.frontend.script.classes.class_registry import class_statement
from portfire.frontend.script.classes.methods import BoundMethod, MethodSource
from portfire.frontend.script.emitter import SilentAbort
from portfire.frontend.script.modules.hooks import HookedForward
from portfire.frontend.script.modules.module_state import StateReader
from portfire.frontend.script.modules.module_types import ModuleType
from portfire.frontend.script.types.example_types import ExampleCall, of_method
from portfire.frontend.script.types.inference import is_pending, resolved
from portfire.frontend.script.types.overloads import implemented_by
from portfire.frontend.script.types.signatures import signature_of
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.state import HOOKLESS_FORWARD, ObjectState

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler
    from portfire.frontend.script.emitter import Emitter


def compile_module(compiler: Compiler, module: torch.nn.Module, examples: Sequence[ExampleCall] = ()) -> ObjectState:
    """Compile a module and everything its starting points reach. Obstacles are added to the compiler's diagnostics.

    `examples`: calls of its `forward`, and of other methods, which tell the types of parameters that nobody declares.
    """
    type_ = compiler.module_types.of(module)
    starting_points = list(_starting_points(compiler, type_))
    if not starting_points and type_.container is None:
        with compiler.diagnostics.recovering():
            raise _nothing_to_compile(module)
    for source in starting_points:
        with compiler.diagnostics.recovering():
            name = "forward" if source.name == HOOKLESS_FORWARD else source.name
            calls = of_method(examples, module, name)
            compiler.methods.compile(type_.cls, source, calls)
    _compile_hooked_forward(compiler, type_)
    _implement_interfaces(compiler, type_)
    for below in _below(type_, set()):
        for source in _starting_points(compiler, below):
            is_exported = marks.mark_of(source.function) is marks.Mark.EXPORT
            compiler.methods.compile_if_possible(below.cls, source, required=is_exported)
        _compile_hooked_forward_if_possible(compiler, below)
        _implement_interfaces(compiler, below)
    compiler.methods.finish_classes()
    _settle_attributes(compiler)
    return StateReader(compiler.module_types, compiler.classes).of(module)


def _settle_attributes(compiler: Compiler) -> None:
    """Give attributes that started as empty containers the types that their uses decided; leave out those without a use."""
    for type_ in compiler.module_types:
        for attribute in list(type_.cls.attributes.values()):
            if is_pending(attribute.type):
                del type_.cls.attributes[attribute.name]
            else:
                attribute.type = resolved(attribute.type)


def _nothing_to_compile(module: torch.nn.Module) -> CompileAbort:
    name = type(module).__name__
    return CompileAbort(
        Diagnostic(
            "no-forward",
            f"'{name}' has no forward, and no method marked 'export'",
            class_statement(type(module)),
            help="define forward, or mark the methods to compile with @portfire.export",
        )
    )


def _implement_interfaces(compiler: Compiler, type_: ModuleType) -> None:
    implementations = [(t.cls, interface) for t, interface in type_.implementations]
    for cls, interface in (*implementations, *type_.objects_as):
        with compiler.diagnostics.recovering():
            compiler.methods.implement(cls, interface)


def _below(type_: ModuleType, seen: set[int]) -> Iterator[ModuleType]:
    implementations = [t for t, _ in type_.implementations]
    for below in (*type_.submodules.values(), *implementations):
        if isinstance(below, ModuleType) and id(below) not in seen:
            seen.add(id(below))
            yield below
            yield from _below(below, seen)


def _starting_points(compiler: Compiler, type_: ModuleType) -> Iterator[MethodSource]:
    if type_.is_compiled:
        return
    seen: set[str] = set()
    for name in ("forward", *_exported(type_)):
        source = _method_source(compiler, type_, name)
        if source is not None and name not in seen and not marks.is_left_to_python(source.function):
            seen.add(name)
            yield source


def _exported(type_: ModuleType) -> Iterator[str]:
    for base in type_.python_class.__mro__:
        if base is torch.nn.Module:
            break
        for name, function in vars(base).items():
            if marks.mark_of(function) is marks.Mark.EXPORT:
                yield name
    for name, held in type_.functions.items():
        if isinstance(held, types.MethodType) and marks.mark_of(held) is marks.Mark.EXPORT:
            yield name


def _method_source(compiler: Compiler, type_: ModuleType, name: str) -> MethodSource | None:
    """The method `name` of a module, as its own compiled method; None where there is none to compile."""
    compiled_name = HOOKLESS_FORWARD if name == "forward" and type_.has_hooks else name
    held = type_.functions.get(name)
    if isinstance(held, types.MethodType) and held.__self__ is type_.example:
        return MethodSource(compiled_name, cast(types.FunctionType, held.__func__), type_.python_class)
    for base in type_.python_class.__mro__:
        if base is torch.nn.Module:
            return None
        function = vars(base).get(name)
        if not isinstance(function, types.FunctionType):
            continue
        if function.__name__ == "_forward_unimplemented":
            return None
        source = MethodSource(compiled_name, function, base)
        return _first_overload(compiler, type_, name, source)
    return None


def _first_overload(compiler: Compiler, type_: ModuleType, name: str, source: MethodSource) -> MethodSource:
    """Of an overloaded method, the first declaration: it is the one that is called from outside."""
    overloads = marks.method_overloads(type_.python_class, name)
    if not overloads:
        return source
    declared = signature_of(overloads[0], compiler.classes, self_type=type_.cls)
    implementation = signature_of(source.function, compiler.classes, self_type=type_.cls)
    return replace(source, signature=implemented_by(declared, implementation))


def _compile_hooked_forward(compiler: Compiler, type_: ModuleType) -> None:
    """Give a module with hooks a `forward` that runs them, for calls from outside."""
    forward = type_.cls.methods.get(HOOKLESS_FORWARD)
    source = _method_source(compiler, type_, "forward")
    if forward is None or source is None or not type_.has_hooks:
        return
    inner = source

    def emit(emitter: Emitter, self_value: RuntimeValue, *arguments: StaticValue) -> StaticValue:
        return HookedForward(self_value, type_, BoundMethod(self_value, inner)).call(emitter, arguments, {})

    try:
        compiler.methods.compile_emitted(type_.cls, "forward", forward.parameters, emit, forward.range)
    except SilentAbort:
        compiler.failed = True
    except CompileAbort as abort:
        compiler.failed = True
        compiler.diagnostics.add(abort.diagnostic)


def _compile_hooked_forward_if_possible(compiler: Compiler, type_: ModuleType) -> None:
    """A submodule's `forward` for calls from outside; where its hooks need the caller, it is left out."""
    attempt = compiler.begin_attempt()
    _compile_hooked_forward(compiler, type_)
    if (len(compiler.diagnostics.diagnostics), compiler.failed) != (attempt.diagnostics, attempt.failed):
        compiler.take_back(attempt)
