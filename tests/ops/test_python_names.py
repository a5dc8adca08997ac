"""Which operator a Python name means."""

from __future__ import annotations

import ast
import math

import pytest
import torch
import torch.nn.functional as F

from portfire.ir.types import INT, STR, TENSOR, DictType, ListType
from portfire.ops.python_names import builtin_of, method_of, property_of
from portfire.ops.python_operators import augmented_operator, binary_operator, in_place_method, reflected_method
from portfire.ops.table import op_table


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (torch.add, "aten::add"),
        (torch.mm, "aten::mm"),
        (torch.special.expm1, "aten::special_expm1"),
        (torch.fft.fft, "aten::fft_fft"),
        (torch.linalg.inv, "aten::linalg_inv"),
        (torch.unique, "portfire::unique"),
        (torch._VF.dropout, "aten::dropout"),
        (torch._VF.stft, "aten::stft"),
        (torch.ops.aten.add, "aten::add"),
        (torch.ops.aten.add.Tensor, "aten::add.Tensor"),
        (torch.ops.aten.relu.default, "aten::relu.default"),
        (torch.Tensor.add, "aten::add"),
        (F.conv2d, "aten::conv2d"),
        (F.gelu, "aten::gelu"),
        (str.upper, "aten::upper"),
        (math.floor, "aten::floor"),
        (round, "portfire::round"),
        (abs, "prim::abs"),
        (torch.stft, None),
        (F.relu, None),
        (torch.nn.Linear, None),
        ([], None),
    ],
    ids=lambda value: getattr(value, "__qualname__", None) or str(value),
)
def test_functions(function: object, name: str | None) -> None:
    assert builtin_of(function) == name


def test_every_function_of_torch_that_is_an_operator_is_found() -> None:
    """By each of its names: a function that torch also has under another name is still the operator."""
    missed = [
        name.removeprefix("aten::")
        for name in op_table()
        if type(getattr(torch, name.removeprefix("aten::"), None)).__name__ == "builtin_function_or_method"
        and builtin_of(getattr(torch, name.removeprefix("aten::"))) is None
    ]
    assert missed == []


def test_methods_and_properties() -> None:
    assert method_of(TENSOR, "add_") == "aten::add_"
    assert method_of(TENSOR, "nelement") == "aten::numel"
    assert method_of(TENSOR, "float") == "aten::to"
    assert method_of(TENSOR, "conv2d") is None and method_of(TENSOR, "shape") is None
    assert method_of(ListType(INT), "append") == "aten::append" and method_of(ListType(INT), "size") is None
    assert method_of(DictType(STR, INT), "items") == "aten::items"
    assert method_of(STR, "split") == "aten::split"
    assert property_of(TENSOR, "shape") == "aten::size" and property_of(TENSOR, "is_cuda") == "prim::is_cuda"
    assert property_of(TENSOR, "view") is None


def test_operators() -> None:
    assert binary_operator(ast.Add, TENSOR) == "aten::add"
    assert binary_operator(ast.Mod, STR) == "aten::percentFormat"
    assert augmented_operator(ast.Add, TENSOR) == "aten::add_" == augmented_operator(ast.Add, ListType(INT))
    assert augmented_operator(ast.Add, INT) == "aten::add"
    assert (reflected_method(ast.Add), in_place_method(ast.Div)) == ("__radd__", "__itruediv__")
