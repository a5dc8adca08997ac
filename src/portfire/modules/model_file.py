"""A model's file: the engine's program out of it at once, and the rest of the archive when somebody asks for it.

The program is mapped (a path) or lies in one block of memory (an open file), and its tensors stay where they are. The file
stays open, so that `.code` reads what was loaded even if the path has another file by then.

Comes before: `archive/reader.py`, the engine. Comes after: `archives.py`.
"""

from __future__ import annotations

import io
import os
import weakref
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import IO, Any

import torch

from portfire import _engine
from portfire.archive.reader import LoadedArchive
from portfire.archive.reader import load as open_archive
from portfire.errors import ArchiveError, ProgramError


class ModelFile:
    """A file as `load` was given it: a path, or a file object, of which the content is read."""

    def __init__(self, path: str | os.PathLike[str] | IO[bytes], map_location: str | None = None) -> None:
        self._device = map_location
        #: The content of a file object; None for a path.
        self._memory: memoryview | None = None
        if isinstance(path, (str, os.PathLike)):
            self.name = os.fspath(path)
            self._file: IO[bytes] = _opened(self.name)
        else:
            self.name = str(getattr(path, "name", "the file"))
            self._memory = _content(path)
            self._file = _NamedReader(_Memory(self._memory), self.name)
        self._finalizer = weakref.finalize(self, self._file.close)
        self._program_metadata: Mapping[str, str] | None = None

    @cached_property
    def archive(self) -> LoadedArchive:
        """The archive. Raises ArchiveError that says what the file is, where it is none."""
        archive = open_archive(self._file, map_location=self._device)
        self._finalizer.detach()
        weakref.finalize(archive, self._file.close)  # functions read their graphs from it later
        return archive

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the writer said of the file; empty for files of torch's."""
        return self.archive.metadata if self._program_metadata is None else self._program_metadata

    def program(self, libraries: Sequence[str]) -> _engine.Program | None:
        """The engine's program; None if the file has none. Raises ArchiveError, ProgramError."""
        from portfire import _aten  # noqa: F401 - tensors come out as torch's

        try:
            if self._memory is None:
                program = _engine.load(self.name, libraries)
            else:
                program = _engine.load_memory(self._memory, libraries)
        except (ArchiveError, ProgramError):
            if self.archive.has_program:
                raise
            return None
        self._program_metadata = program.metadata
        return program

    def __deepcopy__(self, memo: dict[int, Any]) -> ModelFile:
        return self


def _opened(path: str) -> IO[bytes]:
    try:
        return open(path, "rb")
    except IsADirectoryError as error:
        raise ArchiveError(f"{path} is a directory, not a model archive") from error


def _content(file: IO[bytes]) -> memoryview:
    """A file object's content, aligned as the engine wants its tensors."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    array: Any = torch.empty(size, dtype=torch.uint8).numpy()
    memory = memoryview(array)
    done = 0
    while done < size:
        part = file.read(min(size - done, 1 << 24))
        if not part:
            raise ArchiveError("the file became shorter while it was read")
        memory[done : done + len(part)] = part
        done += len(part)
    return memory


class _Memory(io.RawIOBase):
    """Bytes as a file, without a copy."""

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: len(self._memory)}[whence]
        self._position = max(start + offset, 0)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._memory[self._position : self._position + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)


class _NamedReader(io.BufferedReader):
    """A reader that messages call by the name of the file it was made from."""

    def __init__(self, raw: io.RawIOBase, name: str) -> None:
        super().__init__(raw)
        self._name = name

    @property
    def name(self) -> str:
        return self._name
