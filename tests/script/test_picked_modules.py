"""Modules picked by run-time keys and numbers, modules in plain containers, listings. Eager is the oracle."""

from typing import Dict, List

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class MdRuntimeKey(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.ReLU()})

    def forward(self, x, key: str):
        return self.heads[key](x)


def test_md_runtime_key():
    check(MdRuntimeKey(), (X, "a"), (X, "b"), (X, "zz"))


class MdRuntimeKeyIn(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.ReLU()})

    def forward(self, x, key: str):
        if key in self.heads:
            return self.heads[key](x)
        return x


def test_md_runtime_key_in():
    check(MdRuntimeKeyIn(), (X, "a"), (X, "zz"))


class MdItemsLoopKeys(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.ReLU()})

    def forward(self, x):
        out = {}
        for name, m in self.heads.items():
            out[name] = m(x)
        n = len(self.heads)
        for k in self.heads.keys():
            out[k + "2"] = self.heads[k](x)
        return out, n, "a" in self.heads


def test_md_items_loop_keys():
    check(MdItemsLoopKeys(), (X,))


class MdRuntimeKeysFromList(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.ReLU()})

    def forward(self, xs: Dict[str, Tensor]):
        out: Dict[str, Tensor] = {}
        for k, v in xs.items():
            out[k] = self.heads[k](v)
        return out


def test_md_runtime_keys_from_list():
    check(MdRuntimeKeysFromList(), ({"a": X, "b": X},))


class AMlRuntimeDiffSignatures(nn.Module):
    def forward(self, x):
        return x + 1


class BMlRuntimeDiffSignatures(nn.Module):
    def forward(self, x, scale: int = 2):
        return x * scale


class MlRuntimeDiffSignatures(nn.Module):
    def __init__(self):
        super().__init__()
        self.ls = nn.ModuleList([AMlRuntimeDiffSignatures(), BMlRuntimeDiffSignatures()])

    def forward(self, x, i: int):
        return self.ls[i](x)


def test_ml_runtime_diff_signatures():
    check(MlRuntimeDiffSignatures(), (X, 0), (X, 1))


class AMlRuntimeIncompat(nn.Module):
    def forward(self, x):
        return x + 1


class BMlRuntimeIncompat(nn.Module):
    def forward(self, x, scale: int):
        return x * scale


class MlRuntimeIncompat(nn.Module):
    def __init__(self):
        super().__init__()
        self.ls = nn.ModuleList([AMlRuntimeIncompat(), BMlRuntimeIncompat()])

    def forward(self, x, i: int):
        return self.ls[i](x)


def test_ml_runtime_incompat():
    with pytest.raises(CompileError) as caught:
        portfire.script(MlRuntimeIncompat())
    assert [d.code for d in caught.value.diagnostics] == ["bad-call"]


class MlRuntimeAttribute(nn.Module):
    def __init__(self):
        super().__init__()
        self.ls = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)])

    def forward(self, x, i: int):
        layer = self.ls[i]
        return layer(x) + layer.weight.sum() + self.ls[i].bias + layer.in_features


def test_ml_runtime_attribute():
    check(MlRuntimeAttribute(), (X, 0), (X, 1), (X, -1), (X, 5))


class MlRuntimeAssignToVarUnderIf(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)

    def forward(self, x, flag: bool):
        layer = self.a if flag else self.b
        return layer(x)


def test_ml_runtime_assign_to_var_under_if():
    check(MlRuntimeAssignToVarUnderIf(), (X, True), (X, False))


class MlRuntimeAssignToVarUnderIfDiff(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.ReLU()

    def forward(self, x, flag: bool):
        if flag:
            layer = self.a
        else:
            layer = self.b
        return layer(x)


def test_ml_runtime_assign_to_var_under_if_diff():
    check(MlRuntimeAssignToVarUnderIfDiff(), (X, True), (X, False))


class MlRuntimeWhileLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.ls = nn.ModuleList([nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)])

    def forward(self, x, n: int):
        i = 0
        while i < n:
            x = self.ls[i](x)
            i += 1
        return x


def test_ml_runtime_while_loop():
    check(MlRuntimeWhileLoop(), (X, 3))


class MlRangeSelfN(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 3
        self.ls = nn.ModuleList([nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)])
        self.ns = nn.ModuleList([nn.LayerNorm(4) for _ in range(3)])

    def forward(self, x):
        for i in range(self.n):
            x = self.ns[i](self.ls[i](x))
        for i in range(self.n - 1):
            x = self.ls[i + 1](x)
        for i in range(self.n):
            x = self.ls[-i - 1](x)
            if i != self.n - 1:
                x = self.ns[i](x)
        return x


def test_ml_range_self_n():
    check(MlRangeSelfN(), (X,))


class MlNestedRuntime(nn.Module):
    def __init__(self):
        super().__init__()
        self.ls = nn.ModuleList([nn.ModuleList([nn.Linear(4, 4), nn.ReLU()]) for _ in range(2)])

    def forward(self, x, i: int, j: int):
        for layer in self.ls[i]:
            x = layer(x)
        return self.ls[i][j](x) + len(self.ls[i])


def test_ml_nested_runtime():
    check(MlNestedRuntime(), (X, 1, 0))


class MlSlices(nn.Module):
    def __init__(self):
        super().__init__()
        self.ls = nn.ModuleList([nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)])
        self.seq = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

    def forward(self, x):
        for i, l in enumerate(self.ls[1:]):
            x = l(x) + i
        for l in self.ls[::-1]:
            x = l(x)
        for l in self.ls[:-1]:
            x = l(x)
        for a, b in zip(self.ls, self.seq):
            x = a(x) + b(x)
        for a, b in zip(self.ls, [1, 2, 3]):
            x = a(x) + b
        for l in list(self.ls):
            x = l(x)
        for l in reversed(self.ls):
            x = l(x)
        for i, l in enumerate(reversed(self.ls)):
            x = l(x) * i
        x = self.seq[1:](x) + self.seq[-1](x)
        for l in list(self.children()):
            x = x + 1
        for i, (a, b) in enumerate(zip(self.ls[1:], reversed(self.seq))):
            x = a(x) + b(x) + i
        l = self.ls[0]
        return l(x), len(self.ls[1:])


def test_ml_slices():
    check(MlSlices(), (X,))


class ListOfModulesPlainAttribute(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.ReLU()
        self.items = [self.a, self.b]
        self.pair = (self.a, self.b)
        self.by = {"a": self.a, "b": self.b}

    def forward(self, x):
        for m in self.items:
            x = m(x)
        for m in self.pair:
            x = m(x)
        for k, m in self.by.items():
            x = m(x)
        return self.by["a"](self.items[0](x)) + self.pair[1](x)


def test_list_of_modules_plain_attribute():
    check(ListOfModulesPlainAttribute(), (X,))


class ListOfModulesPlainAttributeUnregistered(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = [nn.Linear(4, 4), nn.ReLU()]
        self.by = {"a": nn.Linear(4, 4), "b": nn.ReLU()}
        self.tup = (nn.Linear(4, 4), [nn.Tanh()])

    def forward(self, x):
        for m in self.items:
            x = m(x)
        for k, m in self.by.items():
            x = m(x)
        return self.by["a"](self.items[0](x)) + self.tup[1][0](self.tup[0](x)) + len(self.items)


def test_list_of_modules_plain_attribute_unregistered():
    check(ListOfModulesPlainAttributeUnregistered(), (X,))


class DictOfModulesRuntimeKey(nn.Module):
    def __init__(self):
        super().__init__()
        self.by = {"a": nn.Linear(4, 4), "b": nn.ReLU()}
        self.items = [nn.Linear(4, 4), nn.ReLU()]

    def forward(self, x, k: str):
        return self.by[k](x) + self.items[len(k)](x)


def test_dict_of_modules_runtime_key():
    check(DictOfModulesRuntimeKey(), (X, "a"), (X, "q"))


class DtypeAttrProperty(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)

    @property
    def dtype(self):
        return self.l.weight.dtype

    @property
    def device(self):
        return next(self.parameters()).device

    def forward(self, x):
        p = next(self.parameters())
        return self.l(x.to(self.dtype)).to(self.device).to(p.dtype), x.dtype == p.dtype


def test_dtype_attr_property():
    check(DtypeAttrProperty(), (X,))


class NamedModulesLoops(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
        self.register_buffer("b", torch.ones(4))

    def forward(self, x):
        names: List[str] = []
        for name, m in self.named_modules():
            names.append(name)
            if isinstance(m, nn.Linear):
                x = m(x)
        tot = 0.0
        for name, p in self.named_parameters():
            names.append(name)
            x = x + p.sum()
        for p in self.parameters():
            x = x + p.mean()
        for n, b in self.named_buffers():
            names.append(n)
            x = x + b
        for b in self.buffers():
            x = x * b
        for m in self.modules():
            if isinstance(m, nn.ReLU):
                x = m(x)
        for n, c in self.named_children():
            x = x + len(n)
        n = sum(p.numel() for p in self.parameters())
        return x, names, n


def test_named_modules_loops():
    check(NamedModulesLoops(), (X,))


class NamedParametersKwargs(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Sequential(nn.Linear(4, 4), nn.ReLU())

    def forward(self, x):
        names: List[str] = []
        for name, p in self.named_parameters(prefix="q", recurse=True):
            names.append(name)
        for name, p in self.l.named_parameters("r", recurse=False):
            names.append(name)
        for name, p in self.named_modules(prefix="z"):
            names.append(name)
        d = dict(self.named_parameters())
        x = x + d["l.0.weight"].sum()
        m = dict(self.named_children())["l"]
        s = self.get_submodule("l.0")(x) + self.get_parameter("l.0.bias")
        return m(x) + s, names, len(list(self.parameters()))


def test_named_parameters_kwargs():
    check(NamedParametersKwargs(), (X,))


class ParameterDictEtc(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.ParameterDict({"a": nn.Parameter(torch.ones(4)), "b": nn.Parameter(torch.zeros(4))})
        self.l = nn.ParameterList([nn.Parameter(torch.ones(4)), nn.Parameter(torch.zeros(4))])

    def forward(self, x, k: str):
        for n, p in self.w.items():
            x = x + p
        return x + self.w[k] + self.l[len(k)] + self.l[-1] + len(self.w) + sum(p.sum() for p in self.l)


def test_parameterdict_etc():
    check(ParameterDictEtc(), (X, "a"))


class AUnionOfClasses:
    def __init__(self, n: int):
        self.n = n

    def go(self) -> int:
        return self.n


class BUnionOfClasses:
    def __init__(self, s: str):
        self.s = s

    def go(self) -> int:
        return len(self.s)


def union_of_classes(n: int):
    o = AUnionOfClasses(n) if n == 1 else BUnionOfClasses("hello")
    return o.go()


def test_union_of_classes():
    check(union_of_classes, (1,), (2,))


class TrainingEval(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.Dropout(0.5)

    def forward(self, x):
        self.eval()
        x = self.d(x)
        return x, self.training


def test_training_eval():
    check(TrainingEval(), (X,))


class TrainModeSub(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.Dropout(0.5)
        self.l = nn.Linear(4, 4)

    def forward(self, x):
        self.d.train(False)
        self.l.requires_grad_(False)
        x = self.d(x)
        return x, self.d.training, self.training, self.l.weight.requires_grad


def test_train_mode_sub():
    check(TrainModeSub(), (X,))


class Recipe:
    def __init__(self, sizes: List[int], factor: float):
        self.sizes: List[int] = sizes
        self.factor: float = factor


def applied(recipe: Recipe, x: Tensor) -> Tensor:
    return x.reshape(recipe.sizes) * recipe.factor


class OfRecipes(nn.Module):
    def __init__(self):
        super().__init__()
        self.by_dims = {1: Recipe([2, 3], 2.0), 2: Recipe([6], 3.0)}
        self.in_order = [Recipe([3, 2], 4.0), Recipe([6, 1], 5.0)]

    def forward(self, x, i: int):
        recipe = self.by_dims[x.ndim]
        return applied(recipe, x), applied(self.in_order[i], x), len(self.by_dims)


def test_objects_without_methods_picked_at_run_time():
    model = OfRecipes()
    compiled = portfire.script(model)
    for x, i in ((torch.arange(6.0), 0), (torch.arange(6.0).reshape(2, 3), 1), (torch.arange(6.0), -1)):
        found, expected = compiled(x, i), model(x, i)
        assert torch.equal(found[0], expected[0])
        assert torch.equal(found[1], expected[1])
        assert found[2] == expected[2]
    with pytest.raises(KeyError):
        compiled(torch.ones(1, 2, 3), 0)
