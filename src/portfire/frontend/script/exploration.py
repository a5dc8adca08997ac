"""Looking further after a failure: what else stands in the way, in code that the failed piece kept from being compiled.

Runs in a second compilation, after the first has failed; its graphs are thrown away. A statement that fails has its other
operands tried, and its bodies; a call with an argument that failed is followed into the function all the same, with an
argument of the declared type, or one that says nothing where it is used. What depends on something that failed is not
reported: it may go away with it.

Comes before: `environment.py`, `statements.py`. Comes after: `entry.py` (runs it), `calls.py`, `statements.py` (call it).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from portfire.diagnostics import CompileAbort
from portfire.diagnostics.library_calls import is_library
from portfire.frontend.script.environment import PoisonedValue
from portfire.frontend.script.statements.assigned_names import assigned_names
from portfire.frontend.script.statements.exits import enter_region
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir import types as ir
from portfire.ir.graph import Graph

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.functions.calls import Callee

#: How often the operands of one statement are looked at.
_MOST_LOOKS = 8
#: Calls whose arguments are syntax, not values.
_SYNTACTIC = {"isinstance", "issubclass", "super", "hasattr", "annotate", "cast", "jit_isinstance"}


# Statements


def explore_expressions(emitter: Emitter, statement: ast.stmt) -> None:
    """Try each operand of a statement that failed, so that the obstacles in all of them come out. Not each time that the
    function is inlined: in a recursion without an end every level would do it again."""
    if not emitter.compiler.explores(statement, "operands", _MOST_LOOKS):
        return
    for root in _roots(statement):
        if not _compiles(emitter, root):
            _explore(emitter, root)


def explore_bodies(emitter: Emitter, statement: ast.stmt) -> None:
    """Compile the bodies of a compound statement that failed."""
    bodies = list(_bodies(statement))
    if not bodies or not emitter.compiler.explores(statement, "bodies"):
        return
    uncertain = _refined_names(emitter, statement)
    if uncertain is None:
        return
    is_first = isinstance(statement, (ast.If, ast.With, ast.Try))
    for body, is_loop in bodies:
        assigned = [] if is_first else [*assigned_names([statement]), *_names_of_exceptions(statement)]
        is_first = isinstance(statement, ast.If)
        _explore_body(emitter, body, [*uncertain, *assigned], is_loop)


def _names_of_exceptions(statement: ast.stmt) -> list[str]:
    return [h.name for h in getattr(statement, "handlers", ()) if h.name is not None]


def _explore_body(emitter: Emitter, body: Sequence[ast.stmt], uncertain: Sequence[str], is_loop: bool) -> None:
    from portfire.frontend.script.statements.statements import emit_statements

    region = emitter.context.region
    with emitter.within(Graph().block) as frame:
        for name in uncertain:
            frame.assign(name, PoisonedValue())
        if is_loop:
            enter_region(emitter, is_loop=True)
        try:
            emit_statements(emitter, body)
        finally:
            emitter.context.region = region


def _roots(statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions that a statement itself evaluates."""
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        yield from (item.context_expr for item in statement.items)
        return
    for name in ("value", "test", "iter", "exc", "msg", "subject"):
        node = getattr(statement, name, None)
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            node = node.value
        if isinstance(node, ast.expr):
            yield node


def _bodies(statement: ast.stmt) -> Iterator[tuple[Sequence[ast.stmt], bool]]:
    """The bodies of a compound statement, and whether each is that of a loop."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    is_loop = isinstance(statement, (ast.For, ast.While, ast.AsyncFor))
    if hasattr(statement, "body"):
        yield statement.body, is_loop
    for handler in getattr(statement, "handlers", ()):
        yield handler.body, False
    for case in getattr(statement, "cases", ()):
        yield case.body, False
    for name in ("orelse", "finalbody"):
        yield getattr(statement, name, ()), False


def _refined_names(emitter: Emitter, statement: ast.stmt) -> list[str] | None:
    """The variables that the failed condition may have said more about; None where it may be about attributes."""
    if isinstance(statement, ast.With):
        targets = [item.optional_vars for item in statement.items if item.optional_vars is not None]
        return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    test = getattr(statement, "test", None) or getattr(statement, "subject", None)
    if test is None:
        return []
    names = []
    for node in ast.walk(test):
        if (
            isinstance(node, ast.Compare)
            and isinstance(node.ops[0], (ast.Is, ast.IsNot))
            and isinstance(node.left, ast.Attribute)
        ):
            return None
        if isinstance(node, ast.Name):
            value = emitter.lookup(node.id)
            type_ = None if value is None else static_type(value)
            if isinstance(type_, (ir.OptionalType, ir.UnionType, ir.AnyType)):
                names.append(node.id)
    return names


# Expressions


def _explore(emitter: Emitter, node: ast.expr) -> None:
    """Try the operands of an expression that failed, and theirs."""
    for operand in _operands(node):
        if isinstance(operand, ast.Starred):
            operand = operand.value
        if not _compiles(emitter, operand):
            _explore(emitter, operand)


def _compiles(emitter: Emitter, node: ast.expr) -> bool:
    return _value(emitter, node) is not None


def _value(emitter: Emitter, node: ast.expr) -> StaticValue | None:
    """The value of an expression; None, and a note of the obstacle, where it fails."""
    from portfire.frontend.script.values.expressions import emit_expression

    with emitter.recovering():
        return emit_expression(emitter, node)
    return None


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    """Parts of an expression that Python evaluates whatever the others give."""
    match node:
        case ast.Call():
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called not in _SYNTACTIC:
                yield from [node.func, *node.args, *(k.value for k in node.keywords)]
        case ast.BinOp():
            yield from (node.left, node.right)
        case ast.Compare():
            yield from (node.left, *node.comparators)
        case ast.UnaryOp():
            yield node.operand
        case ast.Attribute() | ast.Subscript() | ast.Starred() | ast.NamedExpr():
            yield node.value
        case ast.Tuple() | ast.List() | ast.Set():
            yield from node.elts
        case ast.Dict():
            yield from (n for n in (*node.keys, *node.values) if n is not None)
        case ast.JoinedStr():
            yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
        case ast.BoolOp():
            yield node.values[0]
        case ast.IfExp():
            yield node.test


# Calls


def arguments_as_far_as_known(
    emitter: Emitter, callee: StaticValue, node: ast.Call, abort: CompileAbort
) -> tuple[list[StaticValue], dict[str, StaticValue]]:
    """The arguments of a call of the user's code, some of which failed: those are poisoned. Else the failure goes on."""
    if not _is_users_code(callee) or any(isinstance(a, ast.Starred) for a in node.args):
        raise abort
    if any(k.arg is None for k in node.keywords):
        raise abort
    with emitter.recovering():
        raise abort
    args = [_value(emitter, a) or PoisonedValue() for a in node.args]
    return args, {str(k.arg): _value(emitter, k.value) or PoisonedValue() for k in node.keywords}


def _is_users_code(callee: StaticValue) -> bool:
    from portfire.frontend.script.classes.methods import BoundMethod
    from portfire.frontend.script.functions.function_values import LocalFunction, PythonFunction

    if isinstance(callee, RuntimeValue):
        return isinstance(callee.type, ir.ClassType) and callee.type.is_module
    return isinstance(callee, (PythonFunction, LocalFunction, BoundMethod))


def stand_ins(emitter: Emitter, callee: Callee, bound: dict[str, StaticValue]) -> dict[str, StaticValue]:
    """For arguments that failed: values of the declared types. Those of `forward` are tensors unless declared."""
    from portfire.frontend.script.emitter import SilentAbort
    from portfire.frontend.script.functions.calls import undeclared

    if not any(isinstance(v, PoisonedValue) for v in bound.values()):
        return bound
    is_forward = callee.called == "forward" and issubclass(callee.defining_class or object, torch.nn.Module)
    free = set(callee.signature.untyped) if is_forward else undeclared(callee.signature)
    types = {p.name: p.type for p in callee.signature.parameters if p.name not in free}
    result = {
        name: emitter.insert("prim::Uninitialized", [], types[name])
        if isinstance(value, PoisonedValue) and name in types
        else value
        for name, value in bound.items()
    }
    is_poisoned = any(isinstance(v, PoisonedValue) for v in result.values())
    if is_poisoned and not emitter.compiler.explores(callee.signature.source.node, "function"):
        raise SilentAbort
    return result


def explore_called(
    emitter: Emitter, callee: Callee, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
) -> None:
    """Look into a function whose call does not fit its parameters, with the arguments that do."""
    from portfire.frontend.script.functions.inlining import inline

    signature = callee.signature
    if is_library(signature.source.file.path) or not emitter.compiler.explores(signature.source.node, "function"):
        return
    names = [p.name for p in signature.parameters]
    given = {**dict(zip(names, args, strict=False)), **{k: v for k, v in kwargs.items() if k in names}}
    free = undeclared_names(callee)
    values: dict[str, StaticValue] = {
        p.name: given[p.name]
        if p.name in given
        else PoisonedValue()
        if p.name in free
        else emitter.insert("prim::Uninitialized", [], p.type)
        for p in signature.parameters
    }
    for name in (signature.vararg, signature.kwarg):
        if name is not None:
            values[name] = PoisonedValue()
    with emitter.recovering():
        inline(emitter, callee, values)


def undeclared_names(callee: Callee) -> set[str]:
    """The parameters whose types only a call tells."""
    from portfire.frontend.script.functions.calls import undeclared

    return {*undeclared(callee.signature), *callee.signature.untyped}


def explore_body_of(emitter: Emitter, callee: Callee) -> None:
    """Compile a function that cannot be called from outside: its signature is an obstacle, its body may have others."""
    from portfire.frontend.script.functions.inlining import emit_body

    signature = callee.signature
    values: dict[str, StaticValue] = {
        p.name: PoisonedValue() if p.name in signature.untyped else emitter.insert("prim::Uninitialized", [], p.type)
        for p in signature.parameters
    }
    for name in (signature.vararg, signature.kwarg):
        if name is not None:
            values[name] = PoisonedValue()
    with emitter.recovering():
        emit_body(emitter, callee, values, signature.return_type)
