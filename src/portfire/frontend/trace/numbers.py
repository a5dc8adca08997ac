"""Numbers that remember where they came from: sizes of tensors, items read out of them, and what is computed with those.

Python sees a `torch.SymInt`, `SymFloat` or `SymBool`; behind it stands a `TracedNumber`, which answers torch's SymNode
protocol (torch/fx/experimental/sym_node.py): arithmetic gives new traced numbers and records the operation; only when
Python needs a plain number (a branch, `range`, `int()`) is the number fixed, and then the program gets a guard.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torch.fx.experimental.sym_node  # installs the operators on torch.SymInt and its siblings

from portfire.ir.graph import Value

if TYPE_CHECKING:
    from portfire.frontend.trace.recording import Recording

#: torch's protocol has a method named `str`, which hides the type in annotations of the class.
Text = str


class TracedNumber:
    """One int, float or bool of the run: what it is now, and its value in the graph (None: a constant)."""

    def __init__(self, recording: Recording, concrete: int | float | bool, value: Value | None = None) -> None:
        self.recording = recording
        self.concrete = concrete
        self.is_wrapped_constant = value is None
        if value is not None:
            recording.bind(self, value)

    def as_value(self, recording: Recording) -> Value:
        """This number in the current frame."""
        return recording.constant(self.concrete) if self.is_wrapped_constant else recording.value_of(self)

    # What torch asks of a SymNode

    def is_int(self) -> bool:
        """Whether this is the node of a SymInt."""
        return type(self.concrete) is int

    def is_float(self) -> bool:
        """Whether this is the node of a SymFloat."""
        return type(self.concrete) is float

    def is_bool(self) -> bool:
        """Whether this is the node of a SymBool."""
        return type(self.concrete) is bool

    def _no(self) -> bool:
        return False

    def _yes(self) -> bool:
        return True

    def _unknown(self) -> None:
        """A constant this number is known to be: never, so that torch asks before it takes one."""

    is_nested_int = is_constant = _no
    is_symbolic = has_hint = _yes
    maybe_as_int = maybe_as_float = maybe_as_bool = _unknown
    constant_int = constant_float = constant_bool = nested_int = _unknown

    @property
    def hint(self) -> int | float | bool:
        """What the number is in this run; looking at the hint fixes nothing."""
        return self.concrete

    def require_hint(self, fallback: object = None) -> int | float | bool:
        """See `hint`."""
        return self.concrete

    def clone(self) -> TracedNumber:
        """A number never changes: it is its own copy."""
        return self

    def _wrap(self, number: int | float | bool) -> TracedNumber:
        """A plain number that meets this one in an operation."""
        return TracedNumber(self.recording, number)

    wrap_int = wrap_float = wrap_bool = _wrap

    def __str__(self) -> str:
        return str(self.concrete)

    str = __repr__ = _graph_repr = __str__

    # Where Python needs a plain number

    def int_(self) -> int:
        """This number for Python, fixed."""
        self._fix()
        return int(self.concrete)

    def bool_(self) -> bool:
        """This condition for Python, fixed."""
        self._fix()
        return bool(self.concrete)

    def float_(self) -> float:
        """This number for Python, fixed."""
        self._fix()
        return float(self.concrete)

    def guard_int(self, file: Text, line: int) -> int:
        """See `int_`; torch names the place in its own code that asks."""
        return self.int_()

    def guard_float(self, file: Text, line: int) -> float:
        """See `float_`."""
        return self.float_()

    def guard_bool(self, file: Text, line: int) -> bool:
        """See `bool_`."""
        return self.bool_()

    guard_size_oblivious = guard_or_false = guard_or_true = expect_true = guard_bool

    def expect_size(self, file: Text, line: int) -> bool:
        """Whether this can be the size of a dimension; the operator that takes the size checks it again."""
        return bool(self.concrete >= 0)

    def statically_known_true(self, file: Text, line: int) -> bool:
        """Whether the condition holds for every input: unknown."""
        return False

    def _fix(self) -> None:
        """The run depends on what this number is: the program must see that it is the same."""
        if self.is_wrapped_constant:
            return
        recording = self.recording
        value = recording.value_of(self)
        if isinstance(self.concrete, bool):
            condition = value if self.concrete else recording.emit("aten::__not__", value)
            outcome = "true" if self.concrete else "false"
            recording.guard(condition, f"a condition on sizes or numbers was {outcome} when this was traced")
        else:
            recording.guard_equal(value, self.concrete, "a number that comes from a tensor")

    # Arithmetic

    def compute(self, op: Text, function: Callable[..., Any], *others: TracedNumber) -> TracedNumber:
        """The result of an operation on this number and others: computed by `function`, recorded as `op`."""
        result = function(self.concrete, *(o.concrete for o in others))
        numbers = (self, *others)
        if all(n.is_wrapped_constant for n in numbers):
            return TracedNumber(self.recording, result)
        values = [n.as_value(self.recording) for n in numbers]
        value = self.recording.emit(op, *values)
        expected = {int: "int", float: "float", bool: "bool"}[type(result)]
        if str(value.type) != expected:
            value = self.recording.emit(f"aten::{expected.capitalize()}", value)
        return TracedNumber(self.recording, result, value)


_OPERATORS: dict[str, tuple[str, Callable[..., Any]]] = {
    "add": ("aten::add", operator.add),
    "sub": ("aten::sub", operator.sub),
    "mul": ("aten::mul", operator.mul),
    "mod": ("aten::remainder", operator.mod),
    "floordiv": ("aten::floordiv", operator.floordiv),
    "int_floordiv": ("aten::floordiv", operator.floordiv),
    "truediv": ("aten::div", operator.truediv),
    "int_truediv": ("aten::div", operator.truediv),
    "float_truediv": ("aten::div", operator.truediv),
    "pow": ("aten::pow", operator.pow),
    "pow_by_natural": ("aten::pow", operator.pow),
    "float_pow": ("aten::pow", operator.pow),
    "neg": ("aten::neg", operator.neg),
    "abs": ("prim::abs", operator.abs),
    "eq": ("aten::eq", operator.eq),
    "ne": ("aten::ne", operator.ne),
    "lt": ("aten::lt", operator.lt),
    "le": ("aten::le", operator.le),
    "gt": ("aten::gt", operator.gt),
    "ge": ("aten::ge", operator.ge),
    "sym_min": ("prim::min", min),
    "sym_max": ("prim::max", max),
    "and_": ("aten::__and__", lambda a, b: a and b),
    "or_": ("aten::__or__", lambda a, b: a or b),
    "bitwise_and": ("aten::__and__", operator.and_),
    "bitwise_or": ("aten::__or__", operator.or_),
    "bitwise_xor": ("aten::__xor__", operator.xor),
    "lshift": ("aten::__lshift__", operator.lshift),
    "rshift": ("aten::__rshift__", operator.rshift),
    "sym_not": ("aten::__not__", operator.not_),
    "sym_float": ("aten::Float", float),
    "sym_int": ("aten::Int", int),
    "trunc": ("aten::Int", math.trunc),
    "floor": ("aten::floor", math.floor),
    "ceil": ("aten::ceil", math.ceil),
    "round": ("aten::round", round),
    "sym_sqrt": ("aten::sqrt", math.sqrt),
}


def _method(op: str, function: Callable[..., Any]) -> Callable[..., TracedNumber]:
    def method(self: TracedNumber, *others: TracedNumber) -> TracedNumber:
        return self.compute(op, function, *others)

    return method


for _name, (_op, _function) in _OPERATORS.items():
    setattr(TracedNumber, _name, _method(_op, _function))


def _hash(self: Any) -> int:
    """A number that is the key of a dict or set is fixed."""
    return hash(self.node.guard_int("", 0)) if isinstance(self.node, TracedNumber) else _hash_of_others(self)


_hash_of_others = torch.SymInt.__hash__
torch.SymInt.__hash__ = _hash  # type: ignore[method-assign]


def _array(self: Any, dtype: Any = None, copy: bool | None = None) -> Any:
    """A number that numpy computes with is fixed."""
    import numpy

    if isinstance(self.node, TracedNumber):
        return numpy.asarray(self.node.float_() if self.node.is_float() else self.node.int_(), dtype)
    held = numpy.empty((), dtype=object)
    held[()] = self
    return held


for _class in (torch.SymInt, torch.SymFloat):
    _class.__array__ = _array  # type: ignore[union-attr]


def traced_number(recording: Recording, concrete: int | float | bool, value: Value) -> Any:
    """What Python gets for a number of the run: a SymBool, SymInt or SymFloat."""
    node = TracedNumber(recording, concrete, value)
    if isinstance(concrete, bool):
        return torch.SymBool(node)  # type: ignore[no-untyped-call]
    return torch.SymInt(node) if isinstance(concrete, int) else torch.SymFloat(node)  # type: ignore[no-untyped-call]
