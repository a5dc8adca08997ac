"""Tokens of the text form of graphs and types, and a cursor over them.

Comes before: nothing. Comes after: `type_parser.py`, `parser.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from portfire.errors import GraphError

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r]+)
  | (?P<comment>\#[^\n]*)
  | (?P<newline>\n)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<value>%[\w.]+)
  | (?P<number>(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)j?)
  | (?P<name>[A-Za-z_]\w*(?:\.\w+)*)
  | (?P<symbol>->|::|[\[\](){}:,=?<>!*+\-|])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is a group of the pattern above, or `end`."""

    kind: str
    text: str
    line: int


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, without white space and newlines; comments are kept."""
    tokens: list[Token] = []
    line, position = 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise GraphError(f"line {line}: unexpected character {text[position]!r}")
        kind = match.lastgroup or ""
        if kind == "newline":
            line += 1
        elif kind != "space":
            tokens.append(Token(kind, match.group(), line))
        position = match.end()
    tokens.append(Token("end", "", line))
    return tokens


class Cursor:
    """Reads tokens one by one. Comments are skipped, except by `comment`."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0

    @property
    def _here(self) -> int:
        index = self._index
        while self._tokens[index].kind == "comment":
            index += 1
        return index

    @property
    def current(self) -> Token:
        """The token to be read next."""
        return self._tokens[self._here]

    def peek(self, distance: int = 1) -> Token:
        """The token `distance` behind the current one."""
        index = self._here
        for _ in range(distance):
            if self._tokens[index].kind != "end":
                index += 1
            while self._tokens[index].kind == "comment":
                index += 1
        return self._tokens[index]

    def next(self) -> Token:
        """Read one token."""
        index = self._here
        token = self._tokens[index]
        if token.kind != "end":
            self._index = index + 1
        return token

    def at(self, text: str) -> bool:
        """Whether the current token is the symbol or name `text`."""
        token = self.current
        return token.text == text and token.kind in ("symbol", "name")

    def take(self, text: str) -> bool:
        """Read the current token if it is `text`."""
        if self.at(text):
            self.next()
            return True
        return False

    def expect(self, text: str) -> Token:
        """Read `text`, or fail."""
        if not self.at(text):
            raise self.error(f"expected {text!r}, found {self.current.text or 'the end'!r}")
        return self.next()

    def expect_kind(self, kind: str) -> Token:
        """Read a token of that kind, or fail."""
        if self.current.kind != kind:
            raise self.error(f"expected a {kind}, found {self.current.text or 'the end'!r}")
        return self.next()

    def comment(self, line: int) -> str | None:
        """Read the comment that stands here on that line, if there is one."""
        token = self._tokens[self._index]
        if token.kind != "comment" or token.line != line:
            return None
        self._index += 1
        return token.text

    def error(self, what: str) -> GraphError:
        """The GraphError to raise at the current line."""
        return GraphError(f"line {self.current.line}: {what}")


_SIMPLE_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)


def unquoted(text: str) -> str:
    """The string a quoted literal means: the inverse of `literals.quoted`."""

    def replace(match: re.Match[bytes]) -> bytes:
        escape = match.group(1)
        if escape[:1].isdigit():
            return bytes((int(escape, 8) & 0xFF,))
        if escape[:1] == b"x" and len(escape) == 3:
            return bytes((int(escape[1:], 16),))
        return _SIMPLE_ESCAPES.get(escape.decode("latin-1"), "").encode() or escape

    return _ESCAPE.sub(replace, text[1:-1].encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
