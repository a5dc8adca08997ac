"""More on classes. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "objects of subclasses where the base is declared",
        """
class Base:
    def __init__(self, n: int):
        self.n = n
    def value(self) -> int:
        return self.n
class Derived(Base):
    def value(self) -> int:
        return self.n * 10
def total(b: Base) -> int:
    return b.value()
def f(n: int):
    return total(Base(n)) + total(Derived(n))
""",
        inputs="(4,)",
        libtorch=False,
    ),
    Construct(
        "abstract classes, lists of their subclasses",
        """
class Shape:
    def area(self) -> float:
        raise NotImplementedError
class Square(Shape):
    def __init__(self, s: float):
        self.s = s
    def area(self) -> float:
        return self.s * self.s
class Circle(Shape):
    def __init__(self, r: float):
        self.r = r
    def area(self) -> float:
        return self.r * 3.0
def f(n: int):
    shapes: List[Shape] = [Square(1.0 * n), Circle(2.0)]
    return sum([s.area() for s in shapes])
""",
        inputs="(4,)",
        libtorch=False,
    ),
    Construct(
        "isinstance of an object of a subclass",
        """
class Base:
    def __init__(self, n: int):
        self.n = n
class Derived(Base):
    def extra(self) -> int:
        return self.n + 1
def make(n: int) -> Base:
    return Derived(n) if n > 1 else Base(n)
def f(n: int):
    b = make(n)
    return b.extra() if isinstance(b, Derived) else b.n
""",
        inputs="(4,)",
        libtorch=False,
    ),
    Construct(
        "objects of several classes in one variable",
        """
class A:
    def __init__(self, n: int):
        self.n = n
    def go(self) -> int:
        return self.n
class B:
    def go(self) -> int:
        return 7
def f(n: int):
    o = A(n) if n == 1 else B()
    return o.go()
""",
        inputs="(1,)",
    ),
    Construct(
        "class attributes as constants and as first values",
        """
class C:
    LIMIT = 10
    count = 0
    def add(self) -> int:
        self.count += 1
        return self.count + self.LIMIT
def f(n: int):
    c = C()
    c.add()
    return c.add() + C.LIMIT + n
""",
        inputs="(3,)",
    ),
    Construct(
        "assigning to an attribute of the class",
        """
class C:
    count = 0
    def __init__(self, n: int):
        C.count += 1
        self.n = n
def f(n: int):
    return C(n).n
""",
        code="no-set-attribute",
    ),
    Construct(
        "__slots__",
        """
class P:
    __slots__ = ("x",)
    def __init__(self, x: int):
        self.x = x
def f(n: int):
    return P(n).x
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "__str__, __repr__, __format__",
        """
class P:
    def __init__(self, x: int):
        self.x = x
    def __repr__(self) -> str:
        return f"P({self.x})"
def f(n: int):
    return f"{P(n)}", str([P(1), P(n)])
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "__iter__ with __next__",
        """
class Count:
    def __init__(self, n: int):
        self.n = n
        self.i = 0
    def __iter__(self):
        return self
    def __next__(self) -> int:
        if self.i >= self.n:
            raise StopIteration
        self.i += 1
        return self.i
def f(n: int):
    total = 0
    for x in Count(n):
        total += x
    return total
""",
        inputs="(4,)",
        libtorch=False,
    ),
    Construct(
        "iteration by __getitem__",
        """
class Seq:
    def __init__(self, xs: List[int]):
        self.xs = xs
    def __getitem__(self, i: int) -> int:
        return self.xs[i]
def f(n: int):
    total = 0
    for x in Seq([1, 2, n]):
        total += x
    return total
""",
        inputs="(4,)",
        libtorch=False,
    ),
    Construct(
        "functools.total_ordering, NotImplemented",
        """
@functools.total_ordering
class V:
    def __init__(self, n: int):
        self.n = n
    def __eq__(self, other: object):
        if not isinstance(other, V):
            return NotImplemented
        return self.n == other.n
    def __lt__(self, other: "V") -> bool:
        return self.n < other.n
def f(n: int):
    return V(n) >= V(2), V(n) <= V(2)
""",
        inputs="(3,)",
    ),
    Construct(
        "functools.cached_property",
        """
class C:
    def __init__(self, n: int):
        self.n = n
    @functools.cached_property
    def big(self) -> int:
        return self.n * 100
def f(n: int):
    return C(n).big
""",
        differs="computed at each access",
        inputs="(3,)",
    ),
    Construct(
        "__getattr__ with names known while compiling",
        """
class Lazy:
    def __init__(self, n: int):
        self.n = n
    def __getattr__(self, name):
        if name == "double":
            return self.n * 2
        raise AttributeError(name)
def f(n: int):
    return Lazy(n).double
""",
        inputs="(3,)",
    ),
    Construct(
        "multiple inheritance",
        """
class A:
    def who(self) -> str:
        return "A"
class B(A):
    def who(self) -> str:
        return "B" + super().who()
class C(A):
    def who(self) -> str:
        return "C" + super().who()
class D(B, C):
    pass
def f(n: int):
    return D().who()
""",
        inputs="(3,)",
    ),
    Construct(
        "super() in a class method",
        """
class A:
    def __init__(self, n: int):
        self.n = n
    @classmethod
    def make(cls, n: int):
        return cls(n)
class B(A):
    @classmethod
    def twice(cls, n: int):
        return super().make(n * 2)
def f(n: int):
    return B.twice(n).n
""",
        inputs="(3,)",
    ),
    Construct(
        "nested classes",
        """
class Outer:
    class Inner:
        def __init__(self, n: int):
            self.n = n
    def get(self) -> int:
        return self.Inner(2).n
def f(n: int):
    return Outer().get() + Outer.Inner(n).n
""",
        inputs="(3,)",
    ),
    Construct(
        "classes that hold modules",
        """
class Runner:
    def __init__(self, module, k: int):
        self.module = module
        self.k = k
    def run(self, x):
        return self.module(x) * self.k
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
    def forward(self, x):
        return Runner(self.linear, 2).run(x)
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "objects as keys of dicts, by their identity",
        """
class K:
    def __init__(self, n: int):
        self.n = n
def f(n: int):
    keys = [K(i) for i in range(n)]
    d = {}
    for i, key in enumerate(keys):
        d[key] = i
    return [d[key] for key in keys], K(0) in d
""",
        inputs="(2,)",
        libtorch=False,
    ),
    Construct(
        "objects with __eq__ as keys of dicts",
        """
class K:
    def __init__(self, n: int):
        self.n = n
    def __hash__(self):
        return self.n
    def __eq__(self, other):
        return self.n == other.n
def f(n: int):
    d = {}
    d[K(n)] = 1
    return len(d)
""",
        code="unsupported-type",
    ),
)
