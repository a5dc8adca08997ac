"""What TorchScript's own test suite asks of modules of one class: what may be shared, and what must not; eager is the oracle.

Modules of the same shape share one class in a program. Where a constant, a function or a parameter differs they must not.
"""

import importlib
import io
import sys
import warnings
import zipfile

import pytest
import torch
from torch import nn

import portfire
from tests.script.after_loading import check, saved_and_loaded

X = torch.arange(6.0).reshape(2, 3)


class Both(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.a = a
        self.b = b

    def forward(self, x):
        return self.a(x), self.b(x)


class Held(nn.Module):
    __constants__ = ["constant"]

    def __init__(self, attribute, constant):
        super().__init__()
        self.attribute = attribute
        self.constant = constant

    def forward(self, x):
        return x, self.attribute, self.constant


class Called(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x, x)


class Added(nn.Module):
    def __init__(self, y):
        super().__init__()
        self.y = y

    def forward(self, x):
        return x + self.y


class Named(nn.Module):
    def __init__(self, modules):
        super().__init__()
        self.named = nn.ModuleDict(modules)

    def forward(self, x):
        for name, module in self.named.items():
            x = module(x) * len(name)
        return x, [name for name in self.named]


def class_names(module):
    """The classes of the two parts, as the program names them."""
    compiled = portfire.script(module)
    return str(compiled.a.forward.schema).split()[0], str(compiled.b.forward.schema).split()[0]


def plus(x, y):
    return x + y


def minus(x, y):
    return x - 2 * y


T = torch.rand(2, 3)

PAIRS = {
    "values of tensors": (Held(T, 1), Held(T * 2, 1)),
    "constants": (Held(T, 1), Held(T, 2)),
    "types of constants": (Held(T, 1), Held(T, "a")),
    "types of attributes": (Held(1, 1), Held(T, 1)),
    "functions": (Called(plus), Called(minus)),
    "one function": (Called(plus), Called(plus)),
    "operators": (Called(torch.add), Called(torch.sub)),
    "compiled functions": (Called(portfire.script(plus)), Called(portfire.script(minus))),
    "parameter and attribute": (Added(nn.Parameter(torch.ones(3))), Added(torch.ones(3) * 2)),
    "shapes": (nn.Linear(3, 3), nn.Linear(3, 5)),
    "names in a ModuleDict": (Named({"a": nn.Identity()}), Named({"bcd": nn.Identity()})),
    "what lies below": (Named({"a": nn.Identity()}), Named({"a": nn.Tanh()})),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_parts_of_one_class(pair):
    check(Both(*pair), (X,))


def test_the_same_shape_is_one_class():
    first, second = class_names(Both(nn.Linear(3, 3), nn.Linear(3, 3)))
    assert first == second
    program = portfire.script(Both(nn.Linear(3, 3), nn.Linear(3, 3)))
    text = io.BytesIO()
    portfire.save(program, text)
    with zipfile.ZipFile(io.BytesIO(text.getvalue())) as archive:
        sources = [archive.read(n).decode() for n in archive.namelist() if n.endswith("linear.py")]
    assert sum(s.count("class Linear") for s in sources) == 1


class Ignoring(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = value

    @torch.jit.ignore
    def in_python(self) -> torch.Tensor:
        return self.value

    def forward(self, x):
        return x + self.in_python()


def test_python_methods_of_two_objects():
    eager = Both(Ignoring(torch.ones(3)), Ignoring(torch.ones(3) * 5))
    assert all(map(torch.equal, portfire.script(eager)(X), eager(X)))


class NotAll(nn.Module):
    __jit_ignored_attributes__ = ["ignored"]

    def __init__(self, ignored, used):
        super().__init__()
        self.ignored = ignored
        self.used = used

    def forward(self, x):
        return x * self.used


def test_ignored_attributes():
    check(Both(NotAll(nn.Linear(5, 5), 5), NotAll("text", 10)), (X,))


class Sized(nn.Module):
    def forward(self, x):
        return x * x.shape[0] if x.sum() > 0 else x - 1


def test_traced_parts():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        positive, negative = portfire.trace(Sized(), X), portfire.trace(Sized(), -X)
    program = portfire.script(Both(positive, positive))
    assert all(torch.equal(r, X * 2) for r in program(X))
    with pytest.raises(portfire.errors.GuardError):
        portfire.script(Both(positive, negative))(X)


class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


def test_loaded_parts():
    """Classes of one name, from files of their own."""
    parts = [saved_and_loaded(portfire.script(m)) for m in (Held(T, 1), Held(3, "a"), Called(plus), Called(minus))]
    for a, b in ((parts[0], parts[1]), (parts[2], parts[3])):
        program = portfire.script(Both(Wrapper(a), Wrapper(b)))
        for compiled in (program, saved_and_loaded(program)):
            assert repr(compiled(X)) == repr((a(X), b(X)))


def test_attributes_set_afterwards():
    compiled = portfire.script(Held(T, 1))
    compiled.note = "only Python's"
    assert compiled.note == "only Python's" and compiled(X)[2] == 1


BASE = """
from __future__ import annotations
import typing as t
from typing import List, Optional
import torch

class Count:
    n: int
    def __init__(self, n: int):
        self.n = n
    def twice(self) -> Count:
        return Count(self.n * 2)

class Base(torch.nn.Module):
    inherited: torch.Tensor
    counts: List[int]
    extra: Optional[torch.Tensor]
    def __init__(self):
        super().__init__()
        self.inherited = torch.ones(3)
        self.counts = []
        self.extra = None
    def first(self, counts: t.List[Count]) -> t.Optional[Count]:
        return counts[0].twice() if len(counts) > 0 else None
    def forward(self, x: torch.Tensor, n: int = 2) -> torch.Tensor:
        return x * n
"""

DERIVED = """
import torch
from base_of_annotations import Base, Count

class Derived(Base):
    own: int
    def __init__(self):
        super().__init__()
        self.own = 3
    def forward(self, x: torch.Tensor, n: int = 2) -> torch.Tensor:
        extra = self.extra
        if extra is not None:
            x = x + extra
        count = self.first([Count(n)])
        if count is not None:
            n += count.n
        for k in self.counts:
            n += k
        return super().forward(x, n) + self.inherited * self.own
"""


def test_annotations_that_only_the_base_understands(tmp_path, monkeypatch):
    """Texts, under `from __future__ import annotations`: they are read where the class that has them was written."""
    (tmp_path / "base_of_annotations.py").write_text(BASE)
    (tmp_path / "derived_of_annotations.py").write_text(DERIVED)
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        module = importlib.import_module("derived_of_annotations").Derived()
        check(module, (X,), (X, 5))
        module.counts, module.extra = [1, 2], torch.ones(3)
        check(module, (X,), (X, 5))
    finally:
        for name in ("base_of_annotations", "derived_of_annotations"):
            sys.modules.pop(name, None)
