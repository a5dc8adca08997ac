"""The variables of a function being compiled, block by block.

Each block of the graph under construction has a frame; a lookup goes outwards. Variables hold `StaticValue`s, so that
modules, functions and constants may be assigned to names. A frame knows apart what its block assigned (that must be merged
when the block ends) and what it only knows better (a refinement: `x` is not None here), which ends with the block.

Names that start with `$` are the compiler's own: see `exits.py`.

Comes before: `static_values.py`. Comes after: `emitter.py`, `merging.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Never

from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import Type


class Scope:
    """One function body (also one inlined into another): names are local to it, or to the scopes it is nested in."""

    __slots__ = ("locals", "parent")

    def __init__(self, parent: Scope | None = None, local_names: frozenset[str] = frozenset()) -> None:
        self.parent = parent
        #: The names the body assigns: Python's locals. Others are looked up outside.
        self.locals = local_names

    def sees(self, other: Scope) -> bool:
        """Whether `other` is this scope or one around it."""
        scope: Scope | None = self
        while scope is not None:
            if scope is other:
                return True
            scope = scope.parent
        return False


class Frame:
    """The variables of one block; `outer` is the frame of the enclosing block."""

    __slots__ = ("assigned", "captured", "falling", "is_dead", "outer", "refined", "scope", "set_attributes")

    def __init__(self, scope: Scope, outer: Frame | None = None, captured: Frame | None = None) -> None:
        self.scope = scope
        self.outer = outer
        #: Where the function was defined, if that has been left since: its variables are seen after all others.
        self.captured = captured
        self.assigned: dict[str, StaticValue] = {}
        self.refined: dict[str, StaticValue] = {}
        #: The names of the attributes that the block may set, of any object; `*` for all.
        self.set_attributes: set[str] = set()
        #: Whether control never reaches the end of the block (it raises, or returned): nothing of it need be merged.
        self.is_dead = False
        #: After something that may have left the region: narrower types of variables, where it has not.
        self.falling: dict[str, Type] = {}

    def lookup(self, name: str) -> StaticValue | None:
        """The value of a variable, or None: of this scope, else of those around it, also where they have been left."""
        scope: Scope | None = self.scope
        for frame in self._outwards():
            if frame.scope is scope:
                value = frame.refined.get(name) or frame.assigned.get(name)
                if value is not None:
                    return value
        frames = list(self._visible())
        if "@" in name:  # `renaming.py`: unique in the graph
            return next((v for f in frames if (v := f.refined.get(name) or f.assigned.get(name)) is not None), None)
        while scope is not None:
            for frame in frames:
                if frame.scope is scope:
                    value = frame.refined.get(name) or frame.assigned.get(name)
                    if value is not None:
                        return value
            scope = scope.parent
        return None

    def _visible(self) -> Iterator[Frame]:
        """The frames around this one, then those of functions that have been left since what is called was defined."""
        yield from self._outwards()
        for frame in self._outwards():
            if frame.captured is not None:
                yield from frame.captured._visible()

    def assigned_value(self, name: str) -> StaticValue | None:
        """The value that the last assignment gave to a variable, without what is known better about it since."""
        for frame in self._outwards():
            if (frame.scope is self.scope or self.scope.sees(frame.scope)) and name in frame.assigned:
                return frame.assigned[name]
        return None

    def assign(self, name: str, value: StaticValue) -> None:
        """Bind a variable in this block. What was known about it and its attributes is known no more."""
        self.assigned[name] = value
        self.forget(name)

    def refine(self, name: str, value: StaticValue) -> None:
        """Know better what a variable (or a chain of attributes, `self.x`) is, in this block."""
        self.refined[name] = value

    def forget(self, name: str) -> None:
        """Drop refinements of `name` and of the chains that start with it."""
        for known in [k for k in self.refined if k == name or k.startswith(name + ".")]:
            del self.refined[known]

    def refinement(self, chain: str) -> StaticValue | None:
        """What is known about a chain of attributes; an assignment further in than the refinement ends it."""
        root = chain.partition(".")[0]
        for frame in self._outwards():
            if frame.scope is not self.scope and not self.scope.sees(frame.scope):
                continue
            if chain in frame.refined:
                value = frame.refined[chain]
                return None if value is FORGOTTEN else value
            if root in frame.assigned:
                return None
        return None

    def forget_attributes(self, name: str | None = None) -> None:
        """After something that may set attributes anywhere, or those of one name: no such chain is known any more."""
        self.set_attributes.add(name or "*")
        for frame in self._outwards():
            for known in frame.refined:
                if "." in known and (name is None or name in known.split(".")[1:]):
                    self.refined[known] = FORGOTTEN

    def forget_as(self, inner: Frame) -> None:
        """Chains of attributes that an inner block has forgotten, or may have set, are not known after it."""
        for name in inner.set_attributes:
            self.forget_attributes(None if name == "*" else name)
        for known, value in inner.refined.items():
            if value is FORGOTTEN:
                self.refined[known] = FORGOTTEN

    def _outwards(self) -> Iterator[Frame]:
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.outer


class UndefinedValue(StaticValue):
    """A variable that no assignment has certainly reached; `why` says what is missing."""

    def __init__(self, why: str) -> None:
        self.why = why

    def describe(self) -> str:
        """See the base class."""
        return "an undefined variable"


class PoisonedValue(StaticValue):
    """The value of something that failed to compile: using it says nothing new."""

    def describe(self) -> str:
        """See the base class."""
        return "a value that failed to compile"


def _silent(*args: Any) -> Never:
    from portfire.frontend.script.emitter import SilentAbort

    raise SilentAbort


for _use in (
    "as_value", "attribute", "set_attribute", "call", "index", "set_index", "iterate", "emit_item", "length", "truth",
    "unpack",
):  # fmt: skip
    setattr(PoisonedValue, _use, _silent)


#: What refinement says of a chain that is known no more.
FORGOTTEN: StaticValue = UndefinedValue("forgotten")
