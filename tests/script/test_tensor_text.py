"""Tensors in strings: what torch's repr() writes, to the letter."""

from __future__ import annotations

import pytest
import torch

import portfire


def texts(x):
    return str(x), repr(x), f"{x!r} and [{x}]", "{}".format(x), "%s" % x, str([x, x])


def _tensors():
    torch.manual_seed(0)
    yield torch.tensor([1.5, -2.0, 3.25, 4.0])
    yield torch.tensor(3.0)
    yield torch.tensor([1e-5, 1.0, 1e9, float("inf"), float("nan"), -0.0])
    yield torch.tensor([1.0, 2.0, float("nan"), float("-inf")])
    yield torch.tensor([1e10, 2e10])
    yield torch.zeros(3, 4)
    yield torch.randn(2, 3, 4)
    yield torch.randn(40)
    yield torch.randn(7, 11).t()
    yield torch.randn(3, 4)[:, ::2]
    yield torch.randn(1001)
    yield torch.randn(40, 50)
    yield torch.randn(5, 20, 30)
    yield torch.randn(2, 2, 2, 2)
    yield torch.arange(12).reshape(3, 4)
    yield torch.arange(2000)
    yield torch.tensor([-(2**62), 7])
    yield torch.tensor([[True, False], [False, False]])
    yield torch.tensor(True)
    yield torch.tensor([1 + 2j, -0.5 - 1j, 3j])
    yield torch.randn(12, dtype=torch.complex128)
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        yield torch.randn(5, 3).to(dtype)
        yield torch.tensor([65504.0, 1.0, 6e-8]).to(dtype)
    for dtype in (torch.int8, torch.int16, torch.int32, torch.uint8, torch.uint16, torch.uint32, torch.uint64):
        yield torch.tensor([0, 3, 100]).to(dtype)
    for dtype in (torch.float32, torch.int64, torch.bool, torch.float64):
        yield torch.empty(0, dtype=dtype)
        yield torch.empty(2, 0, 3, dtype=dtype)
    yield torch.randn(3, requires_grad=True)
    yield torch.randn(30, dtype=torch.float64).repeat(3)
    yield torch.tensor([[0.001, 1.0], [100.0, 0.5]])
    yield torch.full((9,), 123456.0)


@pytest.mark.parametrize("x", list(_tensors()), ids=lambda x: f"{x.dtype}-{tuple(x.shape)}")
def test_tensors(x):
    compiled = portfire.script(texts)
    assert compiled(x) == texts(x)


def test_print(capfd):
    def shows(x):
        print("x is", x, x.shape)

    x = torch.arange(3.0)
    portfire.script(shows)(x)
    found = capfd.readouterr().out
    shows(x)
    assert found == capfd.readouterr().out
