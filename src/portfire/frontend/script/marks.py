"""What decorators and annotations say to the compiler: portfire's own marks, and those that `torch.jit` leaves.

In eager Python the marks change nothing. They are attributes of the marked object, the same that torch's own decorators
write, so that code marked for one is marked for both; torch's are read here without importing `torch.jit`.

Comes before: nothing. Comes after: `class_registry.py`, `module_compilation.py`, `torch_library.py`; users, through the public API.
"""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar, cast

import torch

__all__ = [
    "Final", "Mark", "annotate", "export", "fork", "ignore", "interface", "isinstance_", "mark_of", "unused", "wait",
]  # fmt: skip

_F = TypeVar("_F", bound=Callable[..., Any])
_C = TypeVar("_C", bound=type)
_T = TypeVar("_T")
_P = ParamSpec("_P")

_ATTRIBUTE: Final = "_torchscript_modifier"
_INTERFACE: Final = "__portfire_interface__"


class Mark(enum.Enum):
    """What a function's mark asks for."""

    EXPORT = torch._jit_internal.FunctionModifiers.EXPORT
    UNUSED = torch._jit_internal.FunctionModifiers.UNUSED
    IGNORE = torch._jit_internal.FunctionModifiers.IGNORE
    DROP = torch._jit_internal.FunctionModifiers._DROP
    COPY = torch._jit_internal.FunctionModifiers.COPY_TO_SCRIPT_WRAPPER


def mark_of(function: Any) -> Mark | None:
    """The mark of a function, method or property, if any."""
    if isinstance(function, property):
        function = function.fget
    function = getattr(function, "__func__", function)
    try:
        text = getattr(function, _ATTRIBUTE, None)
    except Exception:  # objects that compute attributes may fail in any way
        return None
    if not isinstance(text, str):
        return None
    return next((m for m in Mark if m.value == text), None)


def is_left_to_python(function: Any) -> bool:
    """Whether the body is not compiled: marked `ignore`, `unused`, or dropped."""
    return mark_of(function) in (Mark.IGNORE, Mark.UNUSED, Mark.DROP)


def _mark(function: _F, mark: Mark) -> _F:
    target = function.fget if isinstance(function, property) else function
    setattr(target, _ATTRIBUTE, mark.value)
    return function


def export(method: _F) -> _F:
    """Compile this method of a module though `forward` does not call it."""
    return _mark(method, Mark.EXPORT)


def unused(function: _F) -> _F:
    """Do not compile this function: a program that calls it raises."""
    return _mark(function, Mark.UNUSED)


def ignore(function: _F | None = None, *, drop: bool = False) -> Any:
    """Leave this function to Python. A compiled model that calls it runs in Python, but cannot be saved.

    With `drop=True` it is as if marked `unused`.
    """
    mark = Mark.UNUSED if drop else Mark.IGNORE
    if function is None:
        return lambda f: _mark(f, mark)
    return _mark(function, mark)


def interface(cls: _C) -> _C:
    """Make a class of empty methods an interface: a type for whatever has those methods."""
    setattr(cls, _INTERFACE, cls)
    return cls


def interface_of(cls: Any) -> type | None:
    """The class that holds the interface's signatures, if `cls` is an interface."""
    if not inspect.isclass(cls):
        return None
    if vars(cls).get(_INTERFACE) is cls:
        return cls
    return cls if "__torch_script_interface__" in vars(cls) else None


def annotate(the_type: Any, the_value: _T) -> _T:
    """`the_value`, which the compiler takes to have the type `the_type`."""
    return the_value


def isinstance_(value: Any, the_type: Any) -> bool:
    """`isinstance` that also looks into containers: `isinstance_(x, List[int])`."""
    options = the_type if isinstance(the_type, tuple) else (the_type,)
    return any(_is_instance(value, t) for t in options)


def _is_instance(value: Any, wanted: Any) -> bool:
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if wanted is Any:
        return True
    if origin is None:
        return value is None if wanted is None else isinstance(value, wanted)
    if origin in (typing.Union, types.UnionType):
        return any(_is_instance(value, a) for a in arguments)
    if origin is list:
        return isinstance(value, list) and all(_is_instance(v, arguments[0]) for v in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            _is_instance(k, arguments[0]) and _is_instance(v, arguments[1]) for k, v in value.items()
        )
    if origin is tuple:
        return (
            isinstance(value, tuple)
            and len(value) == len(arguments)
            and all(_is_instance(v, a) for v, a in zip(value, arguments, strict=True))
        )
    return isinstance(value, origin)


def fork(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> torch.futures.Future[_T]:
    """Call `function` beside what follows; `wait` gives its result, or raises what it raised. In eager Python it runs at once."""
    future: torch.futures.Future[_T] = torch.futures.Future()
    try:
        future.set_result(function(*args, **kwargs))
    except Exception as error:
        future.set_exception(error)  # type: ignore[arg-type]  # torch declares the wrong type
    return future


def wait(future: torch.futures.Future[_T]) -> _T:
    """The result of what `fork` began."""
    return future.wait()


# What torch keeps about functions in tables of its own


def python_behind(function: Any) -> Any:
    """The Python function of which torch's own compiler made this one; anything else as it is."""
    if isinstance(function, torch._C.ScriptFunction):
        return getattr(function, "_torchdynamo_inline", function)
    return function


def boolean_dispatch_of(function: Any) -> dict[str, Any] | None:
    """The two functions between which a flag chooses, for what torch's `boolean_dispatch` made."""
    try:
        return cast("dict[str, Any] | None", torch._jit_internal.boolean_dispatched.get(function))
    except TypeError:  # not hashable, or not weakly referable
        return None


#: torch forgets the declarations of a function once its own compiler has compiled it.
_REMEMBERED_OVERLOADS: dict[str, list[Callable[..., Any]]] = {
    name: list(declarations) for name, declarations in torch._jit_internal._overloaded_fns.items()
}


def function_overloads(function: Any) -> list[Callable[..., Any]]:
    """The declarations that torch's `_overload` collected for this function."""
    if not isinstance(function, types.FunctionType):
        return []
    name = _torch_qualified_name(function)
    declared = torch._jit_internal._overloaded_fns.get(name)
    if declared:
        _REMEMBERED_OVERLOADS[name] = list(declared)
    return _REMEMBERED_OVERLOADS.get(name, [])


def method_overloads(cls: type, name: str) -> list[Callable[..., Any]]:
    """The declarations that torch's `_overload_method` collected for a method, of the class that defines the method."""
    for base in cls.__mro__:
        method = vars(base).get(name)
        if isinstance(method, types.FunctionType):
            by_class = torch._jit_internal._overloaded_methods.get(_torch_qualified_name(method)) or {}
            return list(by_class.get(base.__name__) or ())
    return []


def _torch_qualified_name(function: types.FunctionType) -> str:
    module = function.__module__
    return ("__torch__" if module == "__main__" else f"__torch__.{module}") + f".{function.__name__}"


def prepared(target: Any) -> Any:
    """What stands for an object when it is compiled: what its `__prepare_scriptable__` gives, where it has one."""
    prepare = None if isinstance(target, type) else getattr(type(target), "__prepare_scriptable__", None)
    return target if prepare is None else prepare(target)
