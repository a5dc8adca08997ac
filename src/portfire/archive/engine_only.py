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
from portfire.ir.types import (
    ANY,
    EXCEPTION,
    BoolType,
    ClassType,
    ComplexType,
    DeviceType,
    DictType,
    EnumType,
    FloatType,
    IntType,
    StrType,
    TensorType,
    TupleType,
    Type,
)  # fmt: skip

#: What the keys of TorchScript's dicts can be, and what else portfire's can.
_KEYS = (IntType, BoolType, FloatType, ComplexType, StrType, TensorType, DeviceType)
_OTHER_KEYS: dict[type[Type], str] = {TupleType: "tuples", EnumType: "members of an enum", ClassType: "objects"}

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
        if node.kind == "prim::isinstance" and any(map(_is_any_dict, node.attributes["types"])):
            return "asks whether a value is a dict"
        if any(o.type == EXCEPTION for o in node.outputs):
            return "keeps an exception as a value"
        for output in node.outputs:
            keys = _keys_unknown_to_torch(output.type)
            if keys is not None:
                return f"has a dict whose keys are {keys}"
    for value in graph.inputs:
        keys = _keys_unknown_to_torch(value.type)
        if keys is not None:
            return f"takes a dict whose keys are {keys}"
    return None


def _is_any_dict(type_: Type) -> bool:
    return isinstance(type_, DictType) and type_.key == ANY


def _keys_unknown_to_torch(type_: Type) -> str | None:
    """What the keys of a dict in the type are that TorchScript's dicts do not take; None if there is no such dict."""
    if isinstance(type_, DictType) and not isinstance(type_.key, _KEYS):
        return next((what for kind, what in _OTHER_KEYS.items() if isinstance(type_.key, kind)), "of several types")
    return next(filter(None, map(_keys_unknown_to_torch, type_.contained())), None)


def graph_for_torch(function: Function, graph: Graph) -> Graph:
    """The graph whose source stands for `function`: its own, or one that raises."""
    reason = engine_only_reason(graph)
    if reason is None:
        return without_python_calls(graph)
    stand_in = Graph(graph.name)
    for parameter in graph.inputs:
        type_ = ANY if _keys_unknown_to_torch(parameter.type) is not None else parameter.type
        stand_in.block.add_parameter(type_, parameter.name)
    builder = Builder(stand_in)
    builder.range = function.range
    message = builder.constant(f"this method {reason}, which only portfire's engine runs")
    builder.node("prim::RaiseException", (message, builder.constant("builtins.NotImplementedError")))
    stand_in.block.add_input(builder.insert("prim::Uninitialized", (), function.return_type))
    return stand_in
