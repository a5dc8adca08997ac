"""TypedDicts, and dicts whose values have different types: read and written by key, passed, kept, returned."""

import io
from typing import List, NotRequired, Optional, TypedDict

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from tests.script.formed_results import check, exactly_same

X = torch.ones(2)


class Options(TypedDict):
    a: int
    b: str
    c: List[Tensor]


class Further(Options):
    d: float


class Partial(TypedDict, total=False):
    n: NotRequired[int]
    t: Tensor


def test_made_and_changed():
    def f(a: int):
        d = Options(a=a, b="x", c=[])
        d["a"] += 1
        d["c"].append(torch.ones(1))
        return (
            d, d["a"] + 1, d["b"].upper(), d["c"][0] + 1, d.get("a"), d.get("z" if a > 5 else "a"), "a" in d, len(d), list(d),
            list(d.keys()), Further(a=a, b="x", c=[], d=1.5)["d"] * 2,
        )  # fmt: skip

    check(f, (1,))


def test_as_annotation_of_a_literal():
    def f(a: int):
        d: Options = {"a": a, "b": "x", "c": []}
        d["b"] = d["b"] + "y"
        d.update(a=7)
        d.update({"b": "z"})
        return d, d.pop("a"), d.setdefault("a", 9), [d], d.copy(), d.pop("a", 3), d.pop("a", 3)

    check(f, (1,))


def size_of(o: Partial) -> int:
    if "n" in o:
        return o["n"]
    return o.get("n", 3) + int(o["t"].sum())


def test_as_arguments():
    def f(d: Options, o: Partial):
        d["a"] = 5
        return d["a"] + 1, d["b"] + "z", len(d["c"]), d, size_of(o), size_of({"t": torch.ones(1)}), o.get("n")

    check(f, ({"a": 1, "b": "q", "c": []}, {"t": X}), ({"a": 1, "b": "", "c": [X]}, {"n": 4, "t": X}))


def test_missing_key():
    def f(o: Partial):
        return o["n"]

    check(f, ({"t": X},), ({"t": X, "n": 1},))


def test_wrong_types_are_errors():
    def wrong_value(d: Options):
        d["a"] = "text"

    def wrong_key():
        return Options(a=1, b="x", c=[], q=3)

    with pytest.raises(CompileError, match="expected int for the key 'a', found str"):
        portfire.script(wrong_value)
    with pytest.raises(CompileError, match="'q' is no key"):
        portfire.script(wrong_key)


def heads(x: Tensor):
    out = {"loss": x, "aux": [x]}
    return out


def test_unlike_values():
    def f(x: Tensor):
        o = heads(x)
        outs = [heads(x), heads(x + 1)]
        return (
            o["loss"] + o["aux"][0],
            outs[1]["loss"],
            len(outs[0]["aux"]),
            outs,
            {"n": 3, "s": "a", "o": None, "x": x},
        )

    check(f, (X,))


def test_of_two_branches():
    def f(x: Tensor, c: bool):
        if c:
            d = {"loss": x, "n": 1}
        else:
            d = {"loss": x * 2, "n": 2}
        d["n"] += 1
        return d["loss"] * d["n"], d

    check(f, (X, True), (X, False))


def test_in_lists():
    def f(x: Tensor):
        results = []
        for i in range(3):
            results.append({"id": i, "box": x * i})
        return sum(r["id"] for r in results), results, [r["box"] for r in results]

    check(f, (X,))


def test_keys_that_come_later():
    def f(x: Tensor, c: bool):
        out = {"logits": x, "boxes": x + 1}
        if c:
            out["aux"] = [{"logits": x}, {"logits": x}]
            out["n"] = 3
        same = out
        same["loss"] = 0.5
        return out, out["logits"] + out["boxes"], len(out["aux"]) if c else 0

    check(f, (X, True), (X, False))


def test_changed_in_place():
    def f(x: Tensor):
        d = {"a": x, "n": 1}
        e = d
        e["b"] = "t"
        d["n"] += 1
        return d, e, d["a"] * d["n"], d["b"] + "!"

    check(f, (X,))


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x: Tensor, target: Optional[Tensor] = None):
        x = self.layer(x)
        out = {"logits": x, "hidden": [x, x], "count": 2}
        if target is not None:
            out["loss"] = (x - target).sum()
        return out


def test_of_a_module():
    model = Detector()
    compiled = portfire.script(model)
    file = io.BytesIO()
    portfire.save(compiled, file)
    for program in (compiled, portfire.load(io.BytesIO(file.getvalue())), torch.jit.load(io.BytesIO(file.getvalue()))):
        for args in ((X,), (X, X)):
            assert exactly_same(program(*args), model(*args))
