"""Assertions as Python has them: pytest rewrites those in the files of tests."""


def assertions(n: int):  # type: ignore[no-untyped-def]
    assert n != 0
    assert n != 1, f"n is {n}"
    assert n != 2, n
    assert n != 3, (n, "b")
    return n
