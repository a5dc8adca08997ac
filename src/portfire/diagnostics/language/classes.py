"""Script classes. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "script classes: methods, attributes",
        """
class Counter:
    def __init__(self, start: int):
        self.n = start
    def add(self, k: int) -> int:
        self.n += k
        return self.n
def f(n: int):
    return Counter(n).add(3)
""",
        differs="attributes are those that `__init__` assigns",
        inputs="(2,)",
        torch_jit=True,
    ),
    Construct(
        "operators: __add__, __len__, __getitem__, __contains__",
        """
class Bag:
    def __init__(self, xs: List[int]):
        self.xs = xs
    def __len__(self):
        return len(self.xs)
    def __getitem__(self, i: int):
        return self.xs[i]
    def __contains__(self, x: int):
        return x in self.xs
    def __add__(self, other: int):
        return len(self.xs) + other
def f(xs: List[int]):
    b = Bag(xs)
    return len(b), b[0], 2 in b, b + 1
""",
        inputs="([1, 2],)",
        torch_jit=True,
    ),
    Construct(
        "__eq__ and ordering",
        """
class V:
    def __init__(self, n: int):
        self.n = n
    def __eq__(self, other: "V") -> bool:
        return self.n == other.n
    def __lt__(self, other: "V") -> bool:
        return self.n < other.n
def f(a: int, b: int):
    return V(a) == V(b), V(a) < V(b)
""",
        inputs="(1, 2)",
        torch_jit=True,
    ),
    Construct(
        "__call__",
        """
class Adder:
    def __init__(self, n: int):
        self.n = n
    def __call__(self, k: int):
        return self.n + k
def f(n: int):
    return Adder(n)(3)
""",
        inputs="(2,)",
        torch_jit=True,
    ),
    Construct(
        "__iter__ returning iter of a list",
        """
class Bag:
    def __init__(self, xs: List[int]):
        self.xs = xs
    def __iter__(self):
        return iter(self.xs)
def f(xs: List[int]):
    total = 0
    for x in Bag(xs):
        total += x
    return total
""",
        inputs="([1, 2],)",
    ),
    Construct(
        "properties of a class, static and class methods",
        """
class Box:
    def __init__(self, n: int):
        self.n = n
    @property
    def double(self) -> int:
        return self.n * 2
    @staticmethod
    def triple(n: int) -> int:
        return n * 3
    @classmethod
    def of(cls, n: int):
        return cls(n)
def f(n: int):
    return Box(n).double + Box.triple(n)
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "class methods that construct",
        """
class Box:
    def __init__(self, n: int):
        self.n = n
    @classmethod
    def of(cls, n: int):
        return cls(n)
def f(n: int):
    return Box.of(n).n
""",
        inputs="(3,)",
    ),
    Construct(
        "inheritance and super()",
        """
class Base:
    def __init__(self, n: int):
        self.n = n
    def value(self) -> int:
        return self.n
class Derived(Base):
    def __init__(self, n: int):
        super().__init__(n + 1)
    def value(self) -> int:
        return super().value() * 2
def f(n: int):
    return Derived(n).value()
""",
        inputs="(3,)",
    ),
    Construct(
        "recursive classes",
        """
class Node:
    def __init__(self, n: int):
        self.n = n
        self.next: Optional[Node] = None
def f(n: int):
    a = Node(n)
    a.next = Node(4)
    b = a.next
    return b.n if b is not None else 0
""",
        inputs="(3,)",
        libtorch=False,
    ),
    Construct(
        "lists of objects",
        """
class Item:
    def __init__(self, n: int):
        self.n = n
def f(n: int):
    xs = [Item(n), Item(2)]
    return sum([x.n for x in xs])
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "classes defined inside a compiled function, also dataclasses, named tuples, enums",
        """
def f(n: int):
    class Base:
        def __init__(self, v: int):
            self.v = v
    class Local(Base):
        def twice(self):
            return self.v * 2
    @dataclasses.dataclass
    class Pair:
        a: int
        b: int = 3
    return Local(n).twice() + Pair(n).b
""",
        inputs="(4,)",
        differs="the class statement runs once, while compiling",
    ),
    Construct(
        "a class inside a compiled function that uses variables of the run",
        """
def f(n: int):
    class Local:
        def get(self):
            return n
    return Local().get()
""",
        code="not-a-constant",
    ),
)
