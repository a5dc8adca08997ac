"""`a, *b = values`, of everything that Python iterates over; eager is the oracle."""

from typing import Dict, List

import torch

from tests.script.after_loading import check

X = torch.arange(6.0).reshape(3, 2)


def test_rows_of_tensors():
    def f(x):
        a, *b = torch.neg(x)
        *c, d = x
        e, *f, g = x
        return a, b, c, d, e, f, g, len(b)

    def g(x):
        (a, *b), n = x.split(1)[0], 2
        b.append(a)
        return b, n

    check(f, (X,), (X[:2],), (X[:1],), (X[:0],))
    check(g, (X,))


def test_strings_dicts_and_what_is_computed():
    def f(s: str, d: Dict[str, int], n: int, xs: List[int]):
        a, *b = s
        c, *e = d
        g, *h = range(n)
        i, *j = d.items()
        k, *m = [x * 2 for x in range(n)]
        *o, p = zip(s, range(n))
        *q, r = map(lambda x: x + 1, xs)
        *t, u = reversed(xs)
        v, *w = enumerate(xs)
        return a, b, c, e, g, h, i, j, k, m, o, p, q, r, t, u, v, w

    d = {"x": 1, "y": 2}
    check(
        f,
        ("abc", d, 3, [5, 6]),
        ("abc", d, 1, [5]),
        ("", d, 1, [5]),
        ("a", {}, 1, [5]),
        ("a", d, 0, [5]),
        ("a", d, 1, []),
    )


def test_what_is_known_while_compiling():
    def f(x):
        n = 0
        for p, *q in [(1, 2, 3), (4, 5, 6)]:
            n += p + len(q)
        a, *b = (x, 1, "c")
        *c, d = range(3)
        return n, a, b, c, d

    check(f, (X,))


def test_ranges_in_names():
    def f(n: int):
        a, b = range(n)
        return a, b

    check(f, (2,), (1,), (3,))
