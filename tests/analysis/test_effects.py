"""What nodes do besides giving results."""

from __future__ import annotations

import pytest
import torch

from portfire.analysis.effects import (
    has_side_effects,
    is_nondeterministic,
    is_pure,
    may_raise,
    reads_environment,
    writes_of,
)
from portfire.ir.graph import Graph, Node
from portfire.ir.parser import parse_graph
from portfire.ops.schema import FunctionSchema
from portfire.ops.table import op_table

INPUTS = "%x : Tensor, %c : bool, %n : int, %f : float, %s : str, %l : int[]"


def node(text: str) -> Node:
    graph = parse_graph(
        f"""graph({INPUTS}):
      %no : bool = prim::Constant[value=0]()
      %none : NoneType = prim::Constant()
      %two : int = prim::Constant[value=2]()
      {text}
      return (%n)
    """
    )
    return graph.block.nodes[-1]


@pytest.mark.parametrize(
    "text",
    [
        "%r : Tensor = aten::relu(%x)",
        "%r : int = aten::add(%n, %n)",
        "%r : Tensor = aten::dropout(%x, %f, %no)",
        "%r : int[] = prim::ListConstruct(%n)",
        "%r : str = aten::format(%s, %n)",
    ],
)
def test_pure(text: str) -> None:
    assert is_pure(node(text)) and not may_raise(node(text))


@pytest.mark.parametrize(
    "text",
    [
        "= prim::Print(%s)",
        "= aten::warn(%s, %two)",
        "= aten::manual_seed(%n)",
        "%r : Tensor = aten::rand(%l, %none, %none, %none, %none)",
        "%r : Tensor = aten::dropout(%x, %f, %c)",
        "%r : Tensor = unknown::call(%x)",
    ],
)
def test_effects(text: str) -> None:
    assert has_side_effects(node(text)) and not is_pure(node(text))


def test_writes_are_not_pure_and_not_effects() -> None:
    written = node("%r : Tensor = aten::relu_(%x)")
    assert not has_side_effects(written) and not is_pure(written)
    assert [w.value.name for w in writes_of(written)] == ["x"]


def test_batch_norm_writes_statistics_unless_it_is_known_not_to_train() -> None:
    text = "%r : Tensor = aten::batch_norm(%x, %none, %none, %x, %x, {}, %f, %f, %no)"
    assert len(writes_of(node(text.format("%c")))) == 2
    assert writes_of(node(text.format("%no"))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%r : int = aten::__getitem__(%l, %n)", True),
        ("%r : int = aten::Int(%s)", True),
        ("%r : int = aten::floordiv(%n, %n)", True),
        ("%r : int = aten::floordiv(%n, %two)", False),
        ("%r : Tensor = aten::div(%x, %n)", False),
    ],
)
def test_may_raise(text: str, expected: bool) -> None:
    assert may_raise(node(text)) == expected


def test_environment() -> None:
    assert reads_environment(node("%r : bool = aten::is_grad_enabled()"))


def test_every_operator_that_torch_knows_to_be_random_is() -> None:
    """torch tags the operators that draw random numbers: none of them may be taken for deterministic."""
    missed = []
    for name in op_table():
        for schema in op_table().overloads(name) if name.startswith("aten::") else ():
            if torch.Tag.nondeterministic_seeded in _tags(schema) and not is_nondeterministic(_call(schema)):
                missed.append(schema.full_name)
    assert missed == []


def _tags(schema: FunctionSchema) -> list[torch.Tag]:
    packet = getattr(torch.ops.aten, schema.name.removeprefix("aten::"), None)
    overload = getattr(packet, schema.overload or "default", None)
    return [] if overload is None else overload.tags


def _call(schema: FunctionSchema) -> Node:
    graph = Graph()
    call = Node(graph.block, schema.name)
    call.overload = schema.overload
    for argument in schema.arguments:
        call.add_input(graph.block.add_parameter(argument.type))
    return call
