"""Files of older versions: operators mean what they meant then."""

from __future__ import annotations

import io
import zipfile

import pytest
import torch

from portfire.archive.reader import load
from portfire.archive.writer import save


def archive(body: str, version: int, signature: str = "x: Tensor, y: Tensor") -> io.BytesIO:
    """An archive as torch wrote it then: a module with one method."""
    source = f"class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n  def forward(self: __torch__.M, {signature}) -> Tensor:\n    return {body}\n"
    state = b"\x80\x02c__torch__\nM\n)\x81}(X\x08\x00\x00\x00training\x89ub."
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("m/data.pkl", state)
        target.writestr("m/code/__torch__.py", source)
        target.writestr("m/constants.pkl", b"\x80\x02).")
        target.writestr("m/version" if version < 6 else "m/.data/version", f"{version}\n")
    return buffer


def run_in_torch(buffer: io.BytesIO, *inputs):
    """What our reading of the file computes: written as of today and run by torch."""
    root = load(io.BytesIO(buffer.getvalue())).root
    again = io.BytesIO()
    save(root, again)
    return torch.jit.load(io.BytesIO(again.getvalue()))(*inputs)


INTS, FLOATS = torch.tensor([-7, 7]), torch.tensor([-7.0, 7.0])


@pytest.mark.parametrize("body", ["torch.div(x, y)", "torch.div(x, 2)", "torch.div(x, 2.)", "torch.div_(x, y)"])
@pytest.mark.parametrize("values", [INTS, FLOATS])
@pytest.mark.parametrize("version", [3, 4])
def test_division(body, values, version):
    buffer = archive(body, version)
    inputs = (values.clone(), torch.full_like(values, 2))
    if "div_" in body and values is INTS and version == 4:
        return  # an error, then as now
    try:
        expected = torch.jit.load(io.BytesIO(buffer.getvalue()))(*(t.clone() for t in inputs))
    except RuntimeError:
        with pytest.raises(RuntimeError):
            run_in_torch(buffer, *inputs)
        return
    found = run_in_torch(buffer, *inputs)
    assert torch.equal(found, expected) and found.dtype == expected.dtype


@pytest.mark.parametrize("version, dtype", [(4, torch.float32), (5, torch.int64)])
def test_full(version, dtype):
    buffer = archive("torch.full([2], 3)", version)
    assert run_in_torch(buffer, INTS, INTS).dtype == dtype


def test_linspace_without_steps():
    assert run_in_torch(archive("torch.linspace(0, 1)", 7), INTS, INTS).shape == (100,)


def test_a_new_file_keeps_the_new_meaning():
    assert run_in_torch(archive("torch.div(x, y)", 10), INTS, torch.tensor([2, 2])).tolist() == [-3.5, 3.5]
