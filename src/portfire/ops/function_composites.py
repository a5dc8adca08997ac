"""Functions of torch's Python side that are no single overload, made of others: `torch.full` of a bool, `torch.unique`,
`_pair`, `torch.tensor` of nested tuples.

Comes before: `composition.py`. Comes after: `composites.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from portfire.ir.dtypes import DTYPE_NUMBERS, TENSOR_NAMES
from portfire.ir.graph import Value
from portfire.ir.types import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NONE,
    STR,
    FutureType,
    IntType,
    ListType,
    TensorType,
    TupleType,
    Type,
)
from portfire.ops.composition import UNKNOWN, Arguments, Call, Composite, Recipe
from portfire.ops.number_composites import tuple_elements
from portfire.ops.type_variables import unify_all


def _repeated(count: int) -> Recipe:
    """torch.nn.modules.utils._pair and its like: a list, of a number repeated or of the elements of a tuple."""

    def recipe(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
        if kwargs or len(args) != 1:
            return None
        (value,) = args
        if isinstance(value.type, ListType):
            return lambda call: value
        if isinstance(value.type, TupleType):
            return lambda call: _list_of_elements(call, value)
        type_ = ListType(value.type, form="tuple")
        return lambda call: call.builder.insert("prim::ListConstruct", [value] * count, type_)

    return recipe


def _list_of_elements(call: Call, value: Value) -> Value:
    elements = tuple_elements(call, value)
    return call.builder.insert("prim::ListConstruct", elements, ListType(elements[0].type, form="tuple"))


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
    """`x.type(dtype)` is `x.to(dtype)`; the dtype may be named as `torch.DoubleTensor`."""
    if len(args) < 2 and "dtype" not in kwargs:
        return None
    named = Arguments(args, kwargs).constant(1, "dtype", default=None)
    number = _TENSOR_TYPES.get(named) if isinstance(named, str) else None
    if number is None:
        return lambda call: call("aten::to", *args, **kwargs)
    rest = {n: v for n, v in kwargs.items() if n != "dtype"}
    return lambda call: call("aten::to", args[0], call.builder.constant(number, INT), *args[2:], **rest)


#: The names of tensor types: what `x.type()` gives, and `x.type(name)` takes.
_TENSOR_TYPES = {
    f"torch.{kind}Tensor": DTYPE_NUMBERS[dtype]
    for dtype, kind in TENSOR_NAMES.items()
    if kind in ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
}


def _view(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`x.view(torch.int32)`: not a size."""
    if len(args) != 2 or not isinstance(args[1].type, IntType) or args[1].type.form != "dtype":
        return None
    return lambda call: call("aten::view", args[0], dtype=args[1])


def _eye(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`torch.eye(*x.shape)`: two numbers of a list."""
    if len(args) != 1 or not isinstance(args[0].type, ListType):
        return None
    (size,) = args

    def compose(call: Call) -> Value:
        rows, columns = (call("aten::__getitem__", size, call.builder.constant(i)) for i in (0, 1))
        return call("aten::eye", rows, columns, **kwargs)

    return compose


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
        if "out" not in rest:  # which has a dtype
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
    lists = [_as_lists(call, e, scalar) for e in tuple_elements(call, value)]
    return call.builder.insert("prim::ListConstruct", lists, ListType(lists[0].type))


def _unique(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`torch.unique`: how many tensors it returns depends on flags, which must be constants."""
    given = Arguments(args, kwargs)
    inverse = given.constant(2, "return_inverse", default=False)
    counts = given.constant(3, "return_counts", default=False)
    tensor = given.value(0, "input", "self")
    dim = given.value(4, "dim")
    if tensor is None or inverse is UNKNOWN or counts is UNKNOWN:
        return None

    def compose(call: Call) -> Value:
        constant = call.builder.constant
        flags = [given.value(1, "sorted") or constant(True), constant(inverse), constant(counts)]
        if dim is None or dim.type == NONE:
            result = call("aten::_unique2", tensor, *flags)
        else:
            result = call("aten::unique_dim", tensor, dim, *flags)
        return _selected(call, result, inverse, counts)

    return compose


def _unique_consecutive(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    given = Arguments(args, kwargs)
    inverse = given.constant(1, "return_inverse", default=False)
    counts = given.constant(2, "return_counts", default=False)
    if inverse is UNKNOWN or counts is UNKNOWN:
        return None
    return lambda call: _selected(call, call("aten::unique_consecutive", *args, **kwargs), inverse, counts)


def _selected(call: Call, results: Value, inverse: bool, counts: bool) -> Value:
    """Of (values, inverse, counts) what was asked for."""
    values, *others = tuple_elements(call, results)
    kept = [values, *(v for v, wanted in zip(others, (inverse, counts), strict=True) if wanted)]
    if len(kept) == 1:
        return values
    return call.builder.insert("prim::TupleConstruct", kept, TupleType(tuple(v.type for v in kept)))


def _tensordot(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`torch.tensordot(a, b, dims)`, with `dims` a number or a pair of lists."""
    given = Arguments(args, kwargs)
    a, b, dims = given.value(0, "a", "self"), given.value(1, "b", "other"), given.value(2, "dims")
    if a is None or b is None or len(args) > 3 or "dims_self" in kwargs:
        return None
    count = given.constant(2, "dims", default=2)

    def compose(call: Call) -> Value:
        if isinstance(count, int):
            mine, theirs = (call.builder.constant(list(r), ListType(INT)) for r in (range(-count, 0), range(count)))
        else:
            assert dims is not None
            mine, theirs = (_as_list(call, v) for v in tuple_elements(call, dims))
        return call("aten::tensordot", a, b, mine, theirs)

    is_pair = dims is not None and isinstance(dims.type, TupleType) and len(dims.type.elements) == 2
    return compose if is_pair or isinstance(count, int) else None


def _as_list(call: Call, value: Value) -> Value:
    if value.type == INT:
        return call.builder.insert("prim::ListConstruct", (value,), ListType(INT))
    return value


def _norm(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`torch.norm(x, p="fro")`, and with it the nuclear norm."""
    given = Arguments(args, kwargs)
    p = given.value(1, "p")
    kind = given.constant(1, "p", default=UNKNOWN)
    if p is None or p.type != STR or kind not in ("fro", "nuc"):
        return None
    rest = {n: v for n, v in kwargs.items() if n != "p" and v.type != NONE}

    def compose(call: Call) -> Value:
        if kind == "nuc":
            return call("aten::nuclear_norm", args[0], *args[2:], **rest)
        dim = given.value(2, "dim")
        if dim is None or dim.type == NONE:
            rest.pop("keepdim", None)
            return call("aten::norm", args[0], call.builder.constant(2), **rest)
        return call("aten::norm", args[0], call.builder.constant(2), *args[2:], **rest)

    return compose


def _nonzero(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`x.nonzero(as_tuple=True)` gives a list of tensors."""
    given = Arguments((), kwargs)
    as_tuple = given.constant(0, "as_tuple", default=UNKNOWN)
    if as_tuple is UNKNOWN or len(args) != 1:
        return None
    return lambda call: call("aten::nonzero_numpy" if as_tuple else "aten::nonzero", args[0])


def _split(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """torch.split is Python: its arguments have names of their own."""
    renamed = {_SPLIT_NAMES.get(n, n): v for n, v in kwargs.items()}
    return None if renamed == kwargs else lambda call: call("aten::split", *args, **renamed)


_SPLIT_NAMES = {"split_size_or_sections": "split_size", "tensor": "self"}


def _sum(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """Python's `sum` of a list of numbers, from a start."""
    if kwargs or not 1 <= len(args) <= 2 or not isinstance(args[0].type, ListType):
        return None

    def compose(call: Call) -> Value:
        total = call("aten::sum", args[0])
        return total if len(args) == 1 else call("aten::add", args[1], total)

    return compose


def _sorted(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`sorted(values, reverse=True)`: a copy, sorted in place."""
    if set(kwargs) != {"reverse"} or len(args) != 1:
        return None

    def compose(call: Call) -> Value:
        copy = call("aten::list", args[0])
        call("aten::sort", copy, kwargs["reverse"])
        return copy

    return compose


def _new_tensor(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`x.new_tensor(data)`: `torch.tensor` with the dtype and device of `x`."""
    if len(args) != 2:
        return None
    tensor, data = args

    def compose(call: Call) -> Value:
        rest = {n: v for n, v in kwargs.items() if v.type != NONE}
        for name in ("dtype", "device"):
            rest[name] = rest.get(name) or call(f"prim::{name}", tensor)
        if not isinstance(data.type, TensorType):
            return call("aten::tensor", data, **rest)
        gradient = rest.pop("requires_grad", None)
        made = call("aten::to", call("aten::detach", data), copy=call.builder.constant(True), **rest)
        return made if gradient is None else call("aten::requires_grad_", made, gradient)

    return compose


def _cuda(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`x.cuda(1)`, `x.cuda(device)`."""
    if len(args) < 2 and "device" not in kwargs:
        return None
    device = Arguments(args, kwargs).value(1, "device")
    assert device is not None

    def compose(call: Call) -> Value:
        target = device
        if device.type == INT:
            target = call("aten::device", call.builder.constant("cuda"), device)
        return call("aten::to", args[0], target)

    return compose


def _warn(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """`warnings.warn(message, category, stacklevel)`: programs know no categories."""
    if "category" not in kwargs and (len(args) < 2 or args[1].type == INT):
        return None
    rest = {n: v for n, v in kwargs.items() if n != "category"}
    return lambda call: call("aten::warn", args[0], *args[2:], **rest)


def _wait(args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """Waiting is an instruction of the engine and not an operator: it has no schema."""
    if kwargs or len(args) != 1 or not isinstance(args[0].type, FutureType):
        return None
    (future,) = args
    element = args[0].type.element
    return lambda call: call.builder.insert("aten::wait", (future,), element)


RECIPES: dict[str, Recipe] = {
    "aten::wait": _wait,
    "aten::_single": _repeated(1),
    "aten::_pair": _repeated(2),
    "aten::_triple": _repeated(3),
    "aten::_quadruple": _repeated(4),
    "aten::list_with_default": _list_with_default,
    "aten::_assert": _assert,
    "aten::type": _type,
    "aten::view": _view,
    "aten::eye": _eye,
    "aten::device": _device,
    "aten::full": _full,
    "aten::tensor": _tensor,
    "aten::as_tensor": _tensor,
    "aten::tensordot": _tensordot,
    "aten::norm": _norm,
    "aten::nonzero": _nonzero,
    "aten::split": _split,
    "aten::sorted": _sorted,
    "aten::new_tensor": _new_tensor,
    "aten::cuda": _cuda,
    "aten::warn": _warn,
    "portfire::unique": _unique,
    "portfire::unique_consecutive": _unique_consecutive,
    "portfire::sum": _sum,
}
