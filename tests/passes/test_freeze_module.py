"""Freezing: what becomes a constant, what stays an attribute, and that results stay what they were."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, List

import pytest
import torch
from torch import Tensor, nn

from portfire.errors import ArgumentError
from portfire.frontend.script.entry import script_module
from portfire.ir.clone import clone_graph
from portfire.ir.graph import Graph
from portfire.ir.state import ObjectState
from portfire.ir.verifier import verify
from portfire.passes import freeze_module

sys.path.insert(0, str(Path(__file__).parent))
import oracle


def frozen(module: nn.Module, **options: Any) -> ObjectState:
    result = freeze_module(script_module(module), oracle.evaluate, **options)
    for method in result.cls.methods.values():
        verify(method.graph)
    return result


#: Constants, and what batch normalisation does to check its argument.
CHECKS = (
    "prim::Constant",
    "aten::dim",
    "aten::ne",
    "aten::eq",
    "aten::__not__",
    "prim::If",
    "prim::RaiseException",
    "aten::format",
)


def kinds(state: ObjectState, method: str = "forward") -> list[str]:
    graph = state.cls.methods[method].graph
    assert graph is not None
    return [n.kind for n in graph.walk() if n.kind not in CHECKS]


def run(state: ObjectState, *inputs: Any) -> Any:
    """Run a method that does not need its object."""
    graph = state.cls.methods["forward"].graph
    assert graph is not None
    copy: Graph = clone_graph(graph)
    copy.block.remove_parameter(0)
    return oracle.run_with_tensors(copy, *inputs)


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.linear = nn.Linear(4, 2)
        self.count = 3

    def forward(self, x: Tensor) -> Tensor:
        x = self.drop(torch.relu(self.norm(self.convolution(x)))).mean((2, 3))
        for i in range(self.count):
            x = x + i
        return self.linear(x)


def test_a_network_becomes_one_graph_without_attributes() -> None:
    module = Network().eval()
    nn.init.uniform_(module.norm.running_mean)
    nn.init.uniform_(module.norm.weight)
    state = frozen(module, fold_normalization=False)
    assert state.values == {}
    assert kinds(state) == ["aten::conv2d", "aten::batch_norm", "aten::relu", "aten::mean", "prim::Loop", "aten::add", "aten::linear"]  # fmt: skip
    x = torch.rand(2, 3, 8, 8)
    with torch.no_grad():
        assert torch.equal(run(state, x), module(x))


def test_batch_norm_is_folded_into_the_convolution() -> None:
    module = Network().eval()
    nn.init.uniform_(module.norm.running_mean)
    nn.init.uniform_(module.norm.running_var)
    nn.init.uniform_(module.norm.weight)
    nn.init.uniform_(module.norm.bias)
    state = frozen(module)
    assert kinds(state) == ["aten::conv2d", "aten::relu", "aten::mean", "prim::Loop", "aten::add", "aten::linear"]
    x = torch.rand(2, 3, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(run(state, x), module(x))


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dimensions", [1, 2, 3])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("affine", [False, True])
def test_batch_norm_after_every_convolution(dimensions: int, transposed: bool, bias: bool, affine: bool) -> None:
    convolution = getattr(nn, f"Conv{'Transpose' if transposed else ''}{dimensions}d")(3, 5, 3, bias=bias)
    norm = getattr(nn, f"BatchNorm{dimensions}d")(5, affine=affine)
    nn.init.uniform_(norm.running_mean)
    nn.init.uniform_(norm.running_var, 0.5, 2)
    module = nn.Sequential(convolution, norm).eval()
    state = frozen(module)
    assert kinds(state) == [f"aten::conv{'_transpose' if transposed else ''}{dimensions}d"]
    x = torch.rand(2, 3, *[6] * dimensions)
    with torch.no_grad():
        torch.testing.assert_close(run(state, x), module(x))


class Counter(nn.Module):
    steps: int
    seen: List[int]

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.scale = 2.0
        self.seen = [1]
        self.register_buffer("total", torch.zeros(3))
        self.register_buffer("offset", torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        self.steps += 1
        self.total.add_(x)
        self.seen.append(self.steps)
        return self.total * self.scale + self.offset


class Parent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Counter()
        self.second = Counter()
        self.other = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.other(self.first(x))


def test_what_is_written_stays_an_attribute() -> None:
    state = frozen(Counter().eval())
    assert set(state.values) == {"steps", "total", "seen"}
    assert set(state.cls.attributes) == {"steps", "total", "seen"}


def test_submodules_stay_on_the_way_to_what_is_written() -> None:
    state = frozen(Parent().eval())
    assert set(state.values) == {"first"}
    first = state.values["first"]
    assert set(first.values) == {"steps", "total", "seen"}
    assert state.cls.attributes["first"].type is first.cls


def test_tensors_that_share_memory_with_what_is_written_stay() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("a", torch.zeros(3))
            self.register_buffer("b", self.a[:2])

        def forward(self, x: Tensor) -> Tensor:
            self.a.add_(x)
            return self.b * 1

    assert set(frozen(Shared().eval()).values) == {"a", "b"}


def test_preserved_attributes_and_methods() -> None:
    class WithMethods(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = 2.0
            self.shift = 1.0

        def forward(self, x: Tensor) -> Tensor:
            return x * self.scale + self.shift

        @torch.jit.export  # noqa: TID251
        def double(self, x: Tensor) -> Tensor:
            return x * 2

    state = frozen(WithMethods().eval(), preserved=("scale", "double"))
    assert set(state.values) == {"scale"}
    assert set(state.cls.methods) == {"forward", "double"}
    assert set(frozen(WithMethods().eval()).cls.methods) == {"forward"}


def test_what_cannot_be_frozen() -> None:
    with pytest.raises(ArgumentError, match="training mode"):
        frozen(nn.Linear(2, 2))
    with pytest.raises(ArgumentError, match="no attribute or method 'missing'"):
        frozen(nn.Linear(2, 2).eval(), preserved=("missing",))


def test_the_module_itself_is_left_as_it_is() -> None:
    state = script_module(Network().eval())
    before = str(state.cls.methods["forward"].graph)
    freeze_module(state, oracle.evaluate)
    assert str(state.cls.methods["forward"].graph) == before
    assert state.values["linear"].values["weight"].requires_grad
