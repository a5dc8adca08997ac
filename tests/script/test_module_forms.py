"""Forms in which people write modules. Eager is the oracle."""

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, List, Optional

import torch
from torch import Tensor, nn

from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class ModulePropertySetter(nn.Module):
    def __init__(self):
        super().__init__()
        self._s = 1

    @property
    def s(self) -> int:
        return self._s

    @s.setter
    def s(self, v: int) -> None:
        self._s = v * 2

    def forward(self, x):
        self.s = 3
        self.s += 1
        return x * self.s


def test_module_property_setter():
    check(ModulePropertySetter(), (X,), (X,))


class ModuleCachedProperty(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)

    @cached_property
    def w(self):
        return self.l.weight.sum()

    def forward(self, x):
        return x * self.w


def test_module_cached_property():
    check(ModuleCachedProperty(), (X,))


class BagOwnContainer(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = nn.ModuleList([nn.Linear(4, 4), nn.ReLU()])

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    def __iter__(self):
        return iter(self.items)

    def __contains__(self, k: int) -> bool:
        return k < 2

    def forward(self, x):
        return x


class OwnContainer(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = BagOwnContainer()

    def forward(self, x):
        for m in self.bag:
            x = m(x)
        return self.bag[0](x) + len(self.bag), 1 in self.bag


def test_own_container():
    check(OwnContainer(), (X,))


class InstanceForwardOverride(nn.Module):
    def __init__(self, kind="a"):
        super().__init__()
        self.l = nn.Linear(4, 4)
        self.forward = self.forward_a if kind == "a" else self.forward_b

    def forward_a(self, x):
        return self.l(x)

    def forward_b(self, x):
        return x


def test_instance_forward_override():
    check(InstanceForwardOverride(), (X,))


class LambdaAttributeWithSelf(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)
        self.fn = lambda x: self.l(x) + 1

        def inner(x):
            return self.l(x) * self.k

        self.inner = inner
        self.k = 2

    def forward(self, x):
        return self.fn(x) + self.inner(x)


def test_lambda_attribute_with_self():
    check(LambdaAttributeWithSelf(), (X,))


class ListOfBoundMethodsAndLambdas(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)
        self.steps = [self.a, self.b, lambda x: x + 1]
        self.table = {"a": self.a}

    def a(self, x):
        return self.l(x)

    def b(self, x):
        return x * 2

    def forward(self, x):
        for s in self.steps:
            x = s(x)
        return self.table["a"](x)


def test_list_of_bound_methods_and_lambdas():
    check(ListOfBoundMethodsAndLambdas(), (X,))


class MixinMixins:
    SCALE = 3

    def scaled(self, x):
        return x * self.SCALE * self.factor


class BaseMixins(nn.Module):
    def __init__(self, **kw):
        super().__init__()
        self.factor = 2

    def forward(self, *args, **kwargs):
        return self.scaled(args[0])


class Mixins(MixinMixins, BaseMixins):
    def forward(self, x):
        return super().forward(x, k=1) + 1


def test_mixins():
    check(Mixins(), (X,))


class AliasMethod(nn.Module):
    def run(self, x):
        return x + 1

    forward = run


def test_alias_method():
    check(AliasMethod(), (X,))


class BlockSequentialSubclass(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(4, 4), nn.ReLU())

    def forward(self, x):
        return super().forward(x) + x


class NamedSequentialSubclass(nn.Sequential):
    def __init__(self):
        super().__init__(OrderedDict([("fc", nn.Linear(4, 4)), ("act", nn.ReLU())]))


class SequentialSubclass(nn.Module):
    def __init__(self):
        super().__init__()
        self.b = BlockSequentialSubclass()
        self.n = NamedSequentialSubclass()

    def forward(self, x):
        for name, m in self.n._modules.items():
            x = m(x)
        for name, m in self.n.named_children():
            if name == "fc":
                x = m(x)
        return self.b(x) + self.n.fc(x) + self.n(x) + getattr(self.n, "act")(x) + self.b[0](x)


def test_sequential_subclass():
    check(SequentialSubclass(), (X,))


class EarlyExitFeatures(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict(OrderedDict([("a", nn.Linear(4, 4)), ("b", nn.ReLU()), ("c", nn.Linear(4, 4))]))
        self.return_layers = {"a": "x0", "b": "x1"}
        self.out = ["b"]

    def forward(self, x):
        out = OrderedDict()
        for name, module in self.layers.items():
            x = module(x)
            if name in self.return_layers:
                out[self.return_layers[name]] = x
        feats = [x for n in self.layers if n in self.out]
        return out, feats


def test_early_exit_features():
    check(EarlyExitFeatures(), (X,))


class NoneSubmoduleAssigned(nn.Module):
    def __init__(self, d=None):
        super().__init__()
        self.d = None
        self.p = nn.Identity() if d is None else nn.Linear(4, 4)
        self.q = d and nn.Linear(4, 4)
        self.maybe = nn.ModuleList([nn.ReLU(), None]) if False else [None, nn.ReLU()]

    def forward(self, x):
        if self.d:
            x = self.d(x)
        if self.q is not None:
            x = self.q(x)
        for m in self.maybe:
            if m is not None:
                x = m(x)
        x = self.d(x) if self.d is not None else x
        return self.p(x)


def test_none_submodule_assigned():
    check(NoneSubmoduleAssigned(), (X,))


class WrapperGetattrOnUserClassModule(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.inner, name)

    def forward(self, x):
        return self.inner(x) + self.scale


class InnerGetattrOnUserClassModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = 3

    def forward(self, x):
        return x * self.scale


class GetattrOnUserClassModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = WrapperGetattrOnUserClassModule(InnerGetattrOnUserClassModule())

    def forward(self, x):
        return self.w(x) + self.w.scale


def test_getattr_on_user_class_module():
    check(GetattrOnUserClassModule(), (X,))


@dataclass
class CfgConfigObjectVariants:
    width: int = 4
    names: List[str] = field(default_factory=lambda: ["a"])
    drop: Optional[float] = None
    nested: Any = None


class ConfigObjectVariants(nn.Module):
    def __init__(self):
        super().__init__()
        self.cfg = CfgConfigObjectVariants(nested=CfgConfigObjectVariants(width=9))
        self.d = {"lr": 0.1, "name": "x", "n": 3, "sub": {"k": 2}}
        import types

        self.ns = types.SimpleNamespace(a=1, b="q", c=[1, 2])

    def forward(self, x):
        if self.cfg.drop is not None:
            x = x * self.cfg.drop
        return (
            x
            + self.cfg.width
            + len(self.cfg.names)
            + self.cfg.nested.width
            + self.d["lr"]
            + self.d["n"]
            + self.d["sub"]["k"]
            + self.ns.a
            + self.ns.c[1]
            + self.d.get("zz", 5)
        )


def test_config_object_variants():
    check(ConfigObjectVariants(), (X,))


class ModuleInTupleReturn(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.ReLU()

    def pick(self):
        return self.a, self.b

    def which(self, flag: bool):
        if flag:
            return self.a
        return self.b

    def forward(self, x, flag: bool):
        f, g = self.pick()
        return g(f(x)) + self.which(flag)(x)


def test_module_in_tuple_return():
    check(ModuleInTupleReturn(), (X, True))


class BuffersListingAndNonPersistent(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("a", torch.ones(4), persistent=False)
        self.b = nn.Buffer(torch.ones(4)) if hasattr(nn, "Buffer") else None
        self.p = nn.Parameter(torch.ones(4), requires_grad=False)

    def forward(self, x):
        self.a += 1
        self.a[0] = 5
        self.a.copy_(self.a * 2)
        return x + self.a + self.p


def test_buffers_listing_and_non_persistent():
    check(BuffersListingAndNonPersistent(), (X,))


class StateObjectListsInModulesMutated:
    def __init__(self):
        self.h: Optional[Tensor] = None
        self.steps = 0

    def push(self, x):
        self.h = x if self.h is None else self.h + x
        self.steps += 1
        return self.h


class ObjectListsInModulesMutated(nn.Module):
    def __init__(self):
        super().__init__()
        self.states = [StateObjectListsInModulesMutated(), StateObjectListsInModulesMutated()]
        self.by = {"a": StateObjectListsInModulesMutated()}

    def forward(self, x):
        for s in self.states:
            x = x + s.push(x)
        return x + self.by["a"].push(x), self.states[0].steps


def test_object_lists_in_modules_mutated():
    check(ObjectListsInModulesMutated(), (X,), (X,))


class RunnerClassHoldingModuleAttr:
    def __init__(self, m, k: int):
        self.m = m
        self.k = k

    def run(self, x):
        return self.m(x) * self.k


class ClassHoldingModuleAttr(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)
        self.r = RunnerClassHoldingModuleAttr(self.l, 3)

    def forward(self, x):
        return self.r.run(x)


def test_class_holding_module_attr():
    check(ClassHoldingModuleAttr(), (X,))


class VOperatorsReflectedInplace:
    def __init__(self, n: int):
        self.n = n

    def __mul__(self, k: int) -> "VOperatorsReflectedInplace":
        return VOperatorsReflectedInplace(self.n * k)

    def __rmul__(self, k: int) -> "VOperatorsReflectedInplace":
        return VOperatorsReflectedInplace(self.n * k)

    def __iadd__(self, o: "VOperatorsReflectedInplace") -> "VOperatorsReflectedInplace":
        self.n += o.n
        return self

    def __sub__(self, o: "VOperatorsReflectedInplace") -> "VOperatorsReflectedInplace":
        return VOperatorsReflectedInplace(self.n - o.n)

    def __abs__(self) -> int:
        return abs(self.n)

    def __int__(self) -> int:
        return self.n

    def __float__(self) -> float:
        return 1.0 * self.n

    def __hash__(self) -> int:
        return self.n

    def __bool__(self) -> bool:
        return self.n > 0

    def __invert__(self) -> int:
        return ~self.n

    def __neg__(self):
        return VOperatorsReflectedInplace(-self.n)

    def __pow__(self, k: int) -> int:
        return self.n**k

    def __matmul__(self, o: "VOperatorsReflectedInplace") -> int:
        return self.n * o.n

    def __index__(self) -> int:
        return self.n

    def __delitem__(self, i: int) -> None:
        self.n -= i

    def __reversed__(self):
        return [self.n, 0]

    def __round__(self, d: int = 0) -> float:
        return 1.5


def operators_reflected_inplace(n: int):
    v = VOperatorsReflectedInplace(n)
    w = 2 * v * 3
    w += v
    w -= VOperatorsReflectedInplace(1)
    del w[1]
    return (
        w.n,
        abs(v),
        int(v),
        float(v),
        bool(v),
        not v,
        ~v,
        (-v).n,
        v**2,
        v @ w,
        hash(v),
        [1, 2, 3, 4][v],
        list(reversed(v)),
        round(v),
    )


def test_operators_reflected_inplace():
    check(operators_reflected_inplace, (3,))


class AObjectEqualityIdentityNone:
    def __init__(self, n: int):
        self.n = n


def object_equality_identity_none(n: int):
    a = AObjectEqualityIdentityNone(n)
    b = AObjectEqualityIdentityNone(n)
    xs = [a, b]
    return a == b, a == a, a is b, a is not None, b in xs, xs.index(b), a in [b], AObjectEqualityIdentityNone(1) != a


def test_object_equality_identity_none():
    check(object_equality_identity_none, (1,))


class ASearchesInLists:
    def __init__(self, n: int):
        self.n = n

    def __eq__(self, o: "ASearchesInLists") -> bool:
        return self.n == o.n


def searches_in_lists(n: int):
    xs = [ASearchesInLists(1), ASearchesInLists(2), ASearchesInLists(1)]
    ts = [(1, "a"), (n, "b")]
    ls = [[1], [2, 3]]
    ls.remove([1])
    c = xs.count(ASearchesInLists(1))
    xs.remove(ASearchesInLists(2))
    return xs.index(ASearchesInLists(n)), c, len(xs), ts.index((n, "b")), ls, ls.count([2, 3])


def test_searches_in_lists():
    check(searches_in_lists, (1,), (9,))
