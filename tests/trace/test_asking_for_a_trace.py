"""What `trace` and `trace_module` accept, and what they say about what they do not."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import pytest
import torch
from torch import nn

import portfire
from tests.trace.agreement import agrees, same, trace

R = torch.rand


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3)

    def forward(self, x):
        return self.conv(x)

    def weighted(self, w):
        return w * self.conv.weight


def test_the_method_forward_means_the_module() -> None:
    net = Net()
    compiled = portfire.trace(net.forward, R(1, 1, 3, 3), check_inputs=[R(1, 1, 5, 5)])
    assert isinstance(compiled, portfire.ScriptModule)
    assert [n for n, _ in compiled.named_parameters()] == ["conv.weight", "conv.bias"]
    x = R(2, 1, 4, 4)
    assert torch.equal(compiled(x), net(x))


def test_another_method_needs_trace_module() -> None:
    net = Net()
    with pytest.raises(portfire.TraceError, match=r"trace_module\(module, \{\"weighted\": inputs\}\)"):
        portfire.trace(net.weighted, R(1, 1, 3, 3))
    inputs = {"forward": R(1, 1, 3, 3), "weighted": R(1, 1, 3, 3)}
    others = [{"forward": R(1, 1, 4, 4), "weighted": R(2, 1, 3, 3)}, {"weighted": R(1, 1, 3, 3)}]
    compiled = portfire.trace_module(net, inputs, check_inputs=others)
    w = R(1, 1, 3, 3)
    assert torch.equal(compiled.weighted(w), net.weighted(w))


class ManyDefaults(nn.Module):
    def forward(self, b=None, c=None, d=None, a=None):
        return a - b + c


def test_inputs_by_name() -> None:
    named = {"a": R(2), "b": R(2), "c": R(2)}
    by_trace = portfire.trace(ManyDefaults(), example_kwarg_inputs=named)
    by_method = portfire.trace_module(ManyDefaults(), {"forward": named}, example_inputs_is_kwarg=True)
    others = {"c": R(3), "a": R(3), "b": R(3)}
    for compiled in (by_trace, by_method):
        assert torch.equal(compiled(**others), ManyDefaults()(**others))
        with pytest.raises(portfire.ArgumentError, match="missing value for argument 'c'"):
            compiled(a=R(2), b=R(2))
        with pytest.raises(portfire.ArgumentError, match="unknown keyword argument 'd'"):
            compiled(**others, d=R(2))
    by_function = portfire.trace(lambda x, y: x - y, example_kwarg_inputs={"y": R(2), "x": R(2)})
    assert torch.equal(by_function(x=torch.ones(2), y=torch.zeros(2)), torch.ones(2))


def looped(x):
    for _ in range(x.size(0)):
        x = torch.neg(x)
    return x


def test_check_inputs_find_other_ways_through_the_model() -> None:
    with pytest.warns(portfire.TracerWarning), pytest.raises(portfire.TraceError, match="another way on check_inputs"):
        portfire.trace(looped, R(3, 4), check_inputs=[R(4, 4)])


def test_check_inputs_find_what_python_remembers() -> None:
    kept: list[torch.Tensor] = []

    def remembers(x):
        if not kept:
            kept.append(torch.neg(x))
        return x + kept[0]

    with pytest.raises(portfire.TraceError, match="does not give what the model gives on check_inputs"):
        portfire.trace(remembers, torch.zeros(3), check_inputs=[torch.ones(3), (torch.zeros(3),)])


Point = namedtuple("Point", ["x", "y"])


def test_structures_of_inputs() -> None:
    agrees(lambda p: p.x - p.y, (Point(R(1), R(1)),), (Point(R(3), R(3)),))
    agrees(lambda d: d["x"][1], ({"x": {1: R(1)}},), ({"x": {1: R(2)}},))
    agrees(lambda t: t[0]["x"]["y"], (({"x": {"y": R(2)}},) * 2,), (({"x": {"y": R(3)}},) * 2,))
    agrees(lambda items: items[0][0], ([(R(2),)],), ([(R(3),)],))
    agrees(
        lambda d: d["x"][0] * d["y"][1], ({"x": [R(2)] * 2, "y": [R(2)] * 2},), ({"y": [R(3)] * 2, "x": [R(3)] * 2},)
    )

    def written(d):
        d["x"].tanh_()
        return d["x"]

    agrees(written, ({"x": R(3), "y": R(3)},), ({"x": R(2), "y": R(1)},))


def test_keys_that_a_trace_uses_must_be_there() -> None:
    compiled = trace(lambda d: d["x"], {"x": torch.tensor(1)})
    assert same(compiled({"x": torch.tensor(4), "y": torch.tensor(3)}), torch.tensor(4))
    with pytest.raises(KeyError):
        compiled({"y": torch.tensor(3)})


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ({}, "input 'd' is empty"), ({1: []}, "is empty: the type of its items"),
        ([torch.ones(1), (torch.ones(1),)], "are of several types"), ({"a": 1, 2: 3}, "keys of input 'd' are of several"),
        ({1, 2}, "input 'd' is a set"),
    ],
)  # fmt: skip
def test_structures_that_have_no_type(example: Any, message: str) -> None:
    with pytest.raises(portfire.TraceError, match=message):
        portfire.trace(lambda d: torch.ones(1), (example,))


def test_structures_of_outputs() -> None:
    agrees(lambda x: (x,), (R(2),))
    agrees(lambda x, y: (y, (x, (x * y, y))), (R(2), R(2)), (R(3), R(3)))
    agrees(lambda x: (x + 1,) * 2, (R(2),))
    agrees(lambda: [torch.zeros(1), torch.zeros(5)], (), strict=False)
    agrees(lambda x: [[x], [x + 1, x]], (R(2),), (R(3),), strict=False)
    agrees(lambda k, v: {"k": (2 * k, 3 * v)}, (R(1), R(1)), (R(2), R(2)), strict=False)
    agrees(lambda: (-1.5) * torch.ones(1), ())


def test_the_same_tensor_twice() -> None:
    def adds(a, b):
        a.add_(1)
        return a + b

    compiled = trace(adds, *[torch.zeros(2)] * 2)
    a, b = torch.zeros(2), torch.ones(2)
    assert torch.equal(compiled(a, b), torch.full((2,), 2.0))


def test_a_parameter_of_the_module_as_the_input() -> None:
    class Shifts(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift = nn.Parameter(R(3, 4))

        def forward(self, x):
            return self.shift - x

    net = Shifts()
    compiled = portfire.trace(net, net.shift)
    x = R(3, 4)
    assert torch.equal(compiled(x), net(x))


def test_modes_and_absent_submodules_stay() -> None:
    net = nn.Sequential(nn.Dropout())
    net.absent = None
    compiled = portfire.trace(net.eval(), R(3))
    assert compiled.training is False and not hasattr(compiled, "absent")
    assert torch.equal(compiled(torch.ones(5)), torch.ones(5))


def test_properties_that_fail_are_not_read() -> None:
    class Conditional(nn.Module):
        @property
        def missing(self):
            raise RuntimeError("not now")

        def forward(self, x):
            return x + 1

    agrees(Conditional(), (R(2),))


def test_parameters_are_named_as_in_python() -> None:
    class Two(nn.Module):
        def forward(self, first, second, third=1):
            return first + second * third

    names = [p.name for p in portfire.trace(Two(), (R(1), R(1))).forward.function.parameters]
    assert names == ["self", "first", "second"]


def test_random_numbers_are_drawn_as_by_eager() -> None:
    compiled = trace(torch.normal, torch.zeros(2, 3), torch.ones(2, 3))
    mean, std = torch.zeros(5, 5), torch.ones(5, 5)
    results = []
    for f in (compiled, torch.normal):
        torch.manual_seed(0)
        results.append(f(mean, std))
    assert torch.equal(*results)


class Exports(nn.Module):
    @portfire.export
    def add_two(self, x):
        return x + 2

    def forward(self, x):
        return (lambda a: a + 1)(x)


def test_exported_methods_that_are_not_traced_are_listed() -> None:
    with pytest.warns(portfire.TracerWarning, match="'0.add_two' is marked 'export' and is not part of the trace"):
        compiled = portfire.trace(nn.Sequential(Exports()), R(2))
    assert any("add_two" in n.message and not n.guarded for n in portfire.trace_notes(compiled))
    both = portfire.trace_module(Exports(), {"forward": R(2), "add_two": R(2)})
    assert not portfire.trace_notes(both)
    assert torch.equal(both.add_two(torch.ones(3)), torch.full((3,), 3.0))
