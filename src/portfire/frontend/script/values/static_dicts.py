"""Dicts whose items are known while compiling: of modules, of functions, of values of different types.

Comes before: `static_values.py`. Comes after: `displays.py`, `calls.py` (`**kwargs`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.operator_failures import did_you_mean
from portfire.frontend.script.values.runtime_value import MethodValue
from portfire.frontend.script.values.static_values import CHANGING, Iteration, StaticValue, changes_a_copy
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import MISSING, Value
from portfire.ir.source import SourceRange

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class StaticDict(StaticValue):
    """A dict that exists only while compiling. It cannot change."""

    def __init__(self, pairs: Sequence[tuple[StaticValue, StaticValue]], place: SourceRange | None = None) -> None:
        self.pairs = tuple(pairs)
        #: The display it is, where it would rather be a dict that can change: the next attempt makes it one.
        self.place = place

    def describe(self) -> str:
        """See the base class."""
        return f"a dict of {len(self.pairs)} items of different kinds"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        from portfire.frontend.script.values.displays import run_time_dict
        from portfire.frontend.script.values.typed_dicts import record_of
        from portfire.ir.types import STR, TENSOR, DictType

        if not self.pairs:
            return emitter.builder.insert("prim::DictConstruct", (), DictType(STR, TENSOR))
        made = run_time_dict(emitter, self.pairs)
        if isinstance(made, StaticDict):
            record = record_of(emitter, made)
            if record is not None:
                return record
            raise emitter.fail(
                "not-a-value",
                "a dict of values of different types cannot be used as a run-time value",
                help="use a NamedTuple, a dataclass, or one dict per type",
            )
        return made.as_value(emitter)

    def lookup(self, key: object) -> StaticValue | None:
        """The value of a constant key."""
        for known, value in self.pairs:
            if known.constant() == key:
                return value
        return None

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.values.typed_dicts import note_growing

        if name in _METHODS:
            return MethodValue(self, name, _METHODS[name])
        if self.outside is not None and name in CHANGING:
            raise changes_a_copy(emitter, self.outside)
        if self.place is not None and name in CHANGING:
            note_growing(emitter, self)
        raise emitter.fail(
            "no-attribute",
            f"{self.describe()} has no attribute '{name}'",
            help=did_you_mean(name, list(_METHODS), "it has"),
        )

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        constant = key.constant()
        if constant is MISSING:
            from portfire.frontend.script.values.picked_values import pick_by_key

            items = [v for _, v in self.pairs]
            return pick_by_key(emitter, [k.constant() for k, _ in self.pairs], items, key, self.describe())
        value = self.lookup(constant)
        if value is None:
            raise emitter.fail(
                "index-out-of-range",
                f"there is no key {constant!r} in this dict",
                help="test for it first: `if key in d:`",
            )
        return value

    def set_index(self, emitter: Emitter, key: StaticValue, value: StaticValue) -> None:
        """See the base class."""
        from portfire.frontend.script.values.typed_dicts import note_changing

        note_changing(emitter, self, key, value)
        if self.outside is not None:
            raise changes_a_copy(emitter, self.outside)
        super().set_index(emitter, key, value)

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(items=tuple(k for k, _ in self.pairs))

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(len(self.pairs))

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(bool(self.pairs))


def _get(emitter: Emitter, dict_: StaticDict, args: list[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    from portfire.frontend.script.statements.control_flow import emit_choice

    constant = args[0].constant()
    if constant is MISSING:
        default = args[1] if len(args) > 1 else NONE_VALUE
        return emit_choice(
            emitter,
            _has_key(emitter, dict_, args[0]),
            lambda: dict_.index(emitter, args[0]),
            lambda: default,
        )
    return dict_.lookup(constant) or (args[1] if len(args) > 1 else NONE_VALUE)


def _has_key(emitter: Emitter, dict_: StaticDict, key: StaticValue) -> StaticValue:
    from portfire.frontend.script.values.membership import emit_contains

    return emit_contains(emitter, TupleValue([k for k, _ in dict_.pairs]), key)


def _copy(emitter: Emitter, dict_: StaticDict, args: list[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    from portfire.frontend.script.values.displays import copied_dict

    return copied_dict(emitter, dict_.pairs)


_METHODS: dict[str, Callable[..., StaticValue]] = {
    "items": lambda emitter, d, args, kwargs: TupleValue([TupleValue(p) for p in d.pairs]),
    "keys": lambda emitter, d, args, kwargs: TupleValue([k for k, _ in d.pairs]),
    "values": lambda emitter, d, args, kwargs: TupleValue([v for _, v in d.pairs]),
    "get": _get, "copy": _copy,
}  # fmt: skip
