"""Objects that modules hold: what stands for an interface, what looks like settings and is changed. Eager is the oracle."""

from typing import Dict, List, Optional, Tuple

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import diagnostics

X = torch.arange(1.0, 5.0).reshape(2, 2)


class Adder:
    def combine(self, x, y):
        return x + y

    def change(self, x):
        return 2 * x


class Multiplier:
    def __init__(self, factor: float = 3.0):
        self.factor = factor

    def combine(self, x, y):
        return x * y

    def change(self, x):
        return x / self.factor


@portfire.interface
class Both:
    def combine(self, x: Tensor, y: Tensor) -> Tensor:
        pass

    def change(self, x: Tensor) -> Tensor:
        pass


@torch.jit.interface
class More:
    def change(self, x: Tensor) -> Tensor:
        pass

    def undo(self, x: Tensor) -> Tensor:
        pass


class Behind(nn.Module):
    what: Both

    def __init__(self, what):
        super().__init__()
        self.what = what

    def forward(self, x):
        return self.what.change(self.what.combine(x, x))


def test_objects_stand_for_an_interface():
    class Several(nn.Module):
        items: List[Both]
        named: Dict[str, Both]
        maybe: Optional[Both]
        nothing: Optional[Both]
        pair: Tuple[Both, int]

        def __init__(self):
            super().__init__()
            self.first, self.second = Behind(Adder()), Behind(Multiplier())
            self.items, self.named = [Adder(), Multiplier(2.0)], {"m": Multiplier()}
            self.maybe, self.nothing, self.pair = Adder(), None, (Multiplier(), 1)

        def forward(self, x):
            for item in self.items:
                x = item.change(x)
            if self.maybe is not None:
                x = self.maybe.combine(x, x)
            if self.nothing is not None:
                x = self.nothing.change(x)
            return self.first(x), self.second(x), self.named["m"].change(x), self.pair[0].combine(x, x)

    class Swapped(Behind):
        def forward(self, x):
            before = self.what.change(x)
            self.what = Multiplier(5.0)
            return before, self.what.change(x)

    check(Several(), (X,))
    check(Swapped(Adder()), (X,), (X,))


def test_an_object_that_does_not_fit_its_interface():
    class Wrong(nn.Module):
        what: More

        def __init__(self):
            super().__init__()
            self.what = Adder()

        def forward(self, x):
            return self.what.change(x)

    with pytest.raises(
        CompileError, match="'Adder' does not fit the interface 'More': it has no method 'undo'"
    ) as caught:
        portfire.script(Wrong())
    assert "class Adder:" in str(caught.value)


class Inner:
    def __init__(self):
        self.calls = 0


class Record:
    """No methods: what is only read of it is known while compiling."""

    def __init__(self):
        self.inner = Inner()
        self.sizes = [1, 2]
        self.seen = {"a": 1}
        self.name = "r"


def count(record):
    record.inner.calls += 1


@pytest.mark.parametrize(
    "change", ["attribute", "inner", "function", "append", "item", "key", "extended", "deleted", "none"]
)
def test_objects_without_methods_that_are_changed(change):
    class Model(nn.Module):
        change: portfire.Final[str]

        def __init__(self):
            super().__init__()
            self.record, self.change = Record(), change

        def forward(self, x):
            record = self.record
            if self.change == "attribute":
                record.name = record.name + "!"
            elif self.change == "inner":
                self.record.inner.calls = record.inner.calls + 1
            elif self.change == "function":
                count(record)
            elif self.change == "append":
                record.sizes.append(3)
            elif self.change == "item":
                record.sizes[0] = 7
            elif self.change == "key":
                record.seen["b"] = 4
            elif self.change == "extended":
                record.sizes += [5]
            elif self.change == "deleted":
                del record.sizes[0]
            known = record.seen["a"], "b" in record.seen, [k for k in record.seen]
            return x + sum(record.sizes), record.name, record.inner.calls, len(record.seen), known

    model = Model()
    compiled = portfire.script(model)
    programs = [compiled, saved_and_loaded(compiled)]
    for _ in range(2):
        if change == "deleted" and not model.record.sizes:
            break
        expected = model(X)
        for program in programs:
            found = program(X)
            assert torch.equal(found[0], expected[0])
            assert found[1:] == expected[1:]


class Limited:
    """A property with a setter is no method."""

    def __init__(self, value: int):
        self.stored = value

    @property
    def value(self) -> int:
        return self.stored - 1

    @value.setter
    def value(self, new: int):
        self.stored = min(new, 10)


def test_properties_of_objects_that_are_set():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.limited = Limited(3)

        def forward(self, n: int):
            before = self.limited.value
            self.limited.value = n
            self.limited.value += 2
            return before, self.limited.value, self.limited.stored

    model = Model()
    program = portfire.script(model)
    for n in (4, 20):
        assert program(n) == model(n)


def test_what_holds_something_else_is_no_state():
    class Log:
        def __init__(self):
            self.count = 0
            self.stream = iter([1])

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.log = Log()

        def forward(self, x):
            self.log.count += 1
            return x

    with pytest.raises(CompileError, match="attributes of the Log 'log' cannot be set: .*list_iterator"):
        portfire.script(Model())


class Bare:
    def __init__(self, value: int = 1):
        self.value = value


class Sorted(Bare):
    def __lt__(self, other):
        return self.value < other.value


def _binary():
    return Bare() + Bare()


def _unary():
    return -Bare()


def _conversion():
    return int(Bare())


def _comparison():
    return Bare() >= Bare()


def _sort():
    items = [Bare(), Bare()]
    items.sort()
    return len(items)


def _extreme():
    return max([Bare(), Bare()]).value


@pytest.mark.parametrize(
    ("function", "method"),
    [
        (_binary, "__add__"),
        (_unary, "__neg__"),
        (_conversion, "__int__"),
        (_comparison, "__ge__"),
        (_sort, "__lt__"),
        (_extreme, "__gt__"),
    ],
)
def test_methods_that_operators_need(function, method):
    with pytest.raises(TypeError):
        function()
    (found,) = diagnostics(function)
    assert (found.code, found.help) == (
        "no-overload",
        f"define '{method}' in the class, or use the attributes of the object",
    )
    assert f"needs a method of 'Bare': there is no {method}" in found.message
    assert found.range.file.path == __file__
    assert found.chain == ()


def test_sorting_objects():
    def f(values: List[int], reverse: bool):
        items = [Sorted(v) for v in values]
        in_order = sorted(items)
        pairs = sorted([(1, item) for item in items])
        items.sort(reverse=reverse)
        return [i.value for i in items], [i.value for i in in_order], [p[1].value for p in pairs]

    check(f, ([2, 1, 3], False), ([2, 1, 3], True), ([1], True), ([], False))


class Position:
    def __init__(self, at: int):
        self.at = at

    def __index__(self):
        return self.at


def test_objects_as_indices():
    def f(items: List[int], at: int):
        return (
            items[Position(at)],
            items[Position(at) :],
            items[: Position(at)],
            items[:: Position(at)],
            list(range(Position(at))),
        )

    check(f, ([1, 2, 3, 4], 1), ([1, 2, 3, 4], 2))


class Deletable:
    def __init__(self, value: int):
        self.stored = value

    @property
    def value(self):
        return self.stored

    @value.deleter
    def value(self):
        self.stored = -1

    @property
    def fixed(self):
        return 1


class DeletableModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.stored = 3

    @property
    def value(self):
        return self.stored

    @value.deleter
    def value(self):
        self.stored = -1

    def forward(self, n: int):
        held = Deletable(n)
        before = held.value, self.value
        del held.value
        del self.value
        return before, held.value, self.value


def test_properties_that_are_deleted():
    check(DeletableModule(), (4,))


def test_properties_that_cannot_be_deleted():
    def f():
        held = Deletable(3)
        del held.fixed

    with pytest.raises(AttributeError):
        f()
    (found,) = diagnostics(f)
    assert (found.code, found.message) == ("no-set-attribute", "the property 'fixed' of 'Deletable' has no deleter")


class Link:
    def __init__(self, value: int, following: Optional["Link"] = None):
        self.value = value
        self.following = following


class Ring:
    def __init__(self, value: int):
        self.value = value
        self.other = None

    def get(self):
        return self.value


class AnyHolder:
    def __init__(self, value):
        self.value = value

    def get(self):
        return self.value


def test_objects_of_one_class_that_hold_different_things():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = Link(1, Link(2))
            self.a, self.b, self.c, self.d = AnyHolder("1"), AnyHolder(2), AnyHolder(None), AnyHolder([1])
            self.items = [AnyHolder(1), AnyHolder(2.5)]

        def forward(self, n: int):
            self.head = Link(n, self.head)
            current: Optional[Link] = self.head
            total = 0
            while current is not None:
                total = total * 10 + current.value
                current = current.following
            self.items[0].value = n
            held = self.a.value, self.b.get(), self.c.value, self.d.get()
            return total, held, self.items[0].value, self.items[1].value

    check(Model(), (3,))


def test_objects_that_refer_to_each_other():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            first, second = Ring(1), Ring(2)
            first.other, second.other = second, first
            self.ring = first

        def forward(self, n: int):
            second = self.ring.other
            first = second.other
            first.value += n
            return first.get(), second.value, first is self.ring

    program = portfire.script(Model())
    assert program(3) == Model()(3)
    with pytest.raises(portfire.SaveError, match="a 'Ring' refers to itself"):
        saved_and_loaded(program)


class Statistics:
    def __init__(self, mean: Tensor, deviation: float):
        self.mean = mean
        self.deviation = deviation


class Normalized(nn.Module):
    """Its object without methods holds a tensor, which is no constant."""

    def __init__(self):
        super().__init__()
        self.statistics = Statistics(torch.ones(2), 2.0)

    def forward(self, x):
        return (x - self.statistics.mean) / self.statistics.deviation


class NormalizedByNested(nn.Module):
    def __init__(self):
        super().__init__()
        self.options = Options()

    def forward(self, x):
        if self.options.enabled:
            x = (x - self.options.statistics.mean) * self.options.width
        return x


class Options:
    width = 3

    def __init__(self):
        self.enabled = True
        self.name = "options"
        self.statistics = Statistics(torch.full((2,), 0.5), 1.0)


class SharesItsBuffer(nn.Module):
    """Both objects hold the buffer itself: a write through one is seen through all."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.ones(2))
        self.read = Statistics(self.mean, 2.0)
        self.written = Statistics(self.mean, 3.0)

    def forward(self, x):
        self.written.mean.add_(1)
        return (x - self.read.mean) * self.read.deviation + self.mean


class NormalizedBySeveral(nn.Module):
    def __init__(self):
        super().__init__()
        self.several = [Statistics(torch.ones(2), 1.0), Statistics(torch.zeros(2), 3.0)]

    def forward(self, x):
        for statistics in self.several:
            x = (x - statistics.mean) / statistics.deviation
        return x


@pytest.mark.parametrize(
    "make", [Normalized, NormalizedByNested, SharesItsBuffer, NormalizedBySeveral], ids=lambda made: made.__name__
)
def test_tensors_of_objects_without_methods(make):
    check(make(), (X,))
    eager, frozen = make().eval(), portfire.freeze(portfire.script(make().eval()))
    for _ in range(2):
        assert torch.equal(frozen(X), eager(X))


class InSlots:
    __slots__ = ("mean",)

    def __init__(self, mean: Tensor):
        self.mean = mean


class InMoreSlots(InSlots):
    __slots__ = ("count", "never_set")

    def __init__(self, mean: Tensor):
        super().__init__(mean)
        self.count = 1

    def centered(self, x):
        self.count += 1
        return x - self.mean * self.count


class InSlotsAndBeside(InSlots):
    def __init__(self, mean: Tensor):
        super().__init__(mean)
        self.factor = 2

    def centered(self, x):
        return x * self.factor - self.mean


class OfSlots(nn.Module):
    def __init__(self):
        super().__init__()
        self.plain = InSlots(torch.ones(2))
        self.counting = InMoreSlots(torch.ones(2))
        self.beside = InSlotsAndBeside(torch.full((2,), 3.0))

    def forward(self, x):
        return x - self.plain.mean, self.counting.centered(x), self.beside.centered(x)


def test_objects_with_slots():
    check(OfSlots(), (X,), (X + 1,))
