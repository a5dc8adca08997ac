"""How many arguments Python's builtins take, and which by name: what does not fit is refused before it is compiled.

Comes before: nothing. Comes after: `builtin_functions.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfire.frontend.script.values.static_values import StaticValue

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]


@dataclass(frozen=True, slots=True)
class Parameters:
    """`names`: those that may also be given by name, None for one that may not. `keywords`: those only by name; None: any."""

    least: int
    most: int | None
    names: tuple[str | None, ...] = ()
    keywords: frozenset[str] | None = frozenset()

    def bind(self, emitter: Emitter, called: str, args: Arguments, kwargs: Keywords) -> tuple[Arguments, Keywords]:
        """The arguments, those by name that have a position in it. Raises CompileAbort for a call that Python refuses."""
        args, kwargs = list(args), dict(kwargs)
        for name in self.names[len(args) :]:
            if name is None or name not in kwargs:
                break
            args.append(kwargs.pop(name))
        if len(args) < self.least or (self.most is not None and len(args) > self.most):
            raise emitter.fail(
                "bad-call", f"'{called}' cannot be called with {len(args)} arguments", help=f"'{called}' takes {self}"
            )
        for name in kwargs.keys() & set(self.names[: len(args)]):
            raise emitter.fail("bad-call", f"'{called}' is given '{name}' twice", help="pass it once")
        if self.keywords is not None:
            for name in kwargs.keys() - self.keywords - set(self.names):
                raise emitter.fail("bad-call", f"'{called}' has no parameter '{name}'", help=self._named())
        return args, kwargs

    def _named(self) -> str:
        names = [n for n in self.names if n is not None] + sorted(self.keywords or ())
        return f"by name it takes: {', '.join(names)}" if names else "it takes no arguments by name"

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


def taking(called: str, parameters: Parameters, emit: Emit) -> Emit:
    """`emit`, for calls that fit the parameters."""

    def checked(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emit(emitter, *parameters.bind(emitter, called, args, kwargs))

    return checked
