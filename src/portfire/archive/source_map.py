"""Where the lines of an archive's source came from: the records `code/**.py.debug_pkl`.

With them libtorch shows the user's own Python in its errors, and a graph read from a file has the user's positions. They are
optional: without one, or with one that is damaged, positions are those in the archive's source.

The record is a pickle of `("FORMAT_WITH_STRING_TABLE", texts, ranges)`; a range is `(byte offset in the source, (source, start,
end), tag)`, and a source `(lines, path, first line)`, where lines and path are indices of texts.

Comes before: `pickler.py`, `unpickler.py`. Comes after: `writer.py`, `code_reader.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from portfire.archive.pickler import Pickler
from portfire.archive.storages import StorageTable
from portfire.archive.unpickler import Unpickler
from portfire.errors import PortfireError
from portfire.ir.source import SourceFile, SourceRange
from portfire.ir.types import INT, STR, ListType, TupleType

SUFFIX = ".debug_pkl"
_FORMAT = "FORMAT_WITH_STRING_TABLE"
_SOURCE = TupleType((ListType(INT), INT, INT))
_RANGE = TupleType((INT, TupleType((_SOURCE, INT, INT)), INT))

#: Byte offset in the archive's source, and the range there in the user's.
Mark = tuple[int, SourceRange | None]


def write_source_map(marks: Sequence[Mark]) -> bytes:
    """The record for a file of source; `marks` in order of offset."""
    texts: dict[str, int] = {"": 0}
    sources: dict[SourceFile, tuple[list[int], int, int]] = {}
    tags: dict[SourceRange | None, int] = {}
    nowhere: tuple[list[int], int, int] = ([], 0, 0)
    ranges: list[tuple[Any, ...]] = []
    pickler = Pickler(lambda named: named.name or "", StorageTable(), "")
    for offset, range_ in marks:
        if range_ is None or not range_.file.text:
            place: tuple[Any, ...] = (nowhere, 0, 0)
        else:
            file = range_.file
            if file not in sources:
                indices = [texts.setdefault(line, len(texts)) for line in _lines(file)]
                sources[file] = (indices, texts.setdefault(file.path, len(texts)), file.first_line)
                pickler.share(sources[file])
            place = (sources[file], *_offsets(range_))
        ranges.append((offset, place, tags.setdefault(range_, len(tags))))
    value = (_FORMAT, tuple(texts), tuple(ranges))
    pickler.value(value, TupleType((STR, TupleType((STR,) * len(texts)), TupleType((_RANGE,) * len(ranges)))))
    return pickler.finish()


def _lines(file: SourceFile) -> list[str]:
    return [" " * file.indent + line for line in file.text.splitlines(keepends=True)]


def _offsets(range_: SourceRange) -> tuple[int, int]:
    lengths = [len(line.encode()) for line in _lines(range_.file)]
    first, last = range_.line - range_.file.first_line, range_.end_line - range_.file.first_line
    if not 0 <= first <= last < len(lengths):
        return 0, 0
    return sum(lengths[:first]) + range_.column, sum(lengths[:last]) + range_.end_column


class SourceMap:
    """A record, read."""

    def __init__(self, offsets: list[int], places: list[tuple[SourceFile, int, int] | None]) -> None:
        self._offsets = offsets
        self._places = places

    def range_at(self, offset: int, function: str) -> SourceRange | None:
        """The user's range that stands at a byte offset of the archive's source."""
        index = bisect_right(self._offsets, offset) - 1
        place = self._places[index] if index >= 0 else None
        if place is None:
            return None
        file, start, end = place
        return SourceRange(file, *_position(file, start), *_position(file, end), function)


def _position(file: SourceFile, offset: int) -> tuple[int, int]:
    before = file.text.encode()[:offset]
    return file.first_line + before.count(b"\n"), len(before) - before.rfind(b"\n") - 1


def read_source_map(data: bytes) -> SourceMap | None:
    """The map, or None for a record that cannot be read: it is only for people."""
    try:
        kind, texts, ranges = Unpickler(data, lambda name: None, None).load()
        if kind != _FORMAT:
            return None
        files: dict[tuple[Any, ...], SourceFile] = {}
        offsets: list[int] = []
        places: list[tuple[SourceFile, int, int] | None] = []
        for offset, ((lines, path, first_line), start, end), _tag in ranges:
            offsets.append(int(offset))
            file = _file(files, texts, lines, path, first_line)
            places.append((file, int(start), int(end)) if file.text else None)
    except (PortfireError, ValueError, TypeError, IndexError, KeyError):
        return None
    return SourceMap(offsets, places) if offsets == sorted(offsets) else None


def _file(
    files: dict[tuple[Any, ...], SourceFile], texts: tuple[str, ...], lines: list[int], path: int, first_line: int
) -> SourceFile:
    key = (id(lines), path, first_line)
    if key not in files:
        files[key] = SourceFile(texts[path], "".join(texts[i] for i in lines), first_line)
    return files[key]
