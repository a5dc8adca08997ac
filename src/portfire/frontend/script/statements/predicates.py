"""Calls that are conditions on their arguments: what they say of a variable is known where they hold.

    def exists(x):
        return x is not None

    if exists(scale): ...        # as `if scale is not None: ...`

Comes before: `source.py`. Comes after: `refinement.py`, which reads the condition in place of the call.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.functions.function_values import LocalFunction, PythonFunction
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.functions.calls import Callee


def condition_of_call(emitter: Emitter, call: ast.Call) -> ast.expr | None:
    """The condition that a call of a function with one `return` stands for; None where it is another kind of call."""
    if not isinstance(call.func, ast.Name) or call.keywords or not all(map(_is_plain, call.args)):
        return None
    callee = _callee(emitter, call.func.id)
    if callee is None:
        return None
    test = _only_result(callee.signature.source.node)
    arguments = callee.signature.source.node.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    is_simple = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs) and len(names) == len(call.args)
    if test is None or not is_simple or not _is_test(test):
        return None
    given = dict(zip(names, call.args, strict=True))
    others = {n.id for n in ast.walk(test) if isinstance(n, ast.Name)} - set(given)
    if not all(_means_the_same(emitter, callee, name) for name in others):
        return None
    replaced: ast.expr = _Replaced(call, given).visit(copy.deepcopy(test))
    return ast.copy_location(replaced, call)


def _callee(emitter: Emitter, name: str) -> Callee | None:
    value = emitter.lookup(name)
    if value is None:
        found = emitter.context.lookup(name)
        if found is MISSING:
            return None
        value = emitter.compiler.value_of(emitter, found, name)
    if isinstance(value, LocalFunction):
        return value.callee
    if not isinstance(value, PythonFunction) or value.signature is not None:
        return None
    try:
        return emitter.compiler.callee(value.function)
    except CompileAbort:
        return None


def _only_result(definition: ast.AST) -> ast.expr | None:
    if isinstance(definition, ast.Lambda):
        return definition.body
    body: Sequence[ast.stmt] = getattr(definition, "body", ())
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None


def _is_test(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return all(map(_is_test, node.values))
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) and _is_test(node.operand)
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _is_plain(node: ast.expr) -> bool:
    """Whether reading it twice is reading it once: a variable, an attribute of one, a constant."""
    if isinstance(node, ast.Attribute):
        return _is_plain(node.value)
    return isinstance(node, (ast.Name, ast.Constant))


def _means_the_same(emitter: Emitter, callee: Callee, name: str) -> bool:
    return emitter.lookup(name) is None and emitter.context.lookup(name) is callee.lookup(name)


class _Replaced(ast.NodeTransformer):
    """The condition with arguments for parameters, at the place of the call."""

    def __init__(self, call: ast.Call, given: dict[str, ast.expr]) -> None:
        self.call = call
        self.given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.given.get(node.id, node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(super().generic_visit(node), self.call)
