"""Variables that a nested function assigns which calls itself: items of lists of one item.

    count = 0                             count@1 = [0]
    def walk(k):                          def walk(k, count@1):
        nonlocal count           ->           count@1[0] += 1
        count += 1                            walk(k - 1, count@1)
        walk(k - 1)

Such a function is a function of its own (`local_functions.py`), which sees variables of others only as arguments; a list
is one that all of them change.

Comes before: `renaming.py`. Comes after: `local_functions.py`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import TypeVar

from portfire.frontend.script.functions.renaming import own_names, parameters_of

_Node = TypeVar("_Node", bound=ast.AST)


def boxed(function: ast.FunctionDef, names: Mapping[str, str]) -> ast.FunctionDef | None:
    """A copy of the function in which each of `names` is the item of a list, called as the mapping says; None where the
    function does not assign them plainly before anything else does."""
    made = copy.deepcopy(function)
    parameters = parameters_of(function)
    statements: list[ast.stmt] = []
    waiting = set(names) - parameters
    for name in sorted(set(names) & parameters):
        statements.append(_initial(names[name], ast.Name(name, ast.Load()), function.body[0]))
    for statement in made.body:
        name = _assigned_plainly(statement)
        if name in waiting and isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            waiting.discard(name)
            value = _Boxer(names).visit(statement.value)
            annotation = statement.annotation if isinstance(statement, ast.AnnAssign) else None
            statements.append(_initial(names[name], value, statement, annotation))
            continue
        if waiting & {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}:
            return None
        statements.append(_Boxer(names).visit(statement))
    if waiting or any(isinstance(n, ast.NamedExpr) and n.target.id in names for n in ast.walk(function)):
        return None
    made.body = statements
    return made


def _assigned_plainly(statement: ast.stmt) -> str:
    """The name that a statement gives a value, if it does only that."""
    target: ast.expr | None = None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    return target.id if isinstance(target, ast.Name) else ""


def _initial(name: str, value: ast.expr, place: ast.AST, annotation: ast.expr | None = None) -> ast.stmt:
    target, made = ast.Name(name, ast.Store()), ast.List([value], ast.Load())
    statement: ast.stmt = ast.Assign([target], made)
    if annotation is not None:
        type_ = ast.Subscript(ast.Name("list", ast.Load()), annotation, ast.Load())
        statement = ast.AnnAssign(target, type_, made, simple=1)
    for node in ast.walk(statement):
        if isinstance(node, (ast.expr, ast.stmt)) and not hasattr(node, "lineno"):
            ast.copy_location(node, place)
    return statement


class _Boxer(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.names:
            return node
        box = ast.copy_location(ast.Name(self.names[node.id], ast.Load()), node)
        return _at(ast.Subscript(box, _at(ast.Constant(0), node), node.ctx), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        node.simple = int(isinstance(node.target, ast.Name))
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        node.names = [n for n in node.names if n not in self.names]
        return node if node.names else _at(ast.Pass(), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._nested(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._nested(node)

    def _nested(self, node: ast.FunctionDef | ast.Lambda) -> ast.AST:
        hidden = own_names(node)
        inner = _Boxer({k: v for k, v in self.names.items() if k not in hidden})
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        if isinstance(node, ast.Lambda):
            node.body = inner.visit(node.body)
        else:
            node.body = [inner.visit(s) for s in node.body]
        return node


def _at(node: _Node, place: ast.AST) -> _Node:
    return ast.copy_location(node, place)
