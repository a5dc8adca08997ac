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

from portfire.frontend.script.assigned_names import assigned_names
from portfire.frontend.script.caught_exceptions import EXCEPTION, CaughtException, emit_reraise
from portfire.frontend.script.cells import Cells
from portfire.frontend.script.constant_values import FALSE_VALUE
from portfire.frontend.script.control_flow import emit_guarded, emit_if_value
from portfire.frontend.script.environment import UndefinedValue
from portfire.frontend.script.exceptions import ExceptionClass
from portfire.frontend.script.exits import Flow, has_exited, is_certainly, join
from portfire.frontend.script.merging import Branch, merge_branches
from portfire.ir.graph import Block, Function, Node, Value
from portfire.ir.types import BOOL, ClassType, FunctionType, InterfaceType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs for exceptions of `classes` (qualified names between blanks; none: for all), given the exception."""

    classes: str
    body: Callable[[Value], Flow]


def emit_try(emitter: Emitter, node: ast.Try) -> Flow:
    """`try`/`except`/`else`/`finally`."""
    from portfire.frontend.script.statements import emit_statements

    if not node.finalbody:
        return _emit_except(emitter, node)
    names = assigned_names([*node.body, *node.handlers, *node.orelse])

    def body() -> Flow:
        return _emit_except(emitter, node) if node.handlers else emit_statements(emitter, node.body)

    return emit_finally(emitter, body, lambda: emit_statements(emitter, node.finalbody), names)


def _emit_except(emitter: Emitter, node: ast.Try) -> Flow:
    from portfire.frontend.script.statements import emit_statements

    def body() -> Flow:
        flow = emit_statements(emitter, node.body)
        if not node.orelse or flow.ends:
            return flow
        emitter.node("prim::EndTry")
        return emit_guarded(emitter, flow, lambda: emit_statements(emitter, node.orelse))

    handlers = [_handler(emitter, h) for h in node.handlers]
    return emit_handled(emitter, body, handlers, assigned_names(node.body))


def _handler(emitter: Emitter, node: ast.ExceptHandler) -> Handler:
    from portfire.frontend.script.statements import emit_statements

    def body(exception: Value) -> Flow:
        context = emitter.context
        if node.name is not None:
            emitter.assign(node.name, CaughtException(exception))
        context.caught.append(exception)
        try:
            flow = emit_statements(emitter, node.body)
        finally:
            context.caught.pop()
        if node.name is not None:
            emitter.assign(node.name, UndefinedValue(f"'{node.name}' is deleted at the end of its 'except'"))
        return flow

    return Handler(" ".join(_classes(emitter, node)), body)


def _classes(emitter: Emitter, node: ast.ExceptHandler) -> list[str]:
    """The names of the types in `except`; none for a handler of everything."""
    from portfire.frontend.script.expressions import emit_expression

    if node.type is None:
        return []
    with emitter.at(node.type):
        parts = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        values = [emit_expression(emitter, part) for part in parts]
        names = []
        for value in values:
            if not isinstance(value, ExceptionClass):
                what = value.describe()
                raise emitter.fail(
                    "type-mismatch", f"expected an exception type, found {what}", help="name the types in the 'except'"
                )
            names.append(value.qualified_name)
        return names


def emit_finally(
    emitter: Emitter,
    body: Callable[[], Flow],
    final: Callable[[], Flow],
    names: Collection[str],
    on_error: Callable[[Value], Flow] | None = None,
) -> Flow:
    """Compile `body`, and after it `final`, however it is left. `on_error` is what runs for an exception, if that is not
    `final` and raising it again. `names`: what `body` assigns."""
    region = emitter.context.region
    assert region is not None

    def clean_up(exception: Value) -> Flow:
        return emit_guarded(emitter, final(), lambda: emit_reraise(emitter, exception))

    attempt = _watch(emitter, body, [Handler("", on_error or clean_up)], names)
    flow = attempt.finish()
    if flow is Flow.RAISES:
        return flow
    if flow is Flow.FALLS:
        return final()
    flags = (region.exit, region.stop, region.broken, region.function.exit, region.function.value)
    saved = {name: value for name in flags if (value := emitter.lookup(name)) is not None}
    is_dead = emitter.frame.is_dead
    for name in saved:
        if name != region.function.value:
            emitter.frame.assign(name, FALSE_VALUE)
    attempt.cells.load(emitter)
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
    emitter: Emitter, body: Callable[[], Flow], handlers: Sequence[Handler], names: Collection[str]
) -> Flow:
    """Emit a `prim::Try`. `names` are the variables the body may assign."""
    return _watch(emitter, body, handlers, names).finish()


def _watch(emitter: Emitter, body: Callable[[], Flow], handlers: Sequence[Handler], names: Collection[str]) -> _Attempt:
    types: dict[str, Type] = {}
    while True:
        attempt = _Attempt(emitter, handlers, Cells(emitter, names, types))
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
        mode = self._gradient_mode()
        flow = self.flow
        for handler in self.handlers:

            def body(block: Block, handler: Handler = handler) -> Flow:
                exception = block.add_parameter(EXCEPTION, "exception")
                emitter.frame.forget_attributes()
                if mode is not None:
                    emitter.builtin("aten::set_grad_enabled", [mode])
                self.cells.load(emitter)
                return handler.body(exception)

            flow = join(flow, self._block(body))
        merge_branches(emitter, self.node, self.branches)
        if all(b.is_dead for b in self.branches):
            emitter.frame.is_dead = True
        return flow

    def _gradient_mode(self) -> Value | None:
        """The mode before the node, where the body may leave another behind when an exception leaves it."""
        if not _sets_gradient_mode(self.node.blocks[0], set()):
            return None
        first = min(
            (c.list.node for c in self.cells.cells.values() if c.list.node is not None),
            key=self.node.block.index_of,
            default=self.node,
        )
        with self.emitter.builder.at(self.node.block, before=first):
            return self.emitter.insert("aten::is_grad_enabled", [], BOOL).value


def _sets_gradient_mode(block: Block, seen: set[Function]) -> bool:
    """Whether the nodes, or the functions they call, may set the gradient mode."""
    for node in block.walk():
        if node.kind == "aten::set_grad_enabled":
            return True
        callee = _callee(node)
        if callee is not None and callee not in seen and callee.graph is not None:
            seen.add(callee)
            if _sets_gradient_mode(callee.graph.block, seen):
                return True
    return False


def _callee(node: Node) -> Function | None:
    type_ = node.inputs[0].type if node.kind in ("prim::CallFunction", "prim::CallMethod") else None
    if isinstance(type_, FunctionType):
        return type_.function
    if isinstance(type_, (ClassType, InterfaceType)):
        return type_.methods.get(node.attributes["name"])
    return None
