"""Attempts at many models, in processes with a time limit each: what takes too long or crashes is an outcome like any other.

Comes before: `attempt.py` (what runs in the process). Comes after: `test_zoo.py`, `tools/zoo_table.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.zoo.attempt import Outcome
from tests.zoo.catalogue import Entry

_ROOT = Path(__file__).resolve().parents[2]


def attempt_family(entries: list[Entry], seconds_per_model: float = 300.0, peer: bool = False) -> Iterator[Outcome]:
    """Outcomes in order: of portfire, or with `peer` of torch.jit. Models share a process until one does not come back; the others go on in a new one."""
    while entries:
        outcomes, ended = _run(entries, seconds_per_model, peer)
        yield from outcomes
        entries = entries[len(outcomes) :]
        if entries and ended:
            lost = entries.pop(0)
            yield Outcome(lost.library, lost.file, lost.name, reason=ended)


def _run(entries: list[Entry], seconds_per_model: float, peer: bool) -> tuple[list[Outcome], str]:
    """The outcomes of one process, and why it ended before its last model."""
    names = [f"{entry.library}/{entry.name}" for entry in entries]
    command = [sys.executable, "-m", "tests.zoo.attempt", *(["--peer"] if peer else []), *names]
    paths = os.pathsep.join([str(_ROOT), str(_ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    with tempfile.TemporaryFile("w+") as errors, tempfile.TemporaryFile("w+") as lines:
        process = subprocess.Popen(
            command, cwd=_ROOT, env=os.environ | {"PYTHONPATH": paths}, stdout=lines, stderr=errors, text=True
        )
        try:
            status = process.wait(seconds_per_model * len(entries))
            errors.seek(0)
            ended = "" if status == 0 else f"the process ended with {status}: {errors.read()[-300:].strip()}"
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            ended = f"no answer in {seconds_per_model:.0f} s"
        lines.seek(0)
        return [Outcome(**json.loads(line)) for line in lines if line.startswith("{")], ended
