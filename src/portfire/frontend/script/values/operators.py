"""Operators: arithmetic, comparison, identity, membership, `and`/`or`/`not`, with Python's meaning.

Where TorchScript's operator means something else than Python's (`2 ** 3` is a float there), what Python does is emitted.

Comes before: `ops/python_operators.py`. Comes after: `expressions.py`, `assignments.py`.
"""

from __future__ import annotations

import ast
import enum
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.builtins import operations as library
from portfire.frontend.script.builtins.python_library import sorting
from portfire.frontend.script.classes.enum_values import decayed, folded_flags
from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.refinement import emit_condition, negated, refine
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import decide, is_pending
from portfire.frontend.script.values.constant_arithmetic import folded
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.dict_operators import emit_dict_operator, is_plain_dict
from portfire.frontend.script.values.dict_views import as_sets
from portfire.frontend.script.values.identity import compare_picked, emit_identity, emit_is_none
from portfire.frontend.script.values.not_implemented import NOT_IMPLEMENTED
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_comparisons import tuple_equality, tuple_order
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.dtypes import torch_enum_number
from portfire.ir.forms import form_kind
from portfire.ir.graph import MISSING
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    BoolType,
    DictType,
    EnumType,
    FloatType,
    IntType,
    ListType,
    OptionalType,
    StrType,
    TensorType,
    TupleType,
    Type,
)  # fmt: skip
from portfire.ops.python_operators import COMPARE, METHODS, UNARY, augmented_operator, binary_operator, reflected_method

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.USub: "-",
    ast.UAdd: "+", ast.Invert: "~",
}  # fmt: skip

_SCALARS = (INT, FLOAT, COMPLEX, BOOL, NUMBER)


def emit_binary(emitter: Emitter, node: ast.BinOp) -> StaticValue:
    """`a op b`."""
    from portfire.frontend.script.values.expressions import emit_expression

    left = emit_expression(emitter, node.left)
    return emit_binary_values(emitter, node.op, left, emit_expression(emitter, node.right))


def _as_display(emitter: Emitter, value: StaticValue) -> StaticValue:
    """An empty list that is known while compiling, as `[]`: the other operand tells what it holds."""
    is_empty_list = isinstance(value, TupleValue) and value.is_list and not value.items
    return RuntimeValue(emitter.runtime(value)) if is_empty_list else value


def emit_binary_values(emitter: Emitter, op: ast.operator, left: StaticValue, right: StaticValue) -> StaticValue:
    """`a op b` of two values."""
    if isinstance(op, ast.Add) and isinstance(left, TupleValue) and isinstance(right, TupleValue):
        return TupleValue((*left.items, *right.items), is_list=left.is_list)
    if isinstance(op, ast.Mult) and isinstance(left, TupleValue) and isinstance(right.constant(), int):
        return TupleValue(left.items * right.constant(), is_list=left.is_list)
    if isinstance(static_type(left), EnumType) or isinstance(static_type(right), EnumType):
        flags = folded_flags(_PYTHON_OPERATORS[type(op)], left, right) if type(op) in _PYTHON_OPERATORS else None
        if flags is not None:
            return flags
        left, right = decayed(emitter, left), decayed(emitter, right)
    left, right = as_sets(emitter, op, left, right)
    method = (
        folded(op, left, right) or _overloaded(emitter, op, left, right) or emit_dict_operator(emitter, op, left, right)
    )
    if method is not None:
        return method
    left, right = _as_display(emitter, left), _as_display(emitter, right)
    left_type, right_type = static_type(left), static_type(right)
    if isinstance(left_type, TupleType) and isinstance(right_type, TupleType) and isinstance(op, ast.Add):
        return TupleValue((*left.unpack(emitter, None), *right.unpack(emitter, None)))
    if isinstance(op, ast.Mod) and left_type == STR:
        from portfire.frontend.script.values.strings import emit_percent_format

        return emit_percent_format(emitter, left, right)
    if isinstance(op, ast.Mult) and STR in (left_type, right_type):
        return _repeat(emitter, left, right) if left_type == STR else _repeat(emitter, right, left)
    if isinstance(op, ast.Pow) and left_type in (INT, BOOL) and right_type in (INT, BOOL):
        return _int_power(emitter, left, right)
    if isinstance(op, ast.Pow) and NUMBER in (left_type, right_type) and {left_type, right_type} <= {NUMBER, INT, BOOL}:
        left, right = _number(emitter, left), _number(emitter, right)
        return emitter.compiler.function_value(library.number_power).call(emitter, [left, right], {})
    if left_type in _SCALARS and right_type in _SCALARS:
        left, right = _bool_operands(emitter, op, left, right)
    left, right = _agree(emitter, left, right)
    name = binary_operator(type(op), emitter.runtime(left).type)
    return emitter.builtin(name, [left, right], called=SYMBOLS[type(op)])


def _repeat(emitter: Emitter, text: StaticValue, count: StaticValue) -> StaticValue:
    """`text * count`."""
    parts = emitter.insert("prim::ListConstruct", [emitter.runtime(text)], ListType(STR))
    repeated = emitter.builtin("aten::mul", [parts, _number(emitter, count)], called="*")
    return emitter.builtin("aten::join", [ConstantValue(""), repeated])


def _agree(emitter: Emitter, left: StaticValue, right: StaticValue) -> tuple[StaticValue, StaticValue]:
    """Let a list of known type decide the type of an empty one."""
    a, b = static_type(left), static_type(right)
    if isinstance(a, ListType) and isinstance(b, ListType):
        if is_pending(a):
            decide(a, b)
        elif is_pending(b):
            decide(b, a)
    return left, right


def _bool_operands(
    emitter: Emitter, op: ast.operator, left: StaticValue, right: StaticValue
) -> tuple[StaticValue, StaticValue]:
    """A bool in arithmetic is an int; `&`, `|`, `^` of two bools stay bools."""
    both = static_type(left) == BOOL and static_type(right) == BOOL
    if both and isinstance(op, (ast.BitAnd, ast.BitOr, ast.BitXor)):
        return left, right
    return _number(emitter, left), _number(emitter, right)


def _number(emitter: Emitter, value: StaticValue) -> StaticValue:
    if static_type(value) != BOOL:
        return value
    known = value.constant()
    return ConstantValue(int(known)) if known is not MISSING else emitter.builtin("aten::Int", [value])


def _int_power(emitter: Emitter, left: StaticValue, right: StaticValue) -> StaticValue:
    """`a ** b` of ints: an int, unless b is negative."""
    left, right = _number(emitter, left), _number(emitter, right)
    base, known = left.constant(), right.constant()
    if isinstance(base, int) and isinstance(known, int) and abs(base) ** min(abs(known), 64) < 2**63:
        return ConstantValue(base**known)
    if isinstance(known, int) and known < 0:
        return emitter.builtin("aten::pow", [left, right])
    if isinstance(known, int) and 0 < known <= 3:
        value = left
        for _ in range(known - 1):
            value = emitter.builtin("aten::mul", [value, left])
        return value
    return emitter.compiler.function_value(library.int_power).call(emitter, [left, right], {})


def emit_in_place(emitter: Emitter, op: ast.operator, left: StaticValue, right: StaticValue) -> StaticValue:
    """What `left op= right` binds; tensors and lists are changed in place."""
    left_type = static_type(left)
    if isinstance(left_type, ListType) and isinstance(op, ast.Add):
        left.attribute(emitter, "extend").call(emitter, [right], {})
        return left
    if is_plain_dict(left) and is_plain_dict(right) and isinstance(op, ast.BitOr):
        left.attribute(emitter, "update").call(emitter, [right], {})
        return left
    if isinstance(left_type, TensorType) and not isinstance(op, ast.MatMult):
        name = augmented_operator(type(op), left_type)
        return emitter.builtin(name, [left, right], called=f"{SYMBOLS[type(op)]}=")
    if isinstance(left_type, ListType):
        name = augmented_operator(type(op), left_type)
        return emitter.builtin(name, [left, right], called=f"{SYMBOLS[type(op)]}=")
    method = f"__i{METHODS[type(op)][2:]}"
    if has_operators(left) and left.has_attribute(emitter, method):
        return left.attribute(emitter, method).call(emitter, [right], {})
    return emit_binary_values(emitter, op, left, right)


# Operators of classes

#: What Python asks the right operand for, if the left does not know.
_MIRRORED = {"__lt__": "__gt__", "__gt__": "__lt__", "__le__": "__ge__", "__ge__": "__le__", "__eq__": "__eq__"}


def has_operators(value: StaticValue) -> bool:
    """Whether the operators of the value are methods: objects of script classes, sets."""
    from portfire.ir.types import ClassType, InterfaceType

    type_ = static_type(value)
    if isinstance(type_, DictType):
        return form_kind(type_) in ("set", "frozenset", "Counter")
    if isinstance(type_, StrType):
        return type_.form is not None
    return isinstance(type_, (ClassType, InterfaceType)) or any(
        hasattr(value, mark) for mark in ("class_type", "has_operators")
    )


def _defines(emitter: Emitter, value: StaticValue, name: str) -> bool:
    """Whether the class of an object defines a method itself: not what every Python object has."""
    if not value.has_attribute(emitter, name):
        return False
    python_class = getattr(static_type(value), "python_class", None)
    return python_class is None or getattr(python_class, name, None) is not getattr(object, name, None)


def _overloaded(emitter: Emitter, op: ast.AST, left: StaticValue, right: StaticValue) -> StaticValue | None:
    name = METHODS.get(type(op))
    if name is None:
        return None
    if has_operators(left) and _defines(emitter, left, name):
        result = left.attribute(emitter, name).call(emitter, [right], {})
        if result != NOT_IMPLEMENTED:
            return result
    elif isinstance(op, ast.Eq) and has_operators(left) and has_operators(right):
        return emit_identity(emitter, left, right, negative=False)
    if has_operators(right):
        reflected = reflected_method(type(op)) if isinstance(op, ast.operator) else _MIRRORED.get(name, "")
        if reflected and _defines(emitter, right, reflected):
            result = right.attribute(emitter, reflected).call(emitter, [left], {})
            if result != NOT_IMPLEMENTED:
                return result
    if isinstance(op, ast.Eq) and has_operators(left):
        return emit_identity(emitter, left, right, negative=False) if has_operators(right) else ConstantValue(False)
    return None


# Unary


def emit_unary(emitter: Emitter, node: ast.UnaryOp) -> StaticValue:
    """`-a`, `+a`, `~a`, `not a`."""
    from portfire.frontend.script.values.expressions import emit_expression

    if isinstance(node.op, ast.Not):
        return emit_condition(emitter, node).value
    if isinstance(node.op, ast.USub) and ast.dump(node.operand) == f"Constant(value={2**63})":
        return ConstantValue(-(2**63))
    value = emit_expression(emitter, node.operand)
    known = value.constant()
    if isinstance(known, (int, float, complex)) and not (isinstance(node.op, ast.Invert) and isinstance(known, float)):
        return ConstantValue(_UNARY[type(node.op)](known))
    name = METHODS[type(node.op)]
    if has_operators(value) and value.has_attribute(emitter, name):
        return value.attribute(emitter, name).call(emitter, [], {})
    value = _number(emitter, value)
    type_ = static_type(value)
    if isinstance(node.op, ast.UAdd) and type_ in _SCALARS:
        return value
    if isinstance(node.op, ast.Invert) and type_ == INT:
        return emitter.builtin("aten::sub", [emitter.builtin("aten::neg", [value]), ConstantValue(1)])
    return emitter.builtin(UNARY[type(node.op)], [value], called=SYMBOLS[type(node.op)])


_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip


# Comparison


def emit_compare(emitter: Emitter, node: ast.Compare) -> StaticValue:
    """`a < b`, `a < b < c` (each evaluated once, `c` only if `a < b`), `in`, `is`."""
    from portfire.frontend.script.values.expressions import emit_expression

    if len(node.ops) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot)):
        return emit_condition(emitter, node).value
    left = emit_expression(emitter, node.left)
    return _emit_chain(emitter, left, node.ops, node.comparators)


def _emit_chain(emitter: Emitter, left: StaticValue, ops: list[ast.cmpop], nodes: list[ast.expr]) -> StaticValue:
    from portfire.frontend.script.values.displays import emit_items
    from portfire.frontend.script.values.expressions import emit_expression

    node = nodes[0]
    if isinstance(node, ast.Set) and isinstance(ops[0], (ast.In, ast.NotIn)):  # no set is needed to look in it once
        right: StaticValue = TupleValue(emit_items(emitter, node.elts))
    else:
        right = emit_expression(emitter, node)
    first = emit_comparison(emitter, ops[0], left, right)
    if len(ops) == 1:
        return first
    truth = first.truth(emitter)
    known = truth.constant()
    if known is not MISSING:
        return _emit_chain(emitter, right, ops[1:], nodes[1:]) if known else first
    return emit_choice(emitter, truth, lambda: _emit_chain(emitter, right, ops[1:], nodes[1:]), lambda: first)


def emit_comparison(emitter: Emitter, op: ast.cmpop, left: StaticValue, right: StaticValue) -> StaticValue:
    """One comparison of two values."""
    if isinstance(op, (ast.Is, ast.IsNot)):
        return emit_identity(emitter, left, right, negative=isinstance(op, ast.IsNot))
    if isinstance(op, (ast.In, ast.NotIn)):
        a, b = left.constant(), right.constant()
        if isinstance(a, enum.Flag) and isinstance(b, enum.Flag):
            return ConstantValue((a in b) is isinstance(op, ast.In))
        from portfire.frontend.script.values.membership import emit_contains

        found = emit_contains(emitter, right, left)
        return negated(emitter, found) if isinstance(op, ast.NotIn) else found
    if isinstance(static_type(left), EnumType) or isinstance(static_type(right), EnumType):
        left, right = decayed(emitter, left), decayed(emitter, right)
    folded = _folded(op, left, right)
    if folded is not None:
        return folded
    left, right = as_sets(emitter, op, left, right)
    if isinstance(op, ast.NotEq) and has_operators(left) and not _defines(emitter, left, "__ne__"):
        return negated(emitter, emit_comparison(emitter, ast.Eq(), left, right).truth(emitter))
    method = _overloaded(emitter, op, left, right)
    if method is not None:
        return method
    left, right = _as_list(emitter, left, right), _as_list(emitter, right, left)
    if isinstance(op, (ast.Eq, ast.NotEq)):
        equal = _emit_equality(emitter, op, left, right)
        if equal is not None:
            return equal
    elif isinstance(static_type(left), TupleType) and isinstance(static_type(right), TupleType):
        return tuple_order(emitter, op, left.unpack(emitter, None), right.unpack(emitter, None))
    elif isinstance(static_type(left), ListType) and isinstance(static_type(right), ListType):
        left, right = _agree(emitter, left, right)
        ordered = [right, left] if isinstance(op, (ast.Gt, ast.GtE)) else [left, right]
        function = sorting.is_less if isinstance(op, (ast.Lt, ast.Gt)) else sorting.is_less_or_equal
        return emitter.compiler.function_value(function).call(emitter, ordered, {})
    left, right = _agree(emitter, left, right)
    if static_type(left) in _SCALARS and static_type(right) in _SCALARS:
        left, right = _comparable(emitter, left, right)
    return emitter.builtin(COMPARE[type(op)], [left, right], called=SYMBOLS[type(op)])


def _as_list(emitter: Emitter, value: StaticValue, other: StaticValue) -> StaticValue:
    """A list that is known while compiling as one of the program, to compare it with one of that; a tuple is another thing."""
    is_list = isinstance(value, TupleValue) and value.is_list
    if not is_list or (isinstance(other, TupleValue) and other.is_list) or static_type(other) is None:
        return value
    type_ = static_type(other)
    if isinstance(type_, ListType) and isinstance(value, TupleValue) and not value.items and not is_pending(type_):
        return RuntimeValue(convert(emitter, value, type_, "an empty list"))
    return RuntimeValue(emitter.runtime(value))


def emit_equal(emitter: Emitter, left: StaticValue, right: StaticValue) -> StaticValue:
    """`left == right`."""
    return emit_comparison(emitter, ast.Eq(), left, right)


def _comparable(emitter: Emitter, left: StaticValue, right: StaticValue) -> tuple[StaticValue, StaticValue]:
    if static_type(left) == BOOL and static_type(right) == BOOL:
        return left, right
    return _number(emitter, left), _number(emitter, right)


_PYTHON_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.BitXor: operator.xor,
}  # fmt: skip
_PYTHON_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip

_FOLDABLE = (bool, int, float, str, type(None))


def _folded(op: ast.cmpop, left: StaticValue, right: StaticValue) -> StaticValue | None:
    """A comparison of two constants decides what is compiled, so it is made here, by Python itself."""
    a, b = left.constant(), right.constant()
    if a is MISSING or b is MISSING:
        return None
    torch_constants = type(a) is type(b) and (torch_enum_number(a) is not None or type(a).__name__ == "device")
    if not torch_constants and not (isinstance(a, _FOLDABLE) and isinstance(b, _FOLDABLE)):
        return None
    try:
        return ConstantValue(bool(_PYTHON_COMPARISONS[type(op)](a, b)))
    except TypeError:
        return None


def _emit_equality(emitter: Emitter, op: ast.cmpop, left: StaticValue, right: StaticValue) -> StaticValue | None:
    """`==` and `!=` of values that no operator compares: tuples, None, values of types that are never equal."""
    negative = isinstance(op, ast.NotEq)
    a, b = static_type(left), static_type(right)
    by_item = compare_picked(emitter, left, right, negative)
    if by_item is not None:
        return by_item
    if isinstance(getattr(left, "cls", None), type) and isinstance(getattr(right, "cls", None), type):
        return ConstantValue((getattr(left, "cls", None) is getattr(right, "cls", None)) != negative)
    if a is None or b is None:
        is_type = any(isinstance(getattr(v, "cls", None), type) for v in (left, right))
        if left.constant() is None or right.constant() is None or (is_type and isinstance(a or b, _NO_TYPES)):
            return ConstantValue(negative)
        return None
    if isinstance(a, TupleType) and isinstance(b, TupleType):
        return tuple_equality(emitter, left, right, negative=negative)
    if isinstance(a, OptionalType) or isinstance(b, OptionalType) or NONE in (a, b):
        return _emit_optional_equality(emitter, op, left, right, a, b)
    if isinstance(a, EnumType) and a is b:
        return None
    if _is_size_against_tuple(a, b) or _is_size_against_tuple(b, a):
        sizes = [RuntimeValue(convert(emitter, v, ListType(INT), "a size")) for v in (left, right)]
        return emit_comparison(emitter, op, sizes[0], sizes[1])
    of_dicts = emit_dict_operator(emitter, op, left, right)
    if of_dicts is not None:
        return of_dicts
    if _never_equal(a, b):
        return ConstantValue(negative)
    if (
        isinstance(a, ListType)
        and isinstance(b, ListType)
        and a.element not in (INT, FLOAT, BOOL, STR)
        and not isinstance(a.element, TensorType)
    ):
        return _emit_list_equality(emitter, left, right, negative)
    return None


#: Values that are never equal to a type: `x.dtype == int` is False.
_NO_TYPES = (IntType, FloatType, BoolType, StrType, ListType, DictType, TupleType)


def _is_size_against_tuple(a: Type, b: Type) -> bool:
    """`x.shape == (2, 3)`: a `torch.Size` is a tuple in Python, and a list of ints in a program."""
    return a == ListType(INT) and isinstance(b, TupleType) and all(e == INT for e in b.elements)


def _never_equal(a: Type, b: Type) -> bool:
    families: tuple[Callable[[Type], bool], ...] = (
        lambda t: t in _SCALARS, lambda t: t == STR, lambda t: isinstance(t, ListType), lambda t: isinstance(t, TupleType),
        lambda t: isinstance(t, DictType), lambda t: isinstance(t, EnumType),
    )  # fmt: skip
    family_a = next((i for i, f in enumerate(families) if f(a)), None)
    family_b = next((i for i, f in enumerate(families) if f(b)), None)
    return family_a is not None and family_b is not None and family_a != family_b


def _emit_optional_equality(
    emitter: Emitter, op: ast.cmpop, left: StaticValue, right: StaticValue, a: Type, b: Type
) -> StaticValue | None:
    negative = isinstance(op, ast.NotEq)
    if a == NONE and b == NONE:
        return ConstantValue(not negative)
    if a == NONE or b == NONE:
        value, type_ = (left, a) if b == NONE else (right, b)
        return emit_is_none(emitter, value, type_, negative)
    if isinstance(a, OptionalType):
        return _compare_unwrapped(emitter, op, left, right, a)
    assert isinstance(b, OptionalType)
    return _compare_unwrapped(emitter, op, right, left, b)


def _compare_unwrapped(
    emitter: Emitter, op: ast.cmpop, optional: StaticValue, other: StaticValue, type_: OptionalType
) -> StaticValue:
    """`optional == other`: None is equal to nothing but None."""
    negative = isinstance(op, ast.NotEq)
    value = emitter.runtime(optional)
    is_set = emitter.builtin("aten::__isnot__", [value, NONE_VALUE])

    def inner() -> StaticValue:
        return emit_comparison(emitter, op, emitter.insert("prim::unchecked_cast", [value], type_.element), other)

    def unset() -> StaticValue:
        other_type = static_type(other)
        if other_type is not None and is_subtype(NONE, other_type):
            return emitter.builtin("aten::__isnot__" if negative else "aten::__is__", [other, NONE_VALUE])
        return ConstantValue(negative)

    return emit_choice(emitter, is_set, inner, unset)


def _emit_list_equality(emitter: Emitter, left: StaticValue, right: StaticValue, negative: bool) -> StaticValue:
    from portfire.frontend.script.builtins.builtin_iteration import emit_all_equal

    equal = emit_all_equal(emitter, left, right)
    return negated(emitter, equal) if negative else equal


# and, or


def emit_bool_op(emitter: Emitter, node: ast.BoolOp) -> StaticValue:
    """`a and b`, `a or b` as values: one of the operands, as in Python."""
    return _emit_operands(emitter, isinstance(node.op, ast.And), node.values)


def _emit_operands(emitter: Emitter, is_and: bool, nodes: list[ast.expr]) -> StaticValue:
    from portfire.frontend.script.values.expressions import emit_expression

    if len(nodes) == 1:
        return emit_expression(emitter, nodes[0])
    if _is_bool_syntax(nodes[0]):
        condition = emit_condition(emitter, nodes[0])
        value, truth = condition.value, condition.value
    else:
        from portfire.frontend.script.statements.refinement import truth_condition

        value = emit_expression(emitter, nodes[0])
        condition = truth_condition(emitter, nodes[0], value)
        truth = condition.value
    known = truth.constant()
    if known is not MISSING:
        return _emit_operands(emitter, is_and, nodes[1:]) if bool(known) is is_and else value

    def rest() -> StaticValue:
        refine(emitter, condition.if_true if is_and else condition.if_false)
        return _emit_operands(emitter, is_and, nodes[1:])

    def decided() -> StaticValue:
        type_ = static_type(value)
        if not is_and and isinstance(type_, OptionalType):  # `x or default`: x is not None
            return emitter.insert("prim::unchecked_cast", [emitter.runtime(value)], type_.element)
        return value

    return emit_choice(emitter, truth, *((rest, decided) if is_and else (decided, rest)))


def _is_bool_syntax(node: ast.expr) -> bool:
    """Whether the expression is a bool by its form."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot, ast.In, ast.NotIn))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
