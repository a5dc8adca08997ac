"""What TorchScript's own test suite asks of lists, dicts, slices, strings, hashes and complex numbers; eager is the oracle."""

import cmath
import math
from collections import OrderedDict, namedtuple
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor

from tests.script.after_loading import check

X = torch.arange(6.0).reshape(2, 3)


def test_list_methods():
    def f(xs: List[int], ys: List[int]):
        xs = xs.copy()
        xs.append(7)
        xs.insert(0, 9)
        xs.insert(-1, 8)
        xs.insert(100, 1)
        xs.extend(ys)
        last = xs.pop()
        first = xs.pop(0)
        xs.remove(1)
        xs.reverse()
        index, count = xs.index(7), xs.count(7)
        xs.sort()
        copied = xs[:]
        copied.clear()
        return xs, last, first, index, count, copied, len(copied), xs == ys, xs != ys

    check(f, ([1, 2, 3], [4, 5]), ([1, 7], [7]), ([2], [1]))


def test_list_errors_are_pythons():
    def f(kind: int, xs: List[int]):
        if kind == 0:
            return xs[5]
        if kind == 1:
            return xs.pop()
        if kind == 2:
            xs.remove(99)
        if kind == 3:
            return xs.index(99)
        if kind == 4:
            xs[-9] = 1
        if kind == 5:
            del xs[7]
        if kind == 6:
            a, b = xs
            return a + b
        if kind == 7:
            return max(xs)
        return xs[-1]

    check(f, *[(k, [1, 2, 3]) for k in range(9)], *[(k, []) for k in (1, 6, 7, 8)])


def test_lists_are_compared_and_ordered():
    def f(a: List[int], b: List[int], s: List[str], t: List[Tuple[int, str]]):
        return (
            a == b,
            a != b,
            sorted(s),
            sorted(t),
            sorted(a, reverse=True),
            s + ["z"],
            a * 2,
            2 * a,
            min(a),
            max(s),
            sum(a),
            min(a, b),
        )

    check(f, ([2, 1], [2, 1], ["b", "a"], [(2, "a"), (1, "z"), (1, "b")]))


def test_lists_of_bools_floats_and_tensors():
    def f(flags: List[bool], values: List[float], xs: List[Tensor]):
        flags.sort()
        values.sort(reverse=True)
        values[0] += 1
        xs[0] = xs[0] + 1
        xs[1] += 5
        return flags, values, xs, any(flags), all(flags), sum(values), torch.stack(xs).sum(), 1.5 in values, sum(flags)

    check(f, ([True, False], [0.5, 1.5, 0.5], [X, X.clone()]))


def test_list_aliases():
    def f(n: int):
        a = [1, 2, 3]
        b = a
        b[0] = n
        c = [a, a]
        c[0].append(4)
        d = a[:]
        d.append(5)
        e = list(a)
        e.pop()
        for x in a:
            x += 1
        return a, b, c, d, e, a is b, a is d

    check(f, (10,))


def test_slices_of_lists_tuples_strings_and_tensors():
    def f(xs: List[int], t: Tuple[int, str, float, int], s: str, x, i: int, j: int):
        return (
            xs[i:j], xs[i:], xs[:j], xs[::2], xs[j:i:-1], xs[-i:], xs[100:], xs[:-100], xs[slice(i, j)], xs[slice(None, None, 2)],
            t[1:], t[:-1], t[::2], t[-2:], t[::-1], s[i:j], s[::-1], s[-2:], s[i:100], s[slice(2)], x[:, i:j], x[..., :1],
            x[-1:], x[slice(1)], x[slice(None), slice(0, 2)], x[i:j, 0],
        )  # fmt: skip

    def g(xs: List[int]):
        xs[1:3] = [7]
        xs[:0] = [1, 2]
        del xs[0]
        del xs[-2:]
        s = slice(1, 3)
        return xs, xs[s], s.start, s.stop

    check(f, ([1, 2, 3, 4], (1, "a", 2.5, 3), "hello", X, 1, 2), ([], (1, "a", 2.5, 3), "", X, 0, 1))
    check(g, ([5, 6, 7, 8, 9],))


def test_dict_methods():
    def f(d: Dict[str, int], k: str):
        e = d.copy()
        e["new"] = len(d)
        e.setdefault("a", -1)
        e.setdefault("b", -2)
        e.update({"c": 3})
        e.update(d)
        keys, values, items = list(e.keys()), list(e.values()), list(e.items())
        got = e.get(k), e.get(k, 5), e.get("nothing")
        popped = e.pop("c"), e.pop("nothing", 9)
        is_in = k in e, k not in d
        del e["new"]
        last = e.popitem()
        e.clear()
        return keys, values, items, got, popped, is_in, last, len(e), bool(e), d == {"a": 1}

    check(f, ({"a": 1}, "a"), ({}, "z"))


def test_dicts_with_keys_of_every_kind():
    def f(x):
        ints = {1: "a", -2: "b"}
        floats = {0.5: 1, 1.5: 2}
        bools = {True: 1, False: 0}
        nested = {"a": {"b": [1, 2]}, "c": {}}
        nested["c"]["d"] = [3]
        tensors = {"x": x, "y": x + 1}
        tensors["x"] += 1
        ints[3] = "c"
        floats[0.5] += 1
        return (
            ints,
            floats,
            bools,
            nested,
            tensors,
            [k for k in ints],
            {v: k for k, v in ints.items()},
            sorted(ints.values()),
        )

    check(f, (X.clone(),))


def test_dict_errors_are_pythons():
    def f(kind: int, d: Dict[str, int]):
        if kind == 0:
            return d["missing"]
        if kind == 1:
            return d.pop("missing")
        if kind == 2:
            del d["missing"]
        if kind == 3:
            d.popitem()
            d.popitem()
        return 0

    check(f, *[(k, {"a": 1}) for k in range(5)])


def test_dicts_keep_their_order():
    def f(names: List[str]):
        d: Dict[str, int] = {}
        for i, name in enumerate(names):
            d[name] = i
        d["b"] = 100
        d.pop("a")
        d["a"] = -1
        ordered = OrderedDict([("z", 1), ("y", 2)])
        ordered["x"] = 3
        return list(d), list(d.items()), list(ordered.keys()), dict(ordered), [v for v in d.values()]

    check(f, (["a", "b", "c"],))


def test_dicts_made_in_every_way():
    def f(pairs: List[Tuple[str, int]]):
        return (dict(pairs), dict(a=1, b=2), dict([("a", 1)]), dict({"a": 1}, b=3), {k: v for k, v in pairs if v > 1},
                {**dict(pairs), "z": 9}, dict(zip(["a", "b"], [1, 2])), {i: [i] for i in range(2)}, dict(pairs) | {"q": 1})  # fmt: skip

    check(f, ([("a", 1), ("b", 2)],))


def test_dicts_are_compared_and_joined():
    def f(a: Dict[str, int], b: Dict[str, int], x):
        c = a | b
        d = a
        d |= b
        return (
            a == b,
            a != b,
            c,
            d,
            a,
            a is d,
            {"x": [1]} == {"x": [1]},
            {1: 2} == {1: 2, 3: 4},
            {"t": x[0, 0]} == {"t": x[0, 0]},
        )

    check(f, ({"a": 1}, {"a": 1}, X), ({"a": 1, "b": 2}, {"b": 3}, X), ({}, {}, X))


def test_hashes():
    def f(s: str, n: int, r: float):
        return hash(s) == hash(s), hash(n), hash(r), hash((n, n)) == hash((n, n)), hash(n) == hash(float(n)), hash(True)

    check(f, ("a", 3, 2.0))


def test_strings():
    def f(s: str, sep: str):
        words = s.split(sep)
        return (
            words, s.upper(), s.lower(), s.capitalize(), s.title(), s.swapcase(), s.strip(), s.lstrip("a"), s.rstrip(), s.find(sep),
            s.rfind(sep), s.count(sep), s.replace(sep, "__"), s.replace(sep, "_", 1), s.startswith("a"), s.endswith("b"), sep.join(words),
            s.center(20, "*"), s.ljust(12), s.rjust(12, "-"), s.zfill(12), s.isdigit(), s.isalpha(), s.isupper(), s.islower(), s.isspace(),
            s.partition(sep), s.rpartition(sep), s.splitlines(), s.expandtabs(4), len(s), s * 2, s + sep, sep in s, s[0:1], s < "b",
            s.split(), s.split(sep, 1), s.rsplit(sep, 1), s == s.lower(), ord(s[0]) if s else 0, chr(97), s.isalnum(), s.istitle(),
        )  # fmt: skip

    check(f, ("a,b c,\tD", ","), ("", "x"), ("Ünïcode, ß", ","))


def test_formatting():
    def f(s: str, n: int, x: float, flag: bool, xs: List[int], t: Tuple[int, str]):
        return (
            "{} {}".format(s, n), "{0} {1} {0}".format(s, n), "{a:>5}|{b:<5}|".format(a=n, b=s), f"{x:.3f} {n:05d} {n:x} {n:b} {n:,}",
            f"{s!r} {flag} {xs} {t}", "%s %d %5.2f %r %%" % (s, n, x, s), "%d" % n, "%s" % s, "{{}} {}".format(1), f"{n + 1}{s * 2}",
            f"{x:e} {x:g} {x:10.1f}|{s:>6}|{s:^6}|", f"{n:>{n}}", str(xs), str(x), str(flag), repr(s), str(t), f"{x}", f"{1e20} {1e-7}",
        )  # fmt: skip

    check(f, ("hi", 7, 2.5, True, [1, 2], (1, "a")), ("it's", 12345, -0.1, False, [], (0, "")))


def test_numbers_from_strings():
    def f(a: str, b: str):
        return int(a), float(b), int(a, 16), str(int(a) + 1), bool(a), int(float(b))

    check(f, ("12", "2.5"), (" 7 ", "1e3"), ("x", "1"), ("1", "one"))


def test_complex_numbers():
    def f(a: complex, b: complex, x: float):
        return (
            a + b, a - b, a * b, a / b, a**2, -a, a.real, a.imag, a.conjugate(), abs(a), a == b, a != b, complex(x), complex(1, 2),
            a + x, x * a, a + 1, cmath.exp(a), cmath.sqrt(a), cmath.log(a), cmath.phase(a), cmath.polar(a), cmath.isnan(a),
            torch.tensor(a), torch.tensor([a, b]), torch.ones(2) * a, cmath.sin(a), sum([a, b]), [a, b], {"a": a}, a is None,
        )  # fmt: skip

    def g(xs: List[complex]):
        return xs[0] * 2j, len(xs), xs == [1j], torch.view_as_real(torch.tensor(xs))

    check(f, (1 + 2j, 3 - 1j, 0.5))
    check(g, ([1 + 1j, 2.0 + 0j],))


def test_complex_attributes_and_infinities():
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = 1 + 2j
            self.b = complex(math.inf, 0)
            self.c = [1j, 2.0 + 0j]

        def forward(self, x: complex):
            return self.a * x, self.b.real, self.c, math.inf, -math.inf, math.nan != math.nan

    check(Model(), (2 + 0j,))


class Pair(NamedTuple):
    left: Tensor
    right: Optional[int] = None


Plain = namedtuple("Plain", ["a", "b"])


def test_named_tuples():
    def f(x, n: int):
        a = Pair(x)
        b = Pair(right=n, left=x + 1)
        plain = Plain(x, x + 2)
        left, right = b
        number = b.right
        assert number is not None
        return (
            a,
            b.left,
            number + 1,
            plain.b,
            plain[0],
            left,
            right,
            [a, b],
            a.right is None,
            len(b),
            b._asdict()["right"],
        )

    check(f, (X, 3))


def test_tuples():
    def f(t: Tuple[int, str, float], nested: Tuple[Tuple[int, int], List[int]]):
        (a, b), rest = nested
        first, *others = t
        return (
            t[0],
            t[-1],
            len(t),
            t == (1, "a", 2.0),
            (*t, 5),
            a + b,
            rest,
            first,
            others,
            t + (1,),
            "a" in t,
            t.count(1),
            min((3, 1)),
            tuple(rest),
        )

    check(f, ((1, "a", 2.0), ((1, 2), [3])), ((9, "b", 0.0), ((0, 0), [])))


def test_iteration_over_everything():
    def f(xs: List[int], d: Dict[str, int], s: str, x, t: Tuple[int, float]):
        out: List[str] = []
        for a, b in zip(xs, s):
            out.append(f"{a}{b}")
        for i, (k, v) in enumerate(d.items()):
            out.append(f"{i}{k}{v}")
        for c in s:
            out.append(c)
        for row in x:
            for v in row:
                out.append(str(int(v)))
        for v in t:
            out.append(str(v))
        for a, b, c in zip(xs, d, range(3)):
            out.append(str(a) + b + str(c))
        for i in range(5, 0, -2):
            out.append(str(i))
        for n in reversed(xs):
            out.append(str(n))
        for a in map(lambda v: v * 2, xs):
            out.append(str(a))
        for a in filter(lambda v: v > 1, xs):
            out.append(str(a))
        return out

    check(f, ([1, 2, 3], {"a": 1, "b": 2}, "xy", X, (1, 2.5)), ([], {}, "", X[:0], (0, 0.0)))


def test_comprehensions():
    def f(xs: List[int], ys: List[List[int]], d: Dict[str, int]):
        return (
            [x * 2 for x in xs if x > 1], [y for row in ys for y in row], [[y + 1 for y in row] for row in ys], {k: v for k, v in d.items()},
            [(i, x) for i, x in enumerate(xs)], [x if x > 1 else -x for x in xs], sum(x for x in xs), any(x > 2 for x in xs),
            max([len(r) for r in ys] + [0]), [a + b for a, b in zip(xs, xs[1:])], [k for k in d if d[k] > 1], list(range(3)),
            sorted(x * -1 for x in xs), {x % 2: x for x in xs}, all([x > 0 for x in xs if x]), [str(x) for x in xs][::-1],
        )  # fmt: skip

    check(f, ([1, 2, 3], [[1], [2, 3], []], {"a": 1, "b": 2}), ([], [], {}))


def test_math():
    def f(x: float, n: int):
        return (math.sqrt(x), math.floor(x), math.ceil(x), math.exp(x), math.log(x), math.log(x, 2), math.log2(x), math.log10(x), math.pow(x, 2),
                math.sin(x), math.atan2(x, 1.0), math.fabs(-x), math.gcd(n, 4), math.factorial(n), math.isnan(x), math.isinf(x), math.pi,
                math.degrees(x), math.hypot(x, 1.0), math.trunc(x), math.copysign(x, -1.0), math.fmod(x, 2.0), math.comb(n, 2), math.prod([n, 2]),
                math.isclose(x, x + 1e-12), math.erf(x), math.tanh(x), math.modf(x), math.frexp(x), math.inf > x, math.isqrt(n), math.lcm(n, 4))  # fmt: skip

    check(f, (2.5, 6), (1.0, 0))
