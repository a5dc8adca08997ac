"""`portfire inspect`: what is in an archive."""

from __future__ import annotations

import json
import os
from typing import Any

import click
import torch
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

import portfire
from portfire.cli.files import size_text


@click.command(no_args_is_help=True)
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.option("--code", "show_code", is_flag=True, help="Show the source of every method.")
@click.option("--graph", "show_graph", is_flag=True, help="Show the graph of every method.")
@click.option("--parameters", "show_parameters", is_flag=True, help="List every parameter and buffer.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def inspect(model: str, show_code: bool, show_graph: bool, show_parameters: bool, as_json: bool) -> None:
    """Show methods, signatures, parameters, sizes and origin of MODEL, an archive.

    \b
    Examples:
      portfire inspect net.pt
      portfire inspect net.pt --code
      portfire inspect net.pt --json
    """
    loaded = portfire.load(model)
    facts = describe_archive(model, loaded)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"{model}: {facts['kind']} {facts['name']}, {size_text(facts['bytes'])}")
    for key, value in facts["metadata"].items():
        console.print(f"  {key}: {value}")
    console.print(f"  parameters: {facts['parameter_count']:,} in {len(facts['parameters'])} tensors")
    console.print("methods:")
    for method in facts["methods"]:
        console.print(f"  {method['schema']}")
    if show_parameters:
        table = Table("name", "dtype", "sizes", "bytes")
        for row in [*facts["parameters"], *facts["buffers"]]:
            table.add_row(row["name"], row["dtype"], str(row["sizes"]), f"{row['bytes']:,}")
        console.print(table)
    for method in facts["methods"]:
        if show_code:
            _print_source(console, method["code"], "python")
        if show_graph:
            _print_source(console, method["graph"], "text")


def _print_source(console: Console, text: str, language: str) -> None:
    """In colours on a terminal; into a file or pipe as it is, without a line broken."""
    if console.is_terminal and language != "text":
        console.print(Syntax(text, language, background_color="default"))
    else:
        click.echo(text.rstrip("\n"))


def describe_archive(path: str, loaded: Any) -> dict[str, Any]:
    """Everything `inspect` knows, as JSON-able values."""
    is_module = isinstance(loaded, torch.nn.Module)
    methods = portfire.methods_of(loaded)
    rows = {
        kind: [_tensor_row(n, t) for n, t in (getattr(loaded, f"named_{kind}")() if is_module else ())]
        for kind in ("parameters", "buffers")
    }
    return {
        "path": path,
        "bytes": os.path.getsize(path),
        "kind": "module" if is_module else "function",
        "name": loaded.original_name if is_module else loaded.name,
        "metadata": dict(portfire.metadata_of(loaded)),
        "methods": [{"name": m.name, "schema": str(m.schema), "code": m.code, "graph": str(m.graph)} for m in methods],
        "parameter_count": sum(r["count"] for r in rows["parameters"]),
        **rows,
    }


def _tensor_row(name: str, tensor: torch.Tensor) -> dict[str, Any]:
    return {
        "name": name,
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "sizes": list(tensor.shape),
        "count": tensor.numel(),
        "bytes": tensor.numel() * tensor.element_size(),
    }
