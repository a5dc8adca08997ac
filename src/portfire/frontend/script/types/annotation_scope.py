"""Where the names of an annotation are looked up, and where to report what is wrong with one.

Comes before: `diagnostics/`. Comes after: `annotations.py`, `signatures.py`.
"""

from __future__ import annotations

import builtins
import sys
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script.source import behind_librarys_wrappers
from portfire.ir.graph import MISSING
from portfire.ir.source import SourceRange

if TYPE_CHECKING:
    import ast

    from portfire.frontend.script.classes.class_registry import ClassRegistry
    from portfire.ir.types import Type


class NoValueOfType(CompileAbort):
    """An annotation names a type that no value of a program has; what exists only while compiling may be meant."""


@dataclass(frozen=True, slots=True)
class AnnotationScope:
    """The names an annotation may use.

    `lookup` gives the Python object of a name, or `MISSING`; `range_of` places a node of the annotation in the user's
    file; `range` is where to report when there is no node (an annotation that is a run-time object).
    """

    classes: ClassRegistry
    lookup: Callable[[str], Any]
    range: SourceRange | None = None
    range_of: Callable[[ast.AST], SourceRange | None] | None = None
    #: What `Self` means in a method.
    self_type: Type | None = None

    def at(self, range_: SourceRange | None) -> AnnotationScope:
        """The same names, reported at `range_`."""
        return self if range_ is None else replace(self, range=range_)

    def place(self, node: ast.AST) -> SourceRange | None:
        """Where `node` stands."""
        found = self.range_of(node) if self.range_of is not None and hasattr(node, "lineno") else None
        return found or self.range

    def no_value(self, code: str, message: str, **more: Any) -> NoValueOfType:
        """The exception to raise for an annotation that names a type which no value of a program has."""
        return NoValueOfType(self.abort(code, message, **more).diagnostic)

    def abort(self, code: str, message: str, node: ast.AST | None = None, **more: Any) -> CompileAbort:
        """The exception to raise for a bad annotation."""
        place = self.range if node is None else self.place(node)
        return CompileAbort(Diagnostic(code, message, place, **more))


def function_lookup(function: Callable[..., Any], extra: Mapping[str, Any] | None = None) -> Callable[[str], Any]:
    """Names as the function sees them: its closure, its globals, builtins; then `extra` (the caller's locals, say)."""
    function = behind_librarys_wrappers(function)
    function = typing.cast("Callable[..., Any]", getattr(function, "__func__", function))
    cells = closure_of(function)
    names: Mapping[str, Any] = getattr(function, "__globals__", {})
    cells |= {v.__name__: v for v in getattr(function, "__type_params__", ())}

    def lookup(name: str) -> Any:
        if name in cells:
            return cells[name]
        if name in names:
            return names[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        return (extra or {}).get(name, MISSING)

    return lookup


def closure_of(function: Callable[..., Any]) -> dict[str, Any]:
    """What a function closes over, by name."""
    code: types.CodeType | None = getattr(function, "__code__", None)
    cells = getattr(function, "__closure__", None) or ()
    found: dict[str, Any] = {}
    for name, cell in zip(code.co_freevars if code else (), cells, strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return found


def class_lookup(cls: type, extra: Mapping[str, Any] | None = None) -> Callable[[str], Any]:
    """Names as the body of a class sees them: its module's globals, builtins, and what its methods close over."""
    names = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
    closures = [closure_of(f) for f in vars(cls).values() if isinstance(f, types.FunctionType)]

    def lookup(name: str) -> Any:
        if name == cls.__name__:
            return cls
        for names_ in (*closures, names, vars(builtins), extra or {}):
            if name in names_:
                return names_[name]
        return MISSING

    return lookup
