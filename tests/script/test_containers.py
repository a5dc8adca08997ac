"""Lists, dicts, tuples, named tuples; comprehensions; inferred element types."""

from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor

from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3)


class Point(NamedTuple):
    x: int
    y: float = 2.0


def test_list_methods():
    def f(xs: List[int], ys: List[str]):
        xs.append(4)
        xs.extend([1, 2])
        xs.extend(range(2))
        xs.insert(0, 9)
        a = xs.pop()
        b = xs.pop(0)
        xs.remove(2)
        xs.reverse()
        c = xs.copy()
        xs.sort()
        ys.sort(reverse=True)
        n = xs.count(1)
        k = xs.index(4)
        xs.clear()
        return xs, ys, a, b, c, n, k

    check(f, ([3, 2, 1], ["a", "c"]))


def test_dict_methods():
    def f(d: Dict[str, int]):
        a = d.pop("a")
        b = d.pop("zz", 7)
        c = d.setdefault("q", 3)
        d.update({"r": 1})
        e = d.copy()
        d.clear()
        return a, b, c, d, e, list(e.items()), list(e.values()), "q" in e

    check(f, ({"a": 1, "b": 2},))


def test_empty_list_infers_from_append():
    def f(n: int, x):
        a = []
        b = []
        c = []
        for i in range(n):
            a.append(i)
            b.append(x * i)
            c.append((i, str(i)))
        return a, c, len(b)

    check(f, (3, X), (0, X))


def test_empty_list_infers_from_use():
    def g(xs: List[str]) -> int:
        return len(xs)

    def f(n: int) -> List[float]:
        out = []
        if n > 0:
            out = [1.5]
        names = []
        nested = []
        nested.append([])
        nested[0].append(n)
        return out

    check(f, (0,), (1,))


def test_empty_dict_infers():
    def f(xs: List[str]):
        counts = {}
        for x in xs:
            if x in counts:
                counts[x] += 1
            else:
                counts[x] = 1
        seen = {}
        seen[1] = True
        return counts, seen

    check(f, (["a", "b", "a"],))


def test_annotated_empty():
    def f(n: int):
        a: List[int] = []
        d: Dict[int, List[str]] = {}
        e: Optional[List[int]] = None
        if n > 0:
            e = []
            e.append(n)
        d[n] = ["x"]
        return a, d, e

    check(f, (0,), (1,))


def test_comprehensions():
    def f(xs: List[int], d: Dict[str, int], x):
        return (
            [i * 2 for i in xs], [i for i in xs if i > 1 if i < 4], [(i, j) for i in xs for j in range(i)],
            {k: v + 1 for k, v in d.items()}, {i: i * i for i in xs}, [row.sum() for row in x], [c for c in "ab"],
            [a + b for a, b in zip(xs, xs)], [i for i, _ in enumerate(xs)], [str(i) for i in (1, 2)], [[j for j in range(i)] for i in xs],
        )  # fmt: skip

    check(f, ([1, 2, 3], {"a": 1}, X))


def test_comprehension_scope():
    def f(xs: List[int], i: int):
        ys = [i for i in xs]
        return ys, i

    check(f, ([1, 2], 7))


def test_tuple_comprehension_over_layers():
    def f(x):
        fs = [torch.relu, torch.neg]
        outs = [g(x) for g in fs]
        return outs

    check(f, (X,))


def test_nested_lists():
    def f(xs: List[List[int]]):
        total = 0
        for row in xs:
            for v in row:
                total += v
        xs[0].append(1)
        flat = [v for row in xs for v in row]
        return total, flat, xs + [[1]]

    check(f, ([[1, 2], [3]],))


def test_list_arithmetic():
    def f(xs: List[int], n: int):
        return xs + [1], xs * 2, [0] * n, n * [1], list(xs), xs == list(xs), [*xs, 5, *xs], list(range(n)), list("ab")

    check(f, ([1, 2], 3))


def test_named_tuple():
    def f(p: Point, n: int):
        q = Point(n)
        r = Point(x=n, y=p.y)
        a, b = p
        return p.x + q.x, r.y, p[0], a, b, q

    check(f, (Point(1, 3.0), 5))


def test_optional_elements():
    def f(x, n: int):
        xs: List[Optional[Tensor]] = [None, x]
        if n > 0:
            xs.append(None)
        y = xs[1]
        if y is not None:
            return y + 1, len(xs)
        return x, 0

    check(f, (X, 1), (X, 0))


def test_static_dict_and_list_of_functions():
    def f(x, n: int):
        table = {"relu": torch.relu, "neg": torch.neg}
        ops = {"a": 1, "b": "two"}
        return table["relu"](x), ops["a"], ops["b"], len(table)

    check(f, (X, 1))


def test_list_of_tensors():
    def f(x):
        xs = [x, x + 1]
        xs[0] = x * 2
        ys = torch.split(x, 1)
        a, b = torch.chunk(x, 2)
        return torch.cat(xs), torch.stack(xs), len(ys), a + b, sum(xs)

    check(f, (X,))


def test_dict_of_tensors():
    def f(d: Dict[str, Tensor]) -> Dict[str, Tensor]:
        out: Dict[str, Tensor] = {}
        for k, v in d.items():
            out[k + "_"] = v * 2
        return out

    check(f, ({"a": X},))


def test_tuple_of_list_and_in():
    def f(n: int):
        t = (1, 2, 3)
        return n in t, t.index(2), t.count(n), max(t), sum(t), sorted(t), list(t), tuple([1, 2])[0]

    check(f, (1,))


def test_map_filter_zip():
    def f(xs: List[int]):
        return list(map(lambda v: v * 2, xs)), list(filter(lambda v: v > 1, xs)), list(zip(xs, xs)), dict([(1, "a")])

    check(f, ([1, 2, 3],))


def test_dict_builtin():
    def f(n: int):
        return dict(a=n, b=2), {**{"x": n}, "y": 1}

    check(f, (1,))


def test_dict_get_with_another_type():
    def f(d: Dict[str, Tensor], other: Optional[Tensor]):
        x = d.get("a", other)
        if x is None:
            return 0
        return int(x.sum())

    check(f, ({"a": X}, None), ({}, X), ({}, None))


def test_reversed_list():
    def f(xs: List[int]):
        return list(reversed(xs)), [x for x in reversed(range(3))], [i for i in reversed((1, 2))]

    check(f, ([1, 2, 3],))


def test_unpack_in_loop():
    def f(ps: List[Tuple[int, Tuple[str, float]]]):
        out = []
        for i, (s, v) in ps:
            out.append(s * i)
            out.append(str(v))
        return out

    check(f, ([(1, ("a", 2.0)), (2, ("b", 3.5))],))
