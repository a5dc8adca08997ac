"""Functions that are conditions on their arguments refine them, as the condition itself would."""

from __future__ import annotations

from typing import Any, List, Optional, Union

import pytest
import torch
from torch import Tensor, nn

import portfire


def exists(value):
    """Whether it is there."""
    return value is not None


def default(value, fallback):
    if exists(value):
        return value
    return fallback() if callable(fallback) else fallback


def both(a, b):
    return exists(a) and b is not None


is_tensor_list = lambda value: isinstance(value, list)  # noqa: E731


class Scaled(nn.Module):
    def __init__(self, with_scale: bool):
        super().__init__()
        self.scale = nn.Linear(2, 4) if with_scale else None
        self.norm = nn.LayerNorm(2)

    def forward(self, x, time=None, shift: Optional[Tensor] = None):
        pair = None
        if exists(self.scale) and exists(time):
            pair = self.scale(time).chunk(2, dim=-1)
        x = self.norm(x)
        if exists(pair):
            scale, offset = pair
            x = x * (scale + 1) + offset
        if not exists(shift):
            return x
        return x + shift


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Scaled(True), Scaled(False)

    def forward(self, x, time, shift: Optional[Tensor] = None):
        return self.second(self.first(x, time, shift=shift)), default(shift, lambda: x), default(shift, 3)


def of_two(x, a: Optional[Tensor], b: Optional[Tensor]):
    if both(a, b):
        return x + a + b
    return x


def of_type(x: Union[Tensor, List[Tensor]]):
    if is_tensor_list(x):
        return x[0] + len(x)
    return x


@pytest.mark.parametrize("shift", [None, torch.ones(2)])
def test_modules(shift):
    model = Twice()
    compiled = portfire.script(model)
    x, time = torch.randn(3, 2), torch.randn(3, 2)
    assert repr(compiled(x, time, shift)) == repr(model(x, time, shift))


def test_functions():
    x = torch.ones(2)
    compiled = portfire.script(of_two)
    for a in (None, x):
        for b in (None, x):
            assert torch.equal(compiled(x, a, b), of_two(x, a, b))
    compiled = portfire.script(of_type)
    assert torch.equal(compiled(x), x) and torch.equal(compiled([x, x]), of_type([x, x]))


def test_a_name_that_means_something_else_where_the_function_was_written():
    def is_there(value):
        return value is not marker

    marker: Any = None

    def asks(x: Optional[Tensor]):
        marker = x
        return is_there(marker)

    assert portfire.script(asks)(torch.ones(1)) is asks(torch.ones(1))
