"""Containers of modules and parameters, compiled and loaded: their items in Python, as those of torch's own containers."""

import io

import pytest
import torch
from torch import nn

import portfire


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
        self.heads = nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.Tanh()})
        self.scales = nn.ParameterList([torch.ones(2), torch.zeros(2)])
        self.inner = Inner()

    def forward(self, x):
        x = self.net(x)
        for layer in self.layers:
            x = layer(x)
        return self.heads["a"](x) + self.inner(x) + self.scales[1]


class Inner(nn.Module):
    @property
    def width(self) -> int:
        return 3

    def forward(self, x):
        return x * self.width


def compiled(model):
    return portfire.script(model)


def loaded(model):
    file = io.BytesIO()
    portfire.save(portfire.script(model), file)
    return portfire.load(io.BytesIO(file.getvalue()))


def loaded_from_torch(model):
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(model), file)
    return portfire.load(io.BytesIO(file.getvalue()))


@pytest.mark.parametrize("make", [compiled, loaded, loaded_from_torch])
def test_items(make):
    model = make(Model())
    assert [len(c) for c in (model.net, model.layers, model.heads, model.scales)] == [2, 2, 2, 2]
    assert model.net[0] is model.net[-2] and model.net[0].weight.shape == (2, 2)
    assert [m.original_name for m in model.layers] == ["Linear", "ReLU"]
    assert [m.original_name for m in model.layers[1:]] == ["ReLU"]
    assert list(model.heads) == list(model.heads.keys()) == ["a", "b"] and "a" in model.heads and "c" not in model.heads
    assert [(n, m.original_name) for n, m in model.heads.items()] == [("a", "Linear"), ("b", "Tanh")]
    assert model.heads["a"] is next(iter(model.heads.values()))
    assert torch.equal(model.scales[0], torch.ones(2)) and len(list(model.scales)) == 2
    with pytest.raises(IndexError):
        model.layers[2]
    with pytest.raises(KeyError):
        model.heads["c"]
    with pytest.raises(TypeError):
        len(model.inner)


@pytest.mark.parametrize("make", [compiled, loaded])
def test_properties(make):
    assert make(Model()).inner.width == 3
