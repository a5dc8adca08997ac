"""Files of older versions: operators mean what they meant then."""

from __future__ import annotations

import io
import zipfile

import pytest
import torch

import portfire
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


COMPLEX = torch.tensor([1 + 2j, 3j])
TENSORS = [INTS, FLOATS, COMPLEX]


def check(body: str, version: int, signature: str, *inputs):
    """torch's reading of the file, ours run by torch, and ours run by the engine compute the same."""
    buffer = archive(body, version, signature)

    def fresh():
        return [t.clone() if isinstance(t, torch.Tensor) else t for t in inputs]

    try:
        expected = torch.jit.load(io.BytesIO(buffer.getvalue()))(*fresh())
    except RuntimeError:
        expected = None
    for run in (run_in_torch, lambda buffer, *args: portfire.load(io.BytesIO(buffer.getvalue()))(*args)):
        if expected is None:
            with pytest.raises((RuntimeError, portfire.errors.ArchiveError)):
                run(buffer, *fresh())
            continue
        found = run(buffer, *fresh())
        assert found.dtype == expected.dtype and torch.equal(found, expected)


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("name", ["div", "div_"])
def test_division_of_every_kind(name, version):
    for x in TENSORS:
        for y in (*TENSORS, 2, 2.5, 1j):
            kind = "Tensor" if isinstance(y, torch.Tensor) else type(y).__name__
            check(f"torch.{name}(x, y)", version, f"x: Tensor, y: {kind}", x, y)
            if kind in ("int", "float"):
                check(f"torch.{name}(x, y)", version, "x: Tensor, y: number", x, y)


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("out", [torch.zeros(2), torch.zeros(2, dtype=torch.int64)], ids=["float", "int"])
def test_division_into_a_tensor(out, version):
    for x in (INTS, FLOATS):
        for y in (torch.tensor([2, 2]), torch.tensor([2.0, 2.0])):
            check("torch.div(x, y, out=o)", version, "x: Tensor, y: Tensor, o: Tensor", x, y, out)


@pytest.mark.parametrize("version", [3, 4, 5])
@pytest.mark.parametrize("kind, value", [("int", 2), ("float", 2.5), ("number", 2), ("number", 2.5)])
def test_full_of_every_kind(kind, value, version):
    signature = f"x: Tensor, y: {kind}"
    check("torch.full([2], y)", version, signature, INTS, value)
    check("torch.full([2], y, dtype=None, layout=None, device=None, pin_memory=None)", version, signature, INTS, value)
    check("torch.full([2], y, dtype=4)", version, signature, INTS, value)
    for out in (FLOATS, INTS):
        check("torch.full([2], y, out=x)", version, signature, out, value)


@pytest.mark.parametrize("version", [3, 4, 5])
def test_full_with_a_dtype_that_the_run_tells(version):
    for dtype in (None, 4):
        check("torch.full([2], 1, dtype=d)", version, "x: Tensor, d: Optional[int]", INTS, dtype)
    for out in (FLOATS, INTS):
        check("torch.full([2], y, out=x)", version, "x: Tensor, y: bool", out, True)
    if version < 5:
        check("torch.full([2], y)", version, "x: Tensor, y: bool", INTS, True)


@pytest.mark.parametrize("version", [3, 7, 8, 9])
@pytest.mark.parametrize("name", ["linspace", "logspace"])
@pytest.mark.parametrize(
    "kind, start, end", [("int", 1, 2), ("float", 1.0, 2.0), ("complex", 1j, 2 + 1j), ("number", 1, 2.0)]
)
def test_numbers_of_steps(kind, start, end, name, version):
    signature = f"a: {kind}, b: {kind}"
    dtype = torch.complex64 if kind == "complex" else torch.float64
    for arguments in (
        "a, b",
        "a, b, 5",
        "a, b, steps=5",
        "a, b, None",
        "a, b, dtype=9" if kind == "complex" else "a, b, dtype=6",
    ):
        check(f"torch.{name}({arguments})", version, signature, start, end)
    for steps in (None, 7):
        check(f"torch.{name}(a, b, s)", version, f"{signature}, s: Optional[int]", start, end, steps)
    check(f"torch.{name}(a, b, out=o)", version, f"{signature}, o: Tensor", start, end, torch.empty(100, dtype=dtype))


@pytest.mark.parametrize("version", [3, 9, 10])
def test_what_stayed(version):
    check("torch.gelu(x)", version, "x: Tensor", FLOATS)
    check("torch.gelu(x, out=y)", version, "x: Tensor, y: Tensor", FLOATS, torch.zeros(2))
    check("torch.logspace(0, 1, 4, 2.)", version, "x: Tensor", FLOATS)
    check("torch.mul(torch.reciprocal(x), 2)", version, "x: Tensor", INTS)
    check("torch.floor_divide(x, 2)", version, "x: Tensor", INTS)
