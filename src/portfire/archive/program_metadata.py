"""The metadata section of an engine program, for tools that only want to know what a file was made by.

Comes before: `program_writer.py` (the format is `docs/program-format.md`). Comes after: `reader.py`.
"""

from __future__ import annotations

import struct

from portfire.archive.program_writer import MAGIC
from portfire.errors import ArchiveError

_HEADER = struct.Struct("<8sII")
_SECTION = struct.Struct("<BQ")
_STRINGS, _METADATA = 1, 11


def read_metadata(program: bytes) -> dict[str, str]:
    """Key to value; empty where the program has no such section. Raises ArchiveError for bytes that are no program."""
    try:
        return _read(program)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ArchiveError(f"the archive is damaged: its engine program cannot be read ({error})") from error


def _read(program: bytes) -> dict[str, str]:
    magic, _version, count = _HEADER.unpack_from(program)
    if magic != MAGIC:
        raise ArchiveError("the archive is damaged: its engine program does not begin as one")
    sections: dict[int, _Reader] = {}
    position = _HEADER.size
    for _ in range(count):
        number, length = _SECTION.unpack_from(program, position)
        position += _SECTION.size
        sections[number] = _Reader(program[position : position + length])
        position += length
    if _METADATA not in sections:
        return {}
    strings = [sections[_STRINGS].text() for _ in range(sections[_STRINGS].number())]
    pairs = sections[_METADATA]
    return {strings[pairs.number()]: strings[pairs.number()] for _ in range(pairs.number())}


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def number(self) -> int:
        """Unsigned LEB128."""
        value, shift = 0, 0
        while True:
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def text(self) -> str:
        length = self.number()
        end = self.position + length
        if end > len(self.data):
            raise IndexError("a string is cut off")
        data = self.data[self.position : end]
        self.position = end
        return data.decode()
