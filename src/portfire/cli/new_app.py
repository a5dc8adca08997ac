"""`portfire new-app`: a CMake project that runs a model in C++."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path
from string import Template

import click
from rich.console import Console

import portfire
from portfire.errors import PortfireError

_FILES = {"CMakeLists.txt.in": "CMakeLists.txt", "main.cpp.in": "main.cpp", "README.md.in": "README.md"}


@click.command(name="new-app", no_args_is_help=True)
@click.argument("directory", type=click.Path(file_okay=False))
@click.option("--model", required=True, type=click.Path(exists=True, dir_okay=False), help="The archive to run.")
@click.option("--kernels", type=click.Choice(["native", "aten"]), default="native", show_default=True,
              help="native: needs nothing but the engine. aten: every ATen operator, needs libtorch.")  # fmt: skip
def new_app(directory: str, model: str, kernels: str) -> None:
    """Make DIRECTORY, a C++ project that loads a copy of the model and runs it.

    \b
    Examples:
      portfire new-app resnet-app --model resnet18.pt
      cmake -S resnet-app -B resnet-app/build -DCMAKE_PREFIX_PATH="$(python -c 'import portfire; print(portfire.cmake_prefix_path)')"
      cmake --build resnet-app/build && resnet-app/build/resnet-app resnet-app/resnet18.pt "float32[1,3,224,224]"
    """
    target = Path(directory)
    if target.exists() and any(target.iterdir()):
        raise PortfireError(f"{directory} exists and is not empty; name a new folder")
    portfire.load(model)  # a file that is no model is refused before anything is made
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in target.name) or "app"
    values = {
        "name": name,
        "model": Path(model).name,
        "kernels": kernels,
        "use_aten": "ON" if kernels == "aten" else "OFF",
    }
    target.mkdir(parents=True, exist_ok=True)
    templates = resources.files("portfire.cli") / "app_template"
    for source, file in _FILES.items():
        text = (templates / source).read_text(encoding="utf-8")
        (target / file).write_text(_Template(text).substitute(values), encoding="utf-8")
    shutil.copyfile(model, target / Path(model).name)
    Console(highlight=False).print(f"{directory}: see {directory}/README.md")


class _Template(Template):
    """`@name@`: dollar signs belong to CMake and the shell."""

    delimiter = "@"
    pattern = r"@(?:(?P<named>[a-z_]+)@|(?P<braced>(?!))|(?P<escaped>(?!))|(?P<invalid>(?!)))"  # type: ignore[assignment]
