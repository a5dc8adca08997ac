"""Which calls are inlined: short bodies, and those of which the arguments leave little."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
from torch import Tensor

import portfire
from portfire.ir.graph import Function, Graph
from portfire.pipeline import running_graph


def kinds(function: Function) -> list[str]:
    graph = running_graph(function)
    assert graph is not None
    return [node.kind for node in graph.walk() if node.kind != "prim::Constant"]


def long(x: Tensor, double: bool, bias: Tensor | None = None) -> Tensor:
    if double:
        x = x + x
    else:
        x = x.sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos()
        x = x.sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos()
        x = x.sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos()
    if bias is not None:
        x = x * bias
    return x


def decided(x: Tensor) -> Tensor:
    return long(x, True)


def undecided(x: Tensor, double: bool, bias: Tensor | None) -> Tensor:
    return long(x, double, bias)


def not_none(x: Tensor, double: bool) -> Tensor:
    return long(x, double, x)


def through(x: Tensor, double: bool) -> Tensor:
    return long(x, double, None)


def decided_below(x: Tensor) -> Tensor:
    return through(x, True)


def known_after_inlining(x: Tensor) -> Tensor:
    flags = [True, False]
    return long(x, flags[0])


def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def is_even(n: int) -> bool:
    return True if n == 0 else is_odd(n - 1)


def is_odd(n: int) -> bool:
    return False if n == 0 else is_even(n - 1)


is_even.__annotations__["return"] = bool


def test_a_long_body_stays_a_call() -> None:
    assert kinds(portfire.script(undecided).function) == ["prim::CallFunction"]


@pytest.mark.parametrize("function", [decided, decided_below, known_after_inlining])
def test_what_is_left_of_a_decided_body_is_inlined(function: object) -> None:
    compiled = portfire.script(function)
    assert kinds(compiled.function) == ["aten::add"]
    assert compiled(torch.ones(2)).tolist() == [2.0, 2.0]


def test_an_argument_that_is_not_none_decides() -> None:
    compiled = portfire.script(not_none)
    found = kinds(compiled.function)
    assert "prim::CallFunction" not in found and "aten::__isnot__" not in found and found.count("prim::If") == 1
    assert compiled(torch.full((2,), 3.0), True).tolist() == [18.0, 18.0]


def test_recursive_calls_stay() -> None:
    compiled = portfire.script(fibonacci)
    assert "prim::CallFunction" in kinds(compiled.function)
    assert compiled(15) == fibonacci(15)
    compiled = portfire.script(is_even)
    assert [compiled(n) for n in range(6)] == [is_even(n) for n in range(6)]


def test_a_function_is_optimised_once() -> None:
    compiled = portfire.script(undecided)
    first = running_graph(compiled.function)
    assert running_graph(compiled.function) is first
    compiled.function.graph = Graph()
    compiled.function.graph.block.add_input(compiled.function.graph.block.add_parameter(compiled.function.return_type))
    assert running_graph(compiled.function) is not first


class Deep(torch.nn.Module):
    """Every level calls the level below twice: inlined, the body would double with every level."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.below = Deep(depth - 1) if depth else None
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor, flag: bool) -> Tensor:
        if self.below is not None:
            x = self.below(x * self.scale, True) + self.below(x, False)
        if flag:
            x = x.sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos()
        else:
            x = x.cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin().cos().sin()
        return x


def test_bodies_stay_in_proportion_to_the_source() -> None:
    model = Deep(9)
    compiled = portfire.script(model)
    x = torch.rand(3)
    assert torch.equal(compiled(x, True), model(x, True))
    graph = running_graph(compiled.forward.function)
    assert graph is not None
    assert sum(1 for _ in graph.walk()) < 15_000


def test_what_was_optimised_goes_with_its_function() -> None:
    compiled = portfire.script(torch.nn.Sequential(torch.nn.Linear(2, 2)))
    function = weakref.ref(compiled.forward.function)
    assert gc.isenabled()
    del compiled
    gc.collect()
    assert function() is None
