"""Functions that only portfire's engine can run: with handlers for exceptions and the like, which TorchScript's language
lacks.

In TorchScript source they keep their signature, and raise an error that says so. What only cleans up and raises again
(`finally`, `with` on an object) is left out of the source instead: there an exception ends the whole run.

Comes before: `ir/graph.py`. Comes after: `code_printer.py`, `writer.py`.
"""

from __future__ import annotations

from portfire.archive.python_calls import without_python_calls
from portfire.ir.builder import Builder
from portfire.ir.graph import Function, Graph, Node
from portfire.ir.types import ANY, EXCEPTION, DictType, TupleType, Type

_TRY = "uses try/except"

#: What TorchScript has no word for, by the kind of node.
_REASONS: dict[str, str] = {
    "prim::enter_autocast": "switches autocast",
    "prim::ExceptionArguments": "uses the arguments of an exception",
    "prim::ExceptionRepr": "uses the repr of an exception",
    "prim::ExceptionText": "raises an exception of a class with fields or methods",
    "prim::PrintText": "prints without a newline",
    **{f"portfire::{name}": f"uses math.{name}" for name in ("cbrt", "exp2", "log2")},
    **{f"portfire::{name}": f"uses .{name} of a complex number" for name in ("imag", "real")},
}


def only_cleans_up(node: Node) -> bool:
    """Whether every handler of a `prim::Try` ends in raising the exception again."""
    return all(bool(b.nodes) and _raises_again(b.nodes) for b in node.blocks[1:])


def _raises_again(nodes: list[Node]) -> bool:
    return next((n.kind for n in reversed(nodes) if n.outputs == []), None) == "prim::Reraise"


def engine_only_reason(graph: Graph) -> str | None:
    """What in the graph only the engine can run: handlers that may go on after an exception, say; None if there is nothing."""
    for node in graph.walk():
        if node.kind == "prim::Try" and not only_cleans_up(node):
            return _TRY
        if node.kind in _REASONS:
            return _REASONS[node.kind]
        if any(o.type == EXCEPTION for o in node.outputs):
            return "keeps an exception as a value"
        if any(_has_tuple_keys(o.type) for o in node.outputs):
            return "has a dict whose keys are tuples"
    if any(_has_tuple_keys(v.type) for v in graph.inputs):
        return "takes a dict whose keys are tuples"
    return None


def _has_tuple_keys(type_: Type) -> bool:
    is_it = isinstance(type_, DictType) and isinstance(type_.key, TupleType)
    return is_it or any(map(_has_tuple_keys, type_.contained()))


def graph_for_torch(function: Function, graph: Graph) -> Graph:
    """The graph whose source stands for `function`: its own, or one that raises."""
    reason = engine_only_reason(graph)
    if reason is None:
        return without_python_calls(graph)
    stand_in = Graph(graph.name)
    for parameter in graph.inputs:
        type_ = ANY if _has_tuple_keys(parameter.type) else parameter.type
        stand_in.block.add_parameter(type_, parameter.name)
    builder = Builder(stand_in)
    builder.range = function.range
    message = builder.constant(f"this method {reason}, which only portfire's engine runs")
    builder.node("prim::RaiseException", (message, builder.constant("builtins.NotImplementedError")))
    stand_in.block.add_input(builder.insert("prim::Uninitialized", (), function.return_type))
    return stand_in
