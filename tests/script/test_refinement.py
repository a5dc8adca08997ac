"""Optional and Union: what conditions say about variables."""

from typing import Any, Dict, List, Optional, Tuple, Union

import torch
from torch import Tensor

from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3)


def test_is_none_forms():
    def f(x: Optional[int], y: Optional[int]):
        a = 0
        if x is None:
            x = 5
        a += x
        if y is not None and y > 3:
            a += y
        if y is None or y < 0:
            return a
        return a + y

    check(f, (None, None), (1, 4), (1, -2), (2, 2))


def test_early_exit():
    def f(x: Optional[Tensor]):
        if x is None:
            return torch.zeros(1)
        return x + 1

    check(f, (None,), (X,))


def test_not_and_truth():
    def f(x: Optional[List[int]], s: Optional[str]):
        n = 0
        if not x:
            n = 1
        else:
            n = x[0]
        if s:
            n += len(s)
        return n

    check(f, (None, None), ([], ""), ([4], "abc"))


def test_ternary_and_or():
    def f(x: Optional[int], y: Optional[Tensor], z: Tensor):
        return x if x is not None else -1, (y if y is not None else z) + 1, x or 7

    check(f, (None, None, X), (3, X, X), (0, X, X))


def test_refined_then_reassigned():
    def f(x: Optional[int], n: int):
        if x is not None:
            y = x + 1
            x = None if n > 0 else 4
            if x is None:
                return y
            return x + y
        return 0

    check(f, (None, 1), (3, 1), (3, 0))


def test_while_not_none():
    def f(x: Optional[int]):
        total = 0
        while x is not None:
            total += x
            x = x - 1 if x > 0 else None
        return total

    check(f, (None,), (4,))


def test_optional_carried():
    def f(xs: List[Tensor]):
        h: Optional[Tensor] = None
        for x in xs:
            if h is None:
                h = x
            else:
                h = h + x
        return h

    check(f, ([],), ([X, X],))


def test_union_isinstance():
    def f(x: Union[int, str, List[int]]):
        if isinstance(x, int):
            return x + 1
        elif isinstance(x, str):
            return len(x)
        return sum(x)

    check(f, (1,), ("abc",), ([1, 2],))


def test_union_of_tensor_and_none():
    def f(x: Union[Tensor, List[Tensor], None]):
        if x is None:
            return X * 0
        if isinstance(x, Tensor):
            return x
        return x[0]

    def g(x: Union[Tensor, List[Tensor], None], d: Tensor):
        if x is None:
            return d
        if isinstance(x, Tensor):
            return x
        return x[0]

    check(g, (None, X), (X + 1, X), ([X + 2], X))


def test_any():
    def f(x: Any, n: int) -> int:
        if isinstance(x, int):
            return x + n
        if isinstance(x, str):
            return len(x)
        return -1

    check(f, (1, 2), ("abc", 1), (None, 1), (2.5, 1))


def test_static_isinstance():
    def f(x, n: int, xs: List[int], t: Tuple[int, int]):
        a = (
            isinstance(x, torch.Tensor),
            isinstance(n, int),
            isinstance(n, float),
            isinstance(xs, list),
            isinstance(t, tuple),
        )
        if isinstance(n, str):
            return n.nonsense()
        if isinstance(n, (int, float)):
            return a
        return undefined  # noqa: F821

    check(f, (X, 1, [1], (1, 2)))


def test_conversion_by_isinstance():
    def pair(v):
        if isinstance(v, int):
            return (v, v)
        return v

    def f(n: int):
        a, b = pair(n)
        c, d = pair((n, 3))
        return a + b + c + d

    check(f, (2,))


def test_nested_optional_in_tuple():
    def f(t: Tuple[int, Optional[int]]):
        a, b = t
        if b is not None:
            return a + b
        return a

    check(f, ((1, 2),), ((1, None),))


def test_dict_get():
    def f(d: Dict[str, int]):
        v = d.get("a")
        if v is None:
            return -1
        return v * 2

    check(f, ({"a": 4},), ({},))


def test_assert_isinstance():
    def f(x: Union[int, str]):
        assert isinstance(x, int)
        return x + 1

    check(f, (1,), ("a",))


def test_optional_default():
    def f(x: Tensor, y: Optional[Tensor] = None, n: Optional[int] = None) -> Tensor:
        if y is None:
            y = x
        if n is None:
            n = 2
        return y * n

    check(f, (X,), (X, X + 1), (X, None, 5))


def test_pep604():
    def f(x: int | None, y: "str | int"):
        if x is None:
            return 0
        return x + (len(y) if isinstance(y, str) else y)

    check(f, (None, 1), (1, 2), (1, "abc"))


def test_redundant_none_test_on_plain():
    def f(x: int):
        if x is None:
            return undefined_name  # noqa: F821
        return x

    check(f, (1,))


def test_or_both_none():
    def f(a: Optional[int], b: Optional[int]):
        if a is None or b is None:
            return -1
        return a + b

    def g(a: Optional[int], b: Optional[int]):
        if not (a is not None and b is not None):
            return -1
        return a * b

    for function in (f, g):
        check(function, (None, 1), (1, None), (2, 3))


def test_refined_in_every_branch_that_goes_on():
    def f(a: Optional[int], n: int):
        if n == 0:
            if a is not None:
                raise ValueError("a")
            a = 7
        elif n == 1:
            if a is None:
                raise ValueError("b")
            if a < 0:
                raise ValueError("c")
        else:
            raise ValueError("d")
        return a + 1

    check(f, (None, 0), (1, 1), (None, 1), (1, 2), (-1, 1))


class Cell(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.h: Optional[Tensor] = None
        self.count: int = 0

    def reset(self) -> None:
        self.h = None

    def forward(self, x: Tensor, n: int):
        total = x * 0
        if self.h is None:
            self.h = x
        assert self.h is not None
        for i in range(n):
            h = self.h
            assert h is not None
            total = total + h
            self.h = h * 2
            self.count += 1
        if n > 2:
            self.reset()
        h = self.h
        if h is not None and self.h is not None:
            total = total + self.h + h
        return total, self.count


def test_attributes_stay_known_only_until_something_may_set_them():
    import portfire

    compiled, eager = portfire.script(Cell()), Cell()
    for n in (0, 2, 3, 1):
        for a, b in zip(compiled(X, n), eager(X, n)):
            assert torch.equal(torch.as_tensor(a), torch.as_tensor(b))


def test_truth_of_a_union():
    def f(a: Union[int, str, bool], n: int, s: str):
        x = n > 0 and n
        y = s or n
        return bool(a), 1 if x else 2, 3 if y else 4

    check(f, (0, 0, ""), (True, 5, "a"), ("", -1, ""), ("x", 2, ""))
