"""Operators whose meaning has changed: files of older versions call the old one by the same name.

A writer states the version from which all its operators mean what they say; a reader of an older file must not take the
new meaning for the old.

Comes before: nothing. Comes after: `writer.py`, `expression_reader.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from portfire.ir.graph import Graph, Node

#: The version of TorchScript's file format that every libtorch since 1.6 reads.
BASE_VERSION = 3

#: The version since which an operator has its present meaning.
CHANGED_IN: dict[str, int] = {
    "aten::div": 4,  # true division, also of integers
    "aten::div_": 4,
    "aten::full": 5,  # the dtype is that of the value
    "aten::linspace": 8,  # the number of steps must be given
    "aten::logspace": 9,
    "aten::gelu": 10,  # `approximate`
}


def version_for(graphs: Iterable[Graph]) -> int:
    """The version that a file with these graphs must state."""
    return max((_version_of(node) for graph in graphs for node in graph.walk()), default=BASE_VERSION)


def _version_of(node: Node) -> int:
    subgraph = node.attributes.get("Subgraph")
    inner = version_for((subgraph,)) if isinstance(subgraph, Graph) else BASE_VERSION
    return max(CHANGED_IN.get(node.kind, BASE_VERSION), inner)
