"""Refinements after a check that raises, moved into the arm of the check that goes on.

Before::

    graph(%x : Tensor?):
      %none : NoneType = prim::Constant()
      %message : str = prim::Constant[value="x is needed"]()
      %c : bool = aten::__is__(%x, %none)
       = prim::If(%c)
        block0():
           = prim::RaiseException(%message, %none)
          -> ()
        block1():
          -> ()
      %y : Tensor = prim::unchecked_cast(%x)
      return (%y)

After, `%y` is an output of the `prim::If`: the cast stands in the second block, and the first gives an uninitialized value.
That is how TorchScript writes it. libtorch relies on it: where it finds out that `%x` is None, and the check is in code that
does not run, it would take the None out of a cast that stands alone, and fail on what uses it.

Comes before: `ir/clone.py`. Comes after: `code_printer.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from portfire.ir.builder import Builder
from portfire.ir.clone import clone_graph
from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.types import NONE, OptionalType, Type


def with_refinements_in_arms(graph: Graph) -> Graph:
    """The graph, or a copy of it where there is something to move."""
    if next(_movable(graph.block), None) is None:
        return graph
    copy = clone_graph(graph)
    moved: set[Node] = set()
    for check, arm, casts in list(_movable(copy.block)):
        left = [c for c in casts if c not in moved]
        moved.update(left)
        if left:
            _move(copy, check, arm, left)
    return copy


def _movable(block: Block) -> Iterator[tuple[Node, int, list[Node]]]:
    """Checks, the index of the arm that goes on, and the casts that rely on the check."""
    for index, node in enumerate(block.nodes):
        for nested in node.blocks:
            yield from _movable(nested)
        checked = _checked_value(node)
        if checked is not None:
            value, arm = checked
            casts = [n for n in _following(block, index) if n.kind == "prim::unchecked_cast" and n.inputs[0] is value]
            if casts:
                yield node, arm, casts


def _checked_value(node: Node) -> tuple[Value, int] | None:
    """The Optional value that an `if` which raises says something about, and the arm in which it is not None."""
    if node.kind != "prim::If" or node.outputs:
        return None
    condition = node.inputs[0].node
    if condition is None or condition.kind not in ("aten::__is__", "aten::__isnot__"):
        return None
    value, other = condition.inputs
    arm = 1 if condition.kind == "aten::__is__" else 0
    if other.type != NONE or not isinstance(value.type, OptionalType) or not _raises(node.blocks[1 - arm]):
        return None
    return value, arm


def _raises(block: Block) -> bool:
    last = block.nodes[-1] if block.nodes else None
    return last is not None and last.kind == "prim::RaiseException"


def _following(block: Block, index: int) -> Iterator[Node]:
    for node in block.nodes[index + 1 :]:
        yield node
        for nested in node.blocks:
            yield from nested.walk()


def _move(graph: Graph, check: Node, arm: int, casts: list[Node]) -> None:
    value = casts[0].inputs[0]
    outputs: dict[Type, Value] = {}
    for cast in casts:
        type_ = cast.output.type
        if type_ not in outputs:
            output = outputs[type_] = check.add_output(type_, cast.output.name)
            for index, block in enumerate(check.blocks):
                inner = Builder(graph, block)
                inner.range = cast.range
                kind, inputs = ("prim::unchecked_cast", (value,)) if index == arm else ("prim::Uninitialized", ())
                block.add_input(inner.insert(kind, inputs, output.type))
        cast.output.replace_all_uses_with(outputs[type_])
        cast.destroy()
