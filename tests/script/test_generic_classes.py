"""Generic classes: each use is a type of its own. Eager is the oracle."""

from dataclasses import dataclass
from typing import Generic, List, TypeVar

import torch

from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


TGenericBox = TypeVar("T")


class BoxGenericBox(Generic[TGenericBox]):
    def __init__(self, item: TGenericBox):
        self.item = item

    def get(self) -> TGenericBox:
        return self.item


def generic_box(n: int):
    b = BoxGenericBox(n)
    s = BoxGenericBox("a")
    t = BoxGenericBox(torch.ones(2))
    return b.get() + 1, s.get() + "b", t.get() + 1


def test_generic_box():
    check(generic_box, (1,))


TGenericStack = TypeVar("T")


class StackGenericStack(Generic[TGenericStack]):
    def __init__(self) -> None:
        self.items: List[TGenericStack] = []

    def push(self, x: TGenericStack) -> None:
        self.items.append(x)

    def pop(self) -> TGenericStack:
        return self.items.pop()


def generic_stack(n: int):
    s = StackGenericStack[int]()
    s.push(n)
    s.push(2)
    t: StackGenericStack[str] = StackGenericStack()
    t.push("a")
    return s.pop() + 1, t.pop() + "x"


def test_generic_stack():
    check(generic_stack, (1,))


KPairGeneric = TypeVar("K")
VPairGeneric = TypeVar("V")


class PairPairGeneric(Generic[KPairGeneric, VPairGeneric]):
    def __init__(self, k: KPairGeneric, v: VPairGeneric):
        self.k = k
        self.v = v

    def swap(self):
        return PairPairGeneric(self.v, self.k)


def show_pair_generic(p: PairPairGeneric[int, str]) -> str:
    return str(p.k) + p.v


def pair_generic(n: int):
    p = PairPairGeneric(n, "a")
    q = p.swap()
    return p.k, q.k, show_pair_generic(p), q.v + 1


def test_pair_generic():
    check(pair_generic, (1,))


TGenericBase = TypeVar("T")


class BoxGenericBase(Generic[TGenericBase]):
    def __init__(self, item: TGenericBase):
        self.item = item


class IntBoxGenericBase(BoxGenericBase[int]):
    def twice(self) -> int:
        return self.item * 2


def generic_base(n: int):
    return IntBoxGenericBase(n).twice(), BoxGenericBase("a").item


def test_generic_base():
    check(generic_base, (1,))


TListOfGeneric = TypeVar("T")


class BoxListOfGeneric(Generic[TListOfGeneric]):
    def __init__(self, item: TListOfGeneric):
        self.item = item


def total_list_of_generic(xs: List[BoxListOfGeneric[int]]) -> int:
    t = 0
    for x in xs:
        t += x.item
    return t


def list_of_generic(n: int):
    xs = [BoxListOfGeneric(n), BoxListOfGeneric(2)]
    xs.append(BoxListOfGeneric(5))
    return total_list_of_generic(xs), isinstance(xs[0], BoxListOfGeneric)


def test_list_of_generic():
    check(list_of_generic, (1,))


TGenericDataclass = TypeVar("T")


@dataclass
class ResGenericDataclass(Generic[TGenericDataclass]):
    value: TGenericDataclass
    ok: bool = True


def generic_dataclass(n: int):
    a, b = ResGenericDataclass(n), ResGenericDataclass("x", ok=False)
    return a.value + 1, b.value + "y", a.ok, b.ok


def test_generic_dataclass():
    check(generic_dataclass, (1,))


class AClassEmptyListOfInts:
    def __init__(self):
        self.xs = []
        self.table = {}

    def add(self, n: int):
        self.xs.append(n)
        self.table["a"] = n

    def get(self):
        return self.xs

    def total(self):
        t = 0
        for x in self.xs:
            t += x
        return t


def class_empty_list_of_ints(n: int):
    a = AClassEmptyListOfInts()
    a.add(n)
    a.add(5)
    return a.xs, a.table, a.get(), a.total()


def test_class_empty_list_of_ints():
    check(class_empty_list_of_ints, (1,))
