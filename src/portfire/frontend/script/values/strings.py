"""Strings: f-strings, `str.format`, `%`, and the methods that are no plain operator.

All formatting becomes `aten::format`, whose template is `str.format`'s; the engine knows format specs.

Comes before: `exceptions.py` (as_text). Comes after: `expressions.py`, `scalar_values.py`, `operators.py`.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.python_library import texts
from portfire.frontend.script.classes.object_texts import formatted_object, own_text
from portfire.frontend.script.statements.exceptions import as_repr, as_text, is_exception
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.forms import shown
from portfire.frontend.script.values.byte_strings import encode
from portfire.frontend.script.values.constant_arithmetic import formatted, percent_formatted
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.types import STR, DictType, ListType, OptionalType, TensorType, TupleType

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
    from portfire.frontend.script.values.expressions import emit_expression

    template, values = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            template += str(part.value).replace("{", "{{").replace("}", "}}")
            continue
        assert isinstance(part, ast.FormattedValue)
        value = emit_expression(emitter, part.value)
        known_text = value.text(emitter)
        value = known_text or value
        field = ""
        own = own_text(emitter, value, chr(part.conversion) if part.conversion in (ord("r"), ord("s")) else "")
        custom = formatted_object(emitter, value, ConstantValue("")) if part.conversion == -1 else None
        if custom is not None:
            spec, spec_values = _spec(emitter, part.format_spec)
            made = formatted(emitter, spec, spec_values) if spec_values else ConstantValue(spec)
            values.append(formatted_object(emitter, value, made) or value)
            template += "{}"
            continue
        if own is not None:
            value = own
        elif part.conversion == ord("r") and is_exception(value):
            value = as_repr(emitter, value)
        elif part.conversion == ord("r") and known_text is None:
            field += "!r"
        elif part.conversion == ord("s") or is_exception(value):
            value = as_text(emitter, value)
        elif part.conversion == ord("a"):
            value = _escaped(emitter, value)
        spec, spec_values = _spec(emitter, part.format_spec)
        if isinstance(static_type(value), TensorType) and not field:
            value, spec, spec_values = _tensor_text(emitter, value, spec, spec_values), "", []
        text = shown(emitter, value)
        if text is not None:
            value, field = text, ""
        values.append(value)
        values += spec_values
        template += "{" + field + (f":{spec}" if spec else "") + "}"
    return template, values


def _escaped(emitter: Emitter, value: StaticValue) -> StaticValue:
    """`ascii(value)`."""
    quoted = emitter.builtin("aten::format", [ConstantValue("{!r}"), value])
    return emitter.compiler.function_value(texts.escaped).call(emitter, [quoted], {})


def _tensor_text(emitter: Emitter, value: StaticValue, spec: str, spec_values: Arguments) -> StaticValue:
    """A tensor without dimensions is formatted as its number."""
    made = formatted(emitter, spec, spec_values) if spec_values else ConstantValue(spec)
    return emitter.compiler.function_value(texts.tensor_text).call(emitter, [value, made], {})


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
        value = _field(emitter, field, args, kwargs, counter)
        inner, inner_spec = _ordered(emitter, spec, args, kwargs, counter) if spec else ([], "")
        text = shown(emitter, value)
        if text is not None:
            value, conversion = text, None
        if conversion == "a":
            value, conversion = _escaped(emitter, value), None
        elif isinstance(static_type(value), TensorType) and not conversion:
            value, inner, inner_spec = _tensor_text(emitter, value, inner_spec, inner), [], ""
        ordered += [value, *inner]
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
    named = _percent_names(template)
    if named is not None:
        names, template = named
        items = [values.index(emitter, ConstantValue(name)) for name in names]
    elif isinstance(values, TupleValue) or (isinstance(static_type(values), TupleType) and not is_exception(values)):
        items = list(values.unpack(emitter, None))
    else:
        items = [values]
    return percent_formatted(emitter, template, _percent_items(emitter, template, items))


#: A conversion of `%`: `%(name)-5.2f`. Groups: the name, the rest.
_CONVERSION = re.compile(r"%(?:\((\w*)\))?([-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?.)", re.DOTALL)


def _percent_names(template: StaticValue) -> tuple[list[str], StaticValue] | None:
    """The names in `"%(a)s %(b)d"`, and the template without them; None of a template without names."""
    text = template.constant()
    if not isinstance(text, str):
        return None
    names = [m[1] for m in _CONVERSION.finditer(text) if m[1] is not None]
    return (names, ConstantValue(_CONVERSION.sub(r"%\2", text))) if names else None


def _percent_items(emitter: Emitter, template: StaticValue, items: Arguments) -> Arguments:
    """What is shown for the items: of a tensor where a number is asked for, its number."""
    text = template.constant()
    codes = [c for m in _CONVERSION.finditer(text) for c in _asked(m[2])] if isinstance(text, str) else []
    result: Arguments = []
    for i, item in enumerate(items):
        if isinstance(static_type(item), TensorType) and i < len(codes) and codes[i] not in "sra":
            item = emitter.builtin("aten::item", [item])
        text = shown(emitter, item) if i < len(codes) and codes[i] in "sra" else None
        result.append(text or _shown(emitter, item))
    return result


def _asked(conversion: str) -> str:
    """What one conversion takes: a number for each star, then the value."""
    return "d" * conversion.count("*") + ("" if conversion.endswith("%") else conversion[-1])


def _shown(emitter: Emitter, value: StaticValue) -> StaticValue:
    """What is formatted in place of `value`: of an exception, its message; of a class, its text."""
    return as_text(emitter, value) if is_exception(value) else value.text(emitter) or value


def _join(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.builtin_iteration import to_list

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
        from portfire.frontend.script.statements.control_flow import emit_choice
        from portfire.frontend.script.values.indexing import SliceValue

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


def _library(function: Callable[..., object]) -> Callable[..., StaticValue]:
    def emit(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.compiler.function_value(function).call(emitter, [text, *args], kwargs)

    return emit


def _split(name: str) -> Callable[..., StaticValue]:
    """`split` and `rsplit`: without a separator at white space."""

    def emit(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        given = dict(zip(("sep", "maxsplit"), args, strict=False)) | kwargs
        separator, most = given.get("sep", ConstantValue(None)), given.get("maxsplit", ConstantValue(-1))
        if separator.constant() is None and name == "rsplit" and most.constant() != -1:
            return _library(texts.split_from_right)(emitter, text, [most], {})
        if separator.constant() is None:
            return emitter.builtin("aten::split", [text, separator, most])
        return emitter.builtin(f"aten::{name}", [text, separator, most])

    return emit


def make_translation(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`str.maketrans(...)`: of a dict, or of strings."""
    if len(args) == 1:
        return args[0]
    dropped = args[2] if len(args) > 2 else ConstantValue("")
    return emitter.compiler.function_value(texts.translation_table).call(emitter, [*args[:2], dropped], {})


def _translate(emitter: Emitter, text: StaticValue, args: Arguments) -> StaticValue:
    type_ = static_type(args[0])
    function: Callable[..., object] = texts.translated
    if isinstance(type_, DictType) and isinstance(type_.value, OptionalType):
        function = texts.translated_with_gaps
    if isinstance(type_, DictType) and type_.key == STR:
        function = texts.translated_by_characters
    return _library(function)(emitter, text, args, {})


def _format_map(emitter: Emitter, text: StaticValue, args: Arguments) -> StaticValue:
    """The fields that a template known while compiling names are looked up in the dict."""
    template = text.constant()
    if not isinstance(template, str):
        raise emitter.fail(
            "unsupported-format", "'format_map' needs a template that is known while compiling", help="use an f-string"
        )
    fields = [field for _, field, _, _ in string.Formatter().parse(template) if field]
    names = {string._string.formatter_field_name_split(f)[0] for f in fields}  # type: ignore[attr-defined]
    return _format(emitter, text, [], {name: args[0].index(emitter, ConstantValue(name)) for name in names})


STRING_METHODS: dict[str, Callable[..., StaticValue]] = {
    "format": _format,
    "join": _join,
    "startswith": _affix("startswith"),
    "endswith": _affix("endswith"),
    "removeprefix": _remove_affix(True),
    "removesuffix": _remove_affix(False),
    "casefold": lambda emitter, text, args, kwargs: _library(texts.case_folded)(emitter, text, args, kwargs),
    "split": _split("split"),
    "rsplit": _split("rsplit"),
    "encode": lambda emitter, text, args, kwargs: encode(emitter, text, args, kwargs),
    "isascii": lambda emitter, text, args, kwargs: _library(texts.is_ascii)(emitter, text, args, kwargs),
    "translate": lambda emitter, text, args, kwargs: _translate(emitter, text, args),
    "format_map": lambda emitter, text, args, kwargs: _format_map(emitter, text, args),
    "maketrans": lambda emitter, text, args, kwargs: make_translation(emitter, args, kwargs),
}
