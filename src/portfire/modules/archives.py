"""Models out of archives: the engine's program mapped from the file where there is one, else compiled from the source.

A file of portfire's is ready when the engine has linked its program: the TorchScript source in it is read only when `.graph`
or `.code` is asked for. A file of torch's own has no program: its source is read and compiled.

Comes before: `archive/reader.py`, `wrap.py`, `views.py`. Comes after: `api.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from portfire.archive.reader import LoadedArchive
from portfire.archive.reader import load as open_archive
from portfire.ir.graph import Function
from portfire.modules.wrap import wrap_function, wrap_module


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """Where a model came from."""

    path: str
    metadata: Mapping[str, str]
    archive: LoadedArchive


def load_model(path: str | os.PathLike[str] | IO[bytes], libraries: Sequence[str], map_location: str | None) -> Any:
    """A view of the module or function in the archive."""
    archive = open_archive(path, map_location=map_location)
    root = archive.root
    model = wrap_function(root) if isinstance(root, Function) else wrap_module(root)
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else "<file>"
    model.__dict__["_origin"] = LoadedModel(name, {}, archive)
    return model
