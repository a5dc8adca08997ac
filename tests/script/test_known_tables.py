"""Tables outside of a program whose keys are dtypes, tuples and the like, and named tuples outside of it."""

from __future__ import annotations

import enum
from collections import namedtuple
from typing import List, NamedTuple, Optional

import pytest
import torch
from torch import nn

import portfire
from tests.script.after_loading import check


class Kind(enum.Enum):
    A = 1
    B = 2


class Pick(NamedTuple):
    policy: str
    method: str
    factor: Optional[int] = None

    def label(self):
        return self.policy + "/" + self.method


Plain = namedtuple("Plain", ["depth", "names"])

BY_PAIR = {("a", 1): (1, "x"), ("b", 2): (2, "y")}
BY_DEVICE = {("cpu", torch.float32): "f", ("cpu", torch.float64): "d"}
BY_DTYPE = {torch.float32: (1, 2), torch.float64: (3, 4)}
PICKS = {("cpu", torch.float32): Pick("a", "b"), ("cpu", torch.float64): Pick("c", "d", 3)}
BY_NUMBER = {0.5: "half", 2: "two", True: "one"}
FUNCTIONS = {torch.float32: torch.sin, torch.float64: lambda x: x + 1}
MIXED = {(Kind.A, 0): "a0", (Kind.B, 1): "b1"}
CONFIG = Plain(2, ["x", "y"])
DEFAULT = Pick("u", "v")


def test_keys_that_are_no_strings():
    def f(x, k: str, n: int):
        first, second = BY_DTYPE[x.dtype]
        return (
            BY_PAIR[k, n], BY_PAIR.get((k, n)), BY_PAIR.get((k, 9), (0, "z")), BY_DEVICE[x.device.type, x.dtype], first + second,
            BY_DEVICE.get((x.device.type, x.to(torch.int32).dtype), "?"), (k, n) in BY_PAIR, BY_NUMBER[n], BY_NUMBER.get(n * 0.25),
            FUNCTIONS[x.dtype](x), PICKS[x.device.type, x.dtype].policy, PICKS.get((k, x.dtype), DEFAULT).label(),
        )  # fmt: skip

    check(f, (torch.ones(2), "a", 1), (torch.ones(2).double(), "b", 2), (torch.ones(2), "b", 2))


@pytest.mark.parametrize("given", [(torch.ones(2).long(), "a", 1), (torch.ones(2), "b", 1)])
def test_keys_that_are_missing(given):
    def f(x, k: str, n: int):
        return BY_PAIR[k, n], BY_DTYPE[x.dtype]

    with pytest.raises(KeyError):
        f(*given)
    with pytest.raises(KeyError):
        portfire.script(f)(*given)


def test_named_tuples_outside():
    class Stack(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(4)])

        def forward(self, x):
            for layer in self.layers[: CONFIG.depth]:
                x = layer(x)
            depth, names = CONFIG
            return (
                x,
                depth,
                names[1],
                DEFAULT,
                DEFAULT.label(),
                DEFAULT.factor is None,
                DEFAULT._replace(factor=2),
                len(CONFIG),
            )

    check(Stack(), (torch.ones(1, 2),))


def test_named_tuples_outside_are_passed_on():
    def use(pick: Pick, x):
        return x + 1 if pick.factor is None else x * pick.factor

    def used(pick, x):
        return pick.label(), x + pick[2] if pick.factor is not None else x

    def f(x):
        return (
            use(DEFAULT, x),
            use(Pick("a", "b", 3), x),
            used(DEFAULT, x),
            CONFIG._asdict()["depth"],
            CONFIG == (2, ["x", "y"]),
        )

    check(f, (torch.ones(2),))


NAMES, NUMBERS, NOTHING, NESTED = ["x", "y"], [1, 2], [], (2, ["x", "y"])


def test_lists_outside_are_compared():
    def f(names: List[str], numbers: List[int]):
        return (
            NESTED == (2, ["x", "y"]), NESTED[1] == ["x", "y"], NAMES == ["x", "y"], NESTED[1] == NAMES, NAMES == names,
            names != NAMES, numbers == NUMBERS, NUMBERS == [1, 3], NOTHING == numbers, numbers == NOTHING, NAMES < ["z"],
            NUMBERS == 1, DEFAULT == Pick("u", "v"), DEFAULT == Pick("u", "w"), CONFIG == (2, ["x", "y"]),
        )  # fmt: skip

    check(f, (["x", "y"], [1, 2]), (["x"], []))
