"""Several threads calling one module, one intra-op thread each."""

from __future__ import annotations

import statistics
import threading
import time

import torch

import portfire
from bench.measure import Figure
from examples.models import resnet


def _throughput(module: torch.nn.Module, example: tuple[torch.Tensor], threads: int, calls: int) -> float:
    """Calls per second with this many threads, each doing `calls`."""

    def work() -> None:
        torch.set_num_threads(1)
        with torch.no_grad():
            for _ in range(calls):
                module(*example)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return threads * calls / (time.perf_counter() - start)


def python_threads() -> list[Figure]:
    """Two Python threads on one resnet18, against one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        module = portfire.freeze(portfire.script(resnet.resnet18()))
        example = resnet.example_inputs(size=160)
        _throughput(module, example, 2, 3)
        ratios = []
        for _ in range(7):
            one = _throughput(module, example, 1, 12)
            two = _throughput(module, example, 2, 12)
            ratios.append(two / one)
    finally:
        torch.set_num_threads(before)
    return [Figure("two threads / one, from Python", statistics.median(ratios), 1.8, at_least=True)]
