"""`copy.copy` and `copy.deepcopy`.

Comes before: `container_values.py`, `object_attributes.py`. Comes after: `library_functions.py`.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from portfire.frontend.script.classes.object_attributes import complete, object_attribute
from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.statements.loops import emit_iteration
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.values.constant_values import NONE_VALUE
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]

#: What cannot change is its own copy.
_UNCHANGING = (
    ir.IntType, ir.FloatType, ir.BoolType, ir.ComplexType, ir.NumberType, ir.StrType, ir.NoneType, ir.DeviceType,
    ir.EnumType, ir.GeneratorType, ir.StreamType,
)  # fmt: skip


def emit_copy(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`copy.copy(value)`: a new container of the same items."""
    value, type_ = args[0], static_type(args[0])
    if isinstance(value, StaticDict) or (isinstance(value, TupleValue) and not value.is_list):
        return value
    if isinstance(type_, ir.TensorType):
        return emitter.builtin("aten::alias", [value])
    if isinstance(type_, (ir.ListType, ir.DictType)):
        return emitter.builtin("aten::copy", [value])
    if isinstance(type_, (*_UNCHANGING, ir.TupleType)):
        return value
    if isinstance(type_, ir.OptionalType):
        return _unless_none(emitter, value, type_, lambda held: emit_copy(emitter, [held], {}))
    if isinstance(type_, ir.ClassType):
        return _copied_object(emitter, value, type_, "__copy__", ())
    raise _refuse(emitter, value, "copied")


def emit_deep_copy(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`copy.deepcopy(value)`: the items are copied too. What is met twice is copied twice."""
    return _deep(emitter, args[0], ())


def _deep(emitter: Emitter, value: StaticValue, inside: tuple[ir.Type, ...]) -> StaticValue:
    """`inside`: the classes of the objects around it."""
    type_ = static_type(value)
    if isinstance(value, TupleValue):
        return TupleValue([_deep(emitter, i, inside) for i in value.items], is_list=value.is_list)
    if isinstance(value, StaticDict):
        return StaticDict([(k, _deep(emitter, v, inside)) for k, v in value.pairs])
    if isinstance(type_, _UNCHANGING):
        return value
    if isinstance(type_, ir.TensorType):
        needs_gradient = emitter.builtin("prim::requires_grad", [value])
        made = emitter.builtin("aten::clone", [emitter.builtin("aten::detach", [value])])
        return emitter.builtin("aten::requires_grad_", [made, needs_gradient])
    if isinstance(type_, ir.ListType):
        return _deep_list(emitter, value, type_, inside)
    if isinstance(type_, ir.DictType):
        return _deep_dict(emitter, value, type_, inside)
    if isinstance(type_, ir.TupleType):
        items = [emitter.runtime(_deep(emitter, i, inside)) for i in value.unpack(emitter, None)]
        return emitter.insert("prim::TupleConstruct", items, type_)
    if isinstance(type_, ir.OptionalType):
        return _unless_none(emitter, value, type_, lambda held: _deep(emitter, held, inside))
    if isinstance(type_, ir.ClassType):
        return _copied_object(emitter, value, type_, "__deepcopy__", inside)
    raise _refuse(emitter, value, "copied deeply")


def _refuse(emitter: Emitter, value: StaticValue, what: str) -> Exception:
    return emitter.fail(
        "unsupported-call",
        f"{value.describe()} cannot be {what} in a program",
        help="copy the tensors, lists and dicts in it one by one",
    )


def _unless_none(emitter: Emitter, value: StaticValue, type_: ir.OptionalType, made: Any) -> StaticValue:
    def held() -> StaticValue:
        found: StaticValue = made(emitter.insert("prim::unchecked_cast", [emitter.runtime(value)], type_.element))
        return found

    is_set = emitter.builtin("aten::__isnot__", [value, NONE_VALUE])
    return emit_choice(emitter, is_set, held, lambda: NONE_VALUE)


def _deep_list(emitter: Emitter, value: StaticValue, type_: ir.ListType, inside: tuple[ir.Type, ...]) -> StaticValue:
    if isinstance(resolved(type_.element), _UNCHANGING):
        return emitter.builtin("aten::copy", [value])
    result = emitter.insert("prim::ListConstruct", [], type_)

    def add(item: StaticValue) -> Flow:
        result.attribute(emitter, "append").call(emitter, [_deep(emitter, item, inside)], {})
        return Flow.FALLS

    emit_iteration(emitter, value, (), add)
    return result


def _deep_dict(emitter: Emitter, value: StaticValue, type_: ir.DictType, inside: tuple[ir.Type, ...]) -> StaticValue:
    if isinstance(resolved(type_.value), _UNCHANGING):
        return emitter.builtin("aten::copy", [value])
    result = emitter.insert("prim::DictConstruct", [], type_)

    def add(item: StaticValue) -> Flow:
        key, held = item.unpack(emitter, 2)
        result.set_index(emitter, key, _deep(emitter, held, inside))
        return Flow.FALLS

    emit_iteration(emitter, value.attribute(emitter, "items").call(emitter, [], {}), (), add)
    return result


def _copied_object(
    emitter: Emitter, value: StaticValue, cls: ir.ClassType, own_method: str, inside: tuple[ir.Type, ...]
) -> StaticValue:
    """A new object with the same attributes; `own_method` of the class goes first."""
    receiver = RuntimeValue(emitter.runtime(value))
    if cls.is_module or cls in inside:
        raise _refuse(emitter, value, "copied")
    own = object_attribute(emitter, receiver, cls, own_method)
    if own is not None:
        memo = emitter.insert("prim::DictConstruct", [], ir.DictType(ir.INT, ir.ANY))
        return own.call(emitter, [memo] if own_method == "__deepcopy__" else [], {})
    complete(emitter, cls)
    made = emitter.insert("prim::CreateObject", [], cls)
    for name, attribute in cls.attributes.items():
        held: StaticValue = emitter.insert("prim::GetAttr", [receiver.value], resolved(attribute.type), name=name)
        if own_method == "__deepcopy__":
            held = _deep(emitter, held, (*inside, cls))
        emitter.node("prim::SetAttr", [made.value, emitter.runtime(held)], name=name)
    return made


#: Function, what compiles a call of it, how many arguments it takes at least and at most.
ROWS: Final[tuple[tuple[Any, Any, int, int], ...]] = (
    (copy.copy, emit_copy, 1, 1),
    (copy.deepcopy, emit_deep_copy, 1, 2),
)
