"""0-dimensional tensors of ints: tensors for operators that take tensors, values for those that take ints, never fixed."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from tests.trace.agreement import agrees

I = torch.tensor  # noqa: E741
R = torch.rand


def arithmetic(n):
    return (n + 1, n * 2, n + n, 2 - n, n // 2, n % 2, -n, n**2, n / 2, ~n, n & 1, n | 1, n ^ 1, n << 1, abs(n)), (
        n < 3, n == 3, n >= 2, n != 1,
    )  # fmt: skip


def methods(n):
    return (
        n.float(), n.view(1), n.unsqueeze(0), n.expand(2), n.clamp(0, 2), n.max(), n.sum(), n.to(torch.float32), n.add(1), n[None],
        n.clone(), torch.stack([n, n + 1]), torch.cat([n[None], n.view(1)]),
    )  # fmt: skip


@pytest.mark.parametrize("model", [arithmetic, methods])
def test_alone(model: Any) -> None:
    agrees(model, (I(3),), (I(5),), (I(0),))


def of_two(n, m):
    return n + m, n * m, n == m, n < m, n / m, n // m, n % m, n**m, n & m


def test_dtypes_of_two_are_promoted_as_tensors() -> None:
    agrees(of_two, (I(3, dtype=torch.int32), I(2)), (I(5, dtype=torch.int32), I(4)))


def beside_a_tensor(n, x):
    return (x + n, n - x, x / n, x**n, n * x, x // n, x % n, x < n, x == n), (
        torch.add(x, n), torch.where(x > n, x, n), torch.maximum(x, n), x.clone().fill_(n), x.masked_fill(x > 1, n),
        torch.full_like(x, n), torch.full((2,), n), x.add(x, alpha=n),
    )  # fmt: skip


def in_place(n, x):
    x += n
    x *= n
    x -= n
    n += 1
    return x, n


@pytest.mark.parametrize("x", [R(2) + 1, torch.arange(1, 4, dtype=torch.int32)])
@pytest.mark.parametrize("model", [beside_a_tensor, in_place])
def test_beside_a_tensor(model: Any, x: torch.Tensor) -> None:
    agrees(model, (I(3), x), (I(5), x * 2))


def as_indices(n, x):
    return (
        x.index_select(0, n), x.gather(0, n.view(1, 1)), torch.take(x, n), F.one_hot(n, 5), F.embedding(n, x),
        x.scatter(0, n.view(1, 1), 0.0), torch.arange(x.shape[0]) < n, x[x.argmax() // x.shape[1]],
    )  # fmt: skip


def as_sizes(n, x):
    made = (
        torch.linspace(0, 1, n), torch.eye(n), torch.ones(n, n), torch.zeros((n, 2)), torch.zeros([n, x.shape[0]]),
        x.new_zeros(n, 2), torch.full([n], 1.0),
    )  # fmt: skip
    changed = (
        x.view(n, -1), x.reshape(-1, n), x.repeat(n, 1), x.roll(n, 0), x.select(0, n - 1),
        F.interpolate(x[None, None], size=(n, n)), F.pad(x, (0, n)),
    )  # fmt: skip
    return made, changed


def masks(lengths, x):
    positions = torch.arange(lengths.max())
    return positions[None] < lengths[:, None], x[: lengths.max()]


def test_as_indices_and_sizes() -> None:
    agrees(as_indices, (I(2), R(4, 4)), (I(3), R(6, 4)))
    agrees(as_sizes, (I(2), R(4, 4)), (I(3), R(6, 4)))
    agrees(masks, (I([1, 2]), R(4)), (I([3, 1]), R(4)))
