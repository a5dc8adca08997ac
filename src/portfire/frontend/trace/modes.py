"""Autocast during a trace: a program takes the mode of its caller, and has none of its own when it was traced.

Operators are recorded as Python calls them, above autocast. What switches it inside of `forward` would be lost.

Comes before: `recording.py`. Comes after: `interception.py`.
"""

from __future__ import annotations

import torch

from portfire.errors import TraceError
from portfire.frontend.trace.call_sites import CallSites

_DEVICES = ("cpu", "cuda")


class Autocast:
    """The mode when the trace began; any other in it is refused."""

    def __init__(self) -> None:
        self._at_start = _state()

    def check(self, places: CallSites) -> None:
        """Raises TraceError where operators run in another mode than that of the start."""
        if _state() != self._at_start:
            raise TraceError(
                f"{places.current()}: torch.autocast is switched inside of what is traced, which a trace does not record; script it "
                "(portfire.script keeps `with torch.autocast`), or switch autocast around the calls, of the trace and of the "
                "program"
            )


def _state() -> tuple[torch.dtype | None, ...]:
    return tuple(torch.get_autocast_dtype(d) if torch.is_autocast_enabled(d) else None for d in _DEVICES)
