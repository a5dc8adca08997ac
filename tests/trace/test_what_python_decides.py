"""What Python code decides by looking at a tensor is a guard of the program, or depends on the input: never silently fixed."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import portfire
from tests.trace.agreement import agrees, loaded

R = torch.rand


def by_dim(x):
    return x * 2 if x.dim() == 1 else x * 3


def by_ndim(x):
    y = (x + 1).relu()
    return y * 2 if y.ndim == 1 else y * 3


def by_length_of_shape(x):
    return x + len(x.shape)


def over_all_dimensions(x):
    total = torch.zeros(())
    for d in range(x.dim()):
        total = total + x.select(d, 0).sum()
    return total


def by_shape(x):
    return x + 1 if x.shape == (2,) else x


def with_leading_sizes(x):
    return x.reshape(*x.shape[:-1], -1, 1)


def from_the_end(x):
    return x[..., 0]


def by_dtype(x):
    return x * 2 if x.dtype == torch.float32 else x * 3


def by_kind_of_dtype(x):
    return x * 2 if x.dtype.is_floating_point else x * 3


def by_floating_point(x):
    return x * 2 if x.is_floating_point() else x * 3


def by_floating_point_function(x):
    return x * 2 if torch.is_floating_point(x) else x * 3


def by_complex(x):
    return x * 2 if x.is_complex() else x * 3


def by_layout_in_memory(x):
    return x * 2 if x.is_contiguous() else x * 3


def by_requires_grad(x):
    return x * 2 if x.requires_grad else x * 3


def by_dtype_in_a_variable(x):
    dtype = x.dtype
    scale = 2
    return x * scale if dtype == torch.float32 else x * 3


def by_both_ends(x):
    sizes = x.shape
    return x.reshape(sizes[0], sizes[-1], -1)


def by_copied_shape(x):
    sizes = x.shape
    same = sizes
    return x * sizes[0] + same[-1]


INTS = torch.ones(2, dtype=torch.int32)


@pytest.mark.parametrize(
    ("model", "example", "other"),
    [
        (by_dim, R(2), R(2, 2)), (by_ndim, R(2), R(2, 2)), (by_length_of_shape, R(2), R(2, 3)),
        (over_all_dimensions, R(2), R(2, 2)), (by_shape, R(2), R(3)), (by_shape, R(2), R(2, 2)),
        (with_leading_sizes, R(2, 3), R(2, 3, 4)), (from_the_end, R(2, 3), R(2, 3, 4)), (by_dtype, R(2), INTS),
        (by_kind_of_dtype, R(2), INTS), (by_floating_point, R(2), INTS), (by_floating_point_function, R(2), INTS),
        (by_complex, R(2), torch.ones(2, dtype=torch.complex64)), (by_layout_in_memory, R(2, 3), R(3, 2).t()),
        (by_requires_grad, R(2), R(2).requires_grad_()), (by_dtype_in_a_variable, R(2), INTS),
        (by_both_ends, R(2, 3), R(2, 3, 4)), (by_copied_shape, R(2, 3), R(2, 3, 4)),
    ],
)  # fmt: skip
def test_other_decisions_are_refused(model: Any, example: torch.Tensor, other: torch.Tensor) -> None:
    compiled = agrees(model, (example,), (example * 2,))
    for program in (compiled, loaded(compiled)):
        with pytest.raises(portfire.GuardError, match="when this was traced"):
            program(other)
    assert any(note.guarded for note in portfire.trace_notes(compiled))


def flat(x):
    return x.view(x.shape[0], -1)


def by_last_size(x):
    return x * x.shape[-1] + x.size(-1) + x.size()[-1]


def unpacked(x):
    b, c = x.shape
    return x.reshape(c, b)


def in_variables(x):
    sizes = x.shape
    dtype = x.dtype
    first = x.size()
    return x.view(sizes[0], -1), torch.zeros(first[0], dtype=dtype)


def last_in_a_variable(x):
    sizes = x.shape
    return x * sizes[-1]


def test_what_holds_for_any_rank_needs_no_guard() -> None:
    for model, inputs in (
        (flat, (R(2, 3), R(4, 2, 2))),
        (by_last_size, (R(2, 3), R(4), R(2, 3, 5))),
        (unpacked, (R(2, 3),)),
    ):
        compiled = agrees(model, *((i,) for i in inputs))
        assert not portfire.trace_notes(compiled)


def test_rank_is_checked_once_at_the_inputs() -> None:
    def asks_often(x, y):
        z = x + 1
        for t in (z, z * 2, x):
            z = z + t.dim()
        return z + y

    compiled = agrees(asks_often, (R(2, 3), R(3)), (R(4, 5), R(())), (R(1, 1), R(3, 3)))
    assert str(compiled.graph).count("aten::dim") == 1
    with pytest.raises(portfire.GuardError, match="the rank of 'x' was 2"):
        compiled(R(2), R(2))


def test_rank_that_sizes_decide_is_checked_where_it_arises() -> None:
    def squeezed(x):
        y = x.squeeze()
        return y.sum(0) if y.dim() == 2 else y

    compiled = agrees(squeezed, (R(2, 1, 3),), (R(4, 1, 3),))
    with pytest.raises(portfire.GuardError, match="rank"):
        compiled(R(1, 1, 3))


def test_ranks_inside_submodules() -> None:
    class Inner(nn.Module):
        def forward(self, x):
            return x.flatten(1) if x.dim() > 2 else x

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()
            self.linear = nn.Linear(4, 4)

        def forward(self, x):
            return self.inner(self.linear(x)) * 2

    compiled = agrees(Outer(), (R(2, 3, 4),), (R(5, 1, 4),))
    with pytest.raises(portfire.GuardError, match="rank"):
        compiled(R(2, 4))


def test_torch_own_checks_of_ranks_are_not_guards() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.AdaptiveAvgPool2d(1)).eval()
    assert not portfire.trace_notes(agrees(net, (R(1, 1, 5, 5),), (R(2, 1, 7, 9),)))


@pytest.mark.parametrize(
    "convert",
    [
        lambda x, y: x.cpu(), lambda x, y: x.to("cpu"), lambda x, y: x.to(device="cpu"), lambda x, y: x.to(x.device),
        lambda x, y: x.to(y), lambda x, y: x.to(torch.device("cpu")), lambda x, y: x.type_as(y),
        lambda x, y: torch.tensor([1, 2], dtype=x.dtype) + y, lambda x, y: x.new_tensor([1.0, 2.0]),
        lambda x, y: x.new_tensor(3) + y, lambda x, y: torch.tensor([1, 2], dtype=y.dtype, device=y.device),
    ],
)  # fmt: skip
def test_dtypes_of_the_inputs_are_kept(convert: Any) -> None:
    doubles = torch.ones(2, dtype=torch.float64)
    agrees(convert, (R(2), R(2)), (doubles, R(2)), (R(2), doubles), (INTS, doubles), (doubles, INTS))


def test_named_dtypes_stay() -> None:
    agrees(lambda x: (x.to(torch.int64), x.float(), x.to("cpu", torch.float16)), (R(2),), (INTS,))
    agrees(lambda x: (x.type(torch.int32), x.type("torch.DoubleTensor"), x.byte()), (R(2),), (INTS,))


def test_numbers_in_tensors_stay_values() -> None:
    def indexed(x, n):
        return x[n], x[:n], x[n:], x[0:n, 1:], x[..., :n], x[1, n]

    agrees(indexed, (R(4, 4), torch.tensor(2)), (R(5, 6), torch.tensor(3)), (R(5, 6), torch.tensor(1)))

    def assigned(x, n):
        x = x.clone()
        x[:n] = 0
        x[n] = 7
        x[n, 0] = x[0, 1]
        return x

    agrees(assigned, (R(4, 4), torch.tensor(2)), (R(5, 6), torch.tensor(3)))

    def passed(x, n):
        return (
            x.topk(n),
            x.narrow(0, 0, n),
            torch.zeros(n),
            x[:n].repeat(n),
            torch.full((n, 2), 1.5),
            x.view(n, -1).sum(1),
        )

    agrees(passed, (torch.arange(4.0), torch.tensor(2)), (torch.arange(6.0), torch.tensor(3)))

    def scalars(x, n):
        return torch.arange(n), torch.arange(0, n, 2), x.add(x, alpha=n), x * n, x.clamp(max=n), torch.full((2,), n)

    agrees(scalars, (R(3), torch.tensor(3)), (R(4), torch.tensor(4)))


def test_sizes_reach_operators_that_take_plain_ints() -> None:
    def pooled(x):
        return nn.functional.avg_pool2d(x, x.shape[2:]), nn.functional.max_pool2d(x, x.size(3))

    agrees(pooled, (R(1, 2, 8, 8),), (R(2, 2, 5, 5),))

    def halved(x):
        return nn.functional.interpolate(x, scale_factor=0.5, recompute_scale_factor=True)

    agrees(halved, (R(1, 1, 8, 8),), (R(1, 1, 6, 9),))
