"""Methods of classes and modules: compiled for one class type the first time something calls them.

A method that a base class defines is compiled for the class it is called on, under its own name; the version that `super()`
reaches gets the name of its class in front.

Comes before: `classes.py`, `signatures.py`, `calls.py`. Comes after: `object_values.py`, `module_values.py`.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfire.frontend.script.signatures import Signature
from portfire.frontend.script.static_values import StaticValue
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


@dataclass(frozen=True, slots=True)
class MethodSource:
    """A Python function as a method: `name` is its name in the compiled class, `defining_class` where it was written."""

    name: str
    function: types.FunctionType
    defining_class: type | None = None
    signature: Signature | None = None


def python_method(name: str, function: types.FunctionType, base: type, owner: type) -> MethodSource:
    """The method `name` of `owner`, which `base` defines."""
    return MethodSource(name, function, base)


class MethodTable:
    """The methods compiled so far, by class type."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        #: Classes whose `__init__` is being compiled: assignments to `self` define attributes.
        self._open: set[ir.ClassType] = set()
        self._completed: set[ir.ClassType] = set()

    def is_open(self, cls: ir.ClassType) -> bool:
        """Whether an assignment may define an attribute of `cls`."""
        return cls in self._open
