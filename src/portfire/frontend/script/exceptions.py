"""`raise`, `assert`, and exception classes as values.

Comes before: `control_flow.py`, `exits.py`. Comes after: `statements.py`, `operators.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.control_flow import emit_if_value
from portfire.frontend.script.conversion import static_type
from portfire.frontend.script.exits import Flow
from portfire.frontend.script.refinement import emit_condition, refine
from portfire.frontend.script.static_values import StaticValue
from portfire.frontend.script.tuple_values import TupleValue
from portfire.ir.types import STR

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class ExceptionClass(StaticValue):
    """An exception type."""

    def __init__(self, cls: type[BaseException]) -> None:
        self.cls = cls

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("exception", self.cls)

    def describe(self) -> str:
        """See the base class."""
        return f"the exception {self.cls.__name__}"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        return ExceptionValue(self.cls, [*args, *kwargs.values()])


class ExceptionValue(StaticValue):
    """An exception about to be raised."""

    def __init__(self, cls: type[BaseException], args: Sequence[StaticValue]) -> None:
        self.cls = cls
        self.args = args

    def describe(self) -> str:
        """See the base class."""
        return f"a {self.cls.__name__}"

    @property
    def qualified_name(self) -> str:
        """The name of the class, as programs know it."""
        return f"{self.cls.__module__}.{self.cls.__qualname__}"

    def message(self, emitter: Emitter) -> StaticValue:
        """What `str()` of the exception gives."""
        if not self.args:
            return ConstantValue("")
        if len(self.args) == 1:
            return as_text(emitter, self.args[0])
        return as_text(emitter, TupleValue(self.args))


def as_text(emitter: Emitter, value: StaticValue) -> StaticValue:
    """`str(value)`."""
    if static_type(value) == STR:
        return value
    return emitter.builtin("aten::str", [value])


def emit_raise(emitter: Emitter, node: ast.Raise) -> Flow:
    """`raise X(message) from cause`: the cause is not kept."""
    from portfire.frontend.script.expressions import emit_expression

    if node.exc is None:
        raise emitter.fail("unsupported-syntax", "'raise' without an exception is only valid in an 'except'")
    raised = emit_expression(emitter, node.exc)
    if isinstance(raised, ExceptionClass):
        raised = ExceptionValue(raised.cls, ())
    if not isinstance(raised, ExceptionValue):
        raise emitter.fail("type-mismatch", f"expected an exception to raise, found {raised.describe()}")
    _raise(emitter, raised.message(emitter), ConstantValue(raised.qualified_name))
    return Flow.RAISES


def _raise(emitter: Emitter, message: StaticValue, cls: StaticValue) -> None:
    emitter.node("prim::RaiseException", [emitter.runtime(message), emitter.runtime(cls)])
    emitter.frame.is_dead = True


def emit_assert(emitter: Emitter, node: ast.Assert) -> Flow:
    """`assert condition, message`: what the condition says holds from here on."""
    from portfire.frontend.script.expressions import emit_expression

    condition = emit_condition(emitter, node.test)

    def fail() -> Flow:
        message = as_text(emitter, emit_expression(emitter, node.msg)) if node.msg is not None else ConstantValue("")
        _raise(emitter, message, NONE_VALUE)
        return Flow.RAISES

    known = condition.constant
    if known is not None:
        return Flow.FALLS if known else fail()
    emit_if_value(emitter, condition.value, lambda: Flow.FALLS, fail)
    refine(emitter, condition.if_true)
    return Flow.FALLS


def emit_check(emitter: Emitter, condition: StaticValue, message: StaticValue, cls: str) -> None:
    """Raise unless a run-time bool holds."""

    def fail() -> Flow:
        _raise(emitter, message, ConstantValue(cls))
        return Flow.RAISES

    emit_if_value(emitter, condition, lambda: Flow.FALLS, fail)
