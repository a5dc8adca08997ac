"""Constructors of tensors that are no operators: `torch.asarray`, sparse tensors of lists, `torch.FloatTensor`.

Comes before: `static_values.py`. Comes after: `torch_library.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]


def as_tensor(dtype: torch.dtype | None) -> Emit:
    """The legacy constructors: `torch.LongTensor([1, 2])` takes data, `torch.FloatTensor(2, 3)` a size."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        kind: Keywords = {"dtype": ConstantValue(dtype if dtype is not None else torch.get_default_dtype())}
        named = next((n for n in ("data", "size", "other") if n in kwargs and not args), None)
        if named is not None:
            args = [kwargs[named]]
        for name in kwargs.keys() - {named, "device"}:
            raise emitter.fail(
                "bad-call",
                f"a constructor of tensors has no parameter '{name}'",
                help="use torch.tensor(data, dtype=, device=), or torch.empty(size)",
            )
        if "device" in kwargs:
            kind["device"] = kwargs["device"]
        if named == "size":
            return emitter.builtin("aten::empty", args, kind)
        if len(args) == 1 and static_type(args[0]) == ir.TENSOR:
            return emitter.builtin("aten::to", args, kind)
        type_ = static_type(args[0]) if len(args) == 1 else None
        if isinstance(type_, ir.ListType) and type_.form == ir.SIZE.form:
            return emitter.builtin("aten::empty", args, kind)
        if len(args) == 1 and type_ != ir.INT:
            return emitter.builtin("aten::tensor", args, kind)
        size = TupleValue(args, is_list=True) if args else ConstantValue([0], ir.ListType(ir.INT))
        return emitter.builtin("aten::empty", [size], kind)

    return emit


def as_array(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`torch.asarray(data, *, dtype, device, copy, requires_grad)`: like `as_tensor`, or a copy."""
    given = dict(zip(("obj",), args, strict=False)) | kwargs
    data, copy, gradient = given.pop("obj"), given.pop("copy", NONE_VALUE), given.pop("requires_grad", FALSE_VALUE)
    given = {n: v for n, v in given.items() if v.constant() is not None}
    result = emitter.compiler.value_of(emitter, torch.as_tensor, "as_tensor").call(emitter, [data], given)
    if copy.constant() is MISSING or gradient.constant() is MISSING:
        raise emitter.fail(
            "not-a-constant",
            "'copy' and 'requires_grad' of asarray must be known while compiling",
            help="write True or False",
        )
    if static_type(data) == ir.TENSOR and copy.constant():
        result = emitter.builtin("aten::clone", [result])
    if static_type(data) == ir.TENSOR and not gradient.constant():
        result = emitter.builtin("aten::detach", [result])
    return emitter.builtin("aten::requires_grad_", [result]) if gradient.constant() else result


def sparse_coo_tensor(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """Indices and values may also be lists."""
    given = dict(zip(("indices", "values", "size"), args, strict=False)) | kwargs
    if "values" in given:
        for name in ("indices", "values"):
            if static_type(given[name]) != ir.TENSOR:
                given[name] = emitter.builtin("aten::tensor", [given[name]])
    if "values" in given and "dtype" in given:
        given["values"] = emitter.builtin("aten::to", [given["values"], given["dtype"]])
    given.pop("check_invariants", None)
    size = [given.pop(n) for n in ("indices", "values", "size") if n in given]
    return emitter.builtin("aten::sparse_coo_tensor", size, given)


def parse_to(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`torch._C._nn._parse_to(...)`: what arguments of `x.to` say of (device, dtype, non_blocking, memory format)."""
    given = dict(kwargs)
    for value in args:
        type_ = static_type(value)
        if isinstance(type_, ir.TensorType):
            given |= {"device": value.attribute(emitter, "device"), "dtype": value.attribute(emitter, "dtype")}
        else:
            name = "dtype" if type_ == ir.DTYPE else "non_blocking" if type_ == ir.BOOL else "device"
            given[name] = value
    defaults = {"device": NONE_VALUE, "dtype": NONE_VALUE, "non_blocking": FALSE_VALUE, "memory_format": NONE_VALUE}
    return TupleValue([given.get(name, default) for name, default in defaults.items()])
