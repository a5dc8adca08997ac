"""`match`: the cases in order, as the chain of conditions they mean.

Comes before: `patterns.py`, `control_flow.py`. Comes after: `statements.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.statements.control_flow import emit_choice, emit_refined_if
from portfire.frontend.script.statements.exits import Flow, is_certainly
from portfire.frontend.script.statements.patterns import bind, emit_test, facts_of
from portfire.frontend.script.statements.refinement import Condition, chain_of, emit_condition, refine
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_match(emitter: Emitter, node: ast.Match) -> Flow:
    """`match subject: case ...`."""
    from portfire.frontend.script.values.expressions import emit_expression

    emitter.compiler.region_count += 1
    subject = f"$match{emitter.compiler.region_count}"
    emitter.frame.assign(subject, emit_expression(emitter, node.subject))
    chains = [c for c in (subject, chain_of(node.subject)) if c is not None]
    return _emit_cases(emitter, node.cases, chains)


def _emit_cases(emitter: Emitter, cases: Sequence[ast.match_case], chains: Sequence[str]) -> Flow:
    """The first case that matches. `chains`: the compiler's variable that holds the subject, and the user's if it is one."""
    from portfire.frontend.script.statements.statements import emit_statements

    if not cases:
        return Flow.FALLS
    case = cases[0]
    condition = _condition(emitter, case, chains)

    def body() -> Flow:
        refine(emitter, condition.if_true)
        bind(emitter, case.pattern, _subject(emitter, chains))
        return emit_statements(emitter, case.body)

    def others() -> Flow:
        refine(emitter, condition.if_false)
        return _emit_cases(emitter, cases[1:], chains)

    if condition.constant is not None:
        return body() if condition.constant else others()
    return emit_refined_if(emitter, condition, body, others)


def _condition(emitter: Emitter, case: ast.match_case, chains: Sequence[str]) -> Condition:
    subject = _subject(emitter, chains)
    matches = emit_test(emitter, case.pattern, subject)
    condition = Condition(matches)
    type_ = static_type(subject)
    if type_ is not None:
        for chain in chains:
            if_true, if_false = facts_of(emitter, case.pattern, type_, chain)
            condition.if_true |= if_true
            condition.if_false |= if_false
    guard = case.guard
    if guard is None or is_certainly(matches, False):
        return condition

    def guarded() -> StaticValue:
        refine(emitter, condition.if_true)
        bind(emitter, case.pattern, _subject(emitter, chains))
        return emit_condition(emitter, guard).value

    outcome = guarded() if is_certainly(matches, True) else emit_choice(emitter, matches, guarded, lambda: FALSE_VALUE)
    return Condition(outcome, condition.if_true)


def _subject(emitter: Emitter, chains: Sequence[str]) -> StaticValue:
    value = emitter.lookup(chains[0])
    assert value is not None
    return value
