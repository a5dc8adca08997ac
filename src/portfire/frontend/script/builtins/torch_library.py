"""The special functions of torch and of Python's library: those whose source says something else than what they mean in a
program, or that have none. One row each.

What is not here is an operator (`ops/python_names.py`) or is compiled from its Python source.

Comes before: `static_values.py`, `marks.py`. Comes after: the compiler, which asks here first what a callable means.
"""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import torch

from portfire.frontend.script import marks
from portfire.frontend.script.builtins.checks_and_logs import CHECKS
from portfire.frontend.script.builtins.einsum import einsum_of_sublists, has_sublists
from portfire.frontend.script.builtins.gradients import GRADIENT_FUNCTIONS
from portfire.frontend.script.builtins.process_state import PROCESS_STATE
from portfire.frontend.script.builtins.python_library import higher_order, masked
from portfire.frontend.script.builtins.tensor_constructors import as_array, as_tensor, parse_to, sparse_coo_tensor
from portfire.frontend.script.statements.refinement import emit_condition, refine
from portfire.frontend.script.types.annotations import type_from_annotation
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.overloads import OverloadedFunction
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.expressions import emit_expression
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.spread_lists import SpreadList
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.frontend.script.values.type_tests import IsInstanceValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]


def special_function(function: Any) -> StaticValue | None:
    """What a call of `function` means where it is special, else None."""
    dispatch = marks.boolean_dispatch_of(function)
    if dispatch is not None:
        return BooleanDispatch(dispatch)
    if isinstance(function, functools.partial):
        return PartialValue(function)
    original = getattr(function, "__original_fn", None)  # made by torch's `script_if_tracing`
    if original is not None:
        return PartialValue(functools.partial(original))
    name = qualified_name(function)
    if name in _ANNOTATE:
        return AnnotateFunction()
    if name in _IS_INSTANCE:
        return IsInstanceValue()
    if name == "torch._assert":
        return AssertFunction()
    emit = _SPECIAL.get(name)
    if emit is not None:
        return SpecialFunction(name, emit, function)
    overloads = marks.function_overloads(function)
    return OverloadedFunction(function, overloads) if overloads else None


def qualified_name(function: Any) -> str:
    """`module.qualname` of a callable; "" where it has none."""
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return ""
    return f"{_BINDING.sub('', module)}.{_BINDING.sub('', f'.{name}').removeprefix('.')}"


#: What pybind11 adds to the module name of its functions.
_BINDING = re.compile(r"\.pybind11_detail_\w+")


class SpecialFunction(StaticValue):
    """A row of the table. `cls`: the class, for what is one (`torch.Tensor`), which `isinstance` takes too."""

    def __init__(self, name: str, emit: Emit, function: Any) -> None:
        self.name = name
        self.emit = emit
        self.cls: type | None = function if isinstance(function, type) else None

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("special", self.name)

    @property
    def packs_rest(self) -> bool:
        """Whether a list of unknown length may be spread among the arguments."""
        return self.name in _PACKING

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.name}'"

    def text(self, emitter: Emitter) -> StaticValue | None:
        """See the base class."""
        return None if self.cls is None else ConstantValue(str(self.cls))

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return self.emit(emitter, args, kwargs)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if self.cls is None or not hasattr(self.cls, name):
            return super().attribute(emitter, name)
        return emitter.compiler.value_of(emitter, getattr(self.cls, name), name)


class AnnotateFunction(StaticValue):
    """`annotate(T, value)`: the value as a T. The type is read as an annotation, and not evaluated."""

    identity = "annotate"

    def describe(self) -> str:
        """See the base class."""
        return "the function 'annotate'"

    def call_syntax(self, emitter: Emitter, node: ast.Call) -> StaticValue:
        """A call, as it is written."""
        given = dict(zip(("the_type", "the_value"), node.args, strict=False))
        given |= {k.arg: k.value for k in node.keywords if k.arg is not None}
        if set(given) != {"the_type", "the_value"}:
            raise emitter.fail(
                "bad-call", "'annotate' takes a type and a value", help="portfire.annotate(List[int], [])"
            )
        type_ = type_from_annotation(given["the_type"], emitter.annotation_scope())
        value = emit_expression(emitter, given["the_value"])
        return RuntimeValue(convert(emitter, value, type_, "annotate"))


class AssertFunction(StaticValue):
    """`torch._assert(condition, message)`: what the condition says holds from here on."""

    identity = "torch._assert"

    def describe(self) -> str:
        """See the base class."""
        return "the function 'torch._assert'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        given = dict(zip(("condition", "message"), args, strict=False)) | kwargs
        return _assert(emitter, given["condition"].truth(emitter), given.get("message", ConstantValue("")))

    def call_syntax(self, emitter: Emitter, node: ast.Call) -> StaticValue | None:
        """A call, as it is written."""
        given = dict(zip(("condition", "message"), node.args, strict=False))
        given |= {k.arg: k.value for k in node.keywords if k.arg is not None}
        if set(given) != {"condition", "message"} or any(isinstance(n, ast.Starred) for n in given.values()):
            return None
        condition = emit_condition(emitter, given["condition"])
        _assert(emitter, condition.value, emit_expression(emitter, given["message"]))
        refine(emitter, condition.if_true)
        return NONE_VALUE


def _assert(emitter: Emitter, condition: StaticValue, message: StaticValue) -> StaticValue:
    known = condition.constant()
    if known is not MISSING and known:
        return NONE_VALUE
    return emitter.builtin("aten::_assert", [condition, message])


class BooleanDispatch(StaticValue):
    """One of two functions, by a flag that must be known while compiling (`F.max_pool2d(..., return_indices=True)`)."""

    def __init__(self, dispatch: dict[str, Any]) -> None:
        self.dispatch = dispatch

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("dispatch", id(self.dispatch["if_true"]))

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.dispatch['if_false'].__name__}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        name, index = self.dispatch["arg_name"], self.dispatch["index"]
        flag: Any = self.dispatch["default"]
        if name in kwargs:
            flag = kwargs[name].constant()
        elif index < len(args):
            flag = args[index].constant()
        if flag is MISSING:
            raise emitter.fail(
                "ambiguous-dispatch",
                f"'{name}' decides what {self.describe()} returns, so it must be known while compiling",
                help=f"write {name}=True or {name}=False, or make it a `Final` attribute of the module",
            )
        chosen = self.dispatch["if_true" if flag else "if_false"]
        return emitter.compiler.value_of(emitter, chosen, chosen.__name__).call(emitter, args, kwargs)


class PartialValue(StaticValue):
    """`functools.partial`: its arguments are those of every call."""

    def __init__(self, partial: functools.partial[Any]) -> None:
        self.partial = partial

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("partial", self.partial.func, id(self.partial))

    def describe(self) -> str:
        """See the base class."""
        return f"a partial of '{getattr(self.partial.func, '__name__', self.partial.func)}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        value_of = emitter.compiler.value_of
        bound = [value_of(emitter, a, "an argument") for a in self.partial.args]
        named = {k: value_of(emitter, v, k) for k, v in self.partial.keywords.items()}
        return value_of(emitter, self.partial.func, "function").call(emitter, [*bound, *args], {**named, **kwargs})


# What rows do


def _always(value: StaticValue) -> Emit:
    return lambda emitter, args, kwargs: value


def _argument(index: int, name: str) -> Emit:
    """The call is one of its arguments."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        if name in kwargs:
            return kwargs[name]
        if index < len(args):
            return args[index]
        raise emitter.fail("bad-call", f"the argument '{name}' is missing", help="pass it")

    return emit


def _operator(name: str) -> Emit:
    return lambda emitter, args, kwargs: emitter.builtin(name, args, kwargs)


def _python(function: Callable[..., Any]) -> Emit:
    """The same as another function."""
    return lambda emitter, args, kwargs: emitter.compiler.value_of(emitter, function, "").call(emitter, args, kwargs)


def _compiled_in(function: Callable[..., Any]) -> Emit:
    """A function of `python_library`."""
    return lambda emitter, args, kwargs: emitter.compiler.function_value(function).call(emitter, args, kwargs)


def _packing_tensors(name: str, first: int, *, keywords: tuple[str, ...] = ()) -> Emit:
    """Variadic tensors, `f(a, b, c)` or `f([a, b, c])`, as the list that the operator takes. `first`: arguments before."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        rest = list(args[first:])
        if any(isinstance(a, SpreadList) for a in rest):
            packed = _joined(emitter, rest)
        elif len(rest) == 1 and static_type(rest[0]) != ir.TENSOR:
            packed = rest[0]
        else:
            packed = TupleValue(rest, is_list=True)
        kept = {k: v for k, v in kwargs.items() if not keywords or k in keywords}
        return emitter.builtin(name, [*args[:first], packed], kept)

    return emit


def _einsum(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if has_sublists(args) and not kwargs:
        return einsum_of_sublists(emitter, args)
    return _packing_tensors("aten::einsum", 1)(emitter, args, kwargs)


def _joined(emitter: Emitter, items: Arguments) -> StaticValue:
    """Tensors and lists of tensors as one list."""
    result: StaticValue = RuntimeValue(convert(emitter, TupleValue((), is_list=True), ir.ListType(ir.TENSOR), "a list"))
    for item in items:
        more = item.items if isinstance(item, SpreadList) else TupleValue([item], is_list=True)
        result = emitter.builtin("aten::add", [result, more])
    return result


#: Functions that take their tensors as one list.
_PACKING = frozenset(
    f"torch.functional.{name}"
    for name in ("einsum", "meshgrid", "broadcast_tensors", "block_diag", "cartesian_prod", "chain_matmul")
)


def _atleast(name: str) -> Emit:
    """`torch.atleast_2d(x)` gives a tensor, `torch.atleast_2d(x, y)` a tuple."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        packed = args[0] if len(args) == 1 else TupleValue(args, is_list=True)
        return emitter.builtin(name, [packed], kwargs)

    return emit


def _is_tensor(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    type_ = static_type(args[0])
    if type_ is None or isinstance(type_, (ir.OptionalType, ir.UnionType, ir.AnyType)):
        value = emitter.runtime(args[0])
        return emitter.insert("prim::isinstance", [value], ir.BOOL, types=[ir.TENSOR])
    return TRUE_VALUE if isinstance(type_, ir.TensorType) else FALSE_VALUE


def _warn(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`warnings.warn(message, category, stacklevel)`, or `warnings.warn(category(message))`."""
    from portfire.frontend.script.statements.exception_values import ExceptionClass, ExceptionValue
    from portfire.frontend.script.statements.exceptions import as_text

    message = args[0] if args else kwargs["message"]
    category = kwargs.get("category", args[1] if len(args) > 1 else NONE_VALUE)
    level = kwargs.get("stacklevel", args[2] if len(args) > 2 else ConstantValue(1))
    cls = category.cls if isinstance(category, ExceptionClass) else UserWarning
    if isinstance(message, ExceptionValue):
        cls, message = message.cls, as_text(emitter, message)
    if cls is UserWarning:
        emitter.builtin("aten::warn", [message, level])
    else:
        name = ConstantValue(f"{cls.__module__}.{cls.__qualname__}")
        emitter.builtin("portfire::warn", [message, name, level])
    return NONE_VALUE


def _checkpoint(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`torch.utils.checkpoint.checkpoint(f, *args)`: a plain call; what it saves only matters to eager autograd."""
    own = ("use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug", "early_stop")
    return args[0].call(emitter, args[1:], {k: v for k, v in kwargs.items() if k not in own})


def _checkpoint_sequential(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    functions, value = args[0], args[2]
    for function in functions.iterate(emitter).items or ():
        value = function.call(emitter, [value], {})
    return value


def _broadcast_shapes(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`torch.broadcast_shapes(*shapes)`, of two at a time; a number is a shape, too."""
    shapes = [TupleValue([a], is_list=True) if static_type(a) == ir.INT else a for a in args]
    lists = [RuntimeValue(convert(emitter, shape, ir.ListType(ir.INT), "a shape")) for shape in shapes]
    result = lists[0] if len(lists) > 1 else emitter.insert("prim::ListConstruct", (), ir.ListType(ir.INT))
    for other in lists[1:] or lists:
        result = emitter.builtin("aten::broadcast_shapes", [result, other])
    result.value.type = ir.SIZE
    return result


def _split(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`torch.split(x, 2)` or `torch.split(x, [1, 3])`."""
    names = dict(zip(("tensor", "split_size_or_sections", "dim"), args, strict=False)) | kwargs
    sizes = names["split_size_or_sections"]
    name = "aten::split" if static_type(sizes) == ir.INT else "aten::split_with_sizes"
    return emitter.builtin(name, [names["tensor"], sizes, names.get("dim", ConstantValue(0))])


def _adaptive_pool(name: str, dimensions: int) -> Emit:
    """Adaptive pooling: a None among the output sizes is the size of the input there."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        given = dict(zip(("input", "output_size"), args, strict=False)) | kwargs
        input_, size = given["input"], given["output_size"]
        if isinstance(size, TupleValue):
            items = [
                emitter.builtin("aten::size", [input_, ConstantValue(i - dimensions)]) if s.constant() is None else s
                for i, s in enumerate(size.items)
            ]
            size = TupleValue(items, is_list=True)
        elif static_type(size) == ir.INT:
            size = TupleValue([size] * dimensions, is_list=True)
        return emitter.builtin(f"aten::{name}{dimensions}d", [input_, size])

    return emit


def _first_result(emit: Emit) -> Emit:
    return lambda emitter, args, kwargs: emit(emitter, args, kwargs).index(emitter, ConstantValue(0))


#: How `torch.cdist` names its ways to compute; the operator numbers them.
_CDIST_MODES = {
    "use_mm_for_euclid_dist_if_necessary": None,
    "use_mm_for_euclid_dist": 1,
    "donot_use_mm_for_euclid_dist": 2,
}


def _cdist(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    given = dict(zip(("x1", "x2", "p", "compute_mode"), args, strict=False)) | kwargs
    mode = given.pop("compute_mode", ConstantValue("use_mm_for_euclid_dist_if_necessary")).constant()
    if mode not in _CDIST_MODES:
        raise emitter.fail(
            "not-a-constant",
            "'compute_mode' of cdist must be known while compiling, and one that torch has",
            help=f"one of {', '.join(map(repr, _CDIST_MODES))}",
        )
    power = given.pop("p", ConstantValue(2.0))
    return emitter.builtin("aten::cdist", [], {**given, "p": power, "compute_mode": ConstantValue(_CDIST_MODES[mode])})


def _ctc_loss(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`F.ctc_loss`, whose lengths may also be lists."""
    names = ("log_probs", "targets", "input_lengths", "target_lengths", "blank", "reduction", "zero_infinity")
    given = dict(zip(names, args, strict=False)) | kwargs
    reduction = given.pop("reduction", ConstantValue("mean"))
    number = emitter.compiler.value_of(emitter, torch.nn._reduction.get_enum, "get_enum")
    for name in ("input_lengths", "target_lengths"):
        length = given.get(name)
        if isinstance(length, TupleValue):
            given[name] = RuntimeValue(convert(emitter, length, ir.ListType(ir.INT), f"'{name}'"))
    given["reduction"] = number.call(emitter, [reduction], {})
    return emitter.builtin("aten::ctc_loss", [], given)


def _default_dtype(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """It is that of the process that compiles."""
    return ConstantValue(torch.get_default_dtype())


def _backend_name(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """The name of the devices that extensions of torch add: also that of the process that compiles."""
    return ConstantValue(torch._C._get_privateuse1_backend_name())


_ANNOTATE = ("torch.jit.annotate", "portfire.frontend.script.marks.annotate")
_IS_INSTANCE = ("torch.jit.isinstance", "torch._jit_internal._isinstance", "portfire.frontend.script.marks.isinstance_")

_SPECIAL: Final[dict[str, Emit]] = {
    **PROCESS_STATE,
    **GRADIENT_FUNCTIONS,
    # Compiling or not
    "torch._jit_internal.is_scripting": _always(TRUE_VALUE),
    "torch.jit._trace.is_tracing": _always(FALSE_VALUE),
    "torch._C._get_tracing_state": _always(FALSE_VALUE),
    "torch._C._are_functorch_transforms_active": _always(FALSE_VALUE),
    "torch._C._is_tracing": _always(FALSE_VALUE),
    "torch.compiler.is_compiling": _always(FALSE_VALUE),
    "torch.compiler.is_dynamo_compiling": _always(FALSE_VALUE),
    "torch.compiler.is_exporting": _always(FALSE_VALUE),
    "torch._dynamo.external_utils.is_compiling": _always(FALSE_VALUE),
    "torch._utils.is_compiling": _always(FALSE_VALUE),
    "torch.onnx.is_in_onnx_export": _always(FALSE_VALUE),
    "torch.onnx._internal.torchscript_exporter._globals.is_in_onnx_export": _always(FALSE_VALUE),
    "torch.fx._symbolic_trace.is_fx_tracing": _always(FALSE_VALUE),
    "torch.fx._symbolic_trace.is_fx_symbolic_tracing": _always(FALSE_VALUE),
    # Subclasses of Tensor that take over operators: a program has plain tensors only
    **{
        f"{module}.{name}": _always(FALSE_VALUE)
        for module in ("torch.overrides", "torch._C", "torch")
        for name in (
            "has_torch_function", "has_torch_function_unary", "has_torch_function_variadic", "_has_torch_function",
            "_has_torch_function_unary", "_has_torch_function_variadic", "is_tensor_like_with_function",
        )
    },
    "torch.overrides.is_tensor_like": _is_tensor,
    "torch.is_tensor": _is_tensor,
    "torch.is_storage": _always(FALSE_VALUE),
    "torch._C._log_api_usage_once": _always(NONE_VALUE),
    "torchvision.utils._log_api_usage_once": _always(NONE_VALUE),
    # Functions that take functions
    **{
        f"torch.masked._ops.{name}": _compiled_in(getattr(masked, f"masked_{name}"))
        for name in (
            "sum", "prod", "cumsum", "cumprod", "amax", "amin", "argmax", "argmin", "mean", "median", "logsumexp", "logaddexp",
            "norm", "var", "std", "softmax", "log_softmax", "softmin", "normalize",
        )
    },
    "torch.cond": _compiled_in(higher_order.cond),
    "torch._higher_order_ops.cond.cond": _compiled_in(higher_order.cond),
    "torch._higher_order_ops.while_loop.while_loop": _compiled_in(higher_order.while_loop),
    # Functions that give back an argument
    "typing.cast": _argument(1, "val"),
    "torch.autograd.variable.Variable": _argument(0, "data"),
    "torch.nn.parameter.Parameter": _argument(0, "data"),
    "torch.nn.parameter.Buffer": _argument(0, "data"),
    "torch.compiler.disable": _argument(0, "fn"),
    "torch._jit_internal.unused": _argument(0, "fn"),
    "torch._jit_internal.export": _argument(0, "fn"),
    "torch.jit._script.script": _argument(0, "obj"),
    # Checks and warnings
    **CHECKS,
    "_warnings.warn": _warn,
    "warnings.warn": _warn,
    "torch._C._warn": _warn,
    # Calls
    "torch.utils.checkpoint.checkpoint": _checkpoint,
    "torch.utils.checkpoint.checkpoint_sequential": _checkpoint_sequential,
    "torch._VariableFunctionsClass.asarray": as_array,
    "torch._VariableFunctionsClass.sparse_coo_tensor": sparse_coo_tensor,
    "torch._C._nn._parse_to": parse_to,
    "torch.sym_max": _python(builtins.max),
    "torch.sym_min": _python(builtins.min),
    # Variadic tensors
    "torch.functional.einsum": _einsum,
    "torch.functional.meshgrid": _packing_tensors("aten::meshgrid", 0, keywords=("indexing",)),
    "torch.functional.broadcast_tensors": _packing_tensors("aten::broadcast_tensors", 0),
    "torch.functional.block_diag": _packing_tensors("aten::block_diag", 0),
    "torch.functional.cartesian_prod": _packing_tensors("aten::cartesian_prod", 0),
    "torch.functional.chain_matmul": _packing_tensors("aten::chain_matmul", 0),
    "torch.functional.atleast_1d": _atleast("aten::atleast_1d"),
    "torch.functional.atleast_2d": _atleast("aten::atleast_2d"),
    "torch.functional.atleast_3d": _atleast("aten::atleast_3d"),
    "torch.functional.broadcast_shapes": _broadcast_shapes,
    "torch.functional.split": _split,
    "torch.nn.functional.adaptive_avg_pool2d": _adaptive_pool("adaptive_avg_pool", 2),
    "torch.nn.functional.adaptive_avg_pool3d": _adaptive_pool("adaptive_avg_pool", 3),
    "torch.nn.functional.adaptive_max_pool2d_with_indices": _adaptive_pool("adaptive_max_pool", 2),
    "torch.nn.functional.adaptive_max_pool3d_with_indices": _adaptive_pool("adaptive_max_pool", 3),
    "torch.nn.functional._adaptive_max_pool2d": _first_result(_adaptive_pool("adaptive_max_pool", 2)),
    "torch.nn.functional._adaptive_max_pool3d": _first_result(_adaptive_pool("adaptive_max_pool", 3)),
    "torch.nn.functional.ctc_loss": _ctc_loss,
    "torch.functional.cdist": _cdist,
    "torch._C._get_privateuse1_backend_name": _backend_name,
    "torch.get_default_dtype": _default_dtype,
    "torch._C.get_default_dtype": _default_dtype,
    # Legacy constructors
    "torch.Tensor": as_tensor(None),
    "torch._tensor.Tensor": as_tensor(None),
    **{
        f"torch.{name}": as_tensor(dtype)
        for name, dtype in (
            ("FloatTensor", torch.float32), ("DoubleTensor", torch.float64), ("HalfTensor", torch.float16),
            ("BFloat16Tensor", torch.bfloat16), ("LongTensor", torch.int64), ("IntTensor", torch.int32),
            ("ShortTensor", torch.int16), ("CharTensor", torch.int8), ("ByteTensor", torch.uint8),
            ("BoolTensor", torch.bool),
        )
    },
}  # fmt: skip
