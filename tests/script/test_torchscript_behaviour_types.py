"""What TorchScript's own test suite asks of types, classes, enums and `with`; eager is the oracle."""

import enum
from dataclasses import dataclass, field
from typing import Any, Dict, Generic, List, Optional, Tuple, TypeVar, Union

import pytest
import torch
from torch import Tensor

import portfire
from tests.script.after_loading import check
from tests.script.agreement import codes

X = torch.arange(6.0).reshape(2, 3)


def test_unions_of_every_kind():
    def kind(value: Union[int, str, List[int], Dict[str, int], Tensor, None]) -> str:
        if value is None:
            return "none"
        if isinstance(value, int):
            return "int " + str(value + 1)
        elif isinstance(value, str):
            return value.upper()
        elif isinstance(value, list):
            return str(sum(value))
        elif isinstance(value, dict):
            return ",".join(value.keys())
        return str(value.dim())

    def f(x, n: int):
        values: List[str] = [kind(n), kind("a"), kind([1, 2]), kind({"k": 1}), kind(x), kind(None)]
        return values

    check(f, (X, 3))
    check(kind, (1,), ("b",), ([3],), ({"z": 1},), (X,), (None,))


def test_unions_of_pep_604():
    def f(value: int | str | None, other: list[int] | None = None):
        if isinstance(value, (int, str)):
            result = str(value) * 2
        else:
            result = "nothing"
        return result, len(other) if other is not None else -1

    check(f, (1,), ("a", [1]), (None, []))


def test_a_union_as_a_variable():
    def f(n: int):
        value: Union[int, str] = n
        if n > 2:
            value = "many"
        if isinstance(value, str):
            return value + "!"
        return str(value + 1)

    check(f, (1,), (3,))


def test_isinstance_with_and_or_not():
    def f(a: Any, b: Optional[int]):
        if isinstance(a, int) and b is not None and b > a:
            return "both"
        if not isinstance(a, str) or b is None:
            return "neither"
        assert isinstance(a, str)
        return a + str(b)

    check(f, (1, 2), ("a", 2), ("a", None), (2.5, 1), ([1], None))


def test_isinstance_of_what_is_known():
    def f(x, xs: List[int], t: Tuple[int, str], d: Dict[str, int], o: Optional[Tensor]):
        return (isinstance(x, Tensor), isinstance(x, torch.Tensor), isinstance(xs, list), isinstance(xs, (tuple, list)), isinstance(t, tuple),
                isinstance(d, dict), isinstance(1, int), isinstance(True, int), isinstance(1.0, (int, float)), isinstance("a", (str, bytes)),
                isinstance(o, Tensor), isinstance(x, int), isinstance(None, type(None)), torch.is_tensor(x))  # fmt: skip

    check(f, (X, [1], (1, "a"), {}, None), (X, [], (1, "a"), {"k": 1}, X))


def test_any():
    def first(values: List[Any]) -> Any:
        return values[0]

    def f(x, flag: bool) -> Any:
        value: Any = x
        if flag:
            value = [1, 2]
        pair: Tuple[Any, int] = (value, 1)
        held: Dict[str, Any] = {"a": x, "b": 2}
        return pair, held["b"], first([x, 1])

    check(f, (X, True), (X, False))


def test_return_types_that_differ():
    def f(n: int) -> Any:
        if n == 0:
            return "zero"
        elif n == 1:
            return [1]
        for i in range(n):
            if i == 2:
                return (i, "two")
        return None

    check(f, (0,), (1,), (2,), (5,))


def test_annotations_of_pep_585():
    def f(x) -> tuple[tuple[Tensor], dict[str, int]]:
        pairs: list[tuple[Tensor]] = []
        counts: dict[str, int] = {}
        pairs.append((x,))
        counts["foo"] = len(pairs)
        return pairs.pop(), counts

    check(f, (X,))


def test_locals_with_declared_types():
    def f(x):
        a: List[int] = []
        b: Tensor = torch.ones(2)
        c: Optional[Tensor] = None
        d: Optional[Tensor] = x
        e: float = 1
        g: Dict[str, List[int]] = {}
        for i in range(3):
            a.append(i)
            c = b
            d = None
            g[str(i)] = []
        return a, b, c, d, e / 2, g

    check(f, (X,))


def test_comments_as_annotations():
    def f(x, n, names=None):
        # type: (Tensor, int, Optional[List[str]]) -> Tuple[Tensor, int]
        values = []  # type: List[int]
        values.append(n)
        return x * n, len(values) if names is None else len(names)

    check(f, (X, 2), (X, 3, ["a"]))


def test_wrong_annotations_are_obstacles():
    def wrong_list():
        wrong: List[int] = [0.5]
        return wrong

    def wrong_text():
        x: str = 4
        return x

    def wrong_return(n: int) -> str:
        return n

    assert all(codes(f) == ["type-mismatch"] for f in (wrong_list, wrong_text, wrong_return))


def test_nothing_is_assigned_into_a_tuple():
    def f(t: Tuple[int, int]):
        t[0] = t[1]
        return t

    assert codes(f)


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 5


def test_enums():
    def f(c: Color, m: Mode, n: int):
        if c == Color.RED and m is not Mode.SLOW:
            n += 1
        best = Color.RED if n > 2 else Color.GREEN
        names = [e.name for e in Mode]
        table = {Mode.FAST: 1, Mode.SLOW: 2}
        return (
            c.value,
            m.value,
            m.name,
            best,
            names,
            table[m],
            c in (Color.RED,),
            Level.HIGH > n,
            Level.LOW + n,
            [c, best],
            Color(2),
            Mode["SLOW"],
        )

    check(f, (Color.RED, Mode.FAST, 1), (Color.GREEN, Mode.SLOW, 5))


def test_enums_as_attributes():
    class Model(torch.nn.Module):
        def __init__(self, mode):
            super().__init__()
            self.mode = mode
            self.colors = [Color.RED, Color.GREEN]

        def forward(self, x, c: Color):
            if self.mode == Mode.FAST:
                x = x * 2
            return x, self.mode, c in self.colors, self.colors[0].value

    check(Model(Mode.FAST), (X, Color.RED))
    check(Model(Mode.SLOW), (X, Color.GREEN))


@dataclass
class Config:
    width: int
    scale: float = 2.0
    names: List[str] = field(default_factory=list)

    def __post_init__(self):
        self.area = self.width * 2

    def scaled(self) -> float:
        return self.width * self.scale


@dataclass(order=True)
class Ranked:
    score: float
    label: str


def test_dataclasses():
    def f(n: int):
        a = Config(n)
        b = Config(n, scale=1.0, names=["x"])
        a.names.append("y")
        c = Ranked(1.0, "b")
        d = Ranked(1.0, "a")
        return (
            a.scaled(),
            b.scaled(),
            a.area,
            b.names,
            a == b,
            Config(n) == Config(n),
            c > d,
            max(c, d).label,
            c != d,
            Config(1).names,
        )

    check(f, (3,))


class Counter:
    limit = 10

    def __init__(self, start: int, step: int = 1):
        self.value = start
        self.step = step
        self.history: List[int] = []

    def bump(self, times: int = 1) -> "Counter":
        for _ in range(times):
            self.value += self.step
            self.history.append(self.value)
        return self

    @property
    def double(self) -> int:
        return self.value * 2

    @double.setter
    def double(self, value: int) -> None:
        self.value = value // 2

    @staticmethod
    def helper(n: int) -> int:
        return n + 100

    @classmethod
    def make(cls, n: int) -> "Counter":
        return cls(n, 5)

    def __add__(self, other: "Counter") -> "Counter":
        return Counter(self.value + other.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counter) and self.value == other.value

    def __lt__(self, other: "Counter") -> bool:
        return self.value < other.value

    def __len__(self) -> int:
        return len(self.history)

    def __getitem__(self, i: int) -> int:
        return self.history[i]

    def __setitem__(self, i: int, value: int) -> None:
        self.history[i] = value

    def __contains__(self, value: int) -> bool:
        return value in self.history

    def __call__(self, n: int) -> int:
        return self.value * n

    def __neg__(self) -> "Counter":
        return Counter(-self.value)

    def __bool__(self) -> bool:
        return self.value != 0

    def __str__(self) -> str:
        return f"Counter({self.value})"


def test_classes():
    def f(n: int):
        a, b = Counter(n), Counter(step=2, start=n)
        a.bump().bump(2)
        b.bump(3)
        a.double = 20
        b[0] = 7
        sums = (a + b).value, (-a).value, a == b, a < b, a != b, len(b), b[0], 7 in b, a(3), bool(Counter(0)), str(a)
        held = {"a": a, "b": b}
        held["a"].value += 1
        items = sorted([b, a])
        return (
            sums,
            a.double,
            Counter.helper(n),
            Counter.make(n).step,
            Counter.limit,
            a.limit,
            items[0].value,
            [c.value for c in held.values()],
        )

    check(f, (4,), (0,))


class Shape:
    def __init__(self, name: str):
        self.name = name

    def area(self) -> float:
        raise NotImplementedError(self.name)

    def describe(self) -> str:
        return f"{self.name}: {self.area():.1f}"


class Square(Shape):
    def __init__(self, side: float):
        super().__init__("square")
        self.side = side

    def area(self) -> float:
        return self.side * self.side


class Cube(Square):
    def area(self) -> float:
        return 6 * super().area()


def test_inheritance():
    def f(side: float):
        shapes: List[Shape] = [Square(side), Cube(side)]
        return Square(side).describe(), Cube(side).describe(), [s.area() for s in shapes], isinstance(shapes[1], Square)

    def g(kind: int):
        return Shape("x").area()

    check(f, (2.0,))
    check(g, (1,))


T = TypeVar("T")


class Stack(Generic[T]):
    def __init__(self, items: List[T]):
        self.items = items

    def push(self, item: T) -> None:
        self.items.append(item)

    def pop(self) -> T:
        return self.items.pop()


def test_generic_classes():
    def f(n: int):
        numbers = Stack([1, 2])
        numbers.push(n)
        words = Stack(["a"])
        words.push("b")
        return numbers.pop() + 1, words.pop() + "!", numbers.items, words.items

    check(f, (5,))


class Context:
    def __init__(self, start: float):
        self.count = torch.tensor([start])

    def __enter__(self):
        self.count.add_(0.5)
        return self.count

    def __exit__(self, kind, value, traceback):
        self.count.sub_(0.25)


def test_with_and_every_way_out():
    def f(x, n: int, values: List[int]):
        c, d = Context(1.0), Context(2.0)
        with c as m, d:
            y = x + m
            with c as k:
                y = y * k
        for v in values:
            with d as m:
                if v == 0:
                    continue
                if v < 0:
                    break
                y = y + v * m
        with c:
            if n > 2:
                return y, c.count, d.count
        with d:
            pass
        return y * 2, c.count, d.count

    check(f, (X, 1, [1, 0, 2]), (X, 3, [2, -1, 5]), (X, 0, []))


def test_with_when_something_is_raised():
    def fails(x):
        if x.dim() > 0:
            raise ValueError("bad")
        return x

    def f(x):
        c = Context(1.0)
        seen = 0
        try:
            with c:
                with c:
                    x = fails(x)
        except ValueError:
            seen = 1
        return x, c.count, seen

    check(f, (X,), (torch.tensor(1.0),))


def test_futures():
    def work(x, n: int):
        return x * n, n

    def f(x):
        futures = [torch.jit.fork(work, x, i) for i in range(3)]
        results = [torch.jit.wait(future) for future in futures]
        held: Dict[str, torch.jit.Future[Tuple[Tensor, int]]] = {"a": torch.jit.fork(work, x, 9)}
        return [r[0] for r in results], torch.jit.wait(held["a"])[1]

    assert str(portfire.script(f)(X)) == str(f(X))


@pytest.mark.parametrize("bad", [Optional, Tuple, Union])
def test_types_without_what_they_hold(bad):
    def f(x: bad):
        return x

    assert codes(f)


def test_numbers_widen():
    def half(x: float) -> float:
        return x / 2

    def f(n: int, flag: bool):
        values: List[float] = [1.0, 2.5]
        total: float = 0.5
        total += n
        xs = [n, 1.5]
        return half(n), values, total, xs, n if flag else 0.5, flag + 1, half(True), max(n, 2.5), sum(values, n)

    check(f, (3, True), (4, False))
