"""Variables that the body of a `try` assigns first, read in its handlers and after it."""

from __future__ import annotations

from typing import List

from tests.script.agreement import check


def test_read_in_a_handler() -> None:
    def f(n: int):
        try:
            t = n * 2
            u = 10 // n
        except ZeroDivisionError:
            return t + 100
        return u

    def never_assigned(xs: List[int]):
        try:
            u = 10 // xs[0]
            t = u
        except ZeroDivisionError:
            return t
        except IndexError:
            return -1
        return t

    check(f, (0,), (2,))
    check(never_assigned, ([0],), ([],), ([2],))


def test_read_after_the_try() -> None:
    def f(n: int):
        try:
            if n > 5:
                t = n * 2
            u = 10 // n
            t = 3
        except ZeroDivisionError:
            u = -1
        finally:
            n = 7
        return u, t

    check(f, (0,), (2,), (7,))


def test_of_a_wider_type_later() -> None:
    def f(xs: List[int]):
        try:
            t = None
            for i, x in enumerate(xs):
                t = i
                if x == 0:
                    raise ValueError("zero")
        except ValueError:
            return -1 if t is None else t + 1000
        return t

    check(f, ([1, 2, 0, 3],), ([0],), ([],), ([5],))


def test_read_in_finally() -> None:
    def f(xs: List[int], seen: List[int]):
        try:
            first = xs[0]
            second = xs[1]
        finally:
            seen.append(first)
        return first + second

    check(f, ([1, 2], []), ([1], []), ([], []))
