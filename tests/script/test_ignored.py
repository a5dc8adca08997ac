"""Functions and methods marked `ignore`: called back in Python while the program is in the process that compiled it."""

import io
import json
from typing import Dict, List, Optional, Tuple

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.script.agreement import same

X = torch.arange(4.0)


class Calling(nn.Module):
    def __init__(self, offset):
        super().__init__()
        self.offset = offset
        self.log = []

    @portfire.ignore
    def encoded(self, x: Tensor, names: List[str], scale: float = 1.0) -> Tensor:
        return x * scale + len(json.dumps(names)) + self.offset

    @portfire.ignore
    def note(self, n: int) -> None:
        self.log.append(n)

    def forward(self, x):
        self.note(x.shape[0])
        y = self.encoded(x, ["a", "b"])
        self.note(7)
        return y + self.encoded(x, [], scale=2.0)


def test_methods():
    model = Calling(1)
    compiled = portfire.script(model)
    assert torch.equal(compiled(X), Calling(1)(X))
    assert model.log == [4, 7]


def test_each_module_calls_itself():
    both = portfire.script(nn.Sequential(Calling(1), Calling(5)))
    assert torch.equal(both(X), nn.Sequential(Calling(1), Calling(5))(X))


@portfire.ignore
def statistics(values: Dict[str, Tensor], limit: Optional[int] = None) -> Tuple[Tensor, int]:
    total = sum(json.loads(json.dumps([v.sum().item() for v in values.values()])))
    return torch.tensor(total), limit or len(values)


@portfire.ignore
def failing(x: Tensor) -> Tensor:
    raise KeyError("nothing there")


def test_functions():
    def f(x):
        total, count = statistics({"a": x, "b": x + 1})
        return total * count, statistics({"a": x}, limit=9)[1]

    found, expected = portfire.script(f)(X), f(X)
    assert torch.equal(found[0], expected[0]) and found[1] == expected[1]


def test_gradients_flow_through():
    @portfire.ignore
    def doubled(x: Tensor) -> Tensor:
        return x * 2

    def f(x):
        return doubled(x).sum()

    x = X.clone().requires_grad_()
    portfire.script(f)(x).backward()
    assert torch.equal(x.grad, torch.full((4,), 2.0))


def test_exceptions_come_through():
    def f(x):
        return failing(x)

    with pytest.raises(Exception, match="nothing there"):
        portfire.script(f)(X)


def test_a_saved_program_raises():
    file = io.BytesIO()
    portfire.save(portfire.script(Calling(1)), file)
    loaded = portfire.load(io.BytesIO(file.getvalue()))
    with pytest.raises(NotImplementedError, match="note"):
        loaded(X)
    read_by_torch = torch.jit.load(io.BytesIO(file.getvalue()))
    with pytest.raises(Exception, match="note"):
        read_by_torch(X)


class Keeps(nn.Module):
    found: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.found = None
        self.count, self.items, self.log = 0, [1], []
        self.register_buffer("total", torch.zeros(2))

    @portfire.ignore
    def look(self) -> None:
        self.found = torch.tensor([3])
        self.count += 1
        self.items.append(self.count)
        self.total = self.total + self.count
        self.log.append(object())

    @portfire.ignore
    def counted(self, n: int) -> int:
        self.count += n
        return self.count

    def forward(self, x):
        before = (self.count, len(self.items), self.total)
        self.look()
        middle = self.count
        self.count += 10
        self.look()
        self.counted(1)
        self.counted(1)
        items = list(self.items)
        return (
            before,
            middle,
            self.found,
            self.count,
            items,
            self.total,
            self.counted(2) + self.counted(2),
            self.count,
        )


class Holds(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Keeps(), Keeps()

    def forward(self, x):
        return self.first(x), self.second(x), self.first(x)


@pytest.mark.parametrize("cls", [Keeps, Holds])
def test_ignored_methods_and_the_program_have_one_state(cls):
    eager, compiled = cls(), portfire.script(cls())
    for _ in range(2):
        assert same(compiled(X), eager(X))


class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 0

    @portfire.ignore
    def step(self) -> int:
        self.n += 1
        return 5

    def steps(self):
        self.step()

    def forward(self, k: int):
        seen = [self.n]
        for i in range(k):
            seen.append(self.n)
            if i % 2 == 0:
                self.step()
        self.n = 100
        self.steps()
        seen.append(self.n)
        return seen


def test_state_is_read_again_after_python_was_called():
    assert portfire.script(Steps())(5) == Steps()(5)


class Finds(nn.Module):
    found: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.found = None

    @portfire.ignore
    def find(self):
        if self.found is None:
            self.found = torch.tensor([3])
        return self.found

    def forward(self, x):
        unused = self.find()
        return x + 1


def test_calls_of_python_whose_result_nobody_uses_stay():
    compiled = portfire.script(Finds())
    assert compiled.found is None
    compiled(X)
    assert torch.equal(compiled.found, torch.tensor([3]))


@portfire.ignore
def variadic(x, *args):
    return args[-1] if args else x


@portfire.ignore
def by_name(x, n: int = 2, *, scale: int = 3) -> Tensor:
    return x * scale + n


@portfire.ignore
def with_keywords(*args, **kwargs) -> Tensor:
    return torch.tensor([float(a) for a in args] + [float(len(k) * v) for k, v in kwargs.items()])


class Variadic(nn.Module):
    @portfire.ignore
    def all_of(self, x, *args: float, scale: float = 1.0, **kwargs: int) -> Tensor:
        return x * scale + sum(args) + sum(kwargs.values())

    def forward(self, x):
        values = (1.0, 2.0)
        return (
            self.all_of(x),
            self.all_of(x, *values),
            self.all_of(x, 0.5, scale=2.0),
            self.all_of(x, a=1, b=2),
            self.all_of(x, 1, c=3),
        )


def test_any_number_of_arguments():
    def f(x, y):
        return (
            variadic(x), variadic(x, y), variadic(x, y, x + y), by_name(x), by_name(x, 3), by_name(x, scale=1), by_name(n=5, x=y),
            by_name(x, 1, scale=2), with_keywords(), with_keywords(1, 2.5), with_keywords(True, ab=2), with_keywords(args_0=3),
            with_keywords(4, args_0=3),
        )  # fmt: skip

    assert same(portfire.script(f)(X, X + 1), f(X, X + 1))
    assert same(portfire.script(Variadic())(X), Variadic()(X))


def test_calls_that_python_would_not_take():
    def too_many(x):
        return failing(x, x)

    def too_few(x):
        return by_name(n=2)

    def unknown(x):
        return by_name(x, size=1)

    for f in (too_many, too_few, unknown):
        with pytest.raises(portfire.CompileError) as caught:
            portfire.script(f)
        assert [d.code for d in caught.value.diagnostics] == ["bad-call"]
