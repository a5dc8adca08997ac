"""Nested functions: `nonlocal`, recursion, decorators, closures; classes and partials made in functions."""

from __future__ import annotations

import dataclasses
import enum
import functools
from pathlib import Path
from typing import Dict, List, NamedTuple

import torch
from torch import Tensor, nn

import portfire
from tests.script.agreement import check, codes


def counter(start: int):
    k = start

    def step(by: int = 1):
        nonlocal k
        k += by
        return k

    return step


def apply(function, xs: List[int]):
    k = 77
    for x in xs:
        function(x)
    return k


def plus_one(function):
    @functools.wraps(function)
    def wrapper(*args, **more):
        return function(*args, **more) + 1

    return wrapper


def times(factor: float):
    def decorator(function):
        def wrapper(x):
            return function(x) * factor

        return wrapper

    return decorator


def power(base: int, exponent: int) -> int:
    return base**exponent


def test_nonlocal_in_loops_branches_and_callbacks() -> None:
    def f(xs: List[int]):
        best, count, mean = None, 0, 0

        def visit(x: int):
            nonlocal best, count, mean
            count += 1
            mean = mean + x / 2
            if best is None or x > best:
                best = x

        for x in xs:
            visit(x)
            if count > 3:
                break
        return best, count, mean, apply(visit, xs), count

    check(f, ([1, 5, 2, 9, 10],), ([1],))


def test_nonlocal_in_comprehensions_handlers_and_parameters() -> None:
    def f(xs: List[int], p: int):
        k = 0

        def outer():
            def inner():
                nonlocal k
                k += 1

            inner()
            inner()

        def doubled():
            nonlocal p
            p *= 2
            return p

        found = [doubled() for _ in xs]
        try:
            for x in xs:
                outer()
                if x == 2:
                    raise ValueError("two")
        except ValueError:
            return k + 1000, found, p
        return k, found, p

    check(f, ([1, 2, 3], 1), ([1], 2))


def test_each_call_makes_variables_of_its_own() -> None:
    def f(n: int):
        a, b = counter(n), counter(0)
        found = [a(), a(), b(5), a(2)]
        for _ in range(n):
            found.append(a())
        return found

    check(f, (3,), (0,))


def test_recursion_with_a_memo() -> None:
    def f(n: int):
        memo = {}

        def fib(k: int):
            if k in memo:
                return memo[k]
            found = k if k < 2 else fib(k - 1) + fib(k - 2)
            memo[k] = found
            return found

        return fib(n), len(memo)

    check(f, (10,), (0,))


def test_nested_functions_that_call_each_other() -> None:
    def f(n: int, step: int):
        def is_even(k: int):
            return True if k <= 0 else is_odd(k - step)

        def is_odd(k: int):
            return False if k <= 0 else is_even(k - step)

        return is_even(n), is_odd(n)

    check(f, (3, 1), (4, 1), (4, 2))


def test_recursion_that_assigns_variables_around_it() -> None:
    def f(edges: Dict[int, List[int]], start: int, weight: float):
        seen: List[int] = []
        depth, deepest = 0, 0
        count = 0

        def visit(node: int):
            nonlocal count, weight
            count += 1
            weight /= 2
            seen.append(node)
            for other in edges[node]:
                if other not in seen:
                    visit(other)

        visit(start)
        count *= 10
        return seen, count, weight, depth + deepest

    check(f, ({0: [1, 2], 1: [3], 2: [3], 3: []}, 0, 8.0), ({5: []}, 5, 1.0))


class Repeated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x: Tensor, times: int) -> Tensor:
        def repeat(y: Tensor, k: int):
            if k == 0:
                return y
            return repeat(self.linear(y), k - 1)

        return repeat(x, times)


def test_recursion_that_uses_the_module() -> None:
    model, x = Repeated(), torch.rand(1, 2)
    compiled = portfire.script(model)
    for n in (0, 3):
        assert torch.equal(compiled(x, n), model(x, n))


def test_recursion_is_refused_where_it_cannot_be_a_function() -> None:
    def assigns(n: int):
        if n > 0:
            k = 0
        else:
            k = 1

        def walk(m: int):
            nonlocal k
            k += 1
            if m > 0:
                walk(m - 1)

        walk(n)
        return k

    def takes_functions(n: int):
        def grown(g, k: int):
            return g(k) if k < 3 else grown(lambda q: g(q) + 1, k - 1)

        return grown(lambda z: z, n)

    assert codes(assigns) == ["unsupported-syntax"]
    assert set(codes(takes_functions)) == {"recursive-function"}


def test_decorators() -> None:
    def f(x: Tensor, s: float):
        @plus_one
        @times(s)
        @functools.lru_cache(maxsize=None)
        def g(y: Tensor):
            return y + 1

        @torch.no_grad()
        def h(y: Tensor):
            return y * 2

        return g(x), h(x)

    check(f, (torch.ones(2), 3.0))


def test_partials() -> None:
    def f(n: int, flag: bool):
        g = functools.partial(power, exponent=2) if flag else functools.partial(power, 2)
        return g(n), functools.partial(power, 3)(n)

    check(f, (5, True), (5, False))


def test_a_closure_is_not_hidden_by_variables_of_its_caller() -> None:
    def f(xs: List[int]):
        functions = [lambda v: v + 1, lambda v: v * 2]
        total = 0
        for f in functions:
            for x in xs:
                total += f(x)
        composed = lambda f, g: lambda v: g(f(v))  # noqa: E731
        return total, composed(functions[0], functions[1])(3)

    check(f, ([1, 2],))


def test_local_classes() -> None:
    def f(x: int, y: int):
        factor = 2

        class Base:
            def __init__(self, v: int):
                self.v = v

            def get(self):
                return self.v * factor

        class Pair(Base):
            def __init__(self, v: int, w: int):
                super().__init__(v)
                self.w = w

            def get(self):
                return super().get() + self.w

            def __add__(self, other: "Pair"):
                return Pair(self.v + other.v, self.w + other.w)

        pair = Pair(x, y) + Pair(1, 1)
        return pair.get(), pair.v, isinstance(pair, Base)

    check(f, (3, 4))


def test_local_dataclasses_named_tuples_and_enums() -> None:
    def f(x: int):
        @dataclasses.dataclass
        class Point:
            v: int
            w: int = 3

            def total(self) -> int:
                return self.v + self.w

        class Named(NamedTuple):
            a: int
            b: str = "q"

        class Kind(enum.Enum):
            ONE = 1
            TWO = 2

        kind = Kind.ONE if x > 2 else Kind.TWO
        return Point(x).total(), Named(x).a, Named(x).b, kind == Kind.ONE, Point(1) == Point(1, 3)

    check(f, (2,), (5,))


class Collecting(nn.Module):
    def forward(self, x: Tensor, n: int) -> Tensor:
        class Items:
            def __init__(self):
                self.items: List[Tensor] = []

            def add(self, item: Tensor) -> None:
                self.items.append(item)

        items = Items()
        for i in range(n):
            items.add(x * i)
        return torch.stack(items.items)


def test_local_class_in_a_file(tmp_path: Path) -> None:
    model, x = Collecting(), torch.ones(2)
    compiled = portfire.script(model)
    compiled.save(tmp_path / "model.pt")
    for program in (compiled, portfire.load(tmp_path / "model.pt"), torch.jit.load(tmp_path / "model.pt")):
        assert torch.equal(program(x, 3), model(x, 3))


def test_a_class_knows_nothing_of_a_run() -> None:
    def f(n: int):
        class Local:
            def get(self):
                return n

        return Local().get()

    assert codes(f) == ["not-a-constant"]


def add(x: Tensor) -> Tensor:
    return x + 1


def triple(x: Tensor) -> Tensor:
    return x * 3


FUNCTIONS = [add, triple]
BY_NAME = {"a": add, "b": triple}


def test_functions_chosen_at_run_time() -> None:
    def by_flag(x: Tensor, n: int):
        if n > 2:
            g = add
        elif n > 1:
            g = triple
        else:
            g = lambda z: z - 1  # noqa: E731
        return g(x)

    def by_number(x: Tensor, i: int):
        return FUNCTIONS[i](x)

    def by_name(x: Tensor, name: str):
        return BY_NAME[name](x)

    def maybe(x: Tensor, name: str):
        g = BY_NAME.get(name)
        return x if g is None else g(x)

    def in_a_loop(x: Tensor, n: int):
        for i in range(n):
            g = add if i % 2 == 0 else triple
            x = g(x)
        return x

    def none_is_called(x: Tensor, flag: bool):
        g = None
        if flag:
            g = add
        return g(x)

    x = torch.ones(2)
    check(by_flag, (x, 3), (x, 2), (x, 1))
    check(by_number, (x, 0), (x, 1), (x, -1), (x, 5))
    check(by_name, (x, "a"), (x, "b"), (x, "c"))
    check(maybe, (x, "a"), (x, "c"))
    check(in_a_loop, (x, 3), (x, 0))
    check(none_is_called, (x, True), (x, False))


def test_a_function_that_each_round_replaces() -> None:
    def read_first(x: Tensor, n: int):
        g = add
        for _ in range(n):
            x = g(x)
            g = triple
        return g(x)

    def several(x: Tensor, n: int):
        g, i = add, 0
        while i < n:
            x = g(x)
            if i == 1:
                g = triple
            elif i == 3:
                g = torch.relu
            if i > 5:
                break
            i += 1
        return g(x)

    def none_at_first(x: Tensor, n: int):
        g = None
        for i in range(n):
            if g is not None:
                x = g(x)
            g = None if i == 1 else triple
        return x

    def nested(x: Tensor, n: int, flag: bool):
        g = add if flag else triple
        for _ in range(n):
            for j in range(2):
                x = g(x)
                g = triple if j == 0 else add
        return g(x)

    def made_in_a_round(x: Tensor, n: int):
        g = add
        for i in range(n):
            x = g(x)
            g = lambda y: y + i  # noqa: B023, E731
        return x

    x = torch.ones(2)
    check(read_first, (x, 0), (x, 1), (x, 3))
    check(several, (x, 0), (x, 3), (x, 9))
    check(none_at_first, (x, 0), (x, 5))
    check(nested, (x, 0, True), (x, 2, False))
    assert "maybe-undefined" in codes(made_in_a_round)


class Switching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.others = nn.Sequential(nn.ReLU(), nn.Linear(2, 2))

    def forward(self, x: Tensor, n: int) -> Tensor:
        layer = self.first
        for _ in range(n):
            x = layer(x)
            layer = self.others
        return x


def test_a_module_that_each_round_replaces() -> None:
    model, x = Switching(), torch.rand(1, 2)
    compiled = portfire.script(model)
    for n in (0, 1, 3):
        assert torch.equal(compiled(x, n), model(x, n))


class Actions:
    def __init__(self) -> None:
        self.total = 0

    def up(self, n: int) -> int:
        self.total += n
        return self.total

    def down(self, n: int) -> int:
        self.total -= n
        return self.total


def test_bound_methods_chosen_at_run_time() -> None:
    def f(n: int, flag: bool):
        actions = Actions()
        act = actions.up if flag else actions.down
        act(n)
        return act(n), actions.total

    check(f, (5, True), (5, False))


def three(a: int, b: int, c: int = 3) -> int:
    return a + b * c


def any_number(a: int, *more: int) -> int:
    return a + len(more) * 10 + sum(more)


def test_lists_spread_into_calls() -> None:
    def f(xs: List[int]):
        return three(*xs)

    def g(xs: List[int]):
        return three(7, *xs), any_number(*xs), any_number(1, *xs, 5, 6), any_number(*xs, 4)

    def by_name(xs: List[int]):
        return three(*xs, b=5)

    check(f, ([1, 2],), ([1, 2, 3],), ([1],), ([1, 2, 3, 4],))
    check(g, ([1],), ([1, 2],), ([],))
    check(by_name, ([1],), ([1, 2],), ([],))


def test_rows_spread_into_calls() -> None:
    def difference(a, b):
        return a - b

    def f(x: Tensor, sizes: Dict[str, int]):
        return difference(*x), difference(*x.shape), sizes["a"]

    check(f, (torch.rand(2, 3), {"a": 1}))
