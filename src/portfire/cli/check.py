"""`portfire check`: every obstacle at once."""

from __future__ import annotations

import sys
from typing import Any

import click

import portfire
from portfire.cli.inputs import InputSpec, input_option, samples, seed_option
from portfire.cli.targets import Target, model_of


@click.command(no_args_is_help=True)
@click.argument("target", type=Target())
@click.option("--function", is_flag=True, help="The target is the function to check, not one that makes the model.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
@input_option
@seed_option
def check(target: Any, function: bool, format_: str, inputs: tuple[InputSpec, ...], seed: int) -> None:
    """List everything in the source of the model TARGET that cannot be compiled, with what to write instead.

    TARGET is MODULE:ATTR (mypackage.models:Net) or FILE.py:ATTR, as for convert. Exit status: 0 if there is no obstacle, 1 if
    there are some. Inputs only tell the types of parameters that the model does not declare.

    \b
    Examples:
      portfire check mypackage.models:Net
      portfire check model.py:postprocess --function
      portfire check model.py:make_net --format json
    """
    report = portfire.check(model_of(target, is_function=function), samples(inputs, seed) if inputs else None)
    click.echo(report.to_json() if format_ == "json" else str(report))
    if not report.ok:
        sys.exit(1)
