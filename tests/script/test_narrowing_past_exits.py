"""What is known of a variable after `continue`, `break` and `return` in nested conditions: the paths that left do not count."""

from typing import Optional, Union

import torch
from torch import Tensor

from tests.script.after_loading import check


def test_continue_inside_a_branch():
    def f(n: int):
        x: Optional[int] = None
        i = 0
        for _ in range(n):
            if i < 2:
                if i < 1:
                    x = None
                    i += 1
                    continue
                x = 1
            else:
                x = 1 if x is None else x
            x = x + 1
            i += 1
        return x, i

    check(f, *[(n,) for n in range(6)])


def test_break_inside_a_branch():
    def f(n: int):
        x: Optional[int] = None
        for k in range(n):
            if k < 3:
                if k == 0:
                    x = None
                    break
                x = 1
            else:
                x = 2
            x = x + 1
        return x

    check(f, (0,), (1,), (5,))


def test_return_inside_a_branch():
    def f(n: int, x: Optional[Tensor] = None):
        if n > 0:
            if n > 1:
                if x is None:
                    return 0
            else:
                x = torch.zeros(1)
        else:
            if n < -3:
                return -1
            x = torch.ones(2)
        return int(x.sum())

    check(f, (0,), (1,), (2,), (-5,), (2, torch.ones(3)))


def test_refined_in_one_branch_and_assigned_in_the_other():
    def f(n: int, x: Optional[Tensor], y: Union[int, str]):
        out = 0
        for k in range(n):
            if k > 1:
                if x is None:
                    continue
                if isinstance(y, str):
                    break
            else:
                x = torch.ones(1)
                y = 3
            out = out + int(x.sum()) + y
        return out

    check(f, (0, None, 1), (3, None, "a"), (5, torch.ones(3), 2), (5, torch.ones(3), "a"))


def test_conditions_below_conditions():
    def f(n: int):
        best = None
        for k in range(n):
            if k % 2 == 0:
                if best is not None:
                    if best > k:
                        continue
                best = k
            else:
                if best is None:
                    continue
            best = best + 2
        return best

    def g(n: int):
        x = None
        i = 0
        while x is None or x < 5:
            i += 1
            if i > n:
                if x is None:
                    break
                x = None
                if i > 2 * n:
                    break
                continue
            else:
                x = i
            x = x * 2
        return x, i

    check(f, *[(n,) for n in (0, 1, 2, 7)])
    check(g, *[(n,) for n in (0, 1, 2, 7)])
