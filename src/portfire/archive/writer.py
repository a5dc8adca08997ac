"""Saving: the whole archive on one page. `docs/archive.md` describes the result byte by byte.

    archive/data.pkl, data/N            the state of the model, and its tensors
    archive/code/**.py                  TorchScript source of every class and function, and where it came from
    archive/constants.pkl, constants/N  the constants the source refers to
    archive/portfire/program.bin        the engine's program; its tensors are those above
    archive/extra/*                     files of the user's
    archive/version, byteorder, .data/serialization_id

Comes before: every other writer of this folder. Comes after: `pipeline.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from portfire.archive.code_files import CodeFiles
from portfire.archive.engine_only import engine_only_reason
from portfire.archive.operator_versions import version_for
from portfire.archive.pickler import Pickler
from portfire.archive.program_writer import Example, write_program
from portfire.archive.python_calls import body_without_python_calls
from portfire.archive.source_map import SUFFIX, write_source_map
from portfire.archive.storages import StorageTable, storage_bytes
from portfire.archive.zip_writer import ZipWriter, replacing
from portfire.errors import SaveError
from portfire.ir.builder import Builder
from portfire.ir.deep_nesting import deep_nesting
from portfire.ir.forms import form_text, has_form, mentions
from portfire.ir.graph import Function, Graph, Parameter
from portfire.ir.reachable import Reachable
from portfire.ir.state import ObjectState
from portfire.ir.types import ANY, BOOL, ClassType, FunctionType, TupleType
from portfire.ir.unique_names import make_names_unique

#: The folder all records lie in.
PREFIX = "archive"
#: From this version on the record is called `.data/version`.
_HIDDEN_VERSION = 6
PROGRAM_RECORD = "portfire/program.bin"
#: The class that stands for a saved function, as torch has it: a module whose `forward` is the function.
FUNCTION_MODULE = "__torch__.PlaceholderModule"


def save(
    root: ObjectState | Function,
    path: str | os.PathLike[str] | IO[bytes],
    *,
    body: Callable[[Function], Graph | None] = lambda f: f.graph,
    examples: Sequence[Example] = (),
    extra_files: Mapping[str, str | bytes] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a module or a function, and everything it refers to.

    The source shows the functions' own graphs; the engine's program runs those that `body` gives. A path is replaced when
    the archive is complete; an open file is written where it stands. Raises SaveError for what an archive cannot hold.
    """
    if not isinstance(path, (str, os.PathLike)):
        _write(root, path, body, examples, extra_files or {}, metadata or {})
        return
    with replacing(path) as file:
        _write(root, file, body, examples, extra_files or {}, metadata or {})


@deep_nesting()
def _write(
    root: ObjectState | Function,
    file: IO[bytes],
    body: Callable[[Function], Graph | None],
    examples: Sequence[Example],
    extra_files: Mapping[str, str | bytes],
    metadata: Mapping[str, str],
) -> None:
    state = root if isinstance(root, ObjectState) else _function_module(root)
    reachable = Reachable()
    reachable.add_value(root)
    make_names_unique(reachable)
    _warn_of_engine_only(reachable)
    code, storages = CodeFiles(), StorageTable()
    data = Pickler(code.name_of, storages, "data")
    data.value(state, state.cls)
    sources = code.files()
    constants = _pickled_constants(code, storages)
    sources |= code.files()  # a constant may be an object of a class that nothing else names
    maps = code.source_maps()
    program = write_program(
        [root] if isinstance(root, Function) else list(root.cls.methods.values()),
        root=_calling_module(root) if isinstance(root, Function) else root,
        body=body_without_python_calls(body),
        storage_record=lambda tensor: storages.existing(tensor, "portfire/tensors"),
        metadata={**metadata, **_devices(storages), **_forms(reachable)},
        examples=examples,
    )
    archive = ZipWriter(file, PREFIX)
    archive.write("data.pkl", data.finish())
    archive.write("byteorder", "little")
    for name, text in sources.items():
        archive.write(f"code/{name}", text)
        archive.write(f"code/{name}{SUFFIX}", write_source_map(maps[name]))
    archive.write("constants.pkl", constants)
    archive.write(PROGRAM_RECORD, program.data)
    for name, storage in storages.storages.items():
        archive.write(name, storage_bytes(storage))
    for name, content in extra_files.items():
        archive.write(f"extra/{_checked(name)}", content)
    version = version_for(code.graphs)
    archive.write("version" if version < _HIDDEN_VERSION else ".data/version", f"{version}\n")
    archive.write(".data/serialization_id", _serialization_id(data.finish(), constants, sources))
    archive.close()


def _warn_of_engine_only(reachable: Reachable) -> None:
    names: dict[str, list[str]] = {}
    for function in reachable.functions:
        reason = None if function.graph is None else engine_only_reason(function.graph)
        if reason is not None:
            names.setdefault(reason, []).append(function.name)
    for reason, found in names.items():
        warnings.warn(
            f"{', '.join(found)}: {reason}, which TorchScript does not have; portfire's engine runs it, torch raises",
            stacklevel=5,
        )


def _forms(reachable: Reachable) -> dict[str, str]:
    """What results are in Python where a program has no type of its own for them, by function; under `name()` which functions take
    bytes; under `Class:name` what attributes are. See `ir/forms.py`."""
    forms = {f.name: form_text(f.return_type) for f in reachable.functions if has_form(f.return_type)}
    forms |= {
        f"{f.name}()": "bytes" for f in reachable.functions if any(mentions(p.type, "bytes") for p in f.parameters)
    }
    for cls in reachable.classes:
        forms |= {f"{cls.name}:{n}": form_text(a.type) for n, a in cls.attributes.items() if has_form(a.type)}
    return {"forms": json.dumps(forms, sort_keys=True)} if forms else {}


def _devices(storages: StorageTable) -> dict[str, str]:
    """Where tensors lay that were not in the CPU's memory, where the engine maps them: whoever loads has to move them."""
    devices = {str(storage.device) for storage in storages.storages.values()} - {"cpu"}
    return {"devices": ",".join(sorted(devices))} if devices else {}


def _pickled_constants(code: CodeFiles, storages: StorageTable) -> bytes:
    pickler = Pickler(code.name_of, storages, "constants")
    entries = code.constants.entries
    types = tuple(type_ or ANY for _, type_ in entries)
    pickler.value(tuple(value for value, _ in entries), TupleType(types))
    return pickler.finish()


def _function_module(function: Function) -> ObjectState:
    if function.graph is None:
        raise SaveError(f"{function.name} has no body to save")
    cls = ClassType(FUNCTION_MODULE, is_module=True)
    cls.add_attribute("training", BOOL)
    cls.methods["forward"] = _MethodView(cls, function)
    return ObjectState(cls, {"training": True})


def _calling_module(function: Function) -> ObjectState:
    """The module that hosts see where a function was saved: its `forward` calls the function."""
    cls = ClassType(FUNCTION_MODULE, is_module=True)
    cls.add_attribute("training", BOOL)
    graph = Graph("forward")
    receiver = _receiver(function)
    graph.block.add_parameter(cls, receiver)
    arguments = [graph.block.add_parameter(p.type, p.name) for p in function.parameters]
    builder = Builder(graph)
    reference = builder.constant(function, FunctionType(function))
    graph.block.add_input(builder.insert("prim::CallFunction", [reference, *arguments], function.return_type))
    parameters = [Parameter(receiver, cls), *function.parameters]
    cls.methods["forward"] = Function(f"{FUNCTION_MODULE}.forward", parameters, function.return_type, graph)
    return ObjectState(cls, {"training": True})


def _receiver(function: Function) -> str:
    """A name for the module that no parameter of the function has."""
    name, taken = "self", {p.name for p in function.parameters}
    while name in taken:
        name += "_"
    return name


class _MethodView(Function):
    """A function seen as the method `forward` of a class, which it does not use."""

    def __init__(self, cls: ClassType, function: Function) -> None:
        from portfire.ir.clone import clone_graph

        assert function.graph is not None
        graph = clone_graph(function.graph)
        name = _receiver(function)
        graph.block.add_parameter(cls, name)
        graph.block.parameters.insert(0, graph.block.parameters.pop())
        for index, value in enumerate(graph.block.parameters):
            value.index = index
        parameters = [Parameter(name, cls), *function.parameters]
        super().__init__(f"{FUNCTION_MODULE}.forward", parameters, function.return_type, graph, function.range)


def _checked(name: str) -> str:
    if name.startswith("/") or ".." in name.split("/"):
        raise SaveError(f"{name!r} cannot be the name of an extra file")
    return name


def _serialization_id(data: bytes, constants: bytes, sources: Mapping[str, Any]) -> str:
    """Forty digits, as torch has them, that depend on nothing but the content."""
    digest = hashlib.sha256(data + constants + repr(sorted(sources.items())).encode()).digest()
    return f"{int.from_bytes(digest[:16], 'little'):040d}"[:40]
