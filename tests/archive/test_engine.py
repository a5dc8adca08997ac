"""What torch.jit.save wrote, run by the engine; and what we write, mapped by it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import torch

import portfire

sys.path.insert(0, str(Path(__file__).parent))
from test_round_trip import CASES, assert_same, saved_by_torch


@pytest.mark.parametrize("name", [n for n in CASES if n != "values"])
def test_the_engine_runs_torchs_files(name, tmp_path):
    model, inputs = CASES[name]
    path = tmp_path / "model.pt"
    path.write_bytes(saved_by_torch(model).getvalue())
    reference = torch.jit.load(io.BytesIO(path.read_bytes()))
    torch.manual_seed(1)
    expected = reference(*inputs)
    torch.manual_seed(1)
    ours = portfire.load(path)
    assert_same(ours(*inputs), expected)
    again = tmp_path / "again.pt"
    portfire.save(portfire.load(path), again)
    torch.manual_seed(1)
    assert_same(portfire.load(again)(*inputs), expected)


def test_errors_show_the_users_python(tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(saved_by_torch(CASES["raising"][0]).getvalue())
    with pytest.raises(ValueError, match="negative: -1"):
        portfire.load(path)(torch.ones(1), -1)
