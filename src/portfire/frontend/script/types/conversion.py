"""Making a value fit a declared type, as assignment to an annotated variable, a parameter or a `return` asks for.

What Python would accept for the annotation is converted (an int for a float, a tuple for a list, None for an optional); a
list or dict display that nothing has used yet simply takes the type that is wanted. Everything else is a type error.

Comes before: `inference.py`, `ops/conversions.py`. Comes after: `calls.py`, `assignments.py`, `exits.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.frontend.script.types.inference import decide, is_pending, resolved
from portfire.frontend.script.types.union_members import converted_by_member
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.builder import Builder
from portfire.ir.graph import Node, Value
from portfire.ir.library_types import SLICE
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    TENSOR,
    ClassType,
    DictType,
    EnumType,
    ListType,
    NoneType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip
from portfire.ops.conversions import Stage, exact_int, existing
from portfire.ops.conversions import convert as convert_operand

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def type_of(emitter: Emitter, value: StaticValue) -> Type:
    """The type the value has at run time. Fails for values that exist only while compiling."""
    found = static_type(value)
    return found if found is not None else resolved(value.as_value(emitter).type)


def static_type(value: StaticValue) -> Type | None:
    """The run-time type where it is known without emitting anything, else None."""
    from portfire.frontend.script.values.indexing import SliceValue
    from portfire.frontend.script.values.tuple_values import TupleValue

    if isinstance(value, RuntimeValue):
        return value.type
    if isinstance(value, ConstantValue):
        return value.type
    if isinstance(value, TupleValue):
        return value.type()
    return SLICE if isinstance(value, SliceValue) else getattr(value, "run_time_type", None)


def convert(emitter: Emitter, value: StaticValue, target: Type, what: str) -> Value:
    """The value as a `target`. `what` says whose type that is, for messages: "the parameter 'n' of f"."""
    from portfire.frontend.script.values.static_dicts import StaticDict
    from portfire.frontend.script.values.tuple_values import TupleValue
    from portfire.frontend.script.values.typed_dicts import converted_record

    target = resolved(target)
    if isinstance(value, TupleValue):
        made_here = _convert_tuple(emitter, value, target, what)
        if value.outside is not None:
            emitter.note_copy(made_here, value.outside)
        return made_here
    if isinstance(value, ConstantValue) and value.value is None and is_subtype(NONE, target):
        return emitter.builder.constant(None, target if not is_pending(target) else NONE)
    fields = _fields_of(target)
    if fields is not None and isinstance(value, StaticDict):
        return converted_record(emitter, value, fields, what)
    as_type = getattr(value, "as_type", None)
    if as_type is not None:  # the declared type says what the value is
        made: Value = as_type(emitter, target)
        return made
    runtime = emitter.runtime(value)
    if isinstance(runtime.type, EnumType) and target in (INT, FLOAT, STR, NUMBER):
        from portfire.frontend.script.classes.enum_values import decayed

        runtime = emitter.runtime(decayed(emitter, value))
    if is_pending(runtime.type):
        decide(runtime.type, target)
        runtime.type = resolved(runtime.type)
    if is_pending(target):
        decide(target, runtime.type)
        target = resolved(target)
    if isinstance(runtime.type, ClassType):
        emitter.compiler.methods.implement_wanted(runtime.type, target)
    converted = _converted(emitter.builder, runtime, target)
    if converted is None:
        converted = converted_by_member(emitter, runtime, target, lambda v, t: convert(emitter, v, t, what))
    if converted is None:
        expect(emitter, runtime, target)
        raise mismatch(emitter, runtime.type, target, what)
    return converted


def expect(emitter: Emitter, value: Value, target: Type) -> None:
    """A list or dict made here is wanted as one of wider items, Optionals say: the next attempt makes its display one."""
    node = value.node
    is_display = node is not None and node.kind in ("prim::ListConstruct", "prim::DictConstruct")
    wanted = next((m for m in _containers_in(target) if _items_may_be(value.type, m)), None)
    if node is not None and is_display and wanted is not None and wanted != value.type:
        emitter.widened[node.range] = wanted
        emitter.declared_displays.add(node.range)


def _containers_in(target: Type) -> list[Type]:
    """The lists and dicts that a value of the type may be."""
    if isinstance(target, OptionalType):
        return _containers_in(target.element)
    if isinstance(target, UnionType):
        return [m for member in target.members for m in _containers_in(member)]
    return [target] if isinstance(target, (ListType, DictType)) else []


def _items_may_be(found: Type, target: Type) -> bool:
    if is_subtype(found, target) or (found in (NUMBER, INT) and target in (INT, FLOAT)):
        return True
    parts, wanted = found.contained(), target.contained()
    return (
        type(found) is type(target)
        and isinstance(found, (ListType, DictType))
        and all(_items_may_be(f, t) for f, t in zip(parts, wanted, strict=True))
    )


#: How a value becomes one of a type.
_CONVERSIONS: dict[Type, str] = {
    INT: "convert it: `int(x)`, of a tensor with one item too; or declare another type",
    FLOAT: "convert it: `float(x)`, of a tensor with one item too; or declare another type",
    BOOL: "convert it: `bool(x)`, or declare another type",
    STR: "convert it: `str(x)`, or declare another type",
    TENSOR: "make a tensor of it: `torch.tensor(x)`, or declare its type: `x: int`, `x: List[int]`",
}


def _fields_of(target: Type) -> DictType | None:
    """The TypedDict that a value is meant for, if it is one."""
    inner = target.element if isinstance(target, OptionalType) else target
    return inner if isinstance(inner, DictType) and inner.fields else None


def mismatch(emitter: Emitter, found: Type, target: Type, what: str) -> Exception:
    """The failure of a conversion."""
    help_ = None
    if isinstance(found, OptionalType) and is_subtype(found.element, target):
        help_ = "check for None first: `if x is not None:` or `assert x is not None`"
    elif isinstance(found, UnionType):
        help_ = "say which type it is first: `if isinstance(x, T):`"
    else:
        help_ = _CONVERSIONS.get(target) or f"give it a value of type {target.annotation}, or declare another type"
    return emitter.fail(
        "type-mismatch", f"expected {target.annotation} for {what}, found {found.annotation}", help=help_
    )


def _convert_tuple(emitter: Emitter, value: StaticValue, target: Type, what: str) -> Value:
    from portfire.frontend.script.values.tuple_values import TupleValue

    assert isinstance(value, TupleValue)
    wanted = _member_for(target, len(value.items))
    if isinstance(wanted, TupleType) and len(wanted.elements) == len(value.items):
        items = [convert(emitter, i, t, what) for i, t in zip(value.items, wanted.elements, strict=True)]
        return emitter.builder.insert("prim::TupleConstruct", items, wanted)
    if isinstance(wanted, ListType):
        items = [convert(emitter, i, wanted.element, what) for i in value.items]
        return emitter.builder.insert("prim::ListConstruct", items, resolved(wanted))
    runtime = value.as_value(emitter)
    converted = _converted(emitter.builder, runtime, target)
    if converted is None:
        raise mismatch(emitter, runtime.type, target, what)
    return converted


def _member_for(target: Type, count: int) -> Type:
    """The member of an Optional or Union that a tuple of `count` items is meant for."""
    if isinstance(target, OptionalType):
        return target.element
    if isinstance(target, UnionType):
        for member in target.members:
            if isinstance(member, TupleType) and len(member.elements) == count:
                return member
        lists = [m for m in target.members if isinstance(m, ListType)]
        if len(lists) == 1:
            return lists[0]
    return target


def _converted(builder: Builder, value: Value, target: Type) -> Value | None:
    if is_subtype(value.type, target):
        return value
    if retype_display(value, target):
        return value
    inner = target.element if isinstance(target, OptionalType) and not isinstance(value.type, NoneType) else target
    if value.type == NUMBER and inner == INT:
        return exact_int(builder, value)
    if value.type == NUMBER and inner == FLOAT:
        return builder.insert("aten::Float", [value], inner)
    if isinstance(value.type, TupleType) and isinstance(inner, TupleType) and inner.name is None:
        return _convert_elements(builder, value, inner)
    if isinstance(inner, UnionType):
        return _first_member(builder, value, inner)
    operand = convert_operand(existing(value), inner, Stage.RELAXED)
    return operand.build(builder) if is_subtype(operand.type, target) else None


def _first_member(builder: Builder, value: Value, union: UnionType) -> Value | None:
    for member in union.members:
        if _holds_no_tensors_for_numbers(value, member) and retype_display(value, member):
            return value
    return None


def _holds_no_tensors_for_numbers(value: Value, member: Type) -> bool:
    """Whether a display can be meant to be that member of a Union: a tensor does not become a number only to fit."""
    items = value.node.inputs if value.node is not None else []
    if not isinstance(member, (ListType, DictType)):
        return True
    wanted = member.contained()
    types = [(resolved(item.type), wanted[i % len(wanted)]) for i, item in enumerate(items)]
    return not any(type_ == TENSOR and is_subtype(inner, NUMBER) for type_, inner in types)


def _convert_elements(builder: Builder, value: Value, target: TupleType) -> Value | None:
    """A run-time tuple, element by element."""
    source = value.type
    assert isinstance(source, TupleType)
    if len(source.elements) != len(target.elements):
        return None
    parts = builder.node("prim::TupleUnpack", [value], source.elements).outputs
    converted = [_converted(builder, p, t) for p, t in zip(parts, target.elements, strict=True)]
    if any(c is None for c in converted):
        return None
    return builder.insert("prim::TupleConstruct", [c for c in converted if c is not None], target)


def retype_display(value: Value, target: Type) -> bool:
    """Give a list or dict display that nothing has used yet the type `target`, if its items fit."""
    node = value.node
    if isinstance(target, OptionalType):
        target = target.element
    if node is None or value.uses:
        return False
    if node.kind == "aten::mul" and isinstance(target, ListType):  # `[None] * n`
        if not _retype_used(node.inputs[0], target):
            return False
        value.type = target
        return True
    if node.kind not in ("prim::ListConstruct", "prim::DictConstruct"):
        return False
    if isinstance(target, ListType) and node.kind == "prim::ListConstruct":
        wanted: list[Type] = [target.element] * len(node.inputs)
    elif isinstance(target, DictType) and node.kind == "prim::DictConstruct":
        wanted = [target.key, target.value] * (len(node.inputs) // 2)
    else:
        return False
    if not _convert_inputs(node, wanted):
        return False
    value.type = target
    return True


def _convert_inputs(node: Node, wanted: list[Type]) -> bool:
    builder = Builder(node.block.graph, before=node)
    builder.range = node.range
    for i, type_ in enumerate(wanted):
        item = node.inputs[i]
        item.type = resolved(item.type)
        if is_pending(item.type):
            decide(item.type, type_)
            item.type = resolved(item.type)
        if is_subtype(item.type, type_):
            continue
        if item.uses == [(node, i)] and _retype_used(item, type_):
            continue
        converted = _converted(builder, item, type_)
        if converted is None:
            return False
        node.set_input(i, converted)
    return True


def _retype_used(item: Value, type_: Type) -> bool:
    """As `retype_display`, for a display whose only use is the display around it."""
    uses, item.uses = item.uses, []
    try:
        return retype_display(item, type_)
    finally:
        item.uses = uses
