"""Lists and dicts that later items make wider: what is put in comes out as it was, as in Python."""

from __future__ import annotations

import collections
from typing import Dict, List, Optional

import pytest
import torch

import portfire


def kept(x, n: int):
    ys = []
    for i in range(n):
        ys.append(x if i % 2 == 0 else None)
    found = 0
    for y in ys:
        if y is not None:
            found += 1
    return ys, found


def none_first(x):
    ys = []
    ys.append(None)
    ys.append(x)
    ys.insert(0, x + 1)
    return ys


def numbers(x):
    out = [1]
    out.append(2.5)
    out[0] = 3.5
    out.append(7)
    return out, out[1] + out[2]


def ints_among_floats(x):
    out = [1.5]
    out.append(2)
    return out


def a_tensor_among_ints(x):
    out = [1]
    out.append(x)
    found = out[1]
    if isinstance(found, torch.Tensor):
        return found + 1, out
    return x, out


def strings_among_numbers(x, flag: bool):
    out = [1]
    out.append(2.5)
    if flag:
        out.append("s")
    return out


def dict_values(x):
    d = {"a": 1}
    d["b"] = x
    d["c"] = None
    e = {}
    e["x"] = x
    e["all"] = [x, x]
    e.setdefault("s", "text")
    return d, e


def declared(x):
    floats: List[float] = []
    floats.append(2)
    maybe: Dict[str, Optional[torch.Tensor]] = {}
    maybe["x"] = x
    maybe["y"] = None
    return floats, maybe


def in_branches(x, n: int):
    results = []
    if n > 0:
        results.append((n, x))
    else:
        results.append((n, None))
    return results


FUNCTIONS = [
    (kept, 3),
    (none_first,),
    (numbers,),
    (ints_among_floats,),
    (a_tensor_among_ints,),
    (strings_among_numbers, True),
    (dict_values,),
    (in_branches, 0),
    (in_branches, 2),
]


@pytest.mark.parametrize("case", FUNCTIONS, ids=lambda case: case[0].__name__)
def test_items_stay_what_they_are(case, tmp_path):
    function, *args = case
    x = torch.tensor(3)
    compiled = portfire.script(function)
    assert repr(compiled(x, *args)) == repr(function(x, *args))
    portfire.save(compiled, tmp_path / "f.pt")
    assert repr(portfire.load(tmp_path / "f.pt")(x, *args)) == repr(function(x, *args))
    torch.jit.load(tmp_path / "f.pt")


class Hypotheses:
    def __init__(self, most):
        self.most = most
        self.kept = []
        self.worst = 1e9

    def __len__(self):
        return len(self.kept)

    def add(self, hypothesis, total):
        score = total / hypothesis.shape[-1]
        if len(self) < self.most or score > self.worst:
            self.kept.append((score, hypothesis))
            self.worst = min(score, self.worst)


class Search(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.counts = [1]

    def forward(self, x):
        found = Hypotheses(2)
        for i in range(3):
            found.add(x + i, x.sum().item())
        self.seen.append((len(found), x))
        self.counts.append(2.5)
        best = sorted(found.kept, key=lambda pair: pair[0])[-1]
        return best[0], best[1], self.seen, self.counts


def test_lists_that_are_attributes_of_classes_and_modules(tmp_path):
    x = torch.tensor([1.0, 2.0])
    compiled, eager = portfire.script(Search()), Search()
    assert repr(compiled(x)) == repr(eager(x))
    assert repr(compiled(x)) == repr(eager(x))
    portfire.save(compiled, tmp_path / "m.pt")
    assert repr(portfire.load(tmp_path / "m.pt")(x)) == repr(eager(x))


def test_items_are_converted_to_a_declared_type():
    floats, maybe = portfire.script(declared)(torch.tensor(3))
    assert repr(floats) == "[2.0]" and list(maybe) == ["x", "y"]


class Network:
    def __init__(self):
        self.near = collections.defaultdict(list)
        self.seen = set()
        self.names = {}
        self.rows = []

    def connect(self, a, b):
        self.near[a].append(b)
        self.near[b].append(a)
        self.names[a] = (b, "x")
        self.rows.append([])
        self.rows[-1].append(a * 0.5)

    def reach(self, start):
        waiting, order = [start], []
        while waiting:
            node = waiting.pop(0)
            if node in self.seen:
                continue
            self.seen.add(node)
            order.append(node)
            for other in self.near[node]:
                waiting.append(other)
        return order


def reached(x, n: int):
    network = Network()
    for i in range(n):
        network.connect(i, 2 * i + 1)
    return network.reach(0), network.names, network.rows


def test_containers_in_containers_that_are_attributes():
    x = torch.ones(1)
    assert repr(portfire.script(reached)(x, 5)) == repr(reached(x, 5))
