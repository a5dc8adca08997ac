"""Loops over a list or dict that their own body, as it is written, makes longer or shorter.

A list is read as far as it reaches by then; a dict that has another length than before raises, as Python does.

    for x in xs:
        xs.append(x + 1)

Comes before: `loops.py`. Comes after: `emit_for` there, which asks.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.statements.loops import FOREVER, Loop, emit_iteration, emit_loop
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Value
from portfire.ir.types import DictType, ListType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_RESIZING = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "popitem", "__setitem__"}
)
_VIEWS = frozenset({"keys", "values", "items"})


def changes_what_it_reads(node: ast.For) -> bool:
    """Whether the body, as it is written, may change the length of what the loop goes over."""
    wanted = _same(_read(node))
    for inner in (n for statement in node.body for n in ast.walk(statement)):
        changed: ast.expr | None = None
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _RESIZING:
            changed = inner.func.value
        elif isinstance(inner, ast.AugAssign):
            changed = inner.target
        elif isinstance(inner, ast.Subscript) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            changed = inner.value
        if changed is not None and _same(changed) == wanted:
            return True
    return False


def _read(node: ast.For) -> ast.expr:
    """The list or dict that the loop goes over: `d` of `d.items()`."""
    call = node.iter
    if (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _VIEWS
        and not call.args
    ):
        return call.func.value
    return call


def _same(node: ast.expr) -> str:
    return ast.dump(node).replace("Load()", "_").replace("Store()", "_")


def emit_changing(
    emitter: Emitter,
    iterable: StaticValue,
    names: Iterable[str],
    body: Callable[[StaticValue], Flow],
    statement: ast.For,
) -> Flow:
    """The loop, if it is one over a list or dict; else it is as any other."""
    from portfire.frontend.script.values.expressions import emit_expression

    if isinstance(static_type(iterable), ListType) and _read(statement) is statement.iter:
        return _emit_growing(emitter, iterable, names, body, statement)
    read = _read(statement)
    dict_ = emit_expression(emitter, read) if isinstance(read, (ast.Name, ast.Attribute)) else None
    if dict_ is None or not isinstance(static_type(dict_), DictType):
        return emit_iteration(emitter, iterable, names, body, statement.orelse, statement=statement)
    return _emit_over_dict(emitter, dict_, iterable, names, body, statement)


def _emit_growing(
    emitter: Emitter,
    list_: StaticValue,
    names: Iterable[str],
    body: Callable[[StaticValue], Flow],
    statement: ast.For,
) -> Flow:
    """A loop over a list that changes meanwhile: its length is asked for before each round, as Python does."""
    rounds: list[Value] = []

    def one_round(trip: Value) -> Flow:
        rounds.append(trip)
        return body(list_.emit_item(emitter, trip))

    def goes_on() -> StaticValue:
        following = emitter.builtin("aten::add", [rounds[-1], ConstantValue(1)])
        return emitter.builtin("aten::lt", [following, list_.length(emitter)])

    start = emitter.builtin("aten::gt", [list_.length(emitter), ConstantValue(0)])
    loop = Loop(emitter.constant_value(FOREVER), names, one_round, start=start, condition=goes_on, statement=statement)
    return emit_loop(emitter, loop, statement.orelse)


def _emit_over_dict(
    emitter: Emitter,
    dict_: StaticValue,
    iterable: StaticValue,
    names: Iterable[str],
    body: Callable[[StaticValue], Flow],
    statement: ast.For,
) -> Flow:
    """A loop over what a dict held at first, which must have as many items after each round."""
    source = iterable.iterate(emitter).source
    if source is None:
        return emit_iteration(emitter, iterable, names, body, statement.orelse, statement=statement)
    length = dict_.length(emitter)

    def one_round(trip: Value) -> Flow:
        return body(source.emit_item(emitter, trip))

    def goes_on() -> StaticValue:
        is_unchanged = emitter.builtin("aten::eq", [dict_.length(emitter), length])
        message = ConstantValue("dictionary changed size during iteration")
        emit_check(emitter, is_unchanged, message, "builtins.RuntimeError")
        return TRUE_VALUE

    loop = Loop(emitter.runtime(length), names, one_round, condition=goes_on, statement=statement)
    return emit_loop(emitter, loop, statement.orelse)
