"""bytes: literals, items, methods, encoding and decoding, as arguments and results."""

import io
from typing import Dict, List, Optional, Tuple

import pytest
import torch

import portfire
from portfire.errors import CompileError
from tests.script.formed_results import check


def test_literals():
    def f():
        b = b"ab\xff\x00'\n"
        return (
            b, len(b), b[0], b[-1], b[1:3], b[::-1], list(b), [x for x in b], b == b"ab", b != b"ab", b + b"c", b * 2, 97 in b,
            b"b\xff" in b, b.hex(), str(b), repr(b), f"{b}", isinstance(b, bytes), isinstance(b, str), bool(b), b == "ab",
            sum(b), max(b), sorted(b), tuple(b), b"" or b"x",
        )  # fmt: skip

    check(f, ())


def test_methods():
    def f(b: bytes):
        return (
            b.split(b","), b.startswith(b"a"), b.endswith((b"c ", b"x")), b.find(b","), b.replace(b",", b";"), b.strip(),
            b.upper(), b.lower(), b.partition(b","), b.count(b","), b",".join([b"x", b"y"]), b.decode(), b.split(), b < b"b",
            [b, b"q"], {"k": b}, b.rpartition(b","), b.rstrip(b" c"), b.lstrip(), b.center(8), b.zfill(9),
        )  # fmt: skip

    check(f, (b"a,b,,c ",), (b"",))


def test_encoding():
    def f(s: str):
        e = s.encode("utf-8")
        return (
            e, e.decode("utf-8"), len(e), s.encode(), s.encode("ascii", "replace"), s.encode("latin-1", errors="ignore"),
            list(s.encode()), e.hex(),
        )  # fmt: skip

    check(f, ("héllo€😀",), ("abc",), ("",))


def test_decoding():
    def f(b: bytes):
        return b.decode("latin-1"), b.decode("utf-8", "ignore"), b.decode(errors="replace")

    check(f, (b"abc",), (b"\xf0\x9f\x98\x80x",), (b"\xc3\xa9",), (b"",))


def test_what_cannot_be_decoded_or_encoded():
    def decoded(b: bytes):
        return b.decode()

    def encoded(s: str):
        return s.encode("ascii")

    def unknown(s: str):
        return s.encode("utf-99")

    check(decoded, (b"\xff",), (b"\xe2\x82",), (b"\xed\xa0\x80",), (b"\xc0\x80",), (b"ok",))
    check(encoded, ("é",), ("e",))
    check(unknown, ("e",))


def test_of_numbers():
    def f(xs: List[int]):
        return (
            bytes(xs),
            bytes(3),
            bytes(),
            bytes("é", "utf-8"),
            bytes(range(3)),
            bytes(x // 2 for x in xs),
            bytes(b"ab"),
        )

    check(f, ([1, 2, 255],), ([256],), ([-1],), ([],))


def test_in_loops_and_containers():
    def f(b: bytes):
        out = b""
        for x in b:
            out += bytes([x + 1])
        return out, {x: chr(x) for x in b}, b[0] == ord("a"), {b, b"x"}

    check(f, (b"abc",))


def test_as_arguments():
    def f(d: Dict[bytes, int], xs: List[bytes], t: Tuple[bytes, int], o: Optional[bytes] = None):
        return d, xs, t, o, d[b"k"], t[0], o is None

    check(f, ({b"k": 1}, [b"x", b"\xff"], (b"t", 1), None), ({b"k": 1}, [], (b"t", 1), b"o"))


def test_bytes_are_no_texts():
    def f(b: bytes):
        return b + "text"

    with pytest.raises(CompileError, match="bytes cannot be added"):
        portfire.script(f)


def test_read_by_libtorch():
    def f(b: bytes):
        return b.split(b",")

    file = io.BytesIO()
    portfire.save(portfire.script(f), file)
    assert torch.jit.load(io.BytesIO(file.getvalue()))("a,b") == ["a", "b"]
