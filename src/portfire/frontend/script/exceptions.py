"""`raise`, `assert`, and exception classes as values.

Comes before: `control_flow.py`, `exits.py`. Comes after: `statements.py`, `operators.py`.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from portfire.frontend.script.caught_exceptions import CaughtException, emit_reraise
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


#: Exceptions of torch that programs know by the name of their public alias.
_NAMES: dict[type[BaseException], str] = {vars(torch.linalg)["LinAlgError"]: "torch.linalg.LinAlgError"}


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

    @property
    def qualified_name(self) -> str:
        """The name, as programs know it."""
        return _NAMES.get(self.cls) or f"{self.cls.__module__}.{self.cls.__qualname__}"

    @property
    def names(self) -> list[str]:
        """The names of this type and of those below it that torch raises: the engine does not know where they belong."""
        below = [name for cls, name in _NAMES.items() if issubclass(cls, self.cls) and cls is not self.cls]
        return [self.qualified_name, *below]

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        for name in ("__init__", "__new__", "__str__"):
            if isinstance(getattr(self.cls, name), types.FunctionType):
                raise emitter.fail(
                    "unsupported-call",
                    f"the exception {self.cls.__name__} has {name!r} of its own, which programs do not run",
                    notes=("a program keeps the type of an exception and its message",),
                    help=f"leave {name!r} out, and give the message where the exception is raised",
                )
        return ExceptionValue(self.cls, [*args, *kwargs.values()])


class ExceptionValue(StaticValue):
    """An exception about to be raised."""

    def __init__(self, cls: type[BaseException], args: Sequence[StaticValue]) -> None:
        self.cls = cls
        self.args = args

    def describe(self) -> str:
        """See the base class."""
        return f"a {self.cls.__name__}"

    def message(self, emitter: Emitter) -> StaticValue:
        """What `str()` of the exception gives."""
        if not self.args:
            return ConstantValue("")
        if len(self.args) == 1:
            return as_text(emitter, self.args[0])
        return as_text(emitter, TupleValue(self.args))


def class_names(emitter: Emitter, classes: StaticValue) -> list[str]:
    """The names of the exception types in `except T` or `except (T, U)`."""
    if isinstance(classes, TupleValue):
        return [name for item in classes.items for name in class_names(emitter, item)]
    if not isinstance(classes, ExceptionClass):
        what = classes.describe()
        raise emitter.fail(
            "type-mismatch", f"expected an exception type, found {what}", help="name the types where they are caught"
        )
    return classes.names


def as_text(emitter: Emitter, value: StaticValue) -> StaticValue:
    """`str(value)`."""
    if isinstance(value, (CaughtException, ExceptionValue)):
        return value.message(emitter)
    if static_type(value) == STR:
        return value
    return emitter.builtin("aten::str", [value])


def emit_raise(emitter: Emitter, node: ast.Raise) -> Flow:
    """`raise X(message) from cause`: the cause is not kept."""
    from portfire.frontend.script.expressions import emit_expression

    if node.exc is None:
        if not emitter.context.caught:
            raise emitter.fail(
                "unsupported-syntax",
                "'raise' without an exception is only valid in an 'except'",
                help="name the exception: `raise ValueError(message)`",
            )
        return emit_reraise(emitter, emitter.context.caught[-1])
    raised = emit_expression(emitter, node.exc)
    if isinstance(raised, CaughtException):
        return emit_reraise(emitter, raised.exception)
    if isinstance(raised, ExceptionClass):
        raised = raised.call(emitter, [], {})
    if not isinstance(raised, ExceptionValue):
        raise emitter.fail(
            "type-mismatch",
            f"expected an exception to raise, found {raised.describe()}",
            help="raise an exception class: `raise ValueError(message)`",
        )
    cls = ExceptionClass(raised.cls)
    _raise(emitter, raised.message(emitter), ConstantValue(cls.qualified_name), _bases(raised.cls))
    return Flow.RAISES


def _bases(cls: type[BaseException]) -> list[str]:
    """What a class of the user's derives from: the engine knows the builtin ones."""
    if cls.__module__ == "builtins":
        return []
    return [ExceptionClass(base).qualified_name for base in cls.__mro__[1:] if issubclass(base, BaseException)]


def _raise(emitter: Emitter, message: StaticValue, cls: StaticValue, bases: Sequence[str] = ()) -> None:
    node = emitter.node("prim::RaiseException", [emitter.runtime(message), emitter.runtime(cls)])
    if bases:
        node.attributes["bases"] = list(bases)
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
