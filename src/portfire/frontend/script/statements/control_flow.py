"""`if`, conditional expressions, and the guarded rest after statements that may have left the body.

Comes before: `refinement.py`, `refusals.py`, `merging.py`, `exits.py`. Comes after: `statements.py`, `expressions.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import Frame
from portfire.frontend.script.functions.recursion import ResultNotKnown
from portfire.frontend.script.statements.exits import Flow, has_exited, is_certainly, join
from portfire.frontend.script.statements.merging import Branch, merge_branches
from portfire.frontend.script.statements.refinement import Condition, Facts, emit_condition, refine
from portfire.frontend.script.statements.refusals import turns_compilers_away
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import is_pending
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Node
from portfire.ir.subtyping import union_of
from portfire.ir.types import OptionalType, Type, UnionType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_if(emitter: Emitter, node: ast.If, around: Sequence[ast.stmt] = (), position: int = 0) -> tuple[Flow, bool]:
    """`if`/`elif`/`else`. Returns the flow, and whether what follows it was compiled into it: the statements of the body
    `around` it from `position` on (which long bodies with many conditions should not copy for each)."""
    from portfire.frontend.script.statements.statements import emit_statements

    if turns_compilers_away(emitter, node):
        return emit_statements(emitter, around[position:]), True
    condition = emit_condition(emitter, node.test)
    known = condition.constant
    if known is not None:
        return emit_statements(emitter, [*(node.body if known else node.orelse), *around[position:]]), True
    branches = _Branches(emitter, condition.value)
    # What follows goes into the branch that gets there, if only one does: what is known in it stays known.
    has_rest = position < len(around)
    into_true = has_rest and _always_exits(node.orelse) and not _always_exits(node.body)
    body = [*node.body, *around[position:]] if into_true else node.body
    flow_true = branches.emit(lambda: _refined(emitter, condition.if_true, body))
    into_false = has_rest and flow_true is Flow.EXITS and not into_true
    orelse = [*node.orelse, *around[position:]] if into_false else node.orelse
    flow_false = branches.emit(lambda: _refined(emitter, condition.if_false, orelse))
    _merge_and_refine(emitter, branches, condition, flow_true, flow_false)
    _note_falling(emitter, branches.branches, (flow_true, flow_false))
    return join(flow_true, flow_false), into_true or into_false


def _always_exits(body: Sequence[ast.stmt]) -> bool:
    """Whether the statements, as they are written, end in `return`, `break` or `continue`."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.If):
        return _always_exits(last.body) and _always_exits(last.orelse)
    return isinstance(last, (ast.Return, ast.Break, ast.Continue))


def _refined(emitter: Emitter, facts: Facts, body: Sequence[ast.stmt]) -> Flow:
    from portfire.frontend.script.statements.statements import emit_statements

    refine(emitter, facts)
    return emit_statements(emitter, body)


class _Branches:
    """The two blocks of a `prim::If` while they are filled."""

    def __init__(self, emitter: Emitter, condition: StaticValue) -> None:
        self.emitter = emitter
        self.node: Node = emitter.node("prim::If", [emitter.runtime(condition)])
        self.branches: list[Branch] = []

    def emit(self, body: Callable[[], Flow]) -> Flow:
        """Fill the next block."""
        block = self.node.add_block()
        with self.emitter.within(block) as frame:
            flow = body()
            frame.is_dead = frame.is_dead or flow is Flow.RAISES
        self.branches.append(Branch(block, frame))
        return flow

    def merge(self, known: Collection[str] = ()) -> None:
        """Make the outputs."""
        merge_branches(self.emitter, self.node, self.branches, known)
        if all(b.is_dead for b in self.branches):
            self.emitter.frame.is_dead = True


def emit_rest(emitter: Emitter, flow: Flow, rest: Sequence[ast.stmt]) -> Flow:
    """Compile the statements after one whose flow was `flow`: straight on, guarded, or not at all."""
    from portfire.frontend.script.statements.statements import emit_statements

    return emit_guarded(emitter, flow, lambda: emit_statements(emitter, rest)) if rest else flow


def emit_guarded(emitter: Emitter, flow: Flow, following: Callable[[], Flow]) -> Flow:
    """Compile what follows something whose flow was `flow`."""
    if flow.ends:
        return flow
    if flow is Flow.FALLS:
        return following()
    region = emitter.context.region
    assert region is not None
    exited = has_exited(emitter, region)
    if is_certainly(exited, False):
        return following()
    if is_certainly(exited, True):
        return Flow.EXITS
    facts, emitter.frame.falling = emitter.frame.falling, {}

    def knowing() -> Flow:
        refine(emitter, facts)
        return following()

    branches = _Branches(emitter, exited)
    branches.emit(lambda: Flow.EXITS)
    after = branches.emit(knowing)
    branches.merge()
    _note_falling(emitter, branches.branches, (Flow.EXITS, after))
    return Flow.EXITS if after.ends else Flow.MAY_EXIT


def _note_falling(emitter: Emitter, branches: Sequence[Branch], flows: Sequence[Flow]) -> None:
    """What follows branches that may have left is only reached from those that have not: variables have their types."""
    emitter.frame.falling = {}
    if join(flows[0], flows[1]) is not Flow.MAY_EXIT:
        return
    reached = [b.frame for b, flow in zip(branches, flows, strict=True) if not flow.ends]
    names = {name for frame in reached for name in (*frame.assigned, *frame.refined, *frame.falling)}
    for name in sorted(n for n in names if n.isidentifier()):
        merged = emitter.lookup(name)
        type_ = None if merged is None else static_type(merged)
        types = [frame.falling.get(name) or _type_at_end(frame, name) for frame in reached]
        known = [t for t in types if t is not None and not is_pending(t)]
        if isinstance(type_, (OptionalType, UnionType)) and len(known) == len(types):
            emitter.frame.falling[name] = union_of(known)


def _type_at_end(frame: Frame, name: str) -> Type | None:
    value = frame.lookup(name)
    return None if value is None else static_type(value)


def emit_if_value(
    emitter: Emitter, condition: StaticValue, if_true: Callable[[], Flow], if_false: Callable[[], Flow]
) -> Flow:
    """An `if` on a run-time bool, with bodies that need not be statements."""
    branches = _Branches(emitter, condition)
    flow_true = branches.emit(if_true)
    flow_false = branches.emit(if_false)
    branches.merge()
    return join(flow_true, flow_false)


def emit_refined_if(
    emitter: Emitter, condition: Condition, if_true: Callable[[], Flow], if_false: Callable[[], Flow]
) -> Flow:
    """As `emit_if_value`, for bodies that refine what the condition says: where one of them raises, that of the other holds
    afterwards."""
    branches = _Branches(emitter, condition.value)
    flow_true = branches.emit(if_true)
    flow_false = branches.emit(if_false)
    _merge_and_refine(emitter, branches, condition, flow_true, flow_false)
    return join(flow_true, flow_false)


def _merge_and_refine(
    emitter: Emitter, branches: _Branches, condition: Condition, flow_true: Flow, flow_false: Flow
) -> None:
    """Make the outputs; where one branch raises, what the condition says in the other holds afterwards."""
    facts: Facts = {}
    if flow_true is Flow.RAISES and flow_false is not Flow.RAISES:
        facts = condition.if_false
    elif flow_false is Flow.RAISES and flow_true is not Flow.RAISES:
        facts = condition.if_true
    branches.merge(facts)
    refine(emitter, facts)


def emit_choice(
    emitter: Emitter, condition: StaticValue, if_true: Callable[[], StaticValue], if_false: Callable[[], StaticValue]
) -> StaticValue:
    """The value of one of two expressions, of which only the chosen one is evaluated. The condition is a run-time bool."""
    name = "$choice"
    not_known: list[ResultNotKnown] = []

    def storing(expression: Callable[[], StaticValue]) -> Callable[[], Flow]:
        def body() -> Flow:
            try:
                emitter.frame.assign(name, expression())
            except ResultNotKnown as abort:
                not_known.append(abort)
                return Flow.RAISES
            return Flow.FALLS

        return body

    branches = _Branches(emitter, condition)
    branches.emit(storing(if_true))
    branches.emit(storing(if_false))
    branches.merge()
    if len(not_known) > 1:
        raise not_known[0]
    value = emitter.lookup(name)
    del emitter.frame.assigned[name]
    assert value is not None
    if static_type(value) is None and value.describe() == "an undefined variable":
        raise emitter.fail(
            "not-a-value",
            "which of two compile-time values this is depends on a run-time condition",
            help="use an if statement that calls the one or the other",
        )
    return value


def emit_conditional_expression(emitter: Emitter, node: ast.IfExp) -> StaticValue:
    """`a if c else b`."""
    from portfire.frontend.script.values.expressions import emit_expression

    condition = emit_condition(emitter, node.test)
    known = condition.constant
    if known is not None:
        return emit_expression(emitter, node.body if known else node.orelse)

    def branch(facts: Facts, expression: ast.expr) -> Callable[[], StaticValue]:
        def emit() -> StaticValue:
            refine(emitter, facts)
            return emit_expression(emitter, expression)

        return emit

    return emit_choice(
        emitter,
        condition.value,
        branch(condition.if_true, node.body),
        branch(condition.if_false, node.orelse),
    )
