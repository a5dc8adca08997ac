"""Lists, dicts and sets that lie outside of a program: they are read and copied; changes, which would last in Python, are
reported. Eager is the oracle."""

from collections.abc import Mapping, Sequence
from typing import Dict, List

import pytest
import torch
from torch import nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check
from tests.script.agreement import diagnostics

ITEMS = [1, 2]
TABLE = {"a": 1}
KINDS = {1, 2}


def grow(items: List[int]):
    items.append(1)
    return len(items)


def grow_indirectly(items: List[int]):
    return grow(items) + 1


def fill(table: Dict[str, int]):
    table["b"] = 2
    return len(table)


def collect(n: int, found: List[int] = []):  # noqa: B006
    found.append(n)
    return found


def collect_into(n: int, found: List[int] = []):  # noqa: B006
    return collect(n, found)


class Holder:
    shared = [1]

    def grow(self):
        self.shared.append(2)

    def collect(self, n: int, found: List[int] = []):  # noqa: B006
        found.append(n)
        return len(found)


def _append(n: int):
    ITEMS.append(n)


def _append_to_alias(n: int):
    items = ITEMS
    for i in range(n):
        items.append(i)


def _set_item(n: int):
    ITEMS[0] = n


def _set_key(n: int):
    TABLE["b"] = n


def _update(n: int):
    TABLE.update(a=n)


def _add(n: int):
    KINDS.add(n)


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (_append, "'ITEMS'"),
        (_append_to_alias, "'ITEMS'"),
        (_set_item, "'ITEMS'"),
        (_set_key, "'TABLE'"),
        (_update, "'TABLE'"),
        (_add, "'KINDS'"),
        (lambda: grow(ITEMS), "'ITEMS'"),
        (lambda: grow_indirectly(ITEMS), "'ITEMS'"),
        (lambda: fill(TABLE), "'TABLE'"),
        (lambda: Holder().grow(), "'shared'"),
        (lambda: Holder().collect(1), "the default of 'found'"),
        (lambda: collect(1), "the default of 'found'"),
        (collect, "the default of 'found'"),
        (collect_into, "the default of 'found'"),
    ],
)
def test_changes_are_reported(function, what):
    (found,) = diagnostics(function)
    assert found.code == "changes-a-copy"
    assert found.message.startswith(what)
    assert found.range is not None
    assert "items = []" in found.help


@pytest.mark.parametrize("is_helper", [False, True])
def test_defaults_of_methods(is_helper):
    class Model(nn.Module):
        def helper(self, x, found: List[int] = []):  # noqa: B006
            found.append(1)
            return x + len(found)

        def forward(self, x):
            return self.helper(x)

    class Direct(Model):
        def forward(self, x, found: List[int] = []):  # noqa: B006
            found.append(1)
            return x + len(found)

    with pytest.raises(CompileError, match="changes-a-copy.*the default of 'found'"):
        portfire.script(Model() if is_helper else Direct())


def test_copies_can_change():
    def f(n: int):
        lists = [list(ITEMS), ITEMS + [3], ITEMS[:], ITEMS.copy(), [*ITEMS], sorted(ITEMS)]
        for items in lists:
            items.append(n)
        tables = [dict(TABLE), TABLE.copy(), {**TABLE}]
        for table in tables:
            table["n"] = n
        return lists, tables, ITEMS, TABLE, grow(list(ITEMS)), fill(dict(TABLE)), grow_indirectly(ITEMS + [1])

    def one_by_one(n: int):
        items = ITEMS[:]
        items.append(n)
        copied = ITEMS.copy()
        copied.insert(0, n)
        made, methods, spread = dict(TABLE), TABLE.copy(), {**TABLE}
        made["n"] = n
        methods.update(b=2)
        methods.pop("a")
        spread["n"] = n
        kinds, more = set(KINDS), KINDS | {5}
        kinds.add(n)
        more.add(6)
        return (
            items,
            copied,
            made,
            methods,
            spread,
            len(kinds),
            len(more),
            ITEMS,
            TABLE,
            len(KINDS),
            dict(TABLE, z=4)["z"],
        )

    check(f, (3,))
    check(one_by_one, (3,))


def test_they_are_read():
    def f(n: int, sizes: List[int] = [1, 2], table: Dict[str, int] = {"a": 1}):  # noqa: B006
        more = sizes + [n]
        more.append(2)
        table = dict(table)
        table["b"] = n
        nested = [ITEMS, ITEMS]
        return (
            more,
            table,
            collect(n, []),
            nested,
            sum(ITEMS),
            n in ITEMS,
            ITEMS == [1, 2],
            [k for k in TABLE],
            max(ITEMS),
        )

    def g(x, sizes: List[int] = [2, 2]):  # noqa: B006
        return torch.zeros(sizes) + x.reshape(ITEMS)

    check(f, (3,))
    check(g, (torch.ones(2),))


def test_a_default_of_a_nested_function_is_one_object():
    def f(n: int):
        def count(seen=[]):  # noqa: B006
            seen.append(n)
            return len(seen)

        return count(), count(), count([])

    check(f, (1,))


ONE = [3]


def test_the_extremes_of_one_item():
    def f(x):
        return max(ONE), min(ONE), max([x])

    check(f, (torch.tensor(2.0),))


EMPTY: List[int] = []
NESTED = [[1], [2, 3]]


def test_what_they_are():
    def f(n: int):
        lists = isinstance(ITEMS, list), isinstance(ITEMS, tuple), isinstance(EMPTY, list), isinstance(NESTED[0], list)
        abstract = isinstance(ITEMS, Sequence), isinstance(TABLE, Mapping), isinstance(NESTED, (tuple, str))
        types = type(ITEMS) == list, type(TABLE) == dict, isinstance(TABLE, dict), isinstance(TABLE, list)  # noqa: E721
        exact = torch.jit.isinstance(ITEMS, List[int]), torch.jit.isinstance(ITEMS, List[str])
        return lists, abstract, types, exact, str(ITEMS), EMPTY, len(EMPTY), EMPTY + [n], [3] + EMPTY

    check(f, (1,))


@pytest.mark.parametrize(
    "value", [[1, 2], [1, [2, 3]], [None, 1], ([1, 2], "a"), [], [[1, 2], [3]], [1, 2.5], [(1, "a")], None, "a", (1, 2)]
)
def test_constants_of_modules_keep_their_kind(value):
    class Model(nn.Module):
        __constants__ = ("kept",)

        def __init__(self):
            super().__init__()
            self.kept = value

        def forward(self, x):
            return self.kept, isinstance(self.kept, list), isinstance(self.kept, tuple)

    program = portfire.script(Model())
    assert repr(program(torch.ones(1))) == repr(Model()(torch.ones(1)))
    assert repr(program.kept) == repr(value)


def test_constants_of_modules_are_used_as_lists():
    class Model(nn.Module):
        sizes: portfire.Final[list]

        def __init__(self):
            super().__init__()
            self.sizes = [2, 1]
            self.layers = nn.ModuleList([nn.ReLU() for _ in self.sizes])

        def forward(self, x, i: int):
            total = 0
            for size, layer in zip(self.sizes, self.layers):
                total += size
                x = layer(x)
            views = x.reshape(self.sizes), x.reshape(self.sizes[::-1]), nn.functional.pad(x, self.sizes)
            return views, total, self.sizes[i], self.sizes[-1:], self.sizes == [2, 1], [0] + self.sizes, self.sizes * 2

    check(Model(), (torch.ones(2), 1), (torch.ones(2), 5))

    class Changing(Model):
        def forward(self, x):
            self.sizes.append(1)
            return x

    with pytest.raises(CompileError, match="changes-a-copy.*'sizes'"):
        portfire.script(Changing())


ALLOWED = {"a"}


def test_sets_that_are_only_shown():
    def f(k: str):
        if k not in ALLOWED:
            raise ValueError(f"expected one of {ALLOWED}")
        return len(ALLOWED), str(ALLOWED)

    check(f, ("a",), ("c",))
