"""`while` and `for`: `prim::Loop` with the variables the body assigns carried, or unrolled over items known while compiling.

Which variables a body assigns is read off its syntax. They become parameters of the loop's block, with the type they have
before the loop; if the body leaves another type, the body is compiled again with the joined one.

Comes before: `exits.py`, `control_flow.py`. Comes after: `statements.py`, `comprehensions.py`.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import Frame, PoisonedValue, UndefinedValue
from portfire.frontend.script.functions.renaming import shown_name
from portfire.frontend.script.statements.assigned_names import assigned_names
from portfire.frontend.script.statements.control_flow import emit_choice, emit_guarded
from portfire.frontend.script.statements.exits import Flow, Region, enter_region, has_exited, is_certainly, leave_region
from portfire.frontend.script.statements.merged_attributes import known_attributes, still_known
from portfire.frontend.script.statements.picked_in_loops import (
    bind_picked,
    first_number,
    items_in,
    more_items,
    number_among,
    number_of,
)  # fmt: skip
from portfire.frontend.script.statements.refinement import emit_condition, negated, refine
from portfire.frontend.script.statements.unbound_variables import PossiblyUnbound, bound_flag, bound_part, is_read_later
from portfire.frontend.script.statements.unrolling import numbers_to_unroll, rounds_in_step
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import joined, resolved
from portfire.frontend.script.values.constant_values import FALSE_VALUE, TRUE_VALUE
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Node, Value
from portfire.ir.types import BOOL, INT, ClassType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: What `while` counts to.
FOREVER = 9223372036854775807


def hint(name: str) -> str | None:
    """The name for printing; the compiler's own variables have none."""
    return None if name.startswith("$") else shown_name(name)


@dataclass
class _Carried:
    """A variable that goes round the loop."""

    name: str
    #: None where the variable has no value before the loop.
    initial: Value | None
    type: Type
    #: Whether it has a value before the loop, where that is not certain.
    is_bound: StaticValue | None = None
    #: Why it may have none.
    why: str = ""


@dataclass
class Loop:
    """What is to be looped. `body` compiles one round and returns its flow; `condition` says whether to go on after it."""

    trip_count: Value
    assigned: Iterable[str]
    body: Callable[[Value], Flow]
    #: The condition before the first round, and the one after each; None: as often as the trip count says.
    start: StaticValue = TRUE_VALUE
    condition: Callable[[], StaticValue] | None = None
    carried: list[_Carried] = field(default_factory=list)
    #: The statement, where the loop is one: a variable that its body assigns first may be read after it.
    statement: ast.AST | None = None
    #: Variables that a round binds to another function, class or module, with all that they may hold.
    picked: dict[str, list[StaticValue]] = field(default_factory=dict)
    #: Variables that a round binds to another function, class or module: no run-time value is carried for them.
    rebound: set[str] = field(default_factory=set)
    #: Whether a round may set attributes, so that what was known of them before the loop is not known in it.
    sets_attributes: bool = False
    #: What is known of attributes before each round and after it, as far as the rounds before have shown.
    assumed: dict[str, Type] = field(default_factory=dict)


def emit_while(emitter: Emitter, node: ast.While) -> Flow:
    """`while`/`else`."""
    from portfire.frontend.script.statements.statements import emit_statements

    names = assigned_names(node.body) | assigned_names([node.test])
    before = emit_condition(emitter, node.test)
    if before.constant is False:
        return emit_statements(emitter, node.orelse)
    is_endless = isinstance(node.test, ast.Constant) and bool(node.test.value)

    def body(trip: Value) -> Flow:
        if not is_endless:
            refine(emitter, _facts_of(emitter, node.test))
        return emit_statements(emitter, node.body)

    loop = Loop(
        emitter.constant_value(FOREVER),
        names,
        body,
        start=before.value,
        condition=None if is_endless else lambda: emit_condition(emitter, node.test).value,
    )
    loop.statement = node
    return emit_loop(emitter, loop, node.orelse, is_endless=is_endless)


def _facts_of(emitter: Emitter, test: ast.expr) -> dict[str, Type]:
    """What the condition of a `while` says at the start of its body, found without emitting it there."""
    if not any(isinstance(n, ast.Name) for n in ast.walk(test)) or not _may_refine(test):
        return {}
    probe = emitter.node("prim::If", [emitter.constant_value(True)])
    block = probe.add_block()
    with emitter.within(block):
        facts = emit_condition(emitter, test).if_true
    block.clear()
    constant = probe.inputs[0].node
    probe.destroy()
    if constant is not None:
        constant.destroy()
    return facts


def _may_refine(test: ast.expr) -> bool:
    if isinstance(test, ast.BoolOp):
        return any(map(_may_refine, test.values))
    if isinstance(test, ast.UnaryOp):
        return _may_refine(test.operand)
    return isinstance(test, (ast.Name, ast.Attribute)) or any(
        isinstance(n, (ast.Is, ast.IsNot)) or "isinstance" in (getattr(n, "id", None), getattr(n, "attr", None))
        for n in ast.walk(test)
    )


def emit_for(emitter: Emitter, node: ast.For) -> Flow:
    """`for`/`else`."""
    from portfire.frontend.script.classes.object_iteration import emit_object_loop
    from portfire.frontend.script.statements.assignments import assign_target
    from portfire.frontend.script.statements.statements import emit_statements
    from portfire.frontend.script.values.expressions import emit_expression

    iterable = emit_expression(emitter, node.iter)
    flow = emit_object_loop(emitter, node, iterable)
    if flow is not None:
        return flow

    def body(item: StaticValue) -> Flow:
        assign_target(emitter, node.target, item)
        return emit_statements(emitter, node.body)

    names = assigned_names(node.body) | assigned_names([node.target])
    with emitter.at(node.iter):
        numbers = numbers_to_unroll(emitter, iterable, node.target, node.body)
        if numbers is not None:
            return _emit_unrolled(emitter, numbers, body, node.orelse)
        from portfire.frontend.script.statements.changing_iterables import changes_what_it_reads, emit_changing

        if changes_what_it_reads(node):
            return emit_changing(emitter, iterable, names, body, node)
        return emit_iteration(emitter, iterable, names, body, node.orelse, statement=node)


def iterator_of(emitter: Emitter, iterable: StaticValue) -> StaticValue:
    """The generator that `__iter__` of an object is; other values as they are."""
    type_ = iterable.type if isinstance(iterable, RuntimeValue) else None
    if not isinstance(type_, ClassType) or not inspect.isgeneratorfunction(
        getattr(type_.python_class, "__iter__", None)
    ):
        return iterable
    return iterable.attribute(emitter, "__iter__").call(emitter, (), {})


def emit_iteration(
    emitter: Emitter,
    iterable: StaticValue,
    names: Iterable[str],
    body: Callable[[StaticValue], Flow],
    orelse: Sequence[ast.stmt] = (),
    *,
    statement: ast.AST | None = None,
) -> Flow:
    """Compile `body` for each item: unrolled, or as a loop that counts. `statement`: see `Loop`."""
    emit_each = getattr(iterator_of(emitter, iterable), "emit_each", None)
    if emit_each is not None:  # a generator, which runs the body itself
        flow: Flow = emit_each(emitter, names, body, orelse)
        return flow
    iteration = iterable.iterate(emitter)
    if iteration.items is not None:
        return _emit_unrolled(emitter, iteration.items, body, orelse)
    source = iteration.source
    assert source is not None
    if iteration.at_most is not None:
        return _emit_unrolled(emitter, *rounds_in_step(emitter, source, iteration.at_most, body), orelse)
    trip_count = getattr(source, "trip_count", source.length)
    count = emitter.runtime(trip_count(emitter))
    loop = Loop(count, names, lambda trip: body(source.emit_item(emitter, trip)), statement=statement)
    has_more = getattr(source, "has_more", None)
    if has_more is not None:  # an iterator, of which the body may take items, too
        loop.start, loop.condition = has_more(emitter), functools.partial(has_more, emitter)
    return emit_loop(emitter, loop, orelse)


# Loops at run time


def emit_loop(emitter: Emitter, loop: Loop, orelse: Sequence[ast.stmt] = (), *, is_endless: bool = False) -> Flow:
    """Emit a `prim::Loop`, and what follows from how it was left."""
    start = emitter.runtime(loop.start)
    loop.carried = [
        c for name in sorted({*loop.assigned, *emitter.shared}) if (c := _carried(emitter, name)) is not None
    ]
    while True:
        attempt = _Attempt(emitter, loop, start)
        wider = attempt.run()
        bound = attempt.newly_bound()
        if wider is None and not bound:
            break
        attempt.undo()
        for carried in loop.carried:
            carried.type = (wider or {}).get(carried.name, carried.type)
        loop.carried += bound
        known = {c.name for c in loop.carried}
        for name in [n for n in loop.picked if number_of(n) not in known]:
            initial = emitter.runtime(first_number(emitter, emitter.read(name)))
            loop.carried.append(_Carried(number_of(name), initial, INT))
    return attempt.finish(orelse, is_endless)


def _carried(emitter: Emitter, name: str) -> _Carried | None:
    variable = emitter.lookup(name)
    value = bound_part(variable)
    if value is None or isinstance(value, PoisonedValue):
        return None
    if not isinstance(value, RuntimeValue) and static_type(value) is None:
        return None
    initial = emitter.runtime(value)
    if isinstance(variable, PossiblyUnbound):
        return _Carried(name, initial, initial.type, variable.is_bound, variable.why)
    return _Carried(name, initial, initial.type)


def _is_static(value: StaticValue | None) -> bool:
    """Whether a variable holds something that exists only while compiling, and cannot change."""
    if value is None or isinstance(value, (UndefinedValue, PoisonedValue, RuntimeValue)):
        return False
    return static_type(value) is None and not getattr(value, "is_mutable", False)


def _why_rebound(name: str) -> str:
    return f"which function, class or module '{name}' is depends on how often the loop has run"


class _Attempt:
    """One compilation of a loop's body, with certain types of the carried variables."""

    def __init__(self, emitter: Emitter, loop: Loop, start: Value) -> None:
        self.emitter = emitter
        self.loop = loop
        self.noted = len(emitter.noted)
        #: What is inserted only for this attempt.
        self.placeholders: list[Node] = []
        initial = [v for c in loop.carried for v in self._initial(c)]
        self.node: Node = emitter.node("prim::Loop", [loop.trip_count, start, *initial])
        self.block = self.node.add_block()
        #: Unbound variables read before this attempt: what is added, it has read.
        self.read_before = frozenset(emitter.read_unbound)
        self.watched: dict[str, StaticValue | None] = {}
        self.region: Region | None = None
        self.frame: Frame | None = None
        self.flow = Flow.FALLS

    def _initial(self, carried: _Carried) -> Sequence[Value]:
        initial = carried.initial
        if initial is None:
            initial = self.emitter.builder.insert("prim::Uninitialized", (), carried.type)
            assert initial.node is not None
            self.placeholders.append(initial.node)
        return [initial] if carried.is_bound is None else [initial, self.emitter.runtime(carried.is_bound)]

    def run(self) -> dict[str, Type] | None:
        """Compile the body. Returns the types that were too narrow, if any were."""
        emitter, loop = self.emitter, self.loop
        if loop.statement is not None:
            names = {n for n in loop.assigned if bound_part(emitter.lookup(n)) is None}
            self.watched = dict.fromkeys(names - {c.name for c in loop.carried})
        outer, emitter.watched = emitter.watched, {**emitter.watched, **self.watched}
        try:
            return self._run()
        finally:
            self.watched = {n: emitter.watched[n] for n in self.watched}
            emitter.watched = {n: self.watched.get(n) or emitter.watched[n] for n in outer}

    def _run(self) -> dict[str, Type] | None:
        emitter, loop = self.emitter, self.loop
        trip = self.block.add_parameter(INT)
        with emitter.within(self.block) as frame:
            self.frame = frame
            for carried in loop.carried:
                parameter = RuntimeValue(self.block.add_parameter(carried.type, hint(carried.name)))
                frame.assigned[carried.name] = self._bound(carried, parameter, self.block.add_parameter)
            for name, items in loop.picked.items():
                bind_picked(emitter, name, items)
            for name in loop.rebound:
                frame.assigned[name] = UndefinedValue(_why_rebound(name))
            if loop.sets_attributes:
                frame.forget_attributes()
                refine(emitter, loop.assumed)
            self.region = enter_region(emitter, is_loop=True)
            try:
                self.flow = loop.body(trip)
            finally:
                leave_region(emitter, self.region)
            is_new = self._note_rebound()
            condition = self._condition()
            ends = [self._at_end(c) for c in loop.carried]
            wider = self._too_narrow(ends)
            if not loop.sets_attributes and frame.set_attributes:
                loop.sets_attributes = True
                loop.assumed = known_attributes(frame.outer, set(loop.assigned))
                return wider
            lost = [chain for chain, type_ in loop.assumed.items() if not still_known(frame, chain, type_)]
            if lost:
                for chain in lost:
                    del loop.assumed[chain]
                return wider
            if is_new or wider:
                return wider
            self.block.add_input(emitter.runtime(condition))
            for carried, end in zip(loop.carried, ends, strict=True):
                self.block.add_input(self._returned(carried, bound_part(end)))
                if carried.is_bound is not None:
                    self.block.add_input(emitter.runtime(bound_flag(end)))
        return None

    def _bound(self, carried: _Carried, value: RuntimeValue, add: Callable[[Type], Value]) -> StaticValue:
        """The variable, given its value; `add` makes the flag that says whether it has one, if it may have none."""
        if carried.is_bound is None:
            return value
        return PossiblyUnbound(value, RuntimeValue(add(BOOL)), carried.why)

    def newly_bound(self) -> list[_Carried]:
        """Variables that only the body assigns, and that are read after the loop, or in it before they are assigned."""
        emitter, frame = self.emitter, self.frame
        assert frame is not None
        if not self.watched:
            return []
        assert self.loop.statement is not None
        place = emitter.context.source.range(self.loop.statement)
        read = emitter.read_unbound - self.read_before
        found = []
        for name in sorted(self.watched):
            if name not in read and not is_read_later(emitter, name, place):
                continue
            end = frame.assigned.get(name)
            value = self.watched[name] if end is None or isinstance(end, PoisonedValue) else bound_part(end)
            type_ = None if value is None or isinstance(value, PoisonedValue) else static_type(value)
            if type_ is not None:
                why = f"only the body of a loop, which may never run, assigns '{name}'"
                found.append(_Carried(name, None, resolved(type_), FALSE_VALUE, why))
        emitter.read_unbound -= {c.name for c in found}
        return found

    def _condition(self) -> StaticValue:
        """Whether another round follows."""
        emitter, region = self.emitter, self.region
        assert region is not None
        stop = emitter.lookup(region.stop) or FALSE_VALUE
        if self.flow is Flow.RAISES or is_certainly(stop, True):
            return FALSE_VALUE
        condition = self.loop.condition
        if is_certainly(stop, False):
            return condition() if condition is not None else TRUE_VALUE
        if condition is None:
            return negated(emitter, stop)
        return emit_choice(emitter, stop, lambda: FALSE_VALUE, condition)

    def _at_end(self, carried: _Carried) -> StaticValue | None:
        """The variable after a round; None where it does not matter."""
        assert self.frame is not None
        if self.flow is Flow.RAISES:
            return None
        value = self.emitter.lookup(carried.name)
        return None if isinstance(value, PoisonedValue) else value

    def _too_narrow(self, ends: list[StaticValue | None]) -> dict[str, Type]:
        wider: dict[str, Type] = {}
        for carried, end in zip(self.loop.carried, ends, strict=True):
            value = bound_part(end)
            found = None if value is None else static_type(value)
            if found is None:
                continue
            common = joined(resolved(carried.type), found)
            if common != resolved(carried.type):
                declared = self.emitter.context.declared.get(carried.name)
                wider[carried.name] = joined(common, declared) if declared is not None else common
        return wider

    def _note_rebound(self) -> bool:
        """Note the variables that are known while compiling before the round, and something else after it. Returns whether
        the body is to be compiled again for that."""
        emitter, loop, frame = self.emitter, self.loop, self.frame
        assert frame is not None and frame.outer is not None
        is_new = False
        carried = {c.name for c in loop.carried}
        for name in [] if self.flow is Flow.RAISES else [n for n in frame.assigned if not n.startswith("$")]:
            before, end = frame.outer.lookup(name), emitter.lookup(name)
            if name in loop.rebound:
                continue
            if before is not None and before.constant() is None and _is_static(end):  # no function yet
                loop.carried = [c for c in loop.carried if c.name != name]
            elif (
                name in carried or not _is_static(before) or end is None or (end is before and name not in loop.picked)
            ):
                continue
            assert before is not None and end is not None
            items = loop.picked.get(name) or items_in(before)
            is_item = _is_static(end) or end.constant() is None
            more = more_items(items, end, frame) if is_item else None
            if more is None:
                loop.rebound.add(name)
                loop.picked.pop(name, None)
                is_new = True
            elif more or name not in loop.picked:
                loop.picked[name] = [*items, *more]
                is_new = True
            else:
                emitter.frame.assign(number_of(name), number_among(emitter, items, end))
        return is_new

    def _returned(self, carried: _Carried, end: StaticValue | None) -> Value:
        if end is None:
            return self.emitter.builder.insert("prim::Uninitialized", (), carried.type)
        return convert(self.emitter, end, carried.type, f"'{carried.name}'")

    def undo(self) -> None:
        """Remove what was emitted and noted."""
        self.block.set_inputs(())
        self.block.clear()
        self.node.destroy()
        for placeholder in self.placeholders:
            placeholder.destroy()
        self.emitter.forget_since(self.noted)

    def finish(self, orelse: Sequence[ast.stmt], is_endless: bool) -> Flow:
        """Bind the outputs here, and tell how control goes on."""
        emitter, region, frame = self.emitter, self.region, self.frame
        assert region is not None and frame is not None
        for carried in self.loop.carried:
            output = RuntimeValue(self.node.add_output(carried.type, hint(carried.name)))
            emitter.frame.assign(carried.name, self._bound(carried, output, self.node.add_output))
        emitter.frame.forget_as(frame)
        refine(emitter, self.loop.assumed)
        for name, items in self.loop.picked.items():
            bind_picked(emitter, name, items)
        for name in self.loop.rebound:
            emitter.frame.assign(name, UndefinedValue(_why_rebound(name)))
        for name in frame.assigned:
            self._check_not_rebound(name)
            if emitter.lookup(name) is None and not name.startswith("$"):
                why = f"only the body of a loop, which may never run, assigns '{name}'"
                emitter.frame.assign(name, UndefinedValue(why))
            elif isinstance(frame.assigned[name], PoisonedValue):
                emitter.frame.assign(name, PoisonedValue())
        return self._leave(orelse, is_endless)

    def _check_not_rebound(self, name: str) -> None:
        """A set is not carried from round to round, so each round has to see the same."""
        assert self.frame is not None
        before = self.emitter.lookup(name)
        if getattr(before, "is_mutable", False) and self.frame.assigned[name] is not before:
            raise self.emitter.fail(
                "not-a-value",
                f"'{name}' is another object in each round of the loop",
                help="change the object that is there, or use a name of its own in the loop",
            )

    def _leave(self, orelse: Sequence[ast.stmt], is_endless: bool) -> Flow:
        emitter, region = self.emitter, self.region
        assert region is not None and self.frame is not None
        function = region.function
        broken = self._carry_out(region.broken)
        returned = self._carry_out(function.exit)
        for suspended in emitter.context.suspended:  # of the consumers of this generator
            outer = suspended.function
            for flag in (suspended.stop, suspended.broken, outer.exit, outer.value):
                self._carry_out(flag)
        flow = Flow.FALLS
        if returned is not None:
            self._carry_out(function.value)
            if region.outer is not None and region.outer.is_loop:
                emitter.frame.assign(region.outer.exit, returned)
                emitter.frame.assign(region.outer.stop, returned)
            flow = Flow.MAY_EXIT
        if is_endless and broken is None:
            if returned is None or not (function.is_generator or (region.outer is not None and region.outer.is_loop)):
                emitter.frame.is_dead = True
            return Flow.EXITS if returned is not None else Flow.RAISES
        return _emit_else(emitter, flow, broken, orelse)

    def _carry_out(self, name: str) -> StaticValue | None:
        """Make a hidden variable that the body sets an output of the loop; None if it never sets it."""
        assert self.frame is not None
        value = self.frame.assigned.get(name)
        if value is None or is_certainly(value, False):
            return None
        emitter = self.emitter
        with emitter.within(self.block, self.frame):
            end = emitter.runtime(value)
        with emitter.builder.at(self.node.block, before=self.node):
            if end.type == BOOL and not name.startswith("$value"):
                initial = emitter.constant_value(False)
            else:
                initial = emitter.builder.insert("prim::Uninitialized", (), end.type)
        self.node.add_input(initial)
        self.block.add_parameter(end.type)
        self.block.add_input(end)
        output = RuntimeValue(self.node.add_output(end.type))
        emitter.frame.assign(name, output)
        return output


def _emit_else(emitter: Emitter, flow: Flow, broken: StaticValue | None, orelse: Sequence[ast.stmt]) -> Flow:
    """The `else` of a loop: runs unless the loop was left by `break` or `return`."""
    from portfire.frontend.script.statements.statements import emit_statements

    if not orelse:
        return flow
    if broken is None:
        return emit_guarded(emitter, flow, lambda: emit_statements(emitter, orelse))

    def unless_broken() -> Flow:
        from portfire.frontend.script.statements.control_flow import emit_if_value

        return emit_if_value(emitter, broken, lambda: Flow.FALLS, lambda: emit_statements(emitter, orelse))

    return emit_guarded(emitter, flow, unless_broken)


# Unrolled loops


def _emit_unrolled(
    emitter: Emitter, items: Sequence[StaticValue], body: Callable[[StaticValue], Flow], orelse: Sequence[ast.stmt]
) -> Flow:
    """One copy of the body per item."""
    region = enter_region(emitter, is_loop=True)
    try:
        flow = _unroll_from(emitter, region, items, 0, body)
    finally:
        leave_region(emitter, region)
    if flow is Flow.RAISES:
        return flow
    return leave_unrolled(emitter, region, orelse)


def _unroll_from(
    emitter: Emitter, region: Region, items: Sequence[StaticValue], index: int, body: Callable[[StaticValue], Flow]
) -> Flow:
    from portfire.frontend.script.statements.control_flow import emit_if_value

    for i in range(index, len(items)):
        emitter.frame.assign(region.exit, FALSE_VALUE)
        flow = body(items[i])
        stop = emitter.lookup(region.stop) or FALSE_VALUE
        if flow is Flow.RAISES or is_certainly(stop, True):
            return flow
        if not is_certainly(stop, False) and i + 1 < len(items):
            others = functools.partial(_unroll_from, emitter, region, items, i + 1, body)
            return emit_if_value(emitter, stop, lambda: Flow.MAY_EXIT, others)
    return Flow.FALLS


def leave_unrolled(emitter: Emitter, region: Region, orelse: Sequence[ast.stmt]) -> Flow:
    """What follows from how a loop was left whose body was compiled in this block."""
    returned = has_exited(emitter, region.function)
    broken = emitter.lookup(region.broken) or FALSE_VALUE
    flow = Flow.FALLS
    if not is_certainly(returned, False):
        if region.outer is not None and region.outer.is_loop:
            emitter.frame.assign(region.outer.exit, returned)
            emitter.frame.assign(region.outer.stop, returned)
        flow = Flow.EXITS if is_certainly(returned, True) else Flow.MAY_EXIT
        is_inner = region.function.is_generator or (region.outer is not None and region.outer.is_loop)
        if flow is Flow.EXITS and not is_inner:
            emitter.frame.is_dead = True
    known = broken.constant()
    if known is True:
        return flow
    return _emit_else(emitter, flow, None if known is False else broken, orelse)
