"""Remove dropout that drops nothing: not in training, or with probability zero.

Before::

    graph(%x : Tensor):
      %p : float = prim::Constant[value=0.5]()
      %train : bool = prim::Constant[value=0]()
      %y : Tensor = aten::dropout(%x, %p, %train)
      return (%y)

After::

    graph(%x : Tensor):
      %p : float = prim::Constant[value=0.5]()
      %train : bool = prim::Constant[value=0]()
      return (%x)

Such a call returns its very argument, so nothing else changes.

Comes before: `ir/graph.py`. Comes after: `fold_constants.py`, which finds out that the module is not training.
"""

from __future__ import annotations

from portfire.ir.graph import Block, Graph, Node
from portfire.ops.composition import constant_of

_DROPOUTS = frozenset(
    f"aten::{kind}dropout{in_place}" for kind in ("", "alpha_", "feature_", "feature_alpha_") for in_place in ("", "_")
)


def remove_dropout(graph: Graph) -> bool:
    """Replace the result of idle dropout by its argument. Returns whether there was any."""
    return _block(graph.block)


def _block(block: Block) -> bool:
    idle = [node for node in block.nodes if node.kind in _DROPOUTS and _is_idle(node)]
    for node in idle:
        node.output.replace_all_uses_with(node.inputs[0])
    block.remove(idle)
    nested = [_block(b) for node in block.nodes for b in node.blocks]
    return bool(idle) or any(nested)


def _is_idle(node: Node) -> bool:
    return constant_of(node.inputs[2]) is False
