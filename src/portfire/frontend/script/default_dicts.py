"""`defaultdict(factory)`: a dict that makes the items that are asked for. Which factory is known while compiling.

Comes before: `container_values.py`. Comes after: `python_values.py`, which asks here for `collections.defaultdict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.constant_values import NONE_VALUE
from portfire.frontend.script.exits import Flow
from portfire.frontend.script.inference import pending_dict
from portfire.frontend.script.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.static_values import Iteration, StaticValue
from portfire.ir.graph import Value

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class DefaultDict(StaticValue):
    """A run-time dict with a factory. What leaves the function is the plain dict."""

    #: `in` is found as a method.
    has_operators = True
    #: Its contents change; which object a variable holds is known while compiling.
    is_mutable = True

    def __init__(self, items: RuntimeValue, factory: StaticValue) -> None:
        self.items = items
        self.factory = factory

    def describe(self) -> str:
        """See the base class."""
        return "a defaultdict"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return self.items.as_value(emitter)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name == "__contains__" or self.items.has_attribute(emitter, name)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name == "__contains__":
            return MethodValue(self, name, lambda emitter, _, args, kwargs: self._has(emitter, args[0]))
        return self.items.attribute(emitter, name)

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """`self[key]`: made if it is not there."""
        from portfire.frontend.script.control_flow import emit_if_value

        def make() -> Flow:
            self.items.set_index(emitter, key, self.factory.call(emitter, [], {}))
            return Flow.FALLS

        if self.factory.constant() is not None:
            emit_if_value(emitter, self._has(emitter, key), lambda: Flow.FALLS, make)
        return self.items.index(emitter, key)

    def set_index(self, emitter: Emitter, key: StaticValue, value: StaticValue) -> None:
        """See the base class."""
        self.items.set_index(emitter, key, value)

    def delete_index(self, emitter: Emitter, key: StaticValue) -> None:
        """`del self[key]`."""
        self.items.delete_index(emitter, key)

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return self.items.iterate(emitter)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self.items.length(emitter)

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self.items.truth(emitter)

    def _has(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        from portfire.frontend.script.operators import emit_contains

        return emit_contains(emitter, self.items, key)


def make_default_dict(emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    """`defaultdict(factory)`, or with what is in it at first."""
    made = DefaultDict(emitter.empty_display("prim::DictConstruct", pending_dict()), args[0] if args else NONE_VALUE)
    for items in args[1:]:
        made.items.attribute(emitter, "update").call(emitter, [items], {})
    return made
