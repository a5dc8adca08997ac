"""Local variables renamed, so that the body of one function can be compiled among the variables of another.

    for x in xs: yield x        becomes        for x@7 in xs: yield x@7

`@` occurs in no Python name. A variable with it is seen from every scope (`environment.py`), and shown to people without it
(`shown_name`).

Comes before: `assigned_names.py`. Comes after: `generators.py`, `shared_variables.py`.
"""

from __future__ import annotations

import ast
import copy
import functools
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar, cast

from portfire.frontend.script.statements.assigned_names import assigned_names

_Tree = TypeVar("_Tree", bound=ast.AST)
_MARK = "@"
_NUMBERED = re.compile(r"(?<=\w)@\d+\b")
YIELDS = (ast.Yield, ast.YieldFrom)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def is_renamed(name: str) -> bool:
    """Whether a name was made here."""
    return _MARK in name


def shown_name(text: str) -> str:
    """A name, or a text with names, as the user wrote it."""
    return _NUMBERED.sub("", text) if _MARK in text else text


def renamed(tree: _Tree, names: Collection[str], number: int) -> _Tree:
    """A copy of the function in which the variables `names` have names of their own."""
    mapping = {name: f"{name}{_MARK}{number}" for name in names}
    made = copy.deepcopy(tree)
    renamer = _Renamer(mapping)
    arguments = getattr(made, "args", None)
    if isinstance(arguments, ast.arguments):
        for argument in _parameters(arguments):
            argument.arg = mapping.get(argument.arg, argument.arg)
    for statement in getattr(made, "body", ()):
        renamer.visit(statement)
    return made


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's body, without those of functions and classes in it."""
    body = getattr(function, "body", [])
    waiting: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))


def own_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a function's body, without those of functions and classes in it."""
    waiting = list(body)
    while waiting:
        statement = waiting.pop()
        yield statement
        if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            for field in ("body", "orelse", "finalbody"):
                waiting += getattr(statement, field, ())
            for field in ("handlers", "cases"):
                for part in getattr(statement, field, ()):
                    waiting += part.body


def parameters_of(function: ast.AST) -> set[str]:
    """The names of a function's parameters."""
    arguments = getattr(function, "args", None)
    return {a.arg for a in _parameters(arguments)} if isinstance(arguments, ast.arguments) else set()


@functools.lru_cache(maxsize=4096)
def is_generator(function: ast.AST) -> bool:
    """Whether calling the function gives a generator."""
    return isinstance(function, ast.FunctionDef) and any(isinstance(n, YIELDS) for n in own_nodes(function))


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (a for a in (arguments.vararg, arguments.kwarg) if a is not None)


def own_names(function: ast.AST) -> set[str]:
    """The local names of a nested function: parameters and what it assigns, `nonlocal` ones left out."""
    names = parameters_of(function)
    if isinstance(function, ast.Lambda):
        return names
    names |= assigned_names(getattr(function, "body", []))
    for node in own_nodes(function):
        if isinstance(node, (ast.Nonlocal, ast.Global)):
            names -= set(node.names)
    return names


class _Renamer(ast.NodeTransformer):
    def __init__(self, mapping: dict[str, str]) -> None:
        self.mapping = mapping

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.mapping.get(node.id, node.id)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        return self._named(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> ast.AST:
        return self._named(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> ast.AST:
        return self._named(node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.AST:
        if node.rest is not None:
            node.rest = self.mapping.get(node.rest, node.rest)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._named(node)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        node.names = [self.mapping.get(n, n) for n in node.names]
        return node

    def visit_alias(self, node: ast.alias) -> ast.AST:
        bound = node.asname or node.name
        if bound in self.mapping:
            node.asname = self.mapping[bound]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.mapping.get(node.name, node.name)
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        return self._nested(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._nested(node)

    def _named(self, node: Any) -> ast.AST:
        if node.name is not None:
            node.name = self.mapping.get(node.name, node.name)
        self.generic_visit(node)
        return cast(ast.AST, node)

    def _nested(self, node: Any) -> ast.AST:
        """Defaults belong to the outer function; in the body its own names hide the outer ones."""
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [None if d is None else self.visit(d) for d in node.args.kw_defaults]
        hidden = own_names(node)
        inner = _Renamer({k: v for k, v in self.mapping.items() if k not in hidden})
        if isinstance(node.body, list):
            node.body = [inner.visit(s) for s in node.body]
        else:
            node.body = inner.visit(node.body)
        return cast(ast.AST, node)
