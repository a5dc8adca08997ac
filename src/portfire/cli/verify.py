"""`portfire verify`: a compiled model against the eager one, over several inputs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

import portfire
from portfire.cli.inputs import InputSpec, describe, input_option, samples, seed_option
from portfire.cli.run import kernels_option
from portfire.cli.targets import Target, model_of
from portfire.cli.user_code import user_code

DISAGREED = 1


@click.command(no_args_is_help=True)
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.option("--against", required=True, type=Target(), help="The eager model, as for convert.")
@click.option("--function", is_flag=True, help="The target is the function itself, not one that makes the model.")
@click.option("--samples", "count", default=5, show_default=True, help="How many inputs to try.")
@click.option("--rtol", default=None, type=float, help="Relative tolerance. Default: 0 on aten, 1e-4 on native.")
@click.option("--atol", default=None, type=float, help="Absolute tolerance. Default: 0 on aten, 1e-5 on native.")
@click.option("--own-weights", is_flag=True, help="Keep the eager model's weights instead of taking the archive's.")
@input_option
@seed_option
@kernels_option
def verify(
    model: str,
    against: Any,
    function: bool,
    count: int,
    rtol: float | None,
    atol: float | None,
    own_weights: bool,
    inputs: tuple[InputSpec, ...],
    seed: int,
    kernels: str,
) -> None:
    """Run MODEL and the eager model on the same inputs and compare their outputs.

    Prints the largest absolute and relative difference of each output; the exit status is 1 if one is above the tolerance.
    Sizes may be ranges, which tells whether a size was baked in: --input "float32[1..4,3,224,224]". Sizes with a name are the
    same in all inputs: --input "int64[B=1..4,T=2..9]" --input "bool[B,T]".

    \b
    Examples:
      portfire verify net.pt --against mypackage.models:Net --input "float32[1..4,3,224,224]"
      portfire verify net.pt --against model.py:make_net --input image.npy --kernels native
    """
    console = Console(highlight=False)
    tight = kernels == "aten"
    rtol = rtol if rtol is not None else (0.0 if tight else 1e-4)
    atol = atol if atol is not None else (0.0 if tight else 1e-5)
    compiled = portfire.load(model, kernels=kernels)
    eager = model_of(against, is_function=function)
    if not own_weights and isinstance(eager, torch.nn.Module) and not _take_weights(eager, model):
        console.print(
            "the archive has other parameters than the eager model, which keeps its own weights", markup=False
        )
    worst: dict[str, tuple[float, float]] = {}
    problems: list[str] = []
    with torch.no_grad():
        for number in track(range(count), description="comparing", console=Console(stderr=True), transient=True):
            arguments = samples(inputs, seed + number, vary=number > 0)
            with user_code("the eager model"):
                expected = eager(*_copies(arguments))
            try:
                found = compiled(*_copies(arguments))
            except Exception as e:
                problems.append(f"on {describe(arguments)}: {type(e).__name__}: {str(e).splitlines()[0]}")
                continue
            for name, problem, gap in compare(expected, found, rtol, atol):
                before = worst.get(name, (0.0, 0.0))
                worst[name] = (max(before[0], gap[0]), max(before[1], gap[1]))
                if problem:
                    problems.append(f"{name} on {describe(arguments)}: {problem}")
    _report(console, worst, problems, count, rtol, atol)
    if problems:
        sys.exit(DISAGREED)


def compare(
    expected: Any, found: Any, rtol: float, atol: float, name: str = "output"
) -> Iterator[tuple[str, str | None, tuple[float, float]]]:
    """For each tensor or number of two results: its name, what is wrong or None, largest absolute and relative difference."""
    if isinstance(expected, (list, tuple, dict)):
        same_kind = isinstance(found, dict) if isinstance(expected, dict) else isinstance(found, (list, tuple))
        if not same_kind or len(found) != len(expected):
            yield name, f"is {describe(found)}, not {describe(expected)}", (0.0, 0.0)
            return
        keys: Any = expected.keys() if isinstance(expected, dict) else range(len(expected))
        for key in keys:
            yield from compare(expected[key], found[key], rtol, atol, f"{name}[{key!r}]")
    elif isinstance(expected, torch.Tensor):
        yield (name, *_compare_tensors(expected, found, rtol, atol))
    else:
        yield name, None if expected == found else f"is {found!r}, not {expected!r}", (0.0, 0.0)


def _compare_tensors(
    expected: torch.Tensor, found: Any, rtol: float, atol: float
) -> tuple[str | None, tuple[float, float]]:
    if not isinstance(found, torch.Tensor) or found.shape != expected.shape or found.dtype != expected.dtype:
        return f"is {describe(found)}, not {describe(expected)}", (0.0, 0.0)
    wide = torch.complex128 if expected.dtype.is_complex else torch.float64
    a, b = expected.detach().to(wide), found.detach().to(wide)
    gap = (a - b).abs()
    gap = torch.where((a == b) | (a.isnan() & b.isnan()), torch.zeros_like(gap), gap)
    if not gap.numel():
        return None, (0.0, 0.0)
    relative = gap / a.abs().clamp_min(1e-12)
    largest = (float(gap.max()), float(torch.where(gap > 0, relative, torch.zeros_like(gap)).max()))
    within = bool((gap <= atol + rtol * a.abs()).all())
    return None if within else f"differs by up to {largest[0]:.3g} (relative {largest[1]:.3g})", largest


def _take_weights(eager: torch.nn.Module, path: str) -> bool:
    """Give the eager model the archive's weights, if the archive has all of them."""
    loaded = portfire.load(path)
    state = loaded.state_dict() if isinstance(loaded, torch.nn.Module) else {}
    own = eager.state_dict()
    fits = all(k in state and own[k].shape == state[k].shape for k in own)
    if fits:
        eager.load_state_dict({k: state[k] for k in own})
    return fits


def _copies(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.clone() if isinstance(a, torch.Tensor) else a for a in arguments)


def _report(
    console: Console, worst: dict[str, tuple[float, float]], problems: list[str], count: int, rtol: float, atol: float
) -> None:
    table = Table("output", "largest absolute difference", "largest relative difference")
    for name, (absolute, relative) in worst.items():
        table.add_row(name, f"{absolute:.3g}", f"{relative:.3g}")
    if worst:
        console.print(table)
    for problem in problems:
        console.print(Text.assemble(("differs: ", "red"), problem), soft_wrap=True)
    verdict = "disagree" if problems else "agree"
    console.print(f"{verdict} on {count} inputs (rtol {rtol:g}, atol {atol:g})")
