# ruff: noqa: F821
"""Variables that not every path assigns: read where they are bound they are what Python says, else UnboundLocalError."""

from typing import Dict, List

import pytest
import torch
import torch.nn.functional as F

from tests.script.after_loading import check
from tests.script.agreement import codes

X = torch.arange(4.0)


def in_a_branch(n: int):
    if n > 0:
        y = n * 2
    elif n < -5:
        y = 7
    return y


def behind_the_same_condition(flag: bool, x):
    if flag:
        y, z = x + 1, "a"
    x = x * 2
    if flag:
        return y + x, z
    return x, ""


def constants(a: bool, b: bool):
    if a:
        k = 3
    if b:
        k = 3
    return k


def of_other_types(a: bool):
    if a:
        k = 3
    if not a:
        k = "text"
    return k


def the_variable_of_a_loop(n: int):
    for i in range(n):
        last = i * 2
    return i, last


def the_variable_of_a_loop_over_values(xs: List[str], x):
    for s in xs:
        pass
    for row in x:
        total = row.sum()
    return s, row, total


def assigned_in_the_first_round(n: int, x):
    for i in range(n):
        if i == 0:
            h = x
        else:
            h = h * 2 + i
    return h


def read_before_it_is_assigned(n: int):
    seen = []
    for i in range(n):
        if i > 0:
            seen.append(previous)
        previous = i * i
    return seen


def in_nested_loops(rows: List[List[int]]):
    for row in rows:
        for n in row:
            if n > 2:
                found = n
                where = row
    return found, where


def in_a_while(n: int):
    while n > 0:
        half = n // 2
        n = half
        if half == 3:
            break
    return half


def endless(n: int):
    while True:
        n -= 3
        if n < 0:
            rest = n
            break
    return rest


def with_else(xs: List[int]):
    for x in xs:
        if x > 3:
            found = x
            break
    else:
        found = -1
    return found, x


def unrolled(flag: bool):
    for name in ("a", "b"):
        if flag:
            kept = name
    return kept, name


def in_a_try(d: Dict[str, int], key: str):
    try:
        value = d[key]
    except KeyError:
        message = "missing " + key
    if key == "a":
        return value, ""
    return 0, message


def after_a_continue(xs: List[int]):
    for x in xs:
        if x < 0:
            continue
        good = x
    return good


def caught(n: int):
    try:
        if n > 0:
            y = 1
        return y
    except NameError:
        return -1


def deleted(n: int):
    y = 1
    if n > 0:
        del y
    return y


def nested_function(n: int):
    if n > 0:
        k = 5

    def inner():
        return k + n

    return inner()


def in_a_loop_in_a_branch(flag: bool, n: int):
    if flag:
        for i in range(n):
            t = torch.full((2,), i)
    else:
        t = torch.zeros(2)
    return t


def added_to(flag: bool):
    if flag:
        n = 1
    n += 1
    return n


def a_list(flag: bool, n: int):
    if flag:
        out = []
    for i in range(n):
        out.append(str(i))
    return out


def with_a_return_in_the_loop(n: int):
    for i in range(n):
        if i == 2:
            return i, 0
        k = i
    return -1, k


def in_both_loops(n: int, m: int):
    for i in range(n):
        for j in range(m):
            k = i * j
    return k, j, i


def a_function(x, flag: bool):
    if flag:
        activation = F.relu
    return activation(x - 1)


def optional(n: int):
    for i in range(n):
        best = None
        if i > 1:
            best = i
    return best


CASES = {
    in_a_branch: [(1,), (0,), (-6,)],
    behind_the_same_condition: [(True, X), (False, X)],
    constants: [(True, False), (False, True), (False, False)],
    of_other_types: [(True,), (False,)],
    the_variable_of_a_loop: [(3,), (0,)],
    the_variable_of_a_loop_over_values: [(["a", "b"], X.view(2, 2)), ([], X.view(2, 2)), (["a"], X[:0])],
    assigned_in_the_first_round: [(3, X), (1, X), (0, X)],
    read_before_it_is_assigned: [(4,), (0,)],
    in_nested_loops: [([[1, 3], [4]],), ([[1], [2]],), ([],)],
    in_a_while: [(9,), (7,), (0,)],
    endless: [(7,), (0,)],
    with_else: [([1, 5],), ([1],), ([],)],
    unrolled: [(True,), (False,)],
    in_a_try: [({"a": 1}, "a"), ({"a": 1}, "b"), ({}, "a")],
    after_a_continue: [([-1, 3, -4],), ([-1],)],
    caught: [(1,), (0,)],
    deleted: [(1,), (0,)],
    nested_function: [(1,), (0,)],
    in_a_loop_in_a_branch: [(True, 2), (True, 0), (False, 0)],
    added_to: [(True,), (False,)],
    a_list: [(True, 2), (False, 0), (False, 1)],
    with_a_return_in_the_loop: [(5,), (2,), (0,)],
    in_both_loops: [(2, 2), (2, 0), (0, 0)],
    a_function: [(X, True), (X, False)],
    optional: [(1,), (4,), (0,)],
}


@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
def test_agrees_with_eager(function):
    check(function, *CASES[function])


def test_what_no_path_binds_is_an_error_before_it_runs():
    def f(n: int):
        m = k
        k = n
        return m

    def g():
        y = 1
        del y
        return y

    assert codes(f) == codes(g) == ["maybe-undefined"]
