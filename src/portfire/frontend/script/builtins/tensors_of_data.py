"""`torch.tensor` and `torch.as_tensor` of what their operators do not take, or take for something else: tensors, lists with
tensors in them, nothing at all.

Comes before: `python_library/tensors.py`. Comes after: `operator_value.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.builtins.python_library import tensors
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Keywords = dict[str, StaticValue]


def tensor_of_data(emitter: Emitter, name: str, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue | None:
    """A call of the operator `name`; None where the operator itself is what to call."""
    if name not in ("aten::tensor", "aten::as_tensor"):
        return None
    given = dict(zip(("data", "dtype", "device"), args, strict=False)) | kwargs
    data = given.pop("data", None)
    if data is None:
        return None
    options = {n: v for n, v in given.items() if n != "requires_grad" and v.constant() is not None}
    if set(options) - {"dtype", "device"}:
        return None
    made = _made(emitter, name, data, options)
    if made is None:
        return emitter.builtin(name, [data], given) if "data" in kwargs or len(args) > 1 else None
    gradient = given.get("requires_grad")
    if gradient is None or gradient.constant() is False:
        return made
    return emitter.builtin("aten::requires_grad_", [made, gradient])


def _made(emitter: Emitter, name: str, data: StaticValue, options: Keywords) -> StaticValue | None:
    type_ = static_type(data)
    if type_ is not None and isinstance(type_, ir.TensorType):
        return _of_tensor(emitter, name, data, options)
    if isinstance(type_, ir.NumberType):
        return _of_number(emitter, data, options)
    if isinstance(data, TupleValue) and not data.items:
        return emitter.builtin("aten::empty", [ConstantValue([0], ir.ListType(ir.INT))], options)
    if _has_tensors(data):
        return _on_device(emitter, _stacked(emitter, data, options.get("dtype")), options)
    if "dtype" in options or not _may_be_empty(data):
        return None
    made = emitter.builtin(name, [data], options)
    return emitter.compiler.function_value(tensors.or_default_dtype).call(emitter, [made], {})


def _of_tensor(emitter: Emitter, name: str, data: StaticValue, options: Keywords) -> StaticValue:
    """A copy, or the same where the dtype and the device are those asked for."""
    if name == "aten::as_tensor":
        return emitter.builtin("aten::to", [data], options) if options else data
    detached = emitter.builtin("aten::detach", [data])
    if not options:
        return emitter.builtin("aten::clone", [detached])
    return emitter.builtin("aten::to", [detached], {**options, "copy": TRUE_VALUE})


def _of_number(emitter: Emitter, data: StaticValue, options: Keywords) -> StaticValue:
    """Of `x.item()`, whose type only the run knows: that of a list of it has the dtype, and no operator's of the number."""
    made = emitter.builtin("aten::tensor", [TupleValue([data], is_list=True)], options)
    return emitter.builtin("aten::reshape", [made, ConstantValue([], ir.ListType(ir.INT))])


def _on_device(emitter: Emitter, made: StaticValue, options: Keywords) -> StaticValue:
    return emitter.builtin("aten::to", [made], options) if options else made


def _has_tensors(data: StaticValue) -> bool:
    if isinstance(data, TupleValue):
        return any(map(_has_tensors, data.items))
    type_ = static_type(data)
    return type_ is not None and _holds_tensors(type_)


def _holds_tensors(type_: ir.Type) -> bool:
    if isinstance(type_, ir.ListType):
        return _holds_tensors(type_.element)
    return isinstance(type_, ir.TensorType) or (
        isinstance(type_, ir.TupleType) and any(map(_holds_tensors, type_.elements))
    )


_OF_TENSORS: dict[ir.Type, Callable[..., Any]] = {
    ir.TENSOR: tensors.item_of, ir.ListType(ir.TENSOR): tensors.of_items, ir.ListType(ir.ListType(ir.TENSOR)): tensors.of_rows,
}  # fmt: skip


def _stacked(emitter: Emitter, data: StaticValue, dtype: StaticValue | None) -> StaticValue:
    """Nested lists and tuples, each a dimension. Numbers beside tensors are tensors of the dtype they have in Python."""
    type_ = static_type(data)
    if isinstance(data, TupleValue) or isinstance(type_, ir.TupleType):
        parts = [_stacked(emitter, item, dtype) for item in data.unpack(emitter, None)]
        return emitter.builtin("aten::stack", [TupleValue(parts, is_list=True)])
    function = _OF_TENSORS.get(type_ or ir.NONE)
    if isinstance(type_, ir.NumberType):
        made: StaticValue = _of_number(emitter, data, {})
    elif function is None:
        made = emitter.builtin("aten::tensor", [data])
    else:
        made = emitter.compiler.function_value(function).call(emitter, [data], {})
    return made if dtype is None else emitter.builtin("aten::to", [made, dtype])


def _may_be_empty(data: StaticValue, at_most: int = 0) -> bool:
    """Whether this is a list of a length that only the run knows: one of floats has the default dtype in any case."""
    type_ = static_type(data)
    if not isinstance(data, RuntimeValue) or not isinstance(type_, ir.ListType) or data.constant() is not MISSING:
        return False
    node = data.value.node
    if node is not None and node.kind == "prim::ListConstruct" and node.inputs and len(data.value.uses) <= at_most:
        return any(_may_be_empty(RuntimeValue(item), 1) for item in node.inputs)
    element = type_.element
    while isinstance(element, ir.ListType):
        element = element.element
    return element in (ir.INT, ir.BOOL, ir.COMPLEX)
