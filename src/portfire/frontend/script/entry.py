"""Where scripting starts: a function, a module instance, or a class; and where all obstacles come out at once.

Comes before: `compiler.py`, `modules.py`. Comes after: the public API.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any

import torch

from portfire.errors import InternalError
from portfire.frontend.script.compiler import Compiler, deep_recursion
from portfire.frontend.script.methods import as_declared
from portfire.frontend.script.modules import compile_module
from portfire.ir import types as ir
from portfire.ir.graph import Function
from portfire.ir.state import ObjectState


def script_function(function: Callable[..., Any], local_names: Mapping[str, Any] | None = None) -> Function:
    """Compile a Python function and everything it calls. Raises CompileError with every obstacle found.

    `local_names`: names that annotations may use beside those the function itself sees.
    """
    compiler = Compiler(local_names)
    compiled: Function | None = None
    with deep_recursion(), compiler.diagnostics.recovering():
        callee = compiler.callee(function)
        compiled = compiler.compile(callee, as_declared(callee), ()).function
        compiler.methods.finish_classes()
    compiler.diagnostics.raise_if_errors()
    if compiled is None:
        raise InternalError(f"'{callee.called}' failed to compile without a word; please report it with its source")
    return compiled


def script_module(module: torch.nn.Module, local_names: Mapping[str, Any] | None = None) -> ObjectState:
    """Compile a module instance: `forward`, exported methods, and everything they reach."""
    compiler = Compiler(local_names)
    state: ObjectState | None = None
    with deep_recursion(), compiler.diagnostics.recovering():
        state = compile_module(compiler, module)
    compiler.diagnostics.raise_if_errors()
    assert state is not None
    return state


def script_class(cls: type, local_names: Mapping[str, Any] | None = None) -> ir.Type:
    """Compile a class with all its methods; for an enum, a named tuple or an interface, check that it can be a type."""
    compiler = Compiler(local_names)
    type_: ir.Type = ir.ANY
    with deep_recursion(), compiler.diagnostics.recovering():
        type_ = compiler.classes.type_of(cls)
        if isinstance(type_, ir.ClassType):
            compiler.methods.complete(type_)
            compiler.methods.compile_all(type_)
            compiler.methods.finish_classes()
    compiler.diagnostics.raise_if_errors()
    return type_


def caller_names(depth: int = 2) -> dict[str, Any]:
    """The local names of the function that called the public API: classes defined there are seen by annotations."""
    frame: types.FrameType | None = inspect.currentframe()
    for _ in range(depth):
        frame = frame.f_back if frame is not None else None
    return {} if frame is None or frame.f_code.co_name == "<module>" else dict(frame.f_locals)
