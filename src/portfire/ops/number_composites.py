"""Operators between numbers and tensors that have no overload of their own, made of others.

torch's Python binding takes a number on either side of an operator. The composition chosen here is the one that eager Python
itself computes, so that results agree to the bit.

Comes before: `composition.py`. Comes after: `composites.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from portfire.ir.graph import Value
from portfire.ir.types import BOOL, COMPLEX, FLOAT, INT, STR, BoolType, TensorType, TupleType
from portfire.ops.composition import NUMBERS, UNKNOWN, Call, Composite, Recipe, constant_of


def _reflected(compose: Callable[[Call, Value, Value], Value]) -> Recipe:
    """`number op tensor`, made by `compose(call, number, tensor)`."""

    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        if kwargs or len(args) != 2 or args[0].type not in NUMBERS or not isinstance(args[1].type, TensorType):
            return None
        number, tensor = args
        return lambda call: compose(call, number, tensor)

    return recipe


def bool_operand(name: str, args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`tensor op True`: a bool takes part in type promotion as a bool, where a Scalar argument would make it an int."""
    if name.rstrip("_") not in _TAKE_BOOLS or len(args) != 2:
        return None
    if {type(v.type) for v in args} != {BoolType, TensorType}:
        return None

    def compose(call: Call) -> Value:
        tensors = [call("prim::NumToTensor", v) if v.type == BOOL else v for v in args]
        return call(name, *tensors, **kwargs)

    return compose


_TAKE_BOOLS = frozenset(
    f"aten::{name}"
    for name in (
        *("add", "sub", "mul", "div", "eq", "ne", "lt", "le", "gt", "ge", "remainder", "floor_divide", "pow"),
        *("__and", "__or", "__xor", "__iand", "__ior", "__ixor"),
    )
)


def _number_first(name: str) -> Recipe:
    """A function of two tensors whose first is a number: it takes part in type promotion as a number."""

    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        if len(args) != 2 or args[0].type not in NUMBERS or not isinstance(args[1].type, TensorType):
            return None
        number, tensor = args

        def compose(call: Call) -> Value:
            dtype = call("aten::result_type", number, tensor)
            return call(name, call("aten::scalar_tensor", number, dtype=dtype), tensor, **kwargs)

        return compose

    return recipe


def _first_of(*recipes: Recipe) -> Recipe:
    """The first that applies."""

    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        return next(filter(None, (r(args, kwargs) for r in recipes)), None)

    return recipe


def _swapped(name: str) -> Recipe:
    return _reflected(lambda call, number, tensor: call(name, tensor, number))


def _floordiv(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    if len(args) != 2 or not any(isinstance(v.type, TensorType) for v in args):
        return None
    left, right = args
    if isinstance(left.type, TensorType):
        return lambda call: call("aten::floor_divide", left, right)
    return lambda call: call("aten::floor_divide", _as_tensor(call, left), right)


def _as_tensor(call: Call, number: Value) -> Value:
    """A number as eager wraps one: int64, or the default floating dtype."""
    if number.type == FLOAT:
        return call("aten::scalar_tensor", number)
    return call("prim::NumToTensor", number)


def _pow(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`n ** 2` is an int, as in Python; an exponent that is not known not to be negative makes a float."""
    if kwargs or len(args) != 2 or args[0].type != INT or args[1].type != INT:
        return None
    exponent = constant_of(args[1])
    if exponent is UNKNOWN or exponent < 0:
        return None
    return lambda call: call("aten::pow.int_to_int", *args)


#: Functions of `cmath` with one argument, which they take for complex whatever it is.
COMPLEX_FUNCTIONS = (
    *("log", "log10", "sqrt", "exp", "sin", "tan", "cos", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "isnan", "isinf", "isfinite"),
)


def _of_complex(name: str) -> Recipe:
    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        if kwargs or len(args) != 1:
            return None
        (value,) = args
        return lambda call: call(f"aten::{name}", value if value.type == COMPLEX else call("aten::Complex", value))

    return recipe


def _extremum(name: str) -> Recipe:
    """`max(a, b, c)` of numbers."""

    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        if kwargs or len(args) < 3:
            return None

        def compose(call: Call) -> Value:
            result = args[0]
            for value in args[1:]:
                result = call(name, result, value)
            return result

        return compose

    return recipe


def _positive(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    if kwargs or len(args) != 1 or args[0].type not in NUMBERS or args[0].type == BOOL:
        return None
    return lambda call: args[0]


def _invert(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    if kwargs or len(args) != 1 or args[0].type != INT:
        return None
    return lambda call: call("aten::__xor__", args[0], call.builder.constant(-1))


def _round(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """Python's `round`: an int for a number, without digits."""
    if kwargs or len(args) != 1:
        return None
    (value,) = args
    if value.type == INT:
        return lambda call: value
    if isinstance(value.type, TensorType):
        return lambda call: call("aten::round", value)
    return lambda call: call("aten::Int", call("aten::round", value))


def _add(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    if len(args) == 2 and all(isinstance(v.type, TupleType) for v in args):
        return lambda call: _concatenate(call, *args)
    return _first_of(_swapped("aten::add"), _number_first("aten::add"))(args, kwargs)


def _concatenate(call: Call, left: Value, right: Value) -> Value:
    parts = [*tuple_elements(call, left), *tuple_elements(call, right)]
    return call.builder.insert("prim::TupleConstruct", parts, TupleType(tuple(v.type for v in parts)))


def tuple_elements(call: Call, value: Value) -> Sequence[Value]:
    """The elements of a tuple: those it was made of, or those of a `prim::TupleUnpack`."""
    assert isinstance(value.type, TupleType)
    node = value.node
    if node is not None and node.kind == "prim::TupleConstruct":
        return node.inputs
    return call.builder.node("prim::TupleUnpack", (value,), value.type.elements).outputs


def _contains(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`part in text`, and `element in tensor`."""
    if kwargs or len(args) != 2:
        return None
    container, element = args
    if isinstance(container.type, TensorType):
        return lambda call: call("aten::Bool", call("aten::any", call("aten::eq", container, element)))
    if container.type == STR and element.type == STR:
        return lambda call: call("aten::ne", call("aten::find", container, element), call.builder.constant(-1))
    return None


RECIPES: dict[str, Recipe] = {
    "aten::add": _add,
    "aten::mul": _swapped("aten::mul"),
    "aten::sub": _first_of(_swapped("aten::rsub"), _number_first("aten::sub")),
    "aten::div": _first_of(
        _reflected(lambda call, number, tensor: call("aten::mul", call("aten::reciprocal", tensor), number)),
        _number_first("aten::div"),
    ),
    **{
        f"aten::{name}": _number_first(f"aten::{name}")
        for name in ("divide", "true_divide", "floor_divide", "multiply", "subtract")
    },
    "aten::eq": _swapped("aten::eq"),
    "aten::ne": _swapped("aten::ne"),
    "aten::lt": _swapped("aten::gt"),
    "aten::le": _swapped("aten::ge"),
    "aten::gt": _swapped("aten::lt"),
    "aten::ge": _swapped("aten::le"),
    "aten::__and__": _swapped("aten::__and__"),
    "aten::__or__": _swapped("aten::__or__"),
    "aten::__xor__": _swapped("aten::__xor__"),
    "aten::__lshift__": _reflected(lambda call, number, tensor: call("aten::bitwise_left_shift", number, tensor)),
    "aten::__rshift__": _reflected(lambda call, number, tensor: call("aten::bitwise_right_shift", number, tensor)),
    "aten::floordiv": _floordiv,
    "aten::pow": _pow,
    "aten::positive": _positive,
    "aten::bitwise_not": _invert,
    "aten::__contains__": _contains,
    "prim::max": _extremum("prim::max"),
    "prim::min": _extremum("prim::min"),
    "portfire::round": _round,
    **{f"portfire::cmath_{name}": _of_complex(name) for name in COMPLEX_FUNCTIONS},
}
