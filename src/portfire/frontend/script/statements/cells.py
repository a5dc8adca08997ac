"""Variables that a handler sees: memory, written at each assignment, because an exception may leave between any two.

At the entry of a handler a variable has whatever value it had when the exception left the body. No SSA value says that, so
each variable that the body of a `try` assigns, and that has a value before it, gets a cell: a list of one item. Assignments
in the body are also written to the cell; a handler begins by reading it. Lists are known to every pass, so none of them has
to know about cells. See `docs/decisions/try-and-ssa.md`.

Comes before: `environment.py`, `inference.py`. Comes after: `emitter.py` (`assign`), `try_statement.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import PoisonedValue, UndefinedValue
from portfire.frontend.script.functions.renaming import is_renamed, shown_name
from portfire.frontend.script.statements.unbound_variables import PossiblyUnbound
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import joined, resolved
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Value
from portfire.ir.types import ListType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_FIRST = ConstantValue(0)


@dataclass(slots=True)
class _Cell:
    type: Type
    list: Value
    #: Whether the list may be empty: the variable has no value before the `try`.
    may_be_empty: bool = False


class Cells:
    """The cells of one `try`, made where it begins. `types` says of some variables what an earlier attempt has learned;
    `read` names those that a handler, or what follows it, may read: only they have cells without a value before."""

    def __init__(
        self, emitter: Emitter, names: Iterable[str], types: Mapping[str, Type], read: Collection[str] = ()
    ) -> None:
        self.scope = emitter.frame.scope
        self.cells: dict[str, _Cell] = {}
        #: Variables that have no value before, and of which no attempt has told the type.
        self.open: set[str] = set()
        #: Variables whose cells were too narrow for a value, with the type they need.
        self.wider: dict[str, Type] = {}
        #: Variables of which no value can be told in a handler, and why.
        self.lost: dict[str, str] = {}
        for name in sorted(names):
            self._make(emitter, name, types.get(name), name in read)

    def _make(self, emitter: Emitter, name: str, type_: Type | None, is_read: bool) -> None:
        value = emitter.lookup(name)
        if isinstance(value, PossiblyUnbound):
            self.lost[name] = f"whether '{name}' has a value is not known before the 'try'"
            return
        if value is None or isinstance(value, UndefinedValue):
            self._make_empty(emitter, name, type_, is_read)
            return
        if isinstance(value, PoisonedValue):
            return
        if not _has_run_time_form(value):
            self.lost[name] = f"which {value.describe()} '{name}' is depends on where the exception was raised"
            return
        initial = emitter.runtime(value)
        type_ = type_ if type_ is not None else initial.type
        initial = convert(emitter, RuntimeValue(initial), type_, f"'{name}'")
        cell = emitter.insert("prim::ListConstruct", [initial], ListType(type_))
        self.cells[name] = _Cell(type_, cell.value)

    def _make_empty(self, emitter: Emitter, name: str, type_: Type | None, is_read: bool) -> None:
        if type_ is not None:
            cell = emitter.insert("prim::ListConstruct", (), ListType(type_))
            self.cells[name] = _Cell(type_, cell.value, may_be_empty=True)
        elif is_read and not name.startswith("$"):
            self.open.add(name)

    def store(self, emitter: Emitter, name: str, value: StaticValue) -> None:
        """Write what `name` is now, if it has a cell here."""
        cell = self.cells.get(name)
        if name in self.open and self._sees(emitter, name) and _has_run_time_form(value):
            type_ = emitter.runtime(value).type
            self.wider[name] = joined(resolved(self.wider[name]), type_) if name in self.wider else type_
        if cell is None or not self._sees(emitter, name) or isinstance(value, PoisonedValue):
            return
        if not _has_run_time_form(value):
            self.lost[name] = f"'{name}' may be {value.describe()} when the exception is raised"
            return
        found = emitter.runtime(value)
        common = joined(resolved(self.wider.get(name, cell.type)), found.type)
        if common != resolved(cell.type):
            self.wider[name] = common
            return
        item = convert(emitter, RuntimeValue(found), cell.type, f"'{name}'")
        if cell.may_be_empty:
            emitter.builtin("aten::clear", [cell.list])
            emitter.builtin("aten::append", [cell.list, item])
        else:
            emitter.builtin("aten::_set_item", [cell.list, _FIRST, item])

    def _sees(self, emitter: Emitter, name: str) -> bool:
        return emitter.frame.scope is self.scope or is_renamed(name)

    def load(self, emitter: Emitter) -> None:
        """Bind the variables, in the block being compiled, to what their cells hold."""
        for name, cell in self.cells.items():
            if name not in self.lost and cell.may_be_empty:
                emitter.frame.assign(name, self._possibly_unbound(emitter, name, cell))
            elif name not in self.lost:
                value = emitter.insert("aten::__getitem__", [cell.list, emitter.runtime(_FIRST)], cell.type)
                value.value.name = None if name.startswith("$") else shown_name(name)
                emitter.assign(name, value)
        for name, why in self.lost.items():
            emitter.frame.assign(name, UndefinedValue(why))

    def _possibly_unbound(self, emitter: Emitter, name: str, cell: _Cell) -> StaticValue:
        from portfire.frontend.script.statements.control_flow import emit_choice

        length = emitter.builtin("aten::len", [cell.list])
        is_bound = emitter.builtin("aten::gt", [length, _FIRST])
        value = emit_choice(
            emitter,
            is_bound,
            lambda: emitter.insert("aten::__getitem__", [cell.list, emitter.runtime(_FIRST)], cell.type),
            lambda: emitter.insert("prim::Uninitialized", (), cell.type),
        )
        return PossiblyUnbound(value, is_bound, f"an exception may come before '{shown_name(name)}' is assigned")

    def undo(self) -> None:
        """Remove the cells: nothing uses them any more."""
        for cell in self.cells.values():
            assert cell.list.node is not None
            cell.list.node.destroy()


def _has_run_time_form(value: StaticValue) -> bool:
    return isinstance(value, RuntimeValue) or static_type(value) is not None
