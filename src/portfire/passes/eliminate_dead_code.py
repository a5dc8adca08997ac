"""Remove the nodes whose results nobody needs and which do nothing else; results of branches and loops too.

Before::

    graph(%x : Tensor, %n : int):
      %one : int = prim::Constant[value=1]()
      %unused : Tensor = aten::mul(%x, %x)
      %fresh : Tensor = aten::relu(%x)
      %written : Tensor = aten::add_(%fresh, %x, %one)
      %y : Tensor = aten::add(%x, %x, %one)
      return (%y)

After::

    graph(%x : Tensor, %n : int):
      %one : int = prim::Constant[value=1]()
      %y : Tensor = aten::add(%x, %x, %one)
      return (%y)

A write is needed if what it writes is needed, or may be seen from outside. Operators that draw random numbers stay: to
leave one out would change all that follow. So do operators that programs rely on to raise.

Comes before: `analysis/`. Comes after: every pass that leaves unused nodes behind.
"""

from __future__ import annotations

from portfire.analysis.aliasing import Aliasing
from portfire.analysis.effects import has_side_effects, is_inert, may_raise, writes_of
from portfire.ir.graph import Block, Graph, Node, Value, clear_inputs

_STRUCTURED = frozenset({"prim::If", "prim::Loop"})


def eliminate_dead_code(graph: Graph) -> bool:
    """Remove dead nodes, outputs and loop-carried values. Returns whether there were any."""
    live = _Liveness(graph)
    dead = [node for node in graph.walk() if node not in live.nodes]
    clear_inputs(dead)
    trimmed = _sweep(graph.block, live)
    return trimmed or bool(dead)


class _Liveness:
    """Marks what is needed, from the results and effects backwards."""

    def __init__(self, graph: Graph) -> None:
        self.nodes: set[Node] = set()
        self.values: set[Value] = set()
        self._groups: set[int] = set()
        self._writers: dict[int, list[Node]] = {}
        self._pending: list[Value | Node] = list(graph.outputs)
        writing = self._enter(graph)
        #: Where every write stays anyway, nobody asks who sees it.
        self.aliasing = Aliasing(graph) if writing else None
        for node in writing:
            self._enter_writes(node)
        self._run()

    def _enter(self, graph: Graph) -> list[Node]:
        """Note what stays for its own sake. Returns what stays only if its writes are seen."""
        writing: list[Node] = []
        handlers = any(node.kind == "prim::Try" for node in graph.walk())
        for node in graph.walk():
            if node.kind in _STRUCTURED or node.kind == "prim::Constant":
                continue
            if is_inert(node) and not handlers:
                continue
            if has_side_effects(node) or may_raise(node) or (handlers and _is_watched(node)):
                self._pending.append(node)
            elif writes_of(node):
                writing.append(node)
        return writing

    def _enter_writes(self, node: Node) -> None:
        assert self.aliasing is not None
        written = self.aliasing.groups_written_by(node)
        for group in written:
            self._writers.setdefault(group, []).append(node)
        if self.aliasing.any_is_observable(written):
            self._pending.append(node)

    def _run(self) -> None:
        while self._pending:
            item = self._pending.pop()
            if isinstance(item, Node):
                self._node(item)
            else:
                self._value(item)

    def _node(self, node: Node) -> None:
        if node in self.nodes:
            return
        self.nodes.add(node)
        owner = node.block.owning_node
        if owner is not None:
            self._pending.append(owner)
        match node.kind:
            case "prim::If":
                self._pending.append(node.inputs[0])
            case "prim::Loop":
                self._pending += (*node.inputs[:2], node.blocks[0].returns[0])
            case _:
                self._pending += node.inputs
                for block in node.blocks:
                    self._pending += (*block.nodes, *block.returns)

    def _value(self, value: Value) -> None:
        if value in self.values:
            return
        self.values.add(value)
        if self.aliasing is not None:
            for group in self.aliasing.groups_of(value) - self._groups:
                self._groups.add(group)
                self._pending += self._writers.get(group, ())
        owner = value.owner
        if isinstance(owner, Block):
            if owner.owning_node is not None and owner.owning_node.kind == "prim::Loop" and value.index > 0:
                self._carried(owner.owning_node, value.index - 1)
            return
        self._pending.append(owner)
        if owner.kind == "prim::If":
            self._pending += (block.returns[value.index] for block in owner.blocks)
        elif owner.kind == "prim::Loop":
            self._carried(owner, value.index)

    def _carried(self, loop: Node, index: int) -> None:
        (body,) = loop.blocks
        self._pending += (loop.inputs[index + 2], body.returns[index + 1], body.parameters[index + 1])


def _is_watched(node: Node) -> bool:
    """Whether a handler of the graph sees it when the node raises: the program may rely on that, whatever the node is."""
    block: Block = node.block
    while block.owning_node is not None:
        if block.owning_node.kind == "prim::Try" and block is block.owning_node.blocks[0]:
            return True
        block = block.owning_node.block
    return False


def _sweep(block: Block, live: _Liveness) -> bool:
    """Remove what is not live from `block` and the blocks in it. First all uses go, of dead values by live control flow
    too, then what they used: a dead result of one loop may be what another carries in vain."""
    trimmed = [_drop_dead_uses(node, live) for node in block.walk() if node in live.nodes and node.blocks]
    changed = [_drop_dead_values(node, dead) for node, dead in trimmed]
    _remove_dead_nodes(block, live)
    return any(changed)


def _drop_dead_uses(node: Node, live: _Liveness) -> tuple[Node, list[int]]:
    """Take dead results of an `if` or loop out of what its blocks return and what it is given. Returns their indices."""
    dead = [o.index for o in reversed(node.outputs) if _is_dead(node, o, live)]
    for index in dead:
        for block in node.blocks:
            block.remove_input(index + (node.kind == "prim::Loop"))
        if node.kind == "prim::Loop":
            node.remove_input(index + 2)
    return node, dead


def _is_dead(node: Node, output: Value, live: _Liveness) -> bool:
    """A result of a loop whose body still reads the value it carries stays."""
    if node.kind == "prim::Loop" and node.blocks[0].parameters[output.index + 1] in live.values:
        return False
    return node.kind in ("prim::If", "prim::Loop") and output not in live.values


def _drop_dead_values(node: Node, dead: list[int]) -> bool:
    for index in dead:
        node.remove_output(index)
        if node.kind == "prim::Loop":
            node.blocks[0].remove_parameter(index + 1)
    return bool(dead)


def _remove_dead_nodes(block: Block, live: _Liveness) -> None:
    block.nodes[:] = [n for n in block.nodes if n in live.nodes]
    for node in block.nodes:
        for nested in node.blocks:
            _remove_dead_nodes(nested, live)
