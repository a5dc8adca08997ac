"""`itertools`, consumed in place: over items known while compiling what Python's own gives, else lists, or sources that go on.

An iterator is made a list where it is written, so what its arguments do is done at once; `count`, `cycle` and `repeat`
without an end make their items in the loop that goes over them.

Comes before: `builtin_iteration.py`, `loops.py`. Comes after: `library_functions.py`.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from portfire.frontend.script.builtins.builtin_iteration import RangeValue, to_list
from portfire.frontend.script.statements.control_flow import emit_choice, emit_if_value
from portfire.frontend.script.statements.exits import Flow, emit_break
from portfire.frontend.script.statements.loops import emit_iteration
from portfire.frontend.script.statements.refinement import negated
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import pending_list
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.operators import emit_binary_values, emit_comparison
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import MISSING, Value
from portfire.ir.types import ListType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]

#: What an iterator without an end counts to.
_FOREVER: Final = 9223372036854775807


class Endless(StaticValue):
    """Something to loop over without an end; `item` makes number i."""

    def __init__(self, called: str, item: Callable[[Emitter, StaticValue], StaticValue]) -> None:
        self.called = called
        self.item = item

    def describe(self) -> str:
        """See the base class."""
        return f"an '{self.called}' without an end"

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(source=self)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(_FOREVER)

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        """See the base class."""
        return self.item(emitter, RuntimeValue(index))


def _known(emitter: Emitter, iterables: Sequence[StaticValue]) -> list[tuple[StaticValue, ...]] | None:
    """The items of all of them, where they are known while compiling and are no plain run-time lists."""
    found = [i.iterate(emitter).items for i in iterables]
    known = [items for items in found if items is not None]
    return known if known and len(known) == len(found) else None


def _static(items: Sequence[StaticValue | tuple[StaticValue, ...]]) -> StaticValue:
    return TupleValue([TupleValue(i) if isinstance(i, tuple) else i for i in items], is_list=True)


def _new_list(emitter: Emitter) -> RuntimeValue:
    return emitter.empty_display("prim::ListConstruct", pending_list())


def _append(emitter: Emitter, list_: StaticValue, item: StaticValue) -> Flow:
    list_.attribute(emitter, "append").call(emitter, [item], {})
    return Flow.FALLS


def _as_list(emitter: Emitter, value: StaticValue) -> StaticValue:
    return value if isinstance(static_type(value), ListType) else to_list(emitter, value)


def _constant_int(emitter: Emitter, value: StaticValue, what: str) -> int:
    known = value.constant()
    if not isinstance(known, int):
        raise emitter.fail(
            "not-a-constant",
            f"{what} must be known while compiling: it says how long the tuples are",
            help="write the number",
        )
    return known


# Without an end


def _count(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    start = args[0] if args else kwargs.get("start", ConstantValue(0))
    step = args[1] if len(args) > 1 else kwargs.get("step", ConstantValue(1))

    def item(emitter: Emitter, index: StaticValue) -> StaticValue:
        passed = index if step.constant() == 1 else emit_binary_values(emitter, ast.Mult(), index, step)
        return passed if start.constant() == 0 else emit_binary_values(emitter, ast.Add(), start, passed)

    return Endless("count", item)


def _cycle(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    items = _as_list(emitter, args[0])
    length = items.length(emitter)
    return Endless("cycle", lambda emitter, i: items.index(emitter, emit_binary_values(emitter, ast.Mod(), i, length)))


def _repeat(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    times = args[1] if len(args) > 1 else kwargs.get("times")
    if times is None:
        return Endless("repeat", lambda emitter, i: args[0])
    if isinstance(times.constant(), int):
        return _static([args[0]] * max(times.constant(), 0)) if times.constant() > 0 else TupleValue((), is_list=True)
    result = _new_list(emitter)
    zero, one = ConstantValue(0), ConstantValue(1)
    emit_iteration(emitter, RangeValue(zero, times, one), (), lambda _: _append(emitter, result, args[0]))
    return result


# One after the other


def _chain(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    known = _known(emitter, args)
    if known is not None:
        return _static([item for items in known for item in items])
    if not args:
        return _new_list(emitter)
    result = to_list(emitter, args[0])
    for items in args[1:]:
        result.attribute(emitter, "extend").call(emitter, [items], {})
    return result


def chain_from_iterable(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`chain.from_iterable(iterables)`."""
    items = args[0].iterate(emitter).items
    if items is not None:
        return _chain(emitter, list(items), {})
    result = _new_list(emitter)

    def add(more: StaticValue) -> Flow:
        result.attribute(emitter, "extend").call(emitter, [more], {})
        return Flow.FALLS

    emit_iteration(emitter, args[0], (), add)
    return result


def _islice(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.indexing import SliceValue

    start, stop, step = [NONE_VALUE, args[1], NONE_VALUE] if len(args) == 2 else [*args[1:], NONE_VALUE][:3]
    if isinstance(args[0], Endless):
        if stop.constant() is None:
            raise emitter.fail("unsupported-call", f"{args[0].describe()} cannot be made a list", help="give a stop")
        source, zero, one = args[0], ConstantValue(0), ConstantValue(1)
        begin = zero if start.constant() is None else start
        numbers = RangeValue(begin, stop, one if step.constant() is None else step)
        result = _new_list(emitter)
        emit_iteration(emitter, numbers, (), lambda i: _append(emitter, result, source.item(emitter, i)))
        return result
    items = args[0].iterate(emitter).items
    constants = [p.constant() for p in (start, stop, step)]
    if items is not None and all(c is not MISSING for c in constants):
        return _static(list(itertools.islice(items, *constants)))
    return _as_list(emitter, args[0]).index(emitter, SliceValue(start, stop, step))


def _pairwise(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    known = _known(emitter, args)
    if known is not None:
        return _static(list(itertools.pairwise(known[0])))
    items, result, one = _as_list(emitter, args[0]), _new_list(emitter), ConstantValue(1)
    count = emitter.builtin("aten::sub", [items.length(emitter), one])

    def add(i: StaticValue) -> Flow:
        following = emitter.builtin("aten::add", [i, one])
        return _append(emitter, result, TupleValue([items.index(emitter, i), items.index(emitter, following)]))

    emit_iteration(emitter, RangeValue(ConstantValue(0), count, one), (), add)
    return result


def _zip_longest(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    fill = kwargs.get("fillvalue", NONE_VALUE)
    known = _known(emitter, args)
    if known is not None:
        return _static(list(itertools.zip_longest(*known, fillvalue=fill)))
    lists = [_as_list(emitter, a) for a in args]
    lengths = [items.length(emitter) for items in lists]
    longest = emitter.builtin("prim::max", [TupleValue(lengths, is_list=True)])
    result = _new_list(emitter)

    def add(i: StaticValue) -> Flow:
        items: list[StaticValue] = []
        for list_, length in zip(lists, lengths, strict=True):
            has_item = emit_comparison(emitter, ast.Lt(), i, length)
            items.append(emit_choice(emitter, has_item, lambda list_=list_: list_.index(emitter, i), lambda: fill))  # type: ignore[misc]
        return _append(emitter, result, TupleValue(items))

    emit_iteration(emitter, RangeValue(ConstantValue(0), longest, ConstantValue(1)), (), add)
    return result


# All choices


def _product(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    repeat = _constant_int(emitter, kwargs.get("repeat", ConstantValue(1)), "'repeat' of product")
    known = _known(emitter, args)
    if known is not None:
        return _static(list(itertools.product(*known, repeat=repeat)))
    lists = [_as_list(emitter, a) for a in args] * repeat
    result = _new_list(emitter)

    def level(chosen: tuple[StaticValue, ...]) -> Flow:
        if len(chosen) == len(lists):
            return _append(emitter, result, TupleValue(chosen))
        return emit_iteration(emitter, lists[len(chosen)], (), lambda item: level((*chosen, item)))

    level(())
    return result


def _choices(name: str, *, repeats: bool, ordered: bool) -> Emit:
    """`combinations(items, r)` and its like: nested loops over positions."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        size = args[1] if len(args) > 1 else kwargs.get("r", NONE_VALUE)
        known = _known(emitter, args[:1])
        if known is not None and size.constant() is not MISSING:
            lengths = [] if size.constant() is None else [size.constant()]
            return _static(list(getattr(itertools, name)(known[0], *lengths)))
        count = _constant_int(emitter, size, f"the second argument of {name}")
        items, result, one = _as_list(emitter, args[0]), _new_list(emitter), ConstantValue(1)
        length = items.length(emitter)

        def level(places: tuple[StaticValue, ...]) -> Flow:
            if len(places) == count:
                return _append(emitter, result, TupleValue([items.index(emitter, p) for p in places]))
            start: StaticValue = ConstantValue(0)
            if places and not ordered:
                start = places[-1] if repeats else emitter.builtin("aten::add", [places[-1], one])
            return emit_iteration(emitter, RangeValue(start, length, one), (), lambda i: chosen(places, i))

        def chosen(places: tuple[StaticValue, ...], place: StaticValue) -> Flow:
            if not ordered or not places:
                return level((*places, place))
            is_new: StaticValue = emit_comparison(emitter, ast.NotEq(), place, places[0])
            for other in places[1:]:
                differs = emit_comparison(emitter, ast.NotEq(), place, other)
                is_new = emitter.builtin("aten::__and__", [is_new, differs])
            return emit_if_value(emitter, is_new, lambda: level((*places, place)), lambda: Flow.FALLS)

        level(())
        return result

    return emit


# Item by item


def _accumulate(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    function = args[1] if len(args) > 1 else kwargs.get("func", NONE_VALUE)
    initial = kwargs.get("initial", NONE_VALUE)

    def step(total: Any, item: StaticValue) -> Any:
        if function.constant() is None:
            return emit_binary_values(emitter, ast.Add(), total, item)
        return function.call(emitter, [total, item], {})

    known = _known(emitter, args[:1])
    if known is not None:
        has_initial = initial.constant() is not None
        return _static(list(itertools.accumulate(known[0], step, initial=initial if has_initial else None)))
    items, result = _as_list(emitter, args[0]), _new_list(emitter)
    if initial.constant() is not None:
        _append(emitter, result, initial)

    def add(item: StaticValue) -> Flow:
        def total() -> StaticValue:
            found: StaticValue = step(result.index(emitter, ConstantValue(-1)), item)
            return found

        if initial.constant() is not None:
            return _append(emitter, result, total())
        is_first = emitter.builtin("aten::eq", [result.length(emitter), ConstantValue(0)])
        return emit_if_value(
            emitter, is_first, lambda: _append(emitter, result, item), lambda: _append(emitter, result, total())
        )

    emit_iteration(emitter, items, (), add)
    return result


def _filtered(emitter: Emitter, items: StaticValue, wanted: Callable[[StaticValue], StaticValue]) -> StaticValue:
    """The items of which `wanted` is true."""
    result = _new_list(emitter)

    def consider(item: StaticValue) -> Flow:
        truth = wanted(item).truth(emitter)
        if truth.constant() is not MISSING:
            return _append(emitter, result, item) if truth.constant() else Flow.FALLS
        return emit_if_value(emitter, truth, lambda: _append(emitter, result, item), lambda: Flow.FALLS)

    emit_iteration(emitter, items, (), consider)
    return result


def _filter_false(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    def wanted(item: StaticValue) -> StaticValue:
        found = item if args[0].constant() is None else args[0].call(emitter, [item], {})
        return negated(emitter, found.truth(emitter))

    return _filtered(emitter, args[1], wanted)


def _compress(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.builtin_iteration import ZipValue

    result = _new_list(emitter)

    def consider(pair: StaticValue) -> Flow:
        item, selector = pair.unpack(emitter, 2)
        truth = selector.truth(emitter)
        if truth.constant() is not MISSING:
            return _append(emitter, result, item) if truth.constant() else Flow.FALLS
        return emit_if_value(emitter, truth, lambda: _append(emitter, result, item), lambda: Flow.FALLS)

    emit_iteration(emitter, ZipValue(args), (), consider)
    return result


def _take_while(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    result = _new_list(emitter)

    def consider(item: StaticValue) -> Flow:
        truth = args[0].call(emitter, [item], {}).truth(emitter)
        return emit_if_value(
            emitter, truth, lambda: _append(emitter, result, item), lambda: emit_break(emitter, ast.Break())
        )

    source = args[1] if isinstance(args[1], Endless) else _as_list(emitter, args[1])
    emit_iteration(emitter, source, (), consider)
    return result


def _drop_while(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """The items from the first of which the condition is false: after that it is asked no more."""
    result = _new_list(emitter)

    def consider(item: StaticValue) -> Flow:
        has_begun = emitter.builtin("aten::gt", [result.length(emitter), ConstantValue(0)])
        drops = emit_choice(
            emitter, has_begun, lambda: ConstantValue(False), lambda: args[0].call(emitter, [item], {}).truth(emitter)
        )
        return emit_if_value(emitter, drops, lambda: Flow.FALLS, lambda: _append(emitter, result, item))

    emit_iteration(emitter, _as_list(emitter, args[1]), (), consider)
    return result


def _star_map(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    known = _known(emitter, args[1:])
    if known is not None:
        return _static([args[0].call(emitter, list(i.unpack(emitter, None)), {}) for i in known[0]])
    result = _new_list(emitter)
    emit_iteration(
        emitter,
        args[1],
        (),
        lambda item: _append(emitter, result, args[0].call(emitter, list(item.unpack(emitter, None)), {})),
    )
    return result


def _group_by(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """Pairs of a key and the list of the items in a row that have it."""
    key = args[1] if len(args) > 1 else kwargs.get("key", NONE_VALUE)
    items = _as_list(emitter, args[0])
    keys, groups = _new_list(emitter), _new_list(emitter)
    last = ConstantValue(-1)

    def add(item: StaticValue) -> Flow:
        found = item if key.constant() is None else key.call(emitter, [item], {})

        def begin() -> Flow:
            _append(emitter, keys, found)
            group = _new_list(emitter)
            _append(emitter, group, item)
            return _append(emitter, groups, group)

        is_first = emitter.builtin("aten::eq", [keys.length(emitter), ConstantValue(0)])
        begins = emit_choice(
            emitter, is_first, lambda: ConstantValue(True),
            lambda: emit_comparison(emitter, ast.NotEq(), keys.index(emitter, last), found).truth(emitter),
        )  # fmt: skip
        return emit_if_value(emitter, begins, begin, lambda: _append(emitter, groups.index(emitter, last), item))

    _decide_by_trial(emitter, keys, groups, items, key)
    emit_iteration(emitter, items, (), add)
    from portfire.frontend.script.builtins.builtin_iteration import ZipValue

    return to_list(emitter, ZipValue([keys, groups]))


def _decide_by_trial(
    emitter: Emitter, keys: RuntimeValue, groups: RuntimeValue, items: StaticValue, key: StaticValue
) -> None:
    """Let the first item, which is taken out again, say what the lists hold: they are read before they are written."""

    def try_first() -> Flow:
        item = items.index(emitter, ConstantValue(0))
        _append(emitter, keys, item if key.constant() is None else key.call(emitter, [item], {}))
        group = _new_list(emitter)
        _append(emitter, group, item)
        _append(emitter, groups, group)
        for list_ in (keys, groups):
            list_.attribute(emitter, "clear").call(emitter, [], {})
        return Flow.FALLS

    has_items = emitter.builtin("aten::gt", [items.length(emitter), ConstantValue(0)])
    emit_if_value(emitter, has_items, try_first, lambda: Flow.FALLS)


#: The classes, and what compiles a call of each.
CLASSES: Final[tuple[tuple[Any, Emit], ...]] = (
    (itertools.count, _count), (itertools.cycle, _cycle), (itertools.repeat, _repeat), (itertools.chain, _chain),
    (itertools.islice, _islice), (itertools.pairwise, _pairwise), (itertools.zip_longest, _zip_longest),
    (itertools.product, _product), (itertools.combinations, _choices("combinations", repeats=False, ordered=False)),
    (
        itertools.combinations_with_replacement,
        _choices("combinations_with_replacement", repeats=True, ordered=False),
    ),
    (itertools.permutations, _choices("permutations", repeats=False, ordered=True)),
    (itertools.accumulate, _accumulate), (itertools.filterfalse, _filter_false), (itertools.compress, _compress),
    (itertools.takewhile, _take_while), (itertools.dropwhile, _drop_while), (itertools.starmap, _star_map),
    (itertools.groupby, _group_by),
)  # fmt: skip
