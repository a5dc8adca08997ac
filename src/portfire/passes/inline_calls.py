"""Put the bodies of called functions and methods in the place of the calls.

Before::

    graph(%x : Tensor):
      %f : Function = prim::Constant[name="double"]()
      %y : Tensor = prim::CallFunction(%f, %x)
      return (%y)

After, where `double` adds its argument to itself::

    graph(%x : Tensor):
      %f : Function = prim::Constant[name="double"]()
      %one : int = prim::Constant[value=1]()
      %y : Tensor = aten::add(%x, %x, %one)
      return (%y)

Inlined nodes keep their own ranges, and get the range of the call in front of their scope: a traceback still shows both.
Recursive calls stay calls, and so do methods of interfaces and of classes that have subclasses.

Comes before: `ir/clone.py`. Comes after: `pipeline.py`, `freeze_module.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from portfire.ir.clone import clone_node
from portfire.ir.graph import Block, Function, Graph, Node, Value, clear_inputs
from portfire.ir.types import ClassType, FunctionType

_CALLS = frozenset({"prim::CallFunction", "prim::CallMethod"})

#: A graph does not grow beyond this many nodes.
LARGEST_GRAPH = 200_000


def inline_calls(
    graph: Graph,
    body: Callable[[Function], Graph | None] = lambda f: f.graph,
    accepts: Callable[[Node, Function], bool] = lambda call, callee: True,
) -> bool:
    """Inline every call whose callee is known, and the calls in what was inlined. `body` gives a callee's graph; of the
    calls, only those are inlined that `accepts`."""
    inliner = _Inliner(body, accepts)
    inliner.block(graph.block, ())
    clear_inputs(inliner.replaced)
    return bool(inliner.replaced)


def callee_of(node: Node) -> Function | None:
    """The function that a call node calls, if that is known before it runs."""
    if node.kind == "prim::CallFunction":
        type_ = node.inputs[0].type
        return type_.function if isinstance(type_, FunctionType) else None
    if node.kind == "prim::CallMethod":
        type_ = node.inputs[0].type
        if isinstance(type_, ClassType) and _is_exact(node.inputs[0], type_):
            return type_.methods.get(node.attributes["name"])
    return None


def arguments_of(call: Node) -> Sequence[Value]:
    """What a call node passes for the parameters of its callee."""
    return call.inputs[1:] if call.kind == "prim::CallFunction" else call.inputs


def _is_exact(receiver: Value, type_: ClassType) -> bool:
    """Whether the object is of this class and not of a subclass."""
    return type_.is_module or (receiver.node is not None and receiver.node.kind == "prim::CreateObject")


class _Inliner:
    def __init__(self, body: Callable[[Function], Graph | None], accepts: Callable[[Node, Function], bool]) -> None:
        self.body = body
        self.accepts = accepts
        self.replaced: list[Node] = []
        self.added = 0

    def block(self, block: Block, active: tuple[Function, ...]) -> None:
        out: list[Node] = []
        for node in block.nodes:
            self.node(node, block, active, out)
        block.nodes = out

    def node(self, node: Node, block: Block, active: tuple[Function, ...], out: list[Node]) -> None:
        """Append `node`, or what stands for it, to `out`. `active` are the functions being inlined around it."""
        for nested in node.blocks:
            self.block(nested, active)
        callee = callee_of(node) if node.kind in _CALLS else None
        if callee is None or callee in active or self.added > LARGEST_GRAPH:
            out.append(node)
            return
        graph = self.body(callee)
        if graph is None or not self.accepts(node, callee):
            out.append(node)
            return
        self.replaced.append(node)
        mapped: dict[Value, Value] = dict(zip(graph.inputs, arguments_of(node), strict=True))
        chain = node.scope if node.range is None else (*node.scope, node.range)
        copies = [clone_node(original, block, mapped, chain) for original in graph.block.nodes]
        self.added += len(mapped)
        (result,) = graph.outputs
        result = mapped.get(result, result)
        result.name = result.name or node.output.name
        # Before the copies are inlined in their turn: that may replace `result` once more.
        node.output.replace_all_uses_with(result)
        for copy in copies:
            self.node(copy, block, (*active, callee), out)
