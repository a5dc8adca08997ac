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

from portfire.frontend.script.classes.methods import BoundMethod
from portfire.frontend.script.functions.calls import undeclared
from portfire.frontend.script.functions.generators import GeneratorValue
from portfire.frontend.script.statements.assigned_names import assigned_names
from portfire.frontend.script.statements.autocast import AutocastClass
from portfire.frontend.script.statements.caught_exceptions import CaughtClass, CaughtException, emit_reraise
from portfire.frontend.script.statements.context_managers import (
    ContextManager,
    ContextManagerClass,
    Suppress,
    SuppressClass,
)
from portfire.frontend.script.statements.control_flow import emit_if_value
from portfire.frontend.script.statements.exits import Flow, is_certainly
from portfire.frontend.script.statements.generator_contexts import emit_with_generator
from portfire.frontend.script.statements.try_statement import Handler, emit_finally, emit_handled
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE
from portfire.frontend.script.values.picked_values import PickedValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Value
from portfire.ir.subtyping import optional_of
from portfire.ir.types import ANY, BOOL, STR, ClassType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


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
    torch.autocast: AutocastClass(),
    torch.cuda.amp.autocast: AutocastClass("cuda", torch.float16),
    torch.cpu.amp.autocast_mode.autocast: AutocastClass("cpu", torch.bfloat16),
    torch.profiler.record_function: ContextManagerClass("record_function", lambda _: None),
    torch.autograd.profiler.record_function: ContextManagerClass("record_function", lambda _: None),
    contextlib.suppress: SuppressClass(),
    contextlib.nullcontext: ContextManagerClass("nullcontext", lambda _: None, gives_argument=True),
}


#: What torch's compiler leaves to Python in a block: Python runs it, and so does a program.
IGNORED_BLOCK = ContextManagerClass("_IgnoreContextManager", lambda _: None)


def emit_with(emitter: Emitter, node: ast.With) -> Flow:
    """`with a as b, c: body`."""
    return _emit_items(emitter, node.items, node.body)


def _emit_items(emitter: Emitter, items: Sequence[ast.withitem], body: Sequence[ast.stmt]) -> Flow:
    from portfire.frontend.script.statements.statements import emit_statements
    from portfire.frontend.script.values.expressions import emit_expression

    if not items:
        return emit_statements(emitter, body)
    with emitter.at(items[0].context_expr):
        manager = emit_expression(emitter, items[0].context_expr)
    return _emit_item(emitter, manager, items, body)


def _emit_item(emitter: Emitter, manager: StaticValue, items: Sequence[ast.withitem], body: Sequence[ast.stmt]) -> Flow:
    item = items[0]
    if isinstance(manager, PickedValue) and any(isinstance(m, _OF_THE_COMPILER) for m in manager.items):
        return _emit_in_picked(emitter, manager, items, body)
    with emitter.at(item.context_expr):
        if isinstance(manager, Suppress):
            entered: StaticValue = NONE_VALUE
        elif isinstance(manager, GeneratorValue):
            return _emit_in_generator(emitter, manager, item, lambda: _emit_items(emitter, items[1:], body), body)
        elif isinstance(manager, ContextManager):
            before = manager.enter(emitter)
            entered = manager.entered
        elif manager.has_attribute(emitter, "__enter__"):
            entered = manager.attribute(emitter, "__enter__").call(emitter, [], {})
        else:
            raise emitter.fail(
                "unsupported-call",
                f"{manager.describe()} is no context manager that a program can have",
                help="use torch.no_grad() and the like, or a class with `__enter__` and `__exit__`",
            )
    if item.optional_vars is not None:
        from portfire.frontend.script.statements.assignments import assign_target

        assign_target(emitter, item.optional_vars, entered)
    if isinstance(manager, Suppress):
        handlers = [Handler(" ".join(manager.names), lambda exception: Flow.FALLS)] if manager.names else []
        return emit_handled(emitter, lambda: _emit_items(emitter, items[1:], body), handlers, assigned_names(body))
    if isinstance(manager, ContextManager):
        return _emit_in_mode(emitter, manager, before, lambda: _emit_items(emitter, items[1:], body))
    return _emit_guarded_body(emitter, manager, lambda: _emit_items(emitter, items[1:], body), assigned_names(body))


#: Managers that only the compiler knows: which one is entered decides what the body becomes.
_OF_THE_COMPILER = (ContextManager, Suppress, GeneratorValue)


def _emit_in_picked(
    emitter: Emitter, picked: PickedValue, items: Sequence[ast.withitem], body: Sequence[ast.stmt]
) -> Flow:
    """`with torch.no_grad() if c else nullcontext():` the body once for each."""

    def choose(number: int) -> Flow:
        def enter() -> Flow:
            return _emit_item(emitter, picked.items[number], items, body)

        if number == len(picked.items) - 1:
            return enter()
        return emit_if_value(emitter, picked.is_item(emitter, number), enter, lambda: choose(number + 1))

    return choose(0)


def _emit_in_generator(
    emitter: Emitter,
    manager: GeneratorValue,
    item: ast.withitem,
    following: Callable[[], Flow],
    body: Sequence[ast.stmt],
) -> Flow:
    from portfire.frontend.script.statements.assignments import assign_target

    def run(value: StaticValue) -> Flow:
        if item.optional_vars is not None:
            assign_target(emitter, item.optional_vars, value)
        return following()

    targets = [item.optional_vars] if item.optional_vars is not None else []
    return emit_with_generator(emitter, manager, assigned_names([*targets, *body]), run)


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
        leave_method = manager.attribute(emitter, "__exit__")
        handled = leave_method.call(emitter, _given(emitter, leave_method, caught), {})
        if static_type(handled) != BOOL:
            return emit_reraise(emitter, exception)
        if is_certainly(handled, True):
            return Flow.FALLS
        return emit_if_value(emitter, handled, lambda: Flow.FALLS, lambda: emit_reraise(emitter, exception))

    return emit_finally(emitter, body, leave, names, on_error)


def _given(emitter: Emitter, method: StaticValue, caught: CaughtException) -> list[StaticValue]:
    """What `__exit__` is given: the exception and its class, or their texts where an `Any` or a `str` is declared."""
    types: list[Type | None] = [None, None, None]
    if isinstance(method, BoundMethod) and isinstance(method.receiver.type, ClassType):
        signature = emitter.compiler.methods.callee(method.receiver.type, method.source).signature
        free = undeclared(signature)
        declared = [None if p.name in free else p.type for p in signature.parameters[1:]]
        types = [*declared, *types][:3]
    texts = (ANY, STR, optional_of(STR))
    return [
        caught.class_name(emitter) if types[0] is not None else CaughtClass(caught),
        caught.message(emitter) if types[1] in texts else caught,
        NONE_VALUE,
    ]
