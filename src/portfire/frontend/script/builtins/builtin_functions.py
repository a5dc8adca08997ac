"""Python's builtin functions and types, as far as they are no plain operator.

Each function here compiles a call: `emit(emitter, args, kwargs)`. The table at the end is found by identity, so that a
builtin under another name is the same.

Comes before: `builtin_iteration.py`, `type_tests.py`. Comes after: `python_values.py`.
"""

from __future__ import annotations

import ast
import builtins
import collections
import functools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.builtins.builtin_iteration import (
    EnumerateValue,
    FilterValue,
    MapValue,
    RangeValue,
    ReversedValue,
    ZipValue,
    as_tuple,
    fold,
    items_after_the_first,
    to_list,
)
from portfire.frontend.script.builtins.builtin_parameters import Emit, Parameters, taking
from portfire.frontend.script.builtins.checks_and_logs import check_print_file, emit_print_text
from portfire.frontend.script.builtins.complex_numbers import make_complex
from portfire.frontend.script.builtins.ordering import Extreme, emit_sorted
from portfire.frontend.script.builtins.python_library.numbers import int_of_text
from portfire.frontend.script.builtins.transposing import ZipType
from portfire.frontend.script.classes.object_texts import own_text
from portfire.frontend.script.functions.generator_searches import SearchFunction
from portfire.frontend.script.functions.generators import CountedGenerator, GeneratorValue
from portfire.frontend.script.statements.control_flow import emit_choice, emit_if_value
from portfire.frontend.script.statements.exceptions import as_repr, as_text, emit_check, emit_issubclass, is_exception
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.statements.loops import emit_iteration
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.forms import shown
from portfire.frontend.script.types.inference import pending_dict, pending_list
from portfire.frontend.script.values.byte_strings import make_bytes
from portfire.frontend.script.values.class_attributes import presence_in_class
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, ConstantValue
from portfire.frontend.script.values.default_dicts import make_counter, make_default_dict, make_ordered_dict
from portfire.frontend.script.values.deques import make_deque
from portfire.frontend.script.values.iterators import NextFunction, make_iterator
from portfire.frontend.script.values.operators import emit_binary_values
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.set_values import make_frozen_set, make_set
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.frontend.script.values.type_tests import IsInstanceValue, TypeValue
from portfire.frontend.script.values.types_of_values import emit_type
from portfire.ir.forms import plain
from portfire.ir.graph import MISSING
from portfire.ir.types import BOOL, COMPLEX, FLOAT, INT, ClassType, DictType, ListType, TensorType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]


ANY_PARAMETERS = Parameters(0, None, keywords=None)

#: Builtin functions that ask an object of a script class for a method.
_ASKS = {
    "abs": "__abs__", "hash": "__hash__", "round": "__round__", "reversed": "__reversed__", "int": "__int__",
    "float": "__float__", "complex": "__complex__", "divmod": "__divmod__", "floor": "__floor__", "ceil": "__ceil__",
    "trunc": "__trunc__",
}  # fmt: skip


def special_method(emitter: Emitter, called: str, args: Sequence[StaticValue]) -> StaticValue | None:
    """`abs(obj)` and the like: what the method of the object gives; None of other values."""
    name = _ASKS.get(called)
    type_ = static_type(args[0]) if args else None
    if name is None or not isinstance(type_, ClassType) or type_.is_module:
        return None
    if getattr(type_.python_class, name, None) is getattr(object, name, None):
        return None
    return args[0].attribute(emitter, name).call(emitter, args[1:], {})


class BuiltinFunction(StaticValue):
    """One of them."""

    def __init__(self, name: str, emit: Emit, parameters: Parameters = ANY_PARAMETERS) -> None:
        self.name = name
        self.emit = emit
        self.parameters = parameters

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("builtin", self.name)

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.name}'"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
        """See the base class."""
        args, kwargs = self.parameters.bind(emitter, self.name, list(args), kwargs)
        return special_method(emitter, self.name, args) or self.emit(emitter, args, kwargs)


# Loops


def _reversed(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if isinstance(static_type(args[0]), TensorType):
        return args[0].attribute(emitter, "__reversed__").call(emitter, [], {})
    return ReversedValue(args[0])


def _range(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.indexing import integer

    args = [a if isinstance(a.constant(), int) else RuntimeValue(integer(emitter, a)) for a in args]
    zero, one = ConstantValue(0), ConstantValue(1)
    if len(args) == 1:
        return RangeValue(zero, args[0], one)
    if len(args) == 3 and args[2].constant() == 0:
        raise emitter.fail("bad-call", "the step of a range cannot be 0", help="use a step other than 0")
    return RangeValue(args[0], args[1], args[2] if len(args) == 3 else one)


def _enumerate(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    start = args[1] if len(args) > 1 else ConstantValue(0)
    if isinstance(args[0], GeneratorValue):
        return CountedGenerator(args[0], start)
    return EnumerateValue(args[0], start)


def _zip(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    strict = kwargs.get("strict", FALSE_VALUE).constant()
    if not isinstance(strict, bool):
        raise emitter.fail("not-a-constant", "'strict' of zip must be known while compiling", help="strict=True")
    return ZipValue(args, is_strict=strict)


def _filter(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    result = emitter.empty_display("prim::ListConstruct", pending_list())

    def body(item: StaticValue) -> Flow:
        chosen = item if args[0].constant() is None else args[0].call(emitter, [item], {})

        def add() -> Flow:
            result.attribute(emitter, "append").call(emitter, [item], {})
            return Flow.FALLS

        truth = chosen.truth(emitter)
        if truth.constant() is not MISSING:
            return add() if truth.constant() else Flow.FALLS
        return emit_if_value(emitter, truth, add, lambda: Flow.FALLS)

    emit_iteration(emitter, args[1], (), body)
    return FilterValue(result)


# Reductions


def _len(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    return args[0].length(emitter)


def _sum(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    start = args[1] if len(args) > 1 else None
    type_ = static_type(args[0])
    if start is None and isinstance(type_, ListType) and type_.element in (INT, FLOAT, COMPLEX):
        return emitter.builtin("aten::sum", [args[0]])
    initial = start if start is not None else ConstantValue(0)
    add = _adding(emitter)
    if isinstance(type_, (ListType, TensorType)) and start is None and getattr(type_, "element", None) != BOOL:
        return _sum_from_first(emitter, args[0], add)
    return fold(emitter, args[0], initial, add)


def _adding(emitter: Emitter) -> Callable[[StaticValue, StaticValue], StaticValue]:
    return lambda total, item: emit_binary_values(emitter, ast.Add(), total, item)


def _sum_from_first(
    emitter: Emitter, values: StaticValue, add: Callable[[StaticValue, StaticValue], StaticValue]
) -> StaticValue:
    """`0 + xs[0] + xs[1] + ...` where the items are tensors: the accumulator is one from the start."""
    source = values.iterate(emitter).source
    assert source is not None
    count = source.length(emitter)

    def first_and_rest() -> StaticValue:
        first = add(ConstantValue(0), source.emit_item(emitter, emitter.constant_value(0)))
        rest = items_after_the_first(emitter, source, count)
        return fold(emitter, rest, first, add)

    is_empty = emitter.builtin("aten::eq", [count, ConstantValue(0)])

    def nothing() -> StaticValue:
        return emitter.builtin("aten::tensor", [ConstantValue(0)])

    return emit_choice(emitter, is_empty, nothing, first_and_rest)


def _prod(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    initial = kwargs.get("start", ConstantValue(1))
    return fold(emitter, args[0], initial, lambda total, item: emit_binary_values(emitter, ast.Mult(), total, item))


def _reduce(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if len(args) == 3:
        return fold(emitter, args[1], args[2], lambda total, item: args[0].call(emitter, [total, item], {}))
    function, iteration = args[0], args[1].iterate(emitter)

    def step(total: StaticValue, item: StaticValue) -> StaticValue:
        return function.call(emitter, [total, item], {})

    message = ConstantValue("reduce() of empty iterable with no initial value")
    if iteration.items is not None:
        if not iteration.items:
            raise emitter.fail("bad-call", str(message.value), help="give the start: `reduce(f, xs, start)`")
        return functools.reduce(step, iteration.items)
    source = iteration.source
    assert source is not None
    count = source.length(emitter)
    emit_check(emitter, emitter.builtin("aten::gt", [count, ConstantValue(0)]), message, "builtins.TypeError")
    first = source.emit_item(emitter, emitter.constant_value(0))
    return fold(emitter, items_after_the_first(emitter, source, count), first, step)


# Conversions


def _int(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if not args:
        return ConstantValue(0)
    known = args[0].constant()
    if isinstance(known, (bool, int, float)) and len(args) == 1:
        return ConstantValue(int(known))
    base = args[1] if len(args) > 1 else None
    if base is not None:
        return emitter.compiler.function_value(int_of_text).call(emitter, [args[0], base], {})
    if static_type(args[0]) == INT:
        return args[0]
    return emitter.builtin("aten::Int", args, kwargs, called="int")


def _float(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if not args:
        return ConstantValue(0.0)
    known = args[0].constant()
    if isinstance(known, (bool, int, float, str)):
        try:
            return ConstantValue(float(known))
        except ValueError:
            pass
    if static_type(args[0]) == FLOAT:
        return args[0]
    return emitter.builtin("aten::Float", args, kwargs, called="float")


def _bool(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    return args[0].truth(emitter) if args else FALSE_VALUE


def _str(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    known = args[0].constant() if args else ""
    return ConstantValue(str(known)) if type(known) in (int, str, bool) else as_text(emitter, args[0])


def _repr(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if is_exception(args[0]):
        return as_repr(emitter, args[0])
    return (
        own_text(emitter, args[0], "r")
        or shown(emitter, args[0])
        or emitter.builtin("aten::format", [ConstantValue("{!r}"), args[0]])
    )


def _list(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if not args:
        return emitter.empty_display("prim::ListConstruct", pending_list())
    return to_list(emitter, args[0])


def _tuple(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if not args:
        return TupleValue(())
    if isinstance(static_type(args[0]), ListType):
        return as_tuple(emitter.builtin("aten::list", args))
    items = args[0].iterate(emitter).items
    return TupleValue(items) if items is not None else as_tuple(to_list(emitter, args[0]))


def _dict(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.dict_filling import set_pairs
    from portfire.frontend.script.values.displays import copied_dict, dict_of

    named = [(ConstantValue(k), v) for k, v in kwargs.items()]
    if not args:
        return dict_of(emitter, named) if named else emitter.empty_display("prim::DictConstruct", pending_dict())
    source = args[0]
    if isinstance(source, StaticDict):
        return copied_dict(emitter, [*source.pairs, *named])
    if isinstance(static_type(source), DictType):
        copy = emitter.builtin("aten::copy", [source])
        copy.value.type = plain(copy.type)
        result: StaticValue = copy
    else:
        result = emitter.empty_display("prim::DictConstruct", pending_dict())
        set_pairs(emitter, result, source)
    for key, value in named:
        result.set_index(emitter, key, value)
    return result


# Objects


def _hasattr(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    name = _constant_name(emitter, args[1], "hasattr")
    there = _is_there_now(emitter, args[0], name) or presence_in_class(emitter, args[0], name)
    return there if there is not None else ConstantValue(args[0].has_attribute(emitter, name))


def _is_there_now(emitter: Emitter, owner: StaticValue, name: str) -> StaticValue | None:
    from portfire.frontend.script.classes.object_values import presence

    return presence(emitter, owner, name) if isinstance(owner, RuntimeValue) else None


def _getattr(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    name = _constant_name(emitter, args[1], "getattr")
    if len(args) == 3 and not args[0].has_attribute(emitter, name):
        there = presence_in_class(emitter, args[0], name)
        if there is None or not there.constant():
            return args[2]
    there = _is_there_now(emitter, args[0], name) if len(args) == 3 else None
    if there is not None:
        return emit_choice(emitter, there, lambda: args[0].attribute(emitter, name), lambda: args[2])
    return args[0].attribute(emitter, name)


def _setattr(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    args[0].set_attribute(emitter, _constant_name(emitter, args[1], "setattr"), args[2])
    emitter.frame.forget_attributes()
    return NONE_VALUE


def _constant_name(emitter: Emitter, value: StaticValue, function: str) -> str:
    name = value.constant()
    if not isinstance(name, str):
        raise emitter.fail(
            "not-a-constant",
            f"the name given to '{function}' must be known while compiling",
            help="write the name as a string, or test with `if` for each name",
        )
    return name


def _callable(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    return ConstantValue(static_type(args[0]) is None and not isinstance(args[0], TupleValue))


def _print(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    separator = kwargs.get("sep", NONE_VALUE).constant()
    end = kwargs.get("end", NONE_VALUE).constant()
    for name in kwargs.keys() - {"sep", "end", "flush", "file"}:
        raise emitter.fail(
            "bad-call", f"print has no parameter '{name}'", help="its parameters are sep, end, file and flush"
        )
    check_print_file(emitter, kwargs.get("file", NONE_VALUE))
    if end not in (None, "\n") or MISSING in (separator, end):
        emit_print_text(emitter, args, kwargs)
        return NONE_VALUE
    if separator not in (None, " ") and len(args) > 1:
        args = [shown(emitter, a) or a for a in args]
        template = str(separator).replace("{", "{{").replace("}", "}}").join(["{}"] * len(args))
        args = [emitter.builtin("aten::format", [ConstantValue(template), *args])]
    args = [as_text(emitter, a) if is_exception(a) else shown(emitter, a) or a for a in args]
    emitter.node("prim::Print", [emitter.runtime(a) for a in args])
    return NONE_VALUE


class SuperFunction(StaticValue):
    """`super`: reads where it is called."""

    identity = "super"

    def describe(self) -> str:
        """See the base class."""
        return "super"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.classes.class_values import SuperClassValue
        from portfire.frontend.script.classes.object_attributes import SuperValue

        context = emitter.context
        receiver = args[1] if len(args) == 2 else emitter.lookup(context.first_parameter or "")
        after = getattr(args[0], "cls", None) if args else context.defining_class
        owner = getattr(receiver, "cls", None)
        if not isinstance(receiver, RuntimeValue) and isinstance(owner, type) and isinstance(after, type):
            return SuperClassValue(owner, after)
        if (
            not isinstance(receiver, RuntimeValue)
            or not isinstance(receiver.type, ClassType)
            or not isinstance(after, type)
        ):
            raise emitter.fail(
                "unsupported-call",
                "'super' is only known in the methods of a class",
                help="call the function of the base class by its name",
            )
        return SuperValue(receiver, after)


def _slice(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.indexing import SliceValue

    padded = [NONE_VALUE, args[0], NONE_VALUE] if len(args) == 1 else [*args, NONE_VALUE, NONE_VALUE][:3]
    return SliceValue(*padded)


def _functions() -> dict[Any, StaticValue]:
    one, two = Parameters(1, 1), Parameters(2, 2)
    extreme = Parameters(1, None, keywords=frozenset({"key", "default"}))
    table: dict[Any, StaticValue] = {
        function: BuiltinFunction(function.__name__, emit, parameters)
        for function, emit, parameters in (
            (builtins.len, _len, one), (builtins.sum, _sum, Parameters(1, 2, (None, "start"))),
            (builtins.min, Extreme("min"), extreme), (builtins.max, Extreme("max"), extreme),
            (builtins.sorted, emit_sorted, Parameters(1, 1, keywords=None)),
            (builtins.hasattr, _hasattr, two), (builtins.getattr, _getattr, Parameters(2, 3)),
            (builtins.setattr, _setattr, Parameters(3, 3)), (builtins.print, _print, Parameters(0, None, keywords=None)),
            (builtins.repr, _repr, one), (builtins.callable, _callable, one), (builtins.issubclass, emit_issubclass, two),
            (builtins.iter, make_iterator, one), (functools.reduce, _reduce, Parameters(2, 3)),
            (math.prod, _prod, Parameters(1, 1, keywords=frozenset({"start"}))),
        )
    }  # fmt: skip
    table[builtins.isinstance] = IsInstanceValue()
    table[builtins.next] = NextFunction()
    table[builtins.any] = SearchFunction("any", wanted=True)
    table[builtins.all] = SearchFunction("all", wanted=False)
    return table


#: Functions by identity.
FUNCTIONS: dict[Any, StaticValue] = _functions()

#: Types by identity: they can be called, and tested for.
TYPES: dict[Any, StaticValue] = {
    python_type: TypeValue(python_type, taking(python_type.__name__, parameters, make))
    for python_type, make, parameters in (
        (int, _int, Parameters(0, 2, (None, "base"))), (float, _float, Parameters(0, 1)), (bool, _bool, Parameters(0, 1)),
        (str, _str, Parameters(0, 3, ("object", "encoding", "errors"))),
        (complex, make_complex, Parameters(0, 2, keywords=frozenset({"real", "imag"}))), (list, _list, Parameters(0, 1)),
        (tuple, _tuple, Parameters(0, 1)), (dict, _dict, Parameters(0, 1, keywords=None)),
        (collections.OrderedDict, make_ordered_dict, ANY_PARAMETERS), (set, make_set, Parameters(0, 1)),
        (frozenset, make_frozen_set, Parameters(0, 1)), (bytes, make_bytes, ANY_PARAMETERS), (collections.Counter, make_counter, ANY_PARAMETERS),
        (collections.deque, make_deque, ANY_PARAMETERS), (collections.defaultdict, make_default_dict, ANY_PARAMETERS),
        (slice, _slice, Parameters(1, 3)), (range, _range, Parameters(1, 3)),
        (enumerate, _enumerate, Parameters(1, 2, ("iterable", "start"))), (filter, _filter, Parameters(2, 2)),
        (map, lambda emitter, args, kwargs: MapValue(args[0], args[1:]), Parameters(2, None)),
        (reversed, _reversed, Parameters(1, 1)), (type, emit_type, Parameters(1, 1)),
    )
}  # fmt: skip
TYPES[object] = TypeValue(object)
TYPES[zip] = ZipType(zip, taking("zip", Parameters(0, None, keywords=frozenset({"strict"})), _zip))
TYPES[super] = SuperFunction()
