"""Functions, classes and modules that a loop binds to a variable which had another one before: `g = f` in a round.

No run-time value is one of them, so the number of the one that a variable holds goes round the loop.

    g = first                       number = 0
    for x in xs:                    for x in xs:
        total += g(x)        ->         total += first(x) if number == 0 else second(x)
        g = second                      number = 1

Comes before: `picked_values.py`. Comes after: `loops.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import Frame, PoisonedValue, UndefinedValue
from portfire.frontend.script.statements.merging import is_same
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.picked_values import PickedValue, picked_by
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


_MOST_ITEMS = 32


def number_of(name: str) -> str:
    """The hidden variable that holds the number of what a variable holds."""
    return f"$number_{name}"


def items_in(value: StaticValue) -> list[StaticValue]:
    """What a variable may hold."""
    return list(value.items) if isinstance(value, PickedValue) else [value]


def more_items(items: Sequence[StaticValue], value: StaticValue, inside: Frame) -> list[StaticValue] | None:
    """The items that `value` adds; None if one of them is of one round only (it was made in the frame `inside`)."""
    found = [i for i in items_in(value) if not any(is_same(i, known) for known in items)]
    if len(items) + len(found) > _MOST_ITEMS:  # each compilation of the body makes new ones
        return None
    return None if any(_is_of_one_round(i, inside) for i in found) else found


def first_number(emitter: Emitter, before: StaticValue) -> StaticValue:
    """The number of what a variable holds before the loop."""
    return before.number(emitter) if isinstance(before, PickedValue) else ConstantValue(0)


def number_among(emitter: Emitter, items: Sequence[StaticValue], value: StaticValue) -> StaticValue:
    """The number of what a variable holds now, which is one of the items."""

    def place(item: StaticValue) -> StaticValue:
        return ConstantValue(next(i for i, known in enumerate(items) if is_same(item, known)))

    return value.branch(emitter, place) if isinstance(value, PickedValue) else place(value)


def bind_picked(emitter: Emitter, name: str, items: Sequence[StaticValue]) -> None:
    """Bind the variable, in the block being compiled, to the item of its number."""
    number = emitter.frame.assigned[number_of(name)]
    emitter.frame.assigned[name] = picked_by(items, number)


def _is_of_one_round(value: StaticValue, inside: Frame) -> bool:
    if getattr(value, "is_mutable", False) or isinstance(value, (UndefinedValue, PoisonedValue)):
        return True
    frame: Frame | None = getattr(getattr(value, "callee", None), "captured", None)
    while frame is not None and frame is not inside:
        frame = frame.outer
    return frame is not None
