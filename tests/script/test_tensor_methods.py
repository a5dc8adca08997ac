"""Methods of tensors that torch writes in Python, with every way to give their arguments."""

from typing import List

import pytest
import torch

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4) - 5


def test_norms_of_everything():
    def f(x):
        return (
            x.norm(), x.norm(2), x.norm(p=1), x.norm(1.5), x.norm("fro"), x.norm(None), x.norm(float("inf")), x.norm(0),
            x.norm(keepdim=True), x.norm(dtype=torch.float64), x.norm(2, None, True), x.norm(p=2, dim=None), x.norm("nuc"),
            x.norm(dim=()), x.norm(p=1, keepdim=True, dtype=torch.float64),
        )  # fmt: skip

    check(f, (X,))


def test_norms_along_dimensions():
    def f(x, p: float, dim: int, dims: List[int]):
        return (
            x.norm(dim=-1), x.norm(dim=1, keepdim=True), x.norm(2, 1), x.norm(2, 1, True), x.norm(p=p, dim=dim),
            x.norm(2, 1, True, torch.float64), x.norm(dim=dims), x.norm(1, dims, keepdim=True), x.norm(p, (0, 1)),
            x.norm("fro", (0, 1)), x.norm("fro", dim=0), x.norm("nuc", (0, 1)), x.norm(None, 1), x.norm(dim=[0]),
            x.norm(2, dim=dim, dtype=torch.float64), x.norm(dim=(-1,), dtype=torch.float64),
        )  # fmt: skip

    check(f, (X, 1.0, 0, [1]), (X, 3.0, -1, [0, 1]))


def test_names_of_types():
    def f(x, y):
        return x.type(), y.type(), y.type(x.type()), x.type("torch.LongTensor"), x.type(dtype=torch.int16), y.type(None)

    check(f, (X, X.bool()), (X.long(), X.double()), (X.to(torch.complex64), X.to(torch.bfloat16)))


def test_an_unknown_name_of_a_type():
    def f(x, name: str):
        return x.type(name)

    compiled = portfire.script(f)
    assert torch.equal(compiled(X, "torch.IntTensor"), f(X, "torch.IntTensor"))
    for name in ("float", "torch.Tensors", "torch.WrongTensor"):
        with pytest.raises(ValueError, match="invalid type"):
            f(X, name)
        with pytest.raises(Exception, match="invalid type"):
            compiled(X, name)


def test_special_methods():
    def f(x):
        return x.__len__(), x.__reversed__(), reversed(x), x.__getitem__(0), x.__radd__(1), x.to_sparse_coo().to_dense()

    check(f, (X,))


@pytest.mark.parametrize("name", ["storage", "data_ptr", "apply_", "is_shared", "dim_order", "numpy"])
def test_methods_without_a_meaning_say_what_to_write(name):
    lines = {
        "storage": lambda x: x.storage().size(),
        "data_ptr": lambda x: x.data_ptr(),
        "apply_": lambda x: x.apply_(abs),
        "is_shared": lambda x: x.is_shared(),
        "dim_order": lambda x: x.dim_order(),
        "numpy": lambda x: x.numpy(),
    }
    with pytest.raises(CompileError) as error:
        portfire.script(lines[name])
    assert f"'Tensor.{name}' has no meaning" in str(error.value)
    assert error.value.diagnostics[0].help


def test_sequences_that_are_returned_as_they_are():
    def in_reverse(x: List[int]):
        return reversed(x)

    def mapped(x: List[int]):
        return map(lambda item: item + 1, x)

    def numbered(x: List[int]):
        return enumerate(x)

    for f in (in_reverse, mapped, numbered):
        assert portfire.script(f)([3, 5]) == list(f([3, 5]))


def test_devices_and_memory_formats():
    def f(x, other):
        last = torch.channels_last
        return (
            x.to("cpu", memory_format=last).stride(), x.to(device=x.device, memory_format=last).stride(),
            x.to(torch.device("cpu"), torch.float64, memory_format=last).stride(), x.to(memory_format=last).stride(),
            x.to("cpu", memory_format=None), x.to(x.device, non_blocking=True, memory_format=last).stride(),
            x.to(torch.float64, memory_format=last).stride(), x.to(other, memory_format=last).stride(),
            x.to("cpu", dtype=torch.float64, copy=True), x.to(device=x.device, dtype=None),
        )  # fmt: skip

    check(f, (torch.rand(1, 3, 2, 2), torch.ones(1, dtype=torch.float64)))
