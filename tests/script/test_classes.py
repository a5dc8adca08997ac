"""Classes: script classes, dataclasses, enums, named tuples, interfaces. Eager is the oracle."""

import enum
from collections import namedtuple
from dataclasses import dataclass, field
from typing import List, NamedTuple, Optional

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from portfire.frontend.script import script_class, script_function


def agrees(function, *args):
    compiled = portfire.script(function)
    expected = function(*args)
    found = compiled(*args)
    assert same(found, expected), (found, expected)
    return compiled


def same(found, expected):
    if isinstance(expected, Tensor):
        return isinstance(found, Tensor) and torch.equal(found, expected)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected))
    return found == expected and type(found) is type(expected)


def codes(function):
    with pytest.raises(CompileError) as caught:
        script_function(function)
    return [d.code for d in caught.value.diagnostics]


X = torch.arange(4.0)


class Point:
    def __init__(self, x: float, y: float = 2.0):
        self.x = x
        self.y = y
        self.history: List[float] = []

    def moved(self, dx: float) -> "Point":
        self.history.append(self.x)
        return Point(self.x + dx, self.y)

    def norm(self):
        return self.x * self.x + self.y * self.y

    @property
    def sum(self) -> float:
        return self.x + self.y

    @sum.setter
    def sum(self, value: float):
        self.x = value - self.y

    @staticmethod
    def origin() -> "Point":
        return Point(0.0, 0.0)

    @classmethod
    def diagonal(cls, x: float) -> "Point":
        return cls(x, x)

    def __add__(self, other: "Point") -> "Point":
        return Point(self.x + other.x, self.y + other.y)

    def __eq__(self, other: "Point") -> bool:
        return self.x == other.x and self.y == other.y

    def __lt__(self, other: "Point") -> bool:
        return self.norm() < other.norm()

    def __len__(self) -> int:
        return len(self.history)

    def __getitem__(self, i: int) -> float:
        return self.x if i == 0 else self.y

    def __setitem__(self, i: int, value: float) -> None:
        if i == 0:
            self.x = value
        else:
            self.y = value

    def __contains__(self, value: float) -> bool:
        return value == self.x or value == self.y

    def __call__(self, scale: float) -> float:
        return scale * self.norm()

    def __neg__(self) -> "Point":
        return Point(-self.x, -self.y)

    def __bool__(self) -> bool:
        return self.x != 0.0


def uses_methods(x: float):
    p = Point(x)
    q = p.moved(1.5)
    p.x += 2.0
    return p.norm() + q.norm() + q.sum, len(p.history), p.history


def test_methods_and_attributes():
    agrees(uses_methods, 1.0)


def uses_statics(x: float):
    p = Point.origin()
    q = Point.diagonal(x)
    p.sum = 5.0
    return p.x, q.norm(), Point.norm(q)


def test_properties_static_and_class_methods():
    agrees(uses_statics, 3.0)


def uses_magic(x: float):
    p, q = Point(x), Point(x, 3.0)
    r = p + q
    r[1] = 7.0
    found = 7.0 in r
    truth = 1 if r else 0
    return (r == q, p != q, p < q, p > q, len(p), r[0], r[1], found, r(2.0), (-r).x, truth)


def test_magic_methods():
    agrees(uses_magic, 1.0)


class Animal:
    def __init__(self, name: str):
        self.name = name
        self.legs = 4

    def sound(self) -> str:
        return "..."

    def speak(self) -> str:
        return self.name + self.sound() + str(self.legs)


class Bird(Animal):
    def __init__(self, name: str):
        super().__init__(name)
        self.legs = 2

    def sound(self) -> str:
        return "tweet" + super().sound()


def uses_inheritance(name: str):
    return Animal(name).speak(), Bird(name).speak(), isinstance(Bird(name), Animal)


def test_inheritance():
    agrees(uses_inheritance, "x")


class Node:
    def __init__(self, value: int):
        self.value = value
        self.left: Optional[Node] = None
        self.right: Optional[Node] = None

    def insert(self, value: int) -> None:
        if value < self.value:
            left = self.left
            if left is None:
                self.left = Node(value)
            else:
                left.insert(value)
        else:
            right = self.right
            if right is None:
                self.right = Node(value)
            else:
                right.insert(value)


def in_order(node: Optional[Node]) -> List[int]:
    if node is None:
        return []
    return in_order(node.left) + [node.value] + in_order(node.right)


def sort_with_a_tree(values: List[int]):
    root = Node(values[0])
    for v in values[1:]:
        root.insert(v)
    return in_order(root)


def test_recursion_over_a_tree():
    agrees(sort_with_a_tree, [5, 2, 8, 1, 9, 3])


class Inferred:
    def __init__(self, items, n=3):
        self.items = items
        self.n = n
        self.seen = []
        self.table = {}

    def add(self, x):
        self.seen.append(x)
        self.table["a"] = x
        return self


def uses_inferred(x):
    made = Inferred([1, 2]).add(x).add(x + 1)
    return made.items, made.n, made.seen, made.table["a"]


def test_attributes_typed_by_use():
    agrees(uses_inferred, X)


@dataclass
class Config:
    width: int
    scale: float = 0.5
    names: List[str] = field(default_factory=list)

    def area(self) -> float:
        return self.width * self.scale


@dataclass(order=True)
class Version:
    major: int
    minor: int = 0
    text: str = field(init=False, default="v", compare=False)

    def __post_init__(self):
        self.text = self.text + str(self.major)


def uses_dataclass(n: int):
    c = Config(n, names=["a"])
    d = Config(n)
    d.names.append("b")
    v, w = Version(1, n), Version(2)
    return c.area(), d.names, c == d, Config(1) == Config(1), v < w, v >= w, v.text


def test_dataclasses():
    agrees(uses_dataclass, 4)


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Mode(str, enum.Enum):
    SUM = "sum"
    MEAN = "mean"


def uses_enum(c: Color, x):
    total = 0
    for member in Color:
        total += member.value
    if c == Color.RED:
        return x + total, c.name, c.value
    if c is Color.GREEN:
        return x * 2, "g", Color["RED"].value
    return x, "", 0


def test_enums():
    agrees(uses_enum, Color.RED, X)
    agrees(uses_enum, Color.GREEN, X)


def returns_enum(flag: bool) -> Color:
    return Color.RED if flag else Color.GREEN


def test_an_enum_comes_back_as_itself():
    assert portfire.script(returns_enum)(True) is Color.RED


class Result(NamedTuple):
    values: Tensor
    count: int = 1
    name: Optional[str] = None


Pair = namedtuple("Pair", ["a", "b"])


def uses_named_tuples(x):
    r = Result(x, count=2)
    p = Pair(x, x + 1)
    values, count, name = r
    return r, p, r.values + p.b, count, name is None, r[1], p._replace(a=x * 2).a


def test_named_tuples():
    compiled = portfire.script(uses_named_tuples)
    found = compiled(X)
    assert same(found, uses_named_tuples(X))
    assert type(found[0]) is Result and type(found[1]) is Pair


def takes_named_tuple(r: Result) -> Result:
    return Result(r.values + 1, r.count)


def test_a_named_tuple_as_argument():
    agrees(takes_named_tuple, Result(X))


def uses_local_class(x):
    return x


def test_a_class_defined_in_a_function():
    class Local:
        def __init__(self, n: int):
            self.n = n

        def doubled(self) -> int:
            return self.n * 2

    def use(n: int) -> int:
        made: Local = Local(n)
        others: List[Local] = [made]
        return others[0].doubled()

    agrees(use, 4)


@portfire.interface
class Scorer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Double(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2


class UsesInterface(nn.Module):
    scorer: Scorer

    def __init__(self):
        super().__init__()
        self.scorer = Double()

    def forward(self, x: Tensor) -> Tensor:
        return self.scorer(x) + self.scorer.forward(x)


def test_module_interfaces():
    assert torch.equal(portfire.script(UsesInterface())(X), X * 4)


class Holder(nn.Module):
    def __init__(self):
        super().__init__()
        self.point = Point(1.0)
        self.points = [Point(2.0), Point(3.0)]
        self.mode = Mode.SUM
        self.color = Color.GREEN

    def forward(self, x):
        self.point.x += 1.0
        if self.color == Color.GREEN:
            x = x + self.color.value
        return x * self.point.norm() + self.points[1].x


def test_objects_as_attributes_of_modules():
    eager, compiled = Holder(), portfire.script(Holder())
    for _ in range(2):
        assert torch.equal(compiled(X), eager(X))


def test_scripting_a_class_checks_all_its_methods():
    assert portfire.script(Point) is Point

    class Bad:
        def __init__(self):
            self.x = 1

        def broken(self):
            return self.nothing

    with pytest.raises(CompileError) as caught:
        script_class(Bad)
    assert [d.code for d in caught.value.diagnostics] == ["no-attribute"]


class Mixed(enum.Enum):
    A = 1
    B = "b"


def uses_mixed(m: Mixed):
    return m, m.value if m == Mixed.A else 0, m.name


class Empty(enum.Enum):
    pass


def takes_empty(e: Empty):
    return e


def test_an_enum_with_values_of_several_types():
    agrees(uses_mixed, Mixed.A)
    agrees(uses_mixed, Mixed.B)


def test_what_cannot_be_a_type():
    def takes_set(e: bytearray):
        return e

    assert codes(takes_empty) == ["unsupported-enum"]
    assert codes(takes_set) == ["unsupported-type"]


def sets_unknown(x: float):
    p = Point(x)
    p.z = x
    return p.z


def test_attributes_set_outside_of_init():
    agrees(sets_unknown, 1.5)


class Matcher:
    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def __call__(self, x: Tensor) -> Tensor:
        return (x > self.threshold).int()


class BestMatcher(Matcher):
    def __call__(self, x: Tensor) -> Tensor:
        found = super().__call__(x)
        found[int(x.argmax())] = 7
        return found


class DeclaresTheBase(nn.Module):
    matcher: Matcher

    def __init__(self) -> None:
        super().__init__()
        self.matcher = BestMatcher(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.matcher(x)


def test_attribute_declared_as_a_base_of_what_it_is(tmp_path) -> None:
    model, x = DeclaresTheBase(), torch.tensor([0.1, 0.9, 0.6])
    compiled = portfire.script(model)
    portfire.save(compiled, tmp_path / "m.pt")
    assert torch.equal(compiled(x), model(x))
    assert torch.equal(portfire.load(tmp_path / "m.pt")(x), model(x))
