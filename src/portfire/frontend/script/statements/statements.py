"""Statements: one function per node of the syntax tree, and the loop that goes on after one that fails.

Comes before: `assignments.py`, `control_flow.py`, `loops.py`, `exits.py`. Comes after: `inlining.py`, `compiler.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.diagnostics import CompileAbort
from portfire.errors import PortfireError
from portfire.frontend.script.classes.local_classes import emit_class_definition
from portfire.frontend.script.environment import PoisonedValue
from portfire.frontend.script.exploration import explore_bodies, explore_expressions
from portfire.frontend.script.functions.generators import emit_yield
from portfire.frontend.script.functions.local_functions import emit_function_definition
from portfire.frontend.script.functions.recursion import ResultNotKnown
from portfire.frontend.script.statements.assigned_names import assigned_names
from portfire.frontend.script.statements.assignments import emit_annotated, emit_assign, emit_augmented, emit_delete
from portfire.frontend.script.statements.control_flow import emit_if, emit_rest
from portfire.frontend.script.statements.exceptions import emit_assert, emit_raise
from portfire.frontend.script.statements.exits import Flow, emit_break, emit_continue, emit_return
from portfire.frontend.script.statements.imports import emit_import, emit_import_from
from portfire.frontend.script.statements.loops import emit_for, emit_while
from portfire.frontend.script.statements.match_statement import emit_match
from portfire.frontend.script.statements.try_statement import emit_try
from portfire.frontend.script.statements.unsupported import explain_unsupported
from portfire.frontend.script.statements.with_statement import emit_with
from portfire.frontend.script.values.constant_values import NONE_VALUE
from portfire.frontend.script.values.displays import emit_returned_dict
from portfire.frontend.script.values.expressions import emit_expression

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_statements(emitter: Emitter, statements: Sequence[ast.stmt]) -> Flow:
    """Compile statements in order. One that fails is noted and passed over, so that all obstacles come out at once."""
    for i, statement in enumerate(statements):
        flow: Flow = Flow.FALLS
        with emitter.at(statement), emitter.compiler.fixed_values.statement():
            try:
                if isinstance(statement, ast.If):
                    flow, consumed = emit_if(emitter, statement, statements, i + 1)
                    if consumed:
                        return flow
                else:
                    flow = _EMIT.get(type(statement), _unsupported)(emitter, statement)
            except ResultNotKnown:  # nothing is known about what follows here
                emitter.frame.is_dead = True
                flow = Flow.RAISES
            except CompileAbort as abort:
                flow = _give_up(emitter, statement, abort)
            except (PortfireError, RecursionError):
                raise
            except Exception as error:
                flow = _give_up(emitter, statement, emitter.compiler.note_bug(emitter, error))
        if flow is not Flow.FALLS:
            return emit_rest(emitter, flow, statements[i + 1 :])
    return Flow.FALLS


def _give_up(emitter: Emitter, statement: ast.stmt, abort: CompileAbort) -> Flow:
    """Note the failure; what the statement would have assigned is unusable, without further words."""
    with emitter.recovering():
        raise abort
    emitter.compiler.fixed_values.note_failure()
    if emitter.compiler.is_thorough:
        explore_expressions(emitter, statement)
        explore_bodies(emitter, statement)
    for name in assigned_names([statement]):
        emitter.frame.assign(name, PoisonedValue())
    if isinstance(statement, ast.Return):
        region = emitter.context.region
        assert region is not None
        emitter.frame.assign(region.function.value, PoisonedValue())
        emitter.frame.is_dead = True
        return Flow.RAISES
    return Flow.FALLS


def _unsupported(emitter: Emitter, node: ast.stmt) -> Flow:
    raise explain_unsupported(emitter, node)


def _emit_return(emitter: Emitter, node: ast.Return) -> Flow:
    if isinstance(node.value, ast.Dict) and emitter.context.is_undeclared:
        return emit_return(emitter, emit_returned_dict(emitter, node.value))
    value = emit_expression(emitter, node.value) if node.value is not None else NONE_VALUE
    return emit_return(emitter, value)


def _emit_expression_statement(emitter: Emitter, node: ast.Expr) -> Flow:
    if isinstance(node.value, ast.Constant):  # a docstring, or `...`
        return Flow.FALLS
    if isinstance(node.value, (ast.Yield, ast.YieldFrom)):
        return emit_yield(emitter, node.value)
    emit_expression(emitter, node.value)
    return Flow.FALLS


def _emit_pass(emitter: Emitter, node: ast.stmt) -> Flow:
    return Flow.FALLS


def _emit_global(emitter: Emitter, node: ast.Global) -> Flow:
    changed = assigned_names(getattr(emitter.context.source.node, "body", [])) & set(node.names)
    if changed:
        raise emitter.fail(
            "unsupported-syntax",
            f"the global '{sorted(changed)[0]}' cannot be assigned in a program",
            notes=("a program has no variables outside its functions and modules",),
            help="keep it as an attribute of the module, or return the new value",
        )
    return Flow.FALLS


def _falling(emit: Callable[[Any, Any], None]) -> Callable[[Emitter, Any], Flow]:
    def statement(emitter: Emitter, node: Any) -> Flow:
        emit(emitter, node)
        return Flow.FALLS

    return statement


_EMIT: dict[type[ast.stmt], Callable[[Emitter, Any], Flow]] = {
    ast.Return: _emit_return,
    ast.Expr: _emit_expression_statement,
    ast.Pass: _emit_pass,
    ast.Global: _emit_global,
    ast.Nonlocal: _emit_pass,
    ast.Assign: _falling(emit_assign),
    ast.AnnAssign: _falling(emit_annotated),
    ast.AugAssign: _falling(emit_augmented),
    ast.Delete: _falling(emit_delete),
    ast.Import: _falling(emit_import),
    ast.ImportFrom: _falling(emit_import_from),
    ast.FunctionDef: _falling(emit_function_definition),
    ast.ClassDef: _falling(emit_class_definition),
    ast.While: emit_while,
    ast.For: emit_for,
    ast.Break: emit_break,
    ast.Continue: emit_continue,
    ast.Raise: emit_raise,
    ast.Assert: emit_assert,
    ast.Try: emit_try,
    ast.With: emit_with,
    ast.Match: emit_match,
}
