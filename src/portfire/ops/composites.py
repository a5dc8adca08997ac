"""Calls that no single overload serves, and what they are made of.

torch's Python binding takes a number on either side of an operator, and TorchScript defines such calls through others. The
composition chosen here is the one that eager Python itself computes, so that results agree to the bit.

Comes before: `ir/builder.py`. Comes after: `emit.py`, which asks here first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from portfire.ir.builder import Builder
from portfire.ir.graph import Value
from portfire.ir.types import (
    BOOL, COMPLEX, FLOAT, INT, NONE, NUMBER, STR, ListType, TensorType, TupleType, Type,
)  # fmt: skip
from portfire.ops.type_variables import unify_all


class Call(Protocol):
    """Inserts calls of operators."""

    builder: Builder

    def __call__(self, name: str, *args: Value, **kwargs: Value) -> Value:
        """Insert a call."""


#: What makes the call, or None where the operator's own overloads serve.
Composite = Callable[[Call], Value]


def composite_of(name: str, args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """The composition of a call; `args` has the receiver of a method call in front."""
    if "out" in kwargs and kwargs["out"].type == NONE:
        return _without(name, args, kwargs, "out")
    if "requires_grad" in kwargs and name in _FACTORIES:
        return lambda call: call(
            "aten::requires_grad_", _without(name, args, kwargs, "requires_grad")(call), kwargs["requires_grad"]
        )
    recipe = _RECIPES.get(name)
    return recipe(args, kwargs) if recipe is not None else None


def _without(name: str, args: Sequence[Value], kwargs: dict[str, Value], dropped: str) -> Composite:
    return lambda call: call(name, *args, **{n: v for n, v in kwargs.items() if n != dropped})


#: Factories whose `requires_grad=` is an argument of the Python binding, not of the operator.
_FACTORIES = frozenset(
    f"aten::{name}{like}"
    for name in (
        "zeros", "ones", "empty", "full", "rand", "randn", "randint", "eye", "arange", "linspace", "logspace",
        "randperm", "empty_strided", "new_zeros", "new_ones", "new_empty", "new_full",
    )
    for like in ("", "_like")
)  # fmt: skip

_NUMBERS: tuple[Type, ...] = (INT, FLOAT, COMPLEX, BOOL, NUMBER)

_Recipe = Callable[[Sequence[Value], dict[str, Value]], Composite | None]


def _reflected(compose: Callable[[Call, Value, Value], Value]) -> _Recipe:
    """`number op tensor`, made by `compose(call, number, tensor)`."""

    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        if kwargs or len(args) != 2 or args[0].type not in _NUMBERS or not isinstance(args[1].type, TensorType):
            return None
        number, tensor = args
        return lambda call: compose(call, number, tensor)

    return recipe


def _swapped(name: str) -> _Recipe:
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


def _repeated(count: int) -> _Recipe:
    """torch.nn.modules.utils._pair and its like: a number becomes a list, a tuple or list stays one."""

    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        if kwargs or len(args) != 1:
            return None
        (value,) = args
        if isinstance(value.type, (ListType, TupleType)):
            return lambda call: value
        return lambda call: call.builder.insert("prim::ListConstruct", [value] * count, ListType(value.type))

    return recipe


def _list_with_default(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    if kwargs or len(args) != 2 or args[0].type not in (INT, ListType(INT)):
        return None
    return lambda call: args[0]


def _assert(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    condition = args[0] if args else kwargs.get("condition")
    message = args[1] if len(args) > 1 else kwargs.get("message")
    if condition is None or message is None:
        return None

    def compose(call: Call) -> Value:
        builder = call.builder
        holds = condition if condition.type == BOOL else call("aten::Bool", condition)
        branch = builder.node("prim::If", (holds,))
        branch.add_block()
        with builder.at(branch.add_block()):
            builder.node("prim::RaiseException", (message, builder.constant("builtins.AssertionError", STR)))
        return builder.constant(None)

    return compose


def _type(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`x.type(dtype)` is `x.to(dtype)`."""
    if len(args) < 2 and "dtype" not in kwargs:
        return None
    return lambda call: call("aten::to", *args, **kwargs)


def _device(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    if args or "type" not in kwargs:
        return None
    return lambda call: call("aten::device", *[kwargs[n] for n in ("type", "index") if n in kwargs])


def _full(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`torch.full(size, True)`: the dtype is bool."""
    fill = args[1] if len(args) > 1 else kwargs.get("fill_value")
    if fill is None or fill.type != BOOL or kwargs.get("dtype", fill).type == INT:
        return None

    def compose(call: Call) -> Value:
        number = call("aten::Int", fill)
        rest = {n: v for n, v in kwargs.items() if n not in ("fill_value", "dtype")}
        rest["dtype"] = call.builder.constant(BOOL_DTYPE, INT)
        if len(args) > 1:
            return call("aten::full", args[0], number, *args[2:], **rest)
        return call("aten::full", *args, fill_value=number, **rest)

    return compose


#: `torch.bool` as the int that graphs use for it.
BOOL_DTYPE = 11


def _tensor(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`torch.tensor` of tuples, also nested in lists made on the spot: of lists."""
    if not args or not isinstance(args[0].type, TupleType):
        return None
    scalar = _innermost(args[0].type)
    if scalar is None:
        return None
    return lambda call: call("aten::tensor", _as_lists(call, args[0], scalar), *args[1:], **kwargs)


def _innermost(type_: Type) -> Type | None:
    """The type of the numbers in nested tuples and lists; the widest if they differ."""
    if isinstance(type_, ListType):
        return _innermost(type_.element)
    if isinstance(type_, TupleType):
        inner = tuple(_innermost(e) for e in type_.elements)
        known = tuple(t for t in inner if t is not None)
        if len(known) != len(inner) or not known:
            return None
        return max(known, key=_WIDTH.index) if all(t in _WIDTH for t in known) else unify_all(known)
    return type_


_WIDTH: list[Type] = [BOOL, INT, FLOAT, COMPLEX]
_WIDEN = {INT: "aten::Int", FLOAT: "aten::Float", COMPLEX: "aten::Complex"}


def _as_lists(call: Call, value: Value, scalar: Type) -> Value:
    if not isinstance(value.type, TupleType):
        return value if value.type == scalar or scalar not in _WIDEN else call(_WIDEN[scalar], value)
    node = value.node
    if node is not None and node.kind == "prim::TupleConstruct":
        elements = list(node.inputs)
    else:
        elements = call.builder.node("prim::TupleUnpack", (value,), value.type.elements).outputs
    lists = [_as_lists(call, e, scalar) for e in elements]
    return call.builder.insert("prim::ListConstruct", lists, ListType(lists[0].type))


_RECIPES: dict[str, _Recipe] = {
    "aten::add": _swapped("aten::add"),
    "aten::mul": _swapped("aten::mul"),
    "aten::sub": _swapped("aten::rsub"),
    "aten::div": _reflected(lambda call, number, tensor: call("aten::mul", call("aten::reciprocal", tensor), number)),
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
    "aten::_single": _repeated(1),
    "aten::_pair": _repeated(2),
    "aten::_triple": _repeated(3),
    "aten::_quadruple": _repeated(4),
    "aten::list_with_default": _list_with_default,
    "aten::_assert": _assert,
    "aten::type": _type,
    "aten::device": _device,
    "aten::full": _full,
    "aten::tensor": _tensor,
    "aten::as_tensor": _tensor,
}
