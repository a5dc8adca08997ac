"""Files that are damaged, too new, or something else: an error of its own type that says what the file is."""

from __future__ import annotations

import io
import pickle
import random
import zipfile

import pytest
import torch

from portfire.archive.reader import load
from portfire.archive.writer import save
from portfire.errors import ArchiveError, PortfireError, UnsupportedVersionError
from portfire.ir.graph import Function, Parameter
from portfire.ir.parser import parse_graph
from portfire.ir.state import ObjectState
from portfire.ir.types import BOOL, INT, STR, TENSOR, ClassType, DictType, ListType


def small_module() -> ObjectState:
    cls = ClassType("__torch__.small.Net", is_module=True)
    cls.add_attribute("weight", TENSOR, "parameter")
    cls.add_attribute("table", DictType(STR, ListType(INT)))
    cls.add_attribute("training", BOOL)
    text = """graph(%self : __torch__.small.Net, %x : Tensor):
      %w : Tensor = prim::GetAttr[name="weight"](%self)
      %c : Tensor = prim::Constant[value=<Tensor>]()
      %y : Tensor = aten::matmul(%x, %w)
      %z : Tensor = aten::mul(%y, %c)
      return (%z)"""
    graph = parse_graph(text, {cls.name: cls}.get, [torch.tensor([1.0, 2.0])])
    parameters = [Parameter("self", cls), Parameter("x", TENSOR)]
    cls.methods["forward"] = Function(f"{cls.name}.forward", parameters, TENSOR, graph)
    weight = torch.arange(4.0).reshape(2, 2).requires_grad_()
    return ObjectState(cls, {"weight": weight, "table": {"a": [1, 2]}, "training": False})


@pytest.fixture(scope="module")
def good() -> bytes:
    buffer = io.BytesIO()
    save(small_module(), buffer)
    return buffer.getvalue()


def read_everything(data: bytes) -> None:
    archive = load(io.BytesIO(data))
    state = archive.root
    for method in state.cls.methods.values():
        assert method.graph is not None
    assert archive.program


def test_the_good_file(good):
    read_everything(good)
    torch.jit.load(io.BytesIO(good))


def test_every_length(good):
    for length in range(0, len(good) - 1, 37):
        with pytest.raises(ArchiveError):
            read_everything(good[:length])


def test_flipped_bytes_never_crash(good):
    """A flip in a tensor or in padding may go unnoticed; everything else must be an ArchiveError."""
    chance = random.Random(0)
    noticed = 0
    for _ in range(1500):
        data = bytearray(good)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            read_everything(bytes(data))
        except ArchiveError:
            noticed += 1
    assert noticed > 500


@pytest.mark.parametrize("record", ["data.pkl", "constants.pkl", "code/__torch__/small.py", "version"])
def test_changed_records_never_crash(good, record):
    """Bytes changed with a right CRC: as a malicious file has them."""
    chance = random.Random(1)
    original = zipfile.ZipFile(io.BytesIO(good))
    content = original.read(f"archive/{record}")
    for _ in range(150):
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        data = replaced(good, record, bytes(changed))
        try:
            read_everything(data)
        except PortfireError:
            pass


def replaced(data: bytes, record: str, content: bytes | None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            if info.filename != f"archive/{record}":
                target.writestr(info, source.read(info))
            elif content is not None:
                target.writestr(info.filename, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "record", ["data.pkl", "constants.pkl", "data/0", "constants/0", "code/__torch__/small.py", "version"]
)
def test_a_missing_record_is_named(good, record):
    with pytest.raises(ArchiveError):
        read_everything(replaced(good, record, None))


def test_a_newer_version(good):
    with pytest.raises(UnsupportedVersionError, match="version 99 .* reads up to 10"):
        load(io.BytesIO(replaced(good, "version", b"99\n")))


def checkpoint() -> bytes:
    buffer = io.BytesIO()
    torch.save({"w": torch.ones(2)}, buffer)
    return buffer.getvalue()


def other_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data, kind",
    [
        (b"", "empty"),
        (b"hello, world\n" * 50, "a text file"),
        (pickle.dumps({"a": 1}), "a pickle"),
        (checkpoint(), "a checkpoint of torch.save"),
        (other_zip(), "a zip file of something else"),
        (b"\x7fELF" + bytes(100), "a program or library"),
        (b"\x00\xff\x17" * 40, "of an unknown format"),
        (b"PFIREPRG" + bytes(40), "a bare engine program"),
    ],
)
def test_unrelated_files_are_called_by_name(data, kind):
    with pytest.raises(ArchiveError, match=f"is not a model archive: it is {kind}"):
        load(io.BytesIO(data))


def test_paths(tmp_path):
    with pytest.raises(ArchiveError, match="is a directory"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.pt")


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.pt"
    save(small_module(), path)
    before = path.read_bytes()
    broken = small_module()
    del broken.values["weight"]
    with pytest.raises(PortfireError, match="'weight'"):
        save(broken, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.pt"]
