"""Objects outside of a program that hold settings: their attributes are read while compiling."""

from __future__ import annotations

import argparse
import dataclasses
import types

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check


class Config:
    def __init__(self):
        self.scale = 3
        self.names = ["a", "b"]
        self.inner = types.SimpleNamespace(shift=2.0, dtype=torch.float64)
        self.activation = torch.relu

    def doubled(self):
        return self.scale * 2

    @property
    def half(self):
        return self.scale / 2


@dataclasses.dataclass(frozen=True)
class Size:
    width: int = 1
    height: float = 2.0

    def area(self):
        return self.width * self.height


CONFIG, SIZE = Config(), Size()
ARGS = argparse.Namespace(depth=2, is_strange=False)
OPTIONS = nn.LinearCrossEntropyOptions(batch_chunk_size=2)


def scaled(config, x):
    return x * config.scale


def test_attributes_and_methods():
    class Stack(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])

        def forward(self, x):
            if ARGS.is_strange:
                return x.no_such_method()
            for layer in self.layers[: ARGS.depth]:
                x = CONFIG.activation(layer(x)).to(CONFIG.inner.dtype).float()
            return (
                scaled(CONFIG, x), CONFIG.doubled(), CONFIG.half, CONFIG.names[1], CONFIG.inner.shift, SIZE.area(),
                dataclasses.replace(SIZE, width=5).area(), dataclasses.asdict(SIZE)["height"], getattr(ARGS, "none", 7),
                hasattr(CONFIG, "scale"), hasattr(CONFIG, "none"),
            )  # fmt: skip

    check(Stack(), (torch.ones(1, 2),))


def test_options_of_a_function_of_torch():
    def f(x, w, target):
        return F.linear_cross_entropy(x, w, target, options=OPTIONS)

    check(f, (torch.rand(6, 3), torch.rand(5, 3), torch.tensor([0, 4, 1, 1, 2, 3])))


def test_what_a_program_cannot_do_with_them():
    def changes(x):
        CONFIG.scale = 5
        return x

    def returns(x):
        return CONFIG

    def grows(x):
        CONFIG.names.append("c")
        return x

    def misspells(x):
        return x * CONFIG.scal

    for function, message in (
        (changes, "cannot be set"),
        (returns, "run-time value"),
        (grows, "cannot change it"),
        (misspells, "has no attribute 'scal'"),
    ):
        with pytest.raises(CompileError, match=message):
            portfire.script(function)
