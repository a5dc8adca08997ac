"""A plain run-time value: one SSA value whose type decides what attributes, calls, indices and loops over it mean.

What each type can do is a `Behaviour`, registered by IR type: `tensor_values.py`, `container_values.py`,
`object_values.py`, `scalar_values.py`.

Comes before: `static_values.py`. Comes after: everything that makes values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir.forms import form_kind, spelled
from portfire.ir.graph import Value
from portfire.ir.types import NumberType, OptionalType, Type, UnionType

if TYPE_CHECKING:
    import types

    from portfire.diagnostics import CompileAbort
    from portfire.frontend.script.emitter import Emitter


class RuntimeValue(StaticValue):
    """One SSA value."""

    def __init__(self, value: Value) -> None:
        self.value = value

    @property
    def type(self) -> Type:
        """The type, as far as it is known by now."""
        return resolved(self.value.type)

    def describe(self) -> str:
        """See the base class."""
        return f"a value of type {spelled(self.type)}"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return self.value

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.values.class_attributes import special_method

        return special_method(emitter, self, name) or self._behaviour().attribute(emitter, self, name)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return self._behaviour().has_attribute(emitter, self, name)

    def set_attribute(self, emitter: Emitter, name: str, value: StaticValue) -> None:
        """See the base class."""
        self._behaviour().set_attribute(emitter, self, name, value)

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        return self._behaviour().call(emitter, self, args, kwargs)

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        return self._behaviour().index(emitter, self, _known_key(emitter, key))

    def set_index(self, emitter: Emitter, key: StaticValue, value: StaticValue) -> None:
        """See the base class."""
        self._behaviour().set_index(emitter, self, _known_key(emitter, key), value)

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return self._behaviour().iterate(emitter, self)

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """See the base class."""
        return self._behaviour().item(emitter, self, index)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self._behaviour().length(emitter, self)

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self._behaviour().truth(emitter, self)

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return self._behaviour().unpack(emitter, self, count)

    def delete_index(self, emitter: Emitter, key: StaticValue) -> None:
        """`del self[key]`."""
        self._behaviour().delete_index(emitter, self, _known_key(emitter, key))

    def _behaviour(self) -> Behaviour:
        type_ = self.type
        formed = FORMED_BEHAVIOURS.get(form_kind(type_) or "")
        return formed if formed is not None else BEHAVIOURS.get(type(type_), DEFAULT_BEHAVIOUR)


def _known_key(emitter: Emitter, key: StaticValue) -> StaticValue:
    from portfire.frontend.script.values.indexing import known_key

    return known_key(emitter, key)


class Behaviour:
    """What values of one family of types can do. The base: nothing, with a reason."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """`value.name`."""
        raise _refuse(emitter, value, "no-attribute", f"has no attribute '{name}'")

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """`hasattr(value, name)`."""
        return False

    def set_attribute(self, emitter: Emitter, value: RuntimeValue, name: str, new: StaticValue) -> None:
        """`value.name = new`."""
        raise _refuse(emitter, value, "no-set-attribute", f"has no attribute '{name}' that could be set")

    def call(
        self, emitter: Emitter, value: RuntimeValue, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
    ) -> StaticValue:
        """`value(*args, **kwargs)`."""
        raise _refuse(emitter, value, "not-callable", "cannot be called")

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """`value[key]`."""
        raise _refuse(emitter, value, "not-subscriptable", "cannot be indexed")

    def set_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
        """`value[key] = new`."""
        raise _refuse(emitter, value, "not-subscriptable", "has no items that could be set")

    def delete_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> None:
        """`del value[key]`."""
        raise _refuse(emitter, value, "not-subscriptable", "has no items that could be deleted")

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """`for x in value`."""
        raise _refuse(emitter, value, "not-iterable", "cannot be iterated over")

    def item(self, emitter: Emitter, value: RuntimeValue, index: Value) -> StaticValue:
        """Item number `index` of what `iterate` gave."""
        raise _refuse(emitter, value, "not-iterable", "cannot be iterated over")

    def length(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """`len(value)`."""
        raise _refuse(emitter, value, "no-length", "has no length")

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """`bool(value)`."""
        raise _refuse(emitter, value, "no-truth", "has no truth value")

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """`a, b = value`."""
        raise _refuse(emitter, value, "not-unpackable", "cannot be unpacked")


#: What to write instead, by the code of the failure.
_INSTEAD: dict[str, str] = {
    "no-attribute": "tensors, strings, lists, dicts and objects have attributes; of an Any, say first what it is: `isinstance`",
    "no-set-attribute": "set attributes of modules and of objects of your own classes",
    "not-callable": "call a function, a module, or an object with `__call__`",
    "not-subscriptable": "index a list, tuple, dict, string or tensor, or an object with `__getitem__`",
    "not-iterable": "loop over a list, tuple, dict, string, range or tensor; for a number n: `for i in range(n)`",
    "no-length": "take the length of a list, tuple, dict, set, string or tensor",
    "no-truth": "compare it: `x is not None`, `len(x) > 0`",
    "not-unpackable": "unpack a tuple, a list, or a tensor with as many items",
}


def _has_number(type_: Type) -> bool:
    """Whether numbers are in it of which only the run knows whether they are ints or floats."""
    return isinstance(type_, NumberType) or any(map(_has_number, type_.contained()))


def _refuse(emitter: Emitter, value: RuntimeValue, code: str, what: str) -> CompileAbort:
    """The failure; for an Optional or Union, with what would make it work."""
    type_ = value.type
    help_ = _INSTEAD[code]
    if isinstance(type_, OptionalType):
        help_ = "check for None first: `if x is not None:` or `assert x is not None`"
    elif isinstance(type_, UnionType) and _has_number(type_):
        help_ = "say of what type the numbers are: `values: List[float] = x.tolist()`, `float(x.item())`"
    elif isinstance(type_, UnionType):
        help_ = "say which type it is first: `if isinstance(x, T):`"
    return emitter.fail(code, f"{value.describe()} {what}", help=help_)


#: What values of a type can do, by the class of the IR type. Filled by `behaviours.py`.
BEHAVIOURS: dict[type[Type], Behaviour] = {}
#: The same for values that are something else in Python than in the program: see `ir/forms.py`.
FORMED_BEHAVIOURS: dict[str, Behaviour] = {}
DEFAULT_BEHAVIOUR = Behaviour()


class MethodValue(StaticValue):
    """A method of a run-time value, bound: what `x.append` is. `emit` compiles a call of it."""

    def __init__(self, receiver: StaticValue, name: str, emit: Callable[..., StaticValue]) -> None:
        self.receiver = receiver
        self.name = name
        self.emit = emit

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.name}' of {self.receiver.describe()}"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.types.conversion import static_type
        from portfire.frontend.script.values.method_parameters import parameters_of

        parameters = parameters_of(static_type(self.receiver), self.name)
        if parameters is not None:
            args, kwargs = parameters.bind(emitter, self.name, list(args), kwargs)
        return self.emit(emitter, self.receiver, list(args), kwargs)


def method_of_class(receiver: StaticValue, function: types.FunctionType) -> MethodValue:
    """A method that a Python class defines, bound to a value that is no object of the program."""

    def emit(
        emitter: Emitter, receiver: StaticValue, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
    ) -> StaticValue:
        called = emitter.compiler.value_of(emitter, function, function.__name__)
        return called.call(emitter, [receiver, *args], kwargs)

    return MethodValue(receiver, function.__name__, emit)
