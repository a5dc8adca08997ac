"""`x.tolist()`, with a type that is declared, or as what is done with it."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Tuple

import pytest
import torch
from torch import Tensor

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check

N = torch.tensor([2, 1, 3])
X = torch.tensor([[0.5, 1.0], [2.0, 4.0]])


class Holder(NamedTuple):
    values: List[int]


class Box:
    def __init__(self, values: List[int]):
        self.values = values


def first_of(values: List[int], scale: int = 1):
    return values[0] * scale


def total_of(values):
    total = 0
    for value in values:
        total += value
    return total


def returned(x: Tensor) -> List[int]:
    return x.tolist()


def returned_optional(x: Tensor) -> Optional[List[int]]:
    return x.tolist() if len(x) > 1 else None


def returned_with_more(x: Tensor) -> Tuple[List[int], int]:
    return x.tolist(), 1


def test_where_a_type_is_declared():
    def f(x):
        a: List[int] = x.tolist()
        b: List[int] = []
        b = x.tolist()
        c: Optional[List[int]] = x.tolist()
        d: List[List[int]] = []
        d.append(x.tolist())
        e: Dict[str, List[int]] = {}
        e["a"] = x.tolist()
        g: Tuple[List[int], int] = (x.tolist(), 1)
        h: int = x[0].tolist()
        a.append(7)
        b[0] = 5
        return (
            a, b, c, d, e, g, h, first_of(x.tolist()), first_of(scale=2, values=x.tolist()), Holder(x.tolist()).values,
            Box(x.tolist()).values, returned(x), returned_optional(x), returned_with_more(x), total_of(x.tolist()),
        )  # fmt: skip

    check(f, (N,))


def test_what_is_done_with_it():
    def f(x, y):
        total = 0
        for n in x.tolist():
            total += n
        a, b, c = x.tolist()
        sizes = x.tolist()
        parts = y.split(sizes)
        return (
            total, a, b + 1, c, parts, [torch.zeros(n) for n in sizes], torch.zeros(x.tolist()).shape, y[a:c], len(x.tolist()),
            x.tolist()[0], x.tolist()[1:], x.tolist()[-1] * 2, sum(x.tolist()), max(sizes), sorted(sizes), set(sizes),
            2 in x.tolist(), 9 in sizes, [n + 1 for n in x.tolist()], [float(n) for n in sizes], list(map(int, x.tolist())),
            {str(n): i for i, n in enumerate(sizes)}, list(zip(sizes, x.flip(0).tolist())), str(sizes), f"{x.tolist()}",
            tuple(x.tolist()), sizes == [2, 1, 3], list(x.tolist()),
        )  # fmt: skip

    check(f, (N, torch.arange(6.0)))


def test_other_kinds_of_numbers():
    def f(x):
        values = x.tolist()
        return values, values[0], [v for v in x.tolist()], x.tolist()

    for x in (N, N.double(), N > 1, N.half(), N.to(torch.complex64), N[:0].float()[:0].new_ones(1), N.to(torch.uint8)):
        check(f, (x,))


def test_nested_lists():
    def f(x):
        rows = x.tolist()
        total = 0.0
        for row in rows:
            for v in row:
                total += v
        spans = [(high - low, len(x)) for low, high in x.tolist()]
        return (
            total,
            spans,
            rows[1][0],
            len(rows[0]),
            [v for row in x.tolist() for v in row],
            [sum(row[:1]) for row in [x[0].tolist()]],
        )

    check(f, (X,))


def test_the_list_does_not_change_with_the_tensor():
    def f(x):
        values, first = x.tolist(), x.tolist()[0]
        a, b, c = x.tolist()
        seen = []
        for v in x.tolist():
            x.zero_()
            seen.append(v)
        return values, first, a, c, seen, x

    check(f, (N.clone(),))


def test_deeper_than_it_is_used():
    def whole(x):
        return x.tolist()

    def part(x):
        return [v for v in x.tolist()]

    for function in (whole, part):
        with pytest.raises(Exception, match="declare"):
            portfire.script(function)(X)


@pytest.mark.parametrize("change", ["values.append(1)", "values[0] = 1", "values.sort()"])
def test_a_list_of_no_declared_type_is_not_changed(change, tmp_path):
    path = tmp_path / "changed.py"
    path.write_text(f"def f(x):\n    values = x.tolist()\n    {change}\n    return values\n")
    namespace: dict = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    with pytest.raises(CompileError, match="only where its type is declared") as error:
        portfire.script(namespace["f"])
    assert error.value.diagnostics[0].range.line == 3
    assert "List[float] = x.tolist()" in error.value.diagnostics[0].help
