"""What a run-time tensor can do: properties, methods, indexing, loops, truth.

Comes before: `runtime_value.py`, `tensor_methods.py`, `numbers_of_tensors.py`, `indexing.py`. Comes after: `behaviours.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from portfire.frontend.script.values import indexing
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.numbers_of_tensors import NumbersOfTensor
from portfire.frontend.script.values.operator_value import OperatorValue
from portfire.frontend.script.values.runtime_value import Behaviour, MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.frontend.script.values.tensor_methods import METHODS
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, TENSOR
from portfire.ops.python_names import TENSOR_CASTS, method_of, property_of

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: Methods and properties that only Python has.
_PYTHON_ONLY: dict[str, str] = {
    "numpy": "keep the tensor, and call the torch function of the same name; for a number x.item(), for a list x.tolist()",
    "__array__": "keep the tensor, and call the torch function of the same name",
    "register_hook": "hooks on tensors are Python functions: use torch.autograd.Function outside the compiled part",
    "grad_fn": "the autograd graph is not visible in a program",
    "share_memory_": "move the tensor to shared memory before compiling",
    "is_shared": "leave it out: whether memory is shared with other processes does not change a result",
    "apply_": "write it with operators of whole tensors, or loop over `x.reshape(-1)` and stack the results",
    "map_": "write it with operators of whole tensors",
    "map2_": "write it with operators of whole tensors",
    "data_ptr": "compare tensors themselves: `x is y`, or their values: `torch.equal(x, y)`",
    "storage": "read the tensor itself: x.numel(), x.element_size(), x.nbytes",
    "untyped_storage": "read the tensor itself: x.numel(), x.element_size(), x.nbytes",
    "dim_order": "compare strides: `x.stride()`, or ask `x.is_contiguous(memory_format=torch.channels_last)`",
}


class TensorBehaviour(Behaviour):
    """`Tensor`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        operator = property_of(TENSOR, name)
        if name == "grad":
            return GradientValue(emitter.builtin("prim::grad", [value]).value)
        if operator is not None:
            return emitter.builtin(operator, [value], called=name)
        if name in _PYTHON_ONLY:
            raise emitter.fail("no-attribute", f"'Tensor.{name}' has no meaning in a program", help=_PYTHON_ONLY[name])
        if name in METHODS:
            return MethodValue(value, name, METHODS[name])
        if name == "tolist":
            return MethodValue(value, name, lambda e, tensor, args, kwargs: NumbersOfTensor(tensor))
        method = method_of(TENSOR, name)
        if method is None:
            raise emitter.fail("no-attribute", _missing(name), help=_similar(name))
        if name in TENSOR_CASTS:
            return OperatorValue(method, receiver=value, called=name, extra=(ConstantValue(TENSOR_CASTS[name]),))
        return OperatorValue(method, receiver=value, called=name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return property_of(TENSOR, name) is not None or method_of(TENSOR, name) is not None or name in METHODS

    def set_attribute(self, emitter: Emitter, value: RuntimeValue, name: str, new: StaticValue) -> None:
        """See the base class."""
        if name == "data":
            emitter.builtin("aten::set_data", [value, new], called=name)
        elif name == "requires_grad":
            emitter.builtin("aten::requires_grad_", [value, new], called=name)
        elif name == "grad":
            raise emitter.fail(
                "no-set-attribute",
                "the gradient of a tensor cannot be set in a program",
                help="clear it with `x.grad.zero_()`, or take gradients with torch.autograd.grad, which sets none",
            )
        else:
            super().set_attribute(emitter, value, name, new)

    def call(
        self, emitter: Emitter, value: RuntimeValue, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
    ) -> StaticValue:
        """See the base class."""
        raise emitter.fail(
            "not-callable",
            "a tensor cannot be called",
            help="a property of the tensor stands before the call: leave out the `()`",
        )

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        return indexing.index_tensor(emitter, value, key)

    def set_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
        """See the base class."""
        indexing.assign_tensor(emitter, value, key, new)

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """See the base class."""
        return Iteration(source=value)

    def item(self, emitter: Emitter, value: RuntimeValue, index: Value) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::select", [value, ConstantValue(0), index])

    def length(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::len", [value])

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::Bool", [value])

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        if count is None:
            raise emitter.fail(
                "not-unpackable",
                "how many rows a tensor has is not known while compiling",
                help="unpack into a fixed number of names, or loop over the tensor",
            )
        rows = emitter.builtin("aten::unbind", [value, ConstantValue(0)])
        node = emitter.node("prim::ListUnpack", [rows.value], [TENSOR] * count)
        return [RuntimeValue(o) for o in node.outputs]


class GradientValue(RuntimeValue):
    """`x.grad`: a tensor in a program, that may be undefined where Python has None."""

    def is_none(self, emitter: Emitter) -> StaticValue:
        """`x.grad is None`."""
        return emitter.insert("aten::__is__", [self.value, emitter.constant_value(None)], BOOL)


def _missing(name: str) -> str:
    if hasattr(torch.Tensor, name):
        return f"the tensor method '{name}' is not an operator, so a program cannot call it"
    return f"a tensor has no attribute '{name}'"


def _similar(name: str) -> str | None:
    near = difflib.get_close_matches(name, dir(torch.Tensor), 1)
    return f"did you mean '{near[0]}'?" if near and near[0] != name else None
