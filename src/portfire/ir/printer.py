"""A graph as text, in TorchScript's own form.

`parse_graph` of `parser.py` reads it back, and so does torch's IR parser where the graph has only what that one knows.
Two spellings differ from torch's printer so that the text can be read again: a NamedTuple is printed by its qualified name,
and the contents of small tensors are not shown (`<Tensor>`, or `{value}` for one element).

Comes before: `graph.py`, `literals.py`. Comes after: everything that shows a graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from portfire.ir.deep_nesting import deep_nesting
from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.literals import complex_literal, float_literal, literal, quoted
from portfire.ir.types import BoolType, EnumType, FunctionType, Type


@deep_nesting()
def print_graph(graph: Graph, *, ranges: bool = True) -> str:
    """The text form of `graph`, with the source range of each node as a comment unless `ranges` is False."""
    printer = _Printer(ranges)
    printer.graph(graph, graph.name)
    return "".join(printer.parts)


def value_names(graph: Graph) -> dict[Value, str]:
    """The unique name of every value, without `%`: its hint, made unique as torch does, or a number.

    Where several values have one hint the last keeps it, and the others get `.1`, `.2`, … in order; what a node gives comes
    after what its blocks define, as in the program the graph came from. Numbers go by the order of the text.
    """
    names = _Names()
    for number, value in enumerate(_values(graph.block, blocks_first=False)):
        names.of_value[value] = str(number)
    for value in _values(graph.block, blocks_first=True):
        if value.name and not value.name.isdigit():
            names.take(value, value.name)
    return names.of_value


def is_tensor(value: Any) -> bool:
    """Whether a constant is a tensor (of torch, which may not be importable here)."""
    return hasattr(value, "untyped_storage")


def tensor_constants(graph: Graph) -> list[Any]:
    """The tensors in the graph's constants in the order of the text: what `parse_graph` wants to read it back."""
    found: list[Any] = []
    subgraphs: list[Graph] = []
    for node in graph.walk():
        for value in node.attributes.values():
            if isinstance(value, Graph):
                subgraphs.append(value)
            else:
                _collect_tensors(value, found)
    for subgraph in subgraphs:
        found += tensor_constants(subgraph)
    return found


def _collect_tensors(value: Any, found: list[Any]) -> None:
    if is_tensor(value):
        found.append(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _collect_tensors(key, found)
            _collect_tensors(item, found)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _collect_tensors(item, found)


def _values(block: Block, *, blocks_first: bool) -> Iterator[Value]:
    yield from block.parameters
    for node in block.nodes:
        if not blocks_first:
            yield from node.outputs
        for nested in node.blocks:
            yield from _values(nested, blocks_first=blocks_first)
        if blocks_first:
            yield from node.outputs


class _Names:
    def __init__(self) -> None:
        self.of_value: dict[Value, str] = {}
        self.owners: dict[str, Value] = {}
        self.suffixes: dict[str, int] = {}

    def take(self, value: Value, name: str) -> None:
        """Give `value` the name, and who had it another."""
        previous = self.owners.get(name)
        if previous is not None:
            self._rename(previous, name)
        self.owners[name] = value
        self.of_value[value] = name

    def _rename(self, value: Value, name: str) -> None:
        base, dot, digits = name.rpartition(".")
        suffix = 1
        if dot and base and digits.isdigit():
            suffix = int(digits)
        else:
            base = name
        suffix = max(suffix, self.suffixes.get(base, 0))
        while f"{base}.{suffix}" in self.owners:
            suffix += 1
        self.suffixes[base] = suffix + 1
        self.owners[f"{base}.{suffix}"] = value
        self.of_value[value] = f"{base}.{suffix}"


class _Printer:
    def __init__(self, ranges: bool) -> None:
        self.ranges = ranges
        self.parts: list[str] = []
        self.names: dict[Value, str] = {}
        self.subgraphs: list[tuple[str, Graph]] = []

    def graph(self, graph: Graph, name: str) -> None:
        self.names = value_names(graph)
        self.subgraphs = []
        self.parts.append(f"{name}({self.typed(graph.inputs, ',' + chr(10) + ' ' * 6)}):\n")
        for node in graph.block.nodes:
            self.node(node, 1)
        self.parts.append(f"  return ({self.untyped(graph.outputs)})\n")
        for label, subgraph in self.subgraphs:
            self.parts.append(f"with {label} = ")
            inner = _Printer(self.ranges)
            inner.graph(subgraph, "graph")
            self.parts += inner.parts

    def node(self, node: Node, level: int) -> None:
        self.parts.append(
            f"{'  ' * level}{self.typed(node.outputs)} = {self.operation(node)}({self.untyped(node.inputs)})"
        )
        if self.ranges and node.range is not None:
            self.parts.append(f" # {node.range}")
        self.parts.append("\n")
        for i, block in enumerate(node.blocks):
            self.block(block, f"block{i}", level + 1)

    def block(self, block: Block, name: str, level: int) -> None:
        self.parts.append(f"{'  ' * level}{name}({self.typed(block.parameters)}):\n")
        for node in block.nodes:
            self.node(node, level + 1)
        self.parts.append(f"{'  ' * (level + 1)}-> ({self.untyped(block.returns)})\n")

    def operation(self, node: Node) -> str:
        kind = node.kind
        attributes = [(n, v) for n, v in node.attributes.items() if not isinstance(v, Graph)]
        for value in node.attributes.values():
            if isinstance(value, Graph):
                kind = f"{node.kind}_{len(self.subgraphs)}"
                self.subgraphs.append((kind, value))
        if node.kind == "prim::Constant":
            text = _constant(node)
        else:
            text = ", ".join(f"{name}={_attribute(value)}" for name, value in attributes)
        return f"{kind}[{text}]" if text else kind

    def typed(self, values: Iterable[Value], separator: str = ", ") -> str:
        return separator.join(f"%{self.names[v]} : {v.type}" for v in values)

    def untyped(self, values: Iterable[Value]) -> str:
        return ", ".join(f"%{self.names.get(v, '<undefined>')}" for v in values)


def _constant(node: Node) -> str:
    value = node.attributes.get("value")
    type_ = node.output.type if node.outputs else None
    if isinstance(type_, FunctionType):
        return f"name={quoted(type_.function.base_name)}"
    if value is None:
        return ""
    if isinstance(value, bool) or (isinstance(type_, BoolType) and isinstance(value, int)):
        return f"value={int(value)}"
    if type(value).__name__ == "device":
        return f"value={quoted(str(value))}"
    return f"value={literal(value, type_, _special)}"


def _special(value: Any, type_: Type | None) -> str | None:
    if isinstance(type_, EnumType) and isinstance(value, str):
        return f"{type_.name}.{value}"
    if not is_tensor(value):
        return None
    if value.numel() != 1 or value.is_quantized:
        return "<Tensor>"
    item = value.item()
    if isinstance(item, complex):
        return f"{{{complex_literal(item)}}}"
    return f"{{{item:.6g}}}" if isinstance(item, float) else f"{{{int(item)}}}"


def _attribute(value: Any) -> str:
    if isinstance(value, Type):
        return str(value)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return float_literal(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_attribute(v) for v in value)}]"
    return literal(value, None, _special)
