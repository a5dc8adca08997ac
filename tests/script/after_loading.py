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


def check(target: Any, *inputs: tuple[Any, ...]) -> None:
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
            assert same(found, expected), f"{where}, {args}: found {found!r}, expected {expected!r}"
            for a, b in zip(mine, arguments):  # lists and dicts are copied on their way into a program
                assert not isinstance(a, torch.Tensor) or same(a, b), f"{where}: changed to {a!r}, expected {b!r}"


def _outcome(target: Any, args: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    torch.manual_seed(0)
    try:
        return target(*args), None
    except Exception as error:
        return None, error
