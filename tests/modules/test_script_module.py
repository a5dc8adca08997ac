"""Compiled modules as torch.nn.Modules: Python and compiled code see the same state."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import pytest
import torch
from torch import nn

import portfire


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.norm = nn.BatchNorm1d(width)
        self.register_buffer("scratch", torch.zeros(width), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm(self.linear(x))) + self.scratch


class Net(nn.Module):
    calls: int

    def __init__(self) -> None:
        super().__init__()
        self.first = Block(4)
        self.second = Block(4)
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.calls = 0

    def forward(self, x: torch.Tensor, repeat: int = 1) -> torch.Tensor:
        self.calls += 1
        for _ in range(repeat):
            x = self.second(self.first(x)) * self.scale
        return x


@pytest.fixture
def model() -> Net:
    torch.manual_seed(0)
    return Net()


@pytest.fixture
def compiled(model: Net) -> portfire.ScriptModule:
    return portfire.script(model)


X = torch.randn(5, 4)


def test_forward_equals_eager(model: Net, compiled: portfire.ScriptModule) -> None:
    reference = copy.deepcopy(model)
    assert torch.equal(compiled(X, repeat=2), reference(X, repeat=2))
    assert torch.equal(compiled.eval()(X), reference.eval()(X))
    assert compiled.calls == 2


def test_identity_of_state(model: Net, compiled: portfire.ScriptModule) -> None:
    assert compiled.scale is model.scale
    assert compiled.first is compiled.first
    assert compiled.first.linear.weight is model.first.linear.weight
    assert [n for n, _ in compiled.named_parameters()] == [n for n, _ in model.named_parameters()]
    assert [n for n, _ in compiled.named_buffers()] == [n for n, _ in model.named_buffers()]
    assert [n for n, _ in compiled.named_modules()] == [n for n, _ in model.named_modules()]
    assert isinstance(compiled, nn.Module) and isinstance(compiled.first, portfire.ScriptModule)


def test_state_dict(model: Net, compiled: portfire.ScriptModule) -> None:
    assert list(compiled.state_dict()) == list(model.state_dict())
    fresh = Net()
    compiled.load_state_dict(fresh.state_dict())
    assert torch.equal(compiled.first.linear.weight, fresh.first.linear.weight)
    assert torch.equal(compiled.eval()(X), fresh.eval()(X))


def test_training_is_one_switch(compiled: portfire.ScriptModule) -> None:
    assert compiled.training and compiled.first.norm.training
    compiled.eval()
    assert not compiled.training and not compiled.first.norm.training
    before = compiled.first.norm.running_mean.clone()
    compiled(X)
    assert torch.equal(before, compiled.first.norm.running_mean)
    compiled.train()(X)
    assert not torch.equal(before, compiled.first.norm.running_mean)


def test_python_changes_are_seen(compiled: portfire.ScriptModule) -> None:
    compiled.eval()
    first = compiled(X)
    compiled.scale.data.fill_(4.0)
    assert torch.allclose(compiled(X), first * 2)
    compiled.scale = nn.Parameter(torch.tensor(0.0))
    assert compiled(X).abs().max() == 0
    assert dict(compiled.named_parameters())["scale"].item() == 0
    with pytest.raises(portfire.ArgumentError):
        compiled.scale = "x"


def test_conversion_in_place(compiled: portfire.ScriptModule) -> None:
    parameter = compiled.first.linear.weight
    compiled.to(torch.float64)
    assert parameter.dtype is torch.float64 and compiled.first.norm.running_mean.dtype is torch.float64
    assert compiled(X.double()).dtype is torch.float64


def test_training_step_equals_eager(model: Net, compiled: portfire.ScriptModule) -> None:
    reference = copy.deepcopy(model)
    for net in (compiled, reference):
        optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
        for _ in range(3):
            optimizer.zero_grad()
            net(X).square().mean().backward()
            optimizer.step()
    for mine, theirs in zip(compiled.parameters(), reference.parameters(), strict=True):
        assert torch.equal(mine, theirs) and torch.equal(mine.grad, theirs.grad)


def test_requires_grad_and_apply(compiled: portfire.ScriptModule) -> None:
    compiled.requires_grad_(False)
    assert not compiled(X).requires_grad
    seen: list[str] = []
    compiled.apply(lambda m: seen.append(m.original_name))
    assert sorted(seen) == ["BatchNorm1d", "BatchNorm1d", "Block", "Block", "Linear", "Linear", "Net"]


def test_deepcopy_is_independent(compiled: portfire.ScriptModule) -> None:
    compiled.eval()
    other = copy.deepcopy(compiled)
    assert torch.equal(other(X), compiled(X))
    other.scale.data.zero_()
    assert other(X).abs().max() == 0 and compiled(X).abs().max() > 0
    assert other.first.linear.weight is not compiled.first.linear.weight
    assert not other.training


def test_copy_shares(compiled: portfire.ScriptModule) -> None:
    assert copy.copy(compiled).scale is compiled.scale


def test_hooks(compiled: portfire.ScriptModule) -> None:
    seen: list[torch.Size] = []
    handle = compiled.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    compiled(X)
    handle.remove()
    compiled(X)
    assert seen == [X.shape]


def test_what_people_look_at(compiled: portfire.ScriptModule) -> None:
    assert compiled.original_name == "Net" and "original_name=Net" in repr(compiled)
    assert "self.first" in compiled.code or "first" in compiled.code
    assert "prim::GetAttr" in str(compiled.graph)
    assert "aten::batch_norm" in str(compiled.inlined_graph)
    assert compiled.forward.name == "forward"
    assert "forward" in dir(compiled) and "scale" in dir(compiled)


def test_refusals(compiled: portfire.ScriptModule) -> None:
    with pytest.raises(TypeError, match="save\\(\\)"):
        pickle.dumps(compiled)
    with pytest.raises(AttributeError):
        del compiled.scale
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        compiled.missing  # noqa: B018
    compiled.note = "python only"
    assert compiled.note == "python only"


def test_state_reads_back(compiled: portfire.ScriptModule) -> None:
    compiled(X)
    state = compiled.portfire_state
    assert state.values["calls"] == 1
    assert state.values["first"].values["linear"].values["weight"] is compiled.first.linear.weight


def test_views_do_not_leak(model: Net) -> None:
    compiled = portfire.script(model)
    compiled(X)
    gone = weakref.ref(compiled)
    del compiled
    gc.collect()
    assert gone() is None


class WithProperty(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])
        self.named = nn.ModuleDict({"act": nn.ReLU()})
        self._gain = 1.5

    @property
    def gain(self) -> float:
        return self._gain

    @gain.setter
    def gain(self, value: float) -> None:
        self._gain = value

    @torch.jit.export  # noqa: TID251
    def scaled(self, x: torch.Tensor, by: int = 2) -> torch.Tensor:
        return x * by

    @torch.jit.ignore  # noqa: TID251
    def in_python(self) -> str:
        return f"gain {self._gain}"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return self.named["act"](x) * self.gain


def test_properties_methods_and_containers() -> None:
    model = WithProperty()
    compiled = portfire.script(model)
    x = torch.randn(2, 3)
    assert torch.equal(compiled(x), model(x))
    compiled.gain = 3.0
    assert compiled.gain == 3.0 and torch.equal(compiled(x), model(x) * 2)
    assert torch.equal(compiled.scaled(x, by=3), x * 3)
    assert compiled.in_python() == "gain 3.0"
    assert len(compiled.layers) == 2 and compiled.layers[-1].weight is model.layers[1].weight
    assert [m.original_name for m in compiled.layers] == ["Linear", "Linear"]
    assert "act" in compiled.named and list(compiled.named.keys()) == ["act"]
    assert bool(compiled) and not hasattr(compiled, "missing")
