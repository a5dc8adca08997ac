"""`torch.einsum` in both of its forms: an equation with tensors, or tensors with lists of subscripts.

    torch.einsum("ij,jk->ik", x, y)
    torch.einsum(x, [0, 1], y, [1, 2], [0, 2])

Comes before: `values/`. Comes after: `torch_library.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.indexing import EllipsisValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import Value
from portfire.ir.types import TensorType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def has_sublists(args: Sequence[StaticValue]) -> bool:
    """Whether a call has the form with lists of subscripts."""
    return bool(args) and isinstance(static_type(args[0]), TensorType)


def einsum_of_sublists(emitter: Emitter, args: Sequence[StaticValue]) -> StaticValue:
    """The form with lists of subscripts. The operator for it takes no `...`, and wants the result's: else it is an equation."""
    sublists = [a for i, a in enumerate(args) if i % 2 or i + 1 == len(args)]
    if len(args) < 2 or any(isinstance(static_type(s), TensorType) for s in sublists):
        raise emitter.fail(
            "bad-call",
            "einsum without an equation takes tensors and their lists of subscripts in turn",
            help='write torch.einsum("ij,jk->ik", x, y)',
        )
    has_ellipsis = any(isinstance(i, EllipsisValue) for s in sublists if isinstance(s, TupleValue) for i in s.items)
    if len(args) % 2 and not has_ellipsis:
        return emitter.builtin("aten::einsum", list(args))
    terms = [_term(emitter, s) for s in sublists]
    tensors = list(args[0 : len(args) - len(args) % 2 : 2])
    inputs, output = (terms[:-1], terms[-1]) if len(args) % 2 else (terms, None)
    equation = ",".join(inputs) + ("" if output is None else f"->{output}")
    return emitter.builtin("aten::einsum", [ConstantValue(equation), TupleValue(tensors, is_list=True)])


def _term(emitter: Emitter, sublist: StaticValue) -> str:
    """The subscripts of one tensor as an equation writes them."""
    letters = ""
    for item in _items(emitter, sublist):
        number = item.constant()
        if isinstance(item, EllipsisValue):
            letters += "..."
        elif isinstance(number, int) and 0 <= number < len(_LETTERS):
            letters += _LETTERS[number]
        else:
            raise emitter.fail(
                "not-a-constant",
                "subscripts beside an Ellipsis, or without those of the result, must be ints from 0 to 51 known while compiling",
                help='write torch.einsum("...i,i->...", x, y)',
            )
    return letters


def _items(emitter: Emitter, sublist: StaticValue) -> Sequence[StaticValue]:
    if isinstance(sublist, TupleValue):
        return sublist.items
    value: Value = emitter.runtime(sublist)
    if value.node is None or value.node.kind != "prim::ListConstruct" or value.uses:
        return [sublist]
    return [_known(item) for item in value.node.inputs]


def _known(item: Value) -> StaticValue:
    node = item.node
    if node is not None and node.kind == "prim::Constant" and "value" in node.attributes:
        return ConstantValue(node.attributes["value"])
    return RuntimeValue(item)
