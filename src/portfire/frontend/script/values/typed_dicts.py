"""Dicts whose values have types of their own, by key: TypedDicts, and dicts of unlike values that leave where they are known.

In a program both are a dict from str to the Union of what they hold; the type notes what stands behind which key
(`DictType.fields`), so that an item read by a constant key has its own type.

    class Options(TypedDict):
        size: int
        name: str

    options["size"] + 1        # an int, and no Union[int, str]

Comes before: `container_values.py`. Comes after: `class_registry.py`, `class_values.py`, `static_dicts.py`, `behaviours.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, cast

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.types.conversion import convert, mismatch, static_type
from portfire.frontend.script.types.inference import is_pending, joined, resolved
from portfire.frontend.script.types.widening import would_change
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.container_values import DictBehaviour, dict_key
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.forms import RECORD
from portfire.ir.graph import Node, Value
from portfire.ir.types import STR, DictType, EnumType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Fields = Sequence[tuple[str, Type]]


def typed_dict(fields: Fields) -> DictType:
    """The type of a dict with these keys."""
    value: Type | None = None
    for _, type_ in fields:
        value = type_ if value is None else joined(value, type_)
    assert value is not None
    return DictType(STR, value, form=RECORD, fields=tuple(fields))


def record_of(emitter: Emitter, dict_: StaticDict) -> Value | None:
    """A run-time dict of unlike values; None where some are no run-time values, or keys no strings."""
    values: list[Value] = []
    for key, value in dict_.pairs:
        if not isinstance(key.constant(), str) or (static_type(value) is None and not isinstance(value, StaticDict)):
            return None
        values.append(emitter.runtime(value))
    names = [str(key.constant()) for key, _ in dict_.pairs]
    type_ = typed_dict([(n, resolved(v.type)) for n, v in zip(names, values, strict=True)])
    return _display(emitter, type_, dict(zip(names, map(RuntimeValue, values), strict=True)))


def converted_record(emitter: Emitter, dict_: StaticDict, type_: DictType, what: str) -> Value:
    """A dict known while compiling, as a dict of a declared type."""
    fields = dict(type_.fields)
    given: dict[str, StaticValue] = {}
    for key, value in dict_.pairs:
        name = key.constant()
        if not isinstance(name, str) or name not in fields:
            raise emitter.fail(
                "type-mismatch",
                f"{name!r} is no key of {what}",
                help=f"its keys are: {', '.join(map(repr, fields))}",
            )
        given[name] = value
    return _display(emitter, type_, given)


def _display(emitter: Emitter, type_: DictType, items: dict[str, StaticValue]) -> Value:
    fields = dict(type_.fields)
    inputs: list[Value] = []
    for name, value in items.items():
        held = convert(emitter, value, resolved(fields[name]), f"the key '{name}'")
        inputs += [emitter.constant_value(name), convert(emitter, RuntimeValue(held), resolved(type_.value), name)]
    return emitter.builder.insert("prim::DictConstruct", inputs, type_)


def make_typed_dict(
    emitter: Emitter, type_: DictType, called: str, args: Sequence[StaticValue], kwargs: Keywords
) -> StaticValue:
    """`Options(size=1)`, `Options({"size": 1})`."""
    pairs = [(ConstantValue(name), value) for name, value in kwargs.items()]
    for given in args:
        if not isinstance(given, StaticDict):
            raise emitter.fail(
                "bad-call", f"'{called}' takes its items by name", help=f"{called}({type_.fields[0][0]}=...)"
            )
        pairs = [*((ConstantValue(k.constant()), v) for k, v in given.pairs), *pairs]
    return RuntimeValue(converted_record(emitter, StaticDict(pairs), type_, called))


def record_type(dict_: StaticDict) -> DictType | None:
    """The type that the dict would have at run time; None if it has none."""
    fields: list[tuple[str, Type]] = []
    for key, value in dict_.pairs:
        type_ = static_type(value)
        if not isinstance(key.constant(), str) or type_ is None:
            return None
        fields.append((str(key.constant()), type_))
    return typed_dict(fields) if fields else None


def note_changing(emitter: Emitter, dict_: StaticDict, key: StaticValue, value: StaticValue) -> None:
    """An item of a dict that is known while compiling is set: the next attempt makes it a run-time dict."""
    type_, found, name = record_type(dict_), static_type(value), key.constant()
    if dict_.place is None or found is None:
        return
    if isinstance(static_type(key), EnumType):
        _note_changing_table(emitter, dict_, key, value)
        return
    if type_ is None or not isinstance(name, str):
        return
    widened = emitter.widened.get(dict_.place)
    fields = dict(widened.fields if isinstance(widened, DictType) else type_.fields)
    fields[name] = joined(fields[name], found) if name in fields else found
    emitter.widened[dict_.place] = typed_dict(list(fields.items()))


def note_growing(emitter: Emitter, dict_: StaticDict) -> None:
    """A dict that is known while compiling is changed by a method: the next attempt makes it a run-time dict."""
    keys, values = [static_type(k) for k, _ in dict_.pairs], [static_type(v) for _, v in dict_.pairs]
    if dict_.place is not None and None not in (*keys, *values):
        key_type, value_type = reduce(joined, cast(list[Type], keys)), reduce(joined, cast(list[Type], values))
        emitter.widened.setdefault(dict_.place, DictType(key_type, value_type))


def _note_changing_table(emitter: Emitter, dict_: StaticDict, key: StaticValue, value: StaticValue) -> None:
    """The same for a table of enum members."""
    pairs = [*dict_.pairs, (key, value)]
    keys, values = [static_type(k) for k, _ in pairs], [static_type(v) for _, v in pairs]
    if None in keys or None in values:
        return
    key_type, value_type = reduce(joined, cast(list[Type], keys)), reduce(joined, cast(list[Type], values))
    widened = emitter.widened.get(dict_.place)
    if isinstance(widened, DictType):
        value_type = joined(widened.value, value_type)
    emitter.widened[dict_.place] = DictType(key_type, value_type)


def note_unlike(emitter: Emitter, dict_: RuntimeValue, key: StaticValue, value: StaticValue) -> None:
    """A value is set that the display with constant keys, which the dict is, does not take: the next attempt knows."""
    node, type_, found, name = dict_.value.node, dict_.type, static_type(value), key.constant()
    if node is None or node.kind != "prim::DictConstruct" or node.range in emitter.declared_displays:
        return
    if not isinstance(type_, DictType) or found is None or is_pending(found) or not isinstance(name, str):
        return
    keys = _constant_keys(node)
    if keys is None or not (keys or type_.fields):
        return
    widened = emitter.widened.get(node.range)
    known = widened if isinstance(widened, DictType) and widened.fields else type_
    fields = dict(known.fields) or dict.fromkeys(keys, resolved(type_.value))
    fields[name] = joined(fields[name], found) if name in fields else found
    emitter.widened[node.range] = typed_dict(list(fields.items()))


def _constant_keys(node: Node) -> list[str] | None:
    """The keys of a display, if all are constant strings."""
    keys: list[str] = []
    for key in node.inputs[::2]:
        made_by = key.node
        value = made_by.attributes.get("value") if made_by is not None and made_by.kind == "prim::Constant" else None
        if not isinstance(value, str):
            return None
        keys.append(value)
    return keys


class TypedDictBehaviour(DictBehaviour):
    """Dicts with fields."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        return MethodValue(value, name, _METHODS[name]) if name in _METHODS else super().attribute(emitter, value, name)

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        return _as_field(emitter, value, key, super().index(emitter, value, key))

    def set_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
        """See the base class."""
        try:
            item = _fitted(emitter, value, key, new)
        except CompileAbort:
            note_unlike(emitter, value, key, new)
            raise
        emitter.builtin("aten::_set_item", [value, dict_key(emitter, value, key), item], called="[]")


def _type(dict_: StaticValue) -> DictType:
    return cast(DictType, static_type(dict_))


def _field(dict_: StaticValue, key: StaticValue) -> Type | None:
    found = dict(_type(dict_).fields).get(key.constant()) if isinstance(key.constant(), str) else None
    return None if found is None else resolved(found)


def _as_field(emitter: Emitter, dict_: StaticValue, key: StaticValue, item: StaticValue) -> StaticValue:
    """An item, of the type of its key."""
    field = _field(dict_, key)
    held = emitter.runtime(item)
    if field is None or held.type == field:
        return item
    if is_pending(field):
        return item
    return emitter.insert("prim::unchecked_cast", [held], field)


def _fitted(emitter: Emitter, dict_: StaticValue, key: StaticValue, new: StaticValue) -> Value:
    """A value as it may stand behind a key."""
    field, type_ = _field(dict_, key), _type(dict_)
    known = key.constant()
    is_open = field is None and (not isinstance(known, str) or known in dict(type_.fields))
    if is_open and any(resolved(t) != static_type(new) for _, t in type_.fields):
        raise emitter.fail(
            "not-a-constant-index",
            "which key of a dict of values of different types is set must be known while compiling",
            help='write the key as a constant: `d["name"] = value`',
        )
    wanted, found = field if field is not None else resolved(type_.value), static_type(new)
    if field is None and found is not None and would_change(found, wanted):
        raise mismatch(emitter, found, wanted, f"the key {known!r}")
    held = convert(emitter, new, wanted, f"the key {known!r}")
    return convert(emitter, RuntimeValue(held), resolved(type_.value), f"the key {known!r}")


def _get(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    default = args[1] if len(args) > 1 else kwargs.get("default", NONE_VALUE)
    key = dict_key(emitter, dict_, args[0])
    is_there = emitter.builtin("aten::__contains__", [dict_, key])

    def found() -> StaticValue:
        return _as_field(emitter, dict_, args[0], emitter.builtin("aten::__getitem__", [dict_, key]))

    return emit_choice(emitter, is_there, found, lambda: default)


def _pop(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    if len(args) == 1:
        popped = emitter.builtin("aten::pop", [dict_, dict_key(emitter, dict_, args[0])])
        return _as_field(emitter, dict_, args[0], popped)
    found = _get(emitter, dict_, args, kwargs)
    key = dict_key(emitter, dict_, args[0])
    is_there = emitter.builtin("aten::__contains__", [dict_, key])

    def drop() -> StaticValue:
        emitter.builtin("aten::Delete", [dict_, key])
        return ConstantValue(True)

    emit_choice(emitter, is_there, drop, lambda: ConstantValue(False))
    return found


def _setdefault(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    item = _fitted(emitter, dict_, args[0], args[1])
    held = emitter.builtin("aten::setdefault", [dict_, dict_key(emitter, dict_, args[0]), item])
    return _as_field(emitter, dict_, args[0], held)


def _update(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    for other in args:
        found = static_type(other)
        display = other.value.node if isinstance(other, RuntimeValue) else None
        keys = _constant_keys(display) if display is not None and display.kind == "prim::DictConstruct" else None
        if isinstance(other, StaticDict):
            for key, value in other.pairs:
                dict_.set_index(emitter, key, value)
        elif keys is not None and display is not None:
            for name, item in zip(keys, display.inputs[1::2], strict=True):
                dict_.set_index(emitter, ConstantValue(name), RuntimeValue(item))
        elif isinstance(found, DictType) and found == _type(dict_) and found.fields == _type(dict_).fields:
            emitter.builtin("aten::update", [dict_, other])
        else:
            raise emitter.fail(
                "type-mismatch",
                f"a dict of values of different types cannot take the items of {other.describe()}",
                help='set them one by one: `d["name"] = value`',
            )
    for name, value in kwargs.items():
        dict_.set_index(emitter, ConstantValue(name), value)
    return NONE_VALUE


_METHODS: dict[str, Callable[..., StaticValue]] = {
    "get": _get, "pop": _pop, "setdefault": _setdefault, "update": _update,
}  # fmt: skip
