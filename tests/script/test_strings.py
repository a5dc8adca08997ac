"""Strings: f-strings, format, %, methods."""

from typing import List

import torch

from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3)


def test_f_strings():
    def f(n: int, x: float, s: str, xs: List[int], b: bool):
        k = 3
        return f"{n} {x} {s!r} {xs} {b} {n + 1} {{}} {x:.2f} {n:5d}|{s:>6}|{n:0{k}d} {s!s}"

    check(f, (5, 2.5, "ab", [1, 2], True), (-5, 1e20, "q'", [], False))


def test_f_string_constant():
    def f(n: int):
        return "plain {braces}" + f"{1}"

    check(f, (1,))


def test_f_string_of_shape():
    def f(x):
        assert x.dim() == 2, f"bad shape {x.shape}"
        return f"{x.shape[0]}x{x.size(1)} {len(x)} {tuple(x.shape)[0]}"

    check(f, (X,))


def test_format():
    def f(n: int, s: str):
        return "{} and {}".format(n, s), "{1} {0}".format(n, s), "{a:.1f}{b}".format(b=s, a=2.0), "none".format()

    check(f, (5, "x"))


def test_percent():
    def f(n: int, s: str, x: float):
        return "%d %s" % (n, s), "%s" % s, "%.3f" % x, "%5d|" % n, "100%%" % ()

    check(f, (5, "x", 2.0))


def test_methods():
    def f(s: str):
        return (
            s.upper(), s.lower(), s.strip(), s.split(","), s.split(), s.replace("a", "b"), s.startswith("a"),
            s.endswith(("x", "c")), s.find("b"), s.count("a"), ",".join(["a", "b"]), s.isdigit(), s.title(), s.rstrip("c"),
            s.zfill(10), s.center(11, "*"), s.partition(","), s.capitalize(), s.isalpha(), s.splitlines(), s.ljust(7) + "|",
            s.removeprefix("a"), s.removesuffix("c"),
        )  # fmt: skip

    check(f, ("a,b,c",), (" abc ",), ("12",), ("",))


def test_concatenation_and_repeat():
    def f(s: str, n: int):
        return s + "x", s * n, 2 * s, s + str(n), s[::-1] if False else s

    check(f, ("ab", 3), ("", 0))


def test_comparison_and_membership():
    def f(s: str, t: str):
        return s == t, s < t, "b" in s, t in s, s != "q"

    check(f, ("abc", "b"), ("", ""))


def test_loop_and_join():
    def f(s: str):
        out = []
        for i, c in enumerate(s):
            if c != " ":
                out.append(c.upper() + str(i))
        return "-".join(out), "".join(c for c in s if c not in "aeiou"), [ord(c) for c in s]

    check(f, ("hello you",), ("",))


def test_str_of_values():
    def f(n: int, x: float, b: bool, xs: List[float], t: str):
        return str(n), str(x), str(b), str(xs), str(t), str((n, t)), str(None), repr(t)

    check(f, (1, 1.0, True, [1.5, 2.0], "s"), (-7, 1e-7, False, [], "it's"))


def test_int_parsing():
    def f(s: str):
        return int(s) + 1, float(s) * 2

    check(f, ("12",), ("-3",))
