"""Traced modules: the hierarchy stays, state is the module's, calls of compiled modules stay calls."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from torch import nn

import portfire


def trace(module: nn.Module, *inputs: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", portfire.TracerWarning)
        return portfire.trace(module, inputs, **options)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


def test_hierarchy_and_other_sizes() -> None:
    net = Net().eval()
    compiled = trace(net, torch.rand(1, 3, 8, 8))
    assert "(self.features)" in compiled.code.replace("features = self.features", "(self.features)")
    assert 'prim::CallMethod[name="forward"]' in str(compiled.graph)
    assert "prim::CallMethod" not in str(compiled.inlined_graph)
    x = torch.rand(3, 3, 5, 7)
    assert torch.equal(compiled(x), net(x))
    assert torch.equal(compiled.features(x), net.features(x))


def test_parameters_are_shared_with_the_program() -> None:
    net = Net().eval()
    compiled = trace(net, torch.rand(1, 3, 8, 8))
    assert [n for n, _ in compiled.named_parameters()] == [n for n, _ in net.named_parameters()]
    with torch.no_grad():
        compiled.head.bias.fill_(5)
    x = torch.rand(1, 3, 8, 8)
    assert torch.equal(compiled(x), net(x))


def test_running_statistics_are_updated() -> None:
    net = Net().train()
    compiled = trace(net, torch.rand(2, 3, 8, 8))
    before = compiled.features[1].running_mean.clone()
    compiled(torch.rand(2, 3, 8, 8))
    assert not torch.equal(before, compiled.features[1].running_mean)
    assert int(compiled.features[1].num_batches_tracked) == 1


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x):
        return self.layer(self.layer(x))


def test_a_module_called_twice_has_one_method() -> None:
    net = Twice()
    compiled = trace(net, torch.rand(2, 3))
    x = torch.rand(5, 3)
    assert torch.equal(compiled(x), net(x))
    assert [m.name for m in portfire.methods_of(compiled.layer)] == ["forward"]


class Leaky(nn.Module):
    """A submodule keeps a tensor aside, and its parent reads it."""

    class Inner(nn.Module):
        def forward(self, x):
            self.kept = x * 3
            return x + 1

    def __init__(self):
        super().__init__()
        self.inner = Leaky.Inner()

    def forward(self, x):
        y = self.inner(x)
        return y + self.inner.kept


def test_values_kept_aside_are_followed() -> None:
    net = Leaky()
    compiled = trace(net, torch.rand(3))
    x = torch.rand(4)
    assert torch.equal(compiled(x), net(x))


class Closes(nn.Module):
    """A submodule that reads what was not passed to it."""

    def __init__(self):
        super().__init__()
        self.box = nn.Module()
        self.scale = nn.Parameter(torch.tensor(2.0))
        outer = self

        class Reader(nn.Module):
            def forward(self, x):
                return x * outer.scale + outer.seen

        self.readers = nn.ModuleList([Reader()])

    def forward(self, x):
        object.__setattr__(self, "seen", x.sum())
        return self.readers[0](x)


def test_values_from_around_become_inputs() -> None:
    net = Closes()
    compiled = trace(net, torch.rand(3))
    x = torch.rand(5)
    assert torch.equal(compiled(x), net(x))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.out = nn.Linear(3, 5, bias=False)
        self.out.weight = self.embedding.weight

    def forward(self, i):
        return self.out(self.embedding(i))


def test_shared_parameters_stay_shared(tmp_path: Any) -> None:
    net = Tied()
    compiled = trace(net, torch.tensor([1, 2]))
    assert compiled.out.weight is compiled.embedding.weight
    portfire.save(compiled, tmp_path / "tied.pt")
    loaded = portfire.load(tmp_path / "tied.pt")
    assert loaded.out.weight.data_ptr() == loaded.embedding.weight.data_ptr()
    i = torch.tensor([0, 4, 4])
    assert torch.equal(loaded(i), net(i))


class Several(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        return self.linear(x)

    def encode(self, x, y):
        return self.linear(x) * y


def test_several_methods() -> None:
    net = Several()
    inputs = {"forward": torch.rand(1, 2), "encode": (torch.rand(1, 2), torch.rand(1, 2))}
    compiled = portfire.trace_module(net, inputs)
    x, y = torch.rand(4, 2), torch.rand(4, 2)
    assert torch.equal(compiled(x), net(x))
    assert torch.equal(compiled.encode(x, y), net.encode(x, y))


def test_assigned_attributes_are_reported() -> None:
    class Assigns(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("state", torch.zeros(2))

        def forward(self, x):
            self.state = x * 2
            return x + 1

    with pytest.warns(portfire.TracerWarning, match="state was assigned"):
        compiled = portfire.trace(Assigns(), (torch.rand(2),))
    assert any(not note.guarded for note in portfire.trace_notes(compiled))


def test_scripted_submodule_keeps_its_loop() -> None:
    class Loops(nn.Module):
        def forward(self, x: torch.Tensor, n: int) -> torch.Tensor:
            for i in range(n):
                x = x + i
            return x

    class Outer(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x, x.shape[0]) * 2

    eager, compiled = Outer(Loops()), trace(Outer(portfire.script(Loops())), torch.zeros(2))
    for n in (1, 2, 7):
        assert torch.equal(compiled(torch.zeros(n)), eager(torch.zeros(n)))


@pytest.mark.parametrize("cls", [nn.LSTM, nn.GRU, nn.RNN])
def test_recurrent_modules(cls: Any) -> None:
    net = cls(3, 4, num_layers=2, bidirectional=True)
    compiled = trace(net, torch.rand(5, 2, 3))
    x = torch.rand(9, 3, 3)
    expected, found = net(x), compiled(x)
    assert torch.equal(expected[0], found[0])


def test_attention_and_transformer() -> None:
    net = nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, batch_first=True).eval()
    compiled = trace(net, torch.rand(2, 5, 8))
    x = torch.rand(3, 7, 8)
    assert torch.equal(compiled(x), net(x))
