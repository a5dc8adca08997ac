"""Why a function or value of another library has no meaning in a program, and what to write instead.

Comes before: `diagnostics/replacements.py`. Comes after: `python_values.py`.
"""

from __future__ import annotations

import builtins
import types
from typing import TYPE_CHECKING, Any

import torch

from portfire.diagnostics.replacements import Library, about_library, instead_of_numpy

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort
    from portfire.frontend.script.emitter import Emitter

#: Modules that implement a public one under another name.
_PUBLIC = {"posix": "os", "nt": "os", "posixpath": "os.path", "ntpath": "os.path", "genericpath": "os.path"}


def dotted_name(python_object: Any, name: str) -> str:
    """The public name of a function, class or object: `os.path.join`, `random.random`, `numpy.linalg.norm`."""
    module = getattr(python_object, "__module__", None)
    own = getattr(python_object, "__qualname__", None) or getattr(python_object, "__name__", None) or name
    receiver = getattr(python_object, "__self__", None)
    if not isinstance(module, str) and receiver is not None and not isinstance(receiver, types.ModuleType):
        module = type(receiver).__module__  # `random.random` is a method of a hidden object
    if not isinstance(module, str):
        module = type(python_object).__module__
    if getattr(builtins, str(own), None) is python_object:
        return f"builtins.{own}"
    module = _PUBLIC.get(module, module).removeprefix("_")
    return f"{module}.{str(own).rpartition('.')[2]}"


def is_numpy(python_object: Any) -> bool:
    """Whether this is a function, class or value of numpy (the module itself may be named: it has constants too)."""
    if isinstance(python_object, types.ModuleType):
        return False
    modules = (getattr(python_object, "__module__", None), type(python_object).__module__)
    return any(isinstance(m, str) and m.partition(".")[0] == "numpy" for m in modules)


def library_of(python_object: Any, name: str) -> Library | None:
    """The reason for a function or object of a library that a program cannot have; None for others."""
    return about_library(dotted_name(python_object, name))


def explain_numpy(emitter: Emitter, python_object: Any, name: str) -> CompileAbort:
    """The failure of something of numpy's."""
    full = dotted_name(python_object, name).removeprefix("numpy.").removeprefix("matlib.mtrand.")
    own = full.rpartition(".")[2]
    package, _, rest = full.partition(".")
    key = f"{package}.{own}" if package in ("linalg", "fft", "random") and rest else own
    instead = instead_of_numpy(key) or instead_of_numpy(own)
    if instead is None and hasattr(torch, own):
        instead = f"torch.{own}"
    return emitter.fail(
        "unsupported-python-value",
        f"numpy's '{name or own}' has no meaning in a program",
        notes=("a program computes on tensors, and has no numpy arrays",),
        help=f"use {instead}" if instead is not None else "use the torch function that does the same",
    )


def explain_library(emitter: Emitter, python_object: Any, name: str, library: Library) -> CompileAbort:
    """The failure of something of another library's."""
    full = dotted_name(python_object, name).removeprefix("builtins.")
    return emitter.fail(
        "unsupported-call", f"'{full}' has no meaning in a program", notes=(library.why,), help=library.instead
    )
