"""Calls back into Python in what is saved: a file cannot hold them, so the program raises there.

Comes before: `ir/graph.py`. Comes after: `engine_only.py`, `writer.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from portfire.ir.builder import Builder
from portfire.ir.clone import clone_graph
from portfire.ir.graph import Function, Graph
from portfire.ops.python_names import PYTHON_CALLS

_PREFIX = f"{PYTHON_CALLS}::"


def without_python_calls(graph: Graph) -> Graph:
    """The graph, or a copy of it in which calls of Python functions raise NotImplementedError."""
    if not any(node.kind.startswith(_PREFIX) for node in graph.walk()):
        return graph
    copy = clone_graph(graph)
    for node in list(copy.walk()):
        if not node.kind.startswith(_PREFIX):
            continue
        builder = Builder(copy, node.block, node)
        builder.range = node.range
        called = node.kind.removeprefix(_PREFIX).rpartition("_")[0]
        message = builder.constant(f"'{called}' is marked 'ignore': it is Python only, not a part of the program")
        builder.node("prim::RaiseException", (message, builder.constant("builtins.NotImplementedError")))
        for output in node.outputs:
            output.replace_all_uses_with(builder.insert("prim::Uninitialized", (), output.type))
        node.destroy()
    return copy


def body_without_python_calls(body: Callable[[Function], Graph | None]) -> Callable[[Function], Graph | None]:
    """What gives the graphs of functions, without their calls of Python."""

    def saved(function: Function) -> Graph | None:
        graph = body(function)
        return None if graph is None else without_python_calls(graph)

    return saved
