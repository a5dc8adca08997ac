"""Keys of tensors whose length only the run tells: `x[tuple(numbers)]`, `x[list_of_tensors]`, `x[rows]`.

A tuple has one item for each dimension. So has, in torch, a list that holds tensors or lists: `x[[[0, 1], [1, 0]]]` is
`x[[0, 1], [1, 0]]`.

Comes before: `python_library/slicing.py`. Comes after: `indexing.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.python_library import slicing
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import INT, SIZE, ListType, OptionalType, TensorType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def is_number_tuple(type_: Type | None) -> bool:
    """Whether the key is a tuple of ints, of any length."""
    return isinstance(type_, ListType) and type_.form in ("tuple", SIZE.form) and resolved(type_.element) == INT


def is_index_list(type_: Type | None) -> bool:
    """Whether the key holds one index tensor, or what becomes one, for each dimension."""
    return isinstance(type_, ListType) and (_is_tensor(resolved(type_.element)) or _is_list(resolved(type_.element)))


def index_list(emitter: Emitter, key: StaticValue) -> StaticValue:
    """The index tensors of such a key."""
    type_ = static_type(key)
    assert isinstance(type_, ListType)
    function = slicing.tensors_listed if _is_tensor(resolved(type_.element)) else slicing.tensors_of_rows
    return emitter.compiler.function_value(function).call(emitter, [key], {})


def _is_tensor(type_: Type) -> bool:
    return isinstance(type_, TensorType) or (isinstance(type_, OptionalType) and isinstance(type_.element, TensorType))


def _is_list(type_: Type) -> bool:
    return isinstance(type_, ListType)
