"""Type comments: `# type: (Tensor, int) -> Tensor` below the `def`, or one comment per parameter.

    def f(x,  # type: Tensor
          n,  # type: int
          ):
        # type: (...) -> Tensor

Comes before: `source.py`. Comes after: `signatures.py`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script.source import FunctionSource
from portfire.ir.source import SourceRange

Definition = ast.FunctionDef | ast.AsyncFunctionDef

_TYPE_COMMENT = re.compile(r"#\s*type:(?!\s*ignore\b)\s*(.*)$")


@dataclass(frozen=True, slots=True)
class TypeComment:
    """What comments say: the text of a type for each parameter named, and of the return type."""

    parameters: dict[str, str]
    returns: str | None


_NOTHING = TypeComment({}, None)


def type_comment_of(
    source: FunctionSource, definition: Definition, names: Sequence[str], *, has_self: bool
) -> TypeComment:
    """The types that comments give to the parameters `names`. A comment may leave out `self`."""
    if not any("type:" in line for line in source.lines):
        return _NOTHING
    comments = list(_comments(source, definition))
    if not comments:
        return _NOTHING
    whole = [c for c in comments if "->" in c[1]]
    if not whole:
        return _per_parameter(definition, comments, None)
    line, text = whole[0]
    arguments, returns = _split(source, line, text)
    if arguments == "...":
        return _per_parameter(definition, [c for c in comments if c[0] != line], returns)
    types = _items(source, line, arguments)
    wanted = list(names)
    if has_self and len(types) == len(wanted) - 1:
        wanted = wanted[1:]
    if len(types) != len(wanted):
        raise _bad(source, line, f"the type comment gives {len(types)} parameters, the function has {len(wanted)}")
    return TypeComment(dict(zip(wanted, types, strict=True)), returns)


def _comments(source: FunctionSource, definition: Definition) -> Iterator[tuple[int, str]]:
    """(line of the text, comment) for the type comments between `def` and the first statement of the body."""
    last = _first_statement_line(definition)
    head = "\n".join(source.lines[definition.lineno - 1 : last]) + "\n"
    try:
        for token in tokenize.generate_tokens(io.StringIO(head).readline):
            found = _TYPE_COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
            if found is not None and _belongs_to_head(definition, token.start[0] + definition.lineno - 1, last):
                yield token.start[0] + definition.lineno - 1, found[1].strip()
    except (tokenize.TokenError, IndentationError):  # the head is cut off in the middle of the body: nothing is lost
        return


def _first_statement_line(definition: Definition) -> int:
    body = definition.body
    first: ast.stmt = body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if is_docstring and len(body) > 1:
        first = body[1]
    return first.lineno


def _belongs_to_head(definition: Definition, line: int, last: int) -> bool:
    """A comment on the line of the first statement is that statement's own, unless it is a one-line function."""
    return line < last or definition.lineno == last


def _split(source: FunctionSource, line: int, text: str) -> tuple[str, str]:
    arguments, _, returns = text.partition("->")
    arguments = arguments.strip()
    if not (arguments.startswith("(") and arguments.endswith(")")):
        raise _bad(source, line, "the parameters of a type comment stand in parentheses")
    returns = returns.split("#")[0].strip()
    return arguments[1:-1].strip(), returns


def _items(source: FunctionSource, line: int, arguments: str) -> list[str]:
    if not arguments:
        return []
    try:
        tree: Any = ast.parse(f"({arguments},)", mode="eval").body
    except SyntaxError:
        raise _bad(source, line, f"'{arguments}' is not a list of types") from None
    items = [e.value if isinstance(e, ast.Starred) else e for e in tree.elts]
    return [ast.unparse(e) for e in items]


def _per_parameter(definition: Definition, comments: Sequence[tuple[int, str]], returns: str | None) -> TypeComment:
    """Each comment belongs to the last parameter that starts on its line."""
    arguments = definition.args
    rows = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if arguments.vararg is not None:
        rows.append(arguments.vararg)
    found: dict[str, str] = {}
    for line, text in comments:
        on_line = [a for a in rows if a.lineno == line]
        if on_line:
            found[max(on_line, key=lambda a: a.col_offset).arg] = text.rstrip(",")
    return TypeComment(found, returns)


def _bad(source: FunctionSource, line: int, message: str) -> CompileAbort:
    text = source.lines[line - 1]
    start = len(text) - len(text.lstrip())
    number = line + source.line_offset
    place = SourceRange(source.file, number, start, number, len(text.rstrip()), source.name)
    return CompileAbort(Diagnostic("bad-type-comment", message, place, help="# type: (Tensor, int) -> Tensor"))
