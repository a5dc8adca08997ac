"""Long chains of calls, and calls that do not end."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch

import portfire
from portfire.errors import CompileError


def chain(tmp_path: Path, depth: int) -> Any:
    """The first of `depth` functions, each of which calls the next."""
    path = tmp_path / "chain.py"
    source = ["def f0(x):\n    return x + 1\n"]
    source += [
        f"def f{i}(x):\n    if x.sum() > 9:\n        x = x / 2\n    return f{i - 1}(x)\n" for i in range(1, depth)
    ]
    path.write_text("\n".join(source))
    spec = importlib.util.spec_from_file_location("chain", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, f"f{depth - 1}")


def test_a_deep_chain_of_calls_is_no_recursion(tmp_path: Path) -> None:
    function = chain(tmp_path, 500)
    compiled = portfire.script(function)
    compiled.save(str(tmp_path / "chain.pf"))
    x = torch.tensor([3.0, 400.0])
    for found in (compiled, portfire.load(str(tmp_path / "chain.pf"))):
        assert torch.equal(found(x), function(x))


def test_a_chain_that_is_too_deep_says_so(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match="nested more than 600 deep"):
        portfire.script(chain(tmp_path, 620))


def growing(x, t):
    return growing(x, (t, 1))


def growing_by_three(x, t):
    return second(x, [t])


def second(x, t):
    return third(x, (t,))


def third(x, t):
    return growing_by_three(x, t)


@pytest.mark.parametrize("function", [growing, growing_by_three])
def test_calls_that_do_not_end_are_refused(function: Any) -> None:
    def f(x):
        return function(x, 1)

    with pytest.raises(CompileError, match="do not end while compiling"):
        portfire.script(f)


def _growing(x, function):
    return _growing(x, lambda y: function(y) + 1)


def _starts_growing(x):
    return _growing(x, torch.sin)


def test_a_recursion_that_wraps_its_argument_is_refused_at_once():
    """Looking for further obstacles behind each of its levels would take two to the power of their number."""
    with pytest.raises(portfire.CompileError, match="without an end"):
        portfire.script(_starts_growing)
