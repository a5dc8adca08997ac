"""Small programs that make passes go wrong if they can: aliasing, mutation, control flow, effects."""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor


def views_are_written(x: Tensor) -> Tensor:
    y = x * 2
    row = y[0]
    before = y.sum()
    row.add_(1)
    after = y.sum()
    return torch.stack([before, after])


def written_in_a_list(x: Tensor) -> Tensor:
    parts = [x + 1, x + 2]
    parts[0].mul_(10)
    total = parts[0] + parts[1]
    parts.append(total)
    for p in parts:
        p.add_(1)
    return torch.stack(parts)


def list_changes_while_used(n: int) -> List[int]:
    a = [1, 2, 3]
    b = a
    b.append(n)
    first = len(a)
    a[0] = first
    c = [len(a), a[0], b[0]]
    return a + c


def equal_expressions_around_a_write(x: Tensor) -> Tensor:
    y = x.clone()
    a = y.relu() + y.relu()
    y.neg_()
    b = y.relu() + y.relu()
    return a + b


def both_results_escape(x: Tensor) -> Tuple[Tensor, Tensor]:
    return x + 1, x + 1


def carried_and_dead(x: Tensor, n: int) -> Tensor:
    unused = x
    fixed = x * 2
    total = torch.zeros_like(x)
    for i in range(n):
        unused = unused + 1
        if i > 1:
            total = total + fixed
        else:
            total = total - fixed
    return total


def nested_branches(x: Tensor, flag: bool, n: Optional[int]) -> Tensor:
    if flag:
        if n is not None:
            y = x + n
        else:
            y = x
    else:
        y = x - 1
    if flag and flag:
        z = y * 2
    else:
        z = y
    return z + y


def while_with_break(x: Tensor) -> Tuple[Tensor, int]:
    steps = 0
    while bool(x.sum() < 100):
        x = x * 2 + 1
        steps += 1
        if steps > 3:
            break
    return x, steps


def dict_of_tensors(x: Tensor) -> Tensor:
    d: Dict[str, Tensor] = {"a": x + 1}
    d["b"] = d["a"] * 2
    d["a"].add_(5)
    total = torch.zeros_like(x)
    for key in ["a", "b"]:
        if key in d:
            total = total + d[key]
    return total


def items_are_written(x: Tensor) -> Tensor:
    d: Dict[str, Tensor] = {"a": x + 1, "b": x + 2}
    for _, v in d.items():
        v.mul_(3)
    return d["a"] + d["b"]


def branch_makes_an_alias(x: Tensor, flag: bool) -> Tensor:
    a = x + 1
    b = x + 2
    c = a if flag else b
    s = a.sum() + b.sum()
    c.zero_()
    return s + a.sum() + b.sum()


def loop_makes_an_alias(x: Tensor, n: int) -> Tensor:
    a = x + 1
    b = x + 2
    for _ in range(n):
        a, b = b, a
    before = b.sum()
    a.zero_()
    return before + b.sum() + a.sum()


def sizes(x: Tensor) -> Tensor:
    b, c = x.shape
    n = x.size(0) * x.size(1)
    return x.view(b * c).view(-1, n) + len(x.shape)


def resized_sizes(x: Tensor) -> List[int]:
    y = x.clone()
    before = y.size()
    y.t_()
    after = y.size()
    y.unsqueeze_(0)
    return before + after + y.size() + [before[0], after[0]]


def writes_an_input(x: Tensor, y: Tensor) -> Tensor:
    a = x + y
    x.add_(1)
    return a + (x + y)


def eval_dropout_is_an_alias(x: Tensor) -> Tensor:
    y = x + 1
    z = torch.dropout(y, 0.5, False)
    s = y.sum()
    z.zero_()
    return s + y.sum()


def strings(n: int) -> str:
    s = "a" + "b"
    parts = [s, str(n), "{}-{}".format(n, 2)]
    return ",".join(parts).upper() + s


def constant_branches(x: Tensor) -> Tensor:
    scale = 2.0
    if scale > 1.0:
        y = x * scale
    else:
        y = x
        y = x.undefined_method_is_never_reached() if False else x
    for i in range(0):
        y = y + i
    pair = (y, 3)
    a, b = pair
    return a + b + [4, 5][1]


def random_numbers(x: Tensor) -> Tensor:
    torch.manual_seed(0)
    unused = torch.rand(3)
    return x + torch.rand(3) + torch.rand(3)


x = torch.arange(6.0).reshape(2, 3)

CASES = [
    (views_are_written, (x,)),
    (written_in_a_list, (x,)),
    (list_changes_while_used, (7,)),
    (equal_expressions_around_a_write, (x - 3,)),
    (both_results_escape, (x,)),
    (carried_and_dead, (x, 4)),
    (nested_branches, (x, True, 3)),
    (nested_branches, (x, True, None)),
    (nested_branches, (x, False, None)),
    (while_with_break, (x,)),
    (dict_of_tensors, (x,)),
    (items_are_written, (x,)),
    (branch_makes_an_alias, (x, True)),
    (branch_makes_an_alias, (x, False)),
    (loop_makes_an_alias, (x, 1)),
    (loop_makes_an_alias, (x, 2)),
    (constant_branches, (x,)),
    (sizes, (x,)),
    (resized_sizes, (x,)),
    (writes_an_input, (x, x * 2)),
    (eval_dropout_is_an_alias, (x,)),
    (strings, (5,)),
    (random_numbers, (torch.ones(3),)),
]
