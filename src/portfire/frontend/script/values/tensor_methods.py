"""Methods of tensors that are not simply the operator of their name: reflected operators, and what torch writes in Python.

Comes before: `runtime_value.py`, `builtins/python_library/tensor_types.py`. Comes after: `tensor_values.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import torch

from portfire.frontend.script.builtins.python_library import tensor_types
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.operator_value import OperatorValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]
Method = Callable[["Emitter", StaticValue, Arguments, Keywords], StaticValue]


def _reflected(operator: str) -> Method:
    """`x.__ror__(y)` is `y | x`."""
    return lambda emitter, tensor, args, kwargs: emitter.builtin(operator, [args[0], tensor])


def _from_source(function: Callable[..., Any]) -> Method:
    """A function of torch's Python, with the tensor in front."""

    def emit(emitter: Emitter, tensor: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.compiler.value_of(emitter, function, function.__name__).call(emitter, [tensor, *args], kwargs)

    return emit


def _new(emitter: Emitter, tensor: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`x.new(2, 3)`: a tensor of a size; `x.new([1, 2])`: of data. Both of the dtype and device of `x`."""
    device = {k: v for k, v in kwargs.items() if k == "device"}
    given = args[0] if len(args) == 1 else None
    type_ = None if given is None else static_type(given)
    is_size = isinstance(type_, ir.ListType) and type_.form == ir.SIZE.form
    if given is not None and type_ != ir.INT and not is_size:
        return tensor.attribute(emitter, "new_tensor").call(emitter, [given], device)
    size = given if is_size and given is not None else TupleValue(args or [ConstantValue(0)], is_list=True)
    return tensor.attribute(emitter, "new_empty").call(emitter, [size], device)


def _norm(emitter: Emitter, tensor: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`x.norm(p, dim, keepdim, dtype)`: the operator, where its overloads say the same; else what `torch.norm` does."""
    given = dict(zip(("p", "dim", "keepdim", "dtype"), args, strict=False)) | kwargs
    given = {n: v for n, v in given.items() if n == "p" or v.constant() is not None}
    p = given.get("p", ConstantValue("fro"))
    dim = static_type(given["dim"]) if "dim" in given else None
    if p.constant() == "fro" and ("dim" not in given or dim == ir.INT):
        p = ConstantValue(2)
    if static_type(p) not in (ir.INT, ir.FLOAT) or isinstance(dim, ir.OptionalType) or not given.keys() <= _NORM:
        return _from_source(torch.norm)(emitter, tensor, args, kwargs)
    operands = [tensor, p]
    if "keepdim" in given or "dim" in given:
        operands += [given.get("dim", ConstantValue([], ir.ListType(ir.INT)))]
    if "keepdim" in given or ("dim" in given and "dtype" in given):
        operands += [given.get("keepdim", ConstantValue(False))]
    return emitter.builtin("aten::norm", operands, {n: v for n, v in given.items() if n == "dtype"})


_NORM: Final = {"p", "dim", "keepdim", "dtype"}


def _type(emitter: Emitter, tensor: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`x.type()`, the name of the tensor's type, and `x.type(dtype)`; the dtype may be such a name."""
    wanted = args[0] if args else kwargs.get("dtype", ConstantValue(None))
    if wanted.constant() is None:
        return emitter.compiler.function_value(tensor_types.type_name).call(emitter, [tensor], {})
    if static_type(wanted) == ir.STR and not isinstance(wanted, ConstantValue):
        return emitter.compiler.function_value(tensor_types.as_type).call(emitter, [tensor, wanted], {})
    return OperatorValue("aten::type", receiver=tensor).call(emitter, args, kwargs)


def _to(emitter: Emitter, tensor: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`x.to(device, memory_format=...)`: the operator that takes both wants a dtype too."""
    kwargs = {n: v for n, v in kwargs.items() if n != "memory_format" or v.constant() is not None}
    device = args[0] if args else kwargs.get("device")
    has_dtype = "dtype" in kwargs or (len(args) > 1 and static_type(args[1]) == ir.DTYPE)
    if (
        "memory_format" in kwargs
        and device is not None
        and static_type(device) in (ir.DEVICE, ir.STR)
        and not has_dtype
    ):
        rest = {n: v for n, v in kwargs.items() if n != "device"}
        args, kwargs = [device, tensor.attribute(emitter, "dtype"), *args[1:]], rest
    return OperatorValue("aten::to", receiver=tensor).call(emitter, args, kwargs)


def _backward(emitter: Emitter, tensor: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.gradients import backward_method

    return backward_method(emitter, tensor, args, kwargs)


METHODS: Final[dict[str, Method]] = {
    "stft": _from_source(torch.stft),
    "istft": _from_source(torch.istft),
    "lu": _from_source(torch.Tensor.lu),
    "to_sparse_coo": _from_source(torch.Tensor.to_sparse_coo),
    "__reversed__": _from_source(torch.Tensor.__reversed__),
    "norm": _norm,
    "backward": _backward,
    "new": _new,
    "type": _type,
    "to": _to,
    "__getitem__": lambda emitter, tensor, args, kwargs: tensor.index(emitter, args[0]),
    "__len__": lambda emitter, tensor, args, kwargs: tensor.length(emitter),
    **{
        name: _reflected(operator)
        for name, operator in {
            "__radd__": "aten::add",
            "__rsub__": "aten::sub",
            "__rdiv__": "aten::div",
            "__rtruediv__": "aten::div",
            "__rfloordiv__": "aten::floor_divide",
            "__rmul__": "aten::mul",
            "__rpow__": "aten::pow",
            "__rmod__": "aten::remainder",
            "__rmatmul__": "aten::matmul",
            "__rand__": "aten::__and__",
            "__ror__": "aten::__or__",
            "__rxor__": "aten::__xor__",
        }.items()
    },
}
