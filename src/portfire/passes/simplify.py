"""Rewrite nodes whose results follow from how their inputs were made, and branches that are decided.

Before::

    graph(%x : Tensor, %n : int):
      %yes : bool = prim::Constant[value=1]()
      %pair : (Tensor, int) = prim::TupleConstruct(%x, %n)
      %a : Tensor, %b : int = prim::TupleUnpack(%pair)
      %c : Tensor = prim::If(%yes)
        block0():
          %d : Tensor = aten::relu(%a)
          -> (%d)
        block1():
          -> (%x)
      return (%c)

After::

    graph(%x : Tensor, %n : int):
      %yes : bool = prim::Constant[value=1]()
      %pair : (Tensor, int) = prim::TupleConstruct(%x, %n)
      %d : Tensor = aten::relu(%x)
      return (%d)

What becomes unused is left to `eliminate_dead_code`.

Comes before: `simplification_rules.py`. Comes after: `inline_calls.py` and `fold_constants.py`, which make work for it.
"""

from __future__ import annotations

from portfire.analysis.aliasing import Aliasing
from portfire.ir.graph import Block, Graph, Node, clear_inputs
from portfire.ops.composition import constant_of
from portfire.passes.simplification_rules import MEMORY_KINDS, Rewriter, rule_for


def simplify(graph: Graph) -> bool:
    """Apply every rule, in one pass over the graph in program order. Returns whether any did."""
    simplifier = _Simplifier(graph)
    changed = simplifier.block(graph.block)
    clear_inputs(simplifier.discarded)
    return changed


class _Simplifier:
    def __init__(self, graph: Graph) -> None:
        self.aliasing = Aliasing(graph) if any(node.kind in MEMORY_KINDS for node in graph.walk()) else None
        #: Nodes that stand in no block any more, but still have their inputs.
        self.discarded: list[Node] = []

    def block(self, block: Block) -> bool:
        nodes: list[Node] = []
        changed = self._nodes(list(block.nodes), block, nodes)
        block.nodes[:] = nodes
        return changed

    def _nodes(self, nodes: list[Node], block: Block, out: list[Node]) -> bool:
        """Simplify `nodes` and append what stays to `out`, all of it in `block`."""
        changed = False
        for node in nodes:
            node.block = block
            taken = _taken_branch(node)
            if taken is not None:
                for output, value in zip(node.outputs, taken.returns, strict=True):
                    output.replace_all_uses_with(value)
                inlined = list(taken.nodes)
                taken.nodes.clear()
                self.discarded.append(node)
                self._nodes(inlined, block, out)
                changed = True
                continue
            for nested in node.blocks:
                changed |= self.block(nested)
            rewriter = Rewriter(node, self.aliasing, out)
            rule = rule_for(node)
            if rule is not None and rule(rewriter):
                changed = True
            if rewriter.is_replaced:
                self.discarded.append(node)
            else:
                out.append(node)
        return changed


def _taken_branch(node: Node) -> Block | None:
    """The block of a decided branch."""
    if node.kind != "prim::If":
        return None
    condition = constant_of(node.inputs[0])
    if not isinstance(condition, bool):
        return None
    return node.blocks[0 if condition else 1]
