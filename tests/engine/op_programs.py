"""Programs of one op each: how the engine's tests call an op with Python values, and compare it with Python's own function."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from portfire import _engine
from portfire.archive.program_writer import write_program
from portfire.ir.builder import Builder, constant_type
from portfire.ir.graph import Function, Graph, Parameter
from portfire.ir.types import ANY, INT, NONE, DictType, ListType, TupleType, Type
from portfire.ops.table import op_table
from portfire.ops.type_variables import has_variables

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


def type_of(value: Any) -> Type:
    if value == [] and isinstance(value, list):
        return ListType(INT)
    if value == {} and isinstance(value, dict):
        return DictType(INT, INT)
    return constant_type(value)


@cache
def compiled(name: str, overload: str, types: tuple[Type, ...]) -> _engine.Function:
    """The op as a function of these parameters; it returns its results, and its first argument as it is afterwards."""
    schema = op_table().find(name, overload)
    assert schema is not None, f"no op {name}.{overload}"
    graph = Graph(name)
    inputs = [graph.block.add_parameter(t) for t in types]
    builder = Builder(graph)
    outputs = [ANY if has_variables(r.type) else r.type for r in schema.returns]
    node = builder.node(name, inputs, outputs)
    node.overload = overload
    first = inputs[:1] or [builder.constant(None, NONE)]
    result = builder.insert("prim::TupleConstruct", [*node.outputs, *first], TupleType((*outputs, first[0].type)))
    graph.block.add_input(result)
    signature = [Parameter(f"x{i}", t) for i, t in enumerate(types)]
    image = write_program([Function("op", signature, result.type, graph)])
    return _engine.Program(image.data, image.tensors, []).function("op")


def op_function(full_name: str, arguments: Sequence[Any]) -> _engine.Function:
    """The compiled op for arguments of these types: those of the schema, or the values' own where it has variables."""
    name, _, overload = full_name.partition(".")
    schema = op_table().find(name, overload)
    assert schema is not None, f"no op {full_name}"
    formal = [] if schema.is_vararg else [a.type for a in schema.arguments]
    if any(map(has_variables, formal)):
        formal = []
    return compiled(name, overload, tuple(formal[: len(arguments)]) or tuple(map(type_of, arguments)))


def run(function: _engine.Function, *arguments: Any) -> tuple[Any, Any]:
    """(result, first argument afterwards); the result of several is a tuple, of none None."""
    *results, first = function(*arguments)
    return (results[0] if len(results) == 1 else tuple(results) or None), first


def outcome(function: Callable[..., Any], *arguments: Any) -> tuple[str, Any]:
    """What happened: ("value", value) or ("error", exception)."""
    try:
        return "value", function(*arguments)
    except Exception as error:  # whatever Python raises is the expectation
        return "error", error


def same(found: Any, expected: Any, relative: float = 0.0) -> bool:
    """Equal with types, signs of zero and nan; floats within `relative`."""
    if type(found) is not type(expected):
        return False
    if isinstance(expected, float):
        if math.isnan(expected) or math.isnan(found):
            return math.isnan(expected) and math.isnan(found)
        if relative and math.isclose(found, expected, rel_tol=relative):
            return True
        return found == expected and math.copysign(1.0, found) == math.copysign(1.0, expected)
    if isinstance(expected, complex):
        return same(found.real, expected.real, relative) and same(found.imag, expected.imag, relative)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(same(f, e, relative) for f, e in zip(found, expected, strict=True))
    return bool(found == expected)


def check(
    full_name: str,
    arguments: Sequence[Any],
    python: Callable[..., Any],
    *,
    relative: float = 0.0,
    mutates: bool = False,
    message: bool = True,
) -> None:
    """Assert that the op does what `python` does: value, exception class and message, and the mutation of the first argument."""
    theirs = copy.deepcopy(list(arguments))
    kind, expected = outcome(python, *theirs)
    if kind == "value" and type(expected) is int and not INT_MIN <= expected <= INT_MAX:
        kind, expected, message = "error", OverflowError(), False
    found_kind, found = outcome(run, op_function(full_name, arguments), *copy.deepcopy(list(arguments)))
    context = f"{full_name}{tuple(arguments)!r}: found {found!r}, expected {expected!r}"
    assert found_kind == kind, context
    if kind == "error":
        assert type(found) is type(expected), context
        assert not message or isinstance(expected, KeyError) or str(found) == str(expected), context
        return
    result, first = found
    assert same(result, expected, relative), context
    if mutates:
        assert same(first, theirs[0]), context + f"; the argument became {first!r}, expected {theirs[0]!r}"
