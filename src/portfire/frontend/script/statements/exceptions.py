"""`raise`, `assert`, and exception classes as values.

Comes before: `control_flow.py`, `exits.py`, `exception_values.py`. Comes after: `statements.py`, `operators.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.statements.caught_exceptions import (
    CaughtClass,
    CaughtException,
    as_caught,
    emit_is_a,
    emit_reraise,
)  # fmt: skip
from portfire.frontend.script.statements.control_flow import emit_if_value
from portfire.frontend.script.statements.exception_values import (
    ExceptionClass,
    ExceptionValue,
    exception_class_of,
    is_users,
    names_below,
    object_exception,
    object_message,
    qualified_name,
    text_of,
)  # fmt: skip
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.statements.refinement import emit_condition, refine
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import Value
from portfire.ir.types import ANY, BOOL, EXCEPTION, STR, ListType, TupleType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: What an exception came from: its cause, its context, and whether the context is hidden (docs/program-format.md).
_ORIGIN = TupleType((ANY, ANY, BOOL))


def class_names(emitter: Emitter, classes: StaticValue) -> list[str]:
    """The names of the exception types in `except T` or `except (T, U)`."""
    if isinstance(classes, TupleValue):
        return [name for item in classes.items for name in class_names(emitter, item)]
    if not isinstance(classes, ExceptionClass):
        what = classes.describe()
        raise emitter.fail(
            "type-mismatch", f"expected an exception type, found {what}", help="name the types where they are caught"
        )
    return names_below(emitter, classes.cls)


def as_text(emitter: Emitter, value: StaticValue) -> StaticValue:
    """`str(value)`."""
    if isinstance(value, ExceptionValue):
        return value.message(emitter)
    caught = as_caught(value)
    if caught is not None:
        return caught.message(emitter)
    cls = exception_class_of(value)
    if cls is not None:
        assert isinstance(value, RuntimeValue)
        return object_message(emitter, value, cls)
    return text_of(emitter, value)


def emit_issubclass(emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    """`issubclass(cls, types)`: of classes known while compiling, or of `type(e)`."""
    cls, types = args
    if isinstance(cls, CaughtClass):
        return emit_is_a(emitter, cls.exception, class_names(emitter, types))
    known = getattr(cls, "cls", None)
    wanted = [getattr(t, "cls", None) for t in (types.items if isinstance(types, TupleValue) else [types])]
    if not isinstance(known, type) or not all(isinstance(w, type) for w in wanted):
        raise emitter.fail(
            "type-mismatch", "expected classes for 'issubclass'", help="test an object instead: `isinstance(x, T)`"
        )
    return ConstantValue(issubclass(known, tuple(w for w in wanted if w is not None)))


def emit_class_identity(emitter: Emitter, left: StaticValue, right: StaticValue) -> StaticValue | None:
    """`type(e) is T`; None where the operands are something else."""
    if isinstance(right, CaughtClass):
        left, right = right, left
    if not isinstance(left, CaughtClass) or not isinstance(right, ExceptionClass):
        return None
    name = qualified_name(emitter, right.cls)
    names = [name, *(name.removeprefix(p) for p in ("builtins.", "__torch__.") if name.startswith(p))]
    known = emitter.insert("prim::ListConstruct", [emitter.constant_value(n) for n in names], ListType(STR))
    return emitter.builtin("aten::__contains__", [known, left.exception.class_name(emitter)])


def is_exception(value: StaticValue) -> bool:
    """Whether a value is an exception, raised or not."""
    return isinstance(value, ExceptionValue) or as_caught(value) is not None or exception_class_of(value) is not None


def as_repr(emitter: Emitter, value: StaticValue) -> StaticValue:
    """`repr()` of an exception."""
    return _caught(emitter, value).representation(emitter)


def _caught(emitter: Emitter, value: StaticValue) -> CaughtException:
    """An exception of any kind, as what a handler would be given."""
    caught = as_caught(value)
    if caught is not None:
        return caught
    cls = exception_class_of(value)
    if cls is not None:
        assert isinstance(value, RuntimeValue)
        return CaughtException(object_exception(emitter, value, cls), (cls,))
    assert isinstance(value, ExceptionValue)
    return CaughtException(value.as_value(emitter), (value.cls,))


def emit_raise(emitter: Emitter, node: ast.Raise) -> Flow:
    """`raise`, `raise X(message)`, `raise X(message) from cause`."""
    from portfire.frontend.script.values.expressions import emit_expression

    if node.exc is None:
        if not emitter.context.caught:
            raise emitter.fail(
                "unsupported-syntax",
                "'raise' without an exception is only valid in an 'except'",
                help="name the exception: `raise ValueError(message)`",
            )
        return emit_reraise(emitter, emitter.context.caught[-1])
    raised = emit_expression(emitter, node.exc)
    if isinstance(raised, ExceptionClass):
        raised = raised.call(emitter, [], {})
    if not is_exception(raised):
        raise emitter.fail(
            "type-mismatch",
            f"expected an exception to raise, found {raised.describe()}",
            help="raise an exception class: `raise ValueError(message)`",
        )
    caught = as_caught(raised)
    if caught is not None and node.cause is None:
        return emit_reraise(emitter, caught.exception)
    _emit_raised(emitter, raised, _origin(emitter, node.cause))
    emitter.frame.is_dead = True
    return Flow.RAISES


def _origin(emitter: Emitter, cause: ast.expr | None) -> Value | None:
    """Where an exception came from; None for one that is raised outside of every handler and without a cause."""
    from portfire.frontend.script.values.expressions import emit_expression

    context = emitter.context.caught[-1] if emitter.context.caught else None
    if cause is None and context is None:
        return None
    none = causing = emitter.constant_value(None)
    if cause is not None:
        with emitter.at(cause):
            value = emit_expression(emitter, cause)
            if isinstance(value, ExceptionClass):
                value = value.call(emitter, [], {})
            if is_exception(value):
                causing = _caught(emitter, value).exception
            elif value.constant() is not None:
                raise emitter.fail(
                    "type-mismatch",
                    f"expected an exception or None after 'from', found {value.describe()}",
                    help="name the exception that was caught: `raise ValueError(message) from e`",
                )
    parts = [
        _any(emitter, causing),
        _any(emitter, none if context is None else context),
        emitter.constant_value(cause is not None),
    ]
    return _any(emitter, emitter.insert("prim::TupleConstruct", parts, _ORIGIN).value)


def _or_none(emitter: Emitter, value: Value | None) -> Value:
    return emitter.constant_value(None) if value is None else value


def _any(emitter: Emitter, value: Value) -> Value:
    return convert(emitter, RuntimeValue(value), ANY, "the exception")


def _emit_raised(emitter: Emitter, raised: StaticValue, origin: Value | None) -> None:
    caught = as_caught(raised)
    if caught is not None:
        _emit_with_origin(emitter, caught, origin)
        return
    cls = exception_class_of(raised)
    if cls is not None:
        assert isinstance(raised, RuntimeValue)
        message = object_message(emitter, raised, cls)
        value: Value | None = _any(emitter, raised.value)
    else:
        assert isinstance(raised, ExceptionValue)
        cls = raised.cls
        message = raised.message(emitter)
        value = raised.value(emitter)
        emitter.compiler.note_raised(cls, [static_type(a) or ANY for a in raised.args])
    inputs = [emitter.runtime(message), emitter.constant_value(qualified_name(emitter, cls))]
    if value is not None or origin is not None:
        inputs += [_or_none(emitter, value), _or_none(emitter, origin)]
    made = emitter.node("prim::RaiseException", inputs)
    if is_users(cls):
        made.attributes["type"] = emitter.compiler.classes.script_class(cls)


def _emit_with_origin(emitter: Emitter, caught: CaughtException, origin: Value | None) -> None:
    """`raise e from cause`: the exception once more, with another origin."""
    parts = [
        emitter.insert("prim::TupleIndex", [caught.exception, emitter.constant_value(i)], type_).value
        for i, type_ in enumerate(EXCEPTION.elements[:3])
    ]
    again = emitter.insert("prim::TupleConstruct", [*parts, _or_none(emitter, origin)], EXCEPTION)
    emitter.node("prim::Reraise", [again.value])


def emit_assert(emitter: Emitter, node: ast.Assert) -> Flow:
    """`assert condition, message`: what the condition says holds from here on."""
    from portfire.frontend.script.values.expressions import emit_expression

    condition = emit_condition(emitter, node.test)

    def fail() -> Flow:
        args = [emit_expression(emitter, node.msg)] if node.msg is not None else []
        _emit_failed_assertion(emitter, args)
        return Flow.RAISES

    known = condition.constant
    if known is not None:
        return Flow.FALLS if known else fail()
    emit_if_value(emitter, condition.value, lambda: Flow.FALLS, fail)
    refine(emitter, condition.if_true)
    return Flow.FALLS


def _emit_failed_assertion(emitter: Emitter, args: list[StaticValue]) -> None:
    """An AssertionError; its class is not named where it has no more to it than a message, as in TorchScript."""
    failure = ExceptionValue(AssertionError, args)
    message = emitter.runtime(failure.message(emitter))
    emitter.compiler.note_raised(AssertionError, [static_type(a) or ANY for a in args])
    value, origin = failure.value(emitter), _origin(emitter, None)
    if value is None and origin is None:
        inputs = [message, emitter.constant_value(None)]
    else:
        name = emitter.constant_value(qualified_name(emitter, AssertionError))
        inputs = [message, name, _or_none(emitter, value), _or_none(emitter, origin)]
    emitter.node("prim::RaiseException", inputs)
    emitter.frame.is_dead = True


def emit_check(emitter: Emitter, condition: StaticValue, message: StaticValue, cls: str) -> None:
    """Raise unless a run-time bool holds."""

    def fail() -> Flow:
        inputs = [emitter.runtime(message), emitter.runtime(ConstantValue(cls))]
        emitter.node("prim::RaiseException", inputs)
        emitter.frame.is_dead = True
        return Flow.RAISES

    emit_if_value(emitter, condition, lambda: Flow.FALLS, fail)
