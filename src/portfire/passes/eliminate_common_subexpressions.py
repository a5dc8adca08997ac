"""Compute once what is computed twice from the same inputs.

Before::

    graph(%x : Tensor, %y : Tensor):
      %a : Tensor = aten::relu(%x)
      %b : Tensor = aten::relu(%x)
      %z : Tensor = aten::mul(%a, %b)
      return (%z)

After::

    graph(%x : Tensor, %y : Tensor):
      %a : Tensor = aten::relu(%x)
      %z : Tensor = aten::mul(%a, %a)
      return (%z)

Nodes that read or make memory which anyone writes are left alone, and so are two that both leave the graph: their caller may
write one and not the other.

Comes before: `analysis/`. Comes after: `inline_calls.py`, which makes equal nodes out of equal calls.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import Any

from portfire.analysis.aliasing import Aliasing, has_memory
from portfire.analysis.effects import calls_python, is_pure, reads_environment
from portfire.ir.graph import Block, Graph, Node, Value

#: They give what is there already, and make no memory.
_PROJECTIONS = frozenset(
    {"prim::GetAttr", "prim::TupleUnpack", "prim::TupleIndex", "prim::unchecked_cast", "aten::_unwrap_optional"}
)

#: Their results have an identity, or are not values.
_UNIQUE = frozenset({"prim::CreateObject", "prim::Uninitialized", "prim::EmptyListLiteral"})

#: After these, the gradient mode may be another, or that of autocast.
_MAY_SET_MODE = frozenset(
    {
        *("aten::set_grad_enabled", "prim::enter_autocast", "prim::leave_autocast"),
        *("prim::CallFunction", "prim::CallMethod", "aten::wait"),
    }
)


def eliminate_common_subexpressions(graph: Graph) -> bool:
    """Replace repeated nodes by the first of them. Returns whether there were any."""
    return _Eliminator(graph).block(graph.block)


class _Eliminator:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        #: How often the gradient mode may have been set so far: tensors computed in another mode are not the same.
        self._mode = 0
        #: How often Python may have been called so far: it may set any attribute.
        self._python_calls = 0
        self._has_python_calls = any(not n.blocks and calls_python(n) for n in graph.walk())
        #: The nodes of this block and of those around it.
        self._known: dict[Hashable, Node] = {}

    @cached_property
    def _aliasing(self) -> Aliasing:
        """Made when the first repeated node is found. It may see nodes that were replaced since; they change nothing."""
        return Aliasing(self._graph)

    def block(self, block: Block) -> bool:
        """What a block computes is known in it and in the blocks nested in it."""
        repeated: list[Node] = []
        changed = False
        before: list[tuple[Hashable, Node | None]] = []
        for node in block.nodes:
            self._python_calls += self._has_python_calls and calls_python(node)
            for nested in node.blocks:
                changed |= self.block(nested)
            self._mode += node.kind in _MAY_SET_MODE
            key = _key(node)
            if key is None:
                continue
            if node.kind == "prim::GetAttr":
                key = (self._python_calls, key)
            if any(has_memory(v.type) for v in node.outputs):
                key = (self._mode, key)
            first = self._known.get(key)
            if first is None or not self._may_be_shared(first):
                before.append((key, first))
                self._known[key] = node
                continue
            if not self._may_be_shared(node):
                continue
            for output, other in zip(node.outputs, first.outputs, strict=True):
                output.replace_all_uses_with(other)
            repeated.append(node)
        for key, first in reversed(before):
            if first is None:
                del self._known[key]
            else:
                self._known[key] = first
        block.remove(repeated)
        return changed or bool(repeated)

    def _may_be_shared(self, node: Node) -> bool:
        """Whether nobody could tell the node's results from those of another with the same inputs."""
        if not any(has_memory(v.type) for v in (*node.inputs, *node.outputs)):
            return True
        return not self._aliasing.has_writers(node.inputs) and all(self._is_shareable(node, v) for v in node.outputs)

    def _is_shareable(self, node: Node, value: Value) -> bool:
        if not has_memory(value.type):
            return True
        if self._aliasing.has_writers([value]):
            return False
        if node.kind in _PROJECTIONS or node.kind == "prim::Constant":
            return True
        return not self._aliasing.escapes(value)


def _key(node: Node) -> Hashable | None:
    """What two nodes have in common that give the same; None if the node must stay."""
    if node.kind in _UNIQUE or not node.outputs or not is_pure(node) or reads_environment(node):
        return None
    attributes = _hashable(node.attributes)
    if attributes is None:
        return None
    inputs = tuple(id(v) for v in node.inputs)
    return (node.kind, node.overload, inputs, attributes, tuple(v.type for v in node.outputs))


def _hashable(value: Any) -> Hashable | None:
    """The value as a key that tells 1 from 1.0 and True, and 0.0 from -0.0; None if there is none."""
    if isinstance(value, dict):
        parts = [(k, _hashable(v)) for k, v in value.items()]
        return None if any(v is None for _, v in parts) else ("dict", *parts)
    if isinstance(value, (list, tuple)):
        items = [_hashable(v) for v in value]
        return None if any(v is None for v in items) else (type(value), *items)
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return (type(value), repr(value))
    if isinstance(value, Graph):
        return None
    return (type(value), id(value))
