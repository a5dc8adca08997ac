"""Hooks in torch's files: they run once, wherever the call comes from; eager is the oracle."""

import io
import warnings
from typing import Tuple

import pytest
import torch
from torch import Tensor, nn

import portfire


class Inner(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + 1


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.plain = Inner()

    def forward(self, x: Tensor, n: int) -> Tensor:
        return self.inner(x) * n + self.plain(x) + self.inner.forward(x)


def doubled(self, inputs: Tuple[Tensor]) -> Tuple[Tensor]:
    return (inputs[0] * 2,)


def single(self, inputs: Tuple[Tensor]) -> Tensor:
    return inputs[0] * 3


def changed(self, inputs: Tuple[Tensor, int]) -> Tuple[Tensor, int]:
    return inputs[0] + 5, inputs[1] * 2


def only_looks(self, inputs: Tuple[Tensor, int]) -> None:
    assert inputs[1] > 0


def after_inner(self, inputs: Tuple[Tensor], output: Tensor) -> Tensor:
    return output * 10 + inputs[0]


def after_outer(self, inputs: Tuple[Tensor, int], output: Tensor) -> Tensor:
    return output - inputs[1]


def model(*, outer: bool, inner: bool) -> Outer:
    made = Outer()
    if outer:
        made.register_forward_pre_hook(changed)
        made.register_forward_pre_hook(only_looks)
        made.register_forward_hook(after_outer)
    if inner:
        made.inner.register_forward_pre_hook(doubled)
        made.inner.register_forward_pre_hook(single)
        made.inner.register_forward_hook(after_inner)
    return made


X = torch.arange(3.0)


@pytest.mark.parametrize("outer, inner", [(True, False), (False, True), (True, True)])
def test_hooks_of_torchs_files(outer, inner):
    eager = model(outer=outer, inner=inner)
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(eager), file)
    loaded = portfire.load(io.BytesIO(file.getvalue()))
    again = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        portfire.save(loaded, again)
    for program in (loaded, portfire.load(io.BytesIO(again.getvalue())), torch.jit.load(io.BytesIO(again.getvalue()))):
        assert torch.equal(program(X, 3), eager(X, 3))
    assert torch.equal(loaded.inner(X), eager.inner(X)) and torch.equal(loaded.plain(X), eager.plain(X))
    if outer:
        with pytest.raises(AssertionError):
            loaded(X, -1)
