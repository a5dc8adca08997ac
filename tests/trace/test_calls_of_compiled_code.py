"""Traces that call scripted code and scripts that call traces: every argument and result is followed, branches stay."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union  # noqa: UP035  (as users write)

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.trace.agreement import agrees, loaded, same, trace

R = torch.rand


def of_tuple(x: Tuple[Tensor, Tensor]) -> Tensor:
    return x[0] - x[1]


def of_list(x: List[Tensor]) -> Tensor:
    return x[0] - x[-1]


def of_dict(x: Dict[str, Tensor]) -> Tensor:
    return x["a"] - x["b"]


def of_nested(x: Dict[str, List[Tuple[Tensor, int]]]) -> Tensor:
    first, n = x["a"][0]
    return first * n


def of_optional(x: Optional[Tuple[Tensor, Tensor]], y: Tensor) -> Tensor:
    return y if x is None else x[0] - x[1] + y


def of_union(x: Union[Tensor, List[Tensor]]) -> Tensor:
    if isinstance(x, Tensor):
        return x
    return x[0] + x[1]


class Pair(NamedTuple):
    a: Tensor
    b: Tensor


def of_named(p: Pair) -> Tensor:
    return p.a - p.b


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (of_tuple, lambda f, x, y: f((x, y + 1))), (of_list, lambda f, x, y: f([x, y + 1])),
        (of_dict, lambda f, x, y: f({"b": x, "a": y + 1})), (of_optional, lambda f, x, y: f((x, y + 1), x)),
        (of_nested, lambda f, x, y: f({"a": [(x, x.shape[0]), (y, 2)]})), (of_optional, lambda f, x, y: f(None, x)),
        (of_union, lambda f, x, y: f([x, y])), (of_union, lambda f, x, y: f(x)),
        (of_named, lambda f, x, y: f(Pair(x, y))),
    ],
)  # fmt: skip
def test_containers_are_passed_to_compiled_functions(function: Any, call: Any) -> None:
    compiled = portfire.script(function)
    program = trace(lambda x, y: call(compiled, x, y), R(2), R(2))
    for inputs in ((R(2), R(2)), (R(5), R(5))):
        for p in (program, loaded(program)):
            assert same(p(*inputs), call(function, *inputs))


def dict_of(x: Tensor) -> Dict[str, Tensor]:
    return {"once": x + 1, "twice": x + 2}


def nested_lists(x):
    return [[x + 1, x - 1], [x + 2, x - 2]]


def or_zeros(x: Optional[Tensor]) -> Tensor:
    return torch.zeros(1) if x is None else x


def by_sign(x, y):
    total = 0.0
    if bool(x.sum() < 0):
        total = 1.0
    return total + y


def test_containers_that_compiled_functions_return() -> None:
    f, g, h = portfire.script(dict_of), portfire.script(nested_lists), portfire.script(or_zeros)
    agrees(lambda x: f(x)["once"] * f(x)["twice"], (R(1),), (R(2),))
    agrees(lambda x: (g(x)[0][0], g(x)[1][1]), (R(3, 4),), (R(5),))
    agrees(lambda: (h(None), h(torch.zeros(2))), ())


def test_branches_of_compiled_functions_stay() -> None:
    f = portfire.script(by_sign)
    one = torch.ones(1)
    agrees(lambda x: f(x - 1.0, one) + 1.0, (torch.zeros(1),), (torch.full((1,), 3.0),))


class Reads(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, features: Dict[str, List[Tensor]]) -> Tensor:
        outputs = []
        for _, items in features.items():
            outputs.append(self.linear(items[0]))
        return torch.stack(outputs)


class Regroups(nn.Module):
    def __init__(self, reads):
        super().__init__()
        self.reads = reads

    def forward(self, features):
        return self.reads({name: [items[0] * 2] for name, items in features.items()})


def test_dicts_reach_scripted_submodules() -> None:
    def features(n):
        return {"1": [R(n, 2), R(n, 2)], "3": [R(n, 2)] * 2}

    agrees(Regroups(portfire.script(Reads())), (features(2),), (features(2),), (features(3),))


class Shifts(nn.Module):
    def forward(self, scores: Dict[str, Tuple[Tensor, Tensor]]) -> Dict[str, Tuple[Tensor, Tensor]]:
        first, second = scores["k"]
        return {"k": (first, second - 100)}


class Picks(nn.Module):
    def forward(self, scores: Dict[str, Tuple[Tensor, Tensor]]) -> Tensor:
        return scores["k"][1] + 1


class Chains(nn.Module):
    def __init__(self):
        super().__init__()
        self.shifts, self.picks = portfire.script(Shifts()), portfire.script(Picks())

    def forward(self, scores):
        return self.picks(self.shifts(scores))


def test_dicts_of_tuples_go_from_one_scripted_module_to_another() -> None:
    empty = {"k": (torch.tensor([0]), torch.tensor([], dtype=torch.int64))}
    full = {"k": (torch.tensor([0]), torch.tensor([101, 104]))}
    agrees(Chains(), (empty,), (full,))


class Multiplies(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(R(3, 5))

    def forward(self, x):
        return torch.mm(x, self.weight)


class Holds(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(R(4, 3))
        self.inner = trace(Multiplies(), R(3, 3))

    def forward(self, x):
        return self.inner(torch.mm(x, self.weight))


def test_traced_modules_inside_scripted_and_traced_ones() -> None:
    holds = Holds()
    x = R(2, 4)
    expected = torch.mm(torch.mm(x, holds.weight), holds.inner.weight)
    for compiled in (portfire.script(holds), trace(holds, R(7, 4))):
        assert torch.equal(compiled(x), expected) and torch.equal(loaded(compiled)(x), expected)


def test_scripts_call_traced_functions() -> None:
    traced = trace(lambda x: x + 1, R(1, 1))

    def number(x):
        return int(traced(x)) + 1

    def part(x):
        return traced(x)[0:1]

    def beside(x):
        return portfire.wait(portfire.fork(traced, x))

    assert portfire.script(number)(torch.full((1, 1), 6.0)) == 8
    x = R(3, 4)
    assert torch.equal(portfire.script(part)(x), (x + 1)[0:1])
    assert torch.equal(portfire.script(beside)(x), x + 1)


@portfire.interface
class TwoTensors(nn.Module):
    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        pass


class Adds(nn.Module):
    def forward(self, first, second):
        return first + second


class Uses(nn.Module):
    two: TwoTensors

    def __init__(self, two):
        super().__init__()
        self.two = two

    def forward(self, x):
        return self.two(x, x)


def test_a_traced_module_implements_an_interface() -> None:
    compiled = portfire.script(Uses(trace(Adds(), R(2), R(2))))
    assert torch.equal(compiled(torch.ones(3)), torch.full((3,), 2.0))


class Leaf(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(R(19))

    def forward(self, input: Tensor) -> Tensor:
        return input + self.weight


@portfire.interface
class Lower(nn.Module):
    def forward(self, input: Tensor) -> Tensor:
        pass


class Middle(nn.Module):
    lower: Lower

    def __init__(self):
        super().__init__()
        self.lower = Leaf()

    def forward(self, input):
        return self.lower(input)


class Top(nn.Module):
    def __init__(self):
        super().__init__()
        middle = portfire.script(Middle())
        self.direct = middle
        self.wrapped = nn.Sequential(middle)

    def forward(self, input):
        return self.direct(input) + self.wrapped(input)


def test_a_scripted_module_in_two_places_of_a_trace() -> None:
    agrees(Top(), (torch.ones(1),), (R(19),))


class Several(nn.Module):
    @portfire.export
    def zeros(self):
        return torch.zeros(3, 4)

    @portfire.export
    def ones(self):
        return torch.ones(4, 3)


class CallsMethod(nn.Module):
    def __init__(self):
        super().__init__()
        self.several = portfire.script(Several())

    def forward(self, x):
        return self.several.ones() + x


def test_methods_that_the_run_did_not_call_stay() -> None:
    compiled = agrees(CallsMethod(), (R(4, 3),), (R(1, 3),))
    for program in (compiled, loaded(compiled)):
        assert torch.equal(program.several.zeros(), torch.zeros(3, 4))


@torch.jit.script
def of_torch_by_size(x):
    if x.size(0) > 3:
        return x * 2
    return x


@torch.jit.script
def of_torch_by_data(x):
    if bool(x.sum() > 3):
        return x * 2
    return x


@pytest.mark.parametrize("function", [of_torch_by_size, of_torch_by_data])
def test_branches_of_functions_that_torch_compiled_are_guards(function: Any) -> None:
    compiled = trace(lambda x: function(x) + 1, torch.ones(2))
    assert torch.equal(compiled(torch.ones(2)), torch.full((2,), 2.0))
    with pytest.raises(portfire.GuardError):
        compiled(torch.ones(5))
