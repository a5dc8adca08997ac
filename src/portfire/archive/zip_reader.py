"""The container, read: records by name, and what to say of a file that is none of ours.

Every record of code or pickle is checked against its CRC as it is read. Nothing here interprets a record.

Comes before: nothing. Comes after: `reader.py`.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NoReturn

from portfire.errors import ArchiveError, UnsupportedVersionError

#: The newest version of TorchScript's file format that is read (kMaxSupportedFileFormatVersion of torch 2.13).
MAX_VERSION = 10
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")


class ZipReader:
    """An open archive. `name` is how messages call it."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name = name
        self._file = file
        self._zip = _open(file, name)
        self._records = self._index()
        self.version = self._version()

    def _index(self) -> dict[str, zipfile.ZipInfo]:
        """Records by name below the archive's folder, which is that of the first record."""
        infos = [i for i in self._zip.infolist() if not i.is_dir()]
        if not infos:
            _not_ours(self.name, "an empty zip file")
        prefix = infos[0].filename.partition("/")[0] + "/"
        records = {i.filename.removeprefix(prefix): i for i in infos if i.filename.startswith(prefix)}
        _require_model(self.name, records)
        return records

    def _version(self) -> int:
        name = next((n for n in ("version", ".data/version") if n in self._records), None)
        if name is None:
            raise ArchiveError(
                f"{self.name} does not say which version of the format it has; it is damaged or no model"
            )
        text = self.read(name).decode("ascii", "replace").strip()
        if not text.isdigit():
            raise ArchiveError(f"{self.name} is damaged: its version is {text!r}")
        if int(text) > MAX_VERSION:
            raise UnsupportedVersionError(
                f"{self.name} has version {text} of the file format, and this portfire reads up to {MAX_VERSION}; "
                "update portfire"
            )
        return int(text)

    def __contains__(self, name: str) -> bool:
        return name in self._records

    def names(self, below: str = "") -> list[str]:
        """The records whose names begin with `below`, in the order of the file."""
        return [n for n in self._records if n.startswith(below)]

    def size(self, name: str) -> int:
        """Bytes of a record."""
        return self._info(name).file_size

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = self._records.get(name)
        if info is None:
            raise ArchiveError(f"{self.name} is damaged: it lacks the record {name}")
        return info

    def read(self, name: str) -> bytes:
        """A whole record, checked against its CRC."""
        try:
            with self._zip.open(self._info(name)) as record:
                data = record.read()
        except _ZIP_ERRORS as error:
            raise ArchiveError(f"{self.name} is damaged: the record {name} cannot be read ({error})") from error
        if len(data) != self.size(name):
            raise ArchiveError(f"{self.name} is damaged: the record {name} is cut off")
        return data

    def read_text(self, name: str) -> str:
        """A record that is UTF-8."""
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise ArchiveError(f"{self.name} is damaged: {name} is not text") from error

    def read_into(self, name: str, buffer: memoryview) -> None:
        """Fill `buffer`, which has the record's size. Tensors are not checked against the CRC, as in torch."""
        info = self._info(name)
        if info.compress_type != zipfile.ZIP_STORED:
            buffer[:] = self.read(name)
            return
        self._file.seek(self._data_offset(info))
        done = 0
        while done < len(buffer):
            chunk = self._file.read(min(len(buffer) - done, 1 << 24))
            if not chunk:
                raise ArchiveError(f"{self.name} is cut off inside the record {name}")
            buffer[done : done + len(chunk)] = chunk
            done += len(chunk)

    def _data_offset(self, info: zipfile.ZipInfo) -> int:
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL_HEADER.size)
        if len(header) != _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            raise ArchiveError(f"{self.name} is damaged: the header of {info.filename} is not where it should be")
        *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        return info.header_offset + _LOCAL_HEADER.size + int(name_length) + int(extra_length)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()


_ZIP_ERRORS: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, struct.error, zlib.error,
)  # fmt: skip


def open_archive(path: str | os.PathLike[str] | IO[bytes]) -> ZipReader:
    """Open a file. Raises ArchiveError that says what the file is, where it is no model archive."""
    if isinstance(path, (str, os.PathLike)):
        target = Path(path)
        if target.is_dir():
            raise ArchiveError(f"{target} is a directory, not a model archive")
        file: IO[bytes] = target.open("rb")
        try:
            return ZipReader(file, str(target))
        except BaseException:
            file.close()
            raise
    return ZipReader(path, str(getattr(path, "name", "the file")))


def _open(file: IO[bytes], name: str) -> zipfile.ZipFile:
    file.seek(0)
    head = file.read(4096)
    if not head.startswith(b"PK\x03\x04"):
        _not_ours(name, _kind_of(head), damaged=b"PK\x03\x04" in head)
    try:
        return zipfile.ZipFile(file)
    except _ZIP_ERRORS as error:
        raise ArchiveError(f"{name} is cut off or damaged: its table of records cannot be read ({error})") from error


def _kind_of(head: bytes) -> str:
    if not head:
        return "empty"
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind
    if head[0] == 0x80 and head[1:2] and head[1] <= 5:
        return "a pickle, as torch.save wrote before version 1.6 or pickle.dump writes"
    printable = sum(byte in b"\t\n\r" or byte >= 32 for byte in head)
    return "a text file" if printable == len(head) and b"\0" not in head else "of an unknown format"


_MAGICS = (
    (b"\x7fELF", "a program or library (ELF)"),
    (b"PFIREPRG", "a bare engine program"),
    (b"\x89HDF", "an HDF5 file"),
    (b"GGUF", "a GGUF file"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x93NUMPY", "a numpy array"),
)


def _not_ours(name: str, kind: str, *, damaged: bool = False) -> NoReturn:
    if damaged:
        raise ArchiveError(f"{name} is damaged: a model archive begins later in it than at its start")
    raise ArchiveError(
        f"{name} is not a model archive: it is {kind}; portfire reads what portfire.save and torch.jit.save write"
    )


def _require_model(name: str, records: Iterable[str]) -> None:
    present: Any = set(records)
    if "constants.pkl" in present and "data.pkl" in present:
        return
    if "data.pkl" in present:
        _not_ours(
            name,
            "a checkpoint of torch.save (tensors without code): load it into the model in Python, and convert that",
        )
    if "archive_format" in present or any(n.startswith("models/") for n in present):
        _not_ours(name, "a program of torch.export")
    if any(n.endswith("tensors.json") or n == "model.json" for n in present):
        raise UnsupportedVersionError(
            f"{name} was written by torch before version 1.3; load it there and save it again"
        )
    _not_ours(name, "a zip file of something else")
