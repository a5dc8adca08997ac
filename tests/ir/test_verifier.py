"""The verifier finds what breaks an invariant, and names the node."""

from __future__ import annotations

import pytest

from portfire.errors import GraphError
from portfire.ir.builder import Builder
from portfire.ir.graph import Function, Graph, Node, Parameter
from portfire.ir.parser import parse_graph
from portfire.ir.types import BOOL, INT, STR, TENSOR, ClassType, FunctionType
from portfire.ir.verifier import verify

GOOD = """graph(%x : Tensor, %c : bool):
  %one : int = prim::Constant[value=1]()
  %y : Tensor = prim::If(%c)
    block0():
      %a : Tensor = aten::add(%x, %x, %one)
      -> (%a)
    block1():
      -> (%x)
  return (%y)
"""


def test_a_good_graph():
    verify(parse_graph(GOOD))


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("-> (%a)", "-> (%one)", "returns of block 0: expected Tensor, found int"),
        ("-> (%a)", "-> ()", "returns of block 0: 0 values for 1"),
        ("prim::If(%c)", "prim::If(%one)", "condition of type int, expected bool"),
        ("block1():", "block1(%p : int):", "parameters on block 1"),
        ("    block1():\n      -> (%x)\n", "", "has 1 blocks, expected 2"),
        ("%one : int = prim::Constant[value=1]()", "%one : int = prim::ListConstruct()", "expected a list"),
    ],
)
def test_bad_branches(old, new, message):
    assert old in GOOD
    with pytest.raises(GraphError, match=message.replace("(", r"\(").replace(")", r"\)")):
        verify(parse_graph(GOOD.replace(old, new)))


LOOP = """graph(%x : Tensor, %n : int):
  %t : bool = prim::Constant[value=1]()
  %y : Tensor = prim::Loop(%n, %t, %x)
    block0(%i : int, %z : Tensor):
      -> (%t, %z)
  return (%y)
"""


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("-> (%t, %z)", "-> (%z, %t)", "condition that is not a bool"),
        ("-> (%t, %z)", "-> (%t)", "carried values out of the body"),
        ("(%i : int, %z : Tensor)", "(%i : float, %z : Tensor)", "trip parameter"),
        ("prim::Loop(%n, %t, %x)", "prim::Loop(%n, %t)", "carried values"),
        ("prim::Loop(%n, %t, %x)", "prim::Loop(%t, %t, %x)", "trip count of type bool"),
    ],
)
def test_bad_loops(old, new, message):
    verify(parse_graph(LOOP))
    with pytest.raises(GraphError, match=message):
        verify(parse_graph(LOOP.replace(old, new)))


def test_a_value_used_before_its_definition():
    graph = parse_graph(GOOD)
    inner = graph.block.nodes[1].blocks[0].nodes[0]
    graph.block.set_inputs([inner.output])
    with pytest.raises(GraphError, match="not defined before"):
        verify(graph)


def test_a_value_of_another_graph():
    graph, other = parse_graph(GOOD), parse_graph(GOOD)
    graph.block.set_input(0, other.inputs[0])
    with pytest.raises(GraphError, match="not defined before"):
        verify(graph)


def test_uses_that_do_not_match():
    graph = parse_graph(GOOD)
    graph.inputs[0].uses.append((graph.block, 7))
    with pytest.raises(GraphError, match="list of uses"):
        verify(graph)


def test_a_node_in_a_foreign_block():
    graph = parse_graph(GOOD)
    node = Node(graph.block.nodes[1].blocks[0], "aten::relu")
    graph.block.nodes.append(node)
    with pytest.raises(GraphError, match="not the one it names"):
        verify(graph)


def test_attributes_and_methods():
    cls = ClassType("__torch__.C")
    cls.add_attribute("n", INT)
    cls.methods["f"] = Function("__torch__.C.f", [Parameter("self", cls), Parameter("x", TENSOR)], TENSOR)
    graph = Graph()
    self = graph.block.add_parameter(cls, "self")
    builder = Builder(graph)
    good = builder.insert("prim::GetAttr", (self,), INT, name="n")
    verify(graph)
    builder.insert("prim::GetAttr", (self,), INT, name="m")
    with pytest.raises(GraphError, match="'m'"):
        verify(graph)
    graph.block.nodes[-1].destroy()
    builder.node("prim::CallMethod", (self, good), (TENSOR,), name="f")
    with pytest.raises(GraphError, match="argument 'x'"):
        verify(graph)
    graph.block.nodes[-1].destroy()
    builder.node("prim::SetAttr", (self, builder.constant("text")), name="n")
    with pytest.raises(GraphError, match="expected int, found str"):
        verify(graph)


def test_calls_of_functions():
    callee = Function("f", [Parameter("s", STR)], BOOL)
    graph = Graph()
    builder = Builder(graph)
    reference = builder.constant(callee, FunctionType(callee))
    builder.insert("prim::CallFunction", (reference, builder.constant("a")), BOOL)
    verify(graph)
    builder.insert("prim::CallFunction", (reference,), BOOL)
    with pytest.raises(GraphError, match="0 arguments"):
        verify(graph)
