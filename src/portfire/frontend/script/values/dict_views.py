"""`d.keys()`, `d.values()`, `d.items()`: in the program a list, made where the view is used.

    names = d.keys()
    d["z"] = 1
    "z" in names        # a variable that holds a view is read as a new list: what the dict holds by then

In attributes and containers, and where a loop assigns it, a view is the list it was there.

Comes before: `runtime_value.py`, `set_values.py`. Comes after: `container_values.py`, `operators.py`, `membership.py`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import CHANGING, StaticValue
from portfire.ir.forms import form_kind
from portfire.ir.types import DictType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_SET_OPERATORS = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.Sub)
_SET_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class DictView(RuntimeValue):
    """A view of a dict, as the list of what is in it now."""

    def __init__(self, emitter: Emitter, dict_: StaticValue, kind: str) -> None:
        super().__init__(emitter.builtin(f"aten::{kind}", [dict_]).value)
        self.dict_ = dict_
        self.kind = kind

    def read(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return self.of(emitter, self.dict_)

    def of(self, emitter: Emitter, dict_: StaticValue) -> DictView:
        """The same view of a dict."""
        return DictView(emitter, dict_, self.kind)

    def text(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.statements.exceptions import as_text

        type_ = static_type(self.dict_)
        mark = "o" if type_ is not None and form_kind(type_) == "OrderedDict" else ""
        items = as_text(emitter, RuntimeValue(self.value))
        return emitter.builtin("aten::format", [ConstantValue(f"{mark}dict_{self.kind}({{}})"), items])

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name in CHANGING:
            raise emitter.fail(
                "no-attribute",
                f"the {self.kind} of a dict have no '{name}': they are a view of it, no list",
                help=f"make a list of them: `list(d.{self.kind}())`",
            )
        if name == "isdisjoint":
            return _as_set(emitter, self).attribute(emitter, name)
        return super().attribute(emitter, name)


def as_sets(
    emitter: Emitter, op: ast.operator | ast.cmpop, left: StaticValue, right: StaticValue
) -> tuple[StaticValue, StaticValue]:
    """The operands of an operator: views are sets to those of sets."""
    views = [v for v in (left, right) if isinstance(v, DictView) and v.kind != "values"]
    if not views:
        return left, right
    if isinstance(op, _SET_OPERATORS):  # the other side may be anything to loop over
        return _as_set(emitter, left), _as_set(emitter, right)
    if not isinstance(op, _SET_COMPARISONS):
        return left, right
    if len(views) == 2 and isinstance(op, (ast.Eq, ast.NotEq)) and all(v.kind == "items" for v in views):
        return views[0].dict_, views[1].dict_
    made = [_as_set(emitter, v) if isinstance(v, DictView) else v for v in (left, right)]
    return made[0], made[1]


def container_asked(container: StaticValue, item: StaticValue) -> StaticValue:
    """What `item in container` asks: of the keys of a dict, the dict."""
    if isinstance(container, DictView) and container.kind == "keys":
        type_ = cast(DictType, static_type(container.dict_))
        if static_type(item) == type_.key:
            return container.dict_
    return container


def _as_set(emitter: Emitter, value: StaticValue) -> StaticValue:
    from portfire.frontend.script.values.set_values import make_set

    return make_set(emitter, [value], {})
