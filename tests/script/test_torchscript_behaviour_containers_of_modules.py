"""Containers of modules whose class is the user's own, and submodules that a class hides. Eager is the oracle."""

from typing import Any, Optional, Tuple

import pytest
import torch
from torch import nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check

X = torch.arange(-3.0, 3.0).reshape(2, 3)


class Items(nn.ModuleList):
    """Counts from the end, contains numbers, is iterated over twice."""

    def __getitem__(self, i: int):
        return super().__getitem__(-1 - i)

    def __contains__(self, i: int) -> bool:
        return i == 7

    def __iter__(self):
        return iter([super(Items, self).__getitem__(1), super().__getitem__(0)])


class Longer(nn.ModuleList):
    def __len__(self):
        return super().__len__() + 1


class Named(nn.ModuleDict):
    def __getitem__(self, key: str):
        return super().__getitem__(key + "_")

    def __contains__(self, key: str):
        return super().__contains__(key + "_")

    def keys(self):
        return ["own"]


class Backwards(nn.Sequential):
    def __iter__(self):
        return iter(list(super().__iter__())[::-1])


class Holder(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = Items([nn.ReLU(), nn.Sigmoid()])
        self.longer, self.empty = Longer([nn.ReLU()]), Longer()
        self.named = Named({"a_": nn.Tanh(), "b_": nn.Sigmoid()})
        self.backwards = Backwards(nn.ReLU(), nn.Sigmoid())

    def forward(self, x, i: int):
        results = [m(x) for m in self.items]
        results += [self.items[0](x), self.items[i](x), self.named["a"](x), self.backwards(x)]
        sizes = [len(self.longer), len(self.empty), len([m for m in self.longer]), len(self.items), len(self.named)]
        found = [7 in self.items, 8 in self.items, "a" in self.named, "a_" in self.named]
        truth = [bool(self.longer), bool(self.empty), not self.empty, True if self.empty else False]
        return results, sizes, found, truth, list(self.named.keys()), [k for k in self.named]


def test_special_methods_of_the_users_own():
    check(Holder(), (X, 0), (X, 1))


class Sized(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i: int):
        return i * self.n

    def forward(self, x):
        return x


class Decided(Sized):
    def __bool__(self):
        return self.n == 0


def test_truth_of_modules():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.full, self.empty, self.decided, self.plain = Sized(3), Sized(0), Decided(0), nn.ReLU()

        def forward(self, x):
            picked = 1 if self.empty else 2
            truth = [bool(self.full), bool(self.empty), bool(self.decided), bool(self.plain), not self.full]
            return picked, truth, len(self.full), self.full[4]

    check(Model(), (X,))


def test_a_class_hides_submodules():
    class Hidden(nn.Module):
        norm = None
        act: Optional[nn.Module]

        def __init__(self):
            super().__init__()
            self.norm, self.act, self.modules = nn.LayerNorm(3), nn.ReLU(), nn.ModuleList([nn.Tanh()])
            self.scale = nn.Sigmoid()

        def scale(self, x):
            return x * 2

        def forward(self, x):
            if self.norm is not None:
                x = self.norm(x)
            return self.scale(self.act(x)), len([m for m in self.modules()])

    check(Hidden(), (X,))


def test_a_hidden_submodule_cannot_be_used():
    class Hidden(nn.Module):
        def __init__(self):
            super().__init__()
            self.modules = nn.ModuleList([nn.Tanh()])

        def forward(self, x):
            return self.modules[0](x)

    with pytest.raises(TypeError):
        Hidden()(X)
    with pytest.raises(CompileError, match="the method 'modules' .* cannot be indexed"):
        portfire.script(Hidden())


@torch.jit.interface
class Reducer(nn.Module):
    def forward(self, x: Any) -> Any:
        pass


class FitsReducer(nn.Module):
    def forward(self, x: Any) -> Any:
        return x.sum() if isinstance(x, torch.Tensor) else x


class GivesPair(nn.Module):
    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        return torch.max(x, dim=0)


@pytest.mark.parametrize("classes", [(FitsReducer, FitsReducer), (GivesPair, GivesPair), (FitsReducer, GivesPair)])
def test_locals_declared_as_interfaces(classes):
    """Python does not ask whether a module fits: neither does a program."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.items = nn.ModuleList([cls() for cls in classes])
            self.named = nn.ModuleDict({"a": classes[0](), "b": classes[1]()})

        def forward(self, x, i: int, key: str) -> Any:
            item: Reducer = self.items[i]
            named: Reducer = self.named[key]
            return item.forward(x), named(x)

    check(Model(), (X, 0, "b"), (X, -1, "a"), (X, 5, "a"), (X, 0, "c"))


class IgnoredBlock(nn.Module):
    def forward(self, n: int):
        doubled: int = 0
        with torch.jit._IgnoreContextManager(n="inp:int", doubled="out:int"):
            items = [i for i in range(n) if i > 2]
            doubled = 2 * len(items)
        return doubled


def test_blocks_that_are_left_to_python():
    check(IgnoredBlock(), (2,), (7,))


class CallsDescriptor(nn.Module):
    def __init__(self):
        super().__init__()
        self.function = torch.Tensor.neg

    def forward(self, x):
        return self.function(x)


def test_methods_of_tensors_as_attributes():
    check(CallsDescriptor(), (X,))


def test_hooks_that_do_not_fit_are_shown_at_forward():
    class Model(nn.Module):
        def forward(self, x):
            return x

    model = Model()
    model.register_forward_hook(lambda module, inputs: None)
    with pytest.raises(CompileError, match="takes 2 parameters, it is called with 3") as caught:
        portfire.script(model)
    assert "def forward(self, x):" in str(caught.value)
