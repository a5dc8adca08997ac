"""Put the bodies of called functions in the place of calls where that pays.

Before::

    graph(%x : Tensor):
      %f : Function = prim::Constant[name="double"]()
      %g : Function = prim::Constant[name="long"]()
      %a : Tensor = prim::CallFunction(%f, %x)
      %b : Tensor = prim::CallFunction(%g, %a)
      return (%b)

After, where `double` adds its argument to itself, and `long` is long::

    graph(%x : Tensor):
      %f : Function = prim::Constant[name="double"]()
      %g : Function = prim::Constant[name="long"]()
      %one : int = prim::Constant[value=1]()
      %a : Tensor = aten::add(%x, %x, %one)
      %b : Tensor = prim::CallFunction(%g, %a)
      return (%b)

It pays where the body is short, and where the arguments of this call settle branches of the body: what is left of it then
is less than what every caller needs. Everything else stays a call, which costs the engine as much as a few instructions,
while the size of all bodies together stays proportional to the source.

Comes before: `inline_calls.py`, `analysis/deciding_parameters.py`. Comes after: `pipeline.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from portfire.analysis.deciding_parameters import deciding_parameters
from portfire.ir.graph import Function, Graph, Node, Value
from portfire.ir.subtyping import may_be_none
from portfire.ir.types import Type
from portfire.ops.composition import UNKNOWN, constant_of
from portfire.passes.inline_calls import arguments_of, inline_calls

#: A body of at most so many nodes, constants not counted, is short.
SHORT = 32

#: Bodies that are not short are inlined until so many nodes were added to a graph.
LARGEST_GROWTH = 4_000


class Body:
    """A function's graph, optimised by itself, and what callers want to know of it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def size(self) -> int:
        """How many nodes it has, constants not counted."""
        return sum(node.kind != "prim::Constant" for node in self.graph.walk())

    @cached_property
    def deciding(self) -> frozenset[int]:
        """See `deciding_parameters`."""
        return deciding_parameters(self.graph)


def inline_profitable_calls(graph: Graph, body: Callable[[Function], Body | None]) -> bool:
    """Inline calls where it pays, and calls in what was inlined. Returns whether there were any."""
    growth = 0

    def accepts(call: Node, callee: Function) -> bool:
        nonlocal growth
        found = body(callee)
        assert found is not None
        if found.size <= SHORT:
            return True
        if growth + found.size > LARGEST_GROWTH or not _settles(call, found):
            return False
        growth += found.size
        return True

    def graph_of(callee: Function) -> Graph | None:
        found = body(callee)
        return None if found is None else found.graph

    return inline_calls(graph, graph_of, accepts)


def _settles(call: Node, body: Body) -> bool:
    """Whether an argument of the call settles a branch or a loop of the body."""
    arguments = arguments_of(call)
    return any(_tells_more(arguments[i], body.graph.inputs[i].type) for i in body.deciding)


def _tells_more(argument: Value, declared: Type) -> bool:
    """Whether more is known of an argument than that it is of the declared type."""
    return constant_of(argument) is not UNKNOWN or (may_be_none(declared) and not may_be_none(argument.type))
