"""`match`: rewritten as the `if`/`elif` chain it means.

Comes before: `control_flow.py`. Comes after: `statements.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from portfire.frontend.script.control_flow import emit_if
from portfire.frontend.script.exits import Flow
from portfire.frontend.script.unsupported import explain_unsupported

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_T = TypeVar("_T", bound=ast.AST)


def emit_match(emitter: Emitter, node: ast.Match) -> Flow:
    """`match subject: case ...`."""
    from portfire.frontend.script.expressions import emit_expression
    from portfire.frontend.script.statements import emit_statements

    emitter.compiler.region_count += 1
    subject = f"$match{emitter.compiler.region_count}"
    emitter.frame.assign(subject, emit_expression(emitter, node.subject))
    chain = _chain(emitter, node, subject, node.cases)
    if not chain:
        return Flow.FALLS
    if isinstance(chain[0], ast.If):
        return emit_if(emitter, chain[0], ())[0]
    return emit_statements(emitter, chain)


def _chain(emitter: Emitter, node: ast.Match, subject: str, cases: Sequence[ast.match_case]) -> list[ast.stmt]:
    if not cases:
        return []
    case = cases[0]
    test, bindings = _test(emitter, case.pattern, _at(ast.Name(subject, ast.Load()), case.pattern))
    if test is None and case.guard is None:
        return [*bindings, *case.body]
    rest = _chain(emitter, node, subject, cases[1:])
    if bindings and case.guard is not None:
        raise emitter.fail(
            "unsupported-syntax", "a guard on a case that binds a name is not supported", help="use if/elif"
        )
    condition = test if case.guard is None else case.guard
    if test is not None and case.guard is not None:
        condition = _at(ast.BoolOp(ast.And(), [test, case.guard]), case.pattern)
    assert condition is not None
    return [_at(ast.If(condition, [*bindings, *case.body], rest), case.pattern)]


def _test(emitter: Emitter, pattern: ast.pattern, subject: ast.expr) -> tuple[ast.expr | None, list[ast.stmt]]:
    """The condition a pattern means (None: always), and what it binds."""
    if isinstance(pattern, ast.MatchValue):
        return _at(ast.Compare(subject, [ast.Eq()], [pattern.value]), pattern), []
    if isinstance(pattern, ast.MatchSingleton):
        value = _at(ast.Constant(pattern.value), pattern)
        return _at(ast.Compare(subject, [ast.Is()], [value]), pattern), []
    if isinstance(pattern, ast.MatchOr):
        tests = [_test(emitter, p, subject)[0] for p in pattern.patterns]
        if any(t is None for t in tests):
            return None, []
        return _at(ast.BoolOp(ast.Or(), [t for t in tests if t is not None]), pattern), []
    if isinstance(pattern, ast.MatchAs):
        test, bindings = (None, []) if pattern.pattern is None else _test(emitter, pattern.pattern, subject)
        if pattern.name is not None:
            target = _at(ast.Name(pattern.name, ast.Store()), pattern)
            bindings = [*bindings, _at(ast.Assign([target], subject), pattern)]
        return test, bindings
    if isinstance(pattern, ast.MatchClass) and not pattern.patterns and not pattern.kwd_patterns:
        function = _at(ast.Name("isinstance", ast.Load()), pattern)
        return _at(ast.Call(function, [subject, pattern.cls], []), pattern), []
    with emitter.at(pattern):
        raise explain_unsupported(emitter, pattern)


def _at(node: _T, place: ast.AST) -> _T:
    return ast.copy_location(node, place)
