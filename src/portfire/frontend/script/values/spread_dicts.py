"""`f(**d)` of a dict that is known only at run time: each parameter that nothing else gives is looked up in it.

    def head(patches: Tensor, mask: Optional[Tensor] = None): ...
    head(**features)    ->    head(features["patches"], features["mask"] if "mask" in features else None)

Comes before: `container_values.py`, `control_flow.py`. Comes after: `calls.py` (binding).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING, Parameter
from portfire.ir.types import STR, DictType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: The keyword under which such a dict goes from the call to the binding of arguments.
SPREAD: Final = "**"


def is_spread_dict(value: StaticValue) -> bool:
    """Whether the value is a run-time dict whose keys may be names of parameters."""
    type_ = static_type(value)
    return isinstance(type_, DictType) and type_.key == STR


def bind_spread(
    emitter: Emitter,
    dict_: StaticValue,
    parameters: Sequence[Parameter],
    bound: dict[str, StaticValue],
    called: str,
    default_of: Callable[[Parameter], StaticValue],
) -> None:
    """Bind the parameters that are not bound yet. What the dict lacks, repeats or has too much raises TypeError, as in
    Python."""
    used: StaticValue = ConstantValue(0)
    for parameter in parameters:
        key = ConstantValue(parameter.name)
        is_there = emitter.builtin("aten::__contains__", [dict_, key])
        if parameter.name in bound:
            message = f"{called}() got multiple values for argument '{parameter.name}'"
            _check(emitter, emitter.builtin("aten::__not__", [is_there]), message)
            continue
        used = emitter.builtin("aten::add", [used, emitter.builtin("aten::Int", [is_there])])
        if parameter.default is MISSING:
            _check(emitter, is_there, f"{called}() missing a required argument: '{parameter.name}'")
            bound[parameter.name] = dict_.index(emitter, key)
        else:
            bound[parameter.name] = _item_or_default(emitter, dict_, key, is_there, default_of(parameter))
    all_used = emitter.builtin("aten::eq", [dict_.length(emitter), used])
    _check(emitter, all_used, f"{called}() got an unexpected keyword argument")


def _item_or_default(
    emitter: Emitter, dict_: StaticValue, key: StaticValue, is_there: StaticValue, default: StaticValue
) -> StaticValue:
    return emit_choice(emitter, is_there, lambda: dict_.index(emitter, key), lambda: default)


def _check(emitter: Emitter, condition: StaticValue, message: str) -> None:
    emit_check(emitter, condition, ConstantValue(message), "builtins.TypeError")
