"""`with`: torch's gradient modes, objects of script classes with `__enter__` and `__exit__`, and what means nothing here.

Early exits in the body are structured, so control always comes to the end of the body, where the mode is put back. When an
exception leaves it a handler does that; an object's `__exit__` is then given the exception's class and message as strings.

Comes before: `exits.py`, `control_flow.py`. Comes after: `statements.py`, `python_values.py`.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.assigned_names import assigned_names
from portfire.frontend.script.caught_exceptions import CaughtException, emit_reraise
from portfire.frontend.script.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE
from portfire.frontend.script.control_flow import emit_if_value
from portfire.frontend.script.conversion import static_type
from portfire.frontend.script.exceptions import class_names
from portfire.frontend.script.exits import Flow, is_certainly
from portfire.frontend.script.static_values import StaticValue
from portfire.frontend.script.try_statement import Handler, emit_finally, emit_handled
from portfire.ir.graph import Value
from portfire.ir.types import BOOL

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class ContextManagerClass(StaticValue):
    """`torch.no_grad` and the like. `mode` gives the gradient mode to set, of the arguments; None: nothing happens."""

    def __init__(self, name: str, mode: Callable[[Sequence[StaticValue]], StaticValue | None]) -> None:
        self.name = name
        self.mode = mode

    def describe(self) -> str:
        """See the base class."""
        return f"'{self.name}'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        return ContextManager(self.mode([*args, *kwargs.values()]))


class ContextManager(StaticValue):
    """One of them, about to be entered."""

    def __init__(self, mode: StaticValue | None) -> None:
        self.mode = mode

    def describe(self) -> str:
        """See the base class."""
        return "a context manager"

    def enter(self, emitter: Emitter) -> StaticValue | None:
        """Set the mode. Returns the one before."""
        if self.mode is None:
            return None
        before = emitter.builtin("aten::is_grad_enabled", [])
        emitter.builtin("aten::set_grad_enabled", [self.mode])
        return before

    def leave(self, emitter: Emitter, before: StaticValue | None) -> None:
        """Put the mode back."""
        if before is not None:
            emitter.builtin("aten::set_grad_enabled", [before])


class SuppressClass(StaticValue):
    """`contextlib.suppress`."""

    identity = "suppress"

    def describe(self) -> str:
        """See the base class."""
        return "'contextlib.suppress'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        return Suppress([name for arg in args for name in class_names(emitter, arg)])


class Suppress(StaticValue):
    """`contextlib.suppress(T, U)`: exceptions of these types end the body, and nothing more."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def describe(self) -> str:
        """See the base class."""
        return "a context manager"


def _set_grad_enabled(args: Sequence[StaticValue]) -> StaticValue | None:
    return args[0] if args else NONE_VALUE


def _inference_mode(args: Sequence[StaticValue]) -> StaticValue | None:
    return FALSE_VALUE if not args or args[0].constant() is True else None


#: Context managers that are part of torch and Python, by identity.
CONTEXT_MANAGERS: dict[Any, StaticValue] = {
    torch.no_grad: ContextManagerClass("torch.no_grad", lambda _: FALSE_VALUE),
    torch.enable_grad: ContextManagerClass("torch.enable_grad", lambda _: TRUE_VALUE),
    torch.set_grad_enabled: ContextManagerClass("torch.set_grad_enabled", _set_grad_enabled),
    torch.inference_mode: ContextManagerClass("torch.inference_mode", _inference_mode),
    torch.profiler.record_function: ContextManagerClass("record_function", lambda _: None),
    torch.autograd.profiler.record_function: ContextManagerClass("record_function", lambda _: None),
    contextlib.suppress: SuppressClass(),
    contextlib.nullcontext: ContextManagerClass("nullcontext", lambda _: None),
}


def emit_with(emitter: Emitter, node: ast.With) -> Flow:
    """`with a as b, c: body`."""
    return _emit_items(emitter, node.items, node.body)


def _emit_items(emitter: Emitter, items: Sequence[ast.withitem], body: Sequence[ast.stmt]) -> Flow:
    from portfire.frontend.script.expressions import emit_expression
    from portfire.frontend.script.statements import emit_statements

    if not items:
        return emit_statements(emitter, body)
    item = items[0]
    with emitter.at(item.context_expr):
        manager = emit_expression(emitter, item.context_expr)
        if isinstance(manager, Suppress):
            entered: StaticValue = NONE_VALUE
        elif isinstance(manager, ContextManager):
            before = manager.enter(emitter)
            entered = NONE_VALUE
        elif manager.has_attribute(emitter, "__enter__"):
            entered = manager.attribute(emitter, "__enter__").call(emitter, [], {})
        else:
            raise emitter.fail(
                "unsupported-call",
                f"{manager.describe()} is no context manager that a program can have",
                help="use torch.no_grad() and the like, or a class with `__enter__` and `__exit__`",
            )
    if item.optional_vars is not None:
        from portfire.frontend.script.assignments import assign_target

        assign_target(emitter, item.optional_vars, entered)
    if isinstance(manager, Suppress):
        handlers = [Handler(" ".join(manager.names), lambda exception: Flow.FALLS)] if manager.names else []
        return emit_handled(emitter, lambda: _emit_items(emitter, items[1:], body), handlers, assigned_names(body))
    if isinstance(manager, ContextManager):
        return _emit_in_mode(emitter, manager, before, lambda: _emit_items(emitter, items[1:], body))
    return _emit_guarded_body(emitter, manager, lambda: _emit_items(emitter, items[1:], body), assigned_names(body))


def _emit_in_mode(
    emitter: Emitter, manager: ContextManager, before: StaticValue | None, body: Callable[[], Flow]
) -> Flow:
    """The body of a `with` on a gradient mode, which is put back however the body is left."""
    if before is None:
        return body()

    def leave() -> Flow:
        manager.leave(emitter, before)
        return Flow.FALLS

    return emit_finally(emitter, body, leave, ())


def _emit_guarded_body(emitter: Emitter, manager: StaticValue, body: Callable[[], Flow], names: set[str]) -> Flow:
    """The body of a `with` on an object, whose `__exit__` runs however the body is left."""

    def leave() -> Flow:
        manager.attribute(emitter, "__exit__").call(emitter, [NONE_VALUE, NONE_VALUE, NONE_VALUE], {})
        return Flow.FALLS

    def on_error(exception: Value) -> Flow:
        caught = CaughtException(exception)
        given = [caught.class_name(emitter), caught.message(emitter), NONE_VALUE]
        handled = manager.attribute(emitter, "__exit__").call(emitter, given, {})
        if static_type(handled) != BOOL:
            return emit_reraise(emitter, exception)
        if is_certainly(handled, True):
            return Flow.FALLS
        return emit_if_value(emitter, handled, lambda: Flow.FALLS, lambda: emit_reraise(emitter, exception))

    return emit_finally(emitter, body, leave, names, on_error)
