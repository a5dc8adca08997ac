"""`portfire`: the group of subcommands, and what becomes of errors.

Exit status: 0 done; 1 the command ran and the answer is no (`verify` found a difference, `check` an obstacle); 2 wrong usage;
3 portfire failed (a model that does not compile, a file that cannot be read).
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click
from rich.console import Console

import portfire
from portfire.cli.check import check
from portfire.cli.convert import convert
from portfire.cli.inspect import inspect
from portfire.cli.new_app import new_app
from portfire.cli.run import run
from portfire.cli.verify import verify
from portfire.errors import PortfireError

FAILED = 3


class _Commands(click.Group):
    """Reports portfire's errors as one message instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PortfireError as e:
            Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(f"error: {e}")
            sys.exit(FAILED)
        except BrokenPipeError:  # who read the output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)
        except OSError as e:
            Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(
                f"error: {e.filename}: {e.strerror}"
            )
            sys.exit(FAILED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version=portfire.__version__)
def main() -> None:
    """Turn PyTorch models into programs that run without Python.

    \b
    Examples:
      portfire convert examples/models/resnet.py:resnet18 --trace --input "float32[1,3,224,224]" -o resnet18.pt
      portfire inspect resnet18.pt
      portfire run resnet18.pt --input "float32[1,3,224,224]"
      portfire verify resnet18.pt --against examples/models/resnet.py:resnet18 --input "float32[1..4,3,224,224]"
      portfire new-app resnet-app --model resnet18.pt
    """


for command in (check, convert, inspect, run, verify, new_app):
    main.add_command(command)
