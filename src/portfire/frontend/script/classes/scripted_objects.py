"""Compiling an object of a script class: its class with all methods and properties, and its state.

Comes before: `class_registry.py`, `methods.py`. Comes after: `entry.py`.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script import marks
from portfire.frontend.script.classes.class_registry import class_statement
from portfire.frontend.script.classes.methods import MethodSource
from portfire.frontend.script.types.value_types import UntypedValueError
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler
    from portfire.ir.state import ObjectState


def is_object(target: Any) -> bool:
    """Whether this is an object of a class written in Python, and nothing that is compiled as a function, module or class."""
    if isinstance(target, (type, functools.partial)) or inspect.isroutine(target) or inspect.ismodule(target):
        return False
    if marks.python_behind(target) is not target:  # what torch's own compiler made of a function
        return False
    cls = type(target)
    if cls.__flags__ & _IS_HEAP_TYPE == 0:
        return False
    return not callable(target) or isinstance(inspect.getattr_static(cls, "__call__", None), types.FunctionType)


_IS_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement


def compile_object(compiler: Compiler, value: Any) -> ObjectState | None:
    """The state of an object; its methods are compiled with its class. Obstacles are added to the compiler's diagnostics."""
    cls = type(value)
    compiler.attribute_types.note_state([cls])
    try:
        type_ = compiler.classes.type_of_object(value)
    except UntypedValueError as error:
        type_, why = None, str(error)
    if not isinstance(type_, ir.ClassType):
        why = why if type_ is None else f"it is a {type_}"
        message = f"an object of '{cls.__qualname__}' cannot be compiled: {why}"
        place = class_statement(cls)
        raise CompileAbort(
            Diagnostic("unsupported-type", message, place, help="compile a function or a module instead")
        )
    compiler.methods.complete(type_)
    for source in _methods(cls):
        with compiler.diagnostics.recovering():
            compiler.methods.compile(type_, source)
    compiler.methods.finish_classes()
    return compiler.classes.object_state(value)


def _methods(cls: type) -> Iterator[MethodSource]:
    """The methods, getters and setters of a class, inherited ones included, but for those that stay in Python."""
    left_out = set(getattr(cls, "__jit_unused_properties__", ()))
    seen: set[str] = set()
    for base in cls.__mro__:
        for name, found in vars(base).items() if base is not object else ():
            if name in seen:
                continue
            seen.add(name)
            if isinstance(found, types.FunctionType) and not marks.is_left_to_python(found):
                yield MethodSource(name, found, base)
            elif isinstance(found, property) and name not in left_out and not marks.is_left_to_python(found):
                for suffix, function in (("", found.fget), ("__setter", found.fset)):
                    if isinstance(function, types.FunctionType):
                        yield MethodSource(f"{name}{suffix}", function, base)
