"""Where scripting starts: a function, a module instance, or a class; and where all obstacles come out at once.

Comes before: `compiler.py`, `module_compilation.py`. Comes after: the public API.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import torch

from portfire.diagnostics import Diagnostic
from portfire.errors import ArgumentError, InternalError
from portfire.frontend.script.classes.methods import declared_version
from portfire.frontend.script.classes.scripted_objects import compile_object, is_object
from portfire.frontend.script.compiler import Compiler
from portfire.frontend.script.environment import PoisonedValue
from portfire.frontend.script.functions.wrapped_entries import as_entry, with_examples
from portfire.frontend.script.modules.module_compilation import compile_module
from portfire.frontend.script.types.attribute_types import MAX_ROUNDS, AttributeTypes
from portfire.frontend.script.types.example_types import ExampleCall, of_method
from portfire.frontend.script.types.fixed_values import FixedValues
from portfire.ir import types as ir
from portfire.ir.deep_nesting import deep_nesting
from portfire.ir.graph import Function
from portfire.ir.state import ObjectState

T = TypeVar("T")

#: How deep the compiler recurses; code of the user's that goes deeper while it is compiled does not end.
_DEEPEST = 20_000


def script_function(
    function: Callable[..., Any], local_names: Mapping[str, Any] | None = None, examples: Sequence[ExampleCall] = ()
) -> Function:
    """Compile a Python function and everything it calls. Raises CompileError with every obstacle found.

    `local_names`: names that annotations may use beside those the function itself sees. `examples`: calls that tell the
    types of parameters which nobody declares.
    """
    return _compile(lambda compiler: _function(compiler, function, examples), local_names)


def script_module(
    module: torch.nn.Module, local_names: Mapping[str, Any] | None = None, examples: Sequence[ExampleCall] = ()
) -> ObjectState:
    """Compile a module instance: `forward`, exported methods, and everything they reach. `examples`: calls of `forward`."""
    return _compile(lambda compiler: _module(compiler, module, examples), local_names)


def script_class(cls: type, local_names: Mapping[str, Any] | None = None) -> ir.Type:
    """Compile a class with all its methods; for an enum, a named tuple or an interface, check that it can be a type."""
    return _compile(lambda compiler: _class(compiler, cls), local_names)


def script_object(value: Any, local_names: Mapping[str, Any] | None = None) -> ObjectState:
    """Compile an object of a script class with all its methods."""
    return _compile(lambda compiler: compile_object(compiler, value), local_names)


class Findings(NamedTuple):
    """What a check has found: what stands in the way, warnings included, and what went wrong in portfire itself."""

    diagnostics: tuple[Diagnostic, ...]
    bugs: tuple[InternalError, ...]


def obstacles(
    target: Any, local_names: Mapping[str, Any] | None = None, examples: Sequence[ExampleCall] = ()
) -> Findings:
    """Everything in the way of compiling a function, a module or a class."""

    def work(compiler: Compiler) -> object:
        if isinstance(target, torch.nn.Module):
            return _module(compiler, target, examples)
        if is_object(target):
            return compile_object(compiler, target)
        return _class(compiler, target) if isinstance(target, type) else _function(compiler, target, examples)

    compiler, _ = _attempt(work, local_names)
    if compiler.diagnostics.errors:
        _look_further(compiler, work, local_names)
    compiler.diagnostics.gather()
    return Findings(tuple(compiler.diagnostics.sorted()), tuple(compiler.bugs))


def _function(compiler: Compiler, function: Callable[..., Any], examples: Sequence[ExampleCall]) -> Function | None:
    if inspect.ismethod(function):
        raise ArgumentError(_why_no_method(function))
    callee = as_entry(compiler, compiler.callee(function), function)
    if examples:
        callee = with_examples(callee, of_method(examples, function), compiler.classes)
    compiled = compiler.compile(callee, declared_version(compiler, callee), ()).function
    compiler.methods.finish_classes()
    _check_defaults(compiler, [compiled] if compiled is not None else [])
    return compiled


def _check_defaults(compiler: Compiler, functions: Iterable[Function]) -> None:
    """Of functions that are called from outside, where defaults are used which only the call knows of."""
    for abort in compiler.outside_containers.check_defaults(functions):
        with compiler.diagnostics.recovering():
            raise abort


def _module(compiler: Compiler, module: torch.nn.Module, examples: Sequence[ExampleCall]) -> ObjectState:
    state = compile_module(compiler, module, examples)
    _check_defaults(compiler, [m for t in compiler.module_types for m in t.cls.methods.values()])
    return state


def _why_no_method(method: types.MethodType) -> str:
    owner, name = method.__self__, method.__name__
    kind = owner.__name__ if isinstance(owner, type) else type(owner).__name__
    if isinstance(owner, torch.nn.Module):
        return f"'{name}' is a method of a {kind}: mark it with @portfire.export, and compile the module"
    return f"'{name}' is a method of {kind}, and no function: compile a function that calls it"


def _class(compiler: Compiler, cls: type) -> ir.Type:
    type_ = compiler.classes.type_of(cls)
    if isinstance(type_, ir.ClassType):
        compiler.methods.complete(type_)
        compiler.methods.compile_all(type_)
        compiler.methods.finish_classes()
    return type_


def _compile(work: Callable[[Compiler], T | None], local_names: Mapping[str, Any] | None) -> T:
    compiler, result = _attempt(work, local_names)
    if compiler.diagnostics.errors:
        _look_further(compiler, work, local_names)
    compiler.diagnostics.gather()
    compiler.diagnostics.raise_if_errors()
    if compiler.bugs:
        raise compiler.bugs[0]
    if result is None:
        raise InternalError("a bug of portfire: compiling failed without a word. Please report it with the source")
    return result


def _attempt(
    work: Callable[[Compiler], T], local_names: Mapping[str, Any] | None, *, is_thorough: bool = False
) -> tuple[Compiler, T | None]:
    """Compile; again while an obstacle may go away with what was learned of attributes. The round with the fewest counts."""
    learned, fixed = AttributeTypes(), FixedValues()
    best: tuple[Compiler, T | None] | None = None
    guesses = False  # a round that counts only if it leaves no obstacle
    for _ in range(MAX_ROUNDS):
        learned.begin_round()
        fixed.begin_round()
        compiler = Compiler(local_names, is_thorough=is_thorough, attribute_types=learned, fixed_values=fixed)
        result: T | None = None
        with deep_nesting(_DEEPEST), compiler.diagnostics.recovering():
            result = work(compiler)
        errors = compiler.diagnostics.errors
        if best is None or (len(errors) < len(best[0].diagnostics.errors) and not (guesses and errors)):
            best = (compiler, result)
        learned.end_round(compiler)
        if not errors or guesses:
            break
        if not (learned.has_learned or fixed.has_learned):
            guesses = any([fixed.fix_suspects(), learned.guess_state()])
            if not guesses:
                break
    assert best is not None
    return best


def _look_further(
    compiler: Compiler, work: Callable[[Compiler], object], local_names: Mapping[str, Any] | None
) -> None:
    """After a compilation that failed: one more, that also looks behind what has failed. Its findings are added."""
    try:
        thorough, _ = _attempt(work, local_names, is_thorough=True)
    except Exception:  # what it finds is extra; what the first compilation found stands
        return
    spoiled = PoisonedValue().describe()
    for diagnostic in thorough.diagnostics.diagnostics:
        if spoiled not in diagnostic.message:
            compiler.diagnostics.add(diagnostic)


def caller_names(depth: int = 2) -> dict[str, Any]:
    """The local names of the function that called the public API: classes defined there are seen by annotations."""
    frame: types.FrameType | None = inspect.currentframe()
    for _ in range(depth):
        frame = frame.f_back if frame is not None else None
    return {} if frame is None or frame.f_code.co_name == "<module>" else dict(frame.f_locals)
