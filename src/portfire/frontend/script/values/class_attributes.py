"""What the class of a value has, whatever the program can do with it: `hasattr(x, "__len__")`, `xs.__len__()`, `a.__add__(b)`.

Comes before: `type_tests.py`, `operators.py`. Comes after: `builtin_functions.py`, `runtime_value.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from portfire.frontend.script.builtins.builtin_parameters import Arguments, Keywords, Parameters
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import (
    NONE,
    BoolType,
    ComplexType,
    DictType,
    FloatType,
    IntType,
    ListType,
    StrType,
    TupleType,
)
from portfire.ops.python_operators import METHODS

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def presence_in_class(emitter: Emitter, value: StaticValue, name: str) -> StaticValue | None:
    """`hasattr(value, name)` of a value of Python's or torch's own classes; None of others."""
    from portfire.frontend.script.values.identity import emit_identity
    from portfire.frontend.script.values.type_tests import class_of, members_of

    type_ = static_type(value)
    if type_ is None:
        return None
    members = members_of(type_)
    classes = [type(None) if m == NONE else class_of(emitter, m) for m in members]
    if object in classes:
        return None
    answers = {member: _defines(cls, name) for member, cls in zip(members, classes, strict=True)}
    if len(set(answers.values())) == 1:
        return ConstantValue(answers[members[0]])
    if answers.get(NONE) is False and all(found for member, found in answers.items() if member != NONE):
        return emit_identity(emitter, value, NONE_VALUE, negative=True)
    raise emitter.fail(
        "not-a-constant",
        f"{value.describe()} has an attribute '{name}' or not",
        help="ask what it is: `isinstance(x, T)`",
    )


def _defines(cls: type, name: str) -> bool:
    """Whether instances have the attribute: what only the class itself has, as something that can be called, is not theirs."""
    return any(name in base.__dict__ for base in cls.__mro__)


def special_method(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue | None:
    """`xs.__len__`, `a.__add__`: the operator by the name of its method, of a value of one of Python's own classes."""
    from portfire.frontend.script.values.operators import has_operators
    from portfire.frontend.script.values.type_tests import class_of

    if name not in _SPECIAL or not isinstance(value.type, _PYTHONS_OWN) or (has_operators(value) and name != "__len__"):
        return None
    cls = class_of(emitter, value.type)
    if cls.__module__ not in ("builtins", "collections") or not _defines(cls, name):
        return None
    parameters, emit = _SPECIAL[name]

    def checked(emitter: Emitter, receiver: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        args, _ = parameters.bind(emitter, name, args, kwargs)
        return emit(emitter, receiver, args)

    return MethodValue(value, name, checked)


_PYTHONS_OWN: Final = (ListType, DictType, StrType, TupleType, IntType, FloatType, BoolType, ComplexType)
_Emit = Callable[["Emitter", StaticValue, Arguments], StaticValue]


def _binary(op: ast.operator) -> _Emit:
    def emit(emitter: Emitter, receiver: StaticValue, args: Arguments) -> StaticValue:
        from portfire.frontend.script.values.operators import emit_binary_values

        return emit_binary_values(emitter, op, receiver, args[0])

    return emit


def _compared(op: ast.cmpop) -> _Emit:
    def emit(emitter: Emitter, receiver: StaticValue, args: Arguments) -> StaticValue:
        from portfire.frontend.script.values.operators import emit_comparison

        return emit_comparison(emitter, op, receiver, args[0])

    return emit


def _contains(emitter: Emitter, receiver: StaticValue, args: Arguments) -> StaticValue:
    from portfire.frontend.script.values.membership import emit_contains

    return emit_contains(emitter, receiver, args[0])


def _set_item(emitter: Emitter, receiver: StaticValue, args: Arguments) -> StaticValue:
    receiver.set_index(emitter, args[0], args[1])
    return NONE_VALUE


def _delete_item(emitter: Emitter, receiver: StaticValue, args: Arguments) -> StaticValue:
    assert isinstance(receiver, RuntimeValue)
    receiver.delete_index(emitter, args[0])
    return NONE_VALUE


_NONE, _ONE = Parameters(0, 0), Parameters(1, 1)
#: By name: the arguments, and what compiles a call.
_SPECIAL: Final[dict[str, tuple[Parameters, _Emit]]] = {
    **{METHODS[type(op)]: (_ONE, _binary(op)) for op in (
        ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.FloorDiv(), ast.Mod(), ast.Pow(), ast.BitAnd(), ast.BitOr(), ast.BitXor(),
        ast.LShift(), ast.RShift(),
    )},
    **{METHODS[type(op)]: (_ONE, _compared(op)) for op in (ast.Eq(), ast.NotEq(), ast.Lt(), ast.LtE(), ast.Gt(), ast.GtE())},
    "__len__": (_NONE, lambda emitter, receiver, args: receiver.length(emitter)),
    "__contains__": (_ONE, _contains),
    "__getitem__": (_ONE, lambda emitter, receiver, args: receiver.index(emitter, args[0])),
    "__setitem__": (Parameters(2, 2), _set_item),
    "__delitem__": (_ONE, _delete_item),
}  # fmt: skip
