"""Functions and methods that call themselves, without a declared return type."""

from __future__ import annotations

from typing import Optional

import torch
from torch import Tensor, nn

import portfire
from tests.script.agreement import check


class Tree:
    def __init__(self, value: int, left: Optional["Tree"] = None, right: Optional["Tree"] = None) -> None:
        self.value = value
        self.left = left
        self.right = right

    def total(self):
        total = self.value
        for child in (self.left, self.right):
            if child is not None:
                total += child.total()
        return total


def depth(tree: Optional[Tree]):
    if tree is None:
        return 0
    return 1 + max(depth(tree.left), depth(tree.right))


def values(tree: Optional[Tree]):
    if tree is None:
        return []
    return values(tree.left) + [tree.value] + values(tree.right)


def is_even(n: int):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n: int):
    if n == 0:
        return False
    return is_even(n - 1)


def even_or_three(n: int):
    return n == 3 or (n > 3 and even_or_three(n - 2))


def widened(n: int):
    if n == 0:
        return None
    if n % 2:
        return n
    return widened(n // 2)


def halved(x: Tensor, n: int):
    if n > 0:
        x = halved(x / 2, n - 1)
    return x


def test_paths_that_do_not_recurse_say_the_type() -> None:
    def factorial(n: int):
        if n < 2:
            return 1
        return n * factorial(n - 1)

    check(factorial, (5,), (0,))
    check(even_or_three, (7,), (8,))
    check(widened, (12,), (0,))
    check(halved, (torch.ones(2), 3))


def test_functions_that_call_each_other() -> None:
    check(is_even, (4,), (7,))
    check(is_odd, (4,), (7,))


def test_recursion_over_a_tree_of_objects() -> None:
    def f(n: int):
        tree = Tree(n, Tree(2, Tree(5)), Tree(3))
        return depth(tree), tree.total(), values(tree)

    check(f, (1,), (9,))


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def repeated(self, x: Tensor, times: int):
        if times == 0:
            return x
        return self.repeated(self.linear(x), times - 1)

    def forward(self, x: Tensor, times: int) -> Tensor:
        return self.repeated(x, times)


def test_recursive_method_of_a_module() -> None:
    model, x = Block(), torch.rand(1, 2)
    compiled = portfire.script(model)
    for times in (0, 1, 3):
        assert torch.equal(compiled(x, times), model(x, times))
