"""Schema text to `FunctionSchema`: the grammar of ATen's `native_functions.yaml` and of TorchScript's own operators.

    schema   ::= name ['.' overload] '(' [argument {',' argument}] ')' '->' returns
    argument ::= '*' | '...' | type name ['=' default]
    type     ::= base [alias] {('[' [int] ']' | '?' | alias)}
    base     ::= identifier | 'Dict' '(' type ',' type ')' | 'Future' '(' type ')' | '(' type {',' type} ')'
    alias    ::= '(' sets ['!'] ['->' sets] ')'

Comes before: `schema.py`. Comes after: `table.py`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from portfire.errors import PortfireError
from portfire.ir.graph import MISSING
from portfire.ir.subtyping import optional_of, union_of
from portfire.ir.types import (
    BOOL,
    CAPSULE,
    FLOAT,
    INT,
    LEAF_TYPES,
    NUMBER,
    STR,
    ClassType,
    DictType,
    FutureType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    VarType,
)  # fmt: skip
from portfire.ops.schema import AliasInfo, Argument, FunctionSchema


class SchemaError(PortfireError):
    """Text that is not a schema."""


def parse_schema(text: str) -> FunctionSchema:
    """Parse `namespace::name.overload(arguments) -> returns`."""
    return _Parser(text).schema()


def parse_type(text: str) -> Type:
    """Parse a type in the spelling of schemas."""
    parser = _Parser(text)
    parsed = parser.type()
    if parser.position != len(text.rstrip()):
        raise parser.error("end of the type")
    return parsed.type


#: Names of schemas that are not names of the graph's types.
_ALIASES: dict[str, Type] = {
    "SymInt": INT, "ScalarType": INT, "Layout": INT, "MemoryFormat": INT, "QScheme": INT, "SymFloat": FLOAT,
    "SymBool": BOOL, "number": NUMBER, "Dimname": STR, "ConstQuantizerPtr": CAPSULE, "Quantizer": CAPSULE,
    "AnyListType": LEAF_TYPES["list"], "AnyTupleType": LEAF_TYPES["tuple"], "None": LEAF_TYPES["NoneType"],
}  # fmt: skip

_TOKEN = re.compile(r'\s*(->|\.\.\.|"(?:[^"\\]|\\.)*"|-?(?:\d[\w.]*(?:(?<=[eE])[+-]\d+)?|(?:inf|nan)\b)|[\w:.]+|.)')
_ALIAS = re.compile(r"\s*\(\s*([a-z*](?:\|[a-z*])*)?(!)?\s*(?:->\s*([a-z*](?:\|[a-z*])*))?\s*\)")
_NAME = re.compile(r"\s*([\w:]+)(?:\.(\w+))?\s*")
_VARIABLE = re.compile(r"t(\d+|[A-Z]\w*)?\Z")


class _ParsedType(NamedTuple):
    type: Type
    alias: AliasInfo | None
    fixed_size: int | None
    spelling: str


@cache
def _opaque(name: str) -> ClassType:
    """The nominal type of what graphs only pass on: custom classes, remote references."""
    return ClassType(name)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def error(self, wanted: str) -> SchemaError:
        return SchemaError(f"expected {wanted} at column {self.position} of schema `{self.text}`")

    def peek(self) -> str:
        match = _TOKEN.match(self.text, self.position)
        return match[1] if match else ""

    def take(self) -> str:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise self.error("more text")
        self.position = match.end()
        return match[1]

    def expect(self, token: str) -> None:
        if self.peek() != token:
            raise self.error(f"`{token}`")
        self.take()

    def accept(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self.take()
        return True

    def schema(self) -> FunctionSchema:
        match = _NAME.match(self.text)
        if match is None:
            raise self.error("a name")
        self.position = match.end()
        arguments, is_vararg = self.arguments()
        self.expect("->")
        returns, is_varret = self.returns()
        if self.text[self.position :].strip():
            raise self.error("the end")
        return FunctionSchema(match[1], match[2] or "", arguments, returns, is_vararg, is_varret)

    def arguments(self) -> tuple[tuple[Argument, ...], bool]:
        self.expect("(")
        arguments: list[Argument] = []
        kwarg_only = is_vararg = False
        while not self.accept(")"):
            if self.accept("*"):
                kwarg_only = True
            elif self.accept("..."):
                is_vararg = True
            else:
                arguments.append(self.argument(kwarg_only))
            if self.peek() != ")":
                self.expect(",")
        return tuple(arguments), is_vararg

    def argument(self, kwarg_only: bool) -> Argument:
        parsed = self.type()
        name = self.take()
        default: Any = MISSING
        spelling = ""
        if self.accept("="):
            start = self.position
            default = self.default(parsed)
            spelling = self.text[start : self.position].strip()
        return Argument(
            name, parsed.type, default, kwarg_only, parsed.alias, parsed.fixed_size, parsed.spelling, spelling
        )

    def returns(self) -> tuple[tuple[Argument, ...], bool]:
        if self.accept("..."):
            return (), True
        if self.peek() != "(":
            return (self.single_return(),), False
        self.expect("(")
        returns: list[Argument] = []
        is_varret = False
        while not self.accept(")"):
            if self.accept("..."):
                is_varret = True
            else:
                returns.append(self.single_return())
            if self.peek() != ")":
                self.expect(",")
        return tuple(returns), is_varret

    def single_return(self) -> Argument:
        parsed = self.type()
        name = self.take() if self.peek() not in (",", ")", "") else ""
        return Argument(name, parsed.type, alias=parsed.alias, spelling=parsed.spelling)

    def type(self) -> _ParsedType:
        start = self.position
        type_ = self.base()
        alias = self.alias()
        fixed_size: int | None = None
        while (token := self.peek()) in ("[", "?"):
            self.take()
            if token == "?":
                type_ = optional_of(type_)
                alias = alias or self.alias()
                continue
            fixed_size = int(self.take()) if self.peek() != "]" else None
            self.expect("]")
            type_ = ListType(type_)
            outer = self.alias()
            if alias is not None or outer is not None:
                alias = _around(outer, alias)
        return _ParsedType(type_, alias, fixed_size, self.text[start : self.position].strip())

    def base(self) -> Type:
        name = self.take()
        if name == "(":
            return TupleType(self.types_until_parenthesis())
        if name in ("Dict", "Future", "Union", "Optional", "List", "Tuple", "RRef", "Await") and self.peek() in "([":
            start = self.position
            closing = ")" if self.take() == "(" else "]"
            contained = self.types_until_parenthesis(closing)
            return _constructed(name, contained, self.text[start : self.position])
        known = LEAF_TYPES.get(name) or _ALIASES.get(name)
        if known is not None:
            return known
        if _VARIABLE.match(name):
            return VarType(name)
        if not re.match(r"[A-Za-z_]", name):
            raise self.error("a type")
        return _opaque(name)

    def types_until_parenthesis(self, closing: str = ")") -> tuple[Type, ...]:
        types: list[Type] = []
        while not self.accept(closing):
            types.append(self.type().type)
            if self.peek() != closing:
                self.expect(",")
        return tuple(types)

    def alias(self) -> AliasInfo | None:
        match = _ALIAS.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        before = frozenset((match[1] or "").split("|")) - {""}
        after = frozenset(match[3].split("|")) if match[3] else before
        return AliasInfo(before, after, match[2] is not None)

    def default(self, parsed: _ParsedType) -> Any:
        type_ = parsed.type.element if isinstance(parsed.type, OptionalType) else parsed.type
        if isinstance(type_, ListType) and self.peek() not in ("[", "None"):
            return [self.literal(type_.element)] * (parsed.fixed_size or 1)
        return self.literal(type_)

    def literal(self, type_: Type) -> Any:
        if self.accept("["):
            element = type_.element if isinstance(type_, ListType) else type_
            items: list[Any] = []
            while not self.accept("]"):
                items.append(self.literal(element))
                if self.peek() != "]":
                    self.expect(",")
            return items
        token = self.take()
        if token in _WORDS:
            return _WORDS[token]
        if token.startswith('"'):
            return _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), token[1:-1])
        try:
            return float(token) if type_ == FLOAT or not re.fullmatch(r"-?\d+", token) else int(token)
        except ValueError:
            raise self.error(f"a default instead of `{token}`") from None


_WORDS: dict[str, Any] = {"None": None, "True": True, "False": False}
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "f": "\f", "v": "\v", "r": "\r", "0": "\0"}


def _around(outer: AliasInfo | None, contained: AliasInfo | None) -> AliasInfo:
    base = outer or AliasInfo()
    return AliasInfo(base.before, base.after, base.is_write, contained)


def _constructed(name: str, contained: tuple[Type, ...], text: str) -> Type:
    match name:
        case "Dict":
            return DictType(*contained)
        case "Future":
            return FutureType(*contained)
        case "Union":
            return union_of(contained)
        case "Optional":
            return optional_of(*contained)
        case "List":
            return ListType(*contained)
        case "Tuple":
            return TupleType(contained)
        case _:
            return _opaque(f"{name}{text}")
