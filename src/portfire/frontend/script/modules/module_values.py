"""What expressions on modules mean: attributes, methods, calls, and torch's containers of modules and parameters.

A module is a run-time object, but which submodules it has is known while compiling; so loops over a `ModuleList` unroll, and
an attribute that is None is the constant None, which decides `if self.downsample is not None` before its branches compile.

Comes before: `module_types.py`, `methods.py`. Comes after: `object_values.py`.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import torch

from portfire.frontend.script import marks
from portfire.frontend.script.classes.methods import (
    BoundMethod,
    LeftToPython,
    MethodSource,
    OverloadedMethod,
    call_method,
)  # fmt: skip
from portfire.frontend.script.classes.object_attributes import (
    call_deleter,
    call_setter,
    delete_slot,
    note_set_later,
    present,
    store,
)
from portfire.frontend.script.functions.calls import call_python
from portfire.frontend.script.modules.held_modules import value_of_held
from portfire.frontend.script.modules.module_state import raw_attribute
from portfire.frontend.script.modules.module_types import ModuleType, inherited_annotations, is_constant
from portfire.frontend.script.types.annotation_scope import closure_of
from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.types.value_types import UntypedValueError
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.operator_failures import did_you_mean
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING, Value
from portfire.ir.state import HOOKLESS_FORWARD

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def module_type(emitter: Emitter, value: RuntimeValue) -> ModuleType:
    """What the compiler knows of a module."""
    return emitter.compiler.module_types.of_class(cast(ir.ClassType, value.type))


# Attributes


def attribute(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
    """`module.name`, found as Python finds it."""
    found = find_attribute(emitter, value, module_type(emitter, value), name)
    if found is not None:
        return found
    if name == "__call__":
        return MethodValue(value, name, lambda e, module, args, kwargs: module.call(e, args, kwargs))
    type_ = module_type(emitter, value)
    class_name = type_.python_class.__name__
    if name in type_.untyped:
        held = getattr(type_.example, name, None)
        if isinstance(held, (list, tuple, dict)):
            emitter.compiler.classes.note_state(held.values() if isinstance(held, dict) else held)
        raise emitter.fail(
            "untyped-attribute",
            f"the attribute '{name}' of '{class_name}' has no type a program can hold: {type_.untyped[name]}",
            help=f"annotate '{name}' in the class body, or keep it out of the compiled methods",
        )
    raise emitter.fail(
        "no-attribute",
        f"'{class_name}' has no attribute '{name}'",
        help=_suggestion(type_, name) or f"give it a value in '{class_name}.__init__'",
    )


def _suggestion(type_: ModuleType, name: str) -> str | None:
    import difflib

    close = difflib.get_close_matches(name, [*type_.cls.attributes, *dir(type_.python_class)], 1)
    return f"did you mean '{close[0]}'?" if close else None


def has_attribute(emitter: Emitter, cls: ir.ClassType, name: str) -> bool:
    """`hasattr(module, name)`."""
    type_ = emitter.compiler.module_types.of_class(cls)
    return name in cls.attributes or name in type_.constants or hasattr(type_.example, name)


def presence(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue | None:
    """Whether an attribute that is not always there is there now; None for other attributes."""
    type_ = module_type(emitter, value)
    if name not in type_.missing:
        return None
    slot = type_.cls.attributes[name]
    held = emitter.insert("prim::GetAttr", [value.value], resolved(slot.type), name=name)
    return emitter.builtin("aten::__isnot__", [held, NONE_VALUE])


def find_attribute(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    """`module.name`, or None where there is no such attribute that a program can have."""
    for find in (
        _compiled_method,
        _property,
        _held_function,
        _held_container,
        _slot,
        _constant,
        of_class,
        _listing_method,
        _plain_object,
        _handed_on,
    ):
        found = find(emitter, value, type_, name)
        if found is not None:
            return found
    return None


def _compiled_method(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    function = type_.cls.methods.get(name) if type_.is_compiled else None
    if function is None:
        return None
    return MethodValue(
        value, name, lambda emitter, receiver, args, kwargs: call_method(emitter, value, function, args, kwargs)
    )


def _property(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    for base in type_.python_class.__mro__:
        found = vars(base).get(name)
        if found is None:
            continue
        if isinstance(found, property):
            if _is_parametrized(type_, name):
                from portfire.frontend.script.modules.module_containers import parametrized

                return parametrized(emitter, value, name)
            if marks.is_left_to_python(found):
                return LeftToPython(name, found.fget).call(emitter, [], {})
            getter = cast(types.FunctionType, found.fget)
            return BoundMethod(value, MethodSource(name, getter, base)).call(emitter, [], {})
        return None
    return None


def _held_function(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    function = type_.functions.get(name)
    if function is None:
        return None
    if isinstance(function, types.MethodType) and function.__self__ is type_.example:
        return BoundMethod(value, MethodSource(name, cast(types.FunctionType, function.__func__), type_.python_class))
    return _callable_of(emitter, value, type_, function, name)


def _held_container(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    held = type_.held.get(name)
    return None if held is None else value_of_held(emitter, held, lambda slot: child(emitter, value, slot), name)


def _slot(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    return None if _is_hidden(type_, name) else _content(emitter, value, type_, name)


def _content(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    """What lies in a slot of the module."""
    slot = type_.cls.attributes.get(name)
    if slot is None:
        return None
    if slot.type == ir.NONE:
        return NONE_VALUE
    if not type_.is_compiled and is_constant(vars(type_.example).get(name, MISSING)):
        emitter.compiler.fixed_values.note_read(type_.python_class, name)
    held = emitter.insert("prim::GetAttr", [value.value], resolved(slot.type), name=name)
    return present(emitter, held, type_.python_class, name) if name in type_.missing else held


def _is_hidden(type_: ModuleType, name: str) -> bool:
    """Whether Python finds something in the class instead (`norm = None`), and so never asks for the submodule."""
    is_submodule = not type_.is_compiled and name in type_.example._modules
    return is_submodule and inspect.getattr_static(type_.python_class, name, MISSING) is not MISSING


def _constant(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    if name not in type_.constants:
        return None
    return emitter.compiler.value_of(emitter, type_.constants[name], name)


def of_class(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    """What the Python class of a module, or a base of it, gives for `module.name`."""
    for base in type_.python_class.__mro__:
        if base in (torch.nn.Module, object):
            return None
        if name not in vars(base):
            continue
        found = vars(base)[name]
        if isinstance(found, types.FunctionType):
            if type_.container is not None and base.__module__.startswith("torch.nn.modules.container"):
                return BoundMethod(value, MethodSource(name, found, base)) if name == "forward" else None
            overloads = marks.method_overloads(type_.python_class, name)
            if overloads:
                return OverloadedMethod(value, name, found, overloads, base)
            compiled_name = HOOKLESS_FORWARD if name == "forward" and type_.has_hooks else name
            return BoundMethod(value, MethodSource(compiled_name, found, base))
        if isinstance(found, functools.cached_property):
            return BoundMethod(value, MethodSource(name, cast(types.FunctionType, found.func), base)).call(
                emitter, [], {}
            )
        if isinstance(found, staticmethod):
            return emitter.compiler.value_of(emitter, found.__func__, name)
        if isinstance(found, classmethod):
            return emitter.compiler.value_of(emitter, getattr(type_.python_class, name), name)
        return emitter.compiler.value_of(emitter, found, name)
    return None


def _handed_on(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    """What a `__getattr__` of the user's takes from a submodule (`return getattr(self.inner, name)`): the same thing there."""
    own = inspect.getattr_static(type_.python_class, "__getattr__", None)
    if type_.is_compiled or own is vars(torch.nn.Module)["__getattr__"] or name.startswith("__"):
        return None
    wanted = getattr(type_.example, name, MISSING)
    for path, below in type_.example.named_modules():
        found = MISSING if not path else getattr(below, name, MISSING)
        if found is MISSING or (found is not wanted and found != wanted):
            continue
        owner: StaticValue = value
        for part in path.split("."):
            owner = child(emitter, cast(RuntimeValue, owner), part)
        return owner.attribute(emitter, name)
    return None


def _plain_object(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    """An attribute without a run-time type that is still known while compiling: a settings object, say."""
    if name not in type_.untyped:
        return None
    held = raw_attribute(type_.example, name)
    if isinstance(held, (list, tuple, dict)):
        return _plain_container(emitter, value, type_, held, name)
    if isinstance(held, torch.nn.Module) or type(held).__module__ in ("numpy", "builtins"):
        return None
    if _holds_state(held):
        return HolderValue(held, name, value)
    return SettingsValue(held, name)


def _holds_state(held: Any) -> bool:
    return any(isinstance(v, (torch.Tensor, torch.nn.Module)) for v in getattr(held, "__dict__", {}).values())


def _plain_container(
    emitter: Emitter, value: RuntimeValue, type_: ModuleType, held: Any, name: str
) -> StaticValue | None:
    """A list, tuple or dict of things that exist only while compiling (functions), or of constants of several types."""
    if isinstance(held, dict):
        parts = {k: _plain_part(emitter, value, type_, v, name) for k, v in held.items()}
        known = {k: p for k, p in parts.items() if p is not None}
        if len(known) != len(parts):
            return None
        return StaticDict([(emitter.compiler.value_of(emitter, k, name), p) for k, p in known.items()])
    items = [_plain_part(emitter, value, type_, i, name) for i in held]
    present_ = [i for i in items if i is not None]
    return TupleValue(present_, is_list=isinstance(held, list)) if len(present_) == len(items) else None


def _plain_part(emitter: Emitter, value: RuntimeValue, type_: ModuleType, part: Any, name: str) -> StaticValue | None:
    if isinstance(part, torch.nn.Module):
        return None
    if isinstance(part, (list, tuple, dict)) and not is_constant(part):
        return _plain_container(emitter, value, type_, part, name)
    if callable(part):
        return _callable_of(emitter, value, type_, part, name)
    return emitter.compiler.value_of(emitter, part, name) if is_constant(part) else None


def _callable_of(emitter: Emitter, value: RuntimeValue, type_: ModuleType, function: Any, name: str) -> StaticValue:
    """A function that a module holds: a method of it, or one that may close over the module."""
    if isinstance(function, types.MethodType) and function.__self__ is type_.example:
        method = cast(types.FunctionType, function.__func__)
        return BoundMethod(value, MethodSource(method.__name__, method, type_.python_class))
    if isinstance(function, types.FunctionType) and any(v is type_.example for v in closure_of(function).values()):
        return ClosureOverModule(function, type_.example, value)
    return emitter.compiler.value_of(emitter, function, name)


class ClosureOverModule(StaticValue):
    """A function written in `__init__` that uses `self`: compiled in place."""

    def __init__(self, function: types.FunctionType, example: torch.nn.Module, module: RuntimeValue) -> None:
        self.function = function
        self.example = example
        self.module = module

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.function.__name__}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        callee = emitter.compiler.callee(self.function)

        def lookup(name: str) -> Any:
            found = callee.lookup(name)
            return self.module if found is self.example else found

        return call_python(emitter, replace(callee, lookup=lookup, always_inline=True), args, kwargs)


class SettingsValue(StaticValue):
    """A Python object of no run-time type whose plain attributes are read as constants (`self.config.hidden_size`).

    Where the program turns out to change it, it is read as an object with state the next time (`attribute_types.py`).
    """

    def __init__(self, held: Any, name: str, holder: SettingsValue | None = None) -> None:
        self.held = held
        self.name = name
        self.holder = holder

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("settings", id(self.held))

    def describe(self) -> str:
        """See the base class."""
        return f"the {type(self.held).__name__} '{self.name}'"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class. An object that is more than looked into is read as one with state the next time."""
        emitter.compiler.attribute_types.note_state(self._classes())
        return super().as_value(emitter)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        found = getattr(self.held, name, MISSING)
        if found is MISSING:
            raise emitter.fail(
                "no-attribute",
                f"{self.describe()} has no attribute '{name}'",
                help=did_you_mean(name, [n for n in dir(self.held) if not n.startswith("_")], "it has"),
            )
        if isinstance(found, (torch.Tensor, torch.nn.Module)):
            if isinstance(found, torch.Tensor):  # an object with state can hold it
                emitter.compiler.attribute_types.note_state(self._classes())
            raise emitter.fail(
                "untyped-attribute",
                f"'{name}' of {self.describe()} is no constant",
                help=f"make '{name}' an attribute of the module itself",
            )
        if isinstance(found, types.MethodType) and found.__self__ is self.held:
            return SettingsMethod(self, found)
        if isinstance(found, (list, dict, set)):
            emitter.compiler.attribute_types.suspect_state(self._classes())
        if is_constant(found) or callable(found) or isinstance(found, dict):
            return emitter.compiler.value_of(emitter, found, name)
        return SettingsValue(found, f"{self.name}.{name}", self)

    def set_attribute(self, emitter: Emitter, name: str, value: StaticValue) -> None:
        """See the base class."""
        emitter.compiler.attribute_types.note_state(self._classes())
        why = self._why_no_state(emitter)
        if why is not None:
            raise emitter.fail(
                "no-set-attribute",
                f"attributes of {self.describe()} cannot be set: {why}",
                help="keep what a program changes in an object of its own, or in the module itself",
            )
        super().set_attribute(emitter, name, value)

    def _why_no_state(self, emitter: Emitter) -> str | None:
        try:
            emitter.compiler.classes.type_of_object(self.held)
        except UntypedValueError as error:
            return str(error)
        return None

    def _classes(self) -> Iterator[type]:
        """Its class, and those of the objects that it was read from."""
        value: SettingsValue | None = self
        while value is not None:
            yield type(value.held)
            value = value.holder

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.held, name)

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(bool(self.held))


class HolderValue(SettingsValue):
    """A Python object of no run-time type that holds modules or tensors of the module it is an attribute of. What calls its
    methods is compiled in place, since those are reached through the module."""

    identity = None

    def __init__(self, held: Any, name: str, owner: RuntimeValue) -> None:
        super().__init__(held, name)
        self.owner = owner

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        found = getattr(self.held, name, MISSING)
        if isinstance(found, (torch.Tensor, torch.nn.Module)):
            example = module_type(emitter, self.owner).example
            for path, known in (*example.named_modules(), *example.named_parameters(), *example.named_buffers()):
                if known is found:
                    value: StaticValue = self.owner
                    for part in path.split(".") if path else ():
                        value = child(emitter, cast(RuntimeValue, value), part)
                    return value
        return super().attribute(emitter, name)


class SettingsMethod(StaticValue):
    """A method of an object that is known while compiling."""

    def __init__(self, owner: SettingsValue, method: types.MethodType) -> None:
        self.owner = owner
        self.method = method

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.method.__name__}' of {self.owner.describe()}"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        function = emitter.compiler.value_of(emitter, self.method.__func__, self.method.__name__)
        return function.call(emitter, [self.owner, *args], kwargs)


def set_attribute(emitter: Emitter, value: RuntimeValue, name: str, new: StaticValue) -> None:
    """`module.name = new`."""
    type_ = module_type(emitter, value)
    slot = type_.cls.attributes.get(name)
    class_name = type_.python_class.__name__
    descriptor = inspect.getattr_static(type_.python_class, name, None)
    if isinstance(descriptor, property) and not type_.is_compiled:
        call_setter(emitter, value, type_.python_class, name, descriptor, new)
        return
    emitter.compiler.fixed_values.note_assigned(type_.python_class, name)
    if slot is None and not type_.is_compiled and name not in (*type_.constants, *type_.untyped, *type_.functions):
        note_set_later(emitter, type_.python_class, name, new)
    if slot is None:
        if name in type_.constants:
            raise emitter.fail(
                "no-set-attribute",
                f"'{name}' is a constant of '{class_name}' and cannot change",
                help="remove `Final` from its annotation, and it becomes an attribute",
            )
        raise emitter.fail(
            "no-set-attribute",
            f"'{class_name}' has no attribute '{name}' that could be set",
            notes=(type_.untyped[name],) if name in type_.untyped else (),
            help=f"give it a value in '{class_name}.__init__', or annotate it in the class body",
        )
    if slot.kind == "submodule":
        raise emitter.fail(
            "no-set-attribute",
            f"the submodule '{name}' cannot be replaced by a program",
            help="keep both submodules, and choose with `if`",
        )
    is_declared = type_.is_compiled or name in inherited_annotations(type_.example)
    store(emitter, value, slot, new, class_name, None if is_declared else type_.python_class)


def delete_attribute(emitter: Emitter, value: RuntimeValue, name: str) -> None:
    """`del module.name`."""
    type_ = module_type(emitter, value)
    slot = type_.cls.attributes.get(name)
    if not type_.is_compiled and call_deleter(emitter, value, type_.python_class, name):
        return
    if slot is None or slot.kind == "submodule" or type_.is_compiled:
        raise emitter.fail(
            "no-set-attribute",
            f"'{name}' of '{type_.python_class.__name__}' cannot be deleted by a program",
            help="set an attribute to None instead",
        )
    delete_slot(emitter, value, slot, type_.python_class, is_known=name in type_.missing)


# Calls


def call(emitter: Emitter, value: RuntimeValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`module(*args)`: hooks and `forward`, both of which the compiled method `forward` holds."""
    type_ = module_type(emitter, value)
    own_call = None if type_.is_compiled else _own_call(type_)
    if own_call is not None:
        return own_call(value).call(emitter, args, kwargs)
    forward = find_attribute(emitter, value, type_, "forward")
    if forward is None:
        raise emitter.fail(
            "no-forward",
            f"'{type_.python_class.__name__}' has no forward",
            help="define `forward`, or call a method of it",
        )
    if type_.has_hooks:
        from portfire.frontend.script.modules.hooks import HookedForward

        return HookedForward(value, type_, forward).call(emitter, args, kwargs)
    return forward.call(emitter, args, kwargs)


def _own_call(type_: ModuleType) -> Callable[[RuntimeValue], StaticValue] | None:
    """A `__call__` that the user's class defines instead of `torch.nn.Module`'s."""
    for base in type_.python_class.__mro__:
        if base is torch.nn.Module:
            return None
        found = vars(base).get("__call__")
        if isinstance(found, types.FunctionType):
            return lambda value, f=found, b=base: BoundMethod(value, MethodSource("__call__", f, b))  # type: ignore[misc]
    return None


def child(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
    """A submodule or parameter that is known to be there."""
    found = _content(emitter, value, module_type(emitter, value), name)
    assert found is not None, name
    return found


def _listing_method(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    from portfire.frontend.script.modules.module_listings import listing_method

    return listing_method(emitter, value, type_, name)


def _is_parametrized(type_: ModuleType, name: str) -> bool:
    held = type_.example._modules.get("parametrizations")
    return isinstance(held, torch.nn.ModuleDict) and name in held
