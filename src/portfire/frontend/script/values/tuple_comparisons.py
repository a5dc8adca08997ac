"""Comparisons of tuples, item by item: only as many items are compared as decide.

An item that may be None has no order in Python, which raises TypeError where it meets one; so it is here, and dataclasses with
optional fields are ordered by the fields before them.

Comes before: `type_tests.py`, `control_flow.py`. Comes after: `operators.py`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.statements.control_flow import emit_choice, emit_if_value
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.statements.refinement import negated
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.type_tests import class_of
from portfire.ir.graph import MISSING
from portfire.ir.types import BOOL, FLOAT, INT, STR, NoneType, OptionalType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_PYTHON: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_SYMBOLS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def tuple_equality(emitter: Emitter, left: StaticValue, right: StaticValue, *, negative: bool) -> StaticValue:
    """`==` and `!=` of tuples."""
    from portfire.frontend.script.values.operators import emit_equal

    a, b = left.unpack(emitter, None), right.unpack(emitter, None)
    if len(a) != len(b):
        return ConstantValue(negative)

    def compare_from(i: int) -> StaticValue:
        if i == len(a):
            return ConstantValue(True)
        first = emit_equal(emitter, a[i], b[i]).truth(emitter)
        known = first.constant()
        if known is not MISSING:
            return compare_from(i + 1) if known else ConstantValue(False)
        if i + 1 == len(a):
            return first
        return emit_choice(emitter, first, lambda: compare_from(i + 1), lambda: ConstantValue(False))

    equal = compare_from(0)
    return negated(emitter, equal) if negative else equal


def tuple_order(emitter: Emitter, op: ast.cmpop, a: Sequence[StaticValue], b: Sequence[StaticValue]) -> StaticValue:
    """`<`, `<=`, `>`, `>=` of tuples: the first items that differ decide, then the lengths."""
    from portfire.frontend.script.values.operators import emit_comparison, emit_equal

    if not a or not b:
        return ConstantValue(_PYTHON[type(op)](len(a), len(b)))
    is_plain = all(static_type(v) in (INT, FLOAT, BOOL, STR) for v in (a[0], b[0]))
    if len(a) == 1 and len(b) == 1 and is_plain:
        return emit_comparison(emitter, op, a[0], b[0])
    same = emit_equal(emitter, a[0], b[0]).truth(emitter)
    known = same.constant()
    if known is not MISSING:
        return tuple_order(emitter, op, a[1:], b[1:]) if known else _order(emitter, op, a[0], b[0])
    return emit_choice(
        emitter, same, lambda: tuple_order(emitter, op, a[1:], b[1:]), lambda: _order(emitter, op, a[0], b[0])
    )


def _order(emitter: Emitter, op: ast.cmpop, a: StaticValue, b: StaticValue) -> StaticValue:
    """The order of two items that differ."""
    from portfire.frontend.script.values.operators import emit_comparison

    types = [static_type(v) for v in (a, b)]
    values = [a, b]
    for i, type_ in enumerate(types):
        if not isinstance(type_, OptionalType):
            continue

        def fail() -> Flow:
            from portfire.frontend.script.statements.exceptions import emit_check

            template = f"'{_SYMBOLS[type(op)]}' not supported between instances of '{{}}' and '{{}}'"
            message = emitter.builtin("aten::format", [ConstantValue(template), *(_name(emitter, v) for v in (a, b))])
            emit_check(emitter, FALSE_VALUE, message, "builtins.TypeError")
            return Flow.RAISES

        emit_if_value(emitter, emitter.builtin("aten::__isnot__", [values[i], NONE_VALUE]), lambda: Flow.FALLS, fail)
        values[i] = emitter.insert("prim::unchecked_cast", [emitter.runtime(values[i])], type_.element)
    return emit_comparison(emitter, op, values[0], values[1])


def _name(emitter: Emitter, value: StaticValue) -> StaticValue:
    """The name of a value's class, of one that may be None."""
    type_ = static_type(value)

    def named(known: Type | None) -> StaticValue:
        return ConstantValue("object" if known is None else class_of(emitter, known).__name__)

    if type_ is None or isinstance(type_, NoneType):
        return ConstantValue("NoneType")
    if not isinstance(type_, OptionalType):
        return named(type_)
    is_none = emitter.builtin("aten::__is__", [value, NONE_VALUE])
    return emit_choice(emitter, is_none, lambda: ConstantValue("NoneType"), lambda: named(type_.element))
