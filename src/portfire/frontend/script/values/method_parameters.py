"""How many arguments the methods of lists, dicts, sets and tensors take: what Python refuses is refused before it is compiled.

Methods that are operators, with a schema, and those written in Python say it themselves.

Comes before: `builtin_parameters.py`. Comes after: `runtime_value.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from portfire.frontend.script.builtins.builtin_parameters import Parameters
from portfire.ir.forms import form_kind
from portfire.ir.types import DictType, ListType, TensorType

if TYPE_CHECKING:
    from portfire.ir.types import Type

_NONE, _ONE = Parameters(0, 0), Parameters(1, 1)
_DEFAULTED: Final = Parameters(1, 2, (None, "default"))

_LIST: Final = {"__getitem__": _ONE, "append": _ONE, "extend": _ONE, "insert": Parameters(2, 2)}
_DICT: Final = {
    "__getitem__": _ONE, "get": _DEFAULTED, "setdefault": _DEFAULTED, "pop": _DEFAULTED, "keys": _NONE, "values": _NONE,
    "items": _NONE, "update": Parameters(0, 1, keywords=None),
}  # fmt: skip
_SET: Final = {"add": _ONE, "discard": _ONE, "clear": _NONE, "copy": _NONE, "__contains__": _ONE}
_TENSOR: Final = {"__getitem__": _ONE, "__len__": _NONE}


def parameters_of(type_: Type | None, name: str) -> Parameters | None:
    """What the method of a value of that type takes, where this table says it."""
    if isinstance(type_, ListType):
        return _LIST.get(name)
    if isinstance(type_, DictType):
        return (_SET if form_kind(type_) in ("set", "frozenset") else _DICT).get(name)
    return _TENSOR.get(name) if isinstance(type_, TensorType) else None
