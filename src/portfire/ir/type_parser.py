"""Types from the spelling of `.graph`: `Tensor`, `int[]`, `Dict(str, Tensor)`, `Float(2, 3, device=cpu)`, `__torch__.Net`.

Comes before: `lexer.py`, `types.py`. Comes after: `parser.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from portfire.errors import GraphError
from portfire.ir.dtypes import TENSOR_NAMES
from portfire.ir.graph import Function
from portfire.ir.lexer import Cursor, tokenize
from portfire.ir.subtyping import optional_of, union_of
from portfire.ir.types import (
    LEAF_TYPES,
    DictType,
    EnumType,
    FutureType,
    ListType,
    TensorType,
    TupleType,
    Type,
)  # fmt: skip

#: Finds a class, interface, NamedTuple or enum by its qualified name, or a function by its own name; None if unknown.
Resolver = Callable[[str], Type | Function | None]

_DTYPES = {name: dtype for dtype, name in TENSOR_NAMES.items()} | {"Tensor": None}


def parse_type(text: str, resolve: Resolver | None = None) -> Type:
    """The type that `text` spells. Raises GraphError."""
    cursor = Cursor(tokenize(text))
    type_ = TypeParser(cursor, resolve).type()
    if cursor.current.kind != "end":
        raise cursor.error(f"unexpected {cursor.current.text!r} after a type")
    return type_


class TypeParser:
    """Reads types at a cursor."""

    def __init__(self, cursor: Cursor, resolve: Resolver | None) -> None:
        self.cursor = cursor
        self.resolve = resolve

    def type(self) -> Type:
        """One type with its suffixes `[]` and `?`."""
        type_ = self.primary()
        while True:
            if self.cursor.at("[") and self.cursor.peek().text == "]":
                self.cursor.next()
                self.cursor.next()
                type_ = ListType(type_)
            elif self.cursor.take("?"):
                type_ = optional_of(type_)
            else:
                return type_

    def primary(self) -> Type:
        """A type without suffixes."""
        if self.cursor.at("("):
            return TupleType(tuple(self.enclosed("(", ")")))
        name = self.cursor.expect_kind("name").text
        composite = getattr(self, f"composite_{name}", None)
        if composite is not None and self.cursor.current.text in ("(", "[", "<"):
            result = composite()
            assert isinstance(result, Type)
            return result
        if name in _DTYPES and (name != "Tensor" or self.cursor.at("(")):
            return self.tensor(name)
        leaf = LEAF_TYPES.get(name)
        return leaf if leaf is not None else self.named(name)

    def enclosed(self, begin: str, end: str) -> list[Type]:
        """Types between `begin` and `end`, separated by commas."""
        self.cursor.expect(begin)
        types: list[Type] = []
        while not self.cursor.take(end):
            types.append(self.type())
            if not self.cursor.at(end):
                self.cursor.expect(",")
        return types

    def bracketed(self) -> list[Type]:
        """Arguments of a composite in either of torch's two spellings."""
        return self.enclosed("[", "]") if self.cursor.at("[") else self.enclosed("(", ")")

    def composite_Dict(self) -> Type:  # noqa: D102 (found by the name of the type)
        key, value = self.bracketed()
        return DictType(key, value)

    def composite_Union(self) -> Type:  # noqa: D102
        return union_of(self.bracketed())

    def composite_Future(self) -> Type:  # noqa: D102
        (element,) = self.bracketed()
        return FutureType(element)

    def composite_Optional(self) -> Type:  # noqa: D102
        (element,) = self.bracketed()
        return optional_of(element)

    def composite_Enum(self) -> Type:  # noqa: D102
        name = self.angled()
        type_ = self.named(name)
        if not isinstance(type_, EnumType):
            raise self.cursor.error(f"{name} is not an enum")
        return type_

    def composite_InterfaceType(self) -> Type:  # noqa: D102
        return self.named(self.angled())

    def composite_NamedTuple(self) -> Type:  # noqa: D102
        raise self.cursor.error("torch's spelling of a NamedTuple lacks its name; write the qualified name")

    def angled(self) -> str:
        """A name between angle brackets."""
        self.cursor.expect("<")
        name = self.cursor.expect_kind("name").text
        self.cursor.expect(">")
        return name

    def tensor(self, name: str) -> Type:
        """A refined tensor: its name is read, its refinements follow."""
        dtype = _DTYPES[name]
        if not self.cursor.take("("):
            return TensorType(dtype)
        sizes: list[int | None] = []
        strides: tuple[int | None, ...] | None = None
        device: str | None = None
        requires_grad: bool | None = None
        while not self.cursor.take(")"):
            if self.cursor.take("strides"):
                self.cursor.expect("=")
                self.cursor.expect("[")
                strides = self.dimensions("]")
            elif self.cursor.take("requires_grad"):
                self.cursor.expect("=")
                requires_grad = self.cursor.expect_kind("number").text != "0"
            elif self.cursor.take("device"):
                self.cursor.expect("=")
                device = self.device()
            else:
                sizes.append(self.dimension())
            if not self.cursor.at(")"):
                self.cursor.expect(",")
        return TensorType(dtype, tuple(sizes), strides if sizes else strides or (), device, requires_grad)

    def device(self) -> str:
        """`cpu`, or `cuda:0`."""
        name = self.cursor.expect_kind("name").text
        return f"{name}:{self.cursor.expect_kind('number').text}" if self.cursor.take(":") else name

    def dimensions(self, end: str) -> tuple[int | None, ...]:
        """Sizes until `end`."""
        found: list[int | None] = []
        while not self.cursor.take(end):
            found.append(self.dimension())
            if not self.cursor.at(end):
                self.cursor.expect(",")
        return tuple(found)

    def dimension(self) -> int | None:
        """A size, or `*` for an unknown one."""
        return None if self.cursor.take("*") else int(self.cursor.expect_kind("number").text)

    def named(self, name: str) -> Type:
        """A class, interface, NamedTuple or enum."""
        found = self.resolve(name) if self.resolve is not None else None
        if not isinstance(found, Type):
            raise GraphError(f"line {self.cursor.current.line}: unknown type {name}")
        return found
