"""Generator functions. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "iterators that are used up: zip, enumerate, map, filter, reversed, iter in variables",
        """
def f(xs: List[int]):
    items = iter(xs)
    pairs = [(x, next(items, 0)) for x in items]
    doubled = map(lambda x: x * 2, xs)
    return pairs, sum(doubled), list(doubled)
""",
        inputs="([1, 2, 3],)",
    ),
    Construct(
        "generators consumed in place",
        """
def pairs(xs: List[int]):
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] != xs[j]:
                yield xs[i], xs[j]
def f(xs: List[int]):
    total = 0
    for a, b in pairs(xs):
        if a > 5:
            continue
        total += a * b
        if total > 100:
            break
    return total, [a + b for a, b in pairs(xs)]
""",
        inputs="([1, 2, 2, 7],)",
    ),
    Construct(
        "list, sum, max, sorted, next of a generator",
        """
def squares(n: int):
    for i in range(n):
        yield i * i
def f(n: int):
    return list(squares(n)), sum(squares(n)), max(squares(n)), next(squares(n))
""",
        inputs="(4,)",
    ),
    Construct(
        "next in several places of one generator",
        """
def squares(n: int):
    for i in range(n):
        yield i * i
def f(n: int):
    found = squares(n)
    first = next(found)
    return first, next(found, -1), [x for x in found]
""",
        inputs="(5,)",
        differs="the generator runs to its end first; where that would make a difference, it is refused",
    ),
    Construct(
        "yield from, and generators over generators",
        """
def evens(xs: List[int]):
    yield 0
    yield from [x for x in xs if x % 2 == 0]
def doubled(xs: List[int]):
    for x in evens(xs):
        yield 2 * x
def f(xs: List[int]):
    return list(doubled(xs))
""",
        inputs="([1, 2, 3, 4],)",
    ),
    Construct(
        "recursive generators, __iter__ written as a generator",
        """
class Tree:
    def __init__(self, value: int, left: Optional["Tree"] = None):
        self.value = value
        self.left = left
    def walk(self) -> Iterator[int]:
        if self.left is not None:
            yield from self.left.walk()
        yield self.value
    def __iter__(self):
        for value in self.walk():
            yield value * 10
def f(n: int):
    found: List[int] = []
    for value in Tree(n, Tree(2)):
        found.append(value)
    return found
""",
        inputs="(1,)",
        libtorch=False,
        differs="a generator that calls itself runs to its end first",
    ),
    Construct(
        "generators of functions and modules",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
    def used(self):
        for layer in self.layers:
            yield layer
    def forward(self, x):
        for layer in self.used():
            x = layer(x)
        return x
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "with on a generator that contextlib.contextmanager decorates",
        """
@contextlib.contextmanager
def noted(log: List[int], k: int):
    log.append(k)
    try:
        yield k * 2
    finally:
        log.append(-k)
def f(n: int):
    log: List[int] = []
    for i in range(n):
        with noted(log, i) as v:
            if v > 3:
                break
    return log
""",
        inputs="(4,)",
    ),
    Construct(
        "a generator that leaves the function that makes it",
        """
def count(n: int):
    for i in range(n):
        yield i
def f(n: int):
    return count(n)
""",
        code="not-a-value",
    ),
    Construct(
        "a generator without an end that is not looped over",
        """
def count():
    i = 0
    while True:
        yield i
        i += 1
def f(n: int):
    return list(zip(count(), range(n)))
""",
        code="unsupported-call",
    ),
    Construct(
        "generators as what is called from outside, send, yield as a value",
        """
def f(n: int):
    for i in range(n):
        yield i
""",
        code="unsupported-syntax",
        syntax=("Yield", "YieldFrom"),
        message="this 'yield' cannot be compiled",
        why="a generator is compiled into the loop that consumes it: nothing else can, and nothing is sent into it",
        instead="yield in a function that compiled code loops over, as a statement; else return a list",
    ),
)
