"""`script` of an object: its methods and properties are compiled, its state is shared; and `__prepare_scriptable__`."""

from typing import List

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import ArgumentError, CompileError
from tests.script.after_loading import saved_and_loaded

X = torch.tensor([-1.0, 2.0])


class Base:
    def doubled(self) -> int:
        return self.count * 2


class Counter(Base):
    __jit_unused_properties__ = ["unknown"]

    def __init__(self, count: int):
        self.count = count
        self.items = [1, 2]
        self.total = torch.zeros(2)

    def bump(self, by: int = 1) -> "Counter":
        self.count += by
        self.items.append(by)
        return self

    def add(self, x: Tensor):
        self.total += x
        return self.total

    @property
    def next(self) -> int:
        return self.count + 1

    @next.setter
    def next(self, value: int):
        self.count = value - 1

    @property
    def unknown(self):
        return open("log")

    @torch.jit.unused
    def in_python(self):
        return open("log")

    def __call__(self, x: Tensor, factor: int = 1):
        return x * self.count * factor

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i: int):
        return self.items[i]

    def __setitem__(self, i: int, value: int):
        self.items[i] = value

    def __contains__(self, value: int) -> bool:
        return value in self.items


def bump_twice(counter: Counter) -> int:
    counter.bump().bump(2)
    return counter.count


def test_an_object_is_compiled_with_its_class():
    counter, eager = portfire.script(Counter(3)), Counter(3)
    assert isinstance(counter, portfire.ScriptObject)
    assert portfire.script(counter) is counter
    for c in (counter, eager):
        c.bump(2)
        c[0] = 7
        c.next = 10
    for found, expected in (
        (counter.count, eager.count),
        (counter.next, eager.next),
        (counter.doubled(), eager.doubled()),
        (len(counter), len(eager)),
        (counter[0], eager[0]),
        (7 in counter, 7 in eager),
        (8 in counter, 8 in eager),
        (bool(counter), bool(eager)),
    ):
        assert found == expected
    assert torch.equal(counter(X, factor=2), eager(X, factor=2))
    assert torch.equal(counter.add(X), eager.add(X))
    assert torch.equal(counter.total, eager.total)


def test_functions_share_the_state_of_an_object():
    counter = portfire.script(Counter(0))
    assert portfire.script(bump_twice)(counter) == 3
    assert (counter.count, counter.items) == (3, [1, 2, 1, 2])


def test_what_the_class_lacks():
    class Bare:
        def __init__(self):
            self.value = 1

    bare = portfire.script(Bare())
    bare.value += 2
    assert bare.value == 3
    assert bool(bare)
    with pytest.raises(TypeError, match="'Bare' has no compiled method __len__"):
        len(bare)
    with pytest.raises(TypeError, match="'Bare' has no compiled method __call__"):
        bare(1)


def test_obstacles_of_objects():
    class Two:
        def one(self):
            return unknown_one  # noqa: F821

        def two(self):
            return unknown_two  # noqa: F821

    class Open:
        def __init__(self):
            self.stream = iter([])

        def f(self):
            return 1

    with pytest.raises(CompileError) as caught:
        portfire.script(Two())
    assert len(caught.value.diagnostics) == 2
    report = portfire.check(Two())
    assert not report.ok
    assert len(report.diagnostics) == 2
    with pytest.raises(CompileError, match="an object of '.*Open' cannot be compiled: .*list_iterator"):
        portfire.script(Open())
    with pytest.raises(ArgumentError, match="not a int"):
        portfire.script(3)


def add(a: int, b: int) -> int:
    return a + b


class Prepared:
    def __call__(self, *args):
        return open(args[0])

    def __prepare_scriptable__(self):
        return add


class Rectified(nn.SELU):
    def __prepare_scriptable__(self):
        return nn.ReLU()


def test_what_is_prepared():
    function = portfire.script(Prepared())
    assert function(1, 2) == 3
    assert portfire.check(Prepared()).ok
    assert torch.equal(portfire.script(Rectified())(X), X.relu())


def test_modules_below_are_prepared():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            shared = Rectified()
            self.rows = nn.Sequential(Rectified(), nn.Sequential(shared, Rectified()), shared)
            self.items, self.one = nn.ModuleList([shared, Rectified()]), Rectified()

        def forward(self, x, parts: List[int]):
            for item in self.items:
                x = item(x - 1)
            return self.rows(x) + self.one(x - 1)

    model = Model()
    x = torch.arange(-4.0, 5.0)
    expected = (x - 1).relu().sub(1).relu()
    expected = expected + (expected - 1).relu()
    program = portfire.script(model)
    for one in (program, saved_and_loaded(program)):
        assert torch.equal(one(x, [1]), expected)
    assert isinstance(model.rows[0], Rectified)


def test_functions_of_torchs_compiler_are_no_objects(monkeypatch):
    @torch.jit.script
    def doubled(x):
        return x * 2

    def called(self, *args):  # as torch.testing puts it into the class
        return torch._C.ScriptFunction.__call__(self, *args)

    monkeypatch.setattr(torch.jit.ScriptFunction, "__call__", called, raising=False)
    assert torch.equal(portfire.script(doubled)(torch.ones(2)), torch.full((2,), 2.0))
