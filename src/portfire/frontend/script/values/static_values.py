"""What a Python expression means to the compiler: the base of the class hierarchy of compile-time values.

Evaluating an expression gives a `StaticValue`. Most are plain run-time values (`RuntimeValue`); the others (functions,
classes, modules, types, constants, `nn.ModuleList`, `range`, `zip`, tuples of unlike things) exist only while compiling and
decide what an attribute access, a call, an index or a loop over them emits. Every operation here may emit nodes and may
fail with a diagnostic at the place being compiled (`emitter.fail`).

Comes before: `ir/`. Comes after: one file per family of values, `expressions.py`, `statements.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portfire.ir.graph import MISSING, Value
from portfire.ir.source import SourceRange

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort
    from portfire.frontend.script.emitter import Emitter


@dataclass(frozen=True, slots=True)
class Iteration:
    """How a loop over a value runs: over known items (then it is unrolled), or by index at run time.

    Exactly one of `items` and `source` is given. `source` is a list, a tensor, a string, a dict's keys made a list, or
    a tuple of such that go in step; `emit_item` of the owner gives item number i. `at_most`: as many rounds as the source has
    items, each compiled by itself, for what is known of it while compiling; more than that there cannot be.
    """

    items: tuple[StaticValue, ...] | None = None
    source: StaticValue | None = None
    at_most: int | None = None


class StaticValue:
    """Base: everything fails, saying what the value is."""

    #: The name of a list, dict or set outside of the program that this is a copy of.
    outside: str | None = None

    def describe(self) -> str:
        """What this is, for messages: "a module", "the function f", "a value of type int"."""
        return "this value"

    @property
    def identity(self) -> Hashable | None:
        """What tells the value from others, for the versions of functions it is passed to; None: those are inlined."""
        return None

    def stored(self, emitter: Emitter, name: str) -> StaticValue:
        """What a variable of that name holds when this is assigned to it."""
        return self

    def as_value(self, emitter: Emitter) -> Value:
        """The run-time value, emitting it if need be."""
        raise emitter.fail(
            "not-a-value",
            f"{self.describe()} cannot be used as a run-time value",
            help="call it, index it or compare it where it stands; only tensors, numbers, strings and containers can be stored",
        )

    def read(self, emitter: Emitter) -> StaticValue:
        """The value of a variable that holds this one, where it is read."""
        return self

    def constant(self) -> Any:
        """The Python value where it is known while compiling, else `MISSING`."""
        return MISSING

    def text(self, emitter: Emitter) -> StaticValue | None:
        """`str(self)` of something that has no run-time value; None where the run-time value has the text."""
        return None

    def is_none(self, emitter: Emitter) -> StaticValue | None:
        """`self is None` where only the run tells it; None where the constant or the type does."""
        return None

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """`self.name`."""
        raise emitter.fail(
            "no-attribute",
            f"{self.describe()} has no attribute '{name}'",
            help="look the name up: only what exists while compiling has attributes besides objects and modules",
        )

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """`hasattr(self, name)`, known while compiling."""
        return False

    def set_attribute(self, emitter: Emitter, name: str, value: StaticValue) -> None:
        """`self.name = value`."""
        raise emitter.fail(
            "no-set-attribute",
            f"attributes of {self.describe()} cannot be set",
            help="only attributes of modules and objects can be set",
        )

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """`self(*args, **kwargs)`."""
        raise emitter.fail(
            "not-callable", f"{self.describe()} cannot be called", help="call a function, a class, a module or a method"
        )

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """`self[key]`."""
        raise emitter.fail(
            "not-subscriptable",
            f"{self.describe()} cannot be indexed",
            help="index a list, tuple, dict, string or tensor, or an object with `__getitem__`",
        )

    def set_index(self, emitter: Emitter, key: StaticValue, value: StaticValue) -> None:
        """`self[key] = value`."""
        raise emitter.fail(
            "not-subscriptable",
            f"items of {self.describe()} cannot be set",
            help="only lists, dicts and tensors have items that can be set",
        )

    def iterate(self, emitter: Emitter) -> Iteration:
        """What `for x in self` goes over."""
        raise emitter.fail(
            "not-iterable",
            f"{self.describe()} cannot be iterated over",
            help="loop over a list, tuple, dict, string, range or tensor",
        )

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """Item number `index` in a loop over this value, where `iterate` gave it as a run-time source."""
        raise emitter.fail(
            "not-iterable",
            f"{self.describe()} cannot be iterated over",
            help="loop over a list, tuple, dict, string, range or tensor",
        )

    def length(self, emitter: Emitter) -> StaticValue:
        """`len(self)`."""
        raise emitter.fail(
            "no-length",
            f"{self.describe()} has no length",
            help="take the length of a list, tuple, dict, set, string or tensor, or of an object with `__len__`",
        )

    def truth(self, emitter: Emitter) -> StaticValue:
        """`bool(self)`: a constant, or a run-time bool."""
        raise emitter.fail(
            "no-truth", f"{self.describe()} has no truth value", help="compare it: `x is not None`, `len(x) > 0`"
        )

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """The items for `a, b = self`; `count` is the number wanted, None when any will do."""
        raise emitter.fail("not-unpackable", f"{self.describe()} cannot be unpacked", help="unpack a tuple or a list")


#: Methods that change a list, dict or set in place.
CHANGING = frozenset(
    (
        *("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"),
        *("update", "setdefault", "popitem", "add", "discard", "appendleft", "extendleft", "popleft"),
    )
)
HOW_TO_CHANGE = (
    "make a new one in the function: `items = list(items)`; for a default, `items=None`, then `items = []`; or keep it in "
    "an attribute of a module"
)


def changes_a_copy(emitter: Emitter, outside: str, place: SourceRange | None = None) -> CompileAbort:
    """What to raise where a program changes a list, dict or set that lies outside of it."""
    message = f"{outside} lies outside of the program, which cannot change it"
    return emitter.fail("changes-a-copy", message, help=HOW_TO_CHANGE, range=place)
