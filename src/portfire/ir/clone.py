"""Copies of graphs and of pieces of graphs.

Comes before: `graph.py`. Comes after: `passes/` (inlining), `pipeline.py` (which optimises copies).
"""

from __future__ import annotations

from collections.abc import Mapping

from portfire.ir.graph import Block, Graph, Node, Value


def clone_graph(graph: Graph) -> Graph:
    """A graph of its own with the same nodes. Types, ranges and constants are shared."""
    copy = Graph(graph.name)
    clone_block_into(graph.block, copy.block, {})
    return copy


def clone_block_into(source: Block, target: Block, values: Mapping[Value, Value]) -> dict[Value, Value]:
    """Append copies of the parameters, nodes and returns of `source` to `target`.

    `values` maps values of `source` (and of what surrounds it) to those that stand for them; parameters found there are
    not added. Values that are not mapped are taken as they are. Returns the map with everything copied.
    """
    mapped = dict(values)
    for parameter in source.parameters:
        if parameter not in mapped:
            mapped[parameter] = target.add_parameter(parameter.type, parameter.name)
    for node in source.nodes:
        target.nodes.append(clone_node(node, target, mapped))
    for value in source.returns:
        target.add_input(mapped.get(value, value))
    return mapped


def clone_node(node: Node, block: Block, mapped: dict[Value, Value]) -> Node:
    """A copy of `node` that belongs to `block` but is not inserted yet; its outputs are entered in `mapped`."""
    copy = Node(block, node.kind)
    copy.range = node.range
    copy.scope = node.scope
    copy.overload = node.overload
    for name, value in node.attributes.items():
        copy.attributes[name] = clone_graph(value) if isinstance(value, Graph) else value
    for value in node.inputs:
        copy.add_input(mapped.get(value, value))
    for output in node.outputs:
        mapped[output] = copy.add_output(output.type, output.name)
    for inner in node.blocks:
        mapped.update(clone_block_into(inner, copy.add_block(), mapped))
    return copy
