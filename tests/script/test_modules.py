"""Modules: attributes, constants, containers, methods. Eager is the oracle."""

import copy
from typing import Dict, Final, List, Optional, Tuple

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from portfire.frontend.script import script_module


def agrees(module, *args, **kwargs):
    """Script the module, and compare a call of it with eager's, on copies, so that changes of state show too."""
    eager = copy.deepcopy(module)
    compiled = portfire.script(module)
    for _ in range(2):
        expected = eager(*args, **kwargs)
        found = compiled(*args, **kwargs)
        assert_same(found, expected)
    return compiled


def assert_same(found, expected):
    if isinstance(expected, Tensor):
        assert isinstance(found, Tensor) and torch.equal(found, expected)
    elif isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for a, b in zip(found, expected):
            assert_same(a, b)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    else:
        assert found == expected and type(found) is type(expected)


def codes(module):
    with pytest.raises(CompileError) as caught:
        script_module(module)
    return [d.code for d in caught.value.diagnostics]


X = torch.arange(12.0).reshape(3, 4)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 5)
        self.second = nn.Linear(5, 2)
        self.register_buffer("mean", torch.ones(2))
        self.register_buffer("scratch", torch.zeros(2), persistent=False)
        self.scale = 2.0
        self.steps = 3
        self.name = "mlp"
        self.sizes = [1, 2]
        self.pair = (1, 2.5)
        self.table = {"a": 1}

    def forward(self, x):
        y = self.second(torch.relu(self.first(x))) - self.mean + self.scratch
        for i in range(self.steps):
            y = y * self.scale + self.sizes[1] + self.pair[1] + self.table["a"] + i
        return y, self.name


def test_parameters_buffers_and_attributes():
    agrees(Mlp(), X)


class Counter(nn.Module):
    count: int
    seen: List[Tensor]
    by_name: Dict[str, Tensor]
    last: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.count = 0
        self.seen = []
        self.by_name = {}
        self.last = None

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.seen.append(x)
        self.by_name["x"] = x * self.count
        last = self.last
        if last is not None:
            x = x + last
        self.last = x
        return x + len(self.seen) + self.by_name["x"]


def test_attributes_that_change():
    compiled = agrees(Counter(), X)
    assert compiled.count == 2 and len(compiled.seen) == 2


class Constants(nn.Module):
    __constants__ = ["mode"]
    eps: Final[float] = 1e-3
    use_bias: Final[bool]
    CLASS_LEVEL = 7

    def __init__(self, use_bias):
        super().__init__()
        self.use_bias = use_bias
        self.mode = "sum"
        if use_bias:
            self.bias = nn.Parameter(torch.ones(4))

    def forward(self, x):
        if self.use_bias:
            x = x + self.bias
        if self.mode == "sum":
            return x.sum() + self.eps + self.CLASS_LEVEL
        return x.missing_method()


@pytest.mark.parametrize("use_bias", [False, True])
def test_constants_decide_what_is_compiled(use_bias):
    agrees(Constants(use_bias), X)


class Residual(nn.Module):
    def __init__(self, downsample):
        super().__init__()
        self.conv = nn.Linear(4, 4)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        if self.downsample is not None:
            identity = self.downsample(x)
        return self.conv(x) + identity


def test_submodules_that_are_none():
    agrees(Residual(None), X)
    agrees(Residual(nn.Linear(4, 4)), X)


class Containers(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)])
        self.named = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.Tanh()})
        self.net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
        self.weights = nn.ParameterList([torch.ones(4), torch.zeros(4)])
        self.by_name = nn.ParameterDict({"w": torch.ones(4)})

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        for i, layer in enumerate(self.layers):
            x = layer(x) + i
        for i in range(len(self.layers)):
            x = self.layers[i](x)
        for layer in self.layers[1:]:
            x = layer(x)
        for layer in reversed(self.layers):
            x = layer(x)
        x = self.layers[-1](x)
        for name, module in self.named.items():
            x = module(x) + len(name)
        x = self.named["a"](x)
        for module in self.named.values():
            x = module(x)
        for name in self.named:
            x = x + len(name)
        if "a" in self.named:
            x = x + 1
        if "c" in self.named:
            x = x + 100
        for weight in self.weights:
            x = x + weight
        x = x * self.by_name["w"] + self.weights[1]
        for name, child in self.net.named_children():
            x = x + len(name)
        return self.net[:2](x), self.net(x), len(self.net)


def test_containers():
    agrees(Containers(), X)


class RunTimeIndex(nn.Module):
    def __init__(self):
        super().__init__()
        self.experts = nn.ModuleList([nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)])

    def forward(self, x, i: int):
        return self.experts[i](x)


def test_a_run_time_index_into_a_module_list():
    for i in (0, 2, -1):
        agrees(RunTimeIndex(), X, i)


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x, scale: int = 2):
        return self.linear(x) * scale

    def offset(self, x):
        return x + 1

    @staticmethod
    def double(x):
        return x * 2

    @classmethod
    def tripled(cls, x):
        return x * 3

    @property
    def width(self) -> int:
        return self.linear.in_features


class Derived(Base):
    def forward(self, x, scale: int = 3):
        y = super().forward(x, scale=scale) + Base.forward(self, x)
        return self.double(self.offset(y)) + self.width + self.tripled(x)

    def offset(self, x):
        return super().offset(x) + 10


def test_inheritance_super_static_and_class_methods_properties():
    agrees(Derived(), X)


class Marked(nn.Module):
    def forward(self, x):
        if self.training:
            return self.python_only(x)
        return x + 1

    @portfire.export
    def extra(self, x, n: int):
        return x * n

    @portfire.unused
    def python_only(self, x) -> Tensor:
        import json

        return x + len(json.dumps([1]))

    @portfire.ignore
    def describe(self):
        return {str(self): object()}


def test_marks():
    compiled = agrees(Marked().eval(), X)
    assert torch.equal(compiled.extra(X, 3), X * 3)
    with pytest.raises(NotImplementedError, match="python_only"):
        portfire.script(Marked())(X)


def test_torch_jit_marks_mean_the_same():
    import torch.jit as peer  # noqa: TID251

    class Peer(nn.Module):
        def forward(self, x):
            return x + 1

        @peer.export
        def extra(self, x):
            return x * 2

        @peer.ignore
        def left(self, x):
            return eval("x")

    compiled = portfire.script(Peer())
    assert torch.equal(compiled.extra(X), X * 2)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = self.a
        self.tied = nn.Linear(4, 4)
        self.tied.weight = self.a.weight

    def forward(self, x):
        return self.a(self.b(self.tied(x)))


def test_shared_modules_and_tensors_stay_shared():
    agrees(Shared(), X)
    state = script_module(Shared())
    assert state.values["a"] is state.values["b"]
    assert state.values["tied"].values["weight"] is state.values["a"].values["weight"]


def test_modules_that_compile_alike_share_a_type():
    state = script_module(nn.Sequential(nn.ReLU(), nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 5)))
    types = [v.cls for v in state.values.values() if hasattr(v, "cls")]
    assert types[0] is types[1] and types[2] is types[3] and types[3] is not types[4]
    assert types[3].name != types[4].name


class Hooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.inner.register_forward_pre_hook(before)
        self.inner.register_forward_hook(after)

    def forward(self, x):
        return self.inner(x)


def before(self, inputs: Tuple[Tensor]):
    return (inputs[0] * 2,)


def after(self, inputs: Tuple[Tensor], output: Tensor):
    return output + inputs[0]


def test_hooks():
    agrees(Hooked(), X)
    own = nn.Linear(4, 4)
    own.register_forward_hook(after)
    agrees(own, X)


class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).transpose(-1, -2)


def test_parametrizations():
    layer = nn.Linear(4, 4)
    torch.nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
    agrees(nn.Sequential(layer), X)


class Replaced(nn.Module):
    def __init__(self):
        super().__init__()
        self.activation = torch.nn.functional.relu
        self.combine = add_twice

    def forward(self, x):
        return self.combine(self.activation(x - 5), x)


class Picked(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.functions = [torch.relu, torch.tanh]
        self.by_name = {"sum": add_twice}
        self.mixed = [1, "a"]

    def forward(self, x):
        for function in self.functions:
            x = function(x)
        return self.by_name["sum"](apply(self.layer, x), x) + len(self.mixed)


def apply(layer: nn.Module, x):
    return layer(x) + layer.weight.sum()


def test_containers_of_functions_and_modules_as_arguments():
    agrees(Picked(), X)


def add_twice(a, b):
    return a + b + b


def test_functions_as_attributes():
    agrees(Replaced(), X)


class Settings:
    def __init__(self):
        self.width = 4
        self.use_bias = True
        self.opaque = object()


class Configured(nn.Module):
    def __init__(self):
        super().__init__()
        self.config = Settings()

    def forward(self, x):
        if self.config.use_bias:
            x = x + self.config.width
        return x


def test_settings_objects_are_read_while_compiling():
    agrees(Configured(), X)


class Untyped(nn.Module):
    def __init__(self, use):
        super().__init__()
        self.use: Final[bool] = use
        self.logger = {1, 2}
        self.mixed = [1, object()]

    def forward(self, x):
        return x + len(self.mixed) if self.mixed else x


def test_untyped_attributes_are_errors_only_when_used():
    assert "untyped-attribute" in codes(Untyped(True))

    class Fine(Untyped):
        def forward(self, x):
            return x

    agrees(Fine(False), X)


class Missing(nn.Module):
    def forward(self, x):
        y = self.not_there(x)
        z = torch.not_an_operator(x)
        return x


def test_all_obstacles_come_at_once():
    assert codes(Missing()) == ["no-attribute", "no-attribute"]


def test_a_module_without_forward():
    class Empty(nn.Module):
        pass

    assert codes(Empty()) == ["no-forward"]


def test_a_module_that_is_not_initialised():
    class Forgot(nn.Module):
        def __init__(self):
            pass

        def forward(self, x):
            return x

    assert codes(Forgot()) == ["unsupported-module"]


def test_scripted_modules_inside_modules_stay_what_they_are():
    inner = portfire.script(nn.Linear(4, 4))

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x) + self.inner.weight.sum()

    compiled = portfire.script(Outer())
    assert torch.equal(compiled(X), inner(X) + inner.weight.sum())


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.cache = None

    def forward(self, x: Tensor) -> Tensor:
        if self.cache is None:
            self.cache = x * 2
        cache = self.cache
        assert cache is not None
        return cache + x


def test_an_attribute_that_starts_as_none_and_is_set_later():
    agrees(Lazy(), X)
