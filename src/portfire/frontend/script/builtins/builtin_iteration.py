"""`range`, `zip`, `enumerate`, `reversed`, `map` as values to loop over, and loops that builtins mean.

Comes before: `loops.py`. Comes after: `builtin_functions.py`, `container_values.py`, `operators.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import pending_list
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.forms import form_kind
from portfire.ir.graph import MISSING, Graph, Value
from portfire.ir.types import INT, STR, DictType, ListType, TensorType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class RangeValue(StaticValue):
    """`range(start, stop, step)`."""

    def __init__(self, start: StaticValue, stop: StaticValue, step: StaticValue) -> None:
        self.start = start
        self.stop = stop
        self.step = step

    def describe(self) -> str:
        """See the base class."""
        return "a range"

    @property
    def known(self) -> range | None:
        """The Python range, where it is known while compiling."""
        bounds = [p.constant() for p in (self.start, self.stop, self.step)]
        return range(*bounds) if all(isinstance(b, int) for b in bounds) else None

    @property
    def counts_from_zero(self) -> bool:
        """Whether the items are the numbers of the rounds."""
        return bool(self.start.constant() == 0 and self.step.constant() == 1)

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return emitter.runtime(to_list(emitter, self))

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(source=self)

    def trip_count(self, emitter: Emitter) -> StaticValue:
        """How often a loop over the range runs; a negative number means never."""
        return self.stop if self.counts_from_zero else self.length(emitter)

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """See the base class."""
        if self.counts_from_zero:
            return RuntimeValue(index)
        return emitter.builtin("aten::__derive_index", [index, self.start, self.step])

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        if self.known is not None:
            return ConstantValue(len(self.known))
        return emitter.builtin("aten::__range_length", [self.start, self.stop, self.step])

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::gt", [self.length(emitter), ConstantValue(0)])

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        if self.known is None:
            return RuntimeValue(self.as_value(emitter)).unpack(emitter, count)
        return [ConstantValue(i) for i in self.known]

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        return RuntimeValue(self.as_value(emitter)).index(emitter, key)

    def unrolled(self) -> tuple[StaticValue, ...] | None:
        """The items, where they are known."""
        return None if self.known is None else tuple(ConstantValue(i) for i in self.known)


class LazyIterator(StaticValue):
    """What Python makes an iterator of: whoever consumes it computes the items, and they are gone then."""

    def stored(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class. If it may be consumed more than once, the items are computed at once, and are counted off."""
        from portfire.frontend.script.functions.generators import is_consumed_once
        from portfire.frontend.script.values.iterators import IteratorValue

        function = emitter.context.source.node
        if is_consumed_once(function, name) or not _is_read(function, name) or not self._is_of_values(emitter):
            return self
        return IteratorValue(emitter, to_list(emitter, self))

    def _is_of_values(self, emitter: Emitter) -> bool:
        """Whether the items can be in a list: not modules and the like."""
        with emitter.within(Graph().block):
            iteration = self.iterate(emitter)
            items = iteration.items
            if items is None and iteration.at_most is None:
                return True
            if items is None:
                assert isinstance(iteration.source, LockstepSource) and iteration.at_most is not None
                items = tuple(iteration.source.emit_round(emitter, number) for number in range(iteration.at_most))
            types = [static_type(item) for item in items]
            return bool(types) and types[0] is not None and all(t == types[0] for t in types)


def _is_read(function: ast.AST, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(function))


class _Lockstep(LazyIterator):
    """Several things looped over together."""

    def __init__(self, parts: Sequence[StaticValue]) -> None:
        self.parts = tuple(parts)

    def combine(self, emitter: Emitter, items: Sequence[StaticValue], index: StaticValue) -> StaticValue:
        """The item of a round, out of the items of the parts."""
        raise NotImplementedError

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return emitter.runtime(to_list(emitter, self))

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        iterations = [_step_by_step(emitter, p).iterate(emitter) for p in self.parts]
        if any(i.items is not None for i in iterations):
            for i, part in enumerate(self.parts):
                if isinstance(part, RangeValue) and part.known is not None:
                    iterations[i] = Iteration(items=part.unrolled())
        known = [i.items for i in iterations if i.items is not None]
        if len(known) == len(iterations):
            rows = zip(*known, strict=False)
            return Iteration(
                items=tuple(self.combine(emitter, items, ConstantValue(number)) for number, items in enumerate(rows))
            )
        sources = [i.source if i.source is not None else _KnownItems(i.items or ()) for i in iterations]
        limits = [i.at_most for i in iterations if i.at_most is not None] + [len(items) for items in known]
        return Iteration(source=LockstepSource(self, sources), at_most=min(limits, default=None))

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        items = self.iterate(emitter).items
        if items is None:
            return RuntimeValue(self.as_value(emitter)).unpack(emitter, count)
        return items


class _KnownItems(StaticValue):
    """Items known while compiling, beside others that are not."""

    def __init__(self, items: Sequence[StaticValue]) -> None:
        self.items = items

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(len(self.items))

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.values.indexing import pick_item

        return pick_item(emitter, self.items, RuntimeValue(index))

    def emit_round(self, emitter: Emitter, number: int) -> StaticValue:
        """The item of a round that is compiled by itself."""
        return self.items[number]


class LockstepSource(StaticValue):
    """The run-time form: as many rounds as the shortest part has items."""

    def __init__(self, owner: _Lockstep, sources: Sequence[StaticValue]) -> None:
        self.owner = owner
        self.sources = sources

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        lengths = [s.length(emitter) for s in self.sources]
        if len(lengths) == 1:
            return lengths[0]
        list_ = emitter.insert("prim::ListConstruct", [emitter.runtime(n) for n in lengths], ListType(INT))
        return emitter.builtin("prim::min", [list_])

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """See the base class."""
        items = [s.emit_item(emitter, index) for s in self.sources]
        return self.owner.combine(emitter, items, RuntimeValue(index))

    def emit_round(self, emitter: Emitter, number: int) -> StaticValue:
        """The items of a round that is compiled by itself."""
        index = emitter.constant_value(number)
        items = [
            s.emit_round(emitter, number)
            if isinstance(s, (_KnownItems, LockstepSource))
            else s.emit_item(emitter, index)
            for s in self.sources
        ]
        return self.owner.combine(emitter, items, ConstantValue(number))


class ZipValue(_Lockstep):
    """`zip(a, b)`; `is_strict`: all are to be of one length."""

    def __init__(self, parts: Sequence[StaticValue], *, is_strict: bool = False) -> None:
        super().__init__(parts)
        self.is_strict = is_strict

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        if self.is_strict:
            self._check_lengths(emitter)
        return super().iterate(emitter)

    def _check_lengths(self, emitter: Emitter) -> None:
        """Python raises after the last common item; here nothing has run before."""
        from portfire.frontend.script.statements.exceptions import emit_check
        from portfire.frontend.script.values.operators import emit_equal

        self.parts = tuple(p if static_type(p) is not None else _repeatable(emitter, p) for p in self.parts)
        lengths = [_length_of(emitter, p) for p in self.parts]
        message = ConstantValue("zip() arguments have different lengths")
        for length in lengths[1:]:
            is_same = emit_equal(emitter, lengths[0], length)
            if is_same.constant() is not True:
                emit_check(emitter, is_same, message, "builtins.ValueError")

    def describe(self) -> str:
        """See the base class."""
        return "a zip"

    def combine(self, emitter: Emitter, items: Sequence[StaticValue], index: StaticValue) -> StaticValue:
        """See the base class."""
        return TupleValue(items)


def _length_of(emitter: Emitter, value: StaticValue) -> StaticValue:
    iteration = value.iterate(emitter)
    if iteration.items is not None:
        return ConstantValue(len(iteration.items))
    assert iteration.source is not None
    return iteration.source.length(emitter)


def _repeatable(emitter: Emitter, value: StaticValue) -> StaticValue:
    """What can be asked for its items twice: a map would call its function each time."""
    return to_list(emitter, value) if isinstance(value, _Lockstep) else value


def _step_by_step(emitter: Emitter, part: StaticValue) -> StaticValue:
    """A generator that is consumed together with others is made a list first."""
    collected = getattr(part, "collected_early", None)
    return part if collected is None else collected(emitter)


class EnumerateValue(_Lockstep):
    """`enumerate(xs, start)`."""

    def __init__(self, iterable: StaticValue, start: StaticValue) -> None:
        super().__init__([iterable])
        self.start = start

    def describe(self) -> str:
        """See the base class."""
        return "an enumerate"

    def combine(self, emitter: Emitter, items: Sequence[StaticValue], index: StaticValue) -> StaticValue:
        """See the base class."""
        start, number = self.start.constant(), index.constant()
        if isinstance(start, int) and isinstance(number, int):
            index = ConstantValue(start + number)
        elif start != 0:
            index = emitter.builtin("aten::add", [index, self.start])
        return TupleValue([index, *items])


class MapValue(_Lockstep):
    """`map(f, xs)`."""

    def __init__(self, function: StaticValue, iterables: Sequence[StaticValue]) -> None:
        super().__init__(iterables)
        self.function = function

    def describe(self) -> str:
        """See the base class."""
        return "a map"

    def combine(self, emitter: Emitter, items: Sequence[StaticValue], index: StaticValue) -> StaticValue:
        """See the base class."""
        return self.function.call(emitter, items, {})


class FilterValue(LazyIterator):
    """`filter(f, xs)`: the list of what is left."""

    def __init__(self, items: StaticValue) -> None:
        self.items = items

    def describe(self) -> str:
        """See the base class."""
        return "a filter"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return emitter.runtime(self.items)

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return self.items.iterate(emitter)

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return self.items.unpack(emitter, count)


class ReversedValue(LazyIterator):
    """`reversed(xs)`."""

    def __init__(self, iterable: StaticValue) -> None:
        self.iterable = iterable

    def describe(self) -> str:
        """See the base class."""
        return "a reversed sequence"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return emitter.runtime(to_list(emitter, self))

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        iteration = self.iterable.iterate(emitter)
        if iteration.items is not None:
            return Iteration(items=tuple(reversed(iteration.items)))
        assert iteration.source is not None
        return Iteration(source=_ReversedSource(emitter, iteration.source))


class _ReversedSource(StaticValue):
    def __init__(self, emitter: Emitter, source: StaticValue) -> None:
        self.source = source
        self.count = source.length(emitter)

    def length(self, emitter: Emitter) -> StaticValue:
        return self.count

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        last = emitter.builtin("aten::sub", [self.count, ConstantValue(1)])
        return self.source.emit_item(emitter, emitter.builtin("aten::sub", [last, index]).value)


class _Rest(StaticValue):
    """All items of a source but the first."""

    def __init__(self, source: StaticValue, count: StaticValue) -> None:
        self.source = source
        self.count = count

    def iterate(self, emitter: Emitter) -> Iteration:
        return Iteration(source=self)

    def length(self, emitter: Emitter) -> StaticValue:
        return self.count

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        following = emitter.builtin("aten::add", [RuntimeValue(index), ConstantValue(1)])
        return self.source.emit_item(emitter, following.value)


def items_after_the_first(emitter: Emitter, source: StaticValue, count: StaticValue) -> StaticValue:
    """What a loop over the `count` items of a source goes over when the first is taken."""
    return _Rest(source, emitter.builtin("aten::sub", [count, ConstantValue(1)]))


# Loops that builtins mean


def to_list(emitter: Emitter, value: StaticValue) -> StaticValue:
    """`list(value)`: always a new list."""
    from portfire.frontend.script.statements.loops import emit_iteration, iterator_of
    from portfire.frontend.script.values.displays import list_of

    value = iterator_of(emitter, value)
    type_ = static_type(value)
    if isinstance(type_, ListType):
        return emitter.builtin("aten::list", [value])
    if type_ == STR and form_kind(type_) is None:
        return emitter.builtin("aten::list", [value])
    if isinstance(type_, DictType):
        return emitter.builtin("aten::keys", [value])
    if isinstance(type_, TensorType):
        rows = emitter.builtin("aten::unbind", [value, ConstantValue(0)])
        rows.value.type = ListType(type_)  # and no tuple, as `x.unbind()` is
        return rows
    iteration = value.iterate(emitter)
    if iteration.items is not None:
        return list_of(emitter, iteration.items)
    if type_ == STR and iteration.source is not None:  # bytes: the numbers are a list already
        return iteration.source
    result = emitter.empty_display("prim::ListConstruct", pending_list())

    def body(item: StaticValue) -> Flow:
        result.attribute(emitter, "append").call(emitter, [item], {})
        return Flow.FALLS

    emit_iteration(emitter, value, (), body)
    return result


def as_tuple(list_: StaticValue) -> StaticValue:
    """A new list as the tuple that it is in Python: how long it is is known only at run time."""
    if isinstance(list_, RuntimeValue) and isinstance(list_.type, ListType):
        list_.value.type = ListType(list_.type.element, form="tuple")
    return list_


def fold(
    emitter: Emitter,
    iterable: StaticValue,
    initial: StaticValue,
    step: Callable[[StaticValue, StaticValue], StaticValue],
) -> StaticValue:
    """Go over the items with an accumulator."""
    from portfire.frontend.script.statements.loops import emit_iteration

    emitter.compiler.region_count += 1
    name = f"$fold{emitter.compiler.region_count}"
    emitter.frame.assign(name, initial)

    def body(item: StaticValue) -> Flow:
        total = emitter.lookup(name)
        assert total is not None
        emitter.frame.assign(name, step(total, item))
        return Flow.FALLS

    emit_iteration(emitter, iterable, [name], body)
    total = emitter.lookup(name)
    assert total is not None
    del emitter.frame.assigned[name]
    return total


def _search_step_by_step(
    emitter: Emitter, generator: StaticValue, found: Callable[[StaticValue], StaticValue]
) -> StaticValue:
    """A generator is run no further than to the first item that is searched for."""
    from portfire.frontend.script.statements.control_flow import emit_if_value
    from portfire.frontend.script.statements.exits import emit_break
    from portfire.frontend.script.statements.loops import emit_iteration

    emitter.compiler.region_count += 1
    name = f"found@{emitter.compiler.region_count}"
    emitter.frame.assign(name, ConstantValue(False))

    def hit() -> Flow:
        emitter.frame.assign(name, ConstantValue(True))
        return emit_break(emitter, ast.Break())

    def body(item: StaticValue) -> Flow:
        condition = found(item).truth(emitter)
        if condition.constant() is not MISSING:
            return hit() if condition.constant() else Flow.FALLS
        return emit_if_value(emitter, condition, hit, lambda: Flow.FALLS)

    emit_iteration(emitter, generator, [name], body)
    return emitter.frame.assigned.pop(name)


def search(emitter: Emitter, iterable: StaticValue, found: Callable[[StaticValue], StaticValue]) -> StaticValue:
    """Whether `found` is true of an item; stops at the first."""
    from portfire.frontend.script.statements.control_flow import emit_choice
    from portfire.frontend.script.statements.loops import iterator_of

    iterable = iterator_of(emitter, iterable)
    if hasattr(iterable, "emit_each"):
        return _search_step_by_step(emitter, iterable, found)

    def step(known: StaticValue, item: StaticValue) -> StaticValue:
        constant = known.constant()
        if constant is not MISSING:
            return known if constant else found(item).truth(emitter)
        return emit_choice(emitter, known, lambda: ConstantValue(True), lambda: found(item).truth(emitter))

    return fold(emitter, iterable, ConstantValue(False), step)


def emit_any_equal(emitter: Emitter, container: StaticValue, item: StaticValue) -> StaticValue:
    """`item in container`, by comparing one by one."""
    from portfire.frontend.script.values.operators import emit_equal

    return search(emitter, container, lambda candidate: emit_equal(emitter, item, candidate))


def emit_all_equal(emitter: Emitter, left: StaticValue, right: StaticValue) -> StaticValue:
    """`left == right` of lists whose items no operator compares."""
    from portfire.frontend.script.statements.control_flow import emit_choice
    from portfire.frontend.script.statements.refinement import negated
    from portfire.frontend.script.values.operators import emit_equal

    same_length = emitter.builtin("aten::eq", [left.length(emitter), right.length(emitter)])

    def items_equal() -> StaticValue:
        def differs(pair: StaticValue) -> StaticValue:
            a, b = pair.unpack(emitter, 2)
            return negated(emitter, emit_equal(emitter, a, b).truth(emitter))

        return negated(emitter, search(emitter, ZipValue([left, right]), differs))

    return emit_choice(emitter, same_length, items_equal, lambda: ConstantValue(False))


def reduce_product(emitter: Emitter, list_: StaticValue) -> StaticValue:
    """The product of a list of ints."""
    return fold(emitter, list_, ConstantValue(1), lambda total, item: emitter.builtin("aten::mul", [total, item]))
