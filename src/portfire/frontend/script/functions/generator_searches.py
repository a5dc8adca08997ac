"""`any` and `all`: of a generator expression they stop at the first item that decides.

    any(f(x) for x in xs)      a loop that is left; what comes later is not evaluated
    all(c for c in (a, b))     over items known while compiling: `a and b`

Comes before: `comprehensions.py`, `builtin_iteration.py`. Comes after: `builtin_functions.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.builtin_iteration import search
from portfire.frontend.script.environment import Frame, Scope
from portfire.frontend.script.functions.generators import GeneratorValue
from portfire.frontend.script.statements.control_flow import emit_choice, emit_if_value
from portfire.frontend.script.statements.exits import Flow, emit_break
from portfire.frontend.script.statements.loops import iterator_of
from portfire.frontend.script.statements.refinement import emit_condition, negated
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import is_pending
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import BOOL, ListType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class SearchFunction(StaticValue):
    """`any` (`wanted`: True) or `all` (False): whether an item is, or none is not, true."""

    def __init__(self, name: str, *, wanted: bool) -> None:
        self.name = name
        self.wanted = wanted

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("builtin", self.name)

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.name}'"

    def call_syntax(self, emitter: Emitter, node: ast.Call) -> StaticValue | None:
        """Of a generator expression; None for other arguments."""
        if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.GeneratorExp):
            return None
        with emitter.at(node.args[0]):
            return _search_generator(emitter, node.args[0], wanted=self.wanted)

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
        """See the base class."""
        if len(args) != 1 or kwargs:
            raise emitter.fail(
                "bad-call", f"'{self.name}' takes 1 argument, found {len(args)}", help=f"{self.name}(items)"
            )
        if _is_empty_display(args[0]):
            return ConstantValue(not self.wanted)
        if self.wanted:
            return search(emitter, args[0], lambda item: item)
        return negated(emitter, search(emitter, args[0], lambda item: negated(emitter, item.truth(emitter))))


def _is_empty_display(value: StaticValue) -> bool:
    """Whether this is `[]`, of which nothing says what it would hold."""
    type_ = static_type(value)
    if not isinstance(type_, ListType) or not is_pending(type_) or not isinstance(value, RuntimeValue):
        return False
    node = value.value.node
    return node is not None and node.kind == "prim::ListConstruct" and not value.value.uses


def _search_generator(emitter: Emitter, node: ast.GeneratorExp, *, wanted: bool) -> StaticValue:
    from portfire.frontend.script.values.comprehensions import emit_generators, leave_comprehension
    from portfire.frontend.script.values.expressions import emit_expression

    outer = emitter.frame
    first = iterator_of(emitter, emit_expression(emitter, node.generators[0].iter))
    emitter.frame = Frame(Scope(outer.scope), outer)
    try:
        if _is_empty_display(first):
            return ConstantValue(not wanted)
        if len(node.generators) == 1 and not node.generators[0].ifs and not isinstance(first, GeneratorValue):
            items = first.iterate(emitter).items
            if items is not None:
                return _among(emitter, node, items, wanted=wanted)
        found = emitter.insert("prim::ListConstruct", [], ListType(BOOL))

        def hit() -> Flow:
            found.attribute(emitter, "append").call(emitter, [ConstantValue(True)], {})
            return emit_break(emitter, ast.Break())

        def consider() -> Flow:
            condition = emit_condition(emitter, node.elt)
            if condition.constant is not None:
                return hit() if condition.constant is wanted else Flow.FALLS
            ways = (hit, lambda: Flow.FALLS) if wanted else (lambda: Flow.FALLS, hit)
            return emit_if_value(emitter, condition.value, *ways)

        emit_generators(emitter, node.generators, first, consider, node)
        count = found.length(emitter)
        return emitter.builtin("aten::gt" if wanted else "aten::eq", [count, ConstantValue(0)])
    finally:
        leave_comprehension(emitter, node, outer)


def _decided(wanted: bool) -> Callable[[], StaticValue]:
    return lambda: ConstantValue(wanted)


def _among(emitter: Emitter, node: ast.GeneratorExp, items: Sequence[StaticValue], *, wanted: bool) -> StaticValue:
    """Over items known while compiling: one condition after the other."""
    from portfire.frontend.script.statements.assignments import assign_target

    for i, item in enumerate(items):
        assign_target(emitter, node.generators[0].target, item)
        condition = emit_condition(emitter, node.elt)
        if condition.constant is wanted:
            return ConstantValue(wanted)
        if condition.constant is None:
            following = items[i + 1 :]

            def rest(following: Sequence[StaticValue] = following) -> StaticValue:
                return _among(emitter, node, following, wanted=wanted)

            if not following:
                return condition.value
            ways = (_decided(wanted), rest) if wanted else (rest, _decided(wanted))
            return emit_choice(emitter, condition.value, *ways)
    return ConstantValue(not wanted)
