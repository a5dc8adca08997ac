"""`with torch.autocast("cpu", dtype=torch.bfloat16): ...`: operators choose their dtypes, as torch's dispatcher does.

Entering sets the state of the thread and keeps the one before, which is put back however the body is left. libtorch has no
operator for either: only portfire's engine runs such functions.

Comes before: `context_managers.py`. Comes after: `with_statement.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from portfire.frontend.script.statements.context_managers import ContextManager
from portfire.frontend.script.values.constant_values import NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_PARAMETERS = ("device_type", "dtype", "enabled", "cache_enabled")


class AutocastClass(StaticValue):
    """`torch.autocast`; with a device type, one of its old spellings (`torch.cuda.amp.autocast`)."""

    def __init__(self, device_type: str | None = None, dtype: torch.dtype | None = None) -> None:
        self.device_type = device_type
        self.dtype = dtype

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("autocast", self.device_type)

    def describe(self) -> str:
        """See the base class."""
        return "'torch.autocast'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        names: tuple[str, ...] = _PARAMETERS
        given: dict[str, StaticValue] = {"dtype": NONE_VALUE, "enabled": TRUE_VALUE, "cache_enabled": NONE_VALUE}
        if self.device_type is not None:
            names = ("enabled", "dtype", "cache_enabled")
            given["device_type"], given["dtype"] = ConstantValue(self.device_type), ConstantValue(self.dtype)
        given.update(zip(names, args, strict=False))
        given.update(kwargs)
        unknown = sorted(given.keys() - set(_PARAMETERS))
        if unknown or len(args) > len(names) or "device_type" not in given:
            raise emitter.fail(
                "bad-call",
                "torch.autocast takes a device type, and dtype, enabled and cache_enabled",
                help='write `torch.autocast("cpu", dtype=torch.bfloat16)`',
            )
        return Autocast([given[name] for name in _PARAMETERS])


class Autocast(ContextManager):
    """One autocast, about to be entered."""

    def __init__(self, settings: Sequence[StaticValue]) -> None:
        super().__init__(None)
        self.entered = self
        self.settings = settings

    def enter(self, emitter: Emitter) -> StaticValue | None:
        """See the base class."""
        return emitter.builtin("prim::enter_autocast", self.settings)

    def leave(self, emitter: Emitter, before: StaticValue | None) -> None:
        """See the base class."""
        assert before is not None
        emitter.builtin("prim::leave_autocast", [self.settings[0], before])
