"""Python blocks of the documentation, run as their reader would: the last function or module, checked."""

from __future__ import annotations

import importlib.util
import re
import sys
import types
from pathlib import Path

import torch

import portfire

_BLOCK = re.compile(r"^```py\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"#\s*error: \[([a-z-]+)\]")
_count = 0


def blocks(page: str) -> list[str]:
    """The Python blocks of a page."""
    return _BLOCK.findall(page)


def marked(source: str) -> list[tuple[int, str]]:
    """The lines that announce an error, with its code."""
    return [(n, m[1]) for n, line in enumerate(source.splitlines(), 1) for m in _MARK.finditer(line)]


def imported(source: str, folder: Path) -> types.ModuleType:
    """The source as a module of its own, with a file that the compiler can read."""
    global _count
    _count += 1
    path = folder / f"documented_{_count}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def target_of(module: types.ModuleType) -> object:
    """What a block is about: `model`, `Model()`, or `f`."""
    if hasattr(module, "model"):
        return module.model
    if hasattr(module, "Model"):
        return module.Model() if issubclass(module.Model, torch.nn.Module) else module.Model
    return module.f


def report(source: str, folder: Path) -> portfire.Report:
    """What `portfire.check` says of a block."""
    return portfire.check(target_of(imported(source, folder)))
