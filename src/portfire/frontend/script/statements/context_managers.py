"""Context managers that exist while compiling: torch's gradient modes, `contextlib.suppress`, and what means nothing here.

Comes before: `static_values.py`. Comes after: `autocast.py`, `with_statement.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.statements.exceptions import class_names
from portfire.frontend.script.values.constant_values import NONE_VALUE
from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class ContextManagerClass(StaticValue):
    """`torch.no_grad` and the like. `mode` gives the gradient mode to set, of the arguments; None: nothing happens.
    `gives_argument`: what is given is what `with ... as` binds."""

    def __init__(
        self, name: str, mode: Callable[[Sequence[StaticValue]], StaticValue | None], *, gives_argument: bool = False
    ) -> None:
        self.name = name
        self.mode = mode
        self.gives_argument = gives_argument

    def describe(self) -> str:
        """See the base class."""
        return f"'{self.name}'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        given = [*args, *kwargs.values()]
        return ContextManager(self.mode(given), given[0] if self.gives_argument and given else NONE_VALUE)


class ContextManager(StaticValue):
    """One of them, about to be entered."""

    def __init__(self, mode: StaticValue | None, entered: StaticValue = NONE_VALUE) -> None:
        self.mode = mode
        #: What `with ... as` binds.
        self.entered = entered

    def describe(self) -> str:
        """See the base class."""
        return "a context manager"

    def enter(self, emitter: Emitter) -> StaticValue | None:
        """Set the mode. Returns the one before."""
        if self.mode is None:
            return None
        before = emitter.builtin("aten::is_grad_enabled", [])
        emitter.builtin("aten::set_grad_enabled", [self.mode])
        return before

    def leave(self, emitter: Emitter, before: StaticValue | None) -> None:
        """Put the mode back."""
        if before is not None:
            emitter.builtin("aten::set_grad_enabled", [before])


class SuppressClass(StaticValue):
    """`contextlib.suppress`."""

    identity = "suppress"

    def describe(self) -> str:
        """See the base class."""
        return "'contextlib.suppress'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        return Suppress([name for arg in args for name in class_names(emitter, arg)])


class Suppress(StaticValue):
    """`contextlib.suppress(T, U)`: exceptions of these types end the body, and nothing more."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def describe(self) -> str:
        """See the base class."""
        return "a context manager"
