"""Strings of which the compiler knows whether they are empty, though not which they are.

    why_not = ""
    if x.dim() != 3: why_not = f"expected 3 dimensions, found {x.dim()}"
    elif self.bias is None: why_not = "no bias"        # known to be so while compiling
    if not why_not: self.fast_path(x)                  # needs a bias: never compiled

Comes before: `runtime_value.py`. Comes after: `merging.py`.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import STR

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class StringOfKnownTruth(RuntimeValue):
    """One of several strings that are all empty, or none of which is."""

    def __init__(self, merged: RuntimeValue, is_true: bool) -> None:
        super().__init__(merged.value)
        self.is_true = is_true

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(self.is_true)


def of_common_truth(merged: RuntimeValue, values: Sequence[StaticValue]) -> RuntimeValue:
    """`merged`, which is one of `values`, with what is known of their truth."""
    if merged.type != STR:
        return merged
    outcomes = {_truth_of(value) for value in values}
    outcome = outcomes.pop() if len(outcomes) == 1 else None
    return merged if outcome is None else StringOfKnownTruth(merged, outcome)


def _truth_of(value: StaticValue) -> bool | None:
    constant = value.constant()
    if isinstance(constant, str):
        return bool(constant)
    if isinstance(value, StringOfKnownTruth):
        return value.is_true
    if isinstance(value, RuntimeValue) and _has_text(value):
        return True
    return None


def _has_text(value: RuntimeValue) -> bool:
    """Whether this is a formatted string with some text of its own."""
    node = value.value.node
    if node is None or node.kind != "aten::format" or node.inputs[0].node is None:
        return False
    template = node.inputs[0].node.attributes.get("value")
    return isinstance(template, str) and any(text for text, *_ in string.Formatter().parse(template))
