"""Lists, dicts and sets that lie outside of a program: globals, defaults of parameters, constants of classes.

    SEEN = []                                def collect(x, found=[]):
    def note(x):                                 found.append(x)         # one list for all calls
        SEEN.append(x)                           return found

Where a program uses one, it makes a copy. That is what Python has as long as nobody changes it; where the program does, the
next call would see the change in Python, and so it is an obstacle. This looks for changes of the copy itself, in the function
that made it and in those it is handed to.

Comes before: `calls.py`. Comes after: `compiler.py`, `emitter.py`, `entry.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script.values.static_values import HOW_TO_CHANGE, changes_a_copy
from portfire.ir.graph import Function, Graph, Node, Value
from portfire.ir.source import SourceRange
from portfire.ops.table import schema_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from portfire.frontend.script.emitter import Emitter


class OutsideContainers:
    """What is known of them over one compilation."""

    def __init__(self) -> None:
        #: The calls that change an argument, by the argument.
        self._calls: dict[Value, SourceRange | None] = {}
        #: Where compiled functions change what they are given, by the index of the parameter.
        self._changed: dict[Function, dict[int, SourceRange | None]] = {}

    def note_call(self, function: Function, values: Sequence[Value], place: SourceRange | None) -> None:
        """A compiled function is called with these values."""
        for index in self._changed.get(function, ()):
            self._calls[values[index]] = place

    def finish(self, emitter: Emitter, function: Function, graph: Graph) -> None:
        """A function is compiled: fails where it changes a copy that it has made."""
        places = {index: self._place(value) for index, value in enumerate(graph.inputs) if self._is_changed(value)}
        if places:
            self._changed[function] = places
        for value, (name, filled_by) in emitter.outside.items():
            if self._is_changed(value, filled_by):
                raise changes_a_copy(emitter, name, self._place(value))

    def check_defaults(self, functions: Iterable[Function]) -> Iterable[CompileAbort]:
        """The defaults that functions change which are called from outside."""
        for function in functions:
            for index, place in self._changed.get(function, {}).items():
                parameter = function.parameters[index]
                if isinstance(parameter.default, (list, dict, set)):
                    message = f"the default of '{parameter.name}', one for all calls in Python, would be changed here"
                    yield CompileAbort(Diagnostic("changes-a-copy", message, place, help=HOW_TO_CHANGE))

    def _is_changed(self, value: Value, filled_by: Collection[object] = ()) -> bool:
        return value in self._calls or any(_writes(u, value) for u, _ in value.uses if u not in filled_by)

    def _place(self, value: Value) -> SourceRange | None:
        writer = next((n for n, _ in value.uses if isinstance(n, Node) and _writes(n, value)), None)
        return self._calls.get(value) if writer is None else writer.range


def _writes(user: object, value: Value) -> bool:
    """Whether the user is an operator that changes its first argument, and that is the value."""
    if not isinstance(user, Node) or not user.inputs or user.inputs[0] is not value:
        return False
    schema = schema_of(user)
    alias = schema.arguments[0].alias if schema is not None and schema.arguments else None
    return alias is not None and alias.is_write
