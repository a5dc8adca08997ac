"""Compile time: `portfire.script` whole, against `torch.jit.script`, on torchvision's models; and how it grows with the source.

Both compile the same model in turn, several times, in one process; what each has remembered of a model it may use. The
garbage of one is collected before the other is timed. Times are the processor's: compiling is work of one thread.
"""

from __future__ import annotations

import gc
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

import portfire
from bench.long_source import long_module
from bench.measure import Figure
from examples.models import resnet
from tests.zoo.catalogue import Entry, torchvision_models

#: One of every family, and of every kind.
REPRESENTATIVE = (
    *("alexnet", "convnext_tiny", "deeplabv3_resnet50", "densenet121", "efficientnet_v2_s", "googlenet", "mnasnet1_0"),
    *("mobilenet_v3_large", "r3d_18", "regnet_y_400mf", "resnet50", "shufflenet_v2_x1_0", "squeezenet1_0", "swin_t"),
    *("vgg16", "vit_b_16"),
)
ROUNDS = 3
STATEMENTS = (1_000, 10_000)


def compile_resnet18() -> list[Figure]:
    """Scripting resnet18."""
    ours, peer = _times(resnet.resnet18(), rounds=7)
    return [Figure("scripting resnet18 / torch.jit.script", ours / peer, 3.0)]


def compile_time() -> list[Figure]:
    """Scripting one torchvision model of every family."""
    return _over([entry for entry in _vision_models() if entry.name in REPRESENTATIVE], "models of torchvision")


def compile_all() -> list[Figure]:
    """Scripting every classification, segmentation and video model of torchvision that torch.jit scripts."""
    return _over(_vision_models(), "all models of torchvision")


def compile_long_sources() -> list[Figure]:
    """Scripting a module of 10,000 statements, against one of 1,000."""
    with tempfile.TemporaryDirectory() as folder:
        short, long = (_load(long_module(count), Path(folder) / f"statements_{count}.py") for count in STATEMENTS)
        times: dict[torch.nn.Module, list[float]] = {short: [], long: []}
        portfire.script(short)
        for _ in range(5):
            for module, seconds in times.items():
                seconds.append(_seconds(portfire.script, module))
        ratio = statistics.median(times[long]) / statistics.median(times[short])
        peer = _seconds(torch.jit.script, long)
    note = f"({statistics.median(times[long]):.1f} s; / torch.jit.script: {statistics.median(times[long]) / peer:.2f}x)"
    return [Figure("scripting 10,000 statements / 1,000", ratio, 12.0, note=note)]


def _vision_models() -> list[Entry]:
    # Importing torchvision without its C++ operators needs their names.
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return torchvision_models()


def _over(entries: Sequence[Entry], what: str) -> list[Figure]:
    ratios: dict[str, float] = {}
    refused: list[str] = []
    _times(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()), rounds=1)
    for entry in entries:
        model = entry.build()
        try:
            torch.jit.script(model)
        except Exception:
            refused.append(entry.name)
            continue
        ours, peer = _times(model, rounds=ROUNDS)
        ratios[entry.name] = ours / peer
    worst = max(ratios, key=lambda name: ratios[name])
    note = f"({len(ratios)} models, {min(ratios.values()):.2f}x to {ratios[worst]:.2f}x, {worst})"
    if refused:
        note += f" torch.jit refuses {', '.join(refused)}"
    return [Figure(f"scripting {what} / torch.jit.script, median", statistics.median(ratios.values()), 2.0, note=note)]


def _times(model: torch.nn.Module, rounds: int) -> tuple[float, float]:
    """Median seconds of scripting the model with portfire and with torch.jit, in turn."""
    systems: tuple[Callable[[torch.nn.Module], object], ...] = (portfire.script, torch.jit.script)
    times: dict[Callable[[torch.nn.Module], object], list[float]] = {system: [] for system in systems}
    for number in range(rounds):
        for system in systems if number % 2 else reversed(systems):
            times[system].append(_seconds(system, model))
    return statistics.median(times[portfire.script]), statistics.median(times[torch.jit.script])


def _seconds(system: Callable[[torch.nn.Module], object], model: torch.nn.Module) -> float:
    gc.collect()
    start = time.process_time()
    system(model)
    return time.process_time() - start


def _load(text: str, path: Path) -> torch.nn.Module:
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    made = module.Generated()
    assert isinstance(made, torch.nn.Module)
    return made
