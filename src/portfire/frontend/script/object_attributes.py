"""Attributes of objects of script classes: slots, methods, properties, constants of the class, and `super()`.

Comes before: `classes.py`, `methods.py`. Comes after: `module_values.py`, `object_values.py`.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from portfire.frontend.script import marks
from portfire.frontend.script.constant_values import NONE_VALUE
from portfire.frontend.script.conversion import convert, static_type
from portfire.frontend.script.inference import is_pending, resolved
from portfire.frontend.script.methods import BoundMethod, MethodSource
from portfire.frontend.script.runtime_value import RuntimeValue
from portfire.frontend.script.static_values import StaticValue
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def base_name(type_: ir.ClassType | ir.InterfaceType) -> str:
    """The name of a class without its package."""
    return type_.name.rpartition(".")[2]


def complete(emitter: Emitter, cls: ir.ClassType) -> None:
    """Make sure the attributes that `__init__` assigns are known."""
    emitter.compiler.methods.complete(cls)


def object_attribute(emitter: Emitter, value: RuntimeValue, cls: ir.ClassType, name: str) -> StaticValue | None:
    """An attribute of an object of a script class, or None."""
    found = _instance_attribute(emitter, value, cls, name)
    if found is None and cls.python_class is not None:
        found = class_attribute(emitter, value, cls.python_class, name)
    if found is None:
        complete(emitter, cls)
        found = _instance_attribute(emitter, value, cls, name)
    return found


def _instance_attribute(emitter: Emitter, value: RuntimeValue, cls: ir.ClassType, name: str) -> StaticValue | None:
    attribute = cls.attributes.get(name)
    if attribute is None:
        return None
    return emitter.insert("prim::GetAttr", [value.value], resolved(attribute.type), name=name)


def class_attribute(emitter: Emitter, value: RuntimeValue, owner: type, name: str) -> StaticValue | None:
    """What `value.name` is where the class of `value` defines it: a method, a property, a constant."""
    for base in owner.__mro__:
        if name in vars(base):
            return _bound(emitter, value, owner, base, name, vars(base)[name])
    return None


def _bound(emitter: Emitter, value: RuntimeValue, owner: type, base: type, name: str, found: Any) -> StaticValue | None:
    if base is object:
        return None
    if isinstance(found, types.FunctionType):
        return BoundMethod(value, MethodSource(name, found, base))
    if isinstance(found, property):
        getter = MethodSource(name, cast(types.FunctionType, found.fget), base)
        return BoundMethod(value, getter).call(emitter, [], {})
    if isinstance(found, staticmethod):
        return emitter.compiler.value_of(emitter, found.__func__, name)
    if isinstance(found, classmethod):
        return emitter.compiler.value_of(emitter, getattr(owner, name), name)
    if type(found).__name__ == "cached_property":
        return BoundMethod(value, MethodSource(name, found.func, base)).call(emitter, [], {})
    if inspect.isdatadescriptor(found):  # a slot
        return None
    return emitter.compiler.value_of(emitter, found, name)


def set_object_attribute(emitter: Emitter, value: RuntimeValue, cls: ir.ClassType, name: str, new: StaticValue) -> None:
    """`value.name = new` for an object of a script class. In `__init__` this may define the attribute."""
    descriptor = inspect.getattr_static(cls.python_class, name, None) if cls.python_class is not None else None
    if isinstance(descriptor, property):
        _call_setter(emitter, value, cls, name, descriptor, new)
        return
    if name not in cls.attributes:
        complete(emitter, cls)
    if name not in cls.attributes:
        if not emitter.compiler.methods.is_open(cls):
            raise emitter.fail(
                "no-set-attribute",
                f"'{base_name(cls)}' has no attribute '{name}'",
                help=f"give it a value in '{base_name(cls)}.__init__'",
            )
        cls.add_attribute(name, _attribute_type(emitter, new))
    store(emitter, value, cls.attributes[name], new, base_name(cls))


def _attribute_type(emitter: Emitter, new: StaticValue) -> ir.Type:
    type_ = static_type(new)
    return type_ if type_ is not None else resolved(new.as_value(emitter).type)


def store(emitter: Emitter, value: RuntimeValue, attribute: ir.Attribute, new: StaticValue, owner: str) -> None:
    """Emit the assignment to an attribute."""
    if is_pending(attribute.type):
        attribute.type = resolved(attribute.type)
    converted = convert(emitter, new, attribute.type, f"the attribute '{attribute.name}' of {owner}")
    emitter.node("prim::SetAttr", [value.value, converted], name=attribute.name)


def _call_setter(
    emitter: Emitter, value: RuntimeValue, cls: ir.ClassType, name: str, descriptor: property, new: StaticValue
) -> None:
    if descriptor.fset is None:
        raise emitter.fail(
            "no-set-attribute",
            f"the property '{name}' of '{base_name(cls)}' has no setter",
            help="define one with `@name.setter`, or set the attribute behind it",
        )
    assert cls.python_class is not None
    setter = MethodSource(f"{name}__setter", cast(types.FunctionType, descriptor.fset), cls.python_class)
    BoundMethod(value, setter).call(emitter, [new], {})


class SuperValue(StaticValue):
    """`super()` in a method of `after`: attributes come from the classes that follow `after` in the order of resolution."""

    def __init__(self, receiver: RuntimeValue, after: type) -> None:
        self.receiver = receiver
        self.after = after

    def describe(self) -> str:
        """See the base class."""
        return "super()"

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        owner = cast(ir.ClassType, self.receiver.type).python_class
        assert owner is not None
        order = owner.__mro__
        start = order.index(self.after) + 1 if self.after in order else 1
        for base in order[start:]:
            if name not in vars(base):
                continue
            if base is object:
                break
            found = vars(base)[name]
            if isinstance(found, types.FunctionType) and not marks.is_left_to_python(found):
                return BoundMethod(self.receiver, MethodSource(f"{base.__name__}__{name}", found, base))
            bound = _bound(emitter, self.receiver, owner, base, name, found)
            if bound is not None:
                return bound
        if name == "__init__":
            return _NothingToCall()
        raise emitter.fail(
            "no-attribute",
            f"no base class of '{owner.__name__}' has a '{name}'",
            help="call a method that a base class defines",
        )


class _NothingToCall(StaticValue):
    """`object.__init__`."""

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return NONE_VALUE
