"""`fork`: a call that runs beside the rest. What it calls becomes a graph of its own, which takes what it uses as inputs.

    future = fork(f, x, 2)  ->  %future : Future(T) = prim::fork[Subgraph](%x, %2)

Comes before: `calls.py`. Comes after: `python_values.py`.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.classes.methods import BoundMethod
from portfire.frontend.script.emitter import Emitter
from portfire.frontend.script.environment import Frame, PoisonedValue, Scope, UndefinedValue
from portfire.frontend.script.functions.calls import Callee, NotSeparableError, Specialised, separate
from portfire.frontend.script.functions.function_values import LocalFunction
from portfire.frontend.script.functions.local_functions import LiftedFunction, free_names
from portfire.frontend.script.statements.unbound_variables import PossiblyUnbound
from portfire.frontend.script.types.inference import settle_graph
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Graph, Value
from portfire.ir.types import FutureType

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort


#: Makes a value again in the body of the fork, out of the body's parameters.
_Make = Callable[[Emitter, Iterator[Value]], StaticValue]


class ForkFunction(StaticValue):
    """torch's `fork`."""

    identity = "fork"

    def describe(self) -> str:
        """See the base class."""
        return "the function 'fork'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        if not args:
            raise emitter.fail("bad-call", "'fork' needs a function to call", help="fork(function, argument, ...)")
        captured = Specialised(None, called="fork")
        try:
            make_function = _separate_callee(emitter, args[0], captured)
            makers = [separate(emitter, f"argument_{i}", a, captured)[1] for i, a in enumerate(args[1:])]
            named = {n: separate(emitter, n, a, captured)[1] for n, a in kwargs.items()}
        except NotSeparableError:
            raise _refuse(emitter) from None
        body = _body_emitter(emitter)
        values: Iterator[Value] = iter(
            [body.graph.block.add_parameter(p.type, f"{p.name}_{i}") for i, p in enumerate(captured.parameters)]
        )
        function = make_function(body, values)
        positional = [make(values) for make in makers]
        keywords = {n: make(values) for n, make in named.items()}
        result = body.runtime(function.call(body, positional, keywords))
        body.graph.block.add_input(result)
        settle_graph(body.graph)
        inputs = [emitter.runtime(a) for a in captured.arguments]
        return emitter.insert("prim::fork", inputs, FutureType(result.type), Subgraph=body.graph)


def _separate_callee(emitter: Emitter, callee: StaticValue, captured: Specialised) -> _Make:
    if isinstance(callee, BoundMethod):
        _, make_receiver = separate(emitter, "self", callee.receiver, captured)
        source = callee.source

        def bound(_: Emitter, values: Iterator[Value]) -> StaticValue:
            receiver = make_receiver(values)
            assert isinstance(receiver, RuntimeValue)
            return BoundMethod(receiver, source)

        return bound
    return _separate_value(emitter, "function", callee, captured)


def _separate_local(emitter: Emitter, callee: Callee, captured: Specialised) -> _Make:
    """A nested function, with the values that the variables around it, and its defaults, have now: a call in place, which
    is what eager Python makes of a fork, would find the same."""
    node, signature = callee.signature.source.node, callee.signature
    if any(isinstance(n, ast.Nonlocal) for n in ast.walk(node)):
        raise NotSeparableError
    fill = _separate_variables(emitter, sorted(free_names(node)), callee.captured, captured)
    defaults = {
        p.name: separate(emitter, p.name, p.default, captured)[1]
        for p in signature.parameters
        if isinstance(p.default, StaticValue)
    }

    def rebuild(body: Emitter, values: Iterator[Value]) -> StaticValue:
        fill(body, values)
        parameters = [
            dataclasses.replace(p, default=defaults[p.name](values)) if p.name in defaults else p
            for p in signature.parameters
        ]
        own = dataclasses.replace(signature, parameters=parameters)
        return LocalFunction(dataclasses.replace(callee, signature=own, scope=body.context.scope, captured=body.frame))

    return rebuild


def _separate_lifted(emitter: Emitter, function: LiftedFunction, captured: Specialised) -> _Make:
    """A nested function that calls itself: it takes its variables where it is called."""
    fill = _separate_variables(emitter, function.free, function.captured, captured)

    def rebuild(body: Emitter, values: Iterator[Value]) -> StaticValue:
        fill(body, values)
        return function

    return rebuild


def _separate_variables(
    emitter: Emitter, names: Sequence[str], frame: Frame | None, captured: Specialised
) -> Callable[[Emitter, Iterator[Value]], None]:
    """Gives what binds them in the body of the fork."""
    makers: list[tuple[str, _Make]] = []
    for name in names:
        value = frame.lookup(name) if frame is not None else None
        if isinstance(value, (UndefinedValue, PoisonedValue, PossiblyUnbound)):
            raise NotSeparableError
        if isinstance(value, LiftedFunction) and name in value.free:  # it calls itself, as this or another function
            lifted = value
            makers.append((name, lambda _, __, lifted=lifted: lifted))  # type: ignore[misc]
        elif value is not None:
            makers.append((name, _separate_value(emitter, name, value, captured)))

    def fill(body: Emitter, values: Iterator[Value]) -> None:
        for name, make in makers:
            body.frame.assign(name, make(body, values))

    return fill


def _separate_value(emitter: Emitter, name: str, value: StaticValue, captured: Specialised) -> _Make:
    if isinstance(value, LocalFunction):
        return _separate_local(emitter, value.callee, captured)
    if isinstance(value, LiftedFunction):
        return _separate_lifted(emitter, value, captured)
    _, make = separate(emitter, name, value, captured)
    return lambda _, values: make(values)


def _body_emitter(emitter: Emitter) -> Emitter:
    body = Emitter(emitter.compiler, Graph(), emitter.chain)
    body.builder.range = emitter.range
    body.context = dataclasses.replace(emitter.context, scope=Scope(), region=None, declared={})
    body.frame = Frame(body.context.scope)
    return body


def _refuse(emitter: Emitter) -> CompileAbort:
    return emitter.fail(
        "unsupported-call",
        "what 'fork' calls cannot use these variables of the function around it",
        help="pass them as arguments of the fork",
    )
