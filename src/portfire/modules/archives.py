"""Models out of archives: the engine's program mapped from the file where there is one, else compiled from the source.

A file of portfire's is ready when the engine has linked its program: the TorchScript source in it is read only when `.graph`
or `.code` is asked for, or when the model is saved again. A file of torch's own has no program: its source is compiled.

Comes before: `model_file.py`, `wrap.py`, `views.py`. Comes after: `api.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import IO, Any

import torch

from portfire import _engine
from portfire.archive.reader import LoadedArchive
from portfire.archive.writer import FUNCTION_MODULE
from portfire.errors import ArchiveError, ArgumentError
from portfire.ir.deep_nesting import deep_nesting
from portfire.ir.graph import Function
from portfire.ir.types import ClassType, Property
from portfire.modules.model_file import ModelFile
from portfire.modules.python_forms import converter
from portfire.modules.script_function import FormedFunction, FormedMethod, ScriptFunction, ScriptMethod, callable_of
from portfire.modules.script_module import ScriptModule
from portfire.modules.views import ExceptionFactory, Views, enum_class, exception_class, named_tuple_maker
from portfire.modules.wrap import wrap_function, wrap_module

_LIBRARIES = ("aten", "native")


def load_model(path: str | os.PathLike[str] | IO[bytes], libraries: Sequence[str], map_location: str | None) -> Any:
    """A view of the module or function in the archive."""
    for name in libraries:
        if name not in _LIBRARIES:
            raise ArgumentError(
                f"there is no kernel library '{name}': kernels may be {' and '.join(map(repr, _LIBRARIES))}"
            )
    device = None if map_location is None else str(torch.device(map_location))
    if "aten" not in libraries and device not in (None, "cpu"):
        raise ArgumentError(f"the native kernels compute on the CPU: the model cannot be on '{device}'")
    file = ModelFile(path, device)
    program = file.program(libraries) if device in (None, "cpu") else None
    if program is None or _lies_elsewhere(program, device, libraries):
        model = _compiled(file.archive, libraries)
    else:
        model = _linked(file, program)
    if isinstance(model, ScriptModule):
        _mark_parameters(model.__dict__["__portfire_object__"])
    model.__dict__["_origin"] = file
    return model


def _lies_elsewhere(program: _engine.Program, device: str | None, libraries: Sequence[str]) -> bool:
    """Whether tensors have to be moved to where they were saved from: what is mapped is in the CPU's memory."""
    return device is None and "aten" in libraries and "devices" in program.metadata


@deep_nesting()
def _compiled(archive: LoadedArchive, libraries: Sequence[str]) -> Any:
    root = archive.root
    return wrap_function(root, libraries) if isinstance(root, Function) else wrap_module(root, libraries)


def _linked(file: ModelFile, program: _engine.Program) -> Any:
    views = LoadedViews(file)
    views.bind_names(program)
    root = program.root
    if root is not None and root.class_name != FUNCTION_MODULE:
        return views.of(root)
    entry = program.function(program.function_names[0])  # a saved function comes first
    source = partial(_saved_function, file, entry.qualified_name)
    forms = _forms(program.metadata)
    form, takes_bytes = forms.get(entry.qualified_name, "_"), f"{entry.qualified_name}()" in forms
    return callable_of((ScriptFunction, FormedFunction), entry, source, form, takes_bytes=takes_bytes)


def _forms(metadata: Mapping[str, str]) -> dict[str, str]:
    """What results are in Python, by function. See `ir/forms.py`."""
    try:
        found = json.loads(metadata.get("forms", "{}"))
        for form in found.values():
            converter(form)
    except (ValueError, AttributeError, TypeError):
        raise ArchiveError("the file is damaged: its forms of results cannot be read") from None
    return dict(found)


@deep_nesting()
def _saved_function(file: ModelFile, name: str) -> Function:
    """The source's function: the archive calls it `forward`, and the program by its own name."""
    function = file.archive.root
    if not isinstance(function, Function):
        raise ArchiveError(f"{file.name} is damaged: its program is a function, and its source a module")
    function.name = name
    return function


class LoadedViews(Views):
    """Views of a program out of a file. What they know of the source is read when it is asked for."""

    def __init__(self, file: ModelFile) -> None:
        super().__init__(())
        self._file = file
        self._forms: dict[str, str] = {}
        #: What the engine compares arguments' classes with: those of a file have none.
        self.python_class = None

    def bind_names(self, program: _engine.Program) -> None:
        """Tell the program what its named types are in Python. It makes objects' views by calling this."""
        self._forms = _forms(program.metadata)
        for name in program.class_names:
            exception = exception_class(name)
            program.bind_type(name, self if exception is None else ExceptionFactory(exception))
        for kind, name, fields, values in program.named_types:
            known = enum_class(name, dict(zip(fields, values, strict=True))) if kind == "enum" else None
            known = known or named_tuple_maker(name, fields)
            if known is not None:
                program.bind_type(name, known)

    def __call__(self, target: _engine.Object) -> Any:
        """The Python object that stands for an engine object."""
        return self.of(target)

    def class_of(self, target: _engine.Object) -> ClassType:
        """The class in the source, with the properties that the source does not tell."""
        name = target.class_name
        cls = self.classes.get(name)
        if cls is None:
            found = self._file.archive.code.find_type(name)
            if not isinstance(found, ClassType):
                raise ArchiveError(f"{self._file.name} is damaged: its source lacks the class {name} of its program")
            cls = self.classes[name] = found
            for prop, getter, setter in target.properties:
                cls.properties[prop] = Property(prop, getter, setter or None)
        return cls

    def _forms_in(self, class_name: str) -> dict[str, str]:
        """What the file says of the attributes of a class."""
        start = f"{class_name}:"
        return {name.removeprefix(start): form for name, form in self._forms.items() if name.startswith(start)}

    def methods(self, target: _engine.Object) -> dict[str, ScriptMethod]:
        """The object's methods, bound."""
        kinds = (ScriptMethod, FormedMethod)
        return {
            n: callable_of(
                kinds,
                method,
                partial(self._method, target, n),
                self._forms.get(method.qualified_name, "_"),
                takes_bytes=f"{method.qualified_name}()" in self._forms,
            )
            for n in target.method_names
            for method in (target.method(n),)
        }

    def properties(self, target: _engine.Object) -> dict[str, tuple[str, str]]:
        """Name -> the methods that get and set it (empty: read only)."""
        return {name: (getter, setter) for name, getter, setter in target.properties}

    def _method(self, target: _engine.Object, name: str) -> Function:
        method = self.class_of(target).methods.get(name)
        if method is None:
            raise ArchiveError(f"{self._file.name} has no source of {target.class_name}.{name}")
        return method


def _mark_parameters(root: _engine.Object) -> None:
    """Make the tensors in parameters' slots `torch.nn.Parameter`s: they are leaves with the right flags already."""
    pending, seen = [root], {root.identity}
    while pending:
        target = pending.pop()
        for name, kind, _ in target.attributes():
            value = target.get_raw(name) if kind in ("parameter", "submodule") else None
            if type(value) is torch.Tensor:
                value.__class__ = torch.nn.Parameter
            elif isinstance(value, _engine.Object) and value.identity not in seen:
                seen.add(value.identity)
                pending.append(value)
