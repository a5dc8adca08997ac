"""The engine in C++ programs: threads, and memory after loading. Built on the way against the installed portfire."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import torch

import portfire
from bench.measure import Figure
from examples.models import resnet

SOURCES = Path(__file__).resolve().parent / "cpp"
BUILD = Path(__file__).resolve().parents[1] / "build" / "bench"


@cache
def _programs() -> Path:
    prefix = f"{portfire.cmake_prefix_path};{torch.utils.cmake_prefix_path}"
    for command in (
        ["cmake", "-S", SOURCES, "-B", BUILD, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release"],
        ["cmake", "--build", BUILD, "-j", "2"],
    ):
        subprocess.run([str(c) for c in command], check=True, capture_output=True)
    return BUILD


def cpp_threads() -> list[Figure]:
    """Two C++ threads on one resnet18, against one: on the engine's own kernels and on ATen's."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resnet18.pt"
        portfire.save(portfire.freeze(portfire.script(resnet.resnet18())), path)
        for program, kernels in (("threads_aten", "aten"), ("threads_native", "native")):
            ratios = [float(_run(program, path)) for _ in range(5)]
            name = f"two threads / one, from C++ on {kernels}"
            figures.append(Figure(name, statistics.median(ratios), 1.8, at_least=True))
    return figures


def memory_after_load() -> list[Figure]:
    """Resident memory of a C++ process that has loaded resnet18.pt, over the bare process, minus the weights."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resnet18.pt"
        model = resnet.resnet18()
        portfire.save(portfire.script(model), path)
        weights = sum(t.numel() * t.element_size() for t in model.state_dict().values()) / 1e6
        loaded, run = (float(n) for n in _run("memory", path).split())
    note = f"(weights {weights:.1f} MB; grown by {loaded:.1f} MB after load with every weight read, {run:.1f} MB after a call)"
    return [Figure("memory after load over the weights", loaded - weights, 20.0, unit="MB", note=note)]


def _run(program: str, *arguments: object) -> str:
    command = [str(_programs() / program), *(str(a) for a in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
