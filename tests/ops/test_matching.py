"""Overload resolution: the same overloads and conversions as TorchScript, and what goes beyond it."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from portfire.errors import GraphError
from portfire.ir.builder import Builder
from portfire.ir.graph import Graph, Node
from portfire.ir.parser import parse_graph
from portfire.ir.subtyping import is_subtype, optional_of
from portfire.ir.types import (
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    STR,
    TENSOR,
    DictType,
    ListType,
    OptionalType,
    TupleType,
    Type,
)  # fmt: skip
from portfire.ir.verifier import verify
from portfire.ops.composites import composite_of
from portfire.ops.emit import MatchError, emit_builtin, match_builtin
from portfire.ops.python_names import builtin_of
from portfire.ops.table import op_table, schema_of
from portfire.passes import normalize_operators

TYPES: list[Type] = [
    TENSOR, INT, FLOAT, BOOL, STR, COMPLEX, DEVICE, ListType(INT), ListType(FLOAT), ListType(TENSOR), ListType(BOOL),
    ListType(STR), ListType(ListType(INT)), optional_of(INT), optional_of(TENSOR), TupleType((INT, INT)),
    TupleType((TENSOR, TENSOR)), DictType(STR, INT),
]  # fmt: skip


def calls(nodes: list[Node]) -> list[Any]:
    """What is called, and with what; constants are where they are inserted."""
    return [
        (n.kind, [str(v.type) for v in n.inputs], [str(v.type) for v in n.outputs])
        for n in nodes
        if n.kind != "prim::Constant"
    ]


def with_torch(name: str, types: list[Type]) -> list[Any] | None:
    parameters = ", ".join(f"a{i}: {t.annotation if t != DEVICE else 'torch.device'}" for i, t in enumerate(types))
    call = f"torch.{name}({', '.join(f'a{i}' for i in range(len(types)))})"
    try:
        graph = torch.jit.CompilationUnit(f"def f({parameters}):\n  return {call}\n").f.graph  # noqa: TID251
        return calls(parse_graph(str(graph)).block.nodes)
    except (RuntimeError, GraphError):  # GraphError: torch compiles the function from its Python source
        return None


def with_portfire(name: str, types: list[Type]) -> list[Any] | None:
    graph = Graph()
    values = [graph.block.add_parameter(t) for t in types]
    if composite_of(f"aten::{name}", values, {}) is not None:
        pytest.skip("made of others")
    try:
        emit_builtin(Builder(graph), f"aten::{name}", values)
    except MatchError:
        return None
    verify(graph)
    normalize_operators(graph)
    return calls(graph.block.nodes)


def random_calls(count: int) -> list[tuple[str, list[Type]]]:
    """Calls of torch's functions, with arguments most of which fit some overload."""
    choose = random.Random(20)
    functions = sorted(n for n in op_table() if builtin_of(getattr(torch, n.removeprefix("aten::"), None)) == n)
    found = []
    while len(found) < count:
        name = choose.choice(functions)
        schema = choose.choice(op_table().overloads(name))
        positional = [a for a in schema.arguments if not a.kwarg_only]
        required = sum(not a.has_default for a in positional)
        types = []
        for argument in positional[: choose.randint(required, len(positional))]:
            inner = argument.type.element if isinstance(argument.type, OptionalType) else argument.type
            fitting = [t for t in TYPES if is_subtype(t, inner)] or TYPES
            types.append(choose.choice(fitting if choose.random() < 0.7 else TYPES))
        found.append((name.removeprefix("aten::"), types))
    return found


def test_resolution_is_torchscripts() -> None:
    agreed = 0
    for name, types in random_calls(600):
        expected = with_torch(name, types)
        if not expected or name == "rsub":
            continue
        graph = Graph()
        if composite_of(f"aten::{name}", [graph.block.add_parameter(t) for t in types], {}) is not None:
            continue
        assert with_portfire(name, types) == expected, (name, [str(t) for t in types])
        agreed += 1
    assert agreed > 150


def emitted(name: str, *args: Any, **kwargs: Any) -> list[Any]:
    """The calls made for constants and types: a Type makes a parameter, all else a constant."""
    graph = Graph()
    builder = Builder(graph)

    def value(item: Any) -> Any:
        return graph.block.add_parameter(item) if isinstance(item, Type) else builder.constant(item)

    emit_builtin(builder, name, [value(a) for a in args], {k: value(v) for k, v in kwargs.items()})
    verify(graph)
    for node in graph.walk():
        if node.kind.startswith("aten::"):
            assert schema_of(node) is not None
    return calls(graph.block.nodes)


def kinds(name: str, *args: Any, **kwargs: Any) -> list[str]:
    return [kind for kind, _, _ in emitted(name, *args, **kwargs)]


def test_implicit_conversions() -> None:
    assert kinds("aten::view", TENSOR, TENSOR, 3) == ["aten::IntImplicit", "prim::ListConstruct", "aten::view"]
    assert kinds("aten::conv2d", TENSOR, TENSOR, None, 2)[0] == "prim::ListConstruct"
    assert kinds("aten::to", TENSOR, "cpu")[0] == "aten::device"
    assert kinds("aten::cat", TupleType((TENSOR, TENSOR)))[:2] == ["prim::TupleUnpack", "prim::ListConstruct"]


def test_what_eager_accepts_and_torchscript_does_not() -> None:
    assert kinds("aten::dropout", TENSOR, 0, True) == ["aten::Float", "aten::dropout"]
    assert kinds("aten::sum", TENSOR, axis=1) == ["prim::ListConstruct", "aten::sum"]
    assert kinds("aten::mul", TENSOR, True) == ["prim::NumToTensor", "aten::mul"]
    assert kinds("aten::masked_fill", TENSOR, TENSOR, True) == ["aten::Int", "aten::masked_fill"]
    assert kinds("aten::zeros", 2, 3, requires_grad=True)[-1] == "aten::requires_grad_"


def test_numbers_on_the_left() -> None:
    assert kinds("aten::sub", 1, TENSOR) == ["aten::rsub"]
    assert kinds("aten::div", 1.0, TENSOR) == ["aten::reciprocal", "aten::mul"]
    assert kinds("aten::lt", 1, TENSOR) == ["aten::gt"]
    assert kinds("aten::floordiv", TENSOR, 2) == ["aten::floor_divide"]


def test_python_semantics() -> None:
    assert emitted("aten::pow", INT, 2) == [("aten::pow", ["int", "int"], ["int"])]
    assert emitted("aten::pow", INT, INT) == [("aten::pow", ["int", "int"], ["float"])]
    assert kinds("portfire::round", FLOAT) == ["aten::round", "aten::Int"]
    assert kinds("prim::max", INT, INT, INT) == ["prim::max", "prim::max"]
    assert kinds("aten::__contains__", STR, "a") == ["aten::find", "aten::ne"]
    assert kinds("portfire::unique", TENSOR)[0] == "aten::_unique2"


def test_type_variables() -> None:
    numbers = ListType(FLOAT)
    assert emitted("aten::append", numbers, 1.0) == [("aten::append", ["float[]", "float"], ["float[]"])]
    assert emitted("aten::__getitem__", DictType(STR, TENSOR), "a")[-1][2] == ["Tensor"]
    with pytest.raises(MatchError):
        emitted("aten::append", numbers, "text")


def test_several_results_are_a_tuple_with_names() -> None:
    graph = Graph()
    result = emit_builtin(Builder(graph), "aten::max", [graph.block.add_parameter(TENSOR), Builder(graph).constant(0)])
    assert isinstance(result.type, TupleType) and result.type.fields == ("values", "indices")


def test_failures_name_the_nearest_overload_and_the_argument() -> None:
    graph = Graph()
    values = [graph.block.add_parameter(t) for t in (TENSOR, STR)]
    with pytest.raises(MatchError) as caught:
        match_builtin("aten::add", values)
    assert caught.value.failures[0].reason == "argument `other`: expected Tensor, found str"
    with pytest.raises(MatchError) as caught:
        match_builtin("aten::matmull", values)
    assert "aten::matmul" in caught.value.similar


def test_a_tensor_stands_for_an_int() -> None:
    assert kinds("aten::mean", TENSOR, TENSOR) == ["aten::IntImplicit", "prim::ListConstruct", "aten::mean"]
    assert kinds("aten::roll", TENSOR, TENSOR, 0)[0] == "aten::IntImplicit"
