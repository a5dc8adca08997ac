"""The oracle for what must also hold in a file: eager, compiled, and compiled, saved and loaded do the same."""

from __future__ import annotations

import copy
import io
import warnings
from typing import Any

import pytest
import torch

import portfire
from tests.script.agreement import same


def saved_and_loaded(compiled: Any) -> Any:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some constructs are for portfire alone: saving says so
        portfire.save(compiled, file)
    file.seek(0)
    return portfire.load(file)


def is_near(found: Any, expected: Any, tolerance: float) -> bool:
    """Equal, or within a tolerance: what LAPACK gives depends on where memory is aligned."""
    if isinstance(expected, torch.Tensor) and tolerance > 0:
        return torch.allclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(is_near(f, e, tolerance) for f, e in zip(found, expected))
    return same(found, expected)


def check(target: Any, *inputs: tuple[Any, ...], tolerance: float = 0.0) -> None:
    """A function or a module: results, exceptions and changed arguments are eager's, before and after a file."""
    assert inputs
    eager = copy.deepcopy(target) if isinstance(target, torch.nn.Module) else target
    compiled = portfire.script(target)
    loaded = saved_and_loaded(compiled)
    for args in inputs:
        arguments = copy.deepcopy(args)
        expected, error = _outcome(eager, arguments)
        for where, program in (("compiled", compiled), ("loaded", loaded)):
            mine = copy.deepcopy(args)
            if error is not None:
                with pytest.raises(type(error)):
                    program(*mine)
                continue
            torch.manual_seed(0)
            found = program(*mine)
            assert is_near(found, expected, tolerance), f"{where}, {args}: found {found!r}, expected {expected!r}"
            for a, b in zip(mine, arguments):  # lists and dicts are copied on their way into a program
                assert not isinstance(a, torch.Tensor) or same(a, b), f"{where}: changed to {a!r}, expected {b!r}"


def _outcome(target: Any, args: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    torch.manual_seed(0)
    try:
        return target(*args), None
    except Exception as error:
        return None, error
