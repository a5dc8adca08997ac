"""Runs graphs with torch's own interpreter: the reference that passes must not change the results of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch

from portfire.ir.builder import Builder
from portfire.ir.clone import clone_graph
from portfire.ir.graph import Graph, Node, Value
from portfire.ir.types import TENSOR


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


def run_with_tensors(graph: Graph, *inputs: Any) -> Any:
    """As `run`, for a graph with tensors as constants, which torch does not read from text: they are passed as inputs."""
    copy = clone_graph(graph)
    passed = list(inputs)
    for node in list(copy.walk()):
        value = node.attributes.get("value")
        if node.kind == "prim::Constant" and isinstance(value, torch.Tensor):
            parameter = copy.block.add_parameter(TENSOR)
            node.output.replace_all_uses_with(parameter)
            node.destroy()
            passed.append(value)
    return run(copy, *passed)
