"""Graphs printed and parsed: our own graphs, torch's, and texts that are wrong."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import torch

from portfire.errors import GraphError
from portfire.ir.builder import Builder
from portfire.ir.graph import Graph
from portfire.ir.lexer import unquoted
from portfire.ir.literals import complex_literal, float_literal, quoted
from portfire.ir.parser import parse_graph
from portfire.ir.printer import print_graph, tensor_constants
from portfire.ir.type_parser import parse_type
from portfire.ir.types import BOOL, TENSOR, TupleType

sys.path.insert(0, str(Path(__file__).parent))
from torch_graphs import Names, scripted_texts

TEXTS = scripted_texts()


def numbered(text: str) -> str:
    """The text with every value called by its order of appearance."""
    parts = []
    for part in text.split("\nwith "):
        names: dict[str, str] = {}
        parts.append(re.sub(r"%[\w.]+", lambda m: names.setdefault(m.group(), f"%v{len(names)}"), part))
    return "\nwith ".join(parts)


@pytest.mark.parametrize("name", TEXTS)
def test_torchs_graph_prints_as_torch_prints_it(name):
    text = TEXTS[name]
    graph = parse_graph(text, Names())
    printed = print_graph(graph)
    mine, theirs = numbered(printed).strip(), numbered(text).strip()
    small_tensor = re.compile(r"value=[\s\d.e+-]*\[ CPU\w+\{[\d,]*\} \]")
    assert mine == small_tensor.sub("value=<Tensor>", theirs)


@pytest.mark.parametrize("name", TEXTS)
def test_printing_is_a_fixpoint(name):
    names = Names()
    first = parse_graph(TEXTS[name], names)
    text = print_graph(first)
    second = parse_graph(text, names, tensor_constants(first))
    assert print_graph(second) == text


def test_torch_parses_what_we_print():
    graph = parse_graph(TEXTS["control_flow"])
    theirs = torch._C.parse_ir(print_graph(graph))
    function = torch._C._create_function_from_graph("f", theirs)
    result, n = function(torch.zeros(2), 3)
    assert torch.equal(result, torch.tensor([3.0, 3.0])) and n == 3


def test_a_graph_built_by_hand():
    graph = Graph()
    x = graph.block.add_parameter(TENSOR, "x")
    builder = Builder(graph)
    one = builder.constant(1)
    y = builder.insert("aten::add", (x, x, one), TENSOR)
    y.name = "x"
    graph.block.add_input(builder.insert("prim::TupleConstruct", (y, one), TupleType((TENSOR, one.type))))
    assert str(graph) == (
        "graph(%x.1 : Tensor):\n"
        "  %1 : int = prim::Constant[value=1]()\n"
        "  %x : Tensor = aten::add(%x.1, %x.1, %1)\n"
        "  %3 : (Tensor, int) = prim::TupleConstruct(%x, %1)\n"
        "  return (%3)\n"
    )


def test_source_ranges_come_back():
    graph = parse_graph(
        'graph():\n  %s : str = prim::Constant[value="# not a comment"]() # a b/c:d.py:12:4\n  return (%s)\n'
    )
    (node,) = graph.block.nodes
    assert str(node.range) == "a b/c:d.py:12:4"
    assert 'value="# not a comment"]() # a b/c:d.py:12:4\n' in print_graph(graph)
    assert "12:4" not in print_graph(graph, ranges=False)


@pytest.mark.parametrize("text", ["", "plain", "a\"b'c\\", "\n\t\a\0\x7f", "é☃😀", "\ud800", "\\303\\251"])
def test_strings_survive_quoting(text):
    assert quoted(text).isascii()
    assert unquoted(quoted(text)) == text


@pytest.mark.parametrize("value", [0.0, -0.0, 1.0, 0.1, 1e10, 1e300, 5e-324, float("inf"), -1234567.25])
def test_floats_survive(value):
    assert repr(float(float_literal(value))) == repr(value)
    assert eval(complex_literal(complex(value, 2.0)).replace("inf", "1e999")) == complex(value, 2.0)


@pytest.mark.parametrize(
    "text",
    ["Tensor", "int[]", "str?", "int[][]?", "Dict(str, Tensor?)", "(int, (float, bool[]))", "()", "Union(int[], str)",
     "Future(Tensor)", "Float(2, *, strides=[3, 1], requires_grad=0, device=cuda:0)", "Long()", "Half", "Tensor(3, 4)",
     "Any", "Device", "Scalar", "NoneType"],
)  # fmt: skip
def test_types_survive(text):
    assert str(parse_type(text)) == text


@pytest.mark.parametrize(
    "text, message",
    [
        ("graph(%x : Tensor):\n  return (%y)\n", "line 2: %y is not defined"),
        ("graph(%x : Tensr):\n  return (%x)\n", "line 1: unknown type Tensr"),
        ("graph(%x : Tensor)\n  return (%x)\n", "expected ':'"),
        ("graph(%x : Tensor):\n  %y : int = prim::Constant[value=]()\n  return (%x)\n", "line 2"),
        ("graph():\n  return ()\nrest", "after the graph"),
        ("", "expected a name"),
        ("graph():\n  ` \n return ()", "line 2: unexpected character"),
    ],
)
def test_wrong_texts_name_the_line(text, message):
    with pytest.raises(GraphError, match=re.escape(message)):
        parse_graph(text)


def test_the_scope_of_a_traced_node_is_skipped():
    text = "graph(%x : Tensor):\n  %1 : Tensor = aten::relu(%x), scope: __module.layers.0 # a.py:1:2\n  return (%1)\n"
    assert print_graph(parse_graph(text)) == text.replace(", scope: __module.layers.0", "")


def test_a_shortage_of_tensors_is_an_error():
    text = "graph():\n  %0 : Float(2) = prim::Constant[value=<Tensor>]()\n  return (%0)\n"
    assert parse_graph(text).block.nodes[0].attributes["value"].shape == (2,)
    with pytest.raises(GraphError, match="more tensors"):
        parse_graph(text, tensors=[])


def test_bools_print_as_numbers():
    graph = Graph()
    value = Builder(graph).constant(True)
    assert value.type == BOOL and "value=1" in str(graph)
