"""Which operator a Python operator means, given what it is applied to.

`x + y` is `aten::add` for whatever `x` and `y` are; only augmented assignment depends on the type: on tensors and lists it
writes in place, on everything else it makes a new value.

Comes before: `emit.py`. Comes after: the script front end.
"""

from __future__ import annotations

import ast

from portfire.ir.types import ListType, StrType, TensorType, Type

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "aten::add",
    ast.Sub: "aten::sub",
    ast.Mult: "aten::mul",
    ast.Div: "aten::div",
    ast.FloorDiv: "aten::floordiv",
    ast.Mod: "aten::remainder",
    ast.Pow: "aten::pow",
    ast.MatMult: "aten::matmul",
    ast.BitAnd: "aten::__and__",
    ast.BitOr: "aten::__or__",
    ast.BitXor: "aten::__xor__",
    ast.LShift: "aten::__lshift__",
    ast.RShift: "aten::__rshift__",
}

UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "aten::neg",
    ast.Not: "aten::__not__",
    ast.Invert: "aten::bitwise_not",
    ast.UAdd: "aten::positive",
}

#: `a in b` has its operands the other way round: `aten::__contains__(b, a)`. `not in` and `is not` negate.
COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "aten::eq",
    ast.NotEq: "aten::ne",
    ast.Lt: "aten::lt",
    ast.LtE: "aten::le",
    ast.Gt: "aten::gt",
    ast.GtE: "aten::ge",
    ast.Is: "aten::__is__",
    ast.IsNot: "aten::__isnot__",
    ast.In: "aten::__contains__",
}

_IN_PLACE_TENSOR: dict[type[ast.operator], str] = {
    ast.Add: "aten::add_",
    ast.Sub: "aten::sub_",
    ast.Mult: "aten::mul_",
    ast.Div: "aten::div_",
    ast.FloorDiv: "aten::floor_divide_",
    ast.Mod: "aten::remainder_",
    ast.Pow: "aten::pow_",
    ast.BitAnd: "aten::__iand__",
    ast.BitOr: "aten::__ior__",
    ast.BitXor: "aten::__ixor__",
    ast.LShift: "aten::__ilshift__",
    ast.RShift: "aten::__irshift__",
}

_IN_PLACE_LIST: dict[type[ast.operator], str] = {ast.Add: "aten::add_", ast.Mult: "aten::mul_"}

#: The method that a class defines for a Python operator: `__add__`; with `r` or `i` in front, the reflected and in-place.
METHODS: dict[type[ast.AST], str] = {
    ast.Add: "__add__",
    ast.Sub: "__sub__",
    ast.Mult: "__mul__",
    ast.Div: "__truediv__",
    ast.FloorDiv: "__floordiv__",
    ast.Mod: "__mod__",
    ast.Pow: "__pow__",
    ast.MatMult: "__matmul__",
    ast.BitAnd: "__and__",
    ast.BitOr: "__or__",
    ast.BitXor: "__xor__",
    ast.LShift: "__lshift__",
    ast.RShift: "__rshift__",
    ast.USub: "__neg__",
    ast.UAdd: "__pos__",
    ast.Invert: "__invert__",
    ast.Not: "__bool__",
    ast.Eq: "__eq__",
    ast.NotEq: "__ne__",
    ast.Lt: "__lt__",
    ast.LtE: "__le__",
    ast.Gt: "__gt__",
    ast.GtE: "__ge__",
    ast.In: "__contains__",
    ast.NotIn: "__contains__",
}


def binary_operator(operator: type[ast.operator], left: Type) -> str:
    """The operator of `left op right`. `%` on a string formats: further arguments are the elements of the right side."""
    if operator is ast.Mod and isinstance(left, StrType):
        return "aten::percentFormat"
    return BINARY[operator]


def augmented_operator(operator: type[ast.operator], left: Type) -> str:
    """The operator of `left op= right`: in place on tensors and lists, as in Python."""
    if isinstance(left, TensorType):
        return _IN_PLACE_TENSOR.get(operator, BINARY[operator])
    if isinstance(left, ListType):
        return _IN_PLACE_LIST.get(operator, BINARY[operator])
    return binary_operator(operator, left)


def reflected_method(operator: type[ast.operator]) -> str:
    """`__radd__` of `__add__`."""
    return "__r" + METHODS[operator][2:]


def in_place_method(operator: type[ast.operator]) -> str:
    """`__iadd__` of `__add__`."""
    return "__i" + METHODS[operator][2:]
