"""Strings: f-strings, `str.format`, `%`, and the methods that are no plain operator.

All formatting becomes `aten::format`, whose template is `str.format`'s; the engine knows format specs.

Comes before: `exceptions.py` (as_text). Comes after: `expressions.py`, `scalar_values.py`, `operators.py`.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Callable
from typing import TYPE_CHECKING

from portfire.frontend.script.caught_exceptions import CaughtException
from portfire.frontend.script.constant_arithmetic import formatted, percent_formatted
from portfire.frontend.script.constant_values import ConstantValue
from portfire.frontend.script.conversion import static_type
from portfire.frontend.script.exceptions import as_text
from portfire.frontend.script.static_values import StaticValue
from portfire.frontend.script.tuple_values import TupleValue
from portfire.ir.types import STR, ListType, TupleType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]


def emit_joined_string(emitter: Emitter, node: ast.JoinedStr) -> StaticValue:
    """`f"{a} {b:.2f} {c!r}"`."""
    template, values = _template(emitter, node)
    if not values:
        return ConstantValue(template.replace("{{", "{").replace("}}", "}"))
    return formatted(emitter, template, values)


def _template(emitter: Emitter, node: ast.JoinedStr) -> tuple[str, Arguments]:
    from portfire.frontend.script.expressions import emit_expression

    template, values = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            template += str(part.value).replace("{", "{{").replace("}", "}}")
            continue
        assert isinstance(part, ast.FormattedValue)
        value = emit_expression(emitter, part.value)
        field = ""
        if part.conversion == ord("r"):
            field += "!r"
        elif part.conversion == ord("s") or isinstance(value, CaughtException):
            value = as_text(emitter, value)
        elif part.conversion != -1:
            raise emitter.fail("unsupported-format", "'!a' is not supported in an f-string", help="use '!r'")
        spec, spec_values = _spec(emitter, part.format_spec)
        values.append(value)
        values += spec_values
        template += "{" + field + (f":{spec}" if spec else "") + "}"
    return template, values


def _spec(emitter: Emitter, spec: ast.expr | None) -> tuple[str, Arguments]:
    """A format spec; a field inside it stays a field of the template."""
    if not isinstance(spec, ast.JoinedStr):
        return "", []
    return _template(emitter, spec)


def _format(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`text.format(...)`: numbered and named fields are put in order, since the operator takes them in order."""
    args = [_shown(emitter, a) for a in args]
    kwargs = {name: _shown(emitter, a) for name, a in kwargs.items()}
    template = text.constant()
    if not isinstance(template, str):
        if kwargs:
            raise emitter.fail(
                "unsupported-format",
                "named fields need a template that is known while compiling",
                help="use an f-string",
            )
        return emitter.builtin("aten::format", [text, *args])
    ordered, result = _ordered(emitter, template, args, kwargs, [0])
    if not ordered:
        return ConstantValue(template.format())
    return formatted(emitter, result, ordered)


def _ordered(
    emitter: Emitter, template: str, args: Arguments, kwargs: Keywords, counter: list[int]
) -> tuple[Arguments, str]:
    """The template with anonymous fields only, and the values in the order of the fields."""
    ordered: Arguments = []
    result = ""
    for literal, field, spec, conversion in string.Formatter().parse(template):
        result += literal.replace("{", "{{").replace("}", "}}")
        if field is None:
            continue
        ordered.append(_field(emitter, field, args, kwargs, counter))
        inner, inner_spec = _ordered(emitter, spec, args, kwargs, counter) if spec else ([], "")
        ordered += inner
        result += "{" + (f"!{conversion}" if conversion else "") + (f":{inner_spec}" if inner_spec else "") + "}"
    return ordered, result


def _field(emitter: Emitter, field: str, args: Arguments, kwargs: Keywords, counter: list[int]) -> StaticValue:
    head, path = string._string.formatter_field_name_split(field)  # type: ignore[attr-defined]
    if head == "":
        head = counter[0]
        counter[0] += 1
    if isinstance(head, int):
        if head >= len(args):
            raise emitter.fail(
                "unsupported-format",
                f"the template names argument {head}, but {len(args)} are given",
                help="give as many arguments as the template has fields",
            )
        value = args[head]
    elif head in kwargs:
        value = kwargs[head]
    else:
        raise emitter.fail(
            "unsupported-format", f"the template names '{head}', which is not given", help="pass it by name to `format`"
        )
    for is_attribute, name in path:
        value = value.attribute(emitter, name) if is_attribute else value.index(emitter, ConstantValue(name))
    return value


def emit_percent_format(emitter: Emitter, template: StaticValue, values: StaticValue) -> StaticValue:
    """`template % values`."""
    if isinstance(values, TupleValue) or isinstance(static_type(values), TupleType):
        items = list(values.unpack(emitter, None))
    else:
        items = [values]
    return percent_formatted(emitter, template, [_shown(emitter, i) for i in items])


def _shown(emitter: Emitter, value: StaticValue) -> StaticValue:
    """What is formatted in place of `value`: of an exception, its message."""
    return as_text(emitter, value) if isinstance(value, CaughtException) else value


def _join(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtin_iteration import to_list

    items = args[0]
    if not isinstance(static_type(items), ListType):
        items = to_list(emitter, items)
    return emitter.builtin("aten::join", [text, items])


def _affix(name: str) -> Callable[..., StaticValue]:
    """`startswith` and `endswith` also take a tuple."""

    def emit(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        options = list(args[0].unpack(emitter, None)) if static_type(args[0]) != STR else [args[0]]
        result: StaticValue | None = None
        for option in options:
            found = emitter.builtin(f"aten::{name}", [text, option, *args[1:]])
            result = found if result is None else emitter.builtin("aten::__or__", [result, found])
        return result if result is not None else ConstantValue(False)

    return emit


def _remove_affix(is_prefix: bool) -> Callable[..., StaticValue]:
    def emit(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        from portfire.frontend.script.control_flow import emit_choice
        from portfire.frontend.script.indexing import SliceValue

        none = ConstantValue(None)
        present = emitter.builtin("aten::startswith" if is_prefix else "aten::endswith", [text, args[0]])
        length = args[0].length(emitter)

        def cut() -> StaticValue:
            whole = text.length(emitter)
            end = emitter.builtin("aten::sub", [whole, length])
            key = SliceValue(length, none, none) if is_prefix else SliceValue(none, end, none)
            return text.index(emitter, key)

        return emit_choice(emitter, present, cut, lambda: text)

    return emit


STRING_METHODS: dict[str, Callable[..., StaticValue]] = {
    "format": _format,
    "join": _join,
    "startswith": _affix("startswith"),
    "endswith": _affix("endswith"),
    "removeprefix": _remove_affix(True),
    "removesuffix": _remove_affix(False),
    "casefold": lambda emitter, text, args, kwargs: emitter.builtin("aten::lower", [text]),
}
