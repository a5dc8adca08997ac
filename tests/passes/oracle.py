"""Runs graphs with torch's own interpreter: the reference that passes must not change the results of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch

from portfire.ir.builder import Builder
from portfire.ir.graph import Graph, Node, Value


def run(graph: Graph, *inputs: Any) -> Any:
    # torch prints nodes without outputs as ` = aten::f()`, and does not read that.
    parsed = torch._C.parse_ir(re.sub(r"(?m)^(\s*) = ", r"\1", str(graph)))
    return torch._C._create_function_from_graph("f", parsed)(*inputs)


def evaluate(node: Node, inputs: Sequence[Any]) -> Sequence[Any]:
    """What `fold_constants` asks for."""
    graph = Graph()
    builder = Builder(graph)
    parameters: list[Value] = [graph.block.add_parameter(v.type) for v in node.inputs]
    copy = builder.node(node.kind, parameters, [o.type for o in node.outputs])
    copy.overload = node.overload
    for output in copy.outputs:
        graph.block.add_input(output)
    result = run(graph, *inputs)
    return (result,) if len(node.outputs) == 1 else result
