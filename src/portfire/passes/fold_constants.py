"""Compute at compile time what depends on constants alone.

Before::

    graph(%x : Tensor):
      %two : int = prim::Constant[value=2]()
      %three : int = prim::Constant[value=3]()
      %six : int = aten::mul(%two, %three)
      %shape : int[] = prim::ListConstruct(%six, %two)
      %y : Tensor = aten::view(%x, %shape)
      return (%y)

After::

    graph(%x : Tensor):
      %two : int = prim::Constant[value=2]()
      %three : int = prim::Constant[value=3]()
      %six : int = prim::Constant[value=6]()
      %shape : int[] = prim::Constant[value=[6, 2]]()
      %y : Tensor = aten::view(%x, %shape)
      return (%y)

There is no second interpreter: `evaluate` runs the node on the engine. A node that raises stays, and raises when it runs.
Lists and tensors are folded only if no one writes them and they do not leave the graph, because one constant then stands
for what was made anew in each run. Tensors that need a gradient are not folded, nor are large results.

Comes before: `analysis/`. Comes after: `pipeline.py`, which supplies `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from portfire.analysis.aliasing import Aliasing, has_memory
from portfire.analysis.effects import is_pure, reads_environment
from portfire.ir.graph import Graph, Node, Value, clear_inputs
from portfire.ir.types import NONE, AnyType, ClassType, DictType, OptionalType, TensorType, Type
from portfire.ops.composition import UNKNOWN, constant_of
from portfire.ops.table import schema_of

#: Runs one node on constant inputs and gives its outputs. Raises what the node raises.
Evaluate = Callable[[Node, Sequence[Any]], Sequence[Any]]

#: Results that are larger, and larger than what they are made of, are computed anew in each run.
LARGEST_TENSOR = 1 << 16

_CONSTRUCTORS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "prim::ListConstruct": list,
    "prim::TupleConstruct": tuple,
}

_KEPT = frozenset({"prim::Constant", "prim::CreateObject", "prim::Uninitialized", "prim::GetAttr", "prim::isinstance"})


def fold_constants(graph: Graph, evaluate: Evaluate) -> bool:
    """Replace nodes by the constants they give. Returns whether there were any."""
    memory = _Memory(graph)
    folded: list[Node] = []
    has_autocast = any(node.kind == "prim::enter_autocast" for node in graph.walk())
    for node in graph.walk():
        if node.kind in _KEPT or not node.outputs or (has_autocast and _gives_tensors(node)):
            continue
        inputs = [constant_of(v) for v in node.inputs]
        if any(v is UNKNOWN for v in inputs) or any(map(_needs_gradient, inputs)):
            continue
        if not _is_candidate(node, memory):
            continue
        results = _evaluated(node, inputs, evaluate)
        if results is not None and all(_is_small(r, inputs) for r in results):
            _replace(node, results)
            folded.append(node)
    clear_inputs(folded)
    return bool(folded)


class _Memory:
    """Who writes and sees memory: found out when it is first asked for, which is seldom."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def _aliasing(self) -> Aliasing:
        return Aliasing(self._graph)

    def stays_the_same(self, value: Value) -> bool:
        """Whether what the value refers to is written by no one, and not seen outside of the graph."""
        if not has_memory(value.type):
            return True
        return not (self._aliasing.has_writers([value]) or self._aliasing.escapes(value))


def _is_candidate(node: Node, memory: _Memory) -> bool:
    if not _is_foldable_kind(node) or not is_pure(node) or reads_environment(node):
        return False
    return all(_is_constant_type(v.type) and memory.stays_the_same(v) for v in node.outputs)


def _is_foldable_kind(node: Node) -> bool:
    return node.kind in _CONSTRUCTORS or schema_of(node) is not None


def _is_constant_type(type_: Type) -> bool:
    """Whether a constant of the graph can be of this type."""
    if isinstance(type_, (ClassType, AnyType, DictType)):
        return False
    return all(map(_is_constant_type, type_.contained()))


def _gives_tensors(node: Node) -> bool:
    """Whether what it computes with, under autocast, may be another dtype than what its inputs have."""
    return any(isinstance(v.type, TensorType) for v in node.outputs)


def _needs_gradient(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_needs_gradient, value))
    return bool(getattr(value, "requires_grad", False))


def _evaluated(node: Node, inputs: Sequence[Any], evaluate: Evaluate) -> Sequence[Any] | None:
    construct = _CONSTRUCTORS.get(node.kind)
    if construct is not None:
        return (construct(inputs),)
    try:
        return evaluate(node, inputs)
    except Exception:
        # It raises in every run, then, and with the user's traceback.
        return None


def _is_small(result: Any, inputs: Sequence[Any]) -> bool:
    if getattr(result, "is_sparse", False) or getattr(result, "is_sparse_csr", False):
        return False  # kept as what makes it
    size = _bytes(result)
    return size <= LARGEST_TENSOR or size <= sum(map(_bytes, inputs))


def _bytes(value: Any) -> int:
    if isinstance(value, (list, tuple)):
        return sum(map(_bytes, value))
    if getattr(value, "is_sparse", False) or getattr(value, "is_sparse_csr", False):
        return 0
    return int(getattr(value, "nbytes", 0))


def _replace(node: Node, results: Sequence[Any]) -> None:
    """Turn the node into the constant, whose inputs are to be taken away later; with several outputs, put constants in
    its place."""
    if len(node.outputs) == 1:
        _become_constant(node, node.output, results[0])
        return
    nodes: list[Node] = []
    for output, result in zip(node.outputs, results, strict=True):
        constant = Node(node.block, "prim::Constant")
        constant.range, constant.scope = node.range, node.scope
        new = constant.add_output(output.type, output.name)
        output.replace_all_uses_with(new)
        _become_constant(constant, new, result)
        nodes.append(constant)
    index = node.block.nodes.index(node)
    node.block.nodes[index : index + 1] = nodes


def _become_constant(node: Node, output: Value, result: Any) -> None:
    node.kind = "prim::Constant"
    node.overload = None
    node.attributes = {"value": result}
    output.type = _narrowed(output.type, result)


def _narrowed(type_: Type, result: Any) -> Type:
    """The type without the alternatives that the value is not."""
    if result is None:
        return NONE
    if isinstance(type_, OptionalType):
        return type_.element
    return type_
