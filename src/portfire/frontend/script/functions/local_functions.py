"""`def` inside a function: its decorators, `nonlocal`, and nested functions that call themselves.

A nested function is inlined where it is called. One that calls itself cannot be; it becomes a function of its own, and the
run-time variables that it sees are further parameters of it.

    def fib(n):                          fib(n, memo):
        if n not in memo: ...     ->         if n not in memo: ...  fib(n - 1, memo)

A variable that a nested function declares `nonlocal` gets a name that all functions see (`renaming.py`): what an inlined
call assigns to it is passed on to where it was called.

Comes before: `function_values.py`, `renaming.py`. Comes after: `statements.py`, `inlining.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import Frame, PoisonedValue, UndefinedValue
from portfire.frontend.script.functions.boxed_variables import boxed
from portfire.frontend.script.functions.calls import Callee, bind_arguments, emit_version
from portfire.frontend.script.functions.decorated_bodies import is_context_decorator
from portfire.frontend.script.functions.function_values import LocalFunction, local_callee
from portfire.frontend.script.functions.known_arguments import version_for
from portfire.frontend.script.functions.renaming import own_names, own_nodes, own_statements, renamed
from portfire.frontend.script.values.constant_values import TRUE_VALUE
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.source import FunctionSource

_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z_.]")


def emit_function_definition(emitter: Emitter, node: ast.FunctionDef) -> None:
    """A `def` inside a function."""
    callee = local_callee(emitter, node, node.name)
    others = _cycle(node, {**_siblings(emitter.context.source.node), node.name: node})
    value: StaticValue = LocalFunction(callee) if others is None else _lifted(emitter, callee, node, others)
    emitter.assign(node.name, _decorated(emitter, node, value))


def _decorated(emitter: Emitter, node: ast.FunctionDef, value: StaticValue) -> StaticValue:
    from portfire.frontend.script.values.expressions import emit_expression

    for decorator in reversed(node.decorator_list):
        if is_context_decorator(decorator, emitter.context.lookup):
            continue  # a part of the body
        with emitter.at(decorator):
            value = emit_expression(emitter, decorator).call(emitter, [value], {})
    return value


# Functions that call themselves


class LiftedFunction(StaticValue):
    """A nested function that calls itself: `free` are the names of the variables around it that it may use."""

    def __init__(self, callee: Callee, free: Sequence[str], captured: Frame, graph: object) -> None:
        self.callee = callee
        self.free = tuple(free)
        self.captured = captured
        self.graph = graph

    @property
    def identity(self) -> Hashable:
        """What tells this value from others."""
        return ("lifted", id(self))

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.callee.called}'"

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return TRUE_VALUE

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        callee = self.callee
        bound = bind_arguments(emitter, callee.signature, args, kwargs, callee.called)
        for name in self.free:
            value = self._variable(emitter, name)
            if value is not None and not isinstance(value, (UndefinedValue, PoisonedValue)):
                bound[name] = value
        chosen = version_for(emitter, callee, bound)
        if chosen is None or isinstance(chosen, Callee):
            raise emitter.fail(
                "recursive-function",
                f"'{callee.called}' calls itself, and takes, uses or returns what exists only while compiling",
                help="pass it run-time values only, or write a loop",
            )
        return emit_version(emitter, callee, *chosen)

    def _variable(self, emitter: Emitter, name: str) -> StaticValue | None:
        """A variable as the function sees it when it is called."""
        if emitter.graph is not self.graph or emitter.frame.scope.sees(self.captured.scope):
            return emitter.lookup(name)
        return self.captured.lookup(name)


def _lifted(emitter: Emitter, callee: Callee, node: ast.FunctionDef, others: Sequence[ast.AST]) -> LiftedFunction:
    """`others`: the functions that it leads to, whose variables it has to pass on."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Nonlocal):
            raise emitter.fail(
                "unsupported-syntax",
                f"'{node.name}' calls itself and assigns variables of the function around it",
                help="give the variable its first value in a plain assignment before, outside of loops and branches",
            )
    free = free_names(node)
    for other in others:
        hidden = sorted(free_names(other) & own_names(node))
        if hidden:
            raise emitter.fail(
                "unsupported-syntax",
                f"'{node.name}' has a variable '{hidden[0]}', which a function that it calls takes from outside",
                help=f"give the variable '{hidden[0]}' of '{node.name}' another name",
            )
        free |= free_names(other)
    names = emitter.compiler.classes.names
    name = "__torch__." + _NOT_IN_NAMES.sub("", callee.signature.source.name.replace("<locals>.", ""))
    own = replace(
        callee,
        name=lambda: names.unique(name),
        scope=None,
        captured=None,
        always_inline=False,
        takes_open=True,
    )
    return LiftedFunction(own, sorted(free), emitter.frame, emitter.graph)


def free_names(function: ast.AST) -> set[str]:
    """Names that a function, or one in it, takes from outside."""
    return {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} - own_names(function)


def _siblings(function: ast.AST) -> dict[str, ast.AST]:
    return {n.name: n for n in own_nodes(function) if isinstance(n, ast.FunctionDef)}


def _cycle(node: ast.FunctionDef, siblings: Mapping[str, ast.AST]) -> Sequence[ast.AST] | None:
    """If the function mentions itself, or functions beside it that lead back to it: those functions."""
    seen: dict[str, ast.AST] = {}
    waiting: list[ast.AST] = [node]
    while waiting:
        for name in free_names(waiting.pop()) - set(seen):
            if name in siblings:
                seen[name] = siblings[name]
                waiting.append(siblings[name])
    return [f for f in seen.values() if f is not node] if node.name in seen else None


# Variables that nested functions assign


def nonlocal_names(function: ast.AST) -> set[str]:
    """The local variables of a function that functions in it declare `nonlocal`."""
    found: set[str] = set()
    if isinstance(function, ast.FunctionDef):
        for node in own_statements(function.body):
            if isinstance(node, ast.FunctionDef):
                found |= _declared_nonlocal(node)
    return found & own_names(function) if found else found


def _declared_nonlocal(function: ast.FunctionDef) -> set[str]:
    """What a nested function, or one in it, takes from outside by `nonlocal`."""
    declared: set[str] = set()
    inner: set[str] = set()
    for node in own_statements(function.body):
        if isinstance(node, ast.Nonlocal):
            declared |= set(node.names)
        elif isinstance(node, ast.FunctionDef):
            inner |= _declared_nonlocal(node)
    return declared | (inner - own_names(function)) if inner else declared


def declared_elsewhere(statements: Iterable[ast.stmt]) -> set[str]:
    """The names that statements of a function declare to be none of its own."""
    return {name for node in own_statements(statements) if isinstance(node, ast.Nonlocal) for name in node.names}


def _with_boxes(source: FunctionSource, names: set[str], number: int) -> tuple[FunctionSource, set[str]]:
    """The function with boxes for variables that functions assign which call themselves, and the other names."""
    node = source.node
    assert isinstance(node, ast.FunctionDef)
    siblings = _siblings(node)
    recursive = [f for f in siblings.values() if isinstance(f, ast.FunctionDef) and _cycle(f, siblings) is not None]
    wanted = {name for f in recursive for name in _declared_nonlocal(f)} & names
    made = boxed(node, {name: f"{name}_box{number}" for name in wanted}) if wanted else None
    return (source, names) if made is None else (source.nested(made, source.name), names - wanted)


def with_shared_names(emitter: Emitter, source: FunctionSource) -> tuple[FunctionSource, dict[str, str]]:
    """The function with names for the variables that nested functions assign which all functions see, and those names."""
    names = nonlocal_names(source.node)
    if not names:
        return source, {}
    emitter.compiler.region_count += 1
    number = emitter.compiler.region_count
    source, names = _with_boxes(source, names, number)
    mapping = {name: f"{name}@{number}" for name in names}
    emitter.shared.update(mapping.values())
    return source.nested(renamed(source.node, names, number), source.name), mapping
