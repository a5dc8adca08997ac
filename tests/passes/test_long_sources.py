"""Sources that are long or nest deep: no recursion limit is met, and the size of the program follows that of the source."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import portfire
from portfire.pipeline import running_graph


def function(text: str, folder: Path) -> Any:
    path = folder / "long_source.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("long_source", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["long_source"] = module
    spec.loader.exec_module(module)
    return module.f


def elif_chain(count: int) -> str:
    cases = "".join(f"    elif n == {i}:\n        r = {i * 3}\n" for i in range(1, count))
    return f"def f(n: int) -> int:\n    if n == 0:\n        r = 1\n{cases}    else:\n        r = -1\n    return r\n"


def early_returns(count: int) -> str:
    steps = "".join(f"    if n == {i}:\n        return t\n    t = t + {i}\n" for i in range(count))
    return f"def f(n: int) -> int:\n    t = n\n{steps}    return t\n"


def alternatives(count: int) -> str:
    return f"def f(n: int) -> bool:\n    return {' or '.join(f'n == {i}' for i in range(count))}\n"


def sum_of_products(count: int) -> str:
    return f"def f(n: int) -> int:\n    return {' + '.join(f'n * {i}' for i in range(count))}\n"


def statements(count: int) -> str:
    steps = "".join(
        f"    t = t * 3 % 1009 + n\n    a.append(t)\n    if t > {i}:\n        t -= {i}\n" for i in range(count)
    )
    return f"def f(n: int) -> int:\n    a = [0]\n    t = 1\n{steps}    return t + len(a) + a[-1]\n"


@pytest.mark.parametrize("source", [elif_chain, early_returns, alternatives, sum_of_products, statements])
def test_long_sources(source: Callable[[int], str], tmp_path: Path) -> None:
    python = function(source(400), tmp_path)
    compiled = portfire.script(python)
    assert [compiled(n) for n in (0, 1, 77, 399, 1000)] == [python(n) for n in (0, 1, 77, 399, 1000)]


@pytest.mark.parametrize("source", [elif_chain, early_returns, alternatives])
def test_saved(source: Callable[[int], str], tmp_path: Path) -> None:
    python = function(source(400), tmp_path)
    compiled = portfire.script(python)
    portfire.save(compiled, tmp_path / "f.pt")
    assert portfire.load(tmp_path / "f.pt")(77) == python(77)
    assert compiled.code.count("\n") > 399 and str(compiled.graph).count("\n") > 400


def test_size_follows_the_source(tmp_path: Path) -> None:
    def size(count: int) -> int:
        graph = running_graph(portfire.script(function(statements(count), tmp_path)).function)
        assert graph is not None
        return sum(1 for _ in graph.walk())

    assert size(400) < 4.2 * size(100)
