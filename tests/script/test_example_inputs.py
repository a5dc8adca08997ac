"""Example inputs tell the types of parameters that nobody declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

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


class Kinds(nn.Module):
    def forward(self, x):
        return self.inner(x) + 10

    def inner(self, x):
        if isinstance(x, bool):
            return 0
        elif isinstance(x, int):
            return x + 1
        elif isinstance(x, float):
            return int(x) - 1
        return len(x)


@pytest.mark.parametrize("examples", [[1, True], [True, 1, 2.5], [2.5, 1, True], ["a", True, 1], [1, 2.5, "a", False]])
def test_bools_are_told_from_numbers(examples):
    eager = Kinds()
    compiled = portfire.script(eager, [(e,) for e in examples])
    for example in examples:
        assert compiled(example) == eager(example)


def test_values_of_many_types():
    def kept(a):
        assert not isinstance(a, str)
        return a

    calls = [(1,), (2.5,), ([3, 4],), ({"a": True},), (None,), ((1, "b"),)]
    compiled = portfire.script(kept, calls)
    for args in calls:
        assert repr(compiled(*args)) == repr(kept(*args))


def test_lists_and_tuples_in_one_another():
    def totals(values):
        return [sum(v) for v in values]

    for example in ([[1, 2], [3]], ([1.5], [2.5, 1.0]), [(True, False), (True, True)], ((1, 2), (3, 4))):
        assert repr(portfire.script(totals, (example,))(example)) == repr(totals(example))


class Scaled:
    def __init__(self, factor: int):
        self.factor = factor

    def of(self, x):
        return x * self.factor


def test_objects():
    def f(x, scale):
        return scale.of(x)

    compiled = portfire.script(f, [(2, Scaled(3)), (2.5, Scaled(3))])
    assert compiled(4, Scaled(2)) == 8 and compiled(1.5, Scaled(2)) == 3.0


class Methods(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = Kinds()

    def forward(self, n):
        return self.cell(n)

    @torch.jit.export
    def joined(self, words, separator):
        return separator.join(words)

    @portfire.export
    def scaled(self, x, y):
        return x * y if isinstance(y, int) else x


def test_examples_for_several_methods():
    """As torch.jit.script takes them: by what is called."""
    eager = Methods()
    calls = {eager: [(3,)], eager.joined: [(["a", "b"], "-")], eager.scaled: [(2, 3), (2.5, 1)], eager.cell: [(2,)]}
    compiled = portfire.script(eager, calls)
    assert compiled(3) == eager(3)
    assert compiled.joined(["x", "y", "z"], "+") == "x+y+z"
    assert compiled.scaled(4, 5) == 20 and compiled.scaled(0.5, 2) == 1.0


def test_examples_for_a_function_by_name():
    assert portfire.script(combined, {combined: [([1.0], ["a"], {"a": torch.ones(1)}, Point(torch.ones(1), "p"), 2)]})


def test_methods_are_no_functions():
    for method, fix in ((Methods().scaled, "export"), (Scaled(2).of, "function that calls it")):
        with pytest.raises(portfire.errors.ArgumentError, match=fix):
            portfire.script(method)


@pytest.mark.parametrize(
    ("annotation", "example", "told"),
    [
        (list, [1, 2], "int[]"),
        (Sequence, [1.5], "float[]"),
        (Iterable, ["a"], "str[]"),
        (dict, {"a": 1}, "Dict(str, int)"),
        (Mapping, {1: 2.5}, "Dict(int, float)"),
        (tuple, (1, "a"), "(int, str)"),
        (set, {"a"}, "Dict(str, bool)"),
        (TypeVar("T"), 3, "int"),
    ],
)
def test_containers_of_which_nobody_says_what_they_hold(annotation, example, told):
    def f(x):
        return x

    f.__annotations__["x"] = annotation
    compiled = portfire.script(f, example_inputs=(example,))
    assert f"f({told} x)" in str(compiled.schema)
    assert compiled(example) == example


def bare_list(x: list, y: Sequence):
    return len(x) + len(y)


def bare_tuple(x: tuple):
    return len(x)


def test_containers_without_examples():
    assert "bare_list(Tensor[] x, Tensor[] y)" in str(portfire.script(bare_list).schema)
    with pytest.raises(portfire.CompileError, match="what a 'tuple' holds is not said") as caught:
        portfire.script(bare_tuple)
    assert "example_inputs" in str(caught.value)
    assert portfire.script(bare_tuple, example_inputs=((1, 2),))((3, 4)) == 2
