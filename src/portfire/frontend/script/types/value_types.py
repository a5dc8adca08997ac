"""The type of a Python object that becomes part of a program: attributes of modules and objects, defaults, constants.

Comes before: `ir/types.py`. Comes after: `signatures.py`, `module_compilation.py`, `class_registry.py`.
"""

from __future__ import annotations

import collections
import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.types.inference import PendingType, resolved, unified
from portfire.frontend.script.values.default_dicts import form_of_python
from portfire.ir import types as ir
from portfire.ir.state import ObjectState

if TYPE_CHECKING:
    from portfire.frontend.script.classes.class_registry import ClassRegistry


class UntypedValueError(Exception):
    """A Python object that has no type; the message says why."""


def type_of_value(value: Any, classes: ClassRegistry) -> ir.Type:
    """The type of a Python object. Raises UntypedValueError where it has none.

    What an empty list or dict would hold is a pending type, which a use of it decides (see `inference.py`).
    """
    for python_type, type_ in _SIMPLE:
        if isinstance(value, python_type) and not isinstance(value, enum.Enum):
            return type_
    if isinstance(value, tuple):
        return _tuple_type(value, classes)
    if isinstance(value, (set, frozenset)):
        key = _common_type(sorted(value, key=repr), type(value).__name__, "items", classes, ir.STR)
        return ir.DictType(key, ir.BOOL, form=type(value).__name__)
    if isinstance(value, collections.deque):
        form = "deque" if value.maxlen is None else f"deque:{value.maxlen}"
        return ir.ListType(_common_type(value, "deque", "elements", classes), form=form)
    if isinstance(value, list):
        return ir.ListType(_common_type(value, "list", "elements", classes))
    if isinstance(value, dict):
        key = _common_type(value.keys(), "dict", "keys", classes, ir.STR)
        return ir.DictType(
            key, _common_type(value.values(), "dict", "values", classes), form=_dict_form(value, classes)
        )
    if isinstance(value, ObjectState):
        return value.cls
    if type(value).__module__ == "numpy":
        raise UntypedValueError(
            "numpy values have no type in a program; convert it with int(), float() or torch.from_numpy"
        )
    return classes.type_of_object(value)


def _dict_form(value: dict[Any, Any], classes: ClassRegistry) -> str | None:
    """What a dict is in Python where it is no plain one."""
    if isinstance(value, collections.defaultdict):
        return form_of_python(value, classes.compiler)
    return next((c.__name__ for c in (collections.Counter, collections.OrderedDict) if type(value) is c), None)


_SIMPLE: tuple[tuple[type | tuple[type, ...], ir.Type], ...] = (
    (torch.Tensor, ir.TENSOR),
    (type(None), ir.NONE),
    (bool, ir.BOOL),
    (int, ir.INT),
    (float, ir.FLOAT),
    (complex, ir.COMPLEX),
    (str, ir.STR),
    (bytes, ir.BYTES),
    (torch.device, ir.DEVICE),
    (torch.dtype, ir.DTYPE),
    (torch.layout, ir.IntType(form="layout")),
    (torch.memory_format, ir.IntType(form="memory_format")),
    (torch.qscheme, ir.IntType(form="qscheme")),
    (torch.Generator, ir.GENERATOR),
    (torch.Stream, ir.STREAM),
)


def annotated_fields(cls: type) -> set[str]:
    """The fields of a named tuple that are annotated."""
    return {name for base in cls.__mro__ for name in vars(base).get("__annotations__", ())}


def _tuple_type(value: tuple[Any, ...], classes: ClassRegistry) -> ir.Type:
    if hasattr(type(value), "_fields"):
        named = classes.type_of(type(value))
        assert isinstance(named, ir.TupleType) and named.fields is not None
        annotated = annotated_fields(type(value))
        elements = tuple(
            element if name in annotated else type_of_value(held, classes)
            for name, element, held in zip(named.fields, named.elements, value, strict=True)
        )
        return classes.named_tuple_of(type(value), elements)
    return ir.TupleType(tuple(type_of_value(v, classes) for v in value))


def _common_type(
    values: Iterable[Any], container: str, what: str, classes: ClassRegistry, default: ir.Type = ir.TENSOR
) -> ir.Type:
    common: ir.Type | None = None
    for value in values:
        found = type_of_value(value, classes)
        if isinstance(found, ir.FunctionType):
            raise UntypedValueError(f"functions cannot be {what} of a {container}")
        joined = found if common is None else unified(common, found)
        if joined is None:
            raise UntypedValueError(f"its {what} have different types: {common} and {found}")
        common = joined
    return PendingType(default) if common is None else resolved(common)
