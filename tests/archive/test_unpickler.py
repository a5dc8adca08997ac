"""The unpickler builds what archives contain, and refuses everything else by name, without running it."""

from __future__ import annotations

import collections
import io
import os
import pickle
import struct

import pytest
import torch

from portfire.archive.pickler import Pickler
from portfire.archive.storages import StorageTable, storage_bytes
from portfire.archive.type_names import UniqueNames
from portfire.archive.unpickler import Unpickler
from portfire.errors import ArchiveError, SaveError
from portfire.ir.subtyping import union_of
from portfire.ir.types import (
    ANY,
    FLOAT,
    INT,
    STR,
    TENSOR,
    DictType,
    EnumType,
    ListType,
    OptionalType,
    TupleType,
    Type,
)  # fmt: skip


class Tensors:
    """Storages out of memory instead of a file."""

    def __init__(self, table: StorageTable) -> None:
        self.table = table

    def storage(self, key: str, size: int):
        storage = self.table.storages[f"data/{key}"]
        assert len(storage_bytes(storage)) >= size
        return storage


def round_trip(value, type_: Type, resolve=lambda name: None):
    table = StorageTable()
    pickler = Pickler(UniqueNames().__getitem__, table, "data")
    pickler.value(value, type_)
    return Unpickler(pickler.finish(), resolve, Tensors(table)).load()


@pytest.mark.parametrize(
    "value, type_",
    [
        (None, OptionalType(INT)), (True, ANY), (0, INT), (255, INT), (65535, INT), (-1, INT), (2**31, INT), (-(2**63), INT),
        (2**63 - 1, INT), (0.1, FLOAT), (float("inf"), FLOAT), (1 + 2j, ANY), ("", STR), ("naïve ☃", STR),
        ([1, 2], ListType(INT)), ([], ListType(STR)), (["a", None], ListType(OptionalType(STR))), ([[1.5]], ListType(ListType(FLOAT))),
        ({"a": 1, "b": 2}, DictType(STR, INT)), ({}, DictType(INT, TENSOR)), ((), TupleType(())), ((1, "a"), TupleType((INT, STR))),
        ((1, 2, 3, 4), TupleType((INT,) * 4)), (torch.device("cpu"), ANY), ([1, 2], union_of([ListType(INT), STR])),
    ],
)  # fmt: skip
def test_values_come_back(value, type_):
    found = round_trip(value, type_)
    assert found == value and type(found) is type(value)


def test_an_int_where_a_float_is_declared():
    assert type(round_trip(1, FLOAT)) is float


def test_integers_beyond_64_bits():
    with pytest.raises(SaveError, match="64 bits"):
        round_trip(2**63, INT)


def test_enums_come_back():
    color = EnumType("__torch__.Color", INT, {"RED": 1, "BLUE": 2})
    assert round_trip(color.member("BLUE"), color, {"__torch__.Color": color}.get) is color.member("BLUE")


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6).reshape(2, 3), torch.randn(4)[1:3], torch.randn(3, 4).t(), torch.ones(2, 2)[0, 0], torch.zeros(0, 3),
        torch.ones(3).expand(2, 3), torch.tensor(True), torch.randn(2).half(), torch.randn(2).bfloat16(),
        torch.tensor([1 + 2j]), torch.tensor([1, 2], dtype=torch.uint8), torch.randn(2, requires_grad=True),
        torch.quantize_per_tensor(torch.randn(4), 0.1, 3, torch.qint8),
        torch.quantize_per_channel(torch.randn(2, 3), torch.tensor([0.1, 0.2]), torch.tensor([0, 1]), 0, torch.qint8),
    ],
)  # fmt: skip
def test_tensors_come_back(tensor):
    found = round_trip(tensor, TENSOR)
    assert torch.equal(found, tensor) and found.dtype == tensor.dtype and found.stride() == tensor.stride()
    assert found.requires_grad == tensor.requires_grad


def test_sharing_comes_back():
    base = torch.arange(4.0)
    shared = [1, 2]
    a, b, x, y = round_trip((base, base[1:], shared, shared), TupleType((TENSOR, TENSOR, ListType(INT), ListType(INT))))
    a[1] = 9.0
    assert b[0] == 9.0 and x is y


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/portfire-was-tricked",)


@pytest.mark.parametrize(
    "value", [Evil(), collections.Counter("aab"), io.StringIO, print, torch.nn.Linear(1, 1), b"bytes"]
)
def test_foreign_objects_are_refused(value):
    data = pickle.dumps(value, protocol=2)
    with pytest.raises(ArchiveError):
        Unpickler(data, lambda name: None, Tensors(StorageTable())).load()
    assert not os.path.exists("/tmp/portfire-was-tricked")


def test_a_refused_global_is_named():
    with pytest.raises(ArchiveError, match=r"refers to (posix|nt)\.system"):
        Unpickler(pickle.dumps(Evil(), 2), lambda name: None, Tensors(StorageTable())).load()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x80", b"\x80\x03N.", b"\x80\x02", b"\x80\x02.", b"\x80\x02t.", b"\x80\x02NN.", b"\x80\x02h\x07.", b"\x80\x02]e.",
        b"\x80\x02Nb.", b"\x80\x02NNR.", b"\x80\x02X\xff\xff\xff\xffab.", b"\x80\x02c__torch__\nC\n.", b"\x80\x02(KQ.",
        b"\x80\x02]}s.", b"\x80\x02}](u.", b"\x80\x02\x8a\xff\x00.", b"\x80\x02K\x01K\x02\x86Q.", b"\x80\x02\x87.",
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.", b"\x80\x02ctorch\ndevice\nX\x01\0\0\0x\x85R.",
        b"\x80\x02}]K\x01s.",
    ],
)  # fmt: skip
def test_malformed_pickles(data):
    with pytest.raises(ArchiveError):
        Unpickler(data, lambda name: None, Tensors(StorageTable())).load()


@pytest.mark.parametrize(
    "offset, sizes, strides",
    [(0, (3,), (2,)), (4, (1,), (1,)), (-1, (1,), (1,)), (0, (2,), ()), (0, (-1,), (1,)), (0, (2,), (2**62,))],
)
def test_tensors_outside_their_storage(offset, sizes, strides):
    table = StorageTable()
    table.record(torch.zeros(4), "data")
    out = io.BytesIO(b"")
    out.write(
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" + b"0"
    )
    out.write(b"X\x03\0\0\0cpuK\x04tQ")
    for number in (offset,):
        out.write(b"\x8a\x08" + struct.pack("<q", number))
    for numbers in (sizes, strides):
        out.write(b"(" + b"".join(b"\x8a\x08" + struct.pack("<q", n) for n in numbers) + b"t")
    out.write(b"\x89NtR.")
    with pytest.raises(ArchiveError):
        Unpickler(out.getvalue(), lambda name: None, Tensors(table)).load()
