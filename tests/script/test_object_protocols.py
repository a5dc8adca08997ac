"""Objects that iterate, compare, are shown and used as context managers. Eager is the oracle."""

from functools import total_ordering
from typing import Any, List

import torch

from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class PReprStr:
    def __init__(self, x: int):
        self.x = x

    def __repr__(self) -> str:
        return f"P({self.x})"


class QReprStr:
    def __init__(self, x: int):
        self.x = x

    def __str__(self) -> str:
        return "Q" + str(self.x)

    def __format__(self, spec: str) -> str:
        return "fmt" + spec


def repr_str(n: int):
    return (
        f"{PReprStr(n)} {PReprStr(n)!r} {QReprStr(n)!s} {QReprStr(n):>4}",
        str(PReprStr(n)),
        repr(PReprStr(n)),
        str(QReprStr(n)),
        "{}".format(PReprStr(n)),
        "%s" % PReprStr(n),
    )


def test_repr_str():
    check(repr_str, (3,))


class PStrOfListOfObjects:
    def __init__(self, x: int):
        self.x = x

    def __repr__(self) -> str:
        return f"P({self.x})"


def str_of_list_of_objects(n: int):
    return str([PStrOfListOfObjects(1), PStrOfListOfObjects(n)]), f"{[PStrOfListOfObjects(1)]}"


def test_str_of_list_of_objects():
    check(str_of_list_of_objects, (3,))


@total_ordering
class VTotalOrdering:
    def __init__(self, n: int):
        self.n = n

    def __eq__(self, other: "VTotalOrdering") -> bool:
        return self.n == other.n

    def __lt__(self, other: "VTotalOrdering") -> bool:
        return self.n < other.n


def total_ordering(n: int):
    a, b = VTotalOrdering(n), VTotalOrdering(2)
    return (
        a < b,
        a <= b,
        a > b,
        a >= b,
        a == b,
        a != b,
        max(a, b).n,
        [v.n for v in sorted([VTotalOrdering(3), VTotalOrdering(1), VTotalOrdering(n)])],
    )


def test_total_ordering():
    check(total_ordering, (3,), (1,))


class CountIterNextObjects:
    def __init__(self, n: int):
        self.n = n
        self.i = 0

    def __iter__(self):
        return self

    def __next__(self) -> int:
        if self.i >= self.n:
            raise StopIteration
        self.i += 1
        return self.i


def iter_next_objects(n: int):
    t = 0
    for x in CountIterNextObjects(n):
        if x == 2:
            continue
        t += x
    return t, [x * 2 for x in CountIterNextObjects(n)]


def test_iter_next_objects():
    check(iter_next_objects, (4,))


class SeqGetitemLenIteration:
    def __init__(self, xs: List[int]):
        self.xs = xs

    def __len__(self) -> int:
        return len(self.xs)

    def __getitem__(self, i: int) -> int:
        return self.xs[i]


def getitem_len_iteration(n: int):
    t = 0
    for x in SeqGetitemLenIteration([1, 2, n]):
        t += x
    return t, 2 in SeqGetitemLenIteration([1, 2])


def test_getitem_len_iteration():
    check(getitem_len_iteration, (4,))


class GuardContextManagerObject:
    def __init__(self, log: List[str]):
        self.log = log

    def __enter__(self) -> "GuardContextManagerObject":
        self.log.append("in")
        return self

    def __exit__(self, t: Any, v: Any, tb: Any) -> None:
        self.log.append("out")


def context_manager_object(n: int):
    log: List[str] = []
    with GuardContextManagerObject(log) as g:
        g.log.append("mid")
    return log


def test_context_manager_object():
    check(context_manager_object, (4,))


class CPropertySetterDeleter:
    def __init__(self, n: int):
        self._n = n

    @property
    def n(self) -> int:
        return self._n

    @n.setter
    def n(self, v: int) -> None:
        self._n = v * 2


def property_setter_deleter(n: int):
    c = CPropertySetterDeleter(n)
    c.n = 5
    c.n += 1
    return c.n


def test_property_setter_deleter():
    check(property_setter_deleter, (4,))
