"""`type(x)`: the class that the values of a type have in Python.

Where `x` may be of several types it is one of several classes, and only the run knows which; a comparison with one of them
tells what `x` is, as `isinstance` does.

Comes before: `picked_values.py`, `type_tests.py`. Comes after: `builtin_functions.py`, `refinement.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.statements.caught_exceptions import CaughtClass, as_caught
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.picked_values import PickedValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.frontend.script.values.type_tests import KINDS, class_of, members_of
from portfire.ir.types import BOOL, AnyType, ClassType, EnumType, InterfaceType, Type

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort
    from portfire.frontend.script.emitter import Emitter
    from portfire.ir.graph import Value


class TypeOfValue(PickedValue):
    """The class of a value that may be of one of several types."""

    def __init__(self, value: RuntimeValue, classes: Sequence[StaticValue], types: Sequence[Type]) -> None:
        super().__init__(
            classes, lambda emitter, i: emitter.insert("prim::isinstance", [value.value], BOOL, types=[types[i]])
        )
        self.types = tuple(types)

    def describe(self) -> str:
        """See the base class."""
        return "the type of a value that may be of several types"

    def type_of_class(self, item: StaticValue) -> Type | None:
        """The type of the value where its class is `item`; None where it never is, or more than one type has that class."""
        found = [t for t, cls in zip(self.types, self.items, strict=True) if cls == item]
        return found[0] if len(found) == 1 else None


class TypeOfAnything(StaticValue):
    """The class of a value whose type is not known at all: it can be compared with others."""

    def __init__(self, value: RuntimeValue) -> None:
        self.value = value

    def describe(self) -> str:
        """See the base class."""
        return "the type of a value of any type"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        raise _unknown(emitter)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        raise _unknown(emitter)

    def type_of_class(self, item: StaticValue) -> Type | None:
        """The type of the value where its class is `item`; None where no value has that class."""
        cls = getattr(item, "cls", None)
        return next((type_ for kind, type_ in KINDS if kind is cls), None)

    def is_class(self, emitter: Emitter, item: StaticValue) -> StaticValue:
        """Whether that is the class of the value."""
        type_ = self.type_of_class(item)
        if type_ is None:
            what = item.describe()
            raise emitter.fail("unsupported-call", f"whether the type of this value is {what} is not known", help=_HELP)
        return emitter.insert("prim::isinstance", [self.value.value], BOOL, types=[type_])


_HELP = "use isinstance, for each type it may be"


def _unknown(emitter: Emitter) -> CompileAbort:
    return emitter.fail("unsupported-call", "only the run knows the type of this value", help=_HELP)


def emit_type(emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    """`type(x)`."""
    value = args[0]
    caught = as_caught(value)
    if caught is not None:
        return CaughtClass(caught)
    type_ = static_type(value)
    if type_ is None or (isinstance(value, TupleValue) and value.is_list):
        return emitter.compiler.value_of(emitter, _static_class(emitter, value))
    if isinstance(type_, AnyType):
        return TypeOfAnything(RuntimeValue(emitter.runtime(value)))
    members = members_of(type_)
    classes = [emitter.compiler.value_of(emitter, _python_class(emitter, m)) for m in members]
    if len(members) == 1:
        return classes[0]
    return TypeOfValue(RuntimeValue(emitter.runtime(value)), classes, members)


def _python_class(emitter: Emitter, type_: Type) -> type:
    if isinstance(type_, (ClassType, EnumType)) and type_.python_class is not None:
        return type_.python_class
    if isinstance(type_, (AnyType, InterfaceType)):
        raise _unknown(emitter)
    found = class_of(emitter, type_)
    if found is object:
        raise emitter.fail(
            "unsupported-call", f"the type of {type_.annotation} is no value of a program", help="use isinstance"
        )
    return found


def _static_class(emitter: Emitter, value: StaticValue) -> type:
    """The class of something that exists only while compiling."""
    if isinstance(value, TupleValue):
        return list if value.is_list else tuple
    if isinstance(value, StaticDict):
        return dict
    raise emitter.fail(
        "unsupported-call", f"the type of {value.describe()} is no value of a program", help="use isinstance"
    )
