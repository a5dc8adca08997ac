"""Dataclasses. Eager is the oracle."""

from dataclasses import InitVar, asdict, astuple, dataclass, field, fields, replace
from typing import Dict, List, Optional, Tuple

import pytest
import torch
from torch import Tensor

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check
from tests.script.agreement import agree_exactly

X = torch.arange(8.0).reshape(2, 4) / 7


@dataclass
class ADataclassFeatures:
    x: int
    xs: List[int] = field(default_factory=list)
    d: Dict[str, int] = field(default_factory=dict)
    name: str = "a"


@dataclass(frozen=True, order=True)
class BDataclassFeatures:
    a: int
    b: int = 2


@dataclass
class CDataclassFeatures(ADataclassFeatures):
    z: float = 1.5

    def total(self) -> float:
        return self.x + self.z


@dataclass(kw_only=True)
class DDataclassFeatures:
    p: int
    q: int = 3


@dataclass
class EDataclassFeatures:
    p: int
    scale: InitVar[int] = 2
    r: int = field(init=False)

    def __post_init__(self, scale: int):
        self.r = self.p * scale


def dataclass_features(n: int):
    a = ADataclassFeatures(n)
    a.xs.append(3)
    c = CDataclassFeatures(n, z=2.0)
    b = BDataclassFeatures(n)
    b2 = replace(b, b=9)
    e = EDataclassFeatures(n)
    return (
        a.xs,
        ADataclassFeatures(1).xs,
        a.d,
        c.total(),
        b < b2,
        b == BDataclassFeatures(n),
        DDataclassFeatures(p=n).q,
        e.r,
        EDataclassFeatures(n, 5).r,
        b2.b,
        b != b2,
        c.name,
    )


def test_dataclass_features():
    check(dataclass_features, (4,))


@dataclass
class ADataclassAsdictAstuple:
    x: int
    y: int


def dataclass_asdict_astuple(n: int):
    a = ADataclassAsdictAstuple(n, 2)
    return asdict(a), astuple(a), str(a), f"{a}", [q.name for q in fields(a)]


def test_dataclass_asdict_astuple():
    check(dataclass_asdict_astuple, (4,))


@dataclass(frozen=True)
class ADataclassFrozenSet:
    x: int


def dataclass_frozen_set(n: int):
    a = ADataclassFrozenSet(n)
    a.x = 3
    return a.x


def test_dataclass_frozen_set():
    with pytest.raises(CompileError) as caught:
        portfire.script(dataclass_frozen_set)
    assert [d.code for d in caught.value.diagnostics] == ["no-set-attribute"]


@dataclass
class PDataclassNestedDefaultsCompare:
    x: int
    w: Tensor


@dataclass
class ADataclassNestedDefaultsCompare:
    p: PDataclassNestedDefaultsCompare
    q: Optional[PDataclassNestedDefaultsCompare] = None
    t: Tuple[int, int] = (1, 2)


def dataclass_nested_defaults_compare(n: int):
    a = ADataclassNestedDefaultsCompare(PDataclassNestedDefaultsCompare(n, torch.ones(2)))
    if a.q is None:
        a.q = PDataclassNestedDefaultsCompare(3, torch.zeros(1))
    return a.p.x + a.q.x + a.t[1], a.p.w + a.q.w


def test_dataclass_nested_defaults_compare():
    check(dataclass_nested_defaults_compare, (4,))


@dataclass
class ADataclassAsArgAndReturn:
    x: Tensor
    y: Optional[Tensor] = None


def g_dataclass_as_arg_and_return(x: Tensor) -> ADataclassAsArgAndReturn:
    return ADataclassAsArgAndReturn(x, y=x * 2)


def dataclass_as_arg_and_return(d: Dict[str, int]):
    a = g_dataclass_as_arg_and_return(torch.ones(2) * d["k"])
    y = a.y
    return a.x if y is None else y


def test_dataclass_as_arg_and_return():
    check(dataclass_as_arg_and_return, ({"k": 4},))


@dataclass
class ADataclassNoAnnotationUseRepr:
    x: int
    n: str = "q"
    dataclass_no_annotation_use_repr: float = 2.0
    l: List[str] = field(default_factory=lambda: ["u"])


def dataclass_no_annotation_use_repr(n: int):
    return repr(ADataclassNoAnnotationUseRepr(n)), str([ADataclassNoAnnotationUseRepr(1)])


def test_dataclass_no_annotation_use_repr():
    check(dataclass_no_annotation_use_repr, (4,))


@dataclass(order=True)
class Place:
    x: float
    y: float
    norm: Optional[Tensor] = None

    def __post_init__(self):
        self.norm = (torch.tensor(self.x) ** 2 + torch.tensor(self.y) ** 2) ** 0.5


@dataclass(order=True)
class Nothing:
    pass


def test_order_with_fields_that_may_be_none():
    def f(a: float, b: float, c: float, d: float):
        p, q = Place(a, b), Place(c, d)
        return p == q, p != q, p < q, p <= q, p > q, p >= q, p.norm

    def empty():
        return Nothing() == Nothing(), Nothing() < Nothing(), Nothing() <= Nothing()

    check(f, (1.0, 2.0, 1.0, 2.0), (1.0, 2.0, 1.0, 4.0), (3.0, 0.0, 1.0, 4.0))
    check(empty, ())
    assert portfire.script(Place) is Place


def test_order_of_tuples():
    def optional(a: int, b: Optional[int], c: int, d: Optional[int]):
        return (a, b) < (c, d), (a, b) >= (c, d)

    def floats(a: float, b: float, s: str):
        return (a,) < (b,), (a,) <= (b,), (a, s) > (b, s), (a, s) <= (b, s), (a, s, a) < (b, s)

    def tensors(x, y, n: int):
        return (n, x) < (n, y), (x, n) < (y, n), (x,) <= (y,), (x,) > (y,)

    agree_exactly(optional, (1, 2, 1, 3), (1, None, 2, None), (1, None, 1, None), (1, None, 1, 2), (1, 2, 1, None))
    agree_exactly(floats, (1.0, 2.0, "a"), (2.0, 2.0, "a"), (float("nan"), 1.0, "a"))
    one, two = torch.tensor(1.0), torch.tensor(2.0)
    agree_exactly(tensors, (one, two, 3), (two, two, 3))
