"""Names of classes and functions that meet in one program are made different.

Separate compilations name what they make after the Python source, so two of them may use one name: two traces of modules of
one class, two functions called `f`. The later one is renamed the way TorchScript does it: `package.___torch_mangle_0.Class`.

Comes before: `reachable.py`. Comes after: `archive/`.
"""

from __future__ import annotations

import re

from portfire.ir.graph import Function
from portfire.ir.reachable import Reachable
from portfire.ir.types import ClassType, InterfaceType

_MANGLE = re.compile(r"\.___torch_mangle_\d+(?=\.)")


def make_names_unique(reachable: Reachable) -> None:
    """Rename classes, interfaces and functions that share a name with one met before them."""
    taken: set[str] = set()
    methods: set[Function] = set()
    types: list[ClassType | InterfaceType] = [*reachable.classes, *reachable.interfaces]
    for type_ in types:
        name = _unique(type_.name, taken)
        if isinstance(type_, ClassType):
            methods.update(type_.methods.values())
            if name != type_.name:
                for method_name, method in type_.methods.items():
                    method.name = f"{name}.{method_name}"
        type_.name = name
    for function in reachable.functions:
        if function not in methods:
            function.name = _unique(function.name, taken)


def _unique(name: str, taken: set[str]) -> str:
    head, _, tail = _MANGLE.sub("", name).rpartition(".")
    unique, number = name, 0
    while unique in taken:
        unique = f"{head}.___torch_mangle_{number}.{tail}" if head else f"___torch_mangle_{number}.{tail}"
        number += 1
    taken.add(unique)
    return unique
