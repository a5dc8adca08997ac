"""Functions that only portfire's engine can run: those with a handler for exceptions, which TorchScript's language lacks.

In TorchScript source they keep their signature, and raise an error that says so. What only cleans up and raises again
(`finally`, `with` on an object) is left out of the source instead: there an exception ends the whole run.

Comes before: `ir/graph.py`. Comes after: `code_printer.py`, `writer.py`.
"""

from __future__ import annotations

from portfire.ir.builder import Builder
from portfire.ir.graph import Function, Graph, Node

MESSAGE = "this method uses try/except, which only portfire's engine runs"


def only_cleans_up(node: Node) -> bool:
    """Whether every handler of a `prim::Try` ends in raising the exception again."""
    return all(bool(b.nodes) and _raises_again(b.nodes) for b in node.blocks[1:])


def _raises_again(nodes: list[Node]) -> bool:
    return next((n.kind for n in reversed(nodes) if n.outputs == []), None) == "prim::Reraise"


def is_engine_only(graph: Graph) -> bool:
    """Whether the graph has handlers that may go on after an exception."""
    return any(n.kind == "prim::Try" and not only_cleans_up(n) for n in graph.walk())


def graph_for_torch(function: Function, graph: Graph) -> Graph:
    """The graph whose source stands for `function`: its own, or one that raises."""
    if not is_engine_only(graph):
        return graph
    stand_in = Graph(graph.name)
    for parameter in graph.inputs:
        stand_in.block.add_parameter(parameter.type, parameter.name)
    builder = Builder(stand_in)
    builder.range = function.range
    builder.node("prim::RaiseException", (builder.constant(MESSAGE), builder.constant("builtins.NotImplementedError")))
    stand_in.block.add_input(builder.insert("prim::Uninitialized", (), function.return_type))
    return stand_in
