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
    console = Console(highlight=False)
    console.print(f"{model}: {facts['kind']} {facts['name']}, {facts['bytes'] / 1e6:.1f} MB")
    for key, value in facts["metadata"].items():
        console.print(f"  {key}: {value}")
    console.print(f"  parameters: {facts['parameter_count']:,} in {len(facts['parameters'])} tensors", markup=False)
    console.print("methods:")
    for method in facts["methods"]:
        console.print(f"  {method['schema']}", markup=False)
    if show_parameters:
        table = Table("name", "dtype", "sizes", "bytes")
        for row in [*facts["parameters"], *facts["buffers"]]:
            table.add_row(row["name"], row["dtype"], str(row["sizes"]), f"{row['bytes']:,}")
        console.print(table)
    for method in facts["methods"]:
        if show_code:
            console.print(Syntax(method["code"], "python", background_color="default"))
        if show_graph:
            console.print(method["graph"], markup=False)


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
