"""Attributes of objects of script classes: slots, methods, properties, constants of the class, and `super()`.

Comes before: `class_registry.py`, `methods.py`. Comes after: `module_values.py`, `object_values.py`.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from portfire.frontend.script import marks
from portfire.frontend.script.classes.class_registry import class_default
from portfire.frontend.script.classes.methods import BoundMethod, MethodSource
from portfire.frontend.script.statements.exception_values import base_method
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.statements.refinement import without
from portfire.frontend.script.types.attribute_types import Owner, takes
from portfire.frontend.script.types.conversion import convert, mismatch, static_type
from portfire.frontend.script.types.inference import is_pending, resolved
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

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
    held = emitter.insert("prim::GetAttr", [value.value], resolved(attribute.type), name=name)
    owner = cls.python_class
    may_be_missing = owner is not None and emitter.compiler.attribute_types.may_be_missing(owner, name)
    if owner is not None and may_be_missing and class_default(owner, name) is MISSING:
        return present(emitter, held, owner, name)
    return held


def present(emitter: Emitter, held: RuntimeValue, owner: type, name: str) -> StaticValue:
    """The value of an attribute that is not always there; the program raises AttributeError where it is not."""
    type_ = held.type
    if not isinstance(type_, (ir.OptionalType, ir.UnionType)):
        return held
    is_there = emitter.builtin("aten::__isnot__", [held, NONE_VALUE])
    message = ConstantValue(f"'{owner.__name__}' object has no attribute '{name}'")
    emit_check(emitter, is_there, message, "builtins.AttributeError")
    return emitter.insert("prim::unchecked_cast", [held.value], without(type_, ir.NONE))


def object_presence(emitter: Emitter, value: RuntimeValue, cls: ir.ClassType, name: str) -> StaticValue | None:
    """Whether an attribute of an object of a script class that is not always there is there now; else None."""
    owner = cls.python_class
    if owner is None or not emitter.compiler.attribute_types.may_be_missing(owner, name):
        return None
    complete(emitter, cls)
    attribute = cls.attributes.get(name)
    if attribute is None or class_default(owner, name) is not MISSING:
        return None
    held = emitter.insert("prim::GetAttr", [value.value], resolved(attribute.type), name=name)
    return emitter.builtin("aten::__isnot__", [held, NONE_VALUE])


def note_set_later(emitter: Emitter, owner: type, name: str, new: StaticValue) -> None:
    """An attribute that no `__init__` gives a value is assigned: the next round of the compilation knows of it."""
    type_ = static_type(new)
    compiler = emitter.compiler
    if type_ is not None and type_ != ir.NONE:
        compiler.attribute_types.note(compiler, owner, name, type_)
        compiler.attribute_types.note_missing(owner, name)


def delete_slot(emitter: Emitter, value: RuntimeValue, attribute: ir.Attribute, owner: type, *, is_known: bool) -> None:
    """`del value.name`."""
    if not is_known:
        emitter.compiler.attribute_types.note_missing(owner, attribute.name)
        raise emitter.fail(
            "no-set-attribute", f"'{attribute.name}' cannot be deleted by a program", help="set it to None instead"
        )
    held = emitter.insert("prim::GetAttr", [value.value], resolved(attribute.type), name=attribute.name)
    present(emitter, held, owner, attribute.name)
    nothing = emitter.builder.constant(None, resolved(attribute.type))
    emitter.node("prim::SetAttr", [value.value, nothing], name=attribute.name)
    emitter.frame.forget_attributes()


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
        call_setter(emitter, value, cls.python_class, name, descriptor, new)
        return
    frozen = getattr(getattr(cls.python_class, "__dataclass_params__", None), "frozen", False)
    if frozen and not emitter.compiler.methods.is_open(cls):
        raise emitter.fail(
            "no-set-attribute",
            f"'{base_name(cls)}' is a frozen dataclass: its fields cannot be set",
            help=f"make a new one: `dataclasses.replace(value, {name}=...)`",
        )
    if name not in cls.attributes:
        complete(emitter, cls)
    learned = emitter.compiler.attribute_types
    owner = emitter.compiler.classes.owner_of(cls)
    if name not in cls.attributes:
        if not emitter.compiler.methods.is_open(cls):
            if cls.python_class is not None:
                note_set_later(emitter, cls.python_class, name, new)
            raise emitter.fail(
                "no-set-attribute",
                f"'{base_name(cls)}' has no attribute '{name}'",
                help=f"give it a value in '{base_name(cls)}.__init__'",
            )
        type_ = _attribute_type(emitter, new)
        if owner is not None:
            type_ = learned.widened(emitter.compiler, owner, name, type_)
        attribute = cls.add_attribute(name, type_)
        if is_pending(type_) and owner is not None:
            learned.note_open(owner, attribute)
    is_declared = cls.python_class is None or name in _declared_names(cls.python_class)
    store(emitter, value, cls.attributes[name], new, base_name(cls), None if is_declared else owner)


def _declared_names(owner: type) -> set[str]:
    return {n for base in owner.__mro__ for n in vars(base).get("__annotations__", ())}


def delete_object_attribute(emitter: Emitter, value: RuntimeValue, cls: ir.ClassType, name: str) -> None:
    """`del value.name` for an object of a script class."""
    complete(emitter, cls)
    attribute, owner = cls.attributes.get(name), cls.python_class
    if call_deleter(emitter, value, owner, name):
        return
    if attribute is None or owner is None:
        raise emitter.fail("no-attribute", f"'{base_name(cls)}' has no attribute '{name}'", help="assign it first")
    delete_slot(emitter, value, attribute, owner, is_known=emitter.compiler.attribute_types.may_be_missing(owner, name))


def _attribute_type(emitter: Emitter, new: StaticValue) -> ir.Type:
    type_ = static_type(new)
    return type_ if type_ is not None else resolved(new.as_value(emitter).type)


def store(
    emitter: Emitter,
    value: RuntimeValue,
    attribute: ir.Attribute,
    new: StaticValue,
    owner: str,
    widens: Owner | None = None,
) -> None:
    """Emit the assignment to an attribute. `widens`: the Python class whose undeclared attribute this is, if it is one."""
    if is_pending(attribute.type):
        attribute.type = resolved(attribute.type)
    stored = static_type(new)
    if widens is not None and stored is not None and not takes(attribute.type, stored):
        is_tuple_for_list = isinstance(stored, ir.TupleType) and isinstance(attribute.type, ir.ListType)
        if not is_tuple_for_list and emitter.compiler.attribute_types.note(
            emitter.compiler, widens, attribute.name, stored
        ):
            raise mismatch(emitter, stored, attribute.type, f"the attribute '{attribute.name}' of {owner}")
    converted = convert(emitter, new, attribute.type, f"the attribute '{attribute.name}' of {owner}")
    emitter.node("prim::SetAttr", [value.value, converted], name=attribute.name)


def call_setter(
    emitter: Emitter, value: RuntimeValue, owner: type | None, name: str, descriptor: property, new: StaticValue
) -> None:
    """`value.name = new` of a property."""
    assert owner is not None
    if descriptor.fset is None:
        raise emitter.fail(
            "no-set-attribute",
            f"the property '{name}' of '{owner.__name__}' has no setter",
            help="define one with `@name.setter`, or set the attribute behind it",
        )
    setter = MethodSource(f"{name}__setter", cast(types.FunctionType, descriptor.fset), owner)
    BoundMethod(value, setter).call(emitter, [new], {})


def call_deleter(emitter: Emitter, value: RuntimeValue, owner: type | None, name: str) -> bool:
    """`del value.name`, if that is a property."""
    descriptor = inspect.getattr_static(owner, name, None) if owner is not None else None
    if owner is None or not isinstance(descriptor, property):
        return False
    if descriptor.fdel is None:
        raise emitter.fail(
            "no-set-attribute",
            f"the property '{name}' of '{owner.__name__}' has no deleter",
            help="define one with `@name.deleter`, or delete the attribute behind it",
        )
    deleter = MethodSource(f"{name}__deleter", cast(types.FunctionType, descriptor.fdel), owner)
    BoundMethod(value, deleter).call(emitter, [], {})
    return True


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
            inherited = _of_torchs_container(self.receiver, base, name) or base_method(self.receiver, base, name)
            if inherited is not None:
                return inherited
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


def _of_torchs_container(receiver: RuntimeValue, base: type, name: str) -> StaticValue | None:
    """A method of torch's own containers, which works on what is known while compiling."""
    from portfire.frontend.script.modules.module_listings import CONTAINER_METHODS

    if name not in CONTAINER_METHODS or not base.__module__.startswith("torch.nn.modules.container"):
        return None
    return MethodValue(receiver, name, CONTAINER_METHODS[name])


class _NothingToCall(StaticValue):
    """`object.__init__`."""

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return NONE_VALUE
