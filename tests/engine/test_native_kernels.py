"""The native kernels against ATen: every case is a program of one op, run on `native` alone, over dtypes and strides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from portfire import _engine  # noqa: E402
from portfire.archive.program_writer import write_program  # noqa: E402
from portfire.ir.builder import Builder  # noqa: E402
from portfire.ir.graph import Function, Graph, Parameter  # noqa: E402
from portfire.ir.types import TupleType  # noqa: E402
from portfire.ops.table import op_table  # noqa: E402

FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
DTYPES = (*FLOATS, *INTEGERS, torch.bool)
TOLERANCE = {torch.float16: 2e-3, torch.bfloat16: 2e-2}


@cache
def compiled(name: str, overload: str) -> _engine.Function:
    schema = op_table().find(name, overload)
    assert schema is not None, f"no op {name}.{overload}"
    graph = Graph(name)
    inputs = [graph.block.add_parameter(a.type) for a in schema.arguments]
    builder = Builder(graph)
    node = builder.node(name, inputs, [r.type for r in schema.returns])
    node.overload = overload
    result = builder.insert("prim::TupleConstruct", [*node.outputs], TupleType(tuple(r.type for r in schema.returns)))
    graph.block.add_input(result)
    signature = [Parameter(f"x{i}", a.type) for i, a in enumerate(schema.arguments)]
    image = write_program([Function("op", signature, result.type, graph)])
    return _engine.Program(image.data, image.tensors, ["native"]).function("op")


def oracle(name: str, overload: str) -> Any:
    return getattr(getattr(torch.ops.aten, name), overload or "default")


def filled(schema: Any, given: Sequence[Any]) -> list[Any]:
    """The arguments with the schema's defaults after them; int where a float is declared becomes one."""
    values = [*given, *(a.default_value for a in schema.arguments[len(given) :])]
    floats = [str(a.type) in ("float", "Optional[float]") and type(v) is int for a, v in zip(schema.arguments, values)]
    return [float(v) if is_float else v for v, is_float in zip(values, floats)]


def copied(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype).copy_(value)
    return [copied(v) for v in value] if isinstance(value, list) else value


def assert_same(found: Any, expected: Any, context: str) -> None:
    if isinstance(expected, (list, tuple)):
        assert len(found) == len(expected), context
        for f, e in zip(found, expected, strict=True):
            assert_same(f, e, context)
    elif isinstance(expected, torch.Tensor):
        assert found.dtype == expected.dtype, context
        assert found.shape == expected.shape, context
        tolerance = TOLERANCE.get(expected.dtype, 2e-5)
        assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True), context
    else:
        assert found == expected, context


def check(full_name: str, *given: Any) -> None:
    """Native and ATen agree: on the result, on the first argument afterwards, or on refusing."""
    name, _, overload = full_name.partition(".")
    op = oracle(name, overload)
    arguments = filled(op._schema, given)
    keyword_only = [a.name for a in op._schema.arguments if a.kwarg_only]
    positional = len(arguments) - len(keyword_only)
    theirs = copied(arguments)
    ours = copied(arguments)
    context = f"{full_name}({', '.join(str(a) for a in given)})"
    try:
        expected = op(*theirs[:positional], **dict(zip(keyword_only, theirs[positional:], strict=True)))
    except (RuntimeError, IndexError, NotImplementedError, ValueError):
        with pytest.raises((RuntimeError, IndexError, NotImplementedError, ValueError)):
            compiled(f"aten::{name}", overload)(*ours)
        return
    found = compiled(f"aten::{name}", overload)(*ours)
    assert_same(found, expected if isinstance(expected, tuple) else (expected,), context)
    if name.endswith("_") and not name.startswith("__"):
        assert_same(ours[0], theirs[0], context)


def sample(shape: Sequence[int], dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    if dtype.is_floating_point:
        return (torch.randn(tuple(shape), generator=generator) * 2).to(dtype)
    low = 0 if dtype in (torch.uint8, torch.bool) else -4
    return torch.randint(low, 2 if dtype == torch.bool else 5, tuple(shape), generator=generator).to(dtype)


def layouts(dtype: torch.dtype, seed: int = 0) -> list[torch.Tensor]:
    """Contiguous, transposed, strided, empty, without dimensions."""
    x = sample((3, 4), dtype, seed)
    return [x, x.t(), sample((6, 8), dtype, seed)[::2, ::2], x[:0], x[0, 0]]


BINARY = (
    "add.Tensor sub.Tensor mul.Tensor div.Tensor maximum minimum atan2 eq.Tensor ne.Tensor lt.Tensor le.Tensor gt.Tensor "
    "ge.Tensor logical_and logical_or logical_xor bitwise_and.Tensor bitwise_or.Tensor bitwise_xor.Tensor"
).split()
UNARY = (
    "exp expm1 log log1p sqrt rsqrt reciprocal sin cos tan tanh erf sigmoid neg sign floor ceil trunc round logical_not "
    "bitwise_not isnan isinf isfinite relu silu hardswish hardsigmoid hardtanh elu selu leaky_relu gelu softplus square clone"
).split()
REDUCTIONS = "sum mean prod all any max min amax amin count_nonzero".split()
IN_PLACE = "add_.Tensor mul_.Tensor sub_.Tensor eq_.Tensor logical_and_".split()


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_binary(op: str, dtype: torch.dtype) -> None:
    for a, b in zip(layouts(dtype), layouts(dtype, 1), strict=True):
        check(op, a, b)
    check(op, sample((3, 4), dtype), sample((4,), dtype, 1))
    check(op, sample((3, 1), dtype), sample((1, 4), dtype, 1))
    check(op, sample((3,), dtype), sample((4,), dtype))


@pytest.mark.parametrize("op", ["add.Tensor", "mul.Tensor", "div.Tensor", "lt.Tensor", "maximum"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_promotion(op: str, dtype: torch.dtype) -> None:
    for other in DTYPES:
        check(op, sample((3, 4), dtype), sample((3, 4), other, 1))
        check(op, sample((3, 4), dtype), sample((), other, 1))


@pytest.mark.parametrize("op", IN_PLACE)
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool, torch.float16], ids=str)
def test_in_place(op: str, dtype: torch.dtype) -> None:
    for other in (torch.float32, torch.int64, torch.bool):
        check(op, sample((3, 4), dtype), sample((4,), other, 1))
        check(op, sample((4, 3), dtype).t(), sample((), other, 1))
    check(op, sample((4,), dtype), sample((3, 4), dtype))


@pytest.mark.parametrize("op", UNARY)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_unary(op: str, dtype: torch.dtype) -> None:
    for x in layouts(dtype):
        check(op, x)


@pytest.mark.parametrize("op", REDUCTIONS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_reductions(op: str, dtype: torch.dtype) -> None:
    for x in layouts(dtype):
        check(op, x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("keepdim", [False, True])
def test_reductions_over_dims(dtype: torch.dtype, keepdim: bool) -> None:
    for x in (sample((3, 4, 5), dtype), sample((5, 3, 4), dtype).permute(1, 2, 0)):
        for dim in (0, 1, -1):
            check("sum.dim_IntList", x, [dim], keepdim)
            check("mean.dim", x, [dim, 0 if dim != 0 else 1], keepdim)
            check("all.dim", x, dim, keepdim)
            check("max.dim", x, dim, keepdim)
            check("argmin", x, dim, keepdim)
            check("cumsum", x, dim)
            check("sort.stable", x, True, dim, False)
            check("var.correction", x, [dim], 1, keepdim)
        check("sum.dim_IntList", x, [7], keepdim)


@pytest.mark.parametrize(
    "shapes",
    [((2, 3), (3, 4)), ((3,), (3,)), ((2, 3), (3,)), ((5, 2, 3), (3, 4)), ((2, 1, 2, 3), (4, 3, 5)), ((0, 3), (3, 4)),
     ((70, 130), (130, 65)), ((2, 3), (4, 5))],
    ids=str,
)  # fmt: skip
def test_matmul(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    for dtype in (torch.float32, torch.float64, torch.int64):
        check("matmul", sample(shapes[0], dtype), sample(shapes[1], dtype, 1))


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"), [(3, 1, 1, 1), (1, 1, 0, 1), (1, 2, 0, 1), (3, 2, 2, 2)]
)
def test_convolution(groups: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    x = sample((2, 4, 9, 10), torch.float32)
    weight = sample((8, 4 // groups, kernel, kernel), torch.float32, 1)
    options = [[stride, stride], [padding, padding], [dilation, dilation]]
    check("conv2d", x, weight, sample((8,), torch.float32, 2), *options, groups)
    check("conv2d", x[0], weight, None, *options, groups)
    turned = sample((4, 8 // groups, kernel, kernel), torch.float32, 1)
    check("conv_transpose2d.input", x, turned, None, options[0], options[1], [0, 0], groups, options[2])


def test_pooling_and_normalization() -> None:
    x = sample((2, 6, 11, 12), torch.float32)
    w, b, mean = (sample((6,), torch.float32, i) for i in range(3))
    check("max_pool2d", x, [3, 3], [2, 2], [1, 1], [1, 1], True)
    check("avg_pool2d", x, [3, 3], [2, 2], [1, 1], False, False, None)
    check("adaptive_avg_pool2d", x, [5, 1])
    check("layer_norm", x, [12], None, None, 1e-5, True)
    check("group_norm", x, 3, w, b)
    for training in (False, True):
        check("batch_norm", x, w, b, mean, torch.ones(6), training, 0.1, 1e-5, True)


def test_indexing() -> None:
    x = sample((3, 4, 5), torch.float32)
    i, j = torch.tensor([0, 2]), torch.tensor([[1], [-1]])
    for indices in ([i], [None, i], [i, j], [i, None, i], [x > 0], [None, x[0] > 0], [torch.tensor([9])]):
        check("index.Tensor", x, indices)
    check("index_put_", x, [i], torch.ones(5), False)
    check("index_put_", x, [torch.tensor([0, 0])], torch.ones(5), True)
    check("gather", x, 1, torch.zeros(3, 2, 5, dtype=torch.int64))
    check("scatter_add", x[0], 0, torch.zeros(2, 5, dtype=torch.int64), torch.ones(2, 5))
    check("masked_select", x, x > 0)
    check("masked_fill.Scalar", x, x > 0, -1.5)
    check("where.ScalarOther", x > 0, x, 0)
    check("nonzero", x > 0)
    check("embedding", sample((7, 3), torch.float32), torch.tensor([[0, 6], [1, 1]]))


def test_recurrent_and_attention() -> None:
    x, h = sample((6, 3, 4), torch.float32), sample((2, 3, 5), torch.float32, 1)
    for net, gates in (("lstm", 4), ("gru", 3)):
        shapes = [(gates * 5, 4), (gates * 5, 5), (gates * 5,), (gates * 5,)] * 2
        params = [sample(s, torch.float32, k) * 0.3 for k, s in enumerate(shapes)]
        check(f"{net}.input", x, [h, h] if net == "lstm" else h, params, True, 1, 0.0, False, True, False)
    q, k = sample((2, 4, 5, 8), torch.float32), sample((2, 4, 7, 8), torch.float32, 1)
    for mask, causal in (
        (None, False),
        (None, True),
        (torch.zeros(5, 7) > 0, False),
        (sample((5, 7), torch.float32), False),
    ):
        check("scaled_dot_product_attention", q, k, k, mask, 0.0, causal)


def test_what_is_not_supported_is_refused() -> None:
    with pytest.raises(RuntimeError, match="evaluation only"):
        compiled("aten::dropout", "")(torch.ones(3), 0.5, True)
