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
from portfire.ir.graph import MISSING, Value

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


class KnownNamedTuple(TupleValue):
    """A named tuple of the user's that lies outside of the program: its fields are known while compiling."""

    def __init__(self, tuple_class: type, items: Sequence[StaticValue], type_: ir.TupleType) -> None:
        super().__init__(items)
        self.tuple_class: type = tuple_class
        self.named_type: ir.Type = type_
        self.fields = type_.fields or ()

    def describe(self) -> str:
        """See the base class."""
        return f"a '{self.tuple_class.__name__}'"

    def with_items(self, items: Sequence[StaticValue]) -> TupleValue:
        """See the base class."""
        return KnownNamedTuple(self.tuple_class, items, cast(ir.TupleType, self.named_type))

    def type(self) -> ir.Type | None:
        """See the base class."""
        return None if super().type() is None else self.named_type

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        from portfire.frontend.script.classes.class_values import NamedTupleClass

        return emitter.runtime(NamedTupleClass(self.tuple_class).of_fields(emitter, self.items, {}))

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name in self.fields:
            return self.items[self.fields.index(name)]
        return RuntimeValue(self.as_value(emitter)).attribute(emitter, name)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.tuple_class, name)


def known_named_tuple(emitter: Emitter, python_object: tuple[object, ...]) -> KnownNamedTuple:
    """A named tuple that code names."""
    from portfire.frontend.script.types.conversion import static_type
    from portfire.frontend.script.types.value_types import annotated_fields

    cls = type(python_object)
    items = [emitter.compiler.value_of(emitter, item, cls.__name__) for item in python_object]
    declared = emitter.compiler.classes.type_of(cls, emitter.range)
    assert isinstance(declared, ir.TupleType)
    annotated = annotated_fields(cls)
    found = [
        element if field in annotated else static_type(item) or element
        for field, element, item in zip(declared.fields or (), declared.elements, items, strict=True)
    ]
    return KnownNamedTuple(cls, items, emitter.compiler.classes.named_tuple_of(cls, tuple(found)))
