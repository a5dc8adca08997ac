"""Qualified names of what is compiled: `__torch__.package.module.Name`, as TorchScript builds them, each used once.

Comes before: nothing. Comes after: `class_registry.py`, `module_compilation.py`, the compiler (functions).
"""

from __future__ import annotations

import re
from typing import Any

_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z_.]")


def python_qualified_name(python_object: Any) -> str:
    """The name of a Python class or function in a program, before it is made unique."""
    override = getattr(python_object, "_jit_override_qualname", None)
    if isinstance(override, str):
        return override
    name = getattr(python_object, "__name__", None) or type(python_object).__name__
    name = "_lambda" if name == "<lambda>" else name
    module = getattr(python_object, "__module__", None) or "__main__"
    parts = [] if module == "__main__" else [p for p in module.split(".") if p]
    return _NOT_IN_NAMES.sub("_", ".".join(["__torch__", *parts, name]))


class NameTable:
    """The names taken in one compilation. A name asked for twice gets TorchScript's `___torch_mangle_N` part."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._count = 0

    def unique(self, name: str) -> str:
        """`name` if it is free, else the same name in a package of its own."""
        if name in self._taken:
            prefix, _, base = name.rpartition(".")
            while name in self._taken:
                name = f"{prefix}.___torch_mangle_{self._count}.{base}"
                self._count += 1
        self._taken.add(name)
        return name

    def unique_for(self, python_object: Any) -> str:
        """A unique name for a Python class or function."""
        return self.unique(python_qualified_name(python_object))
