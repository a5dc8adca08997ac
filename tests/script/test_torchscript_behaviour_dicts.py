"""What TorchScript's own test suite asks of dicts, and what Python does with them besides; eager is the oracle."""

from collections import OrderedDict
from typing import Dict, List, Optional, Set

import torch
from torch import Tensor

from tests.script.after_loading import check
from tests.script.agreement import agree_exactly, diagnostics

T = torch.tensor


def test_a_view_shows_what_the_dict_holds_by_then():
    def f(d: Dict[str, int], late: bool):
        keys, values, items = d.keys(), d.values(), d.items()
        d["new"] = 1
        if late:
            d["late"] = 2
        out = [len(keys)]
        for i in range(2):
            d[str(i)] = i
            out.append(len(keys))
        return out, list(keys), sum(values), list(items), "new" in keys, "late" in keys, 2 in values, ("1", 1) in items

    check(f, ({"a": 5}, True), ({}, False))


def test_a_view_of_a_dict_in_an_attribute():
    class Model(torch.nn.Module):
        sizes: Dict[str, int]

        def __init__(self):
            super().__init__()
            self.sizes = {"a": 1}

        def forward(self, n: int):
            names = self.sizes.keys()
            self.sizes["b"] = n
            return list(names), len(names), [k for k in names if k != "a"]

    check(Model(), (3,))


def test_which_view_it_is_may_depend_on_a_condition():
    def f(d: Dict[str, int], e: Dict[str, int], flag: bool):
        items = d.items() if flag else e.items()
        if flag:
            values = e.values()
        else:
            values = d.values()
        keys = d.keys()
        try:
            if flag:
                raise ValueError("no")
        except ValueError:
            keys = e.keys()
        d["y"] = 2
        e["x"] = 3
        return list(items), sum(values), list(keys)

    check(f, ({"a": 1}, {}, True), ({"a": 1}, {"q": 4}, False))


def test_views_have_texts_of_their_own():
    def f(d: Dict[str, int]):
        ordered = OrderedDict([("z", 1.5)])
        return (
            str(d.keys()),
            f"{d.values()} {d.items()!r}",
            repr(d.items()),
            "{}".format(ordered.keys()),
            "%s" % d.keys(),
        )

    check(f, ({"a": 1, "b": 2},), ({},))


def test_views_are_sets():
    def f(a: Dict[str, int], b: Dict[str, int]):
        return (
            a.keys() == b.keys(), a.keys() != b.keys(), a.keys() == {"a"}, {"a", "b"} >= a.keys(), a.keys() <= b.keys(), a.keys() < b.keys(),
            sorted(a.keys() & b.keys()), sorted(a.keys() | {"z"}), sorted(a.keys() - b.keys()), sorted(a.keys() ^ ["a", "q"]),
            a.items() == b.items(), a.items() != b.items(), sorted(a.items() & b.items()), a.items() >= {("a", 1)},
            a.keys().isdisjoint(b.keys()), a.keys() == ["a"],
        )  # fmt: skip

    check(
        f, ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({"a": 1}, {"a": 1, "b": 2}), ({"a": 1}, {"a": 2}), ({}, {"x": 1}), ({}, {})
    )  # fmt: skip


def test_items_of_tensors_are_compared_as_their_dicts():
    def f(a: Dict[str, Tensor], b: Dict[str, Tensor]):
        return a.items() == b.items(), a.items() != b.items()

    check(f, ({"a": T(1)}, {"a": T(1)}), ({"a": T(1)}, {"b": T(1)}))


def test_a_view_is_no_list():
    def kept(d: Dict[int, int]):
        keys = d.keys()
        keys.append(1)
        return keys

    def at_once(d: Dict[int, int]):
        d.items().sort()
        return d

    for function in (kept, at_once):
        (found,) = diagnostics(function)
        assert found.code == "no-attribute" and "they are a view" in found.message and "list(d." in found.help


def test_update_takes_whatever_gives_pairs():
    def f(a: Dict[str, Tensor], b: Dict[str, Tensor], names: List[str]):
        a.update(b)
        a.update([("l", T(2)), ("a", T(3))])
        a.update(zip(names, [T(7), T(8)]))
        a.update((n, T(9)) for n in names[:1])
        a.update((("t", T(4)),), y=T(6))
        a.update({})
        a.update([])
        a.update()
        return a

    check(f, ({"a": T(1)}, {"b": T(5)}, ["m", "n"]), ({}, {}, []))


def test_setdefault():
    def f(d: Dict[str, Optional[int]], key: str):
        first = d.setdefault(key)
        second = d.setdefault(key + "x", 4)
        return d, first, second

    def g(d: Dict[str, Tensor], key: str, default: Tensor):
        found = d.setdefault(key, default)
        found += 1
        return d

    check(f, ({"a": 1}, "a"), ({}, "b"))
    check(g, ({"a": T(1)}, "a", T(5)), ({}, "b", T(5)))


def test_dicts_from_keys():
    def f(names: List[str]):
        shared = dict.fromkeys(names, [0])
        for v in shared.values():
            v.append(1)
        counts: Dict[str, int] = dict.fromkeys("abca", 0)
        ordered = OrderedDict.fromkeys(names, 1.5)
        nothing: Dict[str, Optional[int]] = dict.fromkeys(names)
        for n in names:
            nothing[n] = 3
            counts[n] = 2
        return (
            shared,
            counts,
            ordered,
            nothing,
            dict.fromkeys(range(3), True),
            list(dict.fromkeys([2, 1, 2])),
            dict.fromkeys([]),
        )

    check(f, (["k", "l"],), ([],))


def test_dicts_from_nothing_and_from_dicts():
    def f(d: Dict[str, int]):
        e, g = dict(d), dict(d, baz=3)
        e["q"] = 1
        return (
            d,
            e,
            g,
            dict([]),
            dict(dict(foo=1)),
            dict(["ab", "cd"]),
            dict(enumerate("ab")),
            dict((k, 1) for k in d),
            {},
        )

    check(f, ({"foo": 1},), ({},))


def test_none_until_it_is_set():
    def f(n: int, words: List[str]):
        known: Dict[str, Optional[int]] = {w: None for w in ["a", "b"]}
        found: Dict[str, Optional[int]] = {w: None for w in words}
        listed: List[Optional[int]] = [None for _ in range(n)]
        nested: Dict[str, List[Optional[int]]] = {w: [None for _ in range(n)] for w in words}
        known["q"], found["r"], listed[0], nested[words[0]][1] = 3, 4, 1, 5
        return known, found, listed, nested

    check(f, (3, ["k", "l"]), (2, ["k"]))


def test_a_dict_is_what_it_is_looped_over():
    def f(d: Dict[str, int]):
        return (
            [*d], [*d.items()], {*d} == set(d), {*d, "z"} >= {"z"}, sorted(d), sum(d.values()), list(map(str, d)), any(d), all(d.values()),
            "".join(d), list(reversed(d)), [k for k in d], min(d.values(), default=0),
        )  # fmt: skip

    def g(d: Dict[str, int]):
        a, b = d
        (c, _), (_, e) = d.items()
        return a, b, c, e

    check(f, ({"b": 2, "a": 1},), ({},))
    check(g, ({"b": 2, "a": 1},), ({"b": 1},))


def test_operators_in_place_on_items():
    def f(d: Dict[str, Tensor], e: Dict[str, float], xs: List[Tensor]):
        alias = d["a"]
        d["a"] += 1
        d["b"] -= 12
        d["b"] **= 2
        d["a"] @= torch.ones(2)
        xs[0] @= xs[1]
        e["a"] += 3.5
        e["a"] //= 2.0
        e["b"] **= 2.0
        e["b"] %= 3.0
        return d, e, xs, alias

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.ones(2, 2)

        def forward(self, x):
            self.w @= x
            return self.w

    check(f, ({"a": torch.ones(2), "b": torch.ones(1)}, {"a": 3.0, "b": 2.5}, [torch.ones(2, 2), torch.eye(2) * 3]))
    check(Model(), (torch.arange(4.0).reshape(2, 2),))


def test_what_is_missing_raises_as_in_python():
    def f(kind: int, a: Dict[str, int], b: Dict[float, int], c: Dict[int, int]):
        if kind == 0:
            return a["it's"]
        if kind == 1:
            return b[2.5]
        if kind == 2:
            return c[-4]
        if kind == 3:
            del a["x"], a["x"]
        if kind == 4:
            return a.pop("y")
        if kind == 5:
            a["z"] += 1
        if kind == 6:
            return a.popitem()[1] + a.popitem()[1]
        return 0

    agree_exactly(f, *[(k, {"x": 1}, {}, {}) for k in range(8)])


def test_lookups_with_bools_and_tuples_as_keys():
    def f(d: Dict[bool, int], k: bool, pairs: Dict[tuple[int, str], int]):
        return d.get(k), d.get(k, 42), k in d, (1, "a") in pairs, pairs.get((1, "b")), pairs.pop((1, "a"), 0), pairs

    check(f, ({True: 1}, True, {(1, "a"): 3}), ({True: 1}, False, {}))


def test_keys_of_another_type_are_looked_for():
    def f(
        a: Dict[str, int],
        b: Dict[int, int],
        c: Dict[float, int],
        d: Dict[bool, int],
        s: Set[int],
        n: Optional[int],
        x: float,
    ):
        return (
            3 in a, "a" in b, 1 in c, x in b, True in b, 1 in d, "a" in s, x in s, None in s, n in s, n in b, n in a, n not in c,
            x in b.keys(), n in [1, 2],
        )  # fmt: skip

    dicts = ({"a": 1}, {1: 2}, {1.0: 3}, {True: 1}, {1})
    check(f, (*dicts, 1, 1.0), (*dicts, None, 1.5), (*dicts, 7, 1.0))
