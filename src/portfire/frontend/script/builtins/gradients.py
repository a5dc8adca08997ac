"""`torch.autograd.grad`, `backward` and the clipping of gradients, with all their arguments: tensors alone or many.

    gx, gw = torch.autograd.grad(loss, (x, w), create_graph=True)

The operator gives a list of optional tensors. Python's function raises where one is missing, unless `allow_unused` lets it
pass, and gives a tuple.

Comes before: `static_values.py`, `python_library/gradient_functions.py`. Comes after: `torch_library.py`, `tensor_methods.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from portfire.frontend.script.builtins.python_library import gradient_functions
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]

_OPTIONAL_TENSORS: Final = ir.ListType(ir.OptionalType(ir.TENSOR))


def _bound(emitter: Emitter, called: str, names: Sequence[str], args: Arguments, kwargs: Keywords) -> Keywords:
    unknown = [n for n in kwargs if n not in names]
    if unknown or len(args) > len(names):
        raise emitter.fail(
            "bad-call",
            f"'{called}' has no parameter '{unknown[0]}'" if unknown else f"'{called}' takes {len(names)} arguments",
            help=f"'{called}' takes: {', '.join(names)}",
        )
    given = dict(zip(names, args, strict=False)) | kwargs
    return {n: v for n, v in given.items() if v.constant() is not None}


def _tensors(emitter: Emitter, value: StaticValue) -> StaticValue:
    """A tensor, or a list or tuple of tensors, as one with items; known ones where that is possible."""
    if isinstance(static_type(value), ir.TensorType):
        return TupleValue([value], is_list=True)
    if isinstance(value, TupleValue) or isinstance(static_type(value), ir.ListType):
        return value
    items = value.iterate(emitter).items
    return value if items is None else TupleValue(items, is_list=True)


def _optional_tensors(emitter: Emitter, value: StaticValue) -> RuntimeValue:
    return RuntimeValue(convert(emitter, _tensors(emitter, value), _OPTIONAL_TENSORS, "the gradients of the outputs"))


def _known(emitter: Emitter, called: str, given: Keywords, name: str) -> bool:
    """A flag that decides what the result is."""
    flag = given.pop(name, FALSE_VALUE).constant()
    if flag is MISSING:
        raise emitter.fail(
            "not-a-constant",
            f"'{name}' decides what '{called}' gives, so it must be known while compiling",
            help=f"write {name}=True or {name}=False",
        )
    return bool(flag)


def _grad(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    called = "grad"
    given = _bound(emitter, called, _GRAD, args, kwargs)
    if "outputs" not in given or "inputs" not in given:
        raise emitter.fail("bad-call", "'grad' takes outputs and inputs", help="torch.autograd.grad(loss, [x, w])")
    materialize = _known(emitter, called, given, "materialize_grads")
    if _known(emitter, called, given, "is_grads_batched"):
        raise emitter.fail(
            "unsupported-call",
            "gradients of a batch of output gradients cannot be taken in one call",
            help="call torch.autograd.grad for each, with retain_graph=True, and stack the results",
        )
    given.pop("only_inputs", None)
    if materialize and "allow_unused" not in given:
        given["allow_unused"] = TRUE_VALUE
    may_lack = _known(emitter, called, {**given}, "allow_unused")
    inputs = _tensors(emitter, given["inputs"])
    operands = {**given, "outputs": _tensors(emitter, given["outputs"]), "inputs": inputs}
    if "grad_outputs" in given:
        operands["grad_outputs"] = _optional_tensors(emitter, given["grad_outputs"])
    found: StaticValue = emitter.builtin("aten::grad", [], operands)
    if materialize:
        creates = given.get("create_graph", FALSE_VALUE)
        function = emitter.compiler.function_value(gradient_functions.materialized)
        found = function.call(emitter, [found, inputs, creates], {})
    elif not may_lack:
        found = emitter.compiler.function_value(gradient_functions.present).call(emitter, [found], {})
    if not isinstance(inputs, TupleValue):
        return found
    return TupleValue([found.index(emitter, ConstantValue(i)) for i in range(len(inputs.items))])


_GRAD: Final = (
    "outputs", "inputs", "grad_outputs", "retain_graph", "create_graph", "only_inputs", "allow_unused", "is_grads_batched",
    "materialize_grads",
)  # fmt: skip


def _backward(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    given = _bound(emitter, "backward", _BACKWARD, args, kwargs)
    if "tensors" not in given:
        raise emitter.fail("bad-call", "'backward' takes tensors", help="torch.autograd.backward([loss])")
    tensors = _tensors(emitter, given.pop("tensors"))
    grads = given.pop("grad_tensors", given.pop("grad_variables", None))
    options: Keywords = {n: given[n] for n in ("retain_graph", "create_graph") if n in given}
    gradients: StaticValue = NONE_VALUE if grads is None else _optional_tensors(emitter, grads)
    if "inputs" not in given:
        return emitter.builtin("aten::backward", [tensors, gradients], options)
    function = emitter.compiler.function_value(gradient_functions.backward_into)
    return function.call(emitter, [tensors, gradients, _tensors(emitter, given["inputs"])], options)


_BACKWARD: Final = ("tensors", "grad_tensors", "retain_graph", "create_graph", "grad_variables", "inputs")


def backward_method(emitter: Emitter, tensor: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`x.backward(gradient, retain_graph, create_graph, inputs)`."""
    given = _bound(emitter, "backward", ("gradient", "retain_graph", "create_graph", "inputs"), args, kwargs)
    if "inputs" not in given:
        return emitter.builtin("aten::backward", [tensor], given, called="backward")
    gradient = {"grad_tensors": given.pop("gradient")} if "gradient" in given else {}
    return _backward(emitter, [tensor], {**given, **gradient})


def _clipping(function: Callable[..., object]) -> Emit:
    """A function whose first argument is a tensor or several."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        given = dict(kwargs)
        name = "tensors" if "tensors" in given else "parameters"
        first = args[0] if args else given.pop(name)
        compiled = emitter.compiler.function_value(function)
        return compiled.call(emitter, [_tensors(emitter, first), *args[1:]], given)

    return emit


#: By qualified name.
GRADIENT_FUNCTIONS: Final[dict[str, Emit]] = {
    "torch.autograd.grad": _grad,
    "torch.autograd.backward": _backward,
    "torch.nn.utils.clip_grad._get_total_norm": _clipping(gradient_functions.get_total_norm),
    "torch.nn.utils.clip_grad._clip_grads_with_norm_": _clipping(gradient_functions.clip_grads_with_norm_),
    "torch.nn.utils.clip_grad.clip_grad_norm_": _clipping(gradient_functions.clip_grad_norm_),
    "torch.nn.utils.clip_grad.clip_grad_value_": _clipping(gradient_functions.clip_grad_value_),
}
