"""docs/torchscript-files.md says what is so: each row is compiled with torch.jit, saved, and loaded with portfire."""

from __future__ import annotations

import ast
import copy
import importlib.util
import io
import math
import re
import types
from pathlib import Path
from typing import Any

import pytest
import torch

import portfire

PAGE = Path(__file__).parents[2] / "docs" / "torchscript-files.md"
_ROW = re.compile(r"^\| `(def f.*?)` \| `(.*?)` \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
ROWS = _ROW.findall(PAGE.read_text(encoding="utf-8"))
_HEAD = "import math\nfrom typing import Dict, List, Tuple\nimport torch\nfrom torch import Tensor\n\n"
#: Of what Python gives that is no plain value.
_IN_WORDS = {"a complex number": complex}


def module_of(source: str, folder: Path) -> types.ModuleType:
    path = folder / "torchscript_row.py"
    path.write_text(_HEAD + source.replace(": return", ":\n    return") + "\n")
    spec = importlib.util.spec_from_file_location("torchscript_row", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcome(function: Any, args: tuple[Any, ...]) -> str:
    try:
        return repr(function(*copy.deepcopy(args)))
    except Exception as error:
        return type(error).__name__


def agrees(found: str, expected: str) -> bool:
    if expected == "*error*":
        return found in ("RuntimeError", "Error", "UnicodeDecodeError")
    if expected in _IN_WORDS:
        return isinstance(ast.literal_eval(found), _IN_WORDS[expected])
    return found == expected.strip("`")


def test_there_are_rows() -> None:
    assert len(ROWS) > 30


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].partition('return ')[2]} {row[1]}")
def test_row(row: tuple[str, str, str, str, str], tmp_path: Path) -> None:
    source, arguments, in_python, in_torch, in_portfire = row
    args = eval(arguments, {"math": math, "torch": torch})
    function = module_of(source, tmp_path).f
    theirs = torch.jit.script(function)
    file = io.BytesIO()
    torch.jit.save(theirs, file)
    file.seek(0)
    ours = portfire.load(file)
    assert agrees(outcome(function, args), in_python)
    assert agrees(outcome(theirs, args), in_torch)
    assert agrees(outcome(ours, args), in_portfire)
    again = io.BytesIO()
    portfire.save(ours, again)
    again.seek(0)
    assert agrees(outcome(portfire.load(again), args), in_portfire), "after saving with portfire"
