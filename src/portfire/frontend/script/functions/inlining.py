"""Compiling the body of a function: into a graph of its own, or into the graph of its caller.

Comes before: `statements.py`, `exits.py`. Comes after: `calls.py`, `compiler.py`, `function_values.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import PoisonedValue, Scope, UndefinedValue
from portfire.frontend.script.functions.decorated_bodies import body_with_decorators
from portfire.frontend.script.statements.assigned_names import assigned_names
from portfire.frontend.script.statements.exits import Flow, enter_region, leave_region, returned_value
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import NONE, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.functions.calls import Callee

#: Calls inlined into one another before it must be recursion.
_MAX_DEPTH = 60


def inline(emitter: Emitter, callee: Callee, values: Mapping[str, StaticValue]) -> StaticValue:
    """Compile the body here; its variables are its own."""
    if emitter.inline_depth >= _MAX_DEPTH:
        raise emitter.fail(
            "recursive-function",
            f"'{callee.called}' calls itself without an end that is known while compiling",
            notes=("it takes or returns something that exists only while compiling",),
            help="annotate its parameters and return type",
        )
    saved = emitter.chain
    if emitter.range is not None:
        emitter.chain = (*saved, emitter.range)
    emitter.inline_depth += 1
    try:
        return emit_body(emitter, callee, values, callee.signature.return_type)
    finally:
        emitter.inline_depth -= 1
        emitter.chain = saved


def emit_body(
    emitter: Emitter,
    callee: Callee,
    values: Mapping[str, StaticValue],
    return_type: Type | None,
    conclude: Callable[[StaticValue], StaticValue] = lambda returned: returned,
) -> StaticValue:
    """Compile the body of a function into the graph being built; `values` binds its parameters. Gives what it returns, of
    which `conclude` makes, still in the function, what the caller needs."""
    from portfire.frontend.script.emitter import FunctionContext, SilentAbort
    from portfire.frontend.script.functions.calls import undeclared
    from portfire.frontend.script.functions.local_functions import declared_elsewhere, with_shared_names
    from portfire.frontend.script.statements.statements import emit_statements
    from portfire.frontend.script.values.expressions import emit_expression

    source, shared = with_shared_names(emitter, callee.signature.source)
    values = {shared.get(name, name): value for name, value in values.items()}
    parameters = [a.arg for a in (*source.node.args.posonlyargs, *source.node.args.args)]
    statements = [] if isinstance(source.node, ast.Lambda) else body_with_decorators(source.node, callee.lookup)
    scope = Scope(callee.scope, frozenset(assigned_names(statements) - declared_elsewhere(statements) | set(values)))
    context = FunctionContext(
        source,
        callee.lookup,
        scope,
        return_type,
        callee.defining_class,
        parameters[0] if parameters else None,
        is_undeclared=callee.is_undeclared,
    )
    with emitter.entering(context, callee.captured):
        for name, value in values.items():
            emitter.frame.assign(name, value.stored(emitter, name))
        free = undeclared(callee.signature)
        for parameter in callee.signature.parameters:
            if parameter.name not in free:
                context.declared.setdefault(shared.get(parameter.name, parameter.name), parameter.type)
        region = enter_region(emitter, is_loop=False)
        if isinstance(source.node, ast.Lambda):
            return conclude(emit_expression(emitter, source.node.body))
        for name in scope.locals - set(values):
            emitter.frame.assign(name, UndefinedValue(f"'{name}' is assigned only later"))
        if return_type is not None and is_stub(source.node) and not is_subtype(NONE, return_type):
            return emit_stub(emitter, source.name, return_type)
        flow = emit_statements(emitter, [*statements, _implicit_return(source.node)])
        value = returned_value(emitter, region)
        if flow is Flow.RAISES and return_type is not None and value.constant() is None:
            value = emitter.insert("prim::Uninitialized", (), return_type)
        leave_region(emitter, region)
        if isinstance(value, PoisonedValue):
            raise SilentAbort
        return conclude(value)


def is_stub(node: ast.AST) -> bool:
    """Whether a function has no body but `...` or `pass`, and a docstring: an abstract method, say."""
    body = getattr(node, "body", None)
    return isinstance(body, list) and all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in body
    )


def emit_stub(emitter: Emitter, name: str, return_type: Type) -> StaticValue:
    """The call of a function that has no body to give what it declares."""
    from portfire.frontend.script.statements.exceptions import emit_check
    from portfire.frontend.script.values.constant_values import FALSE_VALUE, ConstantValue

    message = ConstantValue(f"'{name}' is only declared, it has no body")
    emit_check(emitter, FALSE_VALUE, message, "builtins.NotImplementedError")
    return emitter.insert("prim::Uninitialized", (), return_type)


def _implicit_return(node: ast.AST) -> ast.Return:
    """`return None` at the end of the body."""
    statement = ast.Return(value=None)
    line = getattr(node, "lineno", 1)
    statement.lineno, statement.col_offset = line, getattr(node, "col_offset", 0)
    statement.end_lineno, statement.end_col_offset = line, statement.col_offset + 3
    return statement
