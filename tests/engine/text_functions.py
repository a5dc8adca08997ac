"""Compiled functions out of graph text, so that the tests of the binding need no front end."""

from __future__ import annotations

from typing import Any

from portfire.ir.graph import MISSING, Function, Parameter
from portfire.ir.parser import parse_graph
from portfire.modules import ScriptFunction, wrap_function


def function_of(text: str, name: str = "f", **defaults: Any) -> ScriptFunction:
    graph = parse_graph(text)
    parameters = []
    for value in graph.inputs:
        assert value.name is not None
        parameters.append(Parameter(value.name, value.type, defaults.get(value.name, MISSING)))
    return wrap_function(Function(f"__torch__.{name}", parameters, graph.outputs[0].type, graph))


def identity_of(type_: str) -> ScriptFunction:
    """A function that returns its only argument."""
    return function_of(f"graph(%x : {type_}):\n  return (%x)\n")
