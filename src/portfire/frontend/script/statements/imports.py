"""`import` inside a function: done while compiling.

Comes before: `python_values.py`. Comes after: `statements.py`.
"""

from __future__ import annotations

import ast
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_import(emitter: Emitter, node: ast.Import) -> None:
    """`import a.b as c`."""
    for alias in node.names:
        module = _import(emitter, alias.name)
        if alias.asname is None:
            module, name = _import(emitter, alias.name.partition(".")[0]), alias.name.partition(".")[0]
        else:
            name = alias.asname
        emitter.frame.assign(name, emitter.compiler.value_of(emitter, module, name))


def emit_import_from(emitter: Emitter, node: ast.ImportFrom) -> None:
    """`from a import b as c`."""
    package = emitter.context.lookup("__package__")
    source = "." * node.level + (node.module or "")
    module = _import(emitter, source, package if isinstance(package, str) else None)
    for alias in node.names:
        if alias.name == "*":
            raise emitter.fail(
                "unsupported-syntax",
                "'import *' is not allowed in a function",
                help="import the names: `from module import a, b`",
            )
        found = getattr(module, alias.name, None)
        if found is None:
            found = _import(emitter, f"{source}.{alias.name}" if node.module else f"{source}{alias.name}", package)
        emitter.frame.assign(alias.asname or alias.name, emitter.compiler.value_of(emitter, found, alias.name))


def _import(emitter: Emitter, name: str, package: Any = None) -> Any:
    try:
        return importlib.import_module(name, package)
    except ImportError as error:
        raise emitter.fail(
            "unknown-name", f"cannot import '{name}': {error}", help="import it at the top of the file"
        ) from None
