"""The oracle for values that are something else in Python than in a program: types count, all the way down, and again after
saving and loading."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

import portfire
from tests.script.agreement import same


def exactly_same(found: Any, expected: Any) -> bool:
    if type(found) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(map(exactly_same, found, expected))
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(exactly_same(found[k], expected[k]) for k in expected)
    return same(found, expected)


def check(function: Callable[..., Any], *inputs: tuple[Any, ...]) -> None:
    compiled = portfire.script(function)
    file = io.BytesIO()
    portfire.save(compiled, file)
    loaded = portfire.load(io.BytesIO(file.getvalue()))
    for args in inputs:
        expected, error = None, None
        try:
            expected = function(*copy.deepcopy(args))
        except Exception as raised:
            error = type(raised)
        for program in (compiled, loaded):
            try:
                found = program(*copy.deepcopy(args))
            except Exception as raised:
                assert type(raised) is error, f"{args}: {raised!r}, expected {error}"
                continue
            assert error is None, f"{args}: found {found!r}, expected {error}"
            assert exactly_same(found, expected), f"{args}: found {found!r}, expected {expected!r}"
