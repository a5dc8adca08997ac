"""`zip(*rows)`: columns out of rows.

    images, targets = zip(*batch)      of a list of tuples: as many columns as the tuples have items
    zip(*grid)                         of a list of lists: a list of columns

Comes before: `builtin_iteration.py`, `python_library/transposing.py`. Comes after: `builtin_functions.py`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.builtin_iteration import as_tuple
from portfire.frontend.script.builtins.python_library import transposing
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.statements.loops import emit_iteration
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.frontend.script.values.type_tests import TypeValue
from portfire.ir.types import ListType, TupleType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class ZipType(TypeValue):
    """`zip`."""

    def call_syntax(self, emitter: Emitter, node: ast.Call) -> StaticValue | None:
        """`zip(*rows)`; None for other arguments."""
        from portfire.frontend.script.values.expressions import emit_expression

        if len(node.args) != 1 or not isinstance(node.args[0], ast.Starred) or node.keywords:
            return None
        with emitter.at(node.args[0]):
            rows = emit_expression(emitter, node.args[0].value)
            type_ = static_type(rows)
            if not isinstance(type_, ListType):
                return self.call(emitter, list(rows.unpack(emitter, None)), {})
            if isinstance(type_.element, TupleType):
                return _columns(emitter, rows, type_.element)
            return emitter.compiler.function_value(transposing.transposed).call(emitter, [rows], {})


def _columns(emitter: Emitter, rows: StaticValue, row: TupleType) -> StaticValue:
    """One tuple for each item of the tuples. Of no rows Python gives no columns, which nobody can unpack."""
    count = emitter.builtin("aten::gt", [rows.length(emitter), ConstantValue(0)])
    message = ConstantValue(f"not enough values to unpack (expected {len(row.elements)}, got 0)")
    emit_check(emitter, count, message, "builtins.ValueError")
    columns = [emitter.insert("prim::ListConstruct", [], ListType(element)) for element in row.elements]

    def add(item: StaticValue) -> Flow:
        for column, part in zip(columns, item.unpack(emitter, len(columns)), strict=True):
            column.attribute(emitter, "append").call(emitter, [part], {})
        return Flow.FALLS

    emit_iteration(emitter, rows, (), add)
    return TupleValue([as_tuple(column) for column in columns])
