"""What freezing promises: results stay eager's, in memory and in files of both kinds; what is written or asked for stays."""

import copy
import io

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import ArgumentError
from tests.script.agreement import same

X = torch.arange(4.0).reshape(2, 2) - 1.5


def frozen_three_times(model, preserved=()):
    """Frozen; frozen and loaded; frozen and loaded by torch. Each of a compilation of its own: state is shared."""

    def frozen():
        return portfire.freeze(portfire.script(copy.deepcopy(model).eval()), preserved)

    def saved():
        buffer = io.BytesIO()
        portfire.save(frozen(), buffer)
        return io.BytesIO(buffer.getvalue())

    return frozen(), portfire.load(saved()), torch.jit.load(saved())  # noqa: TID251


def check(model, *args, gone=(), kept=(), preserved=(), runs=2):
    model.eval()
    for frozen in frozen_three_times(model, preserved):
        eager = copy.deepcopy(model)
        for _ in range(runs):
            assert same(frozen(*copy.deepcopy(args)), eager(*copy.deepcopy(args)))
        for name in kept:
            assert _has(frozen, name), name
        for name in gone:
            assert not _has(frozen, name), name


def _has(module, name):
    for part in name.split("."):
        if not hasattr(module, part):
            return False
        module = getattr(module, part)
    return True


def test_attributes_of_every_kind_become_constants():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.number, self.factor, self.text, self.accent = 1, 1.5, "a", "é\xa1"
            self.numbers, self.pair, self.nothing = [1, 2], (2, "b"), None
            self.nested = ([1, 2], 3.5, torch.tensor([5.5]))
            self.tensor = torch.tensor([1.5, 2.5], requires_grad=True)
            self.weight = nn.Parameter(torch.ones(2))
            self.linear = nn.Linear(2, 2)

        def forward(self, x):
            text = self.text + self.accent + str(self.numbers) + str(self.pair) + str(self.nested[0])
            y = self.linear(x) * self.factor + self.tensor * self.weight + self.nested[2]
            return text, y if self.nothing is None else x, self.number

    names = ("number", "factor", "text", "accent", "numbers", "pair", "nested", "tensor", "weight", "linear")
    check(Model(), X, gone=names)


class Count(nn.Module):
    def __init__(self):
        super().__init__()
        self.step, self.seen = 12, 2

    def forward(self, x):
        self.seen += self.step
        return x + self.seen


def test_what_is_set_stays_where_it_is():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.count, self.plain, self.total = Count(), nn.Linear(2, 2), torch.zeros(2)

        def forward(self, x):
            self.total += x.sum(0)
            return self.plain(self.count(x)) + self.total

    check(Model(), X, kept=("count.seen", "total"), gone=("count.step", "plain"))


class OfATuple(nn.Module):
    def __init__(self):
        super().__init__()
        self.pair = (torch.tensor([1, 2, 3]), "a")

    def forward(self, x):
        if x.sum() > -100:
            self.pair[0][0] = self.pair[0][0] + 10
        return self.pair[0].sum()


class OfAView(nn.Module):
    def __init__(self):
        super().__init__()
        self.whole = torch.arange(6)
        self.part = self.whole.view(2, 3)

    def forward(self, x):
        self.part[1] += 10
        return self.whole.sum()


class OfContainers(nn.Module):
    def __init__(self):
        super().__init__()
        self.whole = torch.arange(6)
        self.rows = {"a": ([self.whole.view(2, 3), torch.tensor([10])], 20)}
        self.pair = (self.whole.view(2, 3), 20)

    def forward(self, x):
        self.pair[0][0] += 10
        return self.whole.sum() + self.rows["a"][0][0].sum()


class OfAList(nn.Module):
    def __init__(self):
        super().__init__()
        self.whole = torch.arange(6)
        self.parts = [self.whole, torch.tensor([10])]

    def forward(self, x):
        self.parts[0][0] += 10
        return self.whole.sum()


class OfAListOfNumbers(nn.Module):
    def __init__(self):
        super().__init__()
        self.numbers = [11, 22]

    def forward(self, x):
        for i in range(3):
            self.numbers.append(i)
        return self.numbers


class OfOneModuleTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Count()
        self.second = nn.ModuleList([self.first])

    def forward(self, x):
        return self.first(x) + self.second[0](x) + self.second[0].seen


@pytest.mark.parametrize(
    "model", [OfATuple, OfAView, OfContainers, OfAList, OfAListOfNumbers, OfOneModuleTwice], ids=lambda m: m.__name__
)
def test_writes_are_seen_through_everything_that_shares_the_memory(model):
    check(model(), X, runs=3)


def test_what_is_decided_by_constants_is_no_write():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.drop = nn.BatchNorm1d(2), nn.Dropout(0.5)

        def forward(self, x):
            return self.drop(self.norm(x))

    check(Model(), X, gone=("norm", "drop"))


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale, self.shift = 2, 3

    def forward(self, x):
        return x * self.scale + self.shift

    @portfire.export
    def described(self) -> str:
        return f"{self.scale} {self.shift}"


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.unused = Scaled(), Scaled(), Scaled()

    def forward(self, x):
        return self.first(x) + self.second(x)


def test_attributes_of_submodules_are_preserved():
    preserved = ["first.scale", "second.shift", "unused.scale"]
    check(
        Two(),
        X,
        preserved=preserved,
        kept=preserved,
        gone=("first.shift", "second.scale", "unused.shift"),
    )
    frozen = portfire.freeze(portfire.script(Two().eval()), preserved)
    frozen.first.scale, frozen.second.shift = 5, 7
    assert same(frozen(X), X * 5 + 3 + X * 2 + 7)


@pytest.mark.parametrize("name", ["first", "first.described"])
def test_submodules_are_preserved_as_a_whole(name):
    check(Two(), X, preserved=[name], kept=("first.scale", "first.shift", "first.described"), gone=("second", "unused"))
    frozen = portfire.freeze(portfire.script(Two().eval()), [name])
    frozen.first.scale = 5
    assert same(frozen(X), X * 5 + 3 + X * 2 + 3) and same(frozen.first(X), X * 5 + 3)
    assert frozen.first.described() == "5 3"


def test_a_preserved_submodule_that_is_written_keeps_the_rest():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = Count(), Count()

        def forward(self, x):
            return self.first(x) + self.second(x)

    check(Model(), X, preserved=["first"], kept=("first.seen", "first.step", "second.seen"), gone=("second.step",))


class OnlyExported(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    @portfire.export
    def predicted(self, x):
        return self.linear(x)

    @portfire.export
    def doubled(self, x: Tensor):
        return self.predicted(x) * 2


def test_a_module_without_forward():
    model = OnlyExported().eval()
    frozen = portfire.freeze(portfire.script(model), ["predicted"])
    assert (
        same(frozen.predicted(X), model.predicted(X))
        and [m.name for m in portfire.methods_of(frozen)] == ["predicted"]
        and not hasattr(frozen, "linear")
    )
    frozen = portfire.freeze(portfire.script(model), ["doubled", "predicted"])
    assert same(frozen.doubled(X), model.doubled(X)) and same(frozen.predicted(X), model.predicted(X))
    with pytest.raises(ArgumentError, match="name the methods to keep in preserved_attributes"):
        portfire.freeze(portfire.script(model))


@pytest.mark.parametrize("name", ["", "nothing", "first.nothing", "nothing.scale", "first.scale.bits"])
def test_names_that_there_are_not(name):
    with pytest.raises(ArgumentError, match=f"no attribute or method '{name}' to preserve"):
        portfire.freeze(portfire.script(Two().eval()), [name])


def test_forks_and_objects_are_frozen():
    class Box:
        def __init__(self, width: int):
            self.width = width

        def scaled(self, x: Tensor):
            return x * self.width

    class Part(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2, 2))

        def forward(self, x):
            return x @ self.weight

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.part, self.small, self.large = Part(), Box(2), Box(5)

        def forward(self, x, is_large: bool):
            future = portfire.fork(self.part, x)
            box = self.large if is_large else self.small
            return portfire.wait(future) + self.part(x) + box.scaled(x) + self.small.width

    check(Model(), X, True)
    check(Model(), X, False)


def test_the_original_is_left_as_it_is():
    compiled = portfire.script(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval())
    before = {k: v.clone() for k, v in compiled.state_dict().items()}
    frozen = portfire.freeze(compiled)
    assert not list(frozen.parameters()) and not frozen(X).requires_grad
    assert all(torch.equal(v, before[k]) for k, v in compiled.state_dict().items())
    assert compiled(X).requires_grad and len(list(compiled.parameters())) == 4
