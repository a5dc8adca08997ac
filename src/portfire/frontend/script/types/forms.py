"""Values that are something else in Python than in the program: which operators give them, and how they are shown.

    x.dtype, torch.float32     an int in the program
    x.shape, x.size()          a list of ints
    x.chunk(2), x.stride()     lists, of tensors and of ints
    tuple(xs), Tuple[int, ...] a list

Comes before: `ir/forms.py`. Comes after: `emitter.py`, `strings.py`, `exceptions.py`, `type_tests.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.forms import form_argument, form_kind
from portfire.ir.graph import Value
from portfire.ir.types import DTYPE, INT, SIZE, TENSOR, DictType, IntType, ListType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_LAYOUT: Final = IntType(form="layout")
_QSCHEME: Final = IntType(form="qscheme")
_TUPLE: Final = ListType(TENSOR, form="tuple")

#: Operators whose results always have a form.
_RESULTS: Final[dict[str, Type]] = {
    "prim::dtype": DTYPE, "aten::promote_types": DTYPE, "aten::result_type": DTYPE, "aten::get_default_dtype": DTYPE,
    "aten::get_autocast_dtype": DTYPE,
    "prim::layout": _LAYOUT, "aten::qscheme": _QSCHEME, "aten::size": SIZE, "aten::Size": SIZE,
    "aten::stride": ListType(INT, form="tuple"), "aten::broadcast_shapes": SIZE,
    **{
        f"aten::{name}": _TUPLE
        for name in (
            "chunk", "split", "split_with_sizes", "tensor_split", "hsplit", "vsplit", "dsplit", "unbind", "unsafe_chunk",
            "unsafe_split", "unsafe_split_with_sizes", "meshgrid", "broadcast_tensors", "where", "nonzero", "gradient",
            "atleast_1d", "atleast_2d", "atleast_3d",
        )
    },
}  # fmt: skip

#: Operators on lists whose result has the form that all operands have.
_KEEPING: Final = frozenset(("aten::slice", "aten::add", "aten::mul"))


def note_form(name: str, operands: Sequence[Value], result: Value) -> Value:
    """The result of an operator, with the form that it has in Python."""
    type_ = result.type
    if isinstance(type_, (DictType, ListType)) and name == "aten::copy":
        result.type = operands[0].type
        return result
    if not isinstance(type_, (IntType, ListType)):
        return result
    if name in _RESULTS and type_ == _RESULTS[name]:
        result.type = _RESULTS[name]
    elif name in _KEEPING and isinstance(type_, ListType):
        forms = {o.type.form for o in operands if isinstance(o.type, ListType)}
        form = forms.pop() if len(forms) == 1 else None
        if form is not None and type_.form != form:
            result.type = ListType(type_.element, form=form)
    return result


def shown(emitter: Emitter, value: StaticValue) -> StaticValue | None:
    """`str(value)` of a value that Python shows as something else; None of others."""
    from portfire.frontend.script.builtins.python_library import forms
    from portfire.frontend.script.classes.object_texts import own_text
    from portfire.frontend.script.types.conversion import static_type

    text = value.text(emitter)
    if text is not None:
        return text
    type_ = static_type(value)
    own = own_text(emitter, value, "s")
    if own is not None:
        return own
    form = "" if type_ is None else form_kind(type_) or ""
    function = _TEXTS.get(form)
    if type_ is None or function is None:
        return None
    if isinstance(value, ConstantValue):
        return ConstantValue(str(value.value))
    argument = [ConstantValue(form_argument(type_))] if form in _WITH_ARGUMENT else []
    return emitter.compiler.function_value(getattr(forms, function)).call(emitter, [value, *argument], {})


_TEXTS: Final[dict[str, str]] = {
    "dtype": "dtype_text", "bytes": "bytes_text", "layout": "layout_text", "memory_format": "memory_format_text", "Size": "size_text",
    "qscheme": "qscheme_text", "tuple": "tuple_text", "set": "set_text", "frozenset": "frozenset_text",
    "deque": "deque_text", "Counter": "counter_text", "defaultdict": "default_dict_text",
    "OrderedDict": "ordered_dict_text" if sys.version_info >= (3, 12) else "ordered_dict_pairs_text",
}  # fmt: skip


def is_shown_by_form(type_: Type) -> bool:
    """Whether Python shows a value of the type as something else than the program's value."""
    return (form_kind(type_) or "") in _TEXTS


#: The forms whose text tells their argument, too.
_WITH_ARGUMENT: Final = ("deque", "defaultdict")


def dtype_attribute(emitter: Emitter, value: StaticValue, name: str) -> StaticValue:
    """`x.dtype.is_floating_point` and the like."""
    from portfire.frontend.script.builtins.python_library import forms

    function = {
        "is_floating_point": forms.is_floating_point, "is_complex": forms.is_complex, "is_signed": forms.is_signed,
        "itemsize": forms.itemsize,
    }.get(name)  # fmt: skip
    if function is None:
        raise emitter.fail(
            "no-attribute",
            f"a dtype has no attribute '{name}' in a program",
            help="compare it: `x.dtype == torch.float32`",
        )
    return emitter.compiler.function_value(function).call(emitter, [value], {})
