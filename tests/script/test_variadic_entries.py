"""`*args` and `**kwargs` of what is called from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import portfire


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x: Tensor, *masks: Tensor, scale: float = 1.0, **unused: Any):
        y = self.linear(x) * scale
        for mask in masks:
            y = y + mask
        return y, len(masks), len(unused)


class Passing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = Masked()

    def forward(self, *args, **kwargs):
        first, second = args
        return self.inner(first, second, second, **kwargs)


def total(*numbers: int, **weights: float) -> float:
    found = 0.0
    for name, weight in weights.items():
        found += weight * len(name)
    return sum(numbers) + found


def shifted(x: Tensor, by: int = 2, *more: int) -> Tensor:
    return x + by + sum(more)


def test_extra_arguments_become_a_list() -> None:
    model, x = Masked(), torch.rand(1, 2)
    compiled = portfire.script(model)
    for args, kwargs in (((x,), {}), ((x, x, x), {"scale": 2.0}), ((x, x), {})):
        assert torch.equal(compiled(*args, **kwargs)[0], model(*args, **kwargs)[0])
        assert compiled(*args, **kwargs)[1:] == model(*args, **kwargs)[1:]
    with pytest.raises(TypeError, match="other"):
        compiled(x, other=x)
    with pytest.raises(TypeError, match="masks"):
        compiled(x, masks=[x])


def test_functions() -> None:
    compiled = portfire.script(total)
    assert compiled(1, 2, a=2.0, bb=3.0) == total(1, 2, a=2.0, bb=3.0)
    assert compiled() == total()
    assert str(compiled.schema) == "total(int[] numbers=[], Dict(str, float) weights={}) -> float"
    x = torch.ones(2)
    compiled = portfire.script(shifted)
    for args in ((x,), (x, 3), (x, 3, 4, 5)):
        assert torch.equal(compiled(*args), shifted(*args))


def test_wrong_number_of_arguments_that_are_passed_on() -> None:
    compiled = portfire.script(Passing())
    x = torch.rand(1, 2)
    assert compiled(x, x)[1] == 2
    with pytest.raises(ValueError, match="unpack"):
        compiled(x)


def test_a_file_takes_the_list(tmp_path: Path) -> None:
    model, x = Passing(), torch.rand(1, 2)
    path = tmp_path / "model.pt"
    portfire.script(model).save(path)
    expected = model(x, x)[0]
    assert torch.equal(portfire.load(path)([x, x])[0], expected)
    assert torch.equal(torch.jit.load(path)([x, x])[0], expected)


def test_examples_in_a_file_are_those_of_the_program(tmp_path: Path) -> None:
    model, x = Masked(), torch.rand(1, 2)
    compiled = portfire.script(model)
    path = tmp_path / "model.pt"
    portfire.save(compiled, path, example_inputs=(x, x, x))
    loaded = portfire.load(path)
    assert torch.equal(loaded(x, [x, x])[0], model(x, x, x)[0])
    assert torch.equal(loaded(x)[0], model(x)[0])
    assert "Tensor[] masks=[]" in str(compiled.forward.schema)


def test_examples_tell_the_types_of_what_is_not_annotated() -> None:
    def f(x, *sizes, **scales):
        for scale in scales.values():
            x = x * scale
        return x + sum(sizes)

    x = torch.ones(2)
    compiled = portfire.script(f, (x, 1, 2), example_kwarg_inputs={"a": 2.0})
    assert torch.equal(compiled(x, 3, 4, 5, b=3.0), f(x, 3, 4, 5, b=3.0))
    assert torch.equal(compiled(x), x)
