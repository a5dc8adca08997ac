"""Wrappers made with `functools.wraps`: called from outside, they take what the wrapped function takes."""

import functools
from typing import Dict, List, Optional

import pytest
import torch
from torch import nn

import portfire
from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3)


def plus_one(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs) + 1

    return wrapper


def doubled(f):
    @functools.wraps(f)
    def wrapper(self, x, **kwargs):
        return f(self, x * 2, **kwargs)

    return wrapper


def counted(f):
    @functools.wraps(f)
    def wrapper(*args):
        return f(*args), len(args)

    return wrapper


@plus_one
def scaled(x, n: int = 2, *, flag: bool = False):
    return x * n if flag else x - n


@plus_one
@plus_one
def twice(x, names: Dict[str, float]):
    return x * names["a"]


@counted
def numbers(x, low, high: Optional[float] = None):
    return x.clamp(low, high)


@plus_one
def summed(x, *more, **named: int):
    total = x.sum()
    for value in more:
        total = total + value.sum()
    return total + len(named)


class Scaled(nn.Module):
    @plus_one
    def forward(self, x, n: int = 2, *, flag: bool = False):
        return x * n if flag else x - n


class Doubled(nn.Module):
    @doubled
    def forward(self, x, n, names: Optional[List[str]] = None):
        return x + n, 0 if names is None else len(names)

    @portfire.export
    @plus_one
    def less(self, x):
        return x - 2


class Around(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Scaled()

    def forward(self, x, n: int):
        return self.inner(x), self.inner(x, n), self.inner(x, flag=True, n=n), scaled(x, n)


@pytest.mark.parametrize("target", [scaled, Scaled()])
def test_parameters_are_those_of_the_wrapped_function(target):
    compiled = portfire.script(target)
    schema = compiled.forward.schema if isinstance(target, nn.Module) else compiled.schema
    assert "int n=2, bool flag=False" in str(schema)
    for args, kwargs in (((X,), {}), ((X, 3), {}), ((X,), {"n": 4}), ((X, 1), {"flag": True}), ((), {"x": X, "n": 5})):
        assert torch.equal(compiled(*args, **kwargs), target(*args, **kwargs))


def test_wrappers_of_wrappers():
    check(twice, (X, {"a": 2.5}))


def test_types_from_example_inputs():
    compiled = portfire.script(numbers, example_inputs=(X, 1, 2.5))
    assert str(compiled.schema).startswith("numbers(Tensor x, int low, float? high=None)")
    found, count = compiled(X, 1, 2.5)
    assert torch.equal(found, X.clamp(1, 2.5))
    assert count == 3


def test_variadic_functions_that_are_wrapped():
    compiled = portfire.script(summed)
    assert torch.equal(compiled(X, X[0], X[1, 0]), summed(X, X[0], X[1, 0]))
    assert torch.equal(compiled(X), summed(X))
    with pytest.raises(portfire.ArgumentError, match="unknown keyword argument 'a'"):
        compiled(X, a=3)


def test_methods(tmp_path):
    model = Doubled()
    compiled = portfire.script(model, example_inputs=(X, 2))
    portfire.save(compiled, tmp_path / "m.pt")
    for program in (compiled, portfire.load(tmp_path / "m.pt"), torch.jit.load(tmp_path / "m.pt")):
        found, count = program(X, n=3, names=["a"])
        assert torch.equal(found, model(X, n=3)[0])
        assert count == 1
        assert torch.equal(program.less(X), model.less(X))


def test_called_by_compiled_code():
    model = Around()
    for found, expected in zip(portfire.script(model)(X, 3), model(X, 3), strict=True):
        assert torch.equal(found, expected)


def test_wrappers_with_parameters_of_their_own():
    def named(f):
        @functools.wraps(f)
        def wrapper(y, factor: int = 3):
            return f(y) * factor

        return wrapper

    @named
    def shifted(x):
        return x + 1

    compiled = portfire.script(shifted)
    assert "int factor=3" in str(compiled.schema)
    assert torch.equal(compiled(X, 2), shifted(X, 2))
