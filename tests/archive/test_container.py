"""The container: aligned, uncompressed, the same bytes every time, readable by torch's own reader."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
import torch

from portfire.archive.zip_reader import ZipReader
from portfire.archive.zip_writer import ALIGNMENT, ZipWriter, replacing

RECORDS = {
    "data.pkl": b"\x80\x02N.",
    "constants.pkl": b"\x80\x02).",
    "code/a.py": "é" * 100,
    "data/0": bytes(range(256)),
    "data/1": b"",
    "version": "3\n",
}


def written() -> bytes:
    buffer = io.BytesIO()
    writer = ZipWriter(buffer, "archive")
    for name, data in RECORDS.items():
        writer.write(name, data)
    writer.close()
    return buffer.getvalue()


def test_records_are_aligned_and_stored():
    data = written()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            name, extra = struct.unpack("<HH", data[info.header_offset + 26 : info.header_offset + 30])
            assert (info.header_offset + 30 + name + extra) % ALIGNMENT == 0
            assert info.compress_type == zipfile.ZIP_STORED


def test_large_records_are_aligned_too(monkeypatch):
    """With the limit lowered, records get the longer headers of zip64."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    data = written()
    monkeypatch.undo()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        info = archive.getinfo("archive/data/0")
        name, extra = struct.unpack("<HH", data[info.header_offset + 26 : info.header_offset + 30])
        start = info.header_offset + 30 + name + extra
        assert start % ALIGNMENT == 0 and data[start : start + 256] == RECORDS["data/0"]
    assert torch._C.PyTorchFileReader(io.BytesIO(data)).get_record("data/0") == RECORDS["data/0"]
    space = bytearray(256)
    ZipReader(io.BytesIO(data), "x").read_into("data/0", memoryview(space))
    assert bytes(space) == RECORDS["data/0"]


def test_the_same_bytes_every_time():
    assert written() == written()


def test_torchs_reader_reads_it():
    reader = torch._C.PyTorchFileReader(io.BytesIO(written()))
    assert reader.get_all_records() == list(RECORDS)
    assert reader.get_record("data/0") == RECORDS["data/0"]


def test_our_reader_reads_it():
    reader = ZipReader(io.BytesIO(written()), "x")
    assert reader.names() == list(RECORDS) and reader.version == 3
    assert reader.read_text("code/a.py") == RECORDS["code/a.py"]
    buffer = bytearray(256)
    reader.read_into("data/0", memoryview(buffer))
    assert bytes(buffer) == RECORDS["data/0"]
    assert reader.read("data/1") == b""


def test_our_reader_reads_compressed_records():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in RECORDS.items():
            archive.writestr(f"model/{name}", data)
    reader = ZipReader(io.BytesIO(buffer.getvalue()), "x")
    space = bytearray(256)
    reader.read_into("data/0", memoryview(space))
    assert bytes(space) == RECORDS["data/0"]


def test_a_file_is_replaced_only_when_complete(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(ValueError), replacing(path) as file:
        file.write(b"half of the new")
        raise ValueError
    assert path.read_bytes() == b"old"
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]
