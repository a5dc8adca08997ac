"""What run-time objects can do: instances of script classes, modules, and values of interface types.

Comes before: `object_attributes.py`, `module_containers.py`. Comes after: `behaviours.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from portfire.frontend.script.classes.methods import call_method
from portfire.frontend.script.classes.object_attributes import (
    base_name,
    complete,
    delete_object_attribute,
    object_attribute,
    object_presence,
    set_object_attribute,
)
from portfire.frontend.script.classes.object_iteration import ObjectItems
from portfire.frontend.script.modules import module_containers, module_values
from portfire.frontend.script.values.constant_values import TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import Behaviour, RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir import types as ir
from portfire.ir.graph import Value

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def presence(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue | None:
    """`hasattr(value, name)` where only the run can tell; else None."""
    cls = value.type
    if not isinstance(cls, ir.ClassType):
        return None
    if cls.is_module:
        return module_values.presence(emitter, value, name)
    return object_presence(emitter, value, cls, name)


def delete_attribute(emitter: Emitter, value: StaticValue, name: str) -> None:
    """`del value.name`."""
    cls = value.type if isinstance(value, RuntimeValue) else None
    if not isinstance(value, RuntimeValue) or not isinstance(cls, ir.ClassType):
        raise emitter.fail(
            "no-set-attribute",
            f"attributes of {value.describe()} cannot be deleted",
            help="delete the variable instead",
        )
    if cls.is_module:
        module_values.delete_attribute(emitter, value, name)
    else:
        delete_object_attribute(emitter, value, cls, name)


class ClassBehaviour(Behaviour):
    """Values of a `ClassType`: modules go their own way, objects of script classes are done here."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        cls = cast(ir.ClassType, value.type)
        if cls.is_module:
            return module_values.attribute(emitter, value, name)
        found = object_attribute(emitter, value, cls, name)
        if found is None and not (name.startswith("__") and name.endswith("__")):
            fallback = object_attribute(emitter, value, cls, "__getattr__")
            found = None if fallback is None else fallback.call(emitter, [ConstantValue(name)], {})
        if found is None:
            raise emitter.fail(
                "no-attribute", f"'{base_name(cls)}' has no attribute '{name}'", help="assign it in `__init__`"
            )
        return found

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        cls = cast(ir.ClassType, value.type)
        if cls.is_module:
            return module_values.has_attribute(emitter, cls, name)
        complete(emitter, cls)
        return name in cls.attributes or hasattr(cls.python_class, name)

    def set_attribute(self, emitter: Emitter, value: RuntimeValue, name: str, new: StaticValue) -> None:
        """See the base class."""
        cls = cast(ir.ClassType, value.type)
        if cls.is_module:
            module_values.set_attribute(emitter, value, name, new)
        else:
            set_object_attribute(emitter, value, cls, name, new)

    def call(self, emitter: Emitter, value: RuntimeValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        cls = cast(ir.ClassType, value.type)
        if cls.is_module:
            return module_values.call(emitter, value, args, kwargs)
        return self._magic(emitter, value, "__call__", "not-callable", "cannot be called").call(emitter, args, kwargs)

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        if cast(ir.ClassType, value.type).is_module:
            return module_containers.index(emitter, value, key)
        method = self._magic(emitter, value, "__getitem__", "not-subscriptable", "cannot be indexed")
        return method.call(emitter, [key], {})

    def set_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
        """See the base class."""
        method = self._magic(emitter, value, "__setitem__", "not-subscriptable", "has no items that could be set")
        method.call(emitter, [key, new], {})

    def delete_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> None:
        """See the base class."""
        method = self._magic(emitter, value, "__delitem__", "not-subscriptable", "has no items that could be deleted")
        method.call(emitter, [key], {})

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """See the base class."""
        if cast(ir.ClassType, value.type).is_module:
            return module_containers.iterate(emitter, value)
        if not value.has_attribute(emitter, "__iter__") and not value.has_attribute(emitter, "__getitem__"):
            name = base_name(cast(ir.ClassType, value.type))
            raise emitter.fail(
                "not-iterable", f"'{name}' cannot be iterated over", help="define '__iter__' in the class"
            )
        return Iteration(source=ObjectItems(value))

    def item(self, emitter: Emitter, value: RuntimeValue, index: Value) -> StaticValue:
        """See the base class."""
        return self.index(emitter, value, RuntimeValue(index))

    def length(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        if cast(ir.ClassType, value.type).is_module:
            return module_containers.length(emitter, value)
        return self._magic(emitter, value, "__len__", "no-length", "has no length").call(emitter, [], {})

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """`__bool__`, else `__len__`, else True, as in Python."""
        cls = cast(ir.ClassType, value.type)
        if cls.is_module:
            return module_containers.truth(emitter, value)
        for name in ("__bool__", "__len__"):
            method = object_attribute(emitter, value, cls, name)
            if method is not None:
                found = method.call(emitter, [], {})
                return found if name == "__bool__" else emitter.builtin("aten::ne", [found, ConstantValue(0)])
        return TRUE_VALUE

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        if cast(ir.ClassType, value.type).is_module:
            return module_containers.items_of(emitter, value)
        return super().unpack(emitter, value, count)

    def _magic(self, emitter: Emitter, value: RuntimeValue, name: str, code: str, what: str) -> StaticValue:
        cls = cast(ir.ClassType, value.type)
        method = object_attribute(emitter, value, cls, name)
        if method is None:
            raise emitter.fail(code, f"'{base_name(cls)}' {what}", help=f"define '{name}' in the class")
        return method


class InterfaceBehaviour(Behaviour):
    """Values of an interface: the methods it declares."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        interface = cast(ir.InterfaceType, value.type)
        if name not in interface.methods:
            raise emitter.fail(
                "no-attribute",
                f"the interface '{base_name(interface)}' has no method '{name}'",
                help="declare the method in the interface",
            )
        return InterfaceMethod(value, name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in cast(ir.InterfaceType, value.type).methods

    def call(self, emitter: Emitter, value: RuntimeValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        interface = cast(ir.InterfaceType, value.type)
        name = "forward" if interface.is_module else "__call__"
        return self.attribute(emitter, value, name).call(emitter, args, kwargs)

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return TRUE_VALUE


class InterfaceMethod(StaticValue):
    """A method of a value of an interface type."""

    def __init__(self, receiver: RuntimeValue, name: str) -> None:
        self.receiver = receiver
        self.name = name

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.name}' of {self.receiver.describe()}"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        function = cast(ir.InterfaceType, self.receiver.type).methods[self.name]
        return call_method(emitter, self.receiver, function, args, kwargs)
