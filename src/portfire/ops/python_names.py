"""Which operator a Python name means: functions, methods and properties.

Functions are found by identity, so any path to `torch.conv2d` is the same function. Methods of tensors, strings, lists, dicts
and devices carry the operator's own name, with the exceptions listed here.

Comes before: `table.py`. Comes after: the front ends. See also `python_operators.py` (`+`, `in`, `x += y`).
"""

from __future__ import annotations

import builtins
import cmath
import collections
import math
import operator
import types
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from portfire.ir.types import (
    DeviceType,
    DictType,
    FutureType,
    GeneratorType,
    ListType,
    StrType,
    TensorType,
    Type,
)
from portfire.ops.number_composites import COMPLEX_FUNCTIONS
from portfire.ops.table import op_table


def builtin_of(obj: object) -> str | None:
    """The operator that a Python callable means: `aten::add` for `torch.add`, `aten::add.Tensor` for
    `torch.ops.aten.add.Tensor`. None where the callable is none, or is to be compiled from its source."""
    name = type(obj).__name__
    if name == "OpOverloadPacket":
        return str(obj._qualified_op_name)  # type: ignore[attr-defined]
    if name == "OpOverload":
        full_name = str(obj.name())  # type: ignore[attr-defined]
        return full_name if "." in full_name else f"{full_name}.default"
    if name == "CustomOpDef":  # made by torch.library.custom_op
        return str(obj._opoverload.name())  # type: ignore[attr-defined]
    try:
        return _functions().get(obj)
    except TypeError:
        return None


#: The namespace of the operators whose kernels are Python functions that are marked `ignore`.
PYTHON_CALLS = "portfire_python"

#: Tensor methods, where the operator has another name.
TENSOR_METHODS: dict[str, str] = {
    "ndimension": "aten::dim",
    "nelement": "aten::numel",
    "__len__": "aten::len",
    "unique": "portfire::unique",
    "unique_consecutive": "portfire::unique_consecutive",
    "__neg__": "aten::neg",
    "__invert__": "aten::bitwise_not",
    "__abs__": "aten::abs",
    "__pos__": "aten::positive",
    "get_device": "aten::get_device",
}

#: Tensor methods that convert to a dtype, with the number that graphs use for the dtype.
TENSOR_CASTS: dict[str, int] = {
    "byte": 0,
    "char": 1,
    "short": 2,
    "int": 3,
    "long": 4,
    "half": 5,
    "float": 6,
    "double": 7,
    "cfloat": 9,
    "cdouble": 10,
    "bool": 11,
    "bfloat16": 15,
}

#: Tensor attributes that are read without a call.
TENSOR_PROPERTIES: dict[str, str] = {
    "shape": "aten::size",
    "T": "aten::numpy_T",
    "H": "aten::matrix_H",
    "mT": "aten::mT",
    "mH": "aten::mH",
    "ndim": "aten::dim",
    "real": "aten::real",
    "imag": "aten::imag",
    "is_leaf": "aten::is_leaf",
    "retains_grad": "aten::retains_grad",
    "output_nr": "aten::output_nr",
    "_version": "aten::_version",
    **{
        name: f"prim::{name}"
        for name in (
            "dtype",
            "device",
            "layout",
            "data",
            "grad",
            "requires_grad",
            "name",
            "itemsize",
            "nbytes",
            "is_cpu",
            "is_cuda",
            "is_ipu",
            "is_maia",
            "is_meta",
            "is_mkldnn",
            "is_mps",
            "is_mtia",
            "is_nested",
            "is_quantized",
            "is_sparse",
            "is_sparse_csr",
            "is_vulkan",
            "is_xla",
            "is_xpu",
        )
    },
}

_DEVICE_PROPERTIES = {"type": "prim::type", "index": "prim::index"}


def property_of(type_: Type, name: str) -> str | None:
    """The operator that reading the attribute `name` of a value means, if it is one."""
    if isinstance(type_, TensorType):
        return TENSOR_PROPERTIES.get(name)
    if isinstance(type_, DeviceType):
        return _DEVICE_PROPERTIES.get(name)
    return None


def method_of(type_: Type, name: str) -> str | None:
    """The operator that calling the method `name` of a value means, if it is one.

    The value is the operator's first argument, or the one called `self`. For the methods in `TENSOR_CASTS` it is
    `aten::to`, with the dtype as a further argument.
    """
    python_type = _python_type(type_)
    if python_type is None or not hasattr(python_type, name):
        return None
    if isinstance(type_, TensorType):
        if name in TENSOR_PROPERTIES:
            return None
        if name in TENSOR_METHODS:
            return TENSOR_METHODS[name]
        if name in TENSOR_CASTS:
            return "aten::to"
    for candidate in (f"aten::{name}", f"prim::{name}", f"portfire::{name}"):
        if is_known(candidate):
            return candidate
    return None


def _python_type(type_: Type) -> type | None:
    import torch

    match type_:
        case TensorType():
            return torch.Tensor
        case StrType():
            return str
        case ListType():
            return list
        case DictType():
            return collections.OrderedDict
        case DeviceType():
            return torch.device
        case FutureType():
            return torch.futures.Future
        case GeneratorType():
            return torch.Generator
        case _:
            return None


def is_known(name: str) -> bool:
    """Whether calls of `name` can be emitted: it is in the table, or made of what is."""
    from portfire.ops.composites import is_composite

    return name in op_table() or is_composite(name)


#: Functions of torch that are Python and take other arguments than the operator of the same name: compiled from source.
_COMPILED_FROM_SOURCE = frozenset({"stft", "istft", "lu", "save", "seed", "initial_seed", "autocast", "no_grad"})


@cache
def _functions() -> dict[object, str]:
    functions: dict[object, str] = {}
    for function, name in (*_library_functions(), *_torch_functions(), *_unbound_methods()):
        # torch has names of its own for some functions, `torch.dsmm` for `torch.mm`, which are not the operator's.
        if is_known(name):
            functions.setdefault(function, name)
    return functions


def _torch_functions() -> Iterator[tuple[object, str]]:
    import torch

    modules = (
        torch,
        torch._C._nn,
        *(getattr(torch._C, name) for name in ("_fft", "_linalg", "_nested", "_sparse", "_special")),
    )
    for module in (*modules, torch._C._VariableFunctions):
        for name in dir(module):
            function = getattr(module, name)
            from_source = name in _COMPILED_FROM_SOURCE and module is torch
            if callable(function) and not from_source and not name.startswith("__"):
                yield function, "aten::" + name.removeprefix("_" if name == "_segment_reduce" else "")


def _unbound_methods() -> Iterator[tuple[object, str]]:
    """`torch.Tensor.add`, `str.upper`: functions whose first argument is the object."""
    import torch

    for owner in (torch._C.TensorBase, str, list, dict):
        for name, method in vars(owner).items():
            if isinstance(method, types.MethodDescriptorType) and not name.startswith("__"):
                renamed = TENSOR_METHODS.get(name) if owner is torch._C.TensorBase else None
                yield method, renamed or f"aten::{name}"


def _library_functions() -> Iterator[tuple[object, str]]:
    import torch
    from torch.backends import cudnn
    from torch.nn import functional
    from torch.nn.modules import utils as module_arguments

    yield from _PYTHON_FUNCTIONS
    yield from ((getattr(math, name), f"aten::{name}") for name in _MATH)
    yield from ((getattr(cmath, name), f"portfire::cmath_{name}") for name in COMPLEX_FUNCTIONS)
    yield from ((getattr(operator, name), op) for name, op in _OPERATOR_MODULE.items())
    yield from (
        (getattr(module_arguments, name), f"aten::{name}") for name in ("_single", "_pair", "_triple", "_quadruple")
    )
    yield from (
        (getattr(torch.nn.init, name), f"aten::{name}")
        for name in ("_no_grad_fill_", "_no_grad_normal_", "_no_grad_uniform_", "_no_grad_zero_")
    )
    yield from ((getattr(functional, name), f"aten::{name}") for name in ("_no_grad_embedding_renorm_",))
    yield from (
        (module_arguments._list_with_default, "aten::list_with_default"),
        (cudnn.is_acceptable, "aten::cudnn_is_acceptable"),
        (torch.unique, "portfire::unique"),
        (torch.unique_consecutive, "portfire::unique_consecutive"),
        (torch.Size, "aten::Size"),
        (torch.device, "aten::device"),
        (torch.Generator, "aten::Generator"),
        (torch.autograd.grad, "aten::grad"),
        (torch.autograd.backward, "aten::backward"),
        (torch._C._infer_size, "aten::_infer_size"),
        (torch._C._get_tracing_state, "aten::_get_tracing_state"),
        (torch._C._get_cpu_capability, "aten::_get_cpu_capability"),
    )


#: `round`, `abs` and the like mean what Python means by them: `round(2.5)` is the int 2.
_PYTHON_FUNCTIONS: tuple[tuple[Callable[..., Any], str], ...] = (
    (builtins.abs, "prim::abs"),
    (builtins.max, "prim::max"),
    (builtins.min, "prim::min"),
    (builtins.round, "portfire::round"),
    (builtins.divmod, "aten::divmod"),
    (builtins.pow, "aten::pow"),
    (builtins.sum, "portfire::sum"),
    (builtins.any, "aten::any"),
    (builtins.all, "aten::all"),
    (builtins.len, "aten::len"),
    (builtins.sorted, "aten::sorted"),
    (builtins.hash, "aten::hash"),
    (builtins.id, "prim::id"),
    (builtins.ord, "aten::ord"),
    (builtins.chr, "aten::chr"),
    (builtins.bin, "aten::bin"),
    (builtins.oct, "aten::oct"),
    (builtins.hex, "aten::hex"),
    (builtins.int, "aten::Int"),
    (builtins.float, "aten::Float"),
    (builtins.complex, "aten::Complex"),
    (builtins.bool, "aten::Bool"),
    (builtins.str, "aten::str"),
    (builtins.list, "aten::list"),
    (builtins.dict, "aten::dict"),
    (collections.OrderedDict, "aten::dict"),
    (math.remainder, "aten::mathremainder"),
    (math.trunc, "aten::Int"),
    (cmath.phase, "aten::angle"),
    (cmath.rect, "aten::polar"),
    (warnings.warn, "aten::warn"),
)

_MATH = (
    *("ceil", "copysign", "erf", "erfc", "exp", "expm1", "fabs", "floor", "gamma", "lgamma", "log", "log10", "log1p"),
    *("sqrt", "isnan", "isinf", "isfinite", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sin", "cos", "tan"),
    *("asin", "acos", "atan", "atan2", "fmod", "modf", "factorial", "frexp", "ldexp", "degrees", "radians", "gcd"),
)

_OPERATOR_MODULE: dict[str, str] = {
    "add": "aten::add",
    "sub": "aten::sub",
    "mul": "aten::mul",
    "truediv": "aten::div",
    "floordiv": "aten::floordiv",
    "mod": "aten::remainder",
    "pow": "aten::pow",
    "matmul": "aten::matmul",
    "and_": "aten::__and__",
    "or_": "aten::__or__",
    "xor": "aten::__xor__",
    "lshift": "aten::__lshift__",
    "rshift": "aten::__rshift__",
    "neg": "aten::neg",
    "abs": "prim::abs",
    "eq": "aten::eq",
    "ne": "aten::ne",
    "lt": "aten::lt",
    "le": "aten::le",
    "gt": "aten::gt",
    "ge": "aten::ge",
}
