"""Comprehensions and generator expressions: a list or dict filled in a loop, or items known while compiling.

Comes before: `loops.py`, `displays.py`. Comes after: `expressions.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import Frame, Scope
from portfire.frontend.script.functions.generators import GeneratorValue
from portfire.frontend.script.statements.assigned_names import assigned_names
from portfire.frontend.script.statements.assignments import assign_target
from portfire.frontend.script.statements.control_flow import emit_if_value
from portfire.frontend.script.statements.exits import Flow, emit_break
from portfire.frontend.script.statements.loops import emit_iteration, iterator_of
from portfire.frontend.script.statements.refinement import emit_condition, refine
from portfire.frontend.script.statements.unrolling import numbers_to_unroll
from portfire.frontend.script.types.inference import pending_dict, pending_list
from portfire.frontend.script.values.displays import dict_of, list_of
from portfire.frontend.script.values.expressions import emit_expression
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Comprehension = ast.ListComp | ast.GeneratorExp | ast.DictComp


def emit_comprehension(emitter: Emitter, node: Comprehension) -> StaticValue:
    """`[f(x) for x in xs if c]`, `{k: v for ...}`; a generator expression is made a list, since it is consumed in place."""
    outer = emitter.frame
    scope = Scope(outer.scope)
    first = iterator_of(emitter, emit_expression(emitter, node.generators[0].iter))
    emitter.frame = Frame(scope, outer)
    try:
        known = None if isinstance(first, GeneratorValue) else _known_items(emitter, node, first)
        if known is not None:
            return known
        return _emit_loop(emitter, node, first)
    finally:
        leave_comprehension(emitter, node, outer)


def leave_comprehension(emitter: Emitter, node: ast.expr, outer: Frame) -> None:
    """End the frame of a comprehension. What a walrus in it assigns is a variable of the function."""
    for name in assigned_names([node]):
        value = emitter.frame.assigned.get(name)
        if value is not None:
            outer.assign(name, value)
    emitter.leave_frame(outer)


def _known_items(emitter: Emitter, node: Comprehension, iterable: StaticValue) -> StaticValue | None:
    """Over items known while compiling, without run-time conditions: a display."""
    if len(node.generators) != 1 or node.generators[0].ifs:
        return None
    items = numbers_to_unroll(emitter, iterable, node.generators[0].target, [node]) or iterable.iterate(emitter).items
    if items is None:
        return None
    results: list[StaticValue] = []
    keys: list[StaticValue] = []
    for item in items:
        assign_target(emitter, node.generators[0].target, item)
        if isinstance(node, ast.DictComp):
            keys.append(emit_expression(emitter, node.key))
            results.append(emit_expression(emitter, node.value))
        else:
            results.append(emit_expression(emitter, node.elt))
    if isinstance(node, ast.DictComp):
        return dict_of(emitter, list(zip(keys, results, strict=True))) if results else None
    return list_of(emitter, results)


def _emit_loop(emitter: Emitter, node: Comprehension, iterable: StaticValue) -> StaticValue:
    is_dict = isinstance(node, ast.DictComp)
    kind, type_ = ("prim::DictConstruct", pending_dict()) if is_dict else ("prim::ListConstruct", pending_list())
    result = emitter.empty_display(kind, type_)

    def add() -> Flow:
        if isinstance(node, ast.DictComp):
            key = emit_expression(emitter, node.key)
            result.set_index(emitter, key, emit_expression(emitter, node.value))
        else:
            result.attribute(emitter, "append").call(emitter, [emit_expression(emitter, node.elt)], {})
        return Flow.FALLS

    emit_generators(emitter, node.generators, iterable, add, node)
    return result


def first_of_generator(emitter: Emitter, node: ast.GeneratorExp) -> StaticValue:
    """A list of the first item that a generator expression gives, if it gives one; no other is computed."""
    outer = emitter.frame
    first = emit_expression(emitter, node.generators[0].iter)
    emitter.frame = Frame(Scope(outer.scope), outer)
    result = emitter.empty_display("prim::ListConstruct", pending_list())

    def found() -> Flow:
        result.attribute(emitter, "append").call(emitter, [emit_expression(emitter, node.elt)], {})
        return emit_break(emitter, ast.Break())

    try:
        emit_generators(emitter, node.generators, first, found, node)
    finally:
        leave_comprehension(emitter, node, outer)
    return result


def emit_generators(
    emitter: Emitter,
    generators: Sequence[ast.comprehension],
    iterable: StaticValue,
    add: Callable[[], Flow],
    comprehension: ast.expr,
) -> None:
    """The loops of a comprehension, with `add` for what its conditions let through."""
    generator = generators[0]
    if generator.is_async:
        raise emitter.fail("unsupported-syntax", "'async for' is not supported", help="use `for`")

    def inner() -> Flow:
        if len(generators) == 1:
            return add()
        following = emit_expression(emitter, generators[1].iter)
        emit_generators(emitter, generators[1:], following, add, comprehension)
        return Flow.FALLS

    def body(item: StaticValue) -> Flow:
        assign_target(emitter, generator.target, item)
        return _emit_conditions(emitter, generator.ifs, inner)

    names = assigned_names([comprehension])
    emit_iteration(emitter, iterable, names, body, statement=comprehension if names else None)


def _emit_conditions(emitter: Emitter, conditions: Sequence[ast.expr], body: Callable[[], Flow]) -> Flow:
    if not conditions:
        return body()
    condition = emit_condition(emitter, conditions[0])
    known = condition.constant
    if known is not None:
        return _emit_conditions(emitter, conditions[1:], body) if known else Flow.FALLS

    def chosen() -> Flow:
        refine(emitter, condition.if_true)
        return _emit_conditions(emitter, conditions[1:], body)

    return emit_if_value(emitter, condition.value, chosen, lambda: Flow.FALLS)
