"""Example inputs tell the types of parameters that nobody declares."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
from torch import nn

import portfire


class Point(NamedTuple):
    x: torch.Tensor
    label: str


class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTMCell(3, 4)

    def forward(self, x, state=None, scale=1):
        h, c = self.lstm(x, state)
        return h * scale, (h, c)


def combined(numbers, names, table, point, n):
    total = 0.0
    for number in numbers:
        total += number
    return {name: table[name] * total + point.x for name in names}, point.label * n


def spread(first, *rest, **named):
    total = first
    for other in rest:
        total = total + len(other)
    for name in named:
        total = total + named[name] * len(name)
    return total


def test_forward_of_a_module(tmp_path):
    cell, x = Cell(), torch.randn(2, 3)
    state = (torch.randn(2, 4), torch.randn(2, 4))
    compiled = portfire.script(cell, (x, state, 2))
    assert str(compiled.forward.schema).count("Tensor, Tensor") >= 1
    for args in ((x,), (x, None), (x, state, 3)):
        assert torch.equal(compiled(*args)[0], cell(*args)[0])
    portfire.save(compiled, tmp_path / "cell.pt")
    assert torch.equal(portfire.load(tmp_path / "cell.pt")(x, state)[0], cell(x, state)[0])


def test_containers_classes_and_numbers():
    args = ([1.0, 2.5], ["a", "b"], {"a": torch.ones(2), "b": torch.zeros(2)}, Point(torch.ones(2), "p"), 3)
    compiled = portfire.script(combined, args)
    assert repr(compiled(*args)) == repr(combined(*args))


def test_several_calls_and_variadic_parameters():
    x = torch.ones(2)
    calls = [(x, "a", "bc"), (2.5,)]
    compiled = portfire.script(spread, calls, example_kwarg_inputs={"scale": 2.0})
    for args in calls:
        assert repr(compiled(*args, scale=3.0)) == repr(spread(*args, scale=3.0))
        assert repr(compiled(*args)) == repr(spread(*args))


def test_declared_types_stay():
    def scaled(x: int, y):
        return x * y

    compiled = portfire.script(scaled, (torch.ones(1), 2.5))
    assert compiled(2, 0.25) == 0.5


def test_bad_examples():
    with pytest.raises(portfire.errors.ArgumentError, match="3 example inputs for 2 parameters"):
        portfire.script(lambda x, y: x + y, (1, 2, 3))
    with pytest.raises(portfire.errors.ArgumentError, match="'z'"):
        portfire.script(lambda x, y: x + y, (1, 2), example_kwarg_inputs={"z": 1})
    with pytest.raises(portfire.CompileError, match="parameter 'x' cannot be told from its example"):
        portfire.script(lambda x: x, (object(),))


def test_check_takes_examples():
    def only_for_strings(x):
        return x.upper()

    assert not portfire.check(only_for_strings).ok
    assert portfire.check(only_for_strings, "a").ok
