"""The source files of an archive: every class and function that is reachable, each in the file of its module.

Whatever a printed definition names is printed too: names are handed out by `name_of`, which notes what it has not seen.

Comes before: `code_printer.py`, `class_printer.py`. Comes after: `writer.py`.
"""

from __future__ import annotations

from collections import deque

from portfire.archive.class_printer import print_class, print_enum, print_interface, print_named_tuple, stored_methods
from portfire.archive.code_printer import CodePrinter
from portfire.archive.constant_table import ConstantTable
from portfire.archive.source_map import Mark
from portfire.archive.type_names import Named, UniqueNames
from portfire.ir.deep_nesting import deep_nesting
from portfire.ir.graph import Function, Graph
from portfire.ir.source import SourceRange
from portfire.ir.types import ClassType, EnumType, InterfaceType


class CodeFiles:
    """Collects definitions. Use `name_of` for every name that is to be found in the files, then `files`."""

    def __init__(self) -> None:
        self.constants = ConstantTable()
        #: The graphs that have been printed.
        self.graphs: list[Graph] = []
        self._names = UniqueNames()
        self._pending: deque[Named] = deque()
        self._definitions: dict[str, list[str]] = {}
        self._printers: dict[str, CodePrinter] = {}

    def name_of(self, named: Named) -> str:
        """The unique name of a class, function, … and a promise to define it."""
        if named not in self._names:
            self._pending.append(named)
        return self._names[named]

    def files(self) -> dict[str, str]:
        """Path below `code/` to text, in order of first definition."""
        while self._pending:
            named = self._pending.popleft()
            qualifier, _, name = self._names[named].rpartition(".")
            printer = self._printers.setdefault(qualifier, CodePrinter(self.name_of, self.constants))
            self._definitions.setdefault(qualifier, []).append(self._definition(printer, named, name))
        return {f"{q.replace('.', '/')}.py": "".join(texts) for q, texts in self._definitions.items()}

    def source_maps(self) -> dict[str, list[Mark]]:
        """Path below `code/` to where its lines come from."""
        maps: dict[str, list[Mark]] = {}
        for qualifier, texts in self._definitions.items():
            maps[f"{qualifier.replace('.', '/')}.py"] = _marks("".join(texts), self._printers[qualifier].printed)
        return maps

    def _definition(self, printer: CodePrinter, named: Named, name: str) -> str:
        if isinstance(named, ClassType):
            self.graphs += [m.graph for m in stored_methods(named) if m.graph is not None]
            return print_class(printer, named, name)
        if isinstance(named, InterfaceType):
            return print_interface(printer, named, name)
        if isinstance(named, EnumType):
            return print_enum(printer, named, name)
        if isinstance(named, Function):
            self.graphs += [named.graph] if named.graph is not None else []
            return printer.function(named, name)
        return print_named_tuple(printer, named, name)


def _marks(text: str, printed: list[tuple[str, list[SourceRange | None]]]) -> list[Mark]:
    """Byte offsets of the lines of `printed`, which occur in `text` in this order."""
    marks: list[Mark] = [(0, None)]
    position, offset = 0, 0
    for function, ranges in printed:
        start = text.index(function.rstrip("\n"), position)
        offset += len(text[position:start].encode())
        position = start
        for line, range_ in zip(function.splitlines(keepends=True), ranges, strict=True):
            if range_ != marks[-1][1]:
                marks.append((offset, range_))
            offset += len(line.encode())
            position += len(line)
    return marks


@deep_nesting()
def print_code(function: Function) -> tuple[str, ConstantTable]:
    """One function for people to read (`.code`, `.code_with_constants`): its source, and the constants it names."""
    constants = ConstantTable()
    parameters = function.parameters
    is_method = bool(parameters) and isinstance(parameters[0].type, ClassType) and parameters[0].name == "self"
    return CodePrinter(UniqueNames().__getitem__, constants).function(function, plain_self=is_method), constants
