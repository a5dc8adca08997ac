"""Lists and dicts whose display does not tell all that they will hold: a later item makes their type wider.

    out = [1]
    out.append(2.5)        # a list of numbers: the 1 stays an int, as in Python
    kept = []
    kept.append(x)
    kept.append(None)      # a list of Optional[Tensor]

An item that is no instance of the type found so far is noted, and the function is compiled once more with a type that takes
both. Where a type is declared, items are converted to it instead, as TorchScript does.

Comes before: `conversion.py`, `inference.py`. Comes after: `container_values.py`, `compiler.py` (compiles again).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.conversion import convert, mismatch, static_type
from portfire.frontend.script.inference import is_pending, resolved
from portfire.frontend.script.runtime_value import RuntimeValue
from portfire.frontend.script.static_values import StaticValue
from portfire.ir.graph import Node, Value
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import BOOL, COMPLEX, FLOAT, INT, NUMBER, TENSOR, OptionalType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_DISPLAYS = ("prim::ListConstruct", "prim::DictConstruct")
#: Between these, conversions change what Python would see.
_DISTINCT = (BOOL, INT, FLOAT, COMPLEX, NUMBER, TENSOR)


def fitting(
    emitter: Emitter, container: StaticValue, item: StaticValue, target: Type, what: str, wider: Callable[[Type], Type]
) -> Value:
    """The item as a `target`. `wider`: the type of a container that holds another type, too."""
    target, found = resolved(target), static_type(item)
    display = _undeclared_display(emitter, container)
    if display is None:
        return convert(emitter, item, target, what)
    try:
        if found is not None and _would_change(found, target):
            raise mismatch(emitter, found, target, what)
        return convert(emitter, item, target, what)
    except CompileAbort:
        if found is not None and not is_pending(found):
            emitter.widened[display.range] = wider(found)
        raise


def note_declared(emitter: Emitter, value: StaticValue) -> None:
    """The type of the value is declared: that of its items, too."""
    display = _undeclared_display(emitter, value)
    if display is not None:
        emitter.declared_displays.add(display.range)


def _undeclared_display(emitter: Emitter, container: StaticValue) -> Node | None:
    made_by = container.value.node if isinstance(container, RuntimeValue) else None
    if made_by is None or made_by.kind not in _DISPLAYS or made_by.range in emitter.declared_displays:
        return None
    return made_by


def _would_change(found: Type, target: Type) -> bool:
    if isinstance(target, OptionalType):
        target = target.element
    return found in _DISTINCT and target in _DISTINCT and not is_subtype(found, target)
