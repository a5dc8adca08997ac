"""A Python without torch: numpy arrays in and out, on the engine's own kernels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

import portfire

#: Runs in a process where torch cannot be imported; `portfire` is only the folder with the engine's module.
SCRIPT = """
import sys, types
sys.modules["torch"] = None
package = types.ModuleType("portfire")
package.__path__ = [sys.argv[1]]
sys.modules["portfire"] = package
import numpy
from portfire import _engine
program = _engine.load(sys.argv[2], ["native"])
forward = program.root.method("forward")
x = numpy.arange(6, dtype="float32").reshape(2, 3)
assert numpy.allclose(forward(x), x @ numpy.full((3, 2), 0.5, "float32") + 1)
assert numpy.allclose(forward(x[:, ::-1]), forward(x))
assert type(forward(x)) is numpy.ndarray and forward(x).dtype == numpy.float32
weight = program.root.get("weight")
assert weight.shape == (2, 3) and ("weight", "parameter", "Tensor") in program.root.attributes()
try:
    forward("x")
except TypeError as error:
    assert "expected a value of type 'Tensor', found 'str'" in str(error)
else:
    raise SystemExit("no error")
print("fine")
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    linear = torch.nn.Linear(3, 2)
    torch.nn.init.constant_(linear.weight, 0.5)
    torch.nn.init.constant_(linear.bias, 1.0)
    path = tmp_path / "model.pt"
    portfire.script(linear).save(path)
    return path


def test_without_torch(archive: Path) -> None:
    package = Path(portfire.__file__).parent
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(package), str(archive)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "fine\n" and run.stderr == ""


def test_native_kernels_give_tensors_where_torch_is(archive: Path) -> None:
    model = portfire.load(archive, kernels="native")
    x = torch.randn(4, 3)
    found = model(x)
    assert isinstance(found, torch.Tensor)
    assert torch.allclose(found, x.sum(1, keepdim=True).expand(4, 2) * 0.5 + 1, atol=1e-6)
