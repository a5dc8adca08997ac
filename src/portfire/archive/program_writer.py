"""Functions, classes and objects to the bytes of an engine program (`docs/program-format.md`).

The same bytes serve two ends: in memory, tensors are handed to the engine beside them; in an archive, they name the records
in which the tensors' storages lie.

Comes before: `lowering.py`, `registers.py`, `program_tables.py`. Comes after: `pipeline.py` (in memory), the archive's writer.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portfire.archive.bytecode import Handler, Instruction, encode
from portfire.archive.lowering import lower_function
from portfire.archive.program_tables import Bytes, ProgramTables, StorageRecord
from portfire.archive.registers import allocate_registers
from portfire.errors import InternalError
from portfire.ir.graph import MISSING, Function, Graph
from portfire.ir.reachable import Reachable
from portfire.ir.source import SourceFile, SourceRange
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType
from portfire.ir.unique_names import make_names_unique

MAGIC = b"PFIREPRG"
VERSION = 1

_ATTRIBUTE_KINDS = {"attribute": 0, "parameter": 1, "buffer": 2, "submodule": 3}


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs of one call of a method of the root object and what it gave: any host can test itself with it."""

    method: str
    inputs: tuple[Any, ...]
    expected: Any


@dataclass(frozen=True, slots=True)
class ProgramImage:
    """A program, and the tensors it refers to, in order."""

    data: bytes
    tensors: list[Any]


def write_program(
    functions: Sequence[Function],
    classes: Sequence[ClassType] = (),
    *,
    root: ObjectState | None = None,
    body: Callable[[Function], Graph | None] = lambda f: f.graph,
    storage_record: StorageRecord | None = None,
    with_sources: bool = True,
    metadata: Mapping[str, str] | None = None,
    examples: Sequence[Example] = (),
) -> ProgramImage:
    """The program of `functions`, `classes`, the state under `root`, and all they refer to.

    `body` gives the graph that is run for a function (the optimised one). `storage_record` says where in the archive a
    tensor's storage lies; without it the program is for use in memory. Raises SaveError for state that a program cannot
    hold.
    """
    reachable = Reachable(body)
    for function in functions:
        reachable.add_function(function)
    for cls in classes:
        reachable.add_class(cls)
    if root is not None:
        reachable.add_value(root)
    make_names_unique(reachable)
    writer = _Writer(body, storage_record, with_sources)
    return writer.write(reachable, root, metadata or {}, examples)


class _Writer:
    def __init__(
        self, body: Callable[[Function], Graph | None], storage_record: StorageRecord | None, with_sources: bool
    ) -> None:
        self.body = body
        self.tables = ProgramTables(storage_record)
        self.with_sources = with_sources
        self.sources: dict[SourceFile, int] = {}

    def write(
        self, reachable: Reachable, root: ObjectState | None, metadata: Mapping[str, str], examples: Sequence[Example]
    ) -> ProgramImage:
        tables = self.tables
        for function in reachable.functions:
            tables.function(function)
        for cls in reachable.classes:
            tables.class_(cls)
        root_number = tables.object(root) + 1 if root is not None else 0
        functions = self.functions()
        objects = self.objects(root_number)
        example_rows = self.examples(examples)
        classes = self.classes()
        sources = self.source_rows()
        metadata_rows = Bytes()
        metadata_rows.var(len(metadata))
        for key, value in sorted(metadata.items()):
            metadata_rows.var(tables.string(key))
            metadata_rows.var(tables.string(value))
        sections = {
            2: tables.types.payload(), 3: tables.ops.payload(), 4: tables.storages.payload(),
            5: tables.tensor_rows.payload(), 6: tables.constants.payload(), 7: classes, 8: functions, 9: sources,
            10: objects, 11: bytes(metadata_rows.data),
        }  # fmt: skip
        if examples:
            sections[12] = example_rows
        sections[1] = tables.strings.payload()
        out = bytearray(MAGIC + struct.pack("<II", VERSION, len(sections)))
        for number, payload in sorted(sections.items()):
            out += struct.pack("<BQ", number, len(payload)) + payload
        return ProgramImage(bytes(out), tables.tensors)

    # Functions

    def functions(self) -> bytes:
        """All functions, those included that come up on the way."""
        rows: list[bytes] = []
        done = 0
        while done < len(self.tables.pending):
            rows.append(self.function(self.tables.pending[done]))
            done += 1
        out = Bytes()
        out.var(len(rows))
        for row in rows:
            out.data += row
        return bytes(out.data)

    def function(self, function: Function) -> bytes:
        body = self.body(function)
        if body is None:
            raise InternalError(f"{function.name} has no body")
        tables = self.tables
        out = Bytes()
        out.var(tables.string(function.name))
        out.var(len(function.parameters))
        for parameter in function.parameters:
            out.var(tables.string(parameter.name))
            out.var(tables.type(parameter.type))
            has_default = parameter.default is not MISSING
            out.u8(has_default)
            if has_default:
                out.var(tables.constant(parameter.default, parameter.type))
            out.u8(parameter.kwarg_only)
        out.var(tables.type(function.return_type))
        lowered = lower_function(function, body, tables)
        registers = allocate_registers(
            lowered.code, lowered.labels, lowered.parameters, lowered.virtual_count, lowered.handlers, lowered.plain
        )
        out.var(max(registers, lowered.parameters))
        words, starts = _assemble(lowered.code)
        out.vars(words)
        self.handlers(lowered.handlers, starts, len(words), out)
        self.positions(function, lowered.code, starts, out)
        out.var(0)  # kept for later versions
        return bytes(out.data)

    def handlers(self, handlers: Sequence[Handler], starts: Sequence[int], end: int, out: Bytes) -> None:
        """The handlers, innermost first; one that watches no instruction is never needed."""
        places = [*starts, end]
        needed = [h for h in handlers if h.begin.position < h.end.position]
        out.var(len(needed))
        for handler in needed:
            for label in (handler.begin, handler.end, handler.target):
                out.var(places[label.position])
            out.var(handler.register)
            out.vars([self.tables.string(name) for name in handler.classes])

    def positions(self, function: Function, code: list[Instruction], starts: list[int], out: Bytes) -> None:
        rows: list[tuple[int, SourceRange | None, list[int]]] = []
        known: dict[tuple[int, int, int, str], int] = {}
        chains: list[tuple[SourceRange, ...]] = []
        previous: tuple[SourceRange | None, tuple[SourceRange, ...]] | None = None
        for instruction, start in zip(code, starts, strict=True):
            here = (instruction.range, instruction.scope)
            if previous is None or here[0] is not previous[0] or here[1] != previous[1]:
                rows.append((start, instruction.range, []))
                chains.append(instruction.scope)
                previous = here
        # Positions that others were inlined through come last: they start past the end of the code, and mark no word.
        end = (starts[-1] if starts else 0) + 1
        for row, chain in zip(list(rows), chains, strict=True):
            for link in chain:
                key = (id(link.file), link.line, link.column, link.function)
                if key not in known:
                    known[key] = len(rows)
                    rows.append((end, link, []))
                    end += 1
                row[2].append(known[key])
        out.var(len(rows))
        for start, range_, outer in rows:
            out.var(start)
            out.var(self.source(range_.file) + 1 if range_ else 0)
            out.var(max(range_.line, 0) if range_ else 0)
            out.var(max(range_.column, 0) if range_ else 0)
            out.var(self.tables.string((range_.function if range_ else "") or function.base_name))
            out.vars(outer)

    # Sources

    def source(self, file: SourceFile) -> int:
        return self.sources.setdefault(file, len(self.sources))

    def source_rows(self) -> bytes:
        out = Bytes()
        out.var(len(self.sources))
        for file in self.sources:
            out.var(self.tables.string(file.path))
            out.var(self.tables.string(file.text if self.with_sources else ""))
            out.var(file.first_line)
        return bytes(out.data)

    # Classes and objects

    def classes(self) -> bytes:
        tables = self.tables
        out = Bytes()
        out.var(len(tables.classes))
        for cls in tables.classes:
            out.var(tables.string(cls.name))
            out.u8(int(cls.is_module))
            out.var(len(cls.attributes))
            for attribute in cls.attributes.values():
                out.var(tables.string(attribute.name))
                out.var(tables.type(attribute.type))
                out.u8(_ATTRIBUTE_KINDS[attribute.kind])
            self.pairs(out, ((name, tables.function(f)) for name, f in cls.methods.items()))
            out.var(len(cls.properties))
            for prop in cls.properties.values():
                for text in (prop.name, prop.getter, prop.setter or ""):
                    out.var(tables.string(text))
            out.vars([tables.string(name) for name in (*(b.name for b in cls.bases), *cls.exception_bases)])
        return bytes(out.data)

    def pairs(self, out: Bytes, pairs: Iterable[tuple[str, int]]) -> None:
        rows = list(pairs)
        out.var(len(rows))
        for name, number in rows:
            out.var(self.tables.string(name))
            out.var(number)

    def objects(self, root: int) -> bytes:
        tables = self.tables
        rows = Bytes()
        done = 0
        while done < len(tables.objects):
            state = tables.objects[done]
            rows.var(tables.class_(state.cls))
            numbers = [tables.constant(state.values[a.name], a.type) for a in state.cls.attributes.values()]
            rows.vars(numbers)
            done += 1
        out = Bytes()
        out.var(len(tables.objects))
        out.data += rows.data
        out.var(root)
        return bytes(out.data)

    def examples(self, examples: Sequence[Example]) -> bytes:
        out = Bytes()
        out.var(len(examples))
        for example in examples:
            out.var(self.tables.string(example.method))
            out.vars([self.tables.constant(v) for v in example.inputs])
            out.var(self.tables.constant(example.expected))
        return bytes(out.data)


def _assemble(code: list[Instruction]) -> tuple[list[int], list[int]]:
    """The words of the code, and where each instruction starts."""
    starts: list[int] = []
    words: list[int] = []
    for instruction in code:
        starts.append(len(words))
        words += encode(instruction, 0)
    for instruction, start in zip(code, starts, strict=True):
        if instruction.label is not None:
            encoded = encode(instruction, starts[instruction.label.position])
            words[start : start + len(encoded)] = encoded
    return words, starts
