"""Generator functions: consumed in place, made lists, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List, Optional

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.script.agreement import check, codes


def counted(n: int):
    i = 0
    while True:
        yield i
        i += 1
        if i >= n:
            return


def pairs(xs: List[int]):
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] > xs[j]:
                continue
            yield xs[i], xs[j]


def ends(xs: List[int]):
    for a, b in pairs(xs):
        yield a
        yield b


def noted(xs: List[int], notes: List[int]):
    for x in xs:
        notes.append(x)
        yield x


def chunks(xs: List[int], size: int):
    for i in range(0, len(xs), size):
        yield xs[i : i + size]


def test_break_continue_and_else_of_the_consumer() -> None:
    def f(n: int):
        found: List[int] = []
        for i in counted(n):
            if i == 2:
                continue
            if i == 5:
                break
            found.append(i)
        else:
            found.append(-1)
        return found

    check(f, (3,), (9,), (1,))


def test_return_out_of_the_consumer() -> None:
    def f(n: int):
        for i in counted(n):
            for j in counted(3):
                if i * j > 7:
                    return i, j
        return -1, -1

    check(f, (3,), (9,))


def test_variables_of_both_keep_apart() -> None:
    def f(xs: List[int], most: int):
        i, total, last = 100, 0, None
        for a, b in pairs(xs):
            total += a * b
            last = (a, b)
            if total > most:
                break
        return total, i, last

    check(f, ([1, 2, 3], 100), ([1, 2, 3], 3), ([], 1))


def test_generators_over_generators_in_nested_loops() -> None:
    def f(xs: List[int]):
        found = {}
        for a in ends(xs):
            for b in ends(xs):
                if a == b:
                    break
                found[a] = found.get(a, 0) + 10
            found[a] = found.get(a, 0) + 1
        return found

    check(f, ([1, 2, 3],), ([],))


def test_the_generator_and_its_consumer_take_turns() -> None:
    def f(xs: List[int]):
        notes: List[int] = []
        for x in noted(xs, notes):
            notes.append(-x)
            if x > 2:
                break
        first: List[int] = []
        return notes, next(noted(xs, first), -1), first

    check(f, ([1, 2, 3, 4],), ([],))


def test_consumers_that_take_all() -> None:
    def f(xs: List[int]):
        return (
            [sum(c) for c in chunks(xs, 2)],
            list(chunks(xs, 3)),
            dict(enumerate(chunks(xs, 2))),
            list(zip(chunks(xs, 1), xs)),
            sum(counted(4)),
            max(counted(4)),
            sorted(ends(xs), reverse=True),
            any(v == 2 for v in ends(xs)),
        )

    check(f, ([1, 2, 3, 4, 5],))


def test_next_in_several_places() -> None:
    def f(xs: List[int]):
        parts = chunks(xs, 2)
        first = next(parts)
        second = next(parts, [0])
        return first, second, [p for p in parts]

    check(f, ([1, 2, 3, 4, 5],), ([1],), ([],))


def test_enumerate_counts_while_the_generator_runs() -> None:
    def f(xs: List[int]):
        notes: List[int] = []
        for i, x in enumerate(noted(xs, notes), 1):
            if i == 2:
                return x, notes
        return 0, notes

    check(f, ([1, 2, 3],), ([],))


def test_return_and_finally_in_the_generator() -> None:
    def careful(n: int):
        if n < 0:
            return
        yield n
        try:
            yield n + 1
        finally:
            n = 5

    def f(n: int):
        last, total = 0, 0
        for last in careful(n):
            total += last
        return last, total

    check(f, (3,), (-1,))


def test_nested_generators_see_variables_around_them() -> None:
    def f(n: int):
        k = 3

        def scaled(m: int):
            for i in range(m):
                yield i * k

        found = [v for v in scaled(n)]
        k = 5
        for v in scaled(n):
            found.append(v)
        return found

    check(f, (3,))


class Tree:
    def __init__(self, value: int, left: Optional["Tree"] = None, right: Optional["Tree"] = None) -> None:
        self.value = value
        self.left = left
        self.right = right

    def walk(self) -> Iterator[int]:
        if self.left is not None:
            yield from self.left.walk()
        yield self.value
        if self.right is not None:
            for value in self.right.walk():
                yield value

    def __iter__(self):
        for value in self.walk():
            yield value * 10


def test_trees() -> None:
    def f(n: int):
        tree = Tree(n, Tree(2), Tree(3, Tree(4)))
        found: List[int] = []
        for value in tree:
            if value > 30:
                break
            found.append(value)
        return found, list(tree), [v for v in tree.walk()], sum(tree.walk())

    check(f, (1,), (7,))


class Features(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])

    def blocks(self):
        for layer in self.layers:
            yield layer
        yield torch.relu

    def features(self, x: Tensor):
        for block in self.blocks():
            x = block(x)
            yield x

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([f * 2 for f in self.features(x)])


def test_modules_and_after_loading(tmp_path: Path) -> None:
    model, x = Features(), torch.rand(1, 2)
    compiled = portfire.script(model)
    path = tmp_path / "model.pt"
    compiled.save(path)
    for program in (compiled, portfire.load(path), torch.jit.load(path)):
        assert torch.equal(program(x), model(x))


def test_exceptions_of_the_consumer_pass_by() -> None:
    def watched(xs: List[int]):
        for x in xs:
            try:
                yield x
            except ValueError:
                yield -1

    def f(xs: List[int]):
        total = 0
        try:
            for x in watched(xs):
                if x == 0:
                    raise ValueError("zero")
                total += x
        except ValueError:
            return total + 1000
        return total

    check(f, ([1, 2, 0, 3],), ([1],))


def test_generator_expression_in_a_variable() -> None:
    def f(xs: List[int]):
        squares = (x * x for x in xs)
        first = next(squares)
        return first, list(squares)

    check(f, ([1, 2, 3],), ([],))


class Counted:
    def __init__(self) -> None:
        self.count = 0

    def __iter__(self):
        self.count += 1
        yield self.count
        yield 7


def test_each_consumer_runs_it_once_and_no_further_than_it_asks() -> None:
    def f(xs: List[int]):
        log: List[int] = []
        found = (
            list(noted(xs, log)), sum(noted(xs, log)), max(noted(xs, log)), [v for v in noted(xs, log)],
            sorted(noted(xs, log)), tuple(noted(xs, log)), [*noted(xs, log)],
        )  # fmt: skip
        return found, 2 in noted(xs, log), any(v == 2 for v in noted(xs, log)), any(noted(xs, log)), log

    def of_objects(n: int):
        counted = Counted()
        total = 0
        for v in counted:
            total += v
        return list(counted), sum(counted), [v for v in counted], total, counted.count

    check(f, ([1, 2, 3],))
    check(of_objects, (1,))


def endless(n: int):
    while True:
        yield n


def test_refused() -> None:
    def zipped(n: int):
        return list(zip(endless(n), [1, 2]))

    def leaves(n: int):
        return endless(n)

    def sent(n: int):
        def g():
            x = yield n
            yield x

        return list(g())

    assert codes(zipped) == ["unsupported-call"]
    assert codes(leaves) == ["not-a-value"]
    assert "unsupported-syntax" in codes(sent)
    assert codes(endless) == ["unsupported-syntax"]


def test_a_name_in_a_message_is_the_users() -> None:
    def unclear(n: int):
        if n > 1:
            step = "a"
        yield step.undefined

    def f(n: int):
        for x in unclear(n):
            print(x)

    with pytest.raises(portfire.CompileError) as caught:
        portfire.script(f)
    assert "@" not in str(caught.value)
