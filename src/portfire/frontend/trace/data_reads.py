"""What happens when Python looks at a traced tensor: sizes become traced numbers, data becomes numbers or guards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from portfire.frontend.trace.dispatch_key import unwatched
from portfire.frontend.trace.numbers import traced_number
from portfire.frontend.trace.reading_code import use_in_user_code
from portfire.frontend.trace.recording import Recording, concrete
from portfire.ir.types import TENSOR


def plain(call: Callable[[], Any]) -> Any:
    """Run without the trace seeing it."""
    with torch._C.DisableTorchFunction(), unwatched():
        return call()


def _size(recording: Recording, tensor: torch.Tensor, dim: int) -> Any:
    size = plain(lambda: tensor.size(dim))
    value = recording.emit("aten::size", recording.value_of(tensor), recording.constant(dim))
    return traced_number(recording, size, value)


def _sizes(recording: Recording, tensor: torch.Tensor) -> Any:
    """`x.shape`: a traced number for each dimension; the rank is fixed where the line depends on more than one of them."""
    rank = plain(tensor.dim)
    use = use_in_user_code()
    if use is not None and use.kind == "index" and isinstance(use.detail, int) and use.detail < 0:
        return torch.Size([_size(recording, tensor, d - rank) for d in range(rank)])
    if use is not None and use.kind != "unpack" and not (use.kind == "index" and isinstance(use.detail, int)):
        recording.ranks.fix(tensor)
    return torch.Size([_size(recording, tensor, d) for d in range(rank)])


def _size_method(recording: Recording, tensor: torch.Tensor, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    dim = args[0] if args else kwargs.get("dim")
    if dim is None:
        return _sizes(recording, tensor)
    dim = concrete(dim)
    rank = plain(tensor.dim)
    if not -rank <= dim < rank:
        return plain(lambda: tensor.size(dim))
    return _size(recording, tensor, dim)


def _rank(recording: Recording, tensor: torch.Tensor, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """`x.dim()` gives a plain int, on which the user's code then depends."""
    if use_in_user_code() is not None:
        recording.ranks.fix(tensor)
    return plain(tensor.dim)


def data_of(recording: Recording, tensor: torch.Tensor) -> torch.Tensor:
    """`x.data`: the same memory, without the gradient."""
    data: torch.Tensor = plain(lambda: tensor.data)
    recording.bind(data, recording.emit("prim::data", recording.value_of(tensor)))
    recording.ranks.add_result("prim::data", (tensor,), data)
    return data


def _flag(name: str, operator: str) -> Callable[..., Any]:
    """A fact about a tensor that Python gets as a plain bool: where the user's code asks, the program must see the same."""

    def read(recording: Recording, tensor: torch.Tensor, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        def ask() -> Any:
            found = getattr(tensor, name)
            return found(*args, **kwargs) if callable(found) else found

        outcome = plain(ask)
        if use_in_user_code() is not None and not args and not kwargs:
            value = recording.emit(operator, recording.value_of(tensor))
            recording.guard_equal(value, bool(outcome), f"{name} of a tensor", warns=False)
        return outcome

    return read


def _numel(recording: Recording, tensor: torch.Tensor, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    value = recording.emit("aten::numel", recording.value_of(tensor))
    return traced_number(recording, plain(tensor.numel), value)


def _len(recording: Recording, tensor: torch.Tensor, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """`len()` must give an int: the size is fixed."""
    length = plain(lambda: len(tensor))
    value = recording.emit("aten::size", recording.value_of(tensor), recording.constant(0))
    recording.guard_equal(value, length, "the length of a tensor")
    return length


def _stride(recording: Recording, tensor: torch.Tensor, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    dim = args[0] if args else kwargs.get("dim")
    strides = plain(tensor.stride)
    if dim is not None:
        dim = concrete(dim) % len(strides)
    numbers = []
    for d in range(len(strides)) if dim is None else (dim,):
        value = recording.emit("aten::stride", recording.value_of(tensor), recording.constant(d))
        numbers.append(traced_number(recording, strides[d], value))
    return tuple(numbers) if dim is None else numbers[0]


#: By the name of the Tensor method or property: what Python gets for a tensor that came from the inputs.
METADATA: dict[str, Callable[[Recording, torch.Tensor, Sequence[Any], dict[str, Any]], Any]] = {
    "shape": lambda recording, tensor, args, kwargs: _sizes(recording, tensor),
    "size": _size_method,
    "numel": _numel,
    "nelement": _numel,
    "__len__": _len,
    "stride": _stride,
    "dim": _rank,
    "ndim": _rank,
    "ndimension": _rank,
    "is_floating_point": _flag("is_floating_point", "aten::is_floating_point"),
    "is_complex": _flag("is_complex", "aten::is_complex"),
    "is_signed": _flag("is_signed", "aten::is_signed"),
    "is_contiguous": _flag("is_contiguous", "aten::is_contiguous"),
    "is_cuda": _flag("is_cuda", "prim::is_cuda"),
    "is_sparse": _flag("is_sparse", "prim::is_sparse"),
    "is_quantized": _flag("is_quantized", "prim::is_quantized"),
    "requires_grad": _flag("requires_grad", "prim::requires_grad"),
}


def _item_op(tensor: torch.Tensor) -> str:
    if tensor.dtype == torch.bool:
        return "aten::Bool"
    return "aten::Float" if tensor.dtype.is_floating_point else "aten::Int"


def item_of(recording: Recording, tensor: torch.Tensor) -> Any:
    """The number in a tensor of one element, traced."""
    number = plain(tensor.item)
    if isinstance(number, complex):
        return _fix_data(recording, tensor, number)
    return traced_number(recording, number, recording.emit(plain(lambda: _item_op(tensor)), recording.value_of(tensor)))


def _bool(recording: Recording, tensor: torch.Tensor) -> bool:
    outcome = plain(lambda: bool(tensor))
    value = recording.emit("aten::Bool", recording.value_of(tensor))
    condition = value if outcome else recording.emit("aten::__not__", value)
    text = "true" if outcome else "false"
    recording.guard(
        condition,
        f"this branch on tensor data was taken as {text} when this was traced",
        f"a Python branch depends on the data of a tensor (here: {text}); the program raises for inputs that go the "
        "other way. Script this function to keep the branch.",
    )
    return bool(outcome)


def _fixed_number(kind: type, op: str) -> Callable[[Recording, torch.Tensor], Any]:
    """`int(x)` and `float(x)` must give plain numbers: the value is fixed."""

    def read(recording: Recording, tensor: torch.Tensor) -> Any:
        number = plain(lambda: kind(tensor))
        recording.guard_equal(recording.emit(op, recording.value_of(tensor)), number, f"{kind.__name__}() of a tensor")
        return number

    return read


def _fix_data(recording: Recording, tensor: torch.Tensor, result: Any) -> Any:
    """The whole of a tensor's data went to Python: the program checks that it is the same."""
    recording.mark_place()
    snapshot = plain(lambda: tensor.detach().clone())
    same = recording.emit("aten::equal", recording.value_of(tensor), recording.frame.builder.constant(snapshot, TENSOR))
    message = "the data of this tensor went to Python when this was traced, and must be the same"
    recording.guard(same, message, f"{message}; write it with torch operators to keep it general")
    return result


def _fixed(method: str) -> Callable[[Recording, torch.Tensor], Any]:
    return lambda recording, tensor: _fix_data(recording, tensor, plain(lambda: getattr(tensor, method)()))


#: By the name of the Tensor method: what Python gets when it reads the data of a traced tensor.
DATA_READS: dict[str, Callable[[Recording, torch.Tensor], Any]] = {
    "item": item_of,
    "__bool__": _bool,
    "is_nonzero": _bool,
    "__int__": _fixed_number(int, "aten::Int"),
    "__index__": _fixed_number(int, "aten::Int"),
    "__float__": _fixed_number(float, "aten::Float"),
    "tolist": _fixed("tolist"),
    "numpy": _fixed("numpy"),
    "__array__": _fixed("numpy"),
    "__complex__": _fixed("__complex__"),
}
