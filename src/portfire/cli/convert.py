"""`portfire convert`: a model to an archive."""

from __future__ import annotations

import os
from typing import Any

import click
import torch
from rich.console import Console

import portfire
from portfire.cli.files import OutputPath, size_text
from portfire.cli.inputs import InputSpec, input_option, samples, seed_option
from portfire.cli.targets import Target, model_of
from portfire.cli.user_code import user_code


@click.command(no_args_is_help=True)
@click.argument("target", type=Target())
@click.option("--output", "-o", required=True, type=OutputPath(), help="The archive to write.")
@click.option("--script", "mode", flag_value="script", default=True, help="Compile the model's source (the default).")
@click.option("--trace", "mode", flag_value="trace", help="Record a run on the inputs.")
@click.option("--function", is_flag=True, help="The target is the function to compile, not one that makes the model.")
@click.option("--freeze", is_flag=True, help="Make parameters constants and fold batch norms (eval mode).")
@click.option("--state-dict", type=click.Path(exists=True, dir_okay=False), help="Weights to load first (torch.save).")
@click.option("--no-examples", is_flag=True, help="Do not keep the inputs and outputs in the archive for self-tests.")
@input_option
@seed_option
def convert(
    target: Any,
    output: str,
    mode: str,
    function: bool,
    freeze: bool,
    state_dict: str | None,
    no_examples: bool,
    inputs: tuple[InputSpec, ...],
    seed: int,
) -> None:
    """Compile the model TARGET and write it to one file.

    TARGET is MODULE:ATTR (mypackage.models:Net) or FILE.py:ATTR, and names a module, a module class or a function that makes
    one without arguments, or a function to compile. It may also be an archive that torch.jit.save wrote.

    \b
    Examples:
      portfire convert mypackage.models:Net -o net.pt
      portfire convert model.py:make_net --trace --input "float32[1,3,224,224]" -o net.pt
      portfire convert model.py:postprocess --function -o postprocess.pt
      portfire convert old.pt -o new.pt
    """
    console = Console(stderr=True)
    model = model_of(target, is_function=function)
    if state_dict is not None:
        if not isinstance(model, torch.nn.Module):
            raise click.UsageError("--state-dict needs a module")
        with user_code(f"loading {state_dict}"):
            model.load_state_dict(torch.load(state_dict, weights_only=True))
    arguments = samples(inputs, seed)
    if mode == "trace" and not inputs:
        raise click.UsageError('--trace needs inputs: --input "float32[1,3,224,224]"')
    with console.status(f"{'tracing' if mode == 'trace' else 'compiling'} …"), user_code("the model"):
        compiled = (
            portfire.trace(model, arguments)
            if mode == "trace"
            else portfire.script(model, arguments if inputs else None)
        )
    if freeze:
        if not isinstance(compiled, portfire.ScriptModule):
            raise click.UsageError("--freeze needs a module")
        with console.status("freezing …"):
            compiled = portfire.freeze(compiled.eval())
    with console.status(f"writing {output} …"):
        portfire.save(compiled, output, example_inputs=arguments if inputs and not no_examples else None)
    console.print(f"{output}: {size_text(os.path.getsize(output))}", highlight=False, markup=False, soft_wrap=True)
