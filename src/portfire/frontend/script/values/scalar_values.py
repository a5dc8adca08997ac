"""What run-time numbers, strings, devices and the rest of the simple types can do.

Comes before: `runtime_value.py`. Comes after: `behaviours.py`.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from portfire.frontend.script.builtins.python_library import numbers
from portfire.frontend.script.types.forms import dtype_attribute
from portfire.frontend.script.values import indexing
from portfire.frontend.script.values.constant_values import TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.operator_value import OperatorValue
from portfire.frontend.script.values.runtime_value import Behaviour, MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, COMPLEX, FLOAT, INT, IntType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


#: What numbers are used with.
_OF_NUMBERS = "numbers have no attributes here: use operators, math, or a tensor"


class NumberBehaviour(Behaviour):
    """int, float, complex, bool and Scalar."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if isinstance(value.type, IntType) and value.type.form == "dtype":
            return dtype_attribute(emitter, value, name)
        if value.type == COMPLEX and name in ("real", "imag"):
            return emitter.builtin(f"portfire::{name}", [value])
        if value.type in (INT, BOOL) and name in ("real", "numerator"):
            return emitter.builtin("aten::Int", [value]) if value.type == BOOL else value
        if value.type in (INT, BOOL) and name in ("imag", "denominator"):
            return ConstantValue(int(name == "denominator"))
        if value.type == FLOAT and name in ("real", "imag"):
            return value if name == "real" else ConstantValue(0.0)
        if name in _METHODS_OF.get(value.type, {}):
            return MethodValue(value, name, _METHODS_OF[value.type][name])
        raise emitter.fail(
            "no-attribute",
            f"{value.describe()} has no attribute '{name}'",
            help=f"make a tensor of it first: torch.tensor(x).{name}" if hasattr(torch.Tensor, name) else _OF_NUMBERS,
        )

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        python_types: dict[Type, type] = {INT: int, FLOAT: float, BOOL: bool, COMPLEX: complex}
        return value.type in python_types and hasattr(python_types[value.type], name)

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        if value.type == BOOL:
            return value
        if value.type in (INT, FLOAT):
            return emitter.builtin("aten::Bool", [value])
        return emitter.builtin("aten::ne", [value, ConstantValue(0)])


Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Method = Callable[["Emitter", StaticValue, Arguments, Keywords], StaticValue]


def _is_integer(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """Infinity and NaN are none: what is left of them by 1 is NaN."""
    from portfire.frontend.script.values.operators import emit_binary_values, emit_equal

    rest = emit_binary_values(emitter, ast.Mod(), value, ConstantValue(1.0))
    return emit_equal(emitter, rest, ConstantValue(0.0))


def _itself(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return value


def _as_int(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return emitter.builtin("aten::Int", [value])


def _conjugate(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    real, imaginary = (value.attribute(emitter, name) for name in ("real", "imag"))
    return emitter.builtin("aten::Complex", [real, emitter.builtin("aten::neg", [imaginary])])


def _library(function: Callable[..., object]) -> Method:
    def emit(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.compiler.function_value(function).call(emitter, [value], {})

    return emit


_INT_METHODS: dict[str, Method] = {
    "conjugate": _itself, "item": _itself, "bit_length": _library(numbers.bit_length),
    "bit_count": _library(numbers.bit_count), "is_integer": lambda emitter, value, args, kwargs: ConstantValue(True),
    "__index__": _itself, "__int__": _itself,
}  # fmt: skip
_METHODS_OF: dict[Type, dict[str, Method]] = {
    INT: _INT_METHODS,
    BOOL: {"conjugate": _as_int, "item": _itself, "bit_length": _as_int, "bit_count": _as_int},
    FLOAT: {"is_integer": _is_integer, "conjugate": _itself, "item": _itself},
    COMPLEX: {"conjugate": _conjugate, "item": _itself},
}


class StringBehaviour(Behaviour):
    """`str`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.values.strings import STRING_METHODS

        if name in STRING_METHODS:
            return MethodValue(value, name, STRING_METHODS[name])
        if name in _STRING_OPERATORS:
            return OperatorValue(f"aten::{name}", receiver=value, called=name)
        known = hasattr(str, name)
        what = f"the string method '{name}' is not supported" if known else f"a string has no attribute '{name}'"
        near = difflib.get_close_matches(name, [m for m in dir(str) if not known], 1)
        instead = "write it with the methods that are: split, join, replace, find, startswith, strip, format, ..."
        raise emitter.fail("no-attribute", what, help=f"did you mean '{near[0]}'?" if near else instead)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return hasattr(str, name)

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        if isinstance(key, indexing.SliceValue):
            return indexing.slice_sequence(emitter, value, key)
        return emitter.builtin("aten::__getitem__", [value, indexing.integer(emitter, key)], called="[]")

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """See the base class."""
        return Iteration(source=emitter.builtin("aten::list", [value]))

    def item(self, emitter: Emitter, value: RuntimeValue, index: Value) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::__getitem__", [value, index])

    def length(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::len", [value])

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::gt", [self.length(emitter, value), ConstantValue(0)])

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return RuntimeValue(emitter.runtime(emitter.builtin("aten::list", [value]))).unpack(emitter, count)


_STRING_OPERATORS = frozenset(
    (
        "capitalize", "center", "count", "endswith", "expandtabs", "find", "index", "isalnum", "isalpha", "isdecimal",
        "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "ljust", "lower",
        "lstrip", "partition", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill",
    )
)  # fmt: skip


class DeviceBehaviour(Behaviour):
    """`torch.device`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if name in ("type", "index"):
            return emitter.builtin(f"prim::{name}", [value])
        raise emitter.fail(
            "no-attribute", f"a device has no attribute '{name}'", help="a device has `type` and `index`"
        )

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return ConstantValue(True)


class EnumBehaviour(Behaviour):
    """A member of an enum."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.classes.enum_values import member_attribute
        from portfire.ir.types import EnumType

        type_ = value.type
        assert isinstance(type_, EnumType)
        return member_attribute(emitter, value, type_, name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return hasattr(getattr(value.type, "python_class", None), name)

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return ConstantValue(True)


class NoneBehaviour(Behaviour):
    """None as a run-time value."""

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return ConstantValue(False)


class FutureBehaviour(Behaviour):
    """What `fork` gives."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if name in ("wait", "value"):
            return OperatorValue("aten::wait", receiver=value, called=name)
        if name == "done":
            return MethodValue(value, name, _done)
        raise emitter.fail(
            "no-attribute", f"a future has no attribute '{name}'", help="get its value with `future.wait()`"
        )


def _done(emitter: Emitter, value: StaticValue, args: list[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    """`future.done()`: in eager Python what is forked has been run by then."""
    emitter.builtin("aten::wait", [value])
    return TRUE_VALUE


class GeneratorBehaviour(Behaviour):
    """`torch.Generator`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if name in ("manual_seed", "seed", "initial_seed"):
            return OperatorValue(f"aten::{name}", receiver=value, called=name)
        raise emitter.fail(
            "no-attribute",
            f"a generator has no attribute '{name}'",
            help="a generator is only passed on: `torch.rand(2, generator=g)`",
        )
