"""Named tuples: the methods, properties and constants of their classes, `_asdict`, `_fields`, `_make`.

Comes before: `conversion.py`. Comes after: `container_values.py`, `class_values.py`.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue, method_of_class
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def named_tuple_attribute(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue | None:
    """What the class of a named tuple gives for `value.name`; None where that is nothing."""
    type_ = cast(ir.TupleType, value.type)
    if type_.name is None:
        return None
    if name == "_asdict":
        return MethodValue(value, name, _as_dict)
    if name == "_fields":
        return TupleValue([ConstantValue(f) for f in type_.fields or ()])
    cls = emitter.compiler.python_tuples.get(type_.name)
    for base in cls.__mro__ if cls is not None else ():
        found = vars(base).get(name, MISSING)
        if found is MISSING or base in (tuple, object):
            continue
        if name in ("_replace", "_make", "__new__", "__getnewargs__", "__repr__"):
            return None
        if isinstance(found, types.FunctionType):
            return method_of_class(value, found)
        if isinstance(found, property):
            return emitter.compiler.value_of(emitter, found.fget, name).call(emitter, [value], {})
        if name == "__class__":
            return None
        return emitter.compiler.value_of(emitter, cls, name).attribute(emitter, name)
    return None


def _as_dict(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.displays import dict_of

    assert isinstance(value, RuntimeValue)
    fields = cast(ir.TupleType, value.type).fields or ()
    items = value.unpack(emitter, None)
    return dict_of(emitter, [(ConstantValue(f), i) for f, i in zip(fields, items, strict=True)])
