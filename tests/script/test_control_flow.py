"""if, while, for, break, continue, return, assert, raise, with: eager is the oracle."""

from typing import List, Optional

import pytest
import torch
from torch import Tensor

from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3)


def test_if_elif_else():
    def f(n: int) -> str:
        if n < 0:
            s = "negative"
        elif n == 0:
            s = "zero"
        else:
            s = "positive"
        return s

    check(f, (-1,), (0,), (1,))


def test_tensor_condition():
    def f(x):
        if x.sum() > 0:
            return x + 1
        return x - 1

    check(f, (X,), (-X,))


def test_early_return_nested():
    def f(a: int, b: int):
        if a > 0:
            if b > 0:
                return a + b
            a = a * 10
        elif b > 5:
            return b
        a += 1
        return a - b

    check(f, (1, 1), (1, -1), (0, 6), (0, 1))


def test_early_return_in_loops():
    def f(xs: List[int], limit: int):
        total = 0
        for x in xs:
            for k in range(x):
                total += k
                if total > limit:
                    return total, k
            if x == 3:
                continue
            total += 100
        return total, -1

    check(f, ([1, 2, 3], 2), ([1, 2, 3], 500), ([], 0), ([3, 3, 3, 4], 8))


def test_break_continue():
    def f(n: int):
        out = []
        i = 0
        while True:
            i += 1
            if i > n:
                break
            if i % 2 == 0:
                continue
            for j in range(i):
                if j == 3:
                    break
                out.append(i * j)
            else:
                out.append(-1)
        else:
            out.append(-2)
        return out

    check(f, (0,), (3,), (9,))


def test_for_else():
    def f(xs: List[int], y: int):
        for i, x in enumerate(xs):
            if x == y:
                break
        else:
            return -1
        return i if False else 7

    check(f, ([1, 2], 2), ([1, 2], 3), ([], 1))


def test_while_else_and_condition():
    def f(n: int):
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        else:
            steps += 1000
        return steps

    check(f, (1,), (7,), (27,))


def test_while_true_return():
    def f(n: int):
        while True:
            n -= 3
            if n < 0:
                return n

    check(f, (10,), (0,))


def test_nested_loops_carry():
    def f(x, n: int):
        y = x
        k = 0
        for i in range(n):
            for j in range(i):
                y = y * 2
                k += j
            y = y + i
        return y, k

    check(f, (X, 0), (X, 4))


def test_loop_variable_widens_to_optional():
    def f(xs: List[int]):
        best = None
        for x in xs:
            if best is None or x > best:
                best = x
        return best

    check(f, ([],), ([3, 5, 1],))


def test_loop_over_tensor_and_string():
    def f(x, s: str):
        total = x[0] * 0
        for row in x:
            total = total + row
        out = ""
        for c in s:
            out = c + out
        return total, out

    check(f, (X, "abc"), (X, ""))


def test_range_forms():
    def f(a: int, b: int, c: int):
        out = []
        for i in range(a, b, c):
            out.append(i)
        for i in range(b):
            out.append(i)
        for i in range(a, b):
            out.append(i)
        return out, len(range(a, b, c)), list(range(b))

    check(f, (0, 5, 2), (5, 0, -2), (3, 3, 1), (-2, 2, 1))


def test_enumerate_zip_reversed():
    def f(xs: List[int], ys: List[str]):
        out = []
        for i, (x, y) in enumerate(zip(xs, ys), 1):
            out.append(f"{i}{x}{y}")
        for x in reversed(xs):
            out.append(str(x))
        for i, y in enumerate(ys):
            out.append(y * i)
        return out

    check(f, ([1, 2, 3], ["a", "b"]), ([], []))


def test_dict_loops():
    def f(d: dict[str, int]):
        keys, total = [], 0
        for k in d:
            keys.append(k)
        for k, v in d.items():
            total += v * len(k)
        for v in d.values():
            total += v
        return keys, total

    check(f, ({"a": 1, "bb": 2},), ({},))


def test_loop_over_tuple_unrolls():
    def f(x, n: int):
        for op in (torch.relu, torch.neg, lambda t: t * n):
            x = op(x)
        for i, s in enumerate((1, 2.5, 3)):
            x = x + i * s
        return x

    check(f, (X, 3))


def test_unrolled_loop_with_exits():
    def f(n: int):
        out = []
        for k in (1, 2, 3, 4):
            if k == n:
                continue
            if k > n + 1:
                break
            out.append(k)
        else:
            out.append(99)
        for k in (5, 6):
            if n == k:
                return out, k
        return out, 0

    check(f, (0,), (1,), (2,), (5,), (6,))


def test_assert_refines_and_raises():
    def f(x: Optional[int]):
        assert x is not None, f"no {1}"
        return x + 1

    check(f, (1,), (None,))


def test_raise():
    def f(n: int):
        if n == 0:
            raise ValueError("zero")
        if n == 1:
            raise IndexError
        if n == 2:
            raise RuntimeError(f"bad {n}") from None
        if n == 3:
            raise NotImplementedError
        return n

    check(f, (0,), (1,), (2,), (3,), (4,))


def test_raise_in_branch_keeps_types():
    def f(x: Optional[Tensor], mode: str):
        if x is None:
            raise ValueError("x")
        if mode == "a":
            y = x + 1
        elif mode == "b":
            y = x + 2
        else:
            raise ValueError(mode)
        return y * x

    check(f, (X, "a"), (X, "b"), (X, "c"), (None, "a"))


def test_unreachable_code_is_not_compiled():
    def f(x):
        return x
        undefined_thing(x)  # noqa: F821

    check(f, (X,))


def test_constant_conditions_prune():
    FLAG = False

    def f(x, mode: Optional[str] = None):
        if FLAG:
            return no_such(x)  # noqa: F821
        if not FLAG and True:
            x = x + 1
        y = 3
        if y == 3:
            return x
        return nothing  # noqa: F821

    check(f, (X,))


def test_return_none():
    def f(x: List[int], n: int):
        if n > 0:
            x.append(n)
            return
        x.append(-n)

    check(f, ([1], 1), ([1], -1))


def test_return_optional_inferred():
    def f(n: int):
        if n > 0:
            return n
        return None

    check(f, (1,), (0,))


def test_return_different_tuples():
    def f(n: int):
        if n > 0:
            return 1, "a"
        return 2, "b"

    check(f, (1,), (0,))


def test_with_no_grad():
    def f(x):
        with torch.no_grad():
            y = x * 2
            if x.sum() > 0:
                return y, torch.is_grad_enabled()
        return x * 3, torch.is_grad_enabled()

    check(f, (X,), (-X,))


def test_match():
    def f(n: int, s: str):
        match n:
            case 0:
                a = "zero"
            case 1 | 2:
                a = "small"
            case k if k > 100:
                a = "huge"
            case _:
                a = "many"
        match s:
            case "x":
                return a + "!"
            case other:
                return a + other

    def g(n: int, s: str):
        match n:
            case 0:
                a = "zero"
            case 1 | 2:
                a = "small"
            case _:
                a = "many"
        match s:
            case "x":
                return a + "!"
            case other:
                return a + other

    check(g, (0, "x"), (1, "y"), (7, ""))


def test_ternary():
    def f(x, n: int):
        y = x if n > 0 else -x
        z = n if n > 5 else None
        return y, z, 1 if n else 2

    check(f, (X, 1), (X, -1), (X, 9), (X, 0))


def test_short_circuit():
    def f(xs: List[int], i: int):
        return i < len(xs) and xs[i] > 0, i >= len(xs) or xs[i] == 0, not xs

    check(f, ([1, 0], 0), ([1, 0], 1), ([], 0))


def test_and_or_values():
    def f(a: int, b: int, s: str):
        return a or b, a and b, s or "empty", a and b or 7

    check(f, (0, 1, ""), (1, 2, "s"), (0, 0, "x"))


def test_int_float_in_loop():
    def f(n: int):
        total = 0.0
        for i in range(n):
            total += i * 0.5
        return total

    check(f, (0,), (4,))


def test_list_that_changes_while_looped_over():
    def f(xs: List[int]):
        seen = []
        for x in xs:
            seen.append(x)
            if x > 0 and len(xs) < 8:
                xs.append(x - 1)
            if x == 5:
                del xs[0]
        return seen, xs

    check(f, ([3],), ([],), ([1, 2],), ([5, 1, 2],))


def test_collatz():
    def f(n: int):
        steps = 0
        while n > 1:
            if n % 2 == 0:
                n //= 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    check(f, (27,), (1,))


@pytest.mark.parametrize("n", [0, 1, 5])
def test_deep_breaks(n):
    def f(n: int):
        hits = 0
        for i in range(5):
            for j in range(5):
                for k in range(5):
                    if k > n:
                        break
                    if j > n:
                        continue
                    if i + j + k == 7:
                        return hits
                    hits += 1
                if j == 3:
                    break
        return -hits

    check(f, (n,))
