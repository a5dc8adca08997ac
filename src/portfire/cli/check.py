"""`portfire check`: every obstacle at once."""

from __future__ import annotations

import sys
from typing import Any

import click

import portfire
from portfire.cli.candidates import Candidate, candidates
from portfire.cli.inputs import InputSpec, input_option, samples, seed_option
from portfire.cli.report_text import shown
from portfire.cli.targets import Target, has_attribute, model_of


class _TargetOrPlace(Target):
    """A target, or a place to look for some."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not has_attribute(value):
            return candidates(value)
        return super().convert(value, param, ctx)


@click.command(no_args_is_help=True)
@click.argument("target", type=_TargetOrPlace())
@click.option("--function", is_flag=True, help="The target is the function to check, not one that makes the model.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
@input_option
@seed_option
def check(target: Any, function: bool, format_: str, inputs: tuple[InputSpec, ...], seed: int) -> None:
    """List everything in the source of the model TARGET that cannot be compiled, with what to write instead.

    TARGET is MODULE:ATTR (mypackage.models:Net) or FILE.py:ATTR, as for convert; arguments of a class or function may follow
    it. A file, folder or module alone: what in it can be checked is listed. Exit status: 0 if there is no obstacle, 1 if there
    are some, 2 for wrong usage, 3 if portfire failed. Inputs only tell the types of parameters that the model does not declare.

    \b
    Examples:
      portfire check mypackage.models:Net
      portfire check "mypackage.models:Net(64, depth=3)"
      portfire check model.py:postprocess --function
      portfire check model.py:make_net --format json
      portfire check mypackage/
    """
    if isinstance(target, list) and all(isinstance(c, Candidate) for c in target):
        _list(target)
        return
    report = portfire.check(model_of(target, is_function=function), samples(inputs, seed) if inputs else None)
    click.echo(report.to_json() if format_ == "json" else shown(str(report)))
    if not report.ok:
        sys.exit(1)


def _list(found: list[Candidate]) -> None:
    if not found:
        raise click.UsageError("there are no modules or functions in it that could be checked")
    click.echo("can be checked:")
    for candidate in found:
        click.echo(f"  {candidate}")
