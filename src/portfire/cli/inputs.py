"""Inputs on the command line: made up from a description, read from a file, or written as a number.

    float32[1,3,224,224]     random numbers, standard normal; integers from 0 to 9; bools at random
    int64[2,7]=0..99         integers from 0 to 99
    float32[1..4,3,224,224]  a size between 1 and 4 (verify tries several; elsewhere the first)
    int64[B=1..4,T=2..9] int64[B,T]
                             sizes with a name are the same in all inputs
    image.npy  inputs.pt     a file: .npy one tensor; .pt a tensor, or a tuple or dict of them
    3  2.5  true  none  "text"

Comes after: `convert.py`, `run.py`, `verify.py`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch

_SPEC = re.compile(r"^(?P<dtype>[a-z]+\d*)\[(?P<sizes>[^\]]*)\](=(?P<low>-?\d+)\.\.(?P<high>-?\d+))?$")


_SIZE = re.compile(r"^(?:(?P<name>[A-Za-z]\w*)(?:=|$))?(?:(?P<low>\d+)(?:\.\.(?P<high>\d+))?)?$")


@dataclass(frozen=True, slots=True)
class Size:
    """A size of a made-up tensor: between `low` and `high`, or what another input has for the same name."""

    low: int | None = None
    high: int | None = None
    name: str | None = None

    def choose(self, generator: torch.Generator, named: dict[str, int], vary: bool) -> int:
        """A size; the one chosen before for the same name."""
        if self.name in named:
            return named[self.name]
        if self.low is None or self.high is None:
            raise click.UsageError(
                f"the size {self.name} has no value; write {self.name}=1..8 in the first input that has it"
            )
        size = int(torch.randint(self.low, self.high + 1, (), generator=generator)) if vary else self.low
        if self.name is not None:
            named[self.name] = size
        return size


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One argument: either a description of a tensor, or a value."""

    text: str
    dtype: torch.dtype | None = None
    sizes: tuple[Size, ...] = ()
    low: int = 0
    high: int = 9
    value: Any = None

    def sample(self, generator: torch.Generator, named: dict[str, int], vary: bool = False) -> Any:
        """The argument; sizes with a range are drawn from it if `vary`, else they are the first."""
        if self.dtype is None:
            return self.value
        sizes = [size.choose(generator, named, vary) for size in self.sizes]
        if self.dtype == torch.bool:
            return torch.randint(0, 2, sizes, generator=generator).bool()
        if self.dtype.is_floating_point or self.dtype.is_complex:
            return torch.randn(sizes, generator=generator, dtype=torch.float32).to(self.dtype)
        return torch.randint(self.low, self.high + 1, sizes, generator=generator).to(self.dtype)


class InputType(click.ParamType):  # type: ignore[type-arg] # generic since click 8.4
    """Turns one `--input` into an `InputSpec`."""

    name = "INPUT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> InputSpec:
        """What the user wrote, as an `InputSpec`; fails with a usage error."""
        if isinstance(value, InputSpec):
            return value
        match = _SPEC.match(value)
        if match is not None:
            return self._tensor(value, match, param, ctx)
        if value.endswith((".npy", ".pt", ".pth")):
            return InputSpec(value, value=read_value(value))
        named = {"true": True, "false": False, "none": None}
        if value.lower() in named:
            return InputSpec(value, value=named[value.lower()])
        try:
            return InputSpec(value, value=ast.literal_eval(value))
        except (ValueError, SyntaxError):
            self.fail(
                f'{value!r} is not an input: write float32[1,3,224,224], int64[2,7]=0..99, a .npy or .pt file, or a number',
                param, ctx,
            )  # fmt: skip

    def _tensor(
        self, value: str, match: re.Match[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> InputSpec:
        dtype = getattr(torch, match["dtype"], None)
        if not isinstance(dtype, torch.dtype):
            self.fail(f"{match['dtype']!r} in {value!r} is not a dtype of torch", param, ctx)
        sizes = []
        for part in filter(None, (p.strip() for p in match["sizes"].split(","))):
            found = _SIZE.match(part)
            if found is None or int(found["low"] or 0) > int(found["high"] or found["low"] or 0):
                self.fail(f"{part!r} in {value!r} is not a size: write 3, 1..4, N=1..4, or N", param, ctx)
            low, high = found["low"], found["high"] or found["low"]
            sizes.append(Size(int(low) if low else None, int(high) if high else None, found["name"]))
        bounds = (int(match["low"]), int(match["high"])) if match["low"] else (0, 9)
        return InputSpec(value, dtype, tuple(sizes), *bounds)


input_option = click.option(
    "--input", "-i", "inputs", multiple=True, type=InputType(), metavar="SPEC",
    help='One argument, in order: "float32[1,3,224,224]", "int64[2,7]=0..99", a .npy or .pt file, or a number.',
)  # fmt: skip
seed_option = click.option("--seed", default=0, show_default=True, help="Seed of made-up inputs.")


def samples(inputs: tuple[InputSpec, ...], seed: int, vary: bool = False) -> tuple[Any, ...]:
    """One value for each input."""
    generator = torch.Generator().manual_seed(seed)
    named: dict[str, int] = {}
    return tuple(spec.sample(generator, named, vary) for spec in inputs)


def read_value(path: str) -> Any:
    """What a .npy or .pt file holds. Raises click.BadParameter if it cannot be read."""
    import numpy

    if not Path(path).exists():
        raise click.BadParameter(f"there is no file {path}")
    try:
        if path.endswith(".npy"):
            return torch.from_numpy(numpy.load(path, allow_pickle=False))
        return torch.load(path, weights_only=True)
    except Exception as e:
        raise click.BadParameter(f"{path} cannot be read: {e}") from e


def describe(value: Any) -> str:
    """A short line about a value: dtype and sizes of a tensor, the value of a number."""
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}".replace(" ", "")
    if isinstance(value, (list, tuple)):
        inner = ", ".join(describe(v) for v in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {describe(v)}" for k, v in value.items()) + "}"
    return repr(value)
