"""The engine's shared library: what it links to, and how large it is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portfire import _engine

pytestmark = pytest.mark.skipif(sys.platform != "linux" or not shutil.which("ldd"), reason="needs ldd")

ALLOWED = {
    "linux-vdso",
    "libstdc++",
    "libgcc_s",
    "libm",
    "libc",
    "libpthread",
    "libdl",
    "librt",
    "ld-linux-x86-64",
    "ld-linux-aarch64",
}
LIMIT = 5_000_000


def library() -> Path:
    listed = subprocess.run(["ldd", _engine.__file__], capture_output=True, text=True, check=True).stdout
    found = re.search(r"libportfire\.so\S* => (\S+)", listed)
    assert found, listed
    return Path(found[1]).resolve()


def test_links_to_nothing_but_the_runtime() -> None:
    listed = subprocess.run(["ldd", library()], capture_output=True, text=True, check=True).stdout
    names = {Path(line.split()[0]).name.split(".so")[0] for line in listed.splitlines() if line.strip()}
    assert names <= ALLOWED, names - ALLOWED


def test_is_small(tmp_path: Path) -> None:
    stripped = tmp_path / "libportfire.so"
    subprocess.run(["strip", "-o", stripped, library()], check=True)
    assert stripped.stat().st_size < LIMIT
