"""`NotImplemented`: what a comparison method returns for operands it does not know.

A method that would return it is asked for operands of known types, so it either never comes to that, or always.

Comes before: `static_values.py`. Comes after: `python_values.py`, `operators.py`.
"""

from __future__ import annotations

from portfire.frontend.script.values.static_values import StaticValue


class NotImplementedMarker(StaticValue):
    """The one object."""

    identity = "NotImplemented"

    def describe(self) -> str:
        """See the base class."""
        return "NotImplemented"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NotImplementedMarker)

    def __hash__(self) -> int:
        return hash(self.identity)


NOT_IMPLEMENTED = NotImplementedMarker()
