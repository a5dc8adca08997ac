"""Inserting nodes: a cursor in a graph.

Comes before: `graph.py`. Comes after: front ends, `ops/` and passes, which emit through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from portfire.ir.dtypes import torch_enum_number
from portfire.ir.forms import INT_FORMS
from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.source import SourceRange
from portfire.ir.types import (
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    STR,
    TENSOR,
    DictType,
    IntType,
    ListType,
    TupleType,
    Type,
)  # fmt: skip


class Builder:
    """Inserts at the end of `block`, or before `before`; new nodes get `range`."""

    def __init__(self, graph: Graph, block: Block | None = None, before: Node | None = None) -> None:
        self.graph = graph
        self.block = block or (before.block if before else graph.block)
        self.before = before
        self.range: SourceRange | None = None
        self.scope: tuple[SourceRange, ...] = ()

    def node(self, kind: str, inputs: Iterable[Value] = (), outputs: Sequence[Type] = (), **attributes: Any) -> Node:
        """Insert a node with these inputs, output types and attributes."""
        node = Node(self.block, kind)
        node.range = self.range
        node.scope = self.scope
        node.attributes.update(attributes)
        for value in inputs:
            node.add_input(value)
        for type_ in outputs:
            node.add_output(type_)
        if self.before is None:
            self.block.insert(len(self.block.nodes), node)
        else:
            self.block.insert(self.block.index_of(self.before), node)
        return node

    def insert(self, kind: str, inputs: Iterable[Value], output: Type, **attributes: Any) -> Value:
        """Insert a node with one output and return the output."""
        return self.node(kind, inputs, (output,), **attributes).output

    def constant(self, value: Any, type_: Type | None = None) -> Value:
        """A `prim::Constant`. `value`: None, bool, int, float, complex, str, device, tensor; lists, tuples and dicts of
        them with `type_` given; an enum member or a function with its type given."""
        number = torch_enum_number(value)
        return self.insert(
            "prim::Constant", (), type_ or constant_type(value), value=value if number is None else number
        )

    @contextmanager
    def at(self, block: Block, before: Node | None = None) -> Iterator[None]:
        """Insert into `block` for a while."""
        saved = self.block, self.before
        self.block, self.before = block, before
        try:
            yield
        finally:
            self.block, self.before = saved

    @contextmanager
    def ranged(self, range_: SourceRange | None) -> Iterator[None]:
        """Give new nodes `range_` for a while (no change where it is None)."""
        saved = self.range
        self.range = range_ or saved
        try:
            yield
        finally:
            self.range = saved


def constant_type(value: Any) -> Type:
    """The IR type of a Python constant. Raises TypeError where there is none, ValueError where it needs an annotation."""
    simple = _SIMPLE.get(type(value))
    if simple is not None:
        return simple
    name = type(value).__name__
    if name in ("Tensor", "Parameter"):
        return TENSOR
    if name == "device":
        return DEVICE
    if name in INT_FORMS:
        return IntType(form=name)
    if isinstance(value, tuple):
        return TupleType(tuple(constant_type(v) for v in value))
    if isinstance(value, list) and value:
        return ListType(constant_type(value[0]))
    if isinstance(value, dict) and value:
        key, item = next(iter(value.items()))
        return DictType(constant_type(key), constant_type(item))
    if isinstance(value, (list, dict)):
        raise ValueError("the type of an empty container cannot be inferred")
    raise TypeError(f"a value of type {type(value).__qualname__} cannot be a constant of a graph")


_SIMPLE: dict[type, Type] = {
    bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX, str: STR, type(None): NONE,
}  # fmt: skip
