"""`dataclasses.replace`, `asdict`, `astuple`, `fields`, `is_dataclass`; `object.__setattr__`, which frozen ones need.

Comes before: `conversion.py`, `static_dicts.py`. Comes after: `python_values.py`, which asks for them.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.builtins.builtin_functions import BuiltinFunction
from portfire.frontend.script.builtins.builtin_parameters import Parameters
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]


def _dataclass_of(emitter: Emitter, value: StaticValue, called: str) -> type:
    type_ = static_type(value)
    cls = type_.python_class if isinstance(type_, ir.ClassType) else getattr(value, "cls", None)
    if cls is None and hasattr(value, "held"):  # an object outside of the program
        cls = type(value.held)
    if not isinstance(cls, type) or not dataclasses.is_dataclass(cls):
        raise emitter.fail(
            "type-mismatch", f"'{called}' takes an object of a dataclass, found {value.describe()}", help="decorate it"
        )
    return cls


def _is_dataclass(value: StaticValue) -> bool:
    type_ = static_type(value)
    return isinstance(type_, ir.ClassType) and dataclasses.is_dataclass(type_.python_class)


def _replace(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`replace(obj, x=1)`: a new object by the constructor, with the other fields of the old one."""
    cls = _dataclass_of(emitter, args[0], "replace")
    given = dict(kwargs)
    for field in dataclasses.fields(cls):
        if not field.init:
            if field.name in kwargs:
                raise emitter.fail(
                    "bad-call", f"the field '{field.name}' is set by the class itself", help="leave it out of replace()"
                )
        elif field.name not in given:
            given[field.name] = args[0].attribute(emitter, field.name)
    return emitter.compiler.value_of(emitter, cls, cls.__name__).call(emitter, [], given)


def _as_dict(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.displays import dict_of

    cls = _dataclass_of(emitter, args[0], "asdict")
    pairs = [
        (ConstantValue(f.name), _part(emitter, args[0].attribute(emitter, f.name), _as_dict))
        for f in dataclasses.fields(cls)
    ]
    return dict_of(emitter, pairs)


def _as_tuple(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    cls = _dataclass_of(emitter, args[0], "astuple")
    parts = [args[0].attribute(emitter, f.name) for f in dataclasses.fields(cls)]
    return TupleValue([_part(emitter, p, _as_tuple) for p in parts])


def _part(emitter: Emitter, value: StaticValue, convert: Callable[..., StaticValue]) -> StaticValue:
    """A field: converted itself if it is an object of a dataclass, else copied."""
    if _is_dataclass(value):
        return convert(emitter, [value], {})
    type_ = static_type(value)
    if type_ is not None and _mentions_dataclass(type_):
        raise emitter.fail(
            "unsupported-call",
            f"objects of dataclasses inside of a {type_.annotation} cannot be converted",
            help="convert them one by one, in a comprehension",
        )
    if isinstance(type_, (ir.ListType, ir.DictType, ir.TensorType)):
        return emitter.compiler.value_of(emitter, copy.deepcopy, "deepcopy").call(emitter, [value], {})
    return value


def _mentions_dataclass(type_: ir.Type) -> bool:
    is_one = isinstance(type_, ir.ClassType) and dataclasses.is_dataclass(type_.python_class)
    return is_one or any(map(_mentions_dataclass, type_.contained()))


def _fields(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.modules.module_values import SettingsValue

    cls = _dataclass_of(emitter, args[0], "fields")
    return TupleValue([SettingsValue(f, f.name) for f in dataclasses.fields(cls)])


def _asks_dataclass(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    cls = getattr(args[0], "cls", None)
    return ConstantValue(_is_dataclass(args[0]) or (isinstance(cls, type) and dataclasses.is_dataclass(cls)))


def _set_attribute(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`object.__setattr__(self, name, value)`."""
    name = args[1].constant()
    if name is MISSING or not isinstance(name, str):
        raise emitter.fail(
            "not-a-constant", "the name of an attribute must be known while compiling", help="write it as a string"
        )
    args[0].set_attribute(emitter, name, args[2])
    emitter.frame.forget_attributes()
    return NONE_VALUE


_ONE = Parameters(1, 1)

DATACLASS_FUNCTIONS: dict[Any, StaticValue] = {
    dataclasses.replace: BuiltinFunction("replace", _replace, Parameters(1, 1, keywords=None)),
    dataclasses.asdict: BuiltinFunction("asdict", _as_dict, _ONE),
    dataclasses.astuple: BuiltinFunction("astuple", _as_tuple, _ONE),
    dataclasses.fields: BuiltinFunction("fields", _fields, _ONE),
    dataclasses.is_dataclass: BuiltinFunction("is_dataclass", _asks_dataclass, _ONE),
    object.__setattr__: BuiltinFunction("object.__setattr__", _set_attribute, Parameters(3, 3)),
}
