"""The container: a zip file whose records lie uncompressed, each at a multiple of 64 bytes, so that it can be mapped.

As in PyTorch's own files, the alignment is made with an extra field `FB` in the local header. Everything that could differ
between two runs (dates, host systems) is fixed. The file appears under its name when it is complete, and not before.

Comes before: nothing. Comes after: `writer.py`.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ALIGNMENT = 64
_LOCAL_HEADER = 30
_ZIP64_EXTRA = 20
_DATE = (1980, 1, 1, 0, 0, 0)

Buffer = bytes | bytearray | memoryview


class ZipWriter:
    """Adds records to an open file."""

    def __init__(self, file: IO[bytes], prefix: str) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._prefix = prefix
        self.names: set[str] = set()

    def write(self, name: str, data: Buffer | str) -> None:
        """Add one record below the archive's folder."""
        assert name not in self.names, name
        self.names.add(name)
        content = memoryview(data.encode() if isinstance(data, str) else data).cast("B")
        info = zipfile.ZipInfo(f"{self._prefix}/{name}", _DATE)
        info.create_system = 0
        info.external_attr = 0
        info.file_size = content.nbytes
        large = content.nbytes >= zipfile.ZIP64_LIMIT // 2
        info.extra = self._padding(len(info.filename.encode()), large)
        with self._zip.open(info, "w", force_zip64=large) as record:
            record.write(content)
        info.extra = b""  # the directory at the end needs no padding

    def _padding(self, name_length: int, large: bool) -> bytes:
        start = self._zip.start_dir + _LOCAL_HEADER + name_length + (_ZIP64_EXTRA if large else 0) + 4
        length = -start % ALIGNMENT
        return struct.pack("<2sH", b"FB", length) + b"Z" * length

    def close(self) -> None:
        """Write the directory."""
        self._zip.close()


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A temporary file beside `path` that takes its place at the end, unless an exception leaves the block."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        file = temporary.open("wb")
    except OSError as error:  # of the user's path, not of ours beside it
        raise type(error)(error.errno, error.strerror, str(target)) from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
