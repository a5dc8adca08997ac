"""`portfire run`: one call of a compiled model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy
import torch
from rich.console import Console

import portfire
from portfire.cli.files import OutputPath
from portfire.cli.inputs import InputSpec, describe, input_option, samples, seed_option
from portfire.cli.user_code import user_code
from portfire.errors import ArgumentError

kernels_option = click.option(
    "--kernels", type=click.Choice(["aten", "native"]), default="aten", show_default=True, help="Kernels to run on."
)


@click.command(no_args_is_help=True)
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.option("--method", default="forward", show_default=True, help="The method to call.")
@click.option(
    "--output", "-o", "outputs", multiple=True, type=OutputPath(),
    help="Where to write the result: .npy for a tensor (once per output), .pt for anything.",
)  # fmt: skip
@input_option
@seed_option
@kernels_option
def run(
    model: str, method: str, outputs: tuple[str, ...], inputs: tuple[InputSpec, ...], seed: int, kernels: str
) -> None:
    """Run MODEL, an archive, on the inputs, and show or write what it gives.

    \b
    Examples:
      portfire run net.pt --input "float32[1,3,224,224]"
      portfire run net.pt --input image.npy -o scores.npy
      portfire run net.pt --method encode --input tokens.pt -o states.pt
    """
    loaded = portfire.load(model, kernels=kernels)
    function = loaded if method == "forward" else getattr(loaded, method, None)
    if not callable(function):
        raise ArgumentError(f"{model} has no method '{method}'")
    with torch.no_grad(), user_code("the model"):
        result = function(*samples(inputs, seed))
    if not outputs:
        show(result)
        return
    write(result, outputs)


def show(result: Any) -> None:
    """Print a result: kind and sizes, and the first numbers of each tensor."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for name, item in leaves(result):
        console.print(f"{name}: {describe(item)}")
        if isinstance(item, torch.Tensor) and item.numel():
            first = ", ".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in item.flatten()[:8].tolist())
            console.print(f"  {first}{', …' if item.numel() > 8 else ''}")


def leaves(result: Any, name: str = "output") -> Iterator[tuple[str, Any]]:
    """The values in a nested result, each with its place: `output[0]['scores']`."""
    if isinstance(result, (list, tuple)) and result:
        for i, item in enumerate(result):
            yield from leaves(item, f"{name}[{i}]")
    elif isinstance(result, dict) and result:
        for key, item in result.items():
            yield from leaves(item, f"{name}[{key!r}]")
    else:
        yield name, result


def write(result: Any, paths: tuple[str, ...]) -> None:
    """Write a result to one file, or its items to one file each."""
    items = [result] if len(paths) == 1 else list(result) if isinstance(result, (list, tuple)) else [result]
    if len(paths) == 1 and paths[0].endswith(".npy") and isinstance(result, (list, tuple)) and len(result) == 1:
        items = list(result)
    if len(items) != len(paths):
        raise click.UsageError(f"the model gave {len(items)} outputs, and -o names {len(paths)} files")
    for path, item in zip(paths, items, strict=True):
        temporary = Path(f"{path}.part")
        if path.endswith(".npy"):
            if not isinstance(item, torch.Tensor):
                raise click.UsageError(
                    f"{path}: a .npy file holds one tensor, the output is a {describe(item)}; use .pt"
                )
            with temporary.open("wb") as file:
                numpy.save(file, item.detach().cpu().numpy())
        else:
            torch.save(item, temporary)
        temporary.replace(path)
