"""Interleaved timing: two or more callables in turn, medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: the value, and the target it is held against (`at most` unless `at_least`)."""

    name: str
    value: float
    target: float | None
    unit: str = "x"
    at_least: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    def __str__(self) -> str:
        bound = "" if self.target is None else f"{'>=' if self.at_least else '<='} {self.target:g}"
        return f"{self.name}: {self.value:.2f}{self.unit} ({bound}{', met' if self.is_met else ', MISSED'}) {self.note}"


def seconds(function: Callable[[], object], repeat: int) -> float:
    """Time of one call, from `repeat` in a row."""
    start = time.perf_counter()
    for _ in range(repeat):
        function()
    return (time.perf_counter() - start) / repeat


def medians(
    functions: dict[str, Callable[[], object]], rounds: int = 15, repeat: int = 1, warm: int = 3
) -> dict[str, float]:
    """Median seconds per call of each function: in every round each runs once, the order turned round by round."""
    for function in functions.values():
        for _ in range(warm):
            function()
    names = list(functions)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        turned = names[number % len(names) :] + names[: number % len(names)]
        for name in turned:
            times[name].append(seconds(functions[name], repeat))
    return {name: statistics.median(values) for name, values in times.items()}
