"""Calls on ATen's kernels: the gated cell and resnet18, against torch.jit on the same models."""

from __future__ import annotations

import torch

import portfire
from bench.measure import Figure, medians
from examples.models import gated_cell, resnet


def gated_cell_call() -> list[Figure]:
    """One call of the small cell whose gate branches on the data."""
    model = gated_cell.GatedCell(gated_cell.Gate()).eval()
    ours, peer = portfire.script(model), torch.jit.script(model)
    x, h = gated_cell.cell_inputs()
    with torch.no_grad():
        times = medians({"ours": lambda: ours(x, h), "peer": lambda: peer(x, h)}, rounds=31, repeat=400, warm=20)
    return [Figure("call of the gated cell / torch.jit", times["ours"] / times["peer"], 1.0)]


def resnet_call() -> list[Figure]:
    """One call of resnet18, frozen against frozen."""
    model = resnet.resnet18()
    example = resnet.example_inputs()
    ours = portfire.freeze(portfire.script(model))
    peer = torch.jit.freeze(torch.jit.script(model))
    with torch.no_grad():
        times = medians({"ours": lambda: ours(*example), "peer": lambda: peer(*example)}, rounds=25, repeat=2)
    return [Figure("call of resnet18, frozen / torch.jit, frozen", times["ours"] / times["peer"], 1.0)]
