"""Copies of graphs and of pieces of graphs.

Comes before: `graph.py`. Comes after: `passes/` (inlining), `pipeline.py` (which optimises copies).
"""

from __future__ import annotations

from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.source import SourceRange


def clone_graph(graph: Graph) -> Graph:
    """A graph of its own with the same nodes. Types, ranges and constants are shared."""
    copy = Graph(graph.name)
    clone_block_into(graph.block, copy.block, {})
    return copy


def clone_block_into(
    source: Block, target: Block, mapped: dict[Value, Value], scope: tuple[SourceRange, ...] = ()
) -> None:
    """Append copies of the parameters, nodes and returns of `source` to `target`. See `clone_node`.

    Parameters that are in `mapped` already are not added.
    """
    for parameter in source.parameters:
        if parameter not in mapped:
            mapped[parameter] = target.add_parameter(parameter.type, parameter.name)
    nodes = target.nodes
    for node in source.nodes:
        nodes.append(clone_node(node, target, mapped, scope))
    for value in source.returns:
        target.add_input(mapped.get(value, value))


def clone_node(node: Node, block: Block, mapped: dict[Value, Value], scope: tuple[SourceRange, ...] = ()) -> Node:
    """A copy of `node` that belongs to `block` but is not inserted yet. `scope` goes in front of its own, and of those of
    the nodes in it.

    `mapped` says which values stand for those of the original, and gets those of the copy; values that are not in it are
    taken as they are.
    """
    copy = Node(block, node.kind)
    copy.range = node.range
    copy.scope = (*scope, *node.scope) if scope else node.scope
    copy.overload = node.overload
    for name, attribute in node.attributes.items():
        copy.attributes[name] = clone_graph(attribute) if isinstance(attribute, Graph) else attribute
    inputs = copy._inputs
    for value in node._inputs:
        value = mapped.get(value, value)
        value.uses.append((copy, len(inputs)))
        inputs.append(value)
    outputs = copy.outputs
    for output in node.outputs:
        mapped[output] = new = Value(copy, len(outputs), output.type, output.name)
        outputs.append(new)
    for inner in node.blocks:
        clone_block_into(inner, copy.add_block(), mapped, scope)
    return copy
