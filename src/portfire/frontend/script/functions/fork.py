"""`fork`: a call that runs beside the rest. What it calls becomes a graph of its own, which takes what it uses as inputs.

    future = fork(f, x, 2)  ->  %future : Future(T) = prim::fork[Subgraph](%x, %2)

Comes before: `calls.py`. Comes after: `python_values.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.classes.methods import BoundMethod
from portfire.frontend.script.emitter import Emitter
from portfire.frontend.script.environment import Frame, Scope
from portfire.frontend.script.functions.calls import NotSeparableError, Specialised, separate
from portfire.frontend.script.types.inference import settle_graph
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Graph, Value
from portfire.ir.types import FutureType

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort


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
        values: Iterator[Value] = iter([body.graph.block.add_parameter(p.type, p.name) for p in captured.parameters])
        function = make_function(values)
        positional = [make(values) for make in makers]
        keywords = {n: make(values) for n, make in named.items()}
        result = body.runtime(function.call(body, positional, keywords))
        body.graph.block.add_input(result)
        settle_graph(body.graph)
        inputs = [emitter.runtime(a) for a in captured.arguments]
        return emitter.insert("prim::fork", inputs, FutureType(result.type), Subgraph=body.graph)


def _separate_callee(
    emitter: Emitter, callee: StaticValue, captured: Specialised
) -> Callable[[Iterator[Value]], StaticValue]:
    if isinstance(callee, BoundMethod):
        _, make = separate(emitter, "self", callee.receiver, captured)
        source = callee.source

        def rebuild(values: Iterator[Value]) -> StaticValue:
            receiver = make(values)
            assert isinstance(receiver, RuntimeValue)
            return BoundMethod(receiver, source)

        return rebuild
    return separate(emitter, "function", callee, captured)[1]


def _body_emitter(emitter: Emitter) -> Emitter:
    body = Emitter(emitter.compiler, Graph(), emitter.chain)
    body.builder.range = emitter.range
    body.context = dataclasses.replace(emitter.context, scope=Scope(), region=None, declared={})
    body.frame = Frame(body.context.scope)
    return body


def _refuse(emitter: Emitter) -> CompileAbort:
    return emitter.fail(
        "unsupported-call",
        "what 'fork' calls cannot use variables of the function around it",
        help="pass them as arguments of the fork",
    )
