"""`f(*xs)` of a list whose length only the run knows: its items are the arguments that are missing.

    f(a, *xs)        where `f` takes three:  if len(xs) != 2: raise TypeError;  f(a, xs[0], xs[1])
    f(a, *xs)        where `f(x, *ys)`:      ys is xs

Comes before: `control_flow.py`, `exceptions.py`. Comes after: `calls.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.builtin_iteration import to_list
from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.indexing import SliceValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING, Parameter
from portfire.ir.types import ClassType, ListType, TensorType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class SpreadList(StaticValue):
    """`*xs` among the arguments of a call."""

    def __init__(self, items: StaticValue) -> None:
        self.items = items

    def describe(self) -> str:
        """See the base class."""
        return f"the items of {self.items.describe()}"


def can_be_spread(callee: StaticValue, items: StaticValue) -> bool:
    """Whether the call binds the items of a run-time list to the parameters of the user's function."""
    from portfire.frontend.script.classes.class_values import ScriptClass, UnboundMethod
    from portfire.frontend.script.classes.methods import BoundMethod
    from portfire.frontend.script.functions.function_values import LocalFunction, PythonFunction
    from portfire.frontend.script.functions.local_functions import LiftedFunction

    users = (PythonFunction, LocalFunction, LiftedFunction, BoundMethod, UnboundMethod, ScriptClass)
    is_object = isinstance(callee, RuntimeValue) and isinstance(callee.type, ClassType)
    takes_lists = is_object or isinstance(callee, users) or getattr(callee, "packs_rest", False)
    return isinstance(static_type(items), (ListType, TensorType)) and takes_lists


def without_spread_lists(
    emitter: Emitter,
    args: Sequence[StaticValue],
    positional: Sequence[Parameter],
    named: Mapping[str, StaticValue],
    called: str,
    *,
    takes_more: bool,
    default: Callable[[Parameter], StaticValue],
) -> tuple[Sequence[StaticValue], StaticValue | None]:
    """The arguments one by one, and the list of those for `*args`, if there is one."""
    places = [i for i, a in enumerate(args) if isinstance(a, SpreadList)]
    if not places:
        return args, None
    if len(places) > 1:
        raise emitter.fail(
            "unsupported-call",
            f"two lists are spread into the call of '{called}'",
            notes=("where the first ends is known only at run time",),
            help="join them: `f(*[*xs, *ys])`",
        )
    before, spread, after = args[: places[0]], args[places[0]], args[places[0] + 1 :]
    assert isinstance(spread, SpreadList)
    items = to_list(emitter, spread.items) if isinstance(static_type(spread.items), TensorType) else spread.items
    missing = list(takewhile(lambda p: p.name not in named, positional[len(before) :]))
    if after and takes_more:
        from portfire.frontend.script.values.displays import list_of

        items, after = emitter.builtin("aten::add", [items, list_of(emitter, after)]), []
    wanted = missing[: len(missing) - len(after)]
    least = sum(p.default is MISSING for p in wanted)
    if after and least < len(wanted):
        raise emitter.fail(
            "unsupported-call",
            f"how many parameters of '{called}' the list is for is not known while compiling",
            help="pass what follows the list by name",
        )
    _check_length(emitter, items, least, None if takes_more else len(wanted), len(before) + len(after), called)
    found = [_item(emitter, items, i, p, i < least, partial(default, p)) for i, p in enumerate(wanted)]
    rest: StaticValue | None = None
    if takes_more:
        rest = items.index(emitter, SliceValue(ConstantValue(len(wanted)), NONE_VALUE, NONE_VALUE))
        rest = _after(emitter, before[len(positional) :], rest, called)
    return [*before[: len(positional)], *found, *after], rest


def _after(emitter: Emitter, items: Sequence[StaticValue], rest: StaticValue, called: str) -> StaticValue:
    """The list `rest` behind the items, as `*args` of the function."""
    from portfire.frontend.script.values.displays import list_of

    if not items:
        return rest
    first = list_of(emitter, items)
    if static_type(first) != static_type(rest):
        raise emitter.fail(
            "unsupported-call",
            f"the '*args' of '{called}' would hold {first.describe()} and {rest.describe()}, whose items are of different types",
            notes=("how many items a list spreads into a call is known only at run time",),
            help="pass the list as one argument",
        )
    return emitter.builtin("aten::add", [first, rest])


def _item(
    emitter: Emitter,
    items: StaticValue,
    position: int,
    parameter: Parameter,
    is_there: bool,
    default: Callable[[], StaticValue],
) -> StaticValue:
    number = ConstantValue(position)
    if is_there:
        return items.index(emitter, number)
    has_item = emitter.builtin("aten::gt", [items.length(emitter), number])
    return emit_choice(emitter, has_item, lambda: items.index(emitter, number), default)


def _check_length(emitter: Emitter, items: StaticValue, least: int, most: int | None, others: int, called: str) -> None:
    length = items.length(emitter)
    if least > 0:
        message = ConstantValue(f"{called}() takes at least {least + others} positional arguments")
        enough = emitter.builtin("aten::ge", [length, ConstantValue(least)])
        emit_check(emitter, enough, message, "builtins.TypeError")
    if most is not None:
        message = ConstantValue(f"{called}() takes at most {most + others} positional arguments")
        few = emitter.builtin("aten::le", [length, ConstantValue(most)])
        emit_check(emitter, few, message, "builtins.TypeError")
