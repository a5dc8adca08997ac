"""Objects of subclasses, abstract classes, protocols, order of resolution. Eager is the oracle."""

from abc import ABC, abstractmethod
from typing import List, Protocol, Self

import torch
from torch import nn

from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class BaseVirtualDispatch:
    def __init__(self, n: int):
        self.n = n

    def value(self) -> int:
        return self.n

    def twice(self) -> int:
        return self.value() * 2


class DerivedVirtualDispatch(BaseVirtualDispatch):
    def value(self) -> int:
        return self.n + 100


class MoreVirtualDispatch(DerivedVirtualDispatch):
    def __init__(self, n: int):
        super().__init__(n + 1)
        self.extra = 5

    def value(self) -> int:
        return super().value() + self.extra


def use_virtual_dispatch(b: BaseVirtualDispatch) -> int:
    return b.value() + b.twice()


def virtual_dispatch(n: int):
    return (
        use_virtual_dispatch(BaseVirtualDispatch(n)),
        use_virtual_dispatch(DerivedVirtualDispatch(n)),
        use_virtual_dispatch(MoreVirtualDispatch(n)),
    )


def test_virtual_dispatch():
    check(virtual_dispatch, (1,), (2,))


class ShapeListOfMixed:
    def __init__(self, s: float):
        self.s = s

    def area(self) -> float:
        raise NotImplementedError


class SquareListOfMixed(ShapeListOfMixed):
    def area(self) -> float:
        return self.s * self.s


class CircleListOfMixed(ShapeListOfMixed):
    def area(self) -> float:
        return 3.0 * self.s * self.s


def list_of_mixed(n: int):
    shapes: List[ShapeListOfMixed] = [SquareListOfMixed(1.0 * n), CircleListOfMixed(2.0)]
    shapes.append(SquareListOfMixed(3.0))
    total = 0.0
    k = 0
    for s in shapes:
        total += s.area()
        if isinstance(s, CircleListOfMixed):
            k += 1
            total += s.area()
    return total, k


def test_list_of_mixed():
    check(list_of_mixed, (1,), (2,))


class ShapeListOfMixedNoAnnotation:
    def __init__(self, s: float):
        self.s = s


class SquareListOfMixedNoAnnotation(ShapeListOfMixedNoAnnotation):
    def area(self) -> float:
        return self.s * self.s


class CircleListOfMixedNoAnnotation(ShapeListOfMixedNoAnnotation):
    def area(self) -> float:
        return 3.0 * self.s * self.s


def list_of_mixed_no_annotation(n: int):
    total = 0.0
    for s in [SquareListOfMixedNoAnnotation(1.0 * n), CircleListOfMixedNoAnnotation(2.0)]:
        total += s.area()
    return total


def test_list_of_mixed_no_annotation():
    check(list_of_mixed_no_annotation, (1,))


class ShapeAbstract(ABC):
    @abstractmethod
    def area(self) -> float: ...
    def name(self) -> str:
        return "s" + str(self.area())


class SquareAbstract(ShapeAbstract):
    def __init__(self, s: float):
        self.s = s

    def area(self) -> float:
        return self.s * self.s


class CircleAbstract(ShapeAbstract):
    def __init__(self, r: float):
        self.r = r

    def area(self) -> float:
        return self.r * 3.0


def g_abstract(s: ShapeAbstract) -> str:
    return s.name()


def abstract(n: int):
    return g_abstract(SquareAbstract(2.0)) + g_abstract(CircleAbstract(1.0 * n))


def test_abstract():
    check(abstract, (1,))


class HasAreaProtocol(Protocol):
    def area(self) -> float: ...


class SquareProtocol:
    def __init__(self, s: float):
        self.s = s

    def area(self) -> float:
        return self.s * self.s


class CircleProtocol:
    def __init__(self, r: float):
        self.r = r

    def area(self) -> float:
        return self.r * 3.0


def g_protocol(s: HasAreaProtocol) -> float:
    return s.area()


def protocol(n: int):
    shapes: List[HasAreaProtocol] = [SquareProtocol(2.0), CircleProtocol(1.0)]
    return g_protocol(SquareProtocol(2.0)) + g_protocol(CircleProtocol(1.0 * n)) + sum([s.area() for s in shapes])


def test_protocol():
    check(protocol, (1,))


class BaseIsinstanceRefineOverrideAttr:
    def __init__(self, n: int):
        self.n = n


class DerivedIsinstanceRefineOverrideAttr(BaseIsinstanceRefineOverrideAttr):
    def __init__(self, n: int):
        super().__init__(n)
        self.extra = 7

    def only(self) -> int:
        return self.extra


def make_isinstance_refine_override_attr(n: int) -> BaseIsinstanceRefineOverrideAttr:
    if n > 1:
        return DerivedIsinstanceRefineOverrideAttr(n)
    return BaseIsinstanceRefineOverrideAttr(n)


def isinstance_refine_override_attr(n: int):
    b = make_isinstance_refine_override_attr(n)
    if isinstance(b, DerivedIsinstanceRefineOverrideAttr):
        return b.only() + b.extra
    return b.n


def test_isinstance_refine_override_attr():
    check(isinstance_refine_override_attr, (1,), (2,))


class LazyGetattrNames:
    def __init__(self, n: int):
        self.n = n

    def __getattr__(self, name):
        if name == "double":
            return self.n * 2
        raise AttributeError(name)


def getattr_names(n: int):
    return LazyGetattrNames(n).double + LazyGetattrNames(n).n


def test_getattr_names():
    check(getattr_names, (3,))


class PSlots:
    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int):
        self.x = x
        self.y = y


def slots(n: int):
    p = PSlots(n, 2)
    p.x += 1
    return p.x + p.y


def test_slots():
    check(slots, (3,))


class AMro:
    def __init__(self, n: int):
        self.n = n

    def who(self) -> str:
        return "A"


class BMro(AMro):
    def who(self) -> str:
        return "B" + super().who()


class CMro(AMro):
    def who(self) -> str:
        return "C" + super().who()


class DMro(BMro, CMro):
    def who(self) -> str:
        return "D" + super().who()


class MixinMro:
    def extra(self) -> int:
        return 4


class EMro(MixinMro, DMro):
    def __init__(self, n: int):
        super().__init__(n)
        self.k = self.extra()


def mro(n: int):
    return DMro(n).who(), EMro(n).who(), EMro(n).k, super(BMro, DMro(n)).who()


def test_mro():
    check(mro, (3,))


class ASuperWithArgsAndClassmethods:
    def __init__(self, n: int = 1, *, k: int = 2):
        self.n = n + k

    @classmethod
    def make(cls, n: int):
        return cls(n)

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @staticmethod
    def st(n: int) -> int:
        return n + 1


class BSuperWithArgsAndClassmethods(ASuperWithArgsAndClassmethods):
    def __init__(self, n: int):
        super(BSuperWithArgsAndClassmethods, self).__init__(n, k=5)
        ASuperWithArgsAndClassmethods.__init__(self, n)

    @classmethod
    def make2(cls, n: int):
        return super().make(n)


def super_with_args_and_classmethods(n: int):
    return (
        BSuperWithArgsAndClassmethods.make(n).n,
        BSuperWithArgsAndClassmethods.name(),
        ASuperWithArgsAndClassmethods(n).name(),
        BSuperWithArgsAndClassmethods.make2(n).n,
        BSuperWithArgsAndClassmethods.st(n),
        BSuperWithArgsAndClassmethods(n).st(1),
    )


def test_super_with_args_and_classmethods():
    check(super_with_args_and_classmethods, (3,))


class OuterNestedClasses:
    class Inner:
        def __init__(self, n: int):
            self.n = n

    def __init__(self, n: int):
        self.inner = OuterNestedClasses.Inner(n)

    def get(self) -> int:
        return self.inner.n + self.Inner(2).n


def nested_classes(n: int):
    return OuterNestedClasses(n).get() + OuterNestedClasses.Inner(4).n


def test_nested_classes():
    check(nested_classes, (3,))


class BuilderFunctionReturningSelfChain:
    def __init__(self):
        self.parts: List[str] = []

    def add(self, s: str) -> Self:
        self.parts.append(s)
        return self

    def build(self):
        return "-".join(self.parts)


def function_returning_self_chain(n: int):
    return BuilderFunctionReturningSelfChain().add("a").add(str(n)).build()


def test_function_returning_self_chain():
    check(function_returning_self_chain, (3,))


class RunnerClassHoldingModule:
    def __init__(self, m, k: int):
        self.m = m
        self.k = k

    def run(self, x):
        return self.m(x) * self.k


class ClassHoldingModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)

    def forward(self, x):
        return RunnerClassHoldingModule(self.l, 2).run(x)


def test_class_holding_module():
    check(ClassHoldingModule(), (X,))
