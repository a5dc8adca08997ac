"""What `.item()` gives is an int where an int is wanted, or an error: never a number that lost its fraction."""

from __future__ import annotations

from typing import Dict, List

import pytest
import torch

import portfire


def as_an_index(x, i):
    n = i.item()
    return x[n], x[n:].sum(), x[0, i.max().item()]


def as_a_size(x, i):
    n = i.item()
    total = 0
    for k in range(n):
        total += k
    return torch.zeros(n, 2), x.view(-1)[:n], [1, 2, 3][n], total


def collected(x, i) -> List[List[int]]:
    paths = []
    for row in x.long():
        path = [row.max().item()]
        for value in row:
            path.append(value.item())
        path.reverse()
        paths.append(path)
    return paths


def by_name(x, i) -> Dict[str, float]:
    found = {}
    found["sum"] = x.sum().item()
    found["first"] = x[0, 0].item()
    return found


def followed(x, i):
    steps = [i.item()]
    while len(steps) < 3:
        steps.append(x.argmax(1)[steps[-1]].item())
    return steps


FUNCTIONS = [as_an_index, as_a_size, collected, by_name, followed]
X = torch.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0], [1.0, 1.5, 9.0]])


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_ints(function, tmp_path):
    compiled = portfire.script(function)
    i = torch.tensor(2)
    assert repr(compiled(X, i)) == repr(function(X, i))
    portfire.save(compiled, tmp_path / "f.pt")
    assert repr(portfire.load(tmp_path / "f.pt")(X, i)) == repr(function(X, i))
    assert repr(torch.jit.load(tmp_path / "f.pt")(X, i)) == repr(function(X, i))


@pytest.mark.parametrize("function", [as_an_index, as_a_size])
def test_a_fraction_is_an_error_as_in_python(function):
    with pytest.raises((TypeError, IndexError)):
        function(X, torch.tensor(2.5))
    with pytest.raises(TypeError, match="no int"):
        portfire.script(function)(X, torch.tensor(2.5))


def test_the_old_constructor_of_tensors_like_another():
    def made(x):
        return (
            x.new(2, 3).zero_(),
            x.new(x.size()).fill_(1),
            x.new([1, 2]),
            x.new().numel(),
            torch.Tensor(x.size()).shape,
        )

    x = torch.ones(2, 2, dtype=torch.float64)
    assert repr(portfire.script(made)(x)) == repr(made(x))


def test_numbers_that_meet_others_say_what_to_declare():
    def f(x, n: int):
        kept = [(n, 0.0)]
        for _ in range(n):
            kept = [(i, total + v) for i, total in kept for v in x.tolist()]
        return kept

    def declared(x, n: int):
        kept = [(n, 0.0)]
        values: List[float] = x.tolist()
        for _ in range(n):
            kept = [(i, total + v) for i, total in kept for v in values]
        return kept

    with pytest.raises(portfire.CompileError) as caught:
        portfire.script(f)
    assert "values: List[float] = x.tolist()" in str(caught.value)
    x = torch.tensor([0.5, 1.5])
    assert portfire.script(declared)(x, 2) == declared(x, 2)
