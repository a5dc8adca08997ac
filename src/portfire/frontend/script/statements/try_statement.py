"""`try`: the body and its handlers as a `prim::Try`, `else` after the part that is watched, and `finally` twice.

`finally` stands once in a handler that raises the exception again, and once after the node, where control comes however
the body was left: leaving is a matter of flags (`exits.py`). While it is compiled there the flags are put aside, because
its statements run although the body may have returned; if it leaves itself, its own flags stand.

Comes before: `cells.py`, `exits.py`, `merging.py`, `exceptions.py`. Comes after: `statements.py`, `with_statement.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import UndefinedValue
from portfire.frontend.script.statements.assigned_names import assigned_names
from portfire.frontend.script.statements.caught_exceptions import CaughtException, classes_in, emit_reraise
from portfire.frontend.script.statements.cells import Cells
from portfire.frontend.script.statements.control_flow import emit_guarded, emit_if_value
from portfire.frontend.script.statements.exceptions import class_names
from portfire.frontend.script.statements.exits import Flow, has_exited, is_certainly, join
from portfire.frontend.script.statements.merging import Branch, merge_branches
from portfire.frontend.script.statements.unbound_variables import is_read_later
from portfire.frontend.script.values.constant_values import FALSE_VALUE, TRUE_VALUE
from portfire.ir.graph import Block, Node, Value
from portfire.ir.types import EXCEPTION, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs for exceptions of `classes` (qualified names between blanks; none: for all), given the exception."""

    classes: str
    body: Callable[[Value], Flow]


def emit_try(emitter: Emitter, node: ast.Try) -> Flow:
    """`try`/`except`/`else`/`finally`."""
    from portfire.frontend.script.statements.statements import emit_statements

    if not node.finalbody:
        return _emit_except(emitter, node)
    names = assigned_names([*node.body, *node.handlers, *node.orelse])

    def body() -> Flow:
        return _emit_except(emitter, node) if node.handlers else emit_statements(emitter, node.body)

    read = _names_read(node.finalbody)
    return emit_finally(emitter, body, lambda: emit_statements(emitter, node.finalbody), names, read=read)


def _emit_except(emitter: Emitter, node: ast.Try) -> Flow:
    from portfire.frontend.script.statements.statements import emit_statements

    def body() -> Flow:
        flow = emit_statements(emitter, node.body)
        if not node.orelse or flow.ends:
            return flow
        emitter.node("prim::EndTry")
        return emit_guarded(emitter, flow, lambda: emit_statements(emitter, node.orelse))

    handlers = [_handler(emitter, h) for h in node.handlers]
    return emit_handled(emitter, body, handlers, assigned_names(node.body), _names_read(node.handlers))


def _names_read(nodes: Sequence[ast.AST]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _handler(emitter: Emitter, node: ast.ExceptHandler) -> Handler:
    from portfire.frontend.script.statements.statements import emit_statements

    names, classes = _classes(emitter, node)

    def body(exception: Value) -> Flow:
        context = emitter.context
        if node.name is not None:
            emitter.assign(node.name, CaughtException(exception, classes))
        context.caught.append(exception)
        try:
            flow = emit_statements(emitter, node.body)
        finally:
            context.caught.pop()
        if node.name is not None:
            emitter.assign(node.name, UndefinedValue(f"'{node.name}' is deleted at the end of its 'except'"))
        return flow

    return Handler(" ".join(names), body)


def _classes(emitter: Emitter, node: ast.ExceptHandler) -> tuple[list[str], list[type[BaseException]]]:
    """The types in `except`, and their names; no names for a handler of everything."""
    from portfire.frontend.script.values.expressions import emit_expression

    if node.type is None:
        return [], [BaseException]
    with emitter.at(node.type):
        types = emit_expression(emitter, node.type)
        return class_names(emitter, types), classes_in(types)


def emit_finally(
    emitter: Emitter,
    body: Callable[[], Flow],
    final: Callable[[], Flow],
    names: Collection[str],
    on_error: Callable[[Value], Flow] | None = None,
    read: Collection[str] = (),
) -> Flow:
    """Compile `body`, and after it `final`, however it is left. `on_error` is what runs for an exception, if that is not
    `final` and raising it again. `names`: what `body` assigns; `read`: what `final` reads."""
    emitter.compiler.region_count += 1
    handled = f"$handled{emitter.compiler.region_count}"
    emitter.frame.assign(handled, FALSE_VALUE)

    def clean_up(exception: Value) -> Flow:
        return emit_guarded(emitter, final(), lambda: emit_reraise(emitter, exception))

    def handler(exception: Value) -> Flow:
        flow = (on_error or clean_up)(exception)
        if flow is not Flow.RAISES:
            emitter.frame.assign(handled, TRUE_VALUE)
        return flow

    attempt = _watch(emitter, body, [Handler("", handler)], names, read)
    flow = attempt.finish()
    if attempt.flow is Flow.RAISES:
        return flow
    was_handled = emitter.lookup(handled) or FALSE_VALUE
    if is_certainly(was_handled, False):
        return _emit_final(emitter, flow, final, attempt.cells)
    emitter.frame.is_dead = False
    return emit_if_value(
        emitter,
        was_handled,
        lambda: attempt.handler_flow,
        lambda: _emit_final(emitter, attempt.flow, final, attempt.cells),
    )


def _emit_final(emitter: Emitter, flow: Flow, final: Callable[[], Flow], cells: Cells) -> Flow:
    """What runs after a body whose flow was `flow`. Returns the flow of both."""
    if flow is Flow.FALLS:
        return final()
    region = emitter.context.region
    assert region is not None
    flags = (region.exit, region.stop, region.broken, region.function.exit, region.function.value)
    saved = {name: value for name in flags if (value := emitter.lookup(name)) is not None}
    is_dead = emitter.frame.is_dead
    for name in saved:
        if name != region.function.value:
            emitter.frame.assign(name, FALSE_VALUE)
    cells.load(emitter)
    emitter.frame.is_dead = False

    def restore() -> Flow:
        for name, value in saved.items():
            emitter.frame.assign(name, value)
        return flow

    left = final()
    if left.ends:
        return left
    if left is Flow.FALLS or is_certainly(has_exited(emitter, region), False):
        emitter.frame.is_dead = is_dead
        return restore()
    emit_if_value(emitter, has_exited(emitter, region), lambda: Flow.MAY_EXIT, restore)
    return Flow.MAY_EXIT


def emit_handled(
    emitter: Emitter,
    body: Callable[[], Flow],
    handlers: Sequence[Handler],
    names: Collection[str],
    read: Collection[str] = (),
) -> Flow:
    """Emit a `prim::Try`. `names` are the variables the body may assign, `read` those that a handler reads."""
    later = {n for n in names if is_read_later(emitter, n, emitter.range)}
    return _watch(emitter, body, handlers, names, {*read, *later}).finish()


def _watch(
    emitter: Emitter,
    body: Callable[[], Flow],
    handlers: Sequence[Handler],
    names: Collection[str],
    read: Collection[str],
) -> _Attempt:
    types: dict[str, Type] = {}
    names = {*names, *emitter.shared}
    while True:
        attempt = _Attempt(emitter, handlers, Cells(emitter, names, types, read))
        attempt.run(body)
        if not attempt.cells.wider:
            return attempt
        attempt.undo()
        types |= attempt.cells.wider


class _Attempt:
    """One compilation of a body, with certain types of the cells."""

    def __init__(self, emitter: Emitter, handlers: Sequence[Handler], cells: Cells) -> None:
        self.emitter = emitter
        self.handlers = handlers
        self.cells = cells
        self.noted = len(emitter.noted)
        self.node: Node = emitter.node("prim::Try", classes=[h.classes for h in handlers])
        self.branches: list[Branch] = []
        self.flow = Flow.FALLS
        #: What the handlers do.
        self.handler_flow = Flow.RAISES

    def run(self, body: Callable[[], Flow]) -> None:
        self.emitter.cells.append(self.cells)
        try:
            self.flow = self._block(lambda block: body())
        finally:
            self.emitter.cells.remove(self.cells)

    def _block(self, body: Callable[[Block], Flow]) -> Flow:
        block = self.node.add_block()
        with self.emitter.within(block) as frame:
            flow = body(block)
            frame.is_dead = frame.is_dead or flow is Flow.RAISES
        self.branches.append(Branch(block, frame))
        return flow

    def undo(self) -> None:
        """Remove what was emitted and noted."""
        for block in self.node.blocks:
            block.set_inputs(())
            block.clear()
        self.node.destroy()
        self.cells.undo()
        self.emitter.forget_since(self.noted)

    def finish(self) -> Flow:
        """Compile the handlers, and bind what the blocks leave."""
        emitter = self.emitter
        for handler in self.handlers:

            def body(block: Block, handler: Handler = handler) -> Flow:
                exception = block.add_parameter(EXCEPTION, "exception")
                emitter.frame.forget_attributes()
                self.cells.load(emitter)
                return handler.body(exception)

            self.handler_flow = join(self.handler_flow, self._block(body))
        merge_branches(emitter, self.node, self.branches)
        if all(b.is_dead for b in self.branches):
            emitter.frame.is_dead = True
        return join(self.flow, self.handler_flow)
