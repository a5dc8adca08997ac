"""What people write around tensors, numbers and lists in models and stumble over; eager is the oracle, also after a file."""

from typing import List, Optional

import torch
from torch import Tensor, nn

from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4)


def test_writes_into_slices():
    def f(x, n: int):
        x = x.clone()
        x[0] = 7
        x[:, 1] += 1
        x[1:, ::2] = x[1:, ::2] * 2
        x[n, -1] = float(n)
        x[..., 0] -= 3.0
        x[[0, 2]] = x[[2, 0]]
        x[1:2].zero_()
        y = torch.zeros(2, x.size(0), x.size(1))
        y[0], y[1, :n] = x, x[:n]
        return x, y

    check(f, (X, 1), (X, 2), (X, 9))


def test_writes_through_views_are_seen():
    def f(x):
        x = x.clone()
        row = x[0]
        row += 1
        column = x[:, 0]
        column.mul_(2)
        for r in x:
            r[1] = -1
        for part in x.chunk(2, dim=1):
            part.add_(10)
        return x, row, column

    check(f, (X,))


def test_boolean_masks():
    def f(x, value: float):
        x = x.clone()
        x[x > 5] = value
        mask = (x < 3) & ~(x == 1)
        x[mask] = 0
        x[mask,] += 1
        kept = x[mask]
        rows = x.sum(1) > 10
        x[rows, 0] = -1.0
        x[~rows] = x[~rows] * 2
        x.masked_fill_(x == value, 2)
        return x, kept, x[rows], kept.numel() == 0

    check(f, (X, 0.5), (-X, 1.0))


def test_max_of_an_int_and_an_item():
    def f(lengths, limit: int):
        longest = max(limit, lengths.max().item())
        shortest = min(int(lengths.min()), limit)
        total = sum([int(n) for n in lengths])
        values: List[int] = lengths.tolist()
        return longest, shortest, total, max(values), round(float(lengths.float().mean().item()), 2)

    check(f, (torch.tensor([3, 9, 4]), 5), (torch.tensor([1]), 5))


def test_max_of_an_int_and_an_item_as_a_size():
    def f(lengths, limit: int):
        return torch.zeros(max(limit, int(lengths.max().item())), 2)

    check(f, (torch.tensor([3, 9, 4]), 5), (torch.tensor([1]), 5))


def test_the_rest_of_a_size():
    def f(x):
        rest = x.size()[1:]
        y = torch.zeros(x.size()[:1] + rest)
        z = x.new_zeros((2, *x.shape[1:]))
        w = x.reshape(-1, *rest)
        return y, z, w, x.view(x.size(0), -1), torch.ones(x.shape), list(rest)

    check(f, (torch.rand(2, 3, 4),), (X,))


def test_a_tensor_as_a_condition():
    def f(x):
        n = 0
        if x.sum():
            n += 1
        if not x.max() > 3:
            n += 10
        if (x > 0).all() and x.numel() > 0:
            n += 100
        if x[0, 0] == 0 or x[0, 1] == 9:
            n += 1000
        while (x.abs() > 1).any():
            x = x / 2
            n += 1
        return n, x, 1 if x.sum() else 2

    check(f, (X,), (-X,), (X * 0,))


def test_a_tensor_with_several_elements_is_no_condition():
    def f(x):
        if x:
            return 1
        return 0

    check(f, (torch.tensor(2.0),), (torch.tensor([[0]]),), (X,))


def test_attributes_that_are_none():
    class Block(nn.Module):
        def __init__(self, downsample=None, norm=None, scale=None):
            super().__init__()
            torch.manual_seed(0)
            self.downsample = downsample
            self.norm = norm
            self.scale = scale
            self.register_buffer("table", None)
            self.register_parameter("weight", None)
            self.activation = None

        def forward(self, x):
            identity = x
            if self.downsample is not None:
                identity = self.downsample(x)
            if self.norm:
                x = self.norm(x)
            x = x + identity
            if self.scale is not None:
                x = x * self.scale
            if self.table is not None:
                x = x + self.table
            if self.weight is None:
                x = x + 1
            return x if self.activation is None else self.activation(x)

    check(Block(), (X,))
    check(Block(nn.Linear(4, 4), nn.LayerNorm(4), 0.5), (X,))


def test_an_attribute_that_is_set_later():
    class Cache(nn.Module):
        cached: Optional[Tensor]

        def __init__(self):
            super().__init__()
            self.cached = None
            self.hits = 0

        def forward(self, x):
            if self.cached is None:
                self.cached = x * 2
            else:
                self.hits += 1
            cached = self.cached
            assert cached is not None
            return cached + x, self.hits

    check(Cache(), (X,), (X + 1,), (X + 2,))


def test_shapes_in_messages():
    def f(x, y):
        assert x.shape == y.shape, f"shapes differ: {x.shape} and {y.shape}"
        assert x.dim() == 2 and x.size(-1) == 4, f"expected (N, 4), got {tuple(x.shape)}"
        torch._assert(x.size(0) > 1, f"only {x.size(0)} rows")
        if x.size(0) == 3:
            raise ValueError("bad shape {} for {}".format(list(x.shape), "x"))
        return x + y

    check(f, (X, X), (X[:2], X[:2]), (X, X[:1]), (X[:1], X[:1]), (X[:, :2], X[:, :2]))


def test_shapes_as_text():
    def f(x):
        return f"{x.shape} {list(x.shape)} {tuple(x.shape)} {x.shape[0]:>4}|{x.dtype} {x.dim()}", str(x.size())

    check(f, (X,), (torch.tensor(1.0),), (torch.rand(2),))


def test_numbers_as_defaults():
    def f(x, scale=2.0, times=3, name="a", flag=False, sizes=(1, 2), nothing=None, eps=1e-5):
        if flag:
            x = x * scale
        if nothing is not None:
            x = x + nothing
        for _ in range(times):
            x = x + 1 + eps
        return x, name, sizes[0] + sizes[1]

    check(f, (X,), (X, 0.5), (X, 1.0, 0, "b", True, (3, 4)))


def test_defaults_given_by_name():
    def inner(x, a: int = 1, b: float = 2.0, c: str = "c"):
        return x * a + b, c

    def f(x):
        return inner(x, b=1.0), inner(x, c="z", a=4), inner(b=0.0, x=x)

    check(f, (X,))


def test_lists_of_lists():
    def f(n: int, words: List[List[str]]):
        grid = [[0] * n for _ in range(n)]
        for i in range(n):
            for j in range(i):
                grid[i][j] = i * j
        beams = [[1]]
        for k in range(n):
            beams = [b + [k] for b in beams for _ in range(2)]
        flat = [w for row in words for w in row]
        words[0].append("new")
        nested: List[List[List[int]]] = [[[1], []], []]
        nested[0][1].append(n)
        return grid, beams, flat, [len(row) for row in words], nested, torch.tensor(grid)

    check(f, (3, [["a"], [], ["b", "c"]]), (1, [[]]))


def test_rows_that_are_one_list():
    def f(n: int):
        row = [0] * n
        rows = [row, row]
        rows[0][0] = 7
        more = [[1]] * 2
        more[1].append(2)
        return rows, more

    check(f, (2,), (1,))


def test_early_return_in_a_loop():
    def f(x, target: int):
        for i in range(x.size(0)):
            for j in range(x.size(1)):
                if int(x[i, j]) == target:
                    return i, j
        return -1, -1

    check(f, (X, 6), (X, 0), (X, 50))


def test_early_return_of_tensors_that_only_the_loop_defines():
    def f(x, n: int):
        for i in range(n):
            y = x + i
            if y.sum() > 70:
                return y
            z = y * 2
        return z

    check(f, (X, 5), (X, 1), (X, 0))


def test_nested_loops_with_break():
    def f(xs: List[List[int]], stop: int):
        seen = []
        for row in xs:
            for n in row:
                if n == stop:
                    break
                if n < 0:
                    continue
                seen.append(n)
            else:
                seen.append(100)
                continue
            k = 0
            while True:
                k += 1
                if k > 3:
                    break
            seen.append(k)
            break
        else:
            seen.append(-100)
        return seen

    check(f, ([[1, -2, 3], [4, 9, 5], [6]], 9), ([[1]], 9), ([], 9), ([[], [9]], 9))


def test_a_variable_that_only_one_branch_defines():
    def f(flag: bool, x):
        if flag:
            y = x + 1
        if flag:
            return y * 2
        return x

    check(f, (True, X), (False, X))


def test_swapping_in_a_loop():
    def f(n: int):
        a, b, c = torch.zeros(1), torch.zeros(1), torch.zeros(1)
        seen = []
        for i in range(n):
            a, b, c = c, a, b
            a[0] += i + 1
            seen.append(a.item())
        x, y = 1, 2
        for _ in range(n):
            x, y = y, x + y
        return seen, a, b, c, x, y

    check(f, (5,), (0,))


class Leaf:
    def __init__(self, value: int):
        self.value = value


class Node:
    left: "Optional[Node]"
    right: "Optional[Node]"

    def __init__(self, value: int):
        self.value = value
        self.left = None
        self.right = None

    def insert(self, value: int) -> None:
        if value < self.value:
            left = self.left
            if left is None:
                self.left = Node(value)
            else:
                left.insert(value)
        else:
            right = self.right
            if right is None:
                self.right = Node(value)
            else:
                right.insert(value)

    def total(self) -> int:
        total = self.value
        if self.left is not None:
            total += self.left.total()
        if self.right is not None:
            total += self.right.total()
        return total

    def depth(self) -> int:
        left = self.left.depth() if self.left is not None else 0
        right = self.right.depth() if self.right is not None else 0
        return 1 + max(left, right)


def test_recursion_over_a_tree_of_classes():
    def f(values: List[int]):
        root = Node(values[0])
        for value in values[1:]:
            root.insert(value)
        return root.total(), root.depth()

    check(f, ([5, 3, 8, 1, 4, 9],), ([1],), ([],))


class Tree:
    def __init__(self, name: str):
        self.name = name
        self.children: List[Tree] = []


def walk(tree: Tree, depth: int) -> List[str]:
    out = [" " * depth + tree.name]
    for child in tree.children:
        out.extend(walk(child, depth + 1))
    return out


def test_recursion_over_a_tree_with_lists():
    def f(names: List[str]):
        root = Tree("root")
        node = root
        for name in names:
            child = Tree(name)
            node.children.append(child)
            if name.endswith("+"):
                node = child
        return walk(root, 0)

    check(f, (["a", "b+", "c", "d+", "e"],), ([],))


def test_recursion_with_numbers():
    def fib(n: int) -> int:
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    def f(n: int):
        return fib(n), [fib(i) for i in range(n)]

    check(f, (10,), (0,))
