"""Traced functions against the same functions run eagerly, on inputs of other sizes than the example's."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
import torch.nn.functional as F

import portfire


def trace(function: Any, *inputs: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", portfire.TracerWarning)
        return portfire.trace(function, inputs, **options)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


def halves(x):
    return x[: x.shape[0] // 2], x[x.shape[0] // 2 :]


def reshaped(x):
    b, c = x.shape
    return x.view(b * c).view(-1, 1).expand(b * c, c)


def factory(x):
    return torch.zeros(x.size(0) + 1, x.shape[1], dtype=x.dtype, device=x.device) + torch.arange(x.size(1))


def last_row(x):
    return x[x.shape[0] - 1], x[None, ..., x.shape[1] - 1]


def padded(x):
    return F.pad(x, (0, 5 - x.shape[1] % 5))


def interpolated(x):
    return F.interpolate(x[None, None], size=(x.shape[0] * 2, x.shape[1] * 3), mode="bilinear", align_corners=False)


def from_numbers(x):
    return torch.tensor([x.shape[0], 2.5]) * torch.tensor([1.0, 2.0]) + torch.full((2,), x.numel())


def item(x):
    return x * x.mean().item(), x.sum().item()


def in_place(x):
    y = x.clone()
    y[0] += 1
    y[:, -1] = y[:, 0] * 2
    y.mul_(3).add_(x)
    return y


def constant_written(x):
    total = torch.tensor([0.0])
    total += x.sum()
    return total


def splits(x):
    a, b = x.chunk(2, dim=1)
    return torch.cat([b, a], 1), torch.stack(x.unbind(1), 0)


def max_with_index(x):
    values, indices = x.max(dim=1)
    return values, indices, x.sort(dim=0)


def scaled(x):
    return x / (x.shape[-1] ** 0.5), x * (x.shape[0] - 3), -x.shape[0] % 4


def einsum(x):
    return torch.einsum("ij,kj->ik", x, x)


def numbers(x):
    return x.dim(), x.shape[0] + 1, x.shape[0] > 0


def masked(x):
    y = x.clone()
    y[y > 0] = 0
    return y, x[x > 0], torch.where(x > 0, x, 0.0)


@pytest.mark.parametrize(
    "function",
    [
        halves, reshaped, factory, last_row, padded, interpolated, from_numbers, item, in_place, constant_written, splits,
        max_with_index, scaled, einsum, masked,
    ],
)  # fmt: skip
def test_other_sizes(function: Any) -> None:
    compiled = trace(function, torch.randn(4, 6))
    for shape in ((4, 6), (8, 6), (7, 6), (3, 6)):
        if function in (splits,) and shape[1] % 2:
            continue
        x = torch.randn(shape)
        assert same(function(x.clone()), compiled(x.clone()))


@pytest.mark.parametrize("function", [halves, reshaped, factory, last_row, interpolated, from_numbers, einsum])
def test_both_sizes(function: Any) -> None:
    compiled = trace(function, torch.randn(4, 6))
    x = torch.randn(5, 9)
    assert same(function(x), compiled(x))


def test_dtype_follows_the_input() -> None:
    compiled = trace(factory, torch.randn(2, 3))
    assert compiled(torch.randn(2, 3, dtype=torch.float64)).dtype == torch.float64


def test_dtype_that_is_named_stays() -> None:
    def named(x):
        assert x.dtype.is_floating_point
        return torch.zeros(2, dtype=torch.float32) + x

    compiled = trace(named, torch.randn(2))
    assert "prim::dtype" not in str(compiled.graph)


def branch(x):
    if x.sum() > 0:
        return x + 1
    return x - 1


def test_branch_is_a_guard_with_file_and_line() -> None:
    with pytest.warns(portfire.TracerWarning, match="branch depends on the data") as caught:
        compiled = portfire.trace(branch, (torch.ones(3),))
    assert caught[0].filename == __file__
    assert torch.equal(compiled(torch.ones(5)), torch.ones(5) + 1)
    with pytest.raises(portfire.GuardError, match="branch on tensor data was taken as true") as raised:
        compiled(-torch.ones(3))
    assert "if x.sum() > 0" in "".join([str(raised.value), *getattr(raised.value, "__notes__", [])])
    (note,) = portfire.trace_notes(compiled)
    assert note.guarded and note.range is not None and note.range.file.path == __file__


def test_branch_on_sizes_is_a_guard() -> None:
    def sized(x):
        return x * 2 if x.shape[0] > 3 else x

    compiled = trace(sized, torch.ones(5))
    assert torch.equal(compiled(torch.ones(9)), torch.ones(9) * 2)
    with pytest.raises(portfire.GuardError):
        compiled(torch.ones(2))


def test_size_that_python_needs_is_fixed() -> None:
    def looped(x):
        for i in range(x.shape[0]):
            x = x + i
        return x

    with pytest.warns(portfire.TracerWarning, match="was 3"):
        compiled = portfire.trace(looped, (torch.ones(3),))
    assert torch.equal(compiled(torch.zeros(3)), looped(torch.zeros(3)))
    with pytest.raises(portfire.GuardError, match="was 3 when this was traced"):
        compiled(torch.ones(4))


def test_data_that_goes_to_python_is_fixed() -> None:
    def listed(x):
        return x + sum(x.tolist())

    compiled = trace(listed, torch.ones(3))
    assert torch.equal(compiled(torch.ones(3)), listed(torch.ones(3)))
    with pytest.raises(portfire.GuardError):
        compiled(torch.zeros(3))


def test_inputs_of_every_structure() -> None:
    def structured(pair, items, named, scale):
        return pair[0] + pair[1][0] + items[0] + items[1] + named["a"] * scale, named["b"]

    def inputs(n):
        return (
            (torch.rand(n), (torch.rand(n),)),
            [torch.rand(n), torch.rand(n)],
            {"a": torch.rand(n), "b": torch.rand(2)},
            2,
        )

    compiled = trace(structured, *inputs(3))
    given = inputs(5)
    assert same(structured(*given), compiled(*given))
    other = (*given[:3], 7)
    assert same(structured(*other), compiled(*other))


def test_outputs_that_are_dicts_need_strict_off() -> None:
    def as_dict(x):
        return {"double": x * 2, "half": x / 2}

    with pytest.raises(portfire.TraceError, match="strict=False"):
        portfire.trace(as_dict, (torch.ones(2),))
    compiled = trace(as_dict, torch.ones(2), strict=False)
    x = torch.rand(4)
    assert same(as_dict(x), compiled(x))


def test_keyword_inputs() -> None:
    def keyed(x, *, scale):
        return x * scale

    compiled = portfire.trace(keyed, (torch.ones(2),), example_kwarg_inputs={"scale": torch.tensor(3.0)})
    assert torch.equal(compiled(torch.ones(4), scale=torch.tensor(2.0)), torch.ones(4) * 2)


def test_whole_operators() -> None:
    def layered(x, w, b):
        return F.layer_norm(F.linear(x, w, b), (4,))

    graph = str(trace(layered, torch.rand(2, 3), torch.rand(4, 3), torch.rand(4)).graph)
    assert "aten::linear(" in graph and "aten::layer_norm(" in graph


def test_gradients_are_those_of_eager() -> None:
    def loss(x, w):
        return (torch.tanh(x @ w) ** 2).mean()

    compiled = trace(loss, torch.rand(3, 4), torch.rand(4, 2))
    x, w = torch.rand(5, 4), torch.rand(4, 2, requires_grad=True)
    loss(x, w).backward()
    expected, w.grad = w.grad, None
    compiled(x, w).backward()
    assert torch.equal(expected, w.grad)


def test_examples_are_left_alone() -> None:
    def writes(x):
        return x.add_(1)

    x = torch.zeros(2)
    trace(writes, x)
    assert torch.equal(x, torch.zeros(2))


def test_a_run_that_differs_is_refused() -> None:
    calls = []

    def counts(x):
        calls.append(1)
        return x + len(calls)

    with pytest.raises(portfire.TraceError, match="does not give what the model gives"):
        portfire.trace(counts, (torch.ones(2),))


def test_randomness_is_not_compared() -> None:
    compiled = trace(lambda x: x + torch.rand(x.shape[0]), torch.zeros(3))
    assert compiled(torch.zeros(7)).shape == (7,)


def test_scripted_functions_keep_their_branches() -> None:
    scripted = portfire.script(branch)
    compiled = trace(lambda x: scripted(x) * 2, torch.ones(3))
    for x in (torch.ones(3), -torch.ones(5)):
        assert torch.equal(compiled(x), branch(x) * 2)


def test_custom_operators_are_recorded() -> None:
    @torch.library.custom_op("portfire_tests::twice", mutates_args=())
    def twice(x: torch.Tensor) -> torch.Tensor:
        return x * 2

    compiled = trace(lambda x: twice(x) + 1, torch.ones(2))
    assert "portfire_tests::twice" in str(compiled.graph)
    assert torch.equal(compiled(torch.ones(4)), torch.full((4,), 3.0))


def test_what_cannot_be_an_input() -> None:
    with pytest.raises(portfire.TraceError, match="input 'x'"):
        portfire.trace(lambda x: x, (object(),))
