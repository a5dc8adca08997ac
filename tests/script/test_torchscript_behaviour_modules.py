"""What TorchScript's own test suite asks of modules: containers, interfaces, hooks, attributes, saving; eager is the oracle."""

import copy
import io
import warnings
from collections import OrderedDict
from typing import Any, Dict, Final, List, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

import portfire
from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4)


def seeded(make):
    torch.manual_seed(0)
    return make()


class Add(nn.Module):
    def __init__(self, by: float):
        super().__init__()
        self.by = by

    def forward(self, x, times: int = 1):
        return x + self.by * times


def test_lists_of_modules():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.mods = nn.ModuleList([Add(1.0), nn.ReLU(), Add(2.0), nn.Linear(4, 4)])

        def forward(self, x):
            outputs = []
            for i, m in enumerate(self.mods):
                x = m(x) * i
                outputs.append(x)
            for m in self.mods[::-2]:
                x = m(x)
            for a, b in zip(self.mods, self.mods[1:]):
                x = a(b(x))
            for m, scale in zip(self.mods, [1, 2, 3, 4]):
                x = m(x) * scale
            head, *rest = self.mods
            return (
                outputs,
                x,
                len(self.mods),
                len(self.mods[1:3]),
                head(x),
                len(rest),
                self.mods[0].by,
                self.mods[-1].weight,
            )

    check(seeded(Model), (X,))


def test_dicts_of_modules():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.mods = nn.ModuleDict(OrderedDict([("a", Add(1.0)), ("b", nn.ReLU()), ("c", nn.Linear(4, 4))]))

        def forward(self, x, key: str):
            for name, m in self.mods.items():
                if name != "b":
                    x = m(x)
            for m in self.mods.values():
                x = m(x)
            names = [k for k in self.mods]
            names += [k for k in self.mods.keys()]
            if "a" in self.mods and "z" not in self.mods:
                x = self.mods["a"](x)
            return x, names, len(self.mods), key in self.mods

    check(seeded(Model), (X, "a"), (X, "q"))


def test_sequentials():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.seq = nn.Sequential(OrderedDict([("one", nn.Linear(4, 4)), ("two", nn.ReLU())]))
            self.tail = nn.Sequential(self.seq, nn.Sequential(Add(1.0)))

        def forward(self, x):
            for layer in self.seq:
                x = layer(x)
            x = self.seq[0](x) + self.seq.one(x)
            for layer in self.tail[1:]:
                x = layer(x)
            return self.tail(x), len(self.tail), self.seq[:1](x)

    check(seeded(Model), (X,))


def test_lists_and_dicts_of_parameters():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = nn.ParameterList([nn.Parameter(torch.full((4,), float(i))) for i in range(3)])
            self.named = nn.ParameterDict({"a": nn.Parameter(torch.ones(4)), "b": nn.Parameter(torch.zeros(4))})

        def forward(self, x):
            for w in self.weights:
                x = x + w
            for name, w in self.named.items():
                x = x * 2 + w
            return x + self.weights[1] + self.named["a"], len(self.weights), [k for k in self.named.keys()]

    check(Model(), (X,))


@torch.jit.interface
class Transform(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass

    def extra(self, x: Tensor, n: int) -> Tensor:
        pass


class Doubled(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2

    def extra(self, x: Tensor, n: int) -> Tensor:
        return x + n


class Halved(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x / 2

    def extra(self, x: Tensor, n: int) -> Tensor:
        return x - n


def test_interfaces():
    class Model(nn.Module):
        first: Transform
        second: Transform

        def __init__(self):
            super().__init__()
            self.first = Doubled()
            self.second = Halved()

        def apply_to(self, module: Transform, x):
            return module.forward(x)

        def forward(self, x, flag: bool):
            y = self.first.extra(x, 3)
            return self.apply_to(self.second, y) + self.first(x), self.second.extra(x, 1) if flag else x

    check(Model(), (X, True), (X, False))


def test_methods_and_nested_modules():
    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(4, 4)
            self.calls = 0

        def helper(self, x, n: int = 2):
            self.calls += 1
            return self.linear(x) * n

        def forward(self, x):
            return self.helper(x) + self.helper(x, n=3)

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()
            self.other = self.inner

        @torch.jit.export
        def count(self) -> int:
            return self.inner.calls

        def forward(self, x):
            x = self.inner(x)
            return self.inner.helper(x, 1) + self.other(x), self.count(), self.inner.linear.weight.sum()

    check(seeded(Outer), (X,), (X + 1,))


def test_attributes_of_every_kind():
    class Model(nn.Module):
        constant: Final[int] = 4
        table: Dict[str, int]

        def __init__(self):
            super().__init__()
            self.number, self.real, self.text, self.flag, self.nothing = 3, 0.5, "t", True, None
            self.numbers = [1, 2]
            self.pair = (1, "a")
            self.table = {"a": 1}
            self.tensors = [torch.ones(1), torch.zeros(1)]
            self.nested = {"k": [1.0, 2.0]}
            self.dtype = torch.float64
            self.device = torch.device("cpu")
            self.register_buffer("buffer", torch.ones(4))
            self.register_buffer("scratch", torch.zeros(2), persistent=False)
            self.weight = nn.Parameter(torch.ones(4))
            self.maybe: Optional[int] = None
            self.activation = F.relu
            self.empty: List[int] = []

        def forward(self, x):
            self.number += 1
            self.numbers.append(self.number)
            self.table["b"] = self.number
            self.buffer = self.buffer + 1
            self.scratch.add_(1)
            self.maybe = self.number if self.maybe is None else self.maybe + 1
            self.empty.append(1)
            self.text = self.text + "!"
            x = self.activation(x) * self.weight + self.buffer
            return (x.to(self.dtype), self.number, self.numbers, self.pair, self.table, self.tensors, self.nested["k"][0], self.maybe,
                    self.scratch, self.constant, self.nothing is None, self.text, len(self.empty), x.device == self.device, self.training,
                    hasattr(self, "weight"), hasattr(self, "none_such"), getattr(self, "flag"), getattr(self, "missing", 7))  # fmt: skip

    check(Model(), (X,), (X + 1,), (X + 2,))


def test_buffers_and_parameters_can_be_listed():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(4, 2)
            self.norm = nn.BatchNorm1d(2)

        def forward(self, x):
            total = torch.zeros(1)
            names = []
            for name, parameter in self.named_parameters():
                total = total + parameter.sum()
                names.append(name)
            for buffer in self.buffers():
                total = total + buffer.float().sum()
            for name, module in self.named_children():
                names.append(name)
            kinds = [len([p for p in m.parameters()]) for m in self.children()]
            return total, names, kinds, len(list(self.modules()))

    check(seeded(Model).eval(), (X,))


def test_hooks():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = Add(1.0)

        def forward(self, x):
            return self.layer(x)

    def before(self, inputs: Tuple[Tensor]) -> Tuple[Tensor]:
        return (inputs[0] * 2,)

    def after(self, inputs: Tuple[Tensor], output: Tensor) -> Tensor:
        return output + inputs[0]

    model = Model()
    model.layer.register_forward_pre_hook(before)
    model.layer.register_forward_hook(after)
    model.register_forward_hook(after)
    check(model, (X,))


class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).t()


def test_parametrizations():
    layer = seeded(lambda: nn.Linear(4, 4))
    parametrize.register_parametrization(layer, "weight", Symmetric())
    check(layer, (X,))


def test_what_is_ignored_or_unused():
    class Model(nn.Module):
        __jit_ignored_attributes__ = ["handle"]

        def __init__(self):
            super().__init__()
            self.handle = object()

        @torch.jit.unused
        def in_python(self, x: Tensor) -> Tensor:
            return torch.from_numpy(x.numpy())

        def forward(self, x, flag: bool = False):
            if flag:
                return self.in_python(x)
            return x + 1

    assert torch.equal(portfire.script(Model())(X), X + 1)


def test_super_and_properties():
    class Base(nn.Module):
        scale = 2

        def __init__(self):
            super().__init__()
            self.shift = 1.0

        @property
        def amount(self) -> float:
            return self.shift * self.scale

        def transform(self, x):
            return x + self.amount

        def forward(self, x):
            return self.transform(x)

        @staticmethod
        def helper(x):
            return x * 3

        @classmethod
        def name(cls) -> str:
            return "base"

    class Derived(Base):
        scale = 5

        def transform(self, x):
            return super().transform(x) * 2

        def forward(self, x):
            return super().forward(x) + self.helper(x), self.name()

    check(Base(), (X,))
    check(Derived(), (X,))


def test_default_arguments_of_forward():
    class Model(nn.Module):
        def forward(self, x, a: int = 2, b: Optional[Tensor] = None, c: str = "c", *, d: float = 0.5):
            return x * a + d if b is None else x + b, c

    model = Model()
    check(model, (X,), (X, 3), (X, 1, X), (X, 1, None, "z"))
    compiled = portfire.script(model)
    assert torch.equal(compiled(X, d=2.0, a=1)[0], model(X, d=2.0, a=1)[0])
    assert compiled(x=X, c="k")[1] == "k"


def test_keyword_only_arguments():
    class Model(nn.Module):
        def forward(self, *, count: int, name: str = "n"):
            return name * count

    compiled = portfire.script(Model())
    assert compiled(count=2) == "nn" and compiled(name="ab", count=1) == "ab"


def test_saving_keeps_what_was_changed():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(4, 2)
            self.seen: Dict[str, Tensor] = {}
            self.count = 0

        @torch.jit.export
        def reset(self):
            self.count = 0
            self.seen.clear()

        def forward(self, x):
            self.count += 1
            self.seen["last"] = x
            return self.linear(x), self.count, len(self.seen)

    model = seeded(Model)
    compiled = portfire.script(model)
    compiled(X)
    compiled(X + 1)
    file = io.BytesIO()
    portfire.save(compiled, file)
    loaded = portfire.load(io.BytesIO(file.getvalue()))
    again = torch.jit.load(io.BytesIO(file.getvalue()))
    assert loaded(X)[1:] == again(X)[1:] == compiled(X)[1:] == (3, 1)
    loaded.reset()
    assert loaded(X)[1] == 1 and set(loaded.state_dict()) == set(model.state_dict())
    loaded.load_state_dict(model.state_dict())
    assert torch.equal(loaded(X)[0], model(X)[0])


def test_modules_are_used_from_python():
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)))
    compiled = portfire.script(model)
    assert compiled.training and not compiled.eval().training
    assert [n for n, _ in compiled.named_parameters()] == [n for n, _ in model.named_parameters()]
    assert [n for n, _ in compiled.named_modules()] == [n for n, _ in model.named_modules()]
    assert torch.equal(compiled(X), model.eval()(X))
    compiled.train()
    compiled(X).sum().backward()
    assert all(p.grad is not None for p in compiled.parameters())
    half = portfire.script(copy.deepcopy(model)).double()
    assert half(X.double()).dtype == torch.float64
    with torch.no_grad():
        for p in compiled.parameters():
            p.zero_()
    assert not compiled[0](X).any()


def test_nothing_is_printed_or_warned(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled = portfire.script(Add(1.0))
        compiled(X)
    assert capsys.readouterr() == ("", "")


def test_prints_and_warnings_are_pythons(capsys):
    def f(x, n: int):
        print("n is", n, x.shape[0], [1, 2], (1, "a"), sep="|")
        print(f"{n:03d}")
        print()
        return x

    f(X, 3)
    expected = capsys.readouterr().out
    portfire.script(f)(X, 3)
    assert capsys.readouterr().out == expected


def test_a_module_in_a_loop_with_state():
    class Cell(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(8, 4)

        def forward(self, x, state: Tuple[Tensor, Tensor]):
            h, c = state
            gates = self.linear(torch.cat([x, h], dim=-1))
            c = c + gates.tanh()
            return c.sigmoid(), (c.sigmoid(), c)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.cells = nn.ModuleList([Cell(), Cell()])

        def forward(self, xs, states: Optional[List[Tuple[Tensor, Tensor]]] = None):
            if states is None:
                zeros = torch.zeros(xs.size(1), 4)
                states = [(zeros, zeros) for _ in self.cells]
            outputs = []
            for t in range(xs.size(0)):
                x = xs[t]
                for i, cell in enumerate(self.cells):
                    x, states[i] = cell(x, states[i])
                outputs.append(x)
            return torch.stack(outputs), states

    check(seeded(Model), (torch.rand(3, 2, 4),), (torch.rand(1, 2, 4), [(torch.ones(2, 4), torch.ones(2, 4))] * 2))


def test_any_of_modules_outputs():
    class Model(nn.Module):
        def forward(self, x, kind: str) -> Any:
            if kind == "dict":
                return {"x": x}
            if kind == "list":
                return [x, x]
            return x

    check(Model(), (X, "dict"), (X, "list"), (X, ""))
