"""The graphs in the docstrings of passes: the pass turns the first into the second."""

from __future__ import annotations

import functools
import importlib
import re
import sys
import textwrap
from pathlib import Path

import pytest

from portfire.ir.builder import Builder
from portfire.ir.graph import Function, Graph, Parameter
from portfire.ir.parser import parse_graph
from portfire.ir.types import TENSOR
from portfire.ir.verifier import verify
from portfire.passes.inline_profitable_calls import SHORT, Body

sys.path.insert(0, str(Path(__file__).parent))
import oracle

PASSES = [
    "eliminate_dead_code",
    "simplify",
    "fold_constants",
    "eliminate_common_subexpressions",
    "inline_calls",
    "inline_profitable_calls",
    "keep_torchscript_arithmetic",
    "normalize_operators",
    "remove_dropout",
]


def examples(name: str) -> tuple[str, str]:
    text = importlib.import_module(f"portfire.passes.{name}").__doc__ or ""
    before, after = re.findall(r"^    graph\(.*?^      return \(.*?\)$", text, re.M | re.S)
    return textwrap.dedent(before), textwrap.dedent(after)


def double() -> Function:
    graph = Graph()
    x = graph.block.add_parameter(TENSOR, "x")
    builder = Builder(graph)
    one = builder.constant(1)
    one.name = "one"
    graph.block.add_input(builder.insert("aten::add", (x, x, one), TENSOR))
    return Function("double", [Parameter("x", TENSOR)], TENSOR, graph)


def long() -> Function:
    graph = Graph()
    x = graph.block.add_parameter(TENSOR, "x")
    builder = Builder(graph)
    for _ in range(SHORT + 1):
        x = builder.insert("aten::relu", (x,), TENSOR)
    graph.block.add_input(x)
    return Function("long", [Parameter("x", TENSOR)], TENSOR, graph)


@pytest.mark.parametrize("name", PASSES)
def test_example(name: str) -> None:
    run = getattr(importlib.import_module(f"portfire.passes.{name}"), name)
    if name == "fold_constants":
        run = functools.partial(run, evaluate=oracle.evaluate)
    functions = {"double": double(), "long": long()}
    if name == "inline_profitable_calls":
        bodies = {f: Body(f.graph) for f in functions.values() if f.graph is not None}
        run = functools.partial(run, body=bodies.get)
    before, after = (parse_graph(text, functions.get) for text in examples(name))
    verify(before)
    assert run(before)
    verify(before)
    assert str(before) == str(after)
    assert not run(before)
