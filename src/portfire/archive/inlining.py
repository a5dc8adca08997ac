"""Which nodes of a function are written inside the expression that uses them.

Source code that is read back evaluates the operands of an expression from left to right, and then the expression. So a
node may be written in place where that order gives the nodes the order they have in the graph: walk the operands of a
node from right to left, and the nodes before it backwards; as long as both walks meet, the operands are written in place.

Comes before: `ir/graph.py`. Comes after: `code_printer.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portfire.ir.graph import Block, Node, Value

#: Their inputs are captured by a function, where they may be evaluated later.
CAPTURING = frozenset({"prim::fork", "prim::Closure"})


def inlined_nodes(block: Block) -> set[Node]:
    """The nodes of `block`, and of the blocks in it, that need no statement of their own. Used constants are among them."""
    found: set[Node] = set()
    _scan_block(block, found)
    return found


def is_named(value: Value) -> bool:
    """Whether the value has a name its author gave it."""
    return bool(value.name) and not str(value.name).isdigit()


def _scan_block(block: Block, found: set[Node]) -> None:
    nodes = [n for n in block.nodes if n.kind != "prim::Constant"]
    _scan_operands(block.returns, nodes, len(nodes) - 1, found)
    for index in range(len(nodes) - 1, -1, -1):
        node = nodes[index]
        if node in found:
            continue
        for nested in node.blocks:
            _scan_block(nested, found)
        _scan_operands(node.inputs, nodes, index - 1, found)


def _scan_operands(operands: Sequence[Value], nodes: list[Node], cursor: int, found: set[Node]) -> None:
    """`cursor` is the index of the node that must be the next operand. A stack stands for the recursion: chains are long."""
    pending: list[Iterator[Value]] = [reversed(operands)]
    while pending:
        value = next(pending[-1], None)
        if value is None:
            pending.pop()
            continue
        node = value.node
        if node is None:
            continue
        if node.kind == "prim::Constant":
            found.add(node)
        elif cursor >= 0 and nodes[cursor] is node and _may_be_inlined(node, value):
            found.add(node)
            cursor -= 1
            pending.append(reversed(node.inputs))


def _may_be_inlined(node: Node, value: Value) -> bool:
    if len(node.outputs) != 1 or len(value.uses) != 1 or node.blocks:
        return False
    # Refinement has been done: writing the test in the condition of an `if` would refine once more on reading.
    if node.kind in ("prim::isinstance", "prim::Closure", "prim::fork"):
        return False
    user, index = value.uses[0]
    if isinstance(user, Block):
        return True
    if is_named(value) or user.kind in CAPTURING:
        return False
    # What a loop carries is assigned before its condition is evaluated.
    return not (user.kind == "prim::Loop" and index >= 2)
