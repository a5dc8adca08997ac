"""What happens before the steady state: loading, and the first call."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import torch

import portfire
from bench.measure import Figure, medians
from examples.models import resnet

_FIRST_CALL = """
    import statistics, sys, time
    import torch
    path, system = sys.argv[1:]
    if system == "torch.jit":
        model = torch.jit.load(path)
    elif system == "eager":
        from examples.models import resnet
        model = resnet.resnet18()
    else:
        import portfire
        model = portfire.load(path, kernels=system)
    x = torch.rand(1, 3, 224, 224)
    # What the first use of convolutions in a process costs by itself is torch's own: it is paid here, on both sides.
    torch.conv2d(torch.rand(1, 3, 32, 32), torch.rand(8, 3, 3, 3))
    times = []
    with torch.no_grad():
        for _ in range(15):
            start = time.perf_counter()
            model(x)
            times.append(time.perf_counter() - start)
    print(times[0] / statistics.median(times[5:]))
"""


def first_call() -> list[Figure]:
    """The first call of a loaded resnet18 over a steady one, each in a fresh process.

    On ATen the first call builds oneDNN's primitives, in eager mode as well: its figure is given beside.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resnet18.pt"
        portfire.save(portfire.script(resnet.resnet18()), path)
        systems = ("native", "aten", "eager", "torch.jit")
        rounds = [{system: _ratio(path, system) for system in systems} for _ in range(5)]
    ratio = {system: statistics.median(r[system] for r in rounds) for system in systems}
    note = f"(eager: {ratio['eager']:.2f}x, torch.jit: {ratio['torch.jit']:.2f}x)"
    return [
        Figure("first call / steady call, native kernels", ratio["native"], 1.5),
        Figure("first call / steady call, ATen", ratio["aten"], 1.5, note=note),
    ]


def _ratio(path: Path, system: str) -> float:
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(_FIRST_CALL), str(path), system]
    root = Path(__file__).resolve().parents[1]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout)


def load_time() -> list[Figure]:
    """Loading resnet18.pt, the same file on both sides."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "resnet18.pt")
        portfire.save(portfire.script(resnet.resnet18()), path)
        times = medians({"ours": lambda: portfire.load(path), "peer": lambda: torch.jit.load(path)}, rounds=11, warm=2)
    return [Figure("loading resnet18.pt / torch.jit.load", times["ours"] / times["peer"], 1.0)]
