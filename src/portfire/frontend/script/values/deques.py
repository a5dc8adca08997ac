"""`collections.deque`. In a program it is a list, whose type notes what it is in Python, and how many items it may hold
(`ir/forms.py`).

Comes before: `container_values.py`, `python_library/queues.py`. Comes after: `builtin_functions.py`, `behaviours.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.builtin_iteration import to_list
from portfire.frontend.script.builtins.python_library import queues
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.types.inference import PendingType
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.container_values import ListBehaviour, element_for
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.forms import form_argument
from portfire.ir.types import ListType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Method = Callable[["Emitter", StaticValue, Arguments, Keywords], StaticValue]

_FIRST, _LAST = ConstantValue(0), ConstantValue(-1)


def make_deque(emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
    """`deque(items, maxlen)`."""
    most = (args[1] if len(args) > 1 else kwargs.get("maxlen", NONE_VALUE)).constant()
    if most is not None and not (isinstance(most, int) and most >= 0):
        raise emitter.fail(
            "not-a-constant", "'maxlen' of a deque must be known while compiling", help="write the number: maxlen=10"
        )
    form = "deque" if most is None else f"deque:{most}"
    made = emitter.empty_display("prim::ListConstruct", ListType(PendingType(), form=form))
    items = args[0] if args else kwargs.get("iterable")
    if items is not None:
        _extend(emitter, made, [items], {})
    return made


class DequeBehaviour(ListBehaviour):
    """`Deque[T]`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if name == "maxlen":
            most = form_argument(value.type)
            return ConstantValue(int(most)) if most else NONE_VALUE
        if name in _METHODS:
            return MethodValue(value, name, _METHODS[name])
        return super().attribute(emitter, value, name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name == "maxlen" or name in _METHODS or super().has_attribute(emitter, value, name)


def _drop_beyond(emitter: Emitter, deque: StaticValue, place: ConstantValue) -> None:
    """Take an item out at one end, if there are more than there may be."""
    from portfire.frontend.script.statements.control_flow import emit_if_value

    most = form_argument(emitter.runtime(deque).type)
    if not most:
        return

    def drop() -> Flow:
        emitter.builtin("aten::pop", [deque, place])
        return Flow.FALLS

    length = emitter.builtin("aten::len", [deque])
    is_too_long = emitter.builtin("aten::gt", [length, ConstantValue(int(most))])
    emit_if_value(emitter, is_too_long, drop, lambda: Flow.FALLS)


def _append(emitter: Emitter, deque: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    emitter.builtin("aten::append", [deque, element_for(emitter, deque, args[0])])
    _drop_beyond(emitter, deque, _FIRST)
    return NONE_VALUE


def _append_left(emitter: Emitter, deque: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    emitter.builtin("aten::insert", [deque, _FIRST, element_for(emitter, deque, args[0])])
    _drop_beyond(emitter, deque, _LAST)
    return NONE_VALUE


def _each(append: Method) -> Method:
    def emit(emitter: Emitter, deque: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        from portfire.frontend.script.statements.loops import emit_iteration

        def body(item: StaticValue) -> Flow:
            append(emitter, deque, [item], {})
            return Flow.FALLS

        emit_iteration(emitter, to_list(emitter, args[0]), (), body)
        return NONE_VALUE

    return emit


_extend = _each(_append)


def _library(function: Callable[..., object]) -> Method:
    def emit(emitter: Emitter, deque: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.compiler.function_value(function).call(emitter, [deque, *args], kwargs)

    return emit


def _taken(place: ConstantValue) -> Method:
    """`pop` and `popleft`."""

    def emit(emitter: Emitter, deque: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        from portfire.frontend.script.statements.exceptions import emit_check

        has_items = emitter.builtin("aten::gt", [emitter.builtin("aten::len", [deque]), ConstantValue(0)])
        emit_check(emitter, has_items, ConstantValue("pop from an empty deque"), "builtins.IndexError")
        return emitter.builtin("aten::pop", [deque, place])

    return emit


def _copied(emitter: Emitter, deque: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return emitter.builtin("aten::copy", [deque])


_METHODS: dict[str, Method] = {
    "append": _append,
    "appendleft": _append_left,
    "extend": _extend,
    "extendleft": _each(_append_left),
    "pop": _taken(_LAST),
    "popleft": _taken(_FIRST),
    "rotate": _library(queues.rotate),
    "copy": _copied,
}
