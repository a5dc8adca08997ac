"""Sets: made, changed, looked into, combined, kept, passed and returned."""

from __future__ import annotations

import io
from typing import Dict, FrozenSet, List, Optional, Set, Tuple

import torch
from torch import Tensor, nn

import portfire
from tests.script.formed_results import check, exactly_same


def test_made_and_changed() -> None:
    def f(xs: List[int]):
        s = set(xs)
        s.add(7)
        s.discard(1)
        s.discard(1)
        made = set()
        for x in xs:
            if x not in made:
                made.add(x)
        return len(s), 3 in s, 1 not in s, sorted(s), len(made), {v % 2 for v in xs}, bool(s), 2 in {1, 2}, "a" in s, s

    check(f, ([1, 2, 2, 3, 1],), ([],))


def test_combined() -> None:
    def f(a: Set[str], ys: List[str]):
        b = frozenset(ys)
        c = a | b
        c |= {"z"}
        c.update(["y", "z"])
        d, e, g = set(a), set(a), set(a)
        d &= b
        e -= b
        g ^= b
        b |= {"new"}
        return (
            a | b, a & b, a - b, a ^ b, c, d, e, g, b, a == b, a != b, a <= b, a < b, a >= b, a > b, a.isdisjoint(b),
            a.issubset(ys), a.issuperset(ys), a.union(ys, "q"), a.intersection(ys), a.difference(ys), a == a.copy(),
            a.symmetric_difference(ys), a == 3, b - a, b & a,
        )  # fmt: skip

    check(f, ({"a", "b"}, ["b", "c"]), ({"a"}, ["a"]), (set(), ["x"]), ({"a", "b", "c"}, ["b"]))


def test_missing_item() -> None:
    def f(xs: List[int], x: int):
        s = set(xs)
        s.remove(x)
        return s

    check(f, ([1, 2], 2), ([1, 2], 5))


def test_pop() -> None:
    def f(s: Set[int]):
        return s.pop(), s

    check(f, ({4},), (set(),))


def note(seen: set, x: int) -> bool:
    is_new = x not in seen
    seen.add(x)
    return is_new


def made(xs):
    return set(xs)


def test_sets_go_to_functions_and_come_back() -> None:
    def f(xs: List[int]):
        seen = set()
        kept = [x for x in xs if note(seen, x)]
        other = made(xs)
        same_one = other
        same_one.add(9)
        return kept, seen, other, other is same_one

    check(f, ([3, 1, 3, 1, 2],))


def test_rebound_in_loops_and_branches() -> None:
    def f(xs: List[int], c: bool):
        s = set()
        for x in xs:
            s = s | {x}
        if c:
            s = s - {1}
        else:
            t = {0}
            s = t
        return s, [s, {5}], {"k": s}, (s, 1)

    check(f, ([1, 2], True), ([1, 2], False), ([], True))


def test_as_arguments() -> None:
    def f(s: Optional[Set[int]], by_name: Dict[str, Set[str]], fixed: FrozenSet[int]):
        n = 0 if s is None else len(s)
        by_name["a"].add("new")
        return n, by_name, fixed, sum(fixed)

    check(f, ({1, 2}, {"a": {"b"}}, frozenset((1,))), (None, {"a": set()}, frozenset()))


def test_consumed() -> None:
    def f(s: set[int]):
        a, b = sorted(s)
        return (
            a, b, sum(s), max(s), min(s), sorted(x * 2 for x in s), isinstance(s, set), isinstance(s, dict), bool(s), not s,
            tuple(sorted(s)), list(map(str, sorted(s))), any(v > 1 for v in s), set(range(3)), set("hello"),
        )  # fmt: skip

    check(f, ({1, 2},))


KNOWN = {"a", "b"}


def test_of_the_module() -> None:
    def f(name: str):
        return name in KNOWN, len(KNOWN), KNOWN | {name}, "a" in KNOWN, name in frozenset(("q", "a"))

    check(f, ("a",), ("z",))


def test_of_tuples() -> None:
    def f(xs: List[Tuple[int, int]]):
        seen = set()
        out = []
        for x in xs:
            if x in seen:
                continue
            seen.add(x)
            out.append(x)
        return out, seen

    check(f, ([(1, 2), (1, 2), (3, 4)],))


def test_sets_of_dtypes() -> None:
    def f(x: Tensor):
        halves = {torch.float16, torch.bfloat16}
        return x.dtype in halves, halves

    check(f, (torch.ones(1),), (torch.ones(1, dtype=torch.float16),))


class Tracker:
    def __init__(self) -> None:
        self.seen: Set[int] = set()
        self.names = set()

    def add(self, x: int) -> bool:
        is_new = x not in self.seen
        self.seen.add(x)
        self.names.add(str(x))
        return is_new


def test_as_attributes_of_objects() -> None:
    def f(xs: List[int]):
        tracker = Tracker()
        kept = [x for x in xs if tracker.add(x)]
        return kept, tracker.seen, tracker.names

    check(f, ([1, 2, 1],))


class Skipping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.ReLU()})
        self.skipped = {"b"}
        self.counts = {1, 2}

    def forward(self, x: Tensor, n: int):
        for name, layer in self.layers.items():
            if name not in self.skipped:
                x = layer(x)
        self.counts.add(n)
        return x, self.counts


def test_as_attributes_of_modules() -> None:
    model = Skipping()
    compiled = portfire.script(model)
    file = io.BytesIO()
    portfire.save(compiled, file)
    loaded = portfire.load(io.BytesIO(file.getvalue()))
    x = torch.randn(1, 2)
    expected = model(x, 3)
    assert exactly_same(compiled(x, 3), expected)
    assert exactly_same(loaded(x, 3), expected)


def test_read_by_libtorch() -> None:
    def f(s: Set[int], xs: List[int]):
        return s | set(xs)

    file = io.BytesIO()
    portfire.save(portfire.script(f), file)
    loaded = torch.jit.load(io.BytesIO(file.getvalue()))
    assert loaded({1: True}, [2]) == {1: True, 2: True}


class Bag:
    def __init__(self, items: Set[int]) -> None:
        self.items = items
        self.order: Tuple[int, ...] = tuple(sorted(items))


def test_attributes_seen_from_python() -> None:
    def f(xs: List[int]):
        return Bag(set(xs))

    found = portfire.script(f)([1, 2, 2])
    assert type(found.items) is set and found.items == {1, 2} and found.order == (1, 2)
    model = Skipping()
    compiled = portfire.script(model)
    file = io.BytesIO()
    portfire.save(compiled, file)
    for program in (compiled, portfire.load(io.BytesIO(file.getvalue()))):
        assert program.counts == {1, 2} and type(program.counts) is set
        program.counts = {5}
        assert program(torch.ones(1, 2), 6)[1] == {5, 6}
        assert program.counts == {5, 6}


def known_in(names, name: str):
    return name in names, names | {name}, len(names)


def in_declared(names: Set[str], name: str) -> bool:
    return name in names


def test_of_the_module_as_argument() -> None:
    def f(name: str):
        return known_in(KNOWN, name), in_declared(KNOWN, name), [n for n in sorted(KNOWN)], isinstance(KNOWN, set)

    check(f, ("a",), ("z",))
