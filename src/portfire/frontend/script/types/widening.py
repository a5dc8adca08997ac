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
from typing import TYPE_CHECKING, cast

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.types.conversion import convert, mismatch, static_type
from portfire.frontend.script.types.declared_attributes import is_declared
from portfire.frontend.script.types.inference import is_pending, resolved
from portfire.frontend.script.types.type_variables import is_generic
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Node, Value
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NUMBER,
    STR,
    TENSOR,
    ClassType,
    DictType,
    ListType,
    OptionalType,
    Type,
)  # fmt: skip

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
    origin = _origin(emitter, container)
    if origin is None:
        return convert(emitter, item, target, what)
    made_by, around = origin
    try:
        if found is not None and would_change(found, target):
            raise mismatch(emitter, found, target, what)
        return convert(emitter, item, target, what)
    except CompileAbort:
        if found is not None and not is_pending(found):
            # A tensor is what is taken for the items of an empty list that nothing has filled.
            is_first_found = target == TENSOR and made_by.kind == "prim::GetAttr"
            type_ = wider(found)
            if is_first_found and isinstance(type_, ListType):
                type_ = type_.with_contained((found,))
            if made_by.kind == "prim::GetAttr":
                _note_attribute(emitter, made_by, around(type_))
            elif not _has_fields(emitter.widened.get(made_by.range)):
                emitter.widened[made_by.range] = around(type_)
        raise


def _has_fields(type_: Type | None) -> bool:
    """Whether it is already known to be a dict with a type for each key (`typed_dicts.py`)."""
    return isinstance(type_, DictType) and bool(type_.fields)


def fitting_key(emitter: Emitter, dict_: StaticValue, key: StaticValue, type_: DictType) -> Value:
    """The key as the dict takes it. An attribute that began as an empty dict takes what its first key is."""
    target, found, what = resolved(type_.key), static_type(key), "the dict's keys"
    made_by = _undeclared(emitter, dict_)
    if made_by is None or made_by.kind != "prim::GetAttr" or found is None or is_pending(found) or target != STR:
        return convert(emitter, key, target, what)
    try:
        return convert(emitter, key, target, what)
    except CompileAbort:
        _note_attribute(emitter, made_by, type_.with_contained((found, type_.value)), is_guess=True)
        raise


def _note_attribute(emitter: Emitter, read: Node, type_: Type, *, is_guess: bool = False) -> None:
    """The list is an attribute, or lies in one: the next round of the compilation knows of the item."""
    owner = emitter.compiler.classes.owner_of(cast(ClassType, read.inputs[0].type))
    assert owner is not None
    learned = emitter.compiler.attribute_types
    learned.note(emitter.compiler, owner, read.attributes["name"], type_, is_guess=is_guess)


def _origin(emitter: Emitter, container: StaticValue) -> tuple[Node, Callable[[Type], Type]] | None:
    """Where the container comes from: the display that it is, or lies in, or the attribute; and the type of that, given the
    type of the container: of `self.near[node]`, the list is the value of a dict that is an attribute."""
    around: Callable[[Type], Type] = _itself
    while isinstance(container, RuntimeValue):
        node = container.value.node
        if node is None or node.kind != "aten::__getitem__":
            break
        container = RuntimeValue(node.inputs[0])
        around = _with_item(container.type, around)
    made_by = _undeclared(emitter, container)
    return None if made_by is None else (made_by, around)


def _itself(type_: Type) -> Type:
    return type_


def _with_item(outer: Type, inner: Callable[[Type], Type]) -> Callable[[Type], Type]:
    parts = outer.contained()
    return lambda type_: outer.with_contained((*parts[:-1], inner(type_)))


def note_declared(emitter: Emitter, value: StaticValue) -> None:
    """The type of the value is declared: that of its items, too."""
    made_by = _undeclared(emitter, value)
    if made_by is not None and made_by.kind in _DISPLAYS:
        emitter.declared_displays.add(made_by.range)


def _undeclared(emitter: Emitter, container: StaticValue) -> Node | None:
    """The display that the container is, or the read of the attribute that holds it, where nobody declares its type."""
    made_by = container.value.node if isinstance(container, RuntimeValue) else None
    if made_by is None or made_by.range in emitter.declared_displays:
        return None
    if made_by.kind in _DISPLAYS:
        return made_by
    if made_by.kind == "prim::GetAttr" and isinstance(made_by.inputs[0].type, ClassType):
        owner = made_by.inputs[0].type.python_class
        is_open = owner is not None and (is_generic(owner) or not is_declared(owner, made_by.attributes["name"]))
        return made_by if is_open else None
    return None


def would_change(found: Type, target: Type) -> bool:
    """Whether a conversion would put another value in the place of one that Python keeps as it is."""
    if isinstance(target, OptionalType):
        target = target.element
    return found in _DISTINCT and target in _DISTINCT and not is_subtype(found, target)
