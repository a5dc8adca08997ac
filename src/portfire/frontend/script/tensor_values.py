"""What a run-time tensor can do: properties, methods, indexing, loops, truth.

Comes before: `runtime_value.py`, `indexing.py`. Comes after: `behaviours.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from portfire.frontend.script import indexing
from portfire.frontend.script.constant_values import ConstantValue
from portfire.frontend.script.operator_value import OperatorValue
from portfire.frontend.script.runtime_value import Behaviour, RuntimeValue
from portfire.frontend.script.static_values import Iteration, StaticValue
from portfire.ir.graph import Value
from portfire.ir.types import TENSOR
from portfire.ops.table import op_table

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: Properties that are an operator of one argument.
_PROPERTIES: dict[str, str] = {
    "shape": "aten::size", "ndim": "aten::dim", "T": "aten::numpy_T", "mT": "aten::mT", "H": "aten::matrix_H",
    "mH": "aten::mH", "real": "aten::real", "imag": "aten::imag", "is_leaf": "aten::is_leaf",
    "retains_grad": "aten::retains_grad", "output_nr": "aten::output_nr", "_version": "aten::_version",
    **{
        name: f"prim::{name}"
        for name in (
            "dtype", "device", "layout", "data", "grad", "requires_grad", "is_cuda", "is_cpu", "is_sparse",
            "is_sparse_csr", "is_quantized", "is_mkldnn", "is_meta", "is_xla", "is_mps", "is_xpu", "is_ipu", "is_vulkan",
            "is_nested", "is_mtia", "is_maia", "itemsize", "nbytes", "name",
        )
    },
}  # fmt: skip

#: Methods and properties that only Python has.
_PYTHON_ONLY: dict[str, str] = {
    "numpy": "numpy arrays do not exist in a program: use the torch function of the same name",
    "__array__": "numpy arrays do not exist in a program: use the torch function of the same name",
    "register_hook": "hooks on tensors are Python functions: use torch.autograd.Function outside the compiled part",
    "grad_fn": "the autograd graph is not visible in a program",
    "share_memory_": "move the tensor to shared memory before compiling",
}


class TensorBehaviour(Behaviour):
    """`Tensor`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        operator = _PROPERTIES.get(name)
        if operator is not None:
            return emitter.builtin(operator, [value], called=name)
        if name in _PYTHON_ONLY:
            raise emitter.fail("no-attribute", f"'Tensor.{name}' has no meaning in a program", help=_PYTHON_ONLY[name])
        if not is_method(name):
            similar = op_table().similar(f"aten::{name}")
            notes = (f"did you mean {', '.join(s.removeprefix('aten::') for s in similar)}?",) if similar else ()
            raise emitter.fail("no-attribute", f"a tensor has no attribute '{name}'", notes=tuple(notes))
        return OperatorValue(f"aten::{name}", receiver=value, called=name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in _PROPERTIES or is_method(name)

    def set_attribute(self, emitter: Emitter, value: RuntimeValue, name: str, new: StaticValue) -> None:
        """See the base class."""
        if name == "data":
            emitter.builtin("aten::set_data", [value, new], called=name)
        elif name == "requires_grad":
            emitter.builtin("aten::requires_grad_", [value, new], called=name)
        else:
            super().set_attribute(emitter, value, name, new)

    def call(
        self, emitter: Emitter, value: RuntimeValue, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
    ) -> StaticValue:
        """See the base class."""
        raise emitter.fail("not-callable", "a tensor cannot be called")

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


def is_method(name: str) -> bool:
    """Whether eager tensors have a method of this name; whether there is an operator for it shows when it is called."""
    return callable(getattr(torch.Tensor, name, None))
