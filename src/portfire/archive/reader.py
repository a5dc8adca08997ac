"""Loading: an archive as classes, functions and state. Each part is read when it is asked for.

A file that has an engine program runs without its source being looked at: `program` is all the engine needs, and the
source is parsed when `.graph` or `.code` wants it.

Comes before: every other reader of this folder. Comes after: `pipeline.py`.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import IO, Any

from portfire.archive.code_reader import CodeReader
from portfire.archive.program_metadata import read_metadata
from portfire.archive.source_map import SUFFIX, SourceMap, read_source_map
from portfire.archive.tensor_reader import TensorReader
from portfire.archive.unpickler import Unpickler
from portfire.archive.writer import FUNCTION_MODULE, PROGRAM_RECORD
from portfire.archive.zip_reader import ZipReader, open_archive
from portfire.errors import ArchiveError
from portfire.ir.graph import Function, Graph
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType


def load(path: str | os.PathLike[str] | IO[bytes], *, map_location: str | None = None) -> LoadedArchive:
    """Open an archive that portfire or torch wrote.

    `map_location` is a device for all tensors; without it they go where they were. Raises ArchiveError, or
    UnsupportedVersionError for a file newer than this portfire; parts are checked when they are read.
    """
    return LoadedArchive(open_archive(path), map_location)


class LoadedArchive:
    """What an archive holds."""

    def __init__(self, archive: ZipReader, map_location: str | None = None) -> None:
        self._archive = archive
        self._device = map_location
        self.code = CodeReader(
            self._source, self._constant, archive.version, self._source_map, is_of_torch=not self.has_program
        )

    @property
    def version(self) -> int:
        """The version of TorchScript's file format."""
        return self._archive.version

    @property
    def records(self) -> dict[str, int]:
        """Every record with its size, in the order of the file."""
        return {name: self._archive.size(name) for name in self._archive.names()}

    @property
    def has_program(self) -> bool:
        """Whether portfire wrote the file, with an engine program in it."""
        return PROGRAM_RECORD in self._archive

    @cached_property
    def program(self) -> bytes:
        """The engine's program. Its tensors name records of this archive."""
        return self._archive.read(PROGRAM_RECORD)

    @cached_property
    def metadata(self) -> dict[str, str]:
        """What the writer said of the file: `producer`, `torch`, …; empty for files of torch's."""
        return read_metadata(self.program) if self.has_program else {}

    @cached_property
    def extra_files(self) -> dict[str, bytes]:
        """The user's own files."""
        return {n.removeprefix("extra/"): self._archive.read(n) for n in self._archive.names("extra/")}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Path below `code/` to text."""
        names = [n for n in self._archive.names("code/") if n.endswith(".py")]
        return {n.removeprefix("code/"): self._archive.read_text(n) for n in names}

    @cached_property
    def state(self) -> ObjectState:
        """The root object."""
        value = self._unpickle("data")
        if not isinstance(value, ObjectState):
            raise ArchiveError(f"{self._archive.name} is not a model archive: its root is a {type(value).__name__}")
        return value

    @cached_property
    def root(self) -> ObjectState | Function:
        """The module, or the function, that was saved."""
        state = self.state
        if state.cls.name == FUNCTION_MODULE and list(state.cls.methods) == ["forward"]:
            return function_of_module(state.cls)
        return state

    @cached_property
    def constants(self) -> tuple[Any, ...]:
        """The constants that the source refers to by number."""
        value = self._unpickle("constants")
        if not isinstance(value, tuple):
            raise ArchiveError(f"{self._archive.name} is damaged: its constants are no tuple")
        return value

    def close(self) -> None:
        """Close the file. What has been read stays."""
        self._archive.close()

    def _source(self, path: str) -> str | None:
        name = f"code/{path}"
        return self._archive.read_text(name) if name in self._archive else None

    def _source_map(self, path: str) -> SourceMap | None:
        name = f"code/{path}{SUFFIX}"
        return read_source_map(self._archive.read(name)) if name in self._archive else None

    def _constant(self, index: int) -> Any:
        if index >= len(self.constants):
            raise ArchiveError(
                f"{self._archive.name} is damaged: its code refers to a constant c{index} that is not there"
            )
        return self.constants[index]

    def _unpickle(self, name: str) -> Any:
        data = self._archive.read(f"{name}.pkl")
        tensors = TensorReader(self._archive, name)
        return Unpickler(data, self.code.find_type, tensors, self._device).load()


def function_of_module(cls: ClassType) -> Function:
    """The function that was saved as the only method of a module."""
    return _FunctionView(cls.methods["forward"], f"{cls.name.rpartition('.')[0]}.forward")


class _FunctionView(Function):
    """A method without its `self`, which it does not use."""

    __slots__ = ("_body", "_method")

    def __init__(self, method: Function, name: str) -> None:
        self._method: Function | None = method
        self._body: Graph | None = None
        super().__init__(name, method.parameters[1:], method.return_type, None, method.range)
        self._method = method
        self.is_of_torch = method.is_of_torch

    @property
    def graph(self) -> Graph | None:
        """The graph."""
        if self._method is not None:
            method, self._method = self._method, None
            self._body = _without_self(method)
        return self._body

    @graph.setter
    def graph(self, graph: Graph | None) -> None:
        self._method = None
        self._body = graph


def _without_self(method: Function) -> Graph | None:
    graph = method.graph
    if graph is not None:
        if graph.inputs[0].uses:
            raise ArchiveError("the archive is damaged: a function refers to a module it is not part of")
        graph.block.remove_parameter(0)
    return graph
