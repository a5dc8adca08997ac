"""Attempts in processes of their own: what takes too long or crashes is an outcome like any other, and memory comes back.

`Workshop` starts one process that imports the libraries once. It forks for every attempt, waits as long as the attempt may
take, and answers with a line of JSON. torch.jit is asked in another fork than portfire, because it changes torch's records.

Comes before: `attempt.py`. Comes after: `test_zoo.py`, `tools/zoo_table.py`.
"""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from tests.conftest import pytest_configure
from tests.zoo.attempt import Outcome, attempt
from tests.zoo.catalogue import Entry, all_models
from tests.zoo.more_models import more_models

_ROOT = Path(__file__).resolve().parents[2]


class Workshop:
    """Makes attempts, one at a time."""

    def __init__(self) -> None:
        paths = os.pathsep.join([str(_ROOT), str(_ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.zoo.processes"], cwd=_ROOT, env=os.environ | {"PYTHONPATH": paths},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def attempt(self, entry: Entry, seconds: float = 300.0, *, peer: bool = False) -> Outcome:
        """Try a model with portfire, or with `peer` with torch.jit."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps({"name": entry.full_name, "seconds": seconds, "peer": peer}),
            file=self._process.stdin,
            flush=True,
        )
        return Outcome(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _in_a_fork(entry: Entry, seconds: float, peer: bool) -> Outcome:
    """One attempt, or what kept it from answering."""
    lost = Outcome(entry.library, entry.file, entry.key)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(2, 1)  # what a model prints is no answer
        with os.fdopen(writing, "w") as stream:
            json.dump(dataclasses.asdict(attempt(entry, peer)), stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as stream:
        answer = _read_for(stream, seconds)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if answer is None:
        reason = f"no answer in {seconds:.0f} s"
    elif status != 0:
        reason = f"the process ended with {os.waitstatus_to_exitcode(status)}"
    else:
        return Outcome(**json.loads(answer))
    return dataclasses.replace(
        lost, **({"torch_jit": "fails", "torch_jit_reason": reason} if peer else {"reason": reason})
    )


def _read_for(stream: IO[bytes], seconds: float) -> bytes | None:
    """What the stream says until it ends; None where that takes longer."""
    deadline = time.monotonic() + seconds
    answer = b""
    while True:
        ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        piece = stream.read(1 << 16)
        if not piece:
            return answer
        answer += piece


def main() -> None:
    """Answer each line of the input."""
    pytest_configure()
    import timm  # noqa: F401  # here, so that no fork has to
    import torchvision  # noqa: F401

    import portfire  # noqa: F401

    entries = {entry.full_name: entry for entry in (*all_models(), *more_models())}
    for line in sys.stdin:
        asked = json.loads(line)
        outcome = _in_a_fork(entries[asked["name"]], asked["seconds"], asked["peer"])
        print(json.dumps(dataclasses.asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
