"""What TorchScript's own test suite asks of gradients through compiled code: the same results need one, and it is the same."""

import copy
from typing import List

import pytest
import torch
from torch import Tensor

import portfire
from tests.script.after_loading import saved_and_loaded


def numbers(*shape, needed=True):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(len(shape) + needed)).requires_grad_(needed)


@portfire.ignore
def in_python(x: Tensor) -> Tensor:
    return x.relu()


def joined(parts: List[Tensor], y):
    return torch.sin(torch.cat(parts, dim=1) + y)


def some_need_none(a, b, c):
    return a.relu() + b.relu(), c.relu()


def used_twice(a, b, c):
    r = a.relu().relu()
    return torch.special.gammaln(r), torch.special.entr(r), c.cos().relu() + b


def through_python(a, b, c):
    r = a.relu().relu()
    z = in_python(r * c)
    return torch.relu(r), z, in_python(b)


def without_gradients_inside(a, b, c):
    x = a.sin().relu()
    with torch.no_grad():
        z = x + c
    return x, b * 2, z


def equal_in_both_modes(a, b, c):
    x = a.sin() * b
    with torch.no_grad():
        y = a.sin() * b
    return x + a.sin() * b, y, x * y * c


def detached(a, b, c):
    x = a * b
    y = (a * b).detach()
    return x.sum() * y.sum(), y, a * b, x * c


def written(a, b, c):
    x = a * 1
    view = x[1:]
    view += b[1:]
    x.t().mul_(2)
    x[0] = c[0]
    return x, view


def asked_for_inside(a, b, c):
    w = torch.ones(3)
    v = torch.ones(3)
    w.requires_grad_()
    return (a * w).sum() + (b * c).sum(), w * 1, v * 1


def in_branches_and_loops(a, b, c):
    total = a * 0
    for i in range(4):
        if i % 2 == 0:
            total = total + b * i
        else:
            with torch.no_grad():
                total = total * 1 if i == 1 else total + c
    return total, total.detach() + c


ARGUMENTS = (numbers(3, 3), numbers(3, 3, needed=False), numbers(3, 3))
PROGRAMS = [
    used_twice,
    some_need_none,
    without_gradients_inside,
    equal_in_both_modes,
    detached,
    written,
    asked_for_inside,
    in_branches_and_loops,
]


def outcome(program, arguments):
    """Results and gradients of two runs, and which need one."""
    arguments = copy.deepcopy(arguments)
    found = []
    for _ in range(2):
        results = program(*arguments)
        results = [results] if isinstance(results, Tensor) else list(results)
        found += [(r.detach().clone(), r.requires_grad) for r in results]
        needing = [r.square().sum() for r in results if r.requires_grad]
        if needing:
            sum(needing).backward()
    leaves = [t for a in arguments for t in (a if isinstance(a, list) else [a])]
    return found + [(t.grad, t.requires_grad) for t in leaves]


def agree(program, compiled, arguments):
    found, expected = outcome(compiled, arguments), outcome(program, arguments)
    assert len(found) == len(expected)
    for (mine, mine_needs), (theirs, theirs_needs) in zip(found, expected):
        assert mine_needs == theirs_needs
        assert (mine is None) == (theirs is None)
        assert theirs is None or torch.equal(mine, theirs)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("needed", [(True, False, True), (False, True, False), (True, True, True)], ids=str)
def test_gradients_are_eagers(program, needed):
    arguments = tuple(a.detach().requires_grad_(n) for a, n in zip(ARGUMENTS, needed))
    compiled = portfire.script(program)
    agree(program, compiled, arguments)
    agree(program, saved_and_loaded(compiled), arguments)


def test_gradients_through_calls_of_python():
    agree(through_python, portfire.script(through_python), ARGUMENTS)


def test_gradients_of_the_tensors_of_a_list():
    arguments = ([numbers(3, 6), numbers(3, 2)], numbers(3, 8))
    compiled = portfire.script(joined)
    agree(joined, compiled, arguments)
    agree(joined, saved_and_loaded(compiled), arguments)
    agree(joined, compiled, ([numbers(3, 6, needed=False), numbers(3, 2)], numbers(3, 8)))
