"""The syntax tree and the text of a Python function, and where in the user's file each node of the tree stands.

Comes before: `ir/source.py`. Comes after: `signatures.py`, `compiler.py`, `emitter.py`.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import os
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from portfire.frontend.script import marks
from portfire.ir.source import SourceFile, SourceRange

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class NoSourceError(Exception):
    """The source of a function cannot be found; the message says why."""


@dataclass(frozen=True, eq=False)
class FunctionSource:
    """A function as syntax. `node` has the line numbers of `lines`, which `range` turns into those of the file."""

    node: FunctionNode
    file: SourceFile
    name: str
    #: Lines of the file that stand before.
    line_offset: int
    lines: tuple[str, ...] = field(repr=False)

    def range(self, node: ast.AST) -> SourceRange | None:
        """Where `node` stands in the user's file; None for a node without a place."""
        line = getattr(node, "lineno", None)
        if line is None:
            return None
        end_line = getattr(node, "end_lineno", None) or line
        column = self._column(line, node.col_offset)  # type: ignore[attr-defined]
        end = self._column(end_line, getattr(node, "end_col_offset", None) or 0)
        return SourceRange(
            self.file,
            line + self.line_offset,
            column,
            end_line + self.line_offset,
            end,
            self.name,
        )

    def _column(self, line: int, byte_offset: int) -> int:
        """`ast` counts bytes of UTF-8; people count characters."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return byte_offset
        return len(text.encode()[:byte_offset].decode(errors="replace"))

    @property
    def head(self) -> SourceRange | None:
        """The line of the `def`."""
        whole = self.range(self.node)
        if whole is None or isinstance(self.node, ast.Lambda):
            return whole
        text = self.file.line(whole.line)
        end = len(text) + self.file.indent if text is not None else whole.column + 1
        return SourceRange(self.file, whole.line, whole.column, whole.line, end, self.name)

    def nested(self, node: FunctionNode, name: str) -> FunctionSource:
        """A function defined inside this one."""
        return FunctionSource(node, self.file, name, self.line_offset, self.lines)


def written_source(lines: tuple[str, ...], file_name: str, name: str) -> FunctionSource:
    """A function whose source is written here, for what has none: lines of one `def`."""
    text = "\n".join(lines)
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    return FunctionSource(node, SourceFile(file_name, text), name, 0, lines)


def source_of(function: Callable[..., Any]) -> FunctionSource:
    """The source of a Python function, method or lambda. Raises NoSourceError."""
    function = behind_librarys_wrappers(function)
    function = getattr(function, "__func__", function)
    if not isinstance(function, types.FunctionType):
        raise NoSourceError(f"{type(function).__name__} objects have no Python source")
    return _source_of_code(_ById(function.__code__), function.__qualname__)


def behind_librarys_wrappers(function: Any) -> Any:
    """The function that torch or Python's library wraps (`torch.no_grad()`, a cache). A wrapper of the user's is what runs."""
    function = marks.python_behind(function)
    while hasattr(function, "__wrapped__"):
        code = getattr(function, "__code__", None)
        if code is not None and not code.co_filename.startswith(_LIBRARIES):
            break
        function = function.__wrapped__
    return function


#: Where wrappers come from that keep what a function computes.
_LIBRARIES = tuple(os.path.dirname(inspect.getfile(module)) + os.sep for module in (torch, functools))


class _ById:
    """A code object as a key of its own: equal code may stand in two files, with other annotations."""

    def __init__(self, code: types.CodeType) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.code is self.code

    def __hash__(self) -> int:
        return id(self.code)


@functools.lru_cache(maxsize=4096)
def _source_of_code(key: _ById, name: str) -> FunctionSource:
    code = key.code
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename)
    if not lines or code.co_firstlineno > len(lines):
        raise NoSourceError(f"the file {code.co_filename} cannot be read")
    if code.co_name == "<lambda>":
        return _lambda_source(code, lines, name)
    block = inspect.getblock(lines[code.co_firstlineno - 1 :])
    indent = block[0][: len(block[0]) - len(block[0].lstrip())]
    tree = _parse("".join(["if True:\n", *block] if indent else block))
    body = tree.body[0].body if indent and isinstance(tree.body[0], ast.If) else tree.body
    node = body[0] if body else None
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name != code.co_name:
        raise NoSourceError(f"line {code.co_firstlineno} of {code.co_filename} is not the definition of {name}")
    if indent:
        ast.increment_lineno(node, -1)
    text = "".join(_without(line, indent) for line in block)
    file = SourceFile(code.co_filename, text, code.co_firstlineno, len(indent))
    return FunctionSource(node, file, name, code.co_firstlineno - 1, tuple("".join(block).splitlines()))


def _without(line: str, indent: str) -> str:
    """What is shown of a line. Comments and the insides of strings may be indented less."""
    return line[len(indent) :] if line.startswith(indent) else line.lstrip(" \t")


def _parse(text: str) -> ast.Module:
    try:
        return ast.parse(text, type_comments=True)
    except SyntaxError:  # a `# type:` comment that is none
        try:
            return ast.parse(text)
        except SyntaxError as error:
            raise NoSourceError(f"the source does not parse: {error.msg}") from None


@functools.lru_cache(maxsize=64)
def _lambdas_of_file(path: str, text: str) -> tuple[ast.Lambda, ...]:
    return tuple(n for n in ast.walk(_parse(text)) if isinstance(n, ast.Lambda))


def _lambda_source(code: types.CodeType, lines: list[str], name: str) -> FunctionSource:
    text = "".join(lines)
    here = [
        n for n in _lambdas_of_file(code.co_filename, text) if n.lineno <= code.co_firstlineno <= (n.end_lineno or 0)
    ]
    here = [n for n in here if _same_lambda(n, code)] if len(here) > 1 else here
    if not here:
        raise NoSourceError(f"no lambda stands in line {code.co_firstlineno} of {code.co_filename}")
    file = SourceFile(code.co_filename, text)
    return FunctionSource(here[0], file, name, 0, tuple(lines))


def _same_lambda(node: ast.Lambda, code: types.CodeType) -> bool:
    """Whether `node`, one of several lambdas near the line, is the one of `code`: by the columns of its instructions."""
    body = [p for p in code.co_positions() if p[0] is not None and p[2] is not None and p[3]]
    start = (node.body.lineno, node.body.col_offset)
    end = (node.body.end_lineno or 0, node.body.end_col_offset or 0)
    return bool(body) and all(
        start <= (line or 0, column or 0) and (end_line or 0, end_column or 0) <= end
        for line, end_line, column, end_column in body
    )
