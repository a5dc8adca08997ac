"""Expressions: dispatch from a node of the syntax tree to the function that knows its meaning.

Comes before: `operators.py`, `control_flow.py`, `comprehensions.py`, `strings.py`, `calls.py`. Comes after: `statements.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.statements.refinement import chain_of
from portfire.frontend.script.statements.unsupported import explain_unsupported
from portfire.frontend.script.values.byte_strings import known_bytes
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.displays import emit_dict, emit_list, emit_set, emit_tuple
from portfire.frontend.script.values.indexing import EllipsisValue, SliceValue, plain_bound
from portfire.frontend.script.values.set_values import emit_set_comprehension
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_expression(emitter: Emitter, node: ast.expr) -> StaticValue:
    """The value of an expression."""
    with emitter.at(node):
        return _EMIT.get(type(node), _unsupported)(emitter, node)


def emit_key(emitter: Emitter, node: ast.expr) -> StaticValue:
    """The key of a subscript: slices and `...` have a meaning here only."""
    if isinstance(node, ast.Tuple):
        if any(isinstance(e, ast.Starred) for e in node.elts) and not any(map(_is_for_keys_only, node.elts)):
            return emit_tuple(emitter, node)  # of a length that only the run knows, perhaps
        items: list[StaticValue] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                items += emit_expression(emitter, element.value).unpack(emitter, None)
            else:
                items.append(emit_key(emitter, element))
        return TupleValue(items)
    return emit_expression(emitter, node)


def _is_for_keys_only(node: ast.expr) -> bool:
    """`1:2`, `...`, `None`: no items of a list of ints."""
    return isinstance(node, ast.Slice) or (isinstance(node, ast.Constant) and node.value in (None, Ellipsis))


def _emit_name(emitter: Emitter, node: ast.Name) -> StaticValue:
    return emitter.read(node.id)


def _emit_constant(emitter: Emitter, node: ast.Constant) -> StaticValue:
    if node.value is Ellipsis:
        return EllipsisValue()
    if isinstance(node.value, bytes):
        return known_bytes(emitter, node.value)
    if isinstance(node.value, int) and not -(2**63) <= node.value < 2**63:
        raise emitter.fail(
            "int-too-large", "this int does not fit into 64 bits", help="use a float, or a value below 2**63"
        )
    return ConstantValue(node.value)


def _emit_attribute(emitter: Emitter, node: ast.Attribute) -> StaticValue:
    owner = emit_expression(emitter, node.value)
    chain = chain_of(node)
    if chain is not None:
        known = emitter.frame.refinement(chain)
        if known is not None:
            return known
    return owner.attribute(emitter, node.attr)


def _emit_subscript(emitter: Emitter, node: ast.Subscript) -> StaticValue:
    return emit_expression(emitter, node.value).index(emitter, emit_key(emitter, node.slice))


def _emit_slice(emitter: Emitter, node: ast.Slice) -> StaticValue:
    parts = [NONE_VALUE if p is None else emit_expression(emitter, p) for p in (node.lower, node.upper, node.step)]
    return SliceValue(*(plain_bound(emitter, p) for p in parts))


def _emit_call(emitter: Emitter, node: ast.Call) -> StaticValue:
    from portfire.frontend.script.functions.calls import emit_call

    return emit_call(emitter, node)


def _emit_bin_op(emitter: Emitter, node: ast.BinOp) -> StaticValue:
    from portfire.frontend.script.values.operators import emit_binary

    return emit_binary(emitter, node)


def _emit_unary_op(emitter: Emitter, node: ast.UnaryOp) -> StaticValue:
    from portfire.frontend.script.values.operators import emit_unary

    return emit_unary(emitter, node)


def _emit_compare(emitter: Emitter, node: ast.Compare) -> StaticValue:
    from portfire.frontend.script.values.operators import emit_compare

    return emit_compare(emitter, node)


def _emit_bool_op(emitter: Emitter, node: ast.BoolOp) -> StaticValue:
    from portfire.frontend.script.values.operators import emit_bool_op

    return emit_bool_op(emitter, node)


def _emit_if_exp(emitter: Emitter, node: ast.IfExp) -> StaticValue:
    from portfire.frontend.script.statements.control_flow import emit_conditional_expression

    return emit_conditional_expression(emitter, node)


def _emit_named(emitter: Emitter, node: ast.NamedExpr) -> StaticValue:
    value = emit_expression(emitter, node.value)
    emitter.assign(node.target.id, value)
    return value


def _emit_lambda(emitter: Emitter, node: ast.Lambda) -> StaticValue:
    from portfire.frontend.script.functions.function_values import emit_lambda

    return emit_lambda(emitter, node)


def _emit_comprehension(emitter: Emitter, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> StaticValue:
    from portfire.frontend.script.values.comprehensions import emit_comprehension

    return emit_comprehension(emitter, node)


def _emit_joined_string(emitter: Emitter, node: ast.JoinedStr) -> StaticValue:
    from portfire.frontend.script.values.strings import emit_joined_string

    return emit_joined_string(emitter, node)


def _unsupported(emitter: Emitter, node: ast.expr) -> StaticValue:
    raise explain_unsupported(emitter, node)


_EMIT: dict[type[ast.expr], Callable[[Emitter, Any], StaticValue]] = {
    ast.Name: _emit_name,
    ast.Constant: _emit_constant,
    ast.Attribute: _emit_attribute,
    ast.Subscript: _emit_subscript,
    ast.Slice: _emit_slice,
    ast.Call: _emit_call,
    ast.BinOp: _emit_bin_op,
    ast.UnaryOp: _emit_unary_op,
    ast.Compare: _emit_compare,
    ast.BoolOp: _emit_bool_op,
    ast.IfExp: _emit_if_exp,
    ast.NamedExpr: _emit_named,
    ast.Lambda: _emit_lambda,
    ast.ListComp: _emit_comprehension,
    ast.DictComp: _emit_comprehension,
    ast.GeneratorExp: _emit_comprehension,
    ast.JoinedStr: _emit_joined_string,
    ast.Tuple: emit_tuple,
    ast.List: emit_list,
    ast.Dict: emit_dict,
    ast.Set: emit_set,
    ast.SetComp: emit_set_comprehension,
}
