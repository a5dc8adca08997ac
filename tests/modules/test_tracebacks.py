"""An exception of a program shows the user's own lines: through inlined calls, loops, classes, traces, and after loading."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import portfire

LINES = Path(__file__).read_text().splitlines()


def helper(x: torch.Tensor, n: int):
    y = x + 1
    return y.view(n, 7)  # [view]


class Point:
    def __init__(self, a: int):
        self.a = a

    def split(self, x: torch.Tensor):
        return helper(  # [helper]
            x,
            self.a,
        )


class Inner(nn.Module):
    def forward(self, x: torch.Tensor):
        for i in range(3):
            p = Point(i + 2)
            if i == 1:
                x = p.split(x)  # [split]
        return x


class Traced(nn.Module):
    def forward(self, x: torch.Tensor):
        z = x * 2
        return z.reshape(3, 5)  # [reshape]


class Failed(Exception):
    def __init__(self, n: int):
        super().__init__(f"failed with {n}")
        self.n = n


def countdown(n: int) -> int:
    if n == 0:
        raise Failed(n)  # [raise]
    return countdown(n - 1) + 1  # [recursion]


class Outer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(Inner(), nn.ReLU())
        self.traced = portfire.trace(Traced(), torch.ones(15))

    def forward(self, x: torch.Tensor, which: int):
        if which == 0:
            return self.inner(x)  # [inner]
        if which == 1:
            return self.traced(x)  # [traced]
        if which == 2:
            return x + [i // (i - 2) for i in range(4)][0]  # [comprehension]
        try:
            return x + countdown(2)  # [countdown]
        except ValueError:
            return x


def number(mark: str) -> int:
    (found,) = [n for n, line in enumerate(LINES, 1) if line.endswith(f"# [{mark}]")]
    return found


PATHS = [
    (0, RuntimeError, ["inner", "split", "helper", "view"]),
    (1, RuntimeError, ["traced", "reshape"]),
    (2, ZeroDivisionError, ["comprehension"]),
    (3, Failed, ["countdown", "recursion", "recursion", "raise"]),
]


@pytest.fixture(scope="module")
def models() -> list[Any]:
    compiled = portfire.script(Outer())
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        portfire.save(compiled, file)
    file.seek(0)
    return [compiled, portfire.load(file)]


@pytest.mark.parametrize("is_loaded", [False, True])
@pytest.mark.parametrize(("which", "cls", "marks"), PATHS)
def test_lines(models: list[Any], is_loaded: bool, which: int, cls: type[Exception], marks: list[str]) -> None:
    with pytest.raises(cls) as raised:
        models[is_loaded](torch.ones(4), which)
    frames: Any = raised.value.source_frames  # type: ignore[attr-defined]
    own = [(line, text) for file, line, _, _, text in frames if file == __file__]
    assert [line for line, _ in own] == [number(m) for m in marks]
    assert [text for _, text in own] == [LINES[line - 1].strip() for line, _ in own]
    notes = "\n".join(raised.value.__notes__)
    assert all(f'File "{__file__}", line {line}' in notes for line, _ in own)
    if cls is Failed:
        assert (raised.value.args, raised.value.n) == (("failed with 0",), 0)  # type: ignore[attr-defined]
