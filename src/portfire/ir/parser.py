"""The text form of graphs, read back: the inverse of `printer.py`.

Comes before: `lexer.py`, `type_parser.py`, `graph.py`. Comes after: tests, and tools that store graphs as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from portfire.ir.graph import Block, Function, Graph, Node, Value
from portfire.ir.lexer import Cursor, tokenize, unquoted
from portfire.ir.source import SourceFile, SourceRange
from portfire.ir.type_parser import Resolver, TypeParser
from portfire.ir.types import (
    ANY,
    BoolType,
    DeviceType,
    DictType,
    EnumType,
    FloatType,
    FunctionType,
    ListType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
)  # fmt: skip


def parse_graph(text: str, resolve: Resolver | None = None, tensors: Iterable[Any] | None = None) -> Graph:
    """The graph that `text` describes. Raises GraphError naming the line.

    `resolve` finds classes and functions by name. `tensors` are the tensors of the constants in the order of the text
    (`printer.tensor_constants`); without them a constant is made from its type: the number shown, or zeros.
    """
    parser = _Parser(Cursor(tokenize(text)), resolve, None if tensors is None else iter(tensors))
    return parser.run()


class _Parser:
    def __init__(self, cursor: Cursor, resolve: Resolver | None, tensors: Iterator[Any] | None) -> None:
        self.cursor = cursor
        self.resolve = resolve
        self.tensors = tensors
        self.types = TypeParser(cursor, self.named)
        self.files: dict[str, SourceFile] = {}
        self.values: dict[str, Value] = {}

    def named(self, name: str) -> Type | Function | None:
        if name == "Function":
            return _UNRESOLVED_FUNCTION
        return self.resolve(name) if self.resolve is not None else None

    def run(self) -> Graph:
        pending: dict[str, Node] = {}
        graph = self.graph(pending)
        while self.cursor.take("with"):
            kind = self.cursor.expect_kind("name").text
            self.cursor.expect("::")
            label = f"{kind}::{self.cursor.expect_kind('name').text}"
            self.cursor.expect("=")
            owner = pending.pop(label, None)
            if owner is None:
                raise self.cursor.error(f"no node refers to {label}")
            owner.kind = label.rpartition("_")[0]
            owner.attributes = {"Subgraph": self.graph({}), **owner.attributes}
        if self.cursor.current.kind != "end":
            raise self.cursor.error(f"unexpected {self.cursor.current.text!r} after the graph")
        return graph

    def graph(self, pending: dict[str, Node]) -> Graph:
        graph = Graph(self.cursor.expect_kind("name").text)
        self.values = {}
        self.pending = pending
        self.cursor.expect("(")
        self.parameters(graph.block)
        self.cursor.expect(":")
        while not self.cursor.take("return"):
            self.node(graph.block)
        self.returns(graph.block)
        return graph

    def parameters(self, block: Block) -> None:
        while not self.cursor.take(")"):
            name = self.cursor.expect_kind("value").text[1:]
            value = block.add_parameter(self.annotation(), _hint(name))
            self.values[name] = value
            if not self.cursor.at(")"):
                self.cursor.expect(",")

    def annotation(self) -> Type:
        return self.types.type() if self.cursor.take(":") else TensorType()

    def returns(self, block: Block) -> None:
        self.cursor.expect("(")
        for value in self.uses():
            block.add_input(value)

    def uses(self) -> list[Value]:
        found: list[Value] = []
        while not self.cursor.take(")"):
            name = self.cursor.expect_kind("value").text[1:]
            value = self.values.get(name)
            if value is None:
                raise self.cursor.error(f"%{name} is not defined")
            found.append(value)
            if not self.cursor.at(")"):
                self.cursor.expect(",")
        return found

    def node(self, block: Block) -> None:
        outputs: list[tuple[str, Type]] = []
        while not self.cursor.take("="):
            name = self.cursor.expect_kind("value").text[1:]
            outputs.append((name, self.annotation()))
            if not self.cursor.at("="):
                self.cursor.expect(",")
        namespace = self.cursor.expect_kind("name").text
        self.cursor.expect("::")
        node = Node(block, f"{namespace}::{self.cursor.expect_kind('name').text}")
        for _, type_ in outputs:
            node.add_output(type_)
        if self.cursor.take("["):
            self.attributes(node)
        line = self.cursor.expect("(").line
        for value in self.uses():
            node.add_input(value)
        if self.cursor.take(","):
            self.scope(line)
        self.finish(node, outputs, line)
        block.nodes.append(node)
        while self.cursor.current.text.startswith("block") and self.cursor.peek().text == "(":
            self.block(node)

    def scope(self, line: int) -> None:
        """`scope: __module.layers.0`, which torch writes behind the nodes of a trace; it is not kept."""
        self.cursor.expect("scope")
        while self.cursor.current.line == line and self.cursor.current.kind != "end":
            self.cursor.next()

    def finish(self, node: Node, outputs: list[tuple[str, Type]], line: int) -> None:
        comment = self.cursor.comment(line)
        if comment is not None:
            node.range = self.range(comment[1:].strip())
        stem, _, number = node.kind.rpartition("_")
        if number.isdigit() and stem in ("prim::fork", "prim::Closure"):
            self.pending[node.kind] = node
        for (name, _), value in zip(outputs, node.outputs, strict=True):
            value.name = _hint(name)
            self.values[name] = value
            if value.type is _UNRESOLVED_FUNCTION:
                raise self.cursor.error("a constant function lacks its name")

    def block(self, node: Node) -> None:
        self.cursor.next()
        block = node.add_block()
        self.cursor.expect("(")
        self.parameters(block)
        self.cursor.expect(":")
        while not self.cursor.take("->"):
            self.node(block)
        self.returns(block)

    def range(self, text: str) -> SourceRange | None:
        path, line, column = [*text.rsplit(":", 2), "", ""][:3]
        if not (line.isdigit() and column.isdigit()):
            return None
        file = self.files.setdefault(path, SourceFile(path, ""))
        return SourceRange(file, int(line), int(column), int(line), int(column))

    def attributes(self, node: Node) -> None:
        while not self.cursor.take("]"):
            name = self.cursor.expect_kind("name").text
            self.cursor.expect("=")
            if node.kind == "prim::Constant" and name == "name":
                self.function(node)
            elif node.kind == "prim::Constant" and node.outputs:
                node.attributes[name] = self.literal(node.output.type)
            else:
                node.attributes[name] = self.attribute()
            if not self.cursor.at("]"):
                self.cursor.expect(",")

    def function(self, node: Node) -> None:
        name = unquoted(self.cursor.expect_kind("string").text)
        function = self.named(name)
        if not isinstance(function, Function):
            raise self.cursor.error(f"unknown function {name}")
        node.output.type = FunctionType(function)
        node.attributes["value"] = function

    def attribute(self) -> Any:
        if self.cursor.take("["):
            items: list[Any] = []
            while not self.cursor.take("]"):
                items.append(self.attribute())
                if not self.cursor.at("]"):
                    self.cursor.expect(",")
            return items
        token = self.cursor.current
        is_type = token.text == "(" or (token.kind == "name" and token.text not in _LITERAL_NAMES)
        return self.types.type() if is_type else self.literal(ANY)

    def literal(self, type_: Type) -> Any:
        if isinstance(type_, OptionalType):
            if self.cursor.take("None"):
                return None
            type_ = type_.element
        if isinstance(type_, TensorType):
            return self.tensor(type_)
        token = self.cursor.current
        if token.kind == "string":
            text = unquoted(self.cursor.next().text)
            return _device(text) if isinstance(type_, DeviceType) else text
        if token.kind == "number" or token.text in ("-", "inf", "nan", "infj", "nanj"):
            return self.number(type_)
        if token.kind == "name":
            return self.named_literal(type_)
        if self.cursor.take("["):
            element = type_.element if isinstance(type_, ListType) else ANY
            return [self.literal(element) for _ in self.items("]")]
        if self.cursor.take("{"):
            return self.dict(type_)
        if self.cursor.take("("):
            return self.tuple(type_)
        if self.cursor.at("<"):
            return self.tensor(TensorType())
        raise self.cursor.error(f"unexpected {token.text!r} in a constant")

    def items(self, end: str) -> Iterator[None]:
        """Yields at the beginning of each item up to `end`."""
        while not self.cursor.take(end):
            yield
            if not self.cursor.at(end):
                self.cursor.expect(",")

    def dict(self, type_: Type) -> dict[Any, Any]:
        key, value = (type_.key, type_.value) if isinstance(type_, DictType) else (ANY, ANY)
        found: dict[Any, Any] = {}
        for _ in self.items("}"):
            item = self.literal(key)
            self.cursor.expect(":")
            found[item] = self.literal(value)
        return found

    def tuple(self, type_: Type) -> tuple[Any, ...]:
        elements = iter(type_.elements if isinstance(type_, TupleType) else ())
        return tuple(self.literal(next(elements, ANY)) for _ in self.items(")"))

    def number(self, type_: Type) -> Any:
        value = self.real()
        if not isinstance(value, complex) and (self.cursor.at("+") or self.cursor.at("-")):
            self.cursor.take("+")
            return complex(float(value), self.real().imag)
        if isinstance(type_, BoolType):
            return bool(value)
        return float(value.real) if isinstance(type_, FloatType) else value

    def real(self) -> int | float | complex:
        negative = self.cursor.take("-")
        text = self.cursor.next().text
        imaginary = text.endswith("j")
        digits = text.rstrip("j")
        plain = digits.isdigit() and not imaginary
        value: int | float = int(digits) if plain else float(digits)
        if imaginary:
            return complex(0.0, -value if negative else value)
        return -value if negative else value

    def named_literal(self, type_: Type) -> Any:
        name = self.cursor.next().text
        if name in _SIMPLE_NAMES:
            return _SIMPLE_NAMES[name]
        if name == "annotate":
            return self.annotated(type_)
        if name == "torch.device":
            self.cursor.expect("(")
            device = _device(unquoted(self.cursor.expect_kind("string").text))
            self.cursor.expect(")")
            return device
        if isinstance(type_, EnumType):
            return self.enum_member(type_, name)
        if self.cursor.take("("):
            return self.tuple(type_)
        raise self.cursor.error(f"unexpected {name!r} in a constant")

    def enum_member(self, type_: EnumType, name: str) -> Any:
        member = name.rpartition(".")[2]
        if member not in type_.members:
            raise self.cursor.error(f"{type_.name} has no member {member}")
        return type_.member(member)

    def annotated(self, type_: Type) -> Any:
        """`annotate(List[int], [])`: the type is that of the node's output, so its spelling is skipped."""
        self.cursor.expect("(")
        depth = 0
        while depth or not self.cursor.at(","):
            token = self.cursor.next()
            depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
            if token.kind == "end":
                raise self.cursor.error("an annotation does not end")
        self.cursor.expect(",")
        value = self.literal(type_)
        self.cursor.expect(")")
        return value

    def tensor(self, type_: TensorType) -> Any:
        item: Any = None
        if self.cursor.take("{"):
            item = self.number(ANY)
            self.cursor.expect("}")
        else:
            self.cursor.expect("<")
            self.cursor.expect("Tensor")
            self.cursor.expect(">")
        if self.tensors is not None:
            tensor = next(self.tensors, None)
            if tensor is None:
                raise self.cursor.error("there are more tensors in the text than given beside it")
            return tensor
        return _tensor_of(type_, item)


class _UnresolvedFunction(Type):
    def __str__(self) -> str:
        return "Function"


_UNRESOLVED_FUNCTION = _UnresolvedFunction()
_SIMPLE_NAMES: dict[str, Any] = {"None": None, "True": True, "False": False}
_LITERAL_NAMES = {*_SIMPLE_NAMES, "inf", "nan", "infj", "nanj", "annotate", "torch.device"}


def _hint(name: str) -> str | None:
    return None if name.isdigit() else name


def _device(text: str) -> Any:
    import torch

    return torch.device(text)


def _tensor_of(type_: TensorType, item: Any) -> Any:
    import torch

    dtype = getattr(torch, type_.dtype) if type_.dtype is not None else None
    sizes = [s if s is not None else 1 for s in type_.sizes or ()]
    if item is not None:
        return torch.full([1] * len(sizes), item, dtype=dtype)
    return torch.zeros(sizes, dtype=dtype)
