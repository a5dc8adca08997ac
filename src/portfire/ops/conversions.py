"""Implicit conversions of arguments, as recipes: what an operand becomes when a type is asked for.

Comes before: `ir/builder.py`. Comes after: `matching.py`, which applies them while it looks for an overload.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from portfire.ir.builder import Builder
from portfire.ir.graph import Value
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    ListType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
)  # fmt: skip


class Stage(IntEnum):
    """How far to go: arguments as they are, TorchScript's conversions, eager Python's."""

    EXACT = 0
    IMPLICIT = 1
    RELAXED = 2


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that is there, or the recipe for one. Each `build` inserts anew, unless the value is there."""

    type: Type
    build: Callable[[Builder], Value]
    #: The value before any conversion.
    origin: Value | None = None


def existing(value: Value) -> Operand:
    """The operand that is a value already."""
    return Operand(value.type, lambda _: value, value)


def list_of(element: Type, operands: Sequence[Operand]) -> Operand:
    """A new list of the operands."""
    type_ = ListType(element)
    return Operand(type_, lambda b: b.insert("prim::ListConstruct", [o.build(b) for o in operands], type_))


def tuple_of(operands: Sequence[Operand], like: TupleType) -> Operand:
    """A new tuple of the operands, with the name and fields of `like`."""
    type_ = TupleType(tuple(o.type for o in operands), like.name, like.fields, like.defaults)
    return Operand(type_, lambda b: b.insert("prim::TupleConstruct", [o.build(b) for o in operands], type_))


def convertible_to_list(actual: Type, wanted: Type) -> bool:
    """Whether `actual` is such a list, or a tuple whose elements all fit it."""
    if isinstance(wanted, OptionalType):
        wanted = wanted.element
    if not isinstance(wanted, ListType):
        return False
    element = wanted.element
    return is_subtype(actual, wanted) or (
        isinstance(actual, TupleType) and all(is_subtype(e, element) for e in actual.elements)
    )


def convert(operand: Operand, wanted: Type, stage: Stage) -> Operand:
    """The operand as `wanted`, as far as `stage` allows; whether that is enough is for the caller to test."""
    if isinstance(wanted, OptionalType) and operand.type != NONE and not isinstance(operand.type, OptionalType):
        return convert(operand, wanted.element, stage)
    if isinstance(wanted, ListType):
        operand = _to_list(operand, wanted, stage)
    if isinstance(operand.type, TupleType) and isinstance(wanted, TupleType):
        operand = _to_tuple(operand, operand.type, wanted, stage)
    if stage >= Stage.IMPLICIT:
        operand = _implicitly(operand, wanted)
    if stage >= Stage.RELAXED:
        operand = _relaxed(operand, wanted)
    return operand


def _to_list(operand: Operand, wanted: ListType, stage: Stage) -> Operand:
    if is_empty_literal(operand.origin):
        return list_of(wanted.element, ())
    if isinstance(operand.type, TupleType):
        if convertible_to_list(operand.type, wanted):
            return _elements_as_list(operand, operand.type, wanted)
        if stage >= Stage.RELAXED:
            elements = [convert(e, wanted.element, stage) for e in _elements(operand, operand.type)]
            if all(is_subtype(e.type, wanted.element) for e in elements):
                return list_of(wanted.element, elements)
    if stage >= Stage.RELAXED and not is_subtype(operand.type, wanted):
        return _literal_as(operand, wanted, stage)
    return operand


def is_empty_literal(value: Value | None) -> bool:
    """Whether this is the `[]` of an argument, which fits a list of anything."""
    return value is not None and value.node is not None and value.node.kind == "prim::EmptyListLiteral"


def _literal_as(operand: Operand, wanted: ListType, stage: Stage) -> Operand:
    """A list made on the spot, `[1, 2]` for floats: make it anew out of converted elements."""
    node = operand.origin.node if operand.origin is not None else None
    if node is None or node.kind != "prim::ListConstruct" or len(node.output.uses) > 0:
        return operand
    elements = [convert(existing(v), wanted.element, stage) for v in node.inputs]
    return list_of(wanted.element, elements) if all(is_subtype(e.type, wanted.element) for e in elements) else operand


def _to_tuple(operand: Operand, actual: TupleType, wanted: TupleType, stage: Stage) -> Operand:
    if is_subtype(actual, wanted) or len(actual.elements) != len(wanted.elements):
        return operand
    elements = zip(_elements(operand, actual), wanted.elements, strict=True)
    return tuple_of([convert(e, w, stage) for e, w in elements], wanted)


def _elements(operand: Operand, type_: TupleType) -> list[Operand]:
    """The elements of a tuple, each as an operand; one `prim::TupleUnpack` serves all of a build."""
    origin = operand.origin
    if origin is not None and origin.node is not None and origin.node.kind == "prim::TupleConstruct":
        return [existing(v) for v in origin.node.inputs]
    unpack = _Unpack(operand, type_)
    return [Operand(t, lambda b, i=i: unpack.element(b, i)) for i, t in enumerate(type_.elements)]  # type: ignore[misc]


class _Unpack:
    """`prim::TupleUnpack`, inserted when the first element is built."""

    def __init__(self, operand: Operand, type_: TupleType) -> None:
        self.operand = operand
        self.type = type_
        self.outputs: list[Value] | None = None

    def element(self, builder: Builder, index: int) -> Value:
        if self.outputs is None:
            tuple_ = self.operand.build(builder)
            self.outputs = builder.node("prim::TupleUnpack", (tuple_,), self.type.elements).outputs
        return self.outputs[index]


def _elements_as_list(operand: Operand, actual: TupleType, wanted: ListType) -> Operand:
    return list_of(wanted.element, _elements(operand, actual))


def _call(operand: Operand, kind: str, overload: str, result: Type) -> Operand:
    def build(builder: Builder) -> Value:
        node = builder.node(kind, (operand.build(builder),), (result,))
        node.overload = overload
        return node.output

    return Operand(result, build)


_FROM_TENSOR: dict[Type, str] = {
    FLOAT: "aten::FloatImplicit", COMPLEX: "aten::ComplexImplicit", INT: "aten::IntImplicit", NUMBER: "aten::ScalarImplicit",
}  # fmt: skip

_FROM_NUMBER: dict[Type, str] = {FLOAT: "aten::Float", COMPLEX: "aten::Complex"}

#: What eager Python converts by itself: (from, to) -> operator and overload.
_NUMERIC: dict[tuple[Type, Type], tuple[str, str]] = {
    (BOOL, INT): ("aten::Int", "bool"),
    (BOOL, FLOAT): ("aten::Float", "bool"),
    (INT, FLOAT): ("aten::Float", "int"),
    (INT, COMPLEX): ("aten::Complex", "Scalar"),
    (FLOAT, COMPLEX): ("aten::Complex", "Scalar"),
}


def exact_int(builder: Builder, number: Value) -> Value:
    """A number as the int it is; the program raises TypeError for others, where TorchScript would drop the fraction."""
    is_int = builder.insert("prim::isinstance", (number,), BOOL, types=(INT,))
    check = builder.node("prim::If", (is_int,))
    check.add_block()
    with builder.at(check.add_block()):
        message = builder.constant("a number that is no int cannot be used as one: write int(x) to drop its fraction")
        builder.node("prim::RaiseException", (message, builder.constant("builtins.TypeError")))
    return builder.insert("prim::unchecked_cast", (number,), INT)


def _implicitly(operand: Operand, wanted: Type) -> Operand:
    if isinstance(operand.type, TensorType) and wanted in _FROM_TENSOR:
        return _call(operand, _FROM_TENSOR[wanted], "", wanted)
    if operand.type == NUMBER and wanted == INT:
        return Operand(INT, lambda builder: exact_int(builder, operand.build(builder)))
    if operand.type == NUMBER and wanted in _FROM_NUMBER:
        return _call(operand, _FROM_NUMBER[wanted], "Scalar", wanted)
    if operand.type == STR and wanted == DEVICE:
        return _call(operand, "aten::device", "", wanted)
    return operand


def _relaxed(operand: Operand, wanted: Type) -> Operand:
    if wanted == NUMBER and operand.type == BOOL:
        return _call(operand, "aten::Int", "bool", INT)
    conversion = _NUMERIC.get((operand.type, wanted))
    return operand if conversion is None else _call(operand, *conversion, wanted)
