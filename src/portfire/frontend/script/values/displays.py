"""Displays: `(a, b)`, `[a, b]`, `{k: v}`.

Comes before: `tuple_values.py`, `inference.py`. Comes after: `expressions.py`.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import joined, pending_dict, pending_list, resolved
from portfire.frontend.script.types.keys import require_key
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.forms import RECORD
from portfire.ir.types import DictType, ListType, Type, UnionType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_items(emitter: Emitter, nodes: Sequence[ast.expr]) -> list[StaticValue]:
    """The items of a display, `*xs` spread out."""
    from portfire.frontend.script.values.expressions import emit_expression

    items: list[StaticValue] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            if isinstance(node.value, (ast.List, ast.Tuple)):
                items += emit_items(emitter, node.value.elts)
                continue
            with emitter.at(node):
                items += emit_expression(emitter, node.value).unpack(emitter, None)
        else:
            items.append(emit_expression(emitter, node))
    return items


def emit_tuple(emitter: Emitter, node: ast.Tuple) -> StaticValue:
    """`(a, b)`. With a list of unknown length among its items, as in `(n, *x.shape[1:])`, it is a list itself."""
    from portfire.frontend.script.builtins.builtin_iteration import as_tuple
    from portfire.frontend.script.values.expressions import emit_expression

    parts: list[list[StaticValue] | StaticValue] = [[]]
    for element in node.elts:
        if isinstance(element, ast.Starred) and not isinstance(element.value, (ast.List, ast.Tuple)):
            with emitter.at(element):
                spread = emit_expression(emitter, element.value)
                if isinstance(static_type(spread), ListType):
                    parts += [spread, []]
                    continue
                items: Sequence[StaticValue] = spread.unpack(emitter, None)
        else:
            items = emit_items(emitter, [element])
        last = parts[-1]
        assert isinstance(last, list)
        last += items
    if len(parts) == 1:
        return TupleValue(parts[0])  # type: ignore[arg-type]
    return as_tuple(_concatenated(emitter, parts))


def _concatenated(emitter: Emitter, parts: Sequence[list[StaticValue] | StaticValue]) -> StaticValue:
    """Items and lists of unknown length as one such."""
    result: StaticValue | None = None
    for part in parts:
        if isinstance(part, list) and not part:
            continue
        following = list_of(emitter, part) if isinstance(part, list) else part
        result = following if result is None else emitter.builtin("aten::add", [result, following])
    assert result is not None
    if len([p for p in parts if not isinstance(p, list) or p]) == 1:  # `(*xs,)`
        result = emitter.builtin("aten::list", [result])
    return result


def emit_list(emitter: Emitter, node: ast.List) -> StaticValue:
    """`[a, b]`."""
    if len(node.elts) > 1 and any(isinstance(e, ast.Starred) for e in node.elts):
        return _emit_spread_list(emitter, node)
    if len(node.elts) == 1 and isinstance(node.elts[0], ast.Starred):
        from portfire.frontend.script.builtins.builtin_iteration import to_list
        from portfire.frontend.script.values.expressions import emit_expression

        return to_list(emitter, emit_expression(emitter, node.elts[0].value))
    return list_of(emitter, emit_items(emitter, node.elts))


def _emit_spread_list(emitter: Emitter, node: ast.List) -> StaticValue:
    """`[a, *xs, b]`: a list that is extended, since how long `xs` is may be known only at run time."""
    from portfire.frontend.script.builtins.builtin_iteration import to_list
    from portfire.frontend.script.values.expressions import emit_expression

    result = list_of(emitter, [])
    for element in node.elts:
        if isinstance(element, ast.Starred):
            more = to_list(emitter, emit_expression(emitter, element.value))
            result.attribute(emitter, "extend").call(emitter, [more], {})
        else:
            result.attribute(emitter, "append").call(emitter, [emit_expression(emitter, element)], {})
    return result


def list_of(emitter: Emitter, items: Sequence[StaticValue]) -> StaticValue:
    """A new list. Of things that exist only while compiling (modules, functions) it is a list known while compiling."""
    if not items:
        return emitter.empty_display("prim::ListConstruct", pending_list())
    if any(static_type(i) is None and not _has_run_time_value(emitter, i) for i in items):
        return TupleValue(items, is_list=True)
    values = [emitter.runtime(i) for i in items]
    element = values[0].type
    for value in values[1:]:
        element = joined(element, value.type)
    learned = emitter.learned.get(emitter.range)
    if isinstance(learned, ListType):
        is_declared = emitter.range in emitter.declared_displays
        element = learned.element if is_declared else joined(element, learned.element)
    elif isinstance(element, UnionType):
        return TupleValue([RuntimeValue(v) for v in values], is_list=True)
    converted = [convert(emitter, RuntimeValue(v), element, "the list's elements") for v in values]
    return emitter.insert("prim::ListConstruct", converted, ListType(resolved(element)))


def _has_run_time_value(emitter: Emitter, item: StaticValue) -> bool:
    """Whether the item, not plainly a value, can be made one (an object of a script class, a range)."""
    if isinstance(item, TupleValue):
        return False
    try:
        item.as_value(emitter)
    except CompileAbort:
        return False
    return True


def emit_dict(emitter: Emitter, node: ast.Dict) -> StaticValue:
    """`{k: v}`."""
    from portfire.frontend.script.values.expressions import emit_expression

    if not node.keys:
        return emitter.empty_display("prim::DictConstruct", pending_dict())
    pairs: list[tuple[StaticValue, StaticValue] | StaticValue] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            pairs.append(emit_expression(emitter, value))
        else:
            pairs.append((emit_expression(emitter, key), emit_expression(emitter, value)))
    if all(isinstance(p, tuple) for p in pairs):
        return dict_of(emitter, [p for p in pairs if isinstance(p, tuple)])
    return _emit_spread_dict(emitter, pairs)


def emit_returned_dict(emitter: Emitter, node: ast.Dict) -> StaticValue:
    """`return {k: v}`: the caller sees each value as what it is, where they are of different types."""
    from portfire.frontend.script.values.expressions import emit_expression
    from portfire.frontend.script.values.static_dicts import StaticDict

    if not all(isinstance(key, ast.Constant) for key in node.keys):
        return emit_dict(emitter, node)
    pairs = [
        (emit_expression(emitter, key), emit_expression(emitter, value))
        for key, value in zip(node.keys, node.values, strict=True)
        if key is not None
    ]
    types = {static_type(value) for _, value in pairs}
    return StaticDict(pairs) if len(types) > 1 else dict_of(emitter, pairs)


def _emit_spread_dict(emitter: Emitter, pairs: Sequence[tuple[StaticValue, StaticValue] | StaticValue]) -> StaticValue:
    result: StaticValue = emitter.empty_display("prim::DictConstruct", pending_dict())
    for pair in pairs:
        if isinstance(pair, tuple):
            result.set_index(emitter, *pair)
        else:
            result.attribute(emitter, "update").call(emitter, [pair], {})
    return result


def dict_of(emitter: Emitter, pairs: Sequence[tuple[StaticValue, StaticValue]]) -> StaticValue:
    """A new dict; known while compiling where its values are (modules, functions)."""
    from portfire.frontend.script.values.static_dicts import StaticDict

    if any(static_type(v) is None and not _has_run_time_value(emitter, v) for _, v in pairs):
        return StaticDict(pairs)
    learned = emitter.learned.get(emitter.range)
    if learned is None and all(isinstance(k.constant(), enum.Enum) for k, _ in pairs):
        return StaticDict(pairs, place=emitter.range)  # a table, as long as nothing changes it
    return run_time_dict(emitter, pairs, learned)


def copied_dict(emitter: Emitter, pairs: Sequence[tuple[StaticValue, StaticValue]]) -> StaticValue:
    """`dict(known)`: as known as what it was made of, unless the program changes it."""
    from portfire.frontend.script.values.static_dicts import StaticDict

    learned = emitter.learned.get(emitter.range)
    return StaticDict(pairs, place=emitter.range) if learned is None else run_time_dict(emitter, pairs, learned)


def run_time_dict(
    emitter: Emitter, pairs: Sequence[tuple[StaticValue, StaticValue]], learned: Type | None = None
) -> StaticValue:
    """A new dict of run-time values, of the type `learned` from its use; known while compiling where they are unlike."""
    from portfire.frontend.script.values.static_dicts import StaticDict
    from portfire.frontend.script.values.typed_dicts import converted_record

    keys = [emitter.runtime(k) for k, _ in pairs]
    values = [emitter.runtime(v) for _, v in pairs]
    key_type, value_type = _common([k.type for k in keys]), _common([v.type for v in values])
    require_key(emitter, resolved(key_type))
    if isinstance(learned, DictType) and learned.form == RECORD:
        return RuntimeValue(converted_record(emitter, StaticDict(pairs), learned, "the dict"))
    if isinstance(learned, DictType):
        is_declared = emitter.range in emitter.declared_displays
        value_type = learned.value if is_declared else joined(value_type, learned.value)
        key_type = joined(key_type, learned.key)
    elif isinstance(value_type, UnionType) or isinstance(key_type, UnionType):
        kept = [(k, RuntimeValue(v)) for (k, _), v in zip(pairs, values, strict=True)]
        return StaticDict(kept, place=emitter.range)
    inputs = []
    for key, value in zip(keys, values, strict=True):
        inputs.append(convert(emitter, RuntimeValue(key), key_type, "the dict's keys"))
        inputs.append(convert(emitter, RuntimeValue(value), value_type, "the dict's values"))
    return emitter.insert("prim::DictConstruct", inputs, DictType(resolved(key_type), resolved(value_type)))


def _common(types: Sequence[Type]) -> Type:
    common = types[0]
    for type_ in types[1:]:
        common = joined(common, type_)
    return common


def emit_set(emitter: Emitter, node: ast.Set) -> StaticValue:
    """`{a, b}`, `{*xs, b}`."""
    from portfire.frontend.script.values.set_values import make_set, set_of

    if any(isinstance(e, ast.Starred) for e in node.elts):
        return make_set(emitter, [emit_list(emitter, ast.List(node.elts, ast.Load()))], {})
    return set_of(emitter, emit_items(emitter, node.elts))
