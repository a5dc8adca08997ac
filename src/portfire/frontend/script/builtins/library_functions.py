"""Functions of Python's standard library that are no operator: `functools`, `operator`, `heapq`, `bisect`, `copy`, numbers.

Most are calls of functions written in Python (`python_library/`), compiled with the program that uses them.

Comes before: `python_library/`, `itertools_functions.py`, `copying.py`. Comes after: `python_values.py`, which asks for them.
"""

from __future__ import annotations

import ast
import bisect
import builtins
import contextlib
import functools
import heapq
import itertools
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.builtins.builtin_functions import BuiltinFunction
from portfire.frontend.script.builtins.builtin_iteration import to_list
from portfire.frontend.script.builtins.builtin_parameters import Parameters
from portfire.frontend.script.builtins.ordering import emit_sorted
from portfire.frontend.script.builtins.python_library import bisection, futures, heaps, numbers
from portfire.frontend.script.functions.function_values import PartialFunction
from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.refinement import negated
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.operators import emit_binary_values, emit_comparison, emit_in_place
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.strings import make_translation
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.frontend.script.values.type_tests import TypeValue
from portfire.ir.types import BOOL, FLOAT, INT, TensorType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]


def written_in_python(function: Callable[..., Any]) -> Emit:
    """A call of one of the functions in `python_library/`."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.compiler.function_value(function).call(emitter, args, kwargs)

    return emit


# Numbers


def _round(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`round(number, ndigits)`."""
    digits = args[1] if len(args) > 1 else kwargs.get("ndigits", NONE_VALUE)
    number, type_ = args[0], static_type(args[0])
    if isinstance(type_, TensorType):
        return emitter.builtin("aten::round", [number], {} if digits.constant() is None else {"decimals": digits})
    if digits.constant() is None:
        return emitter.builtin("portfire::round", [number], called="round")
    if type_ in (INT, BOOL):
        number = emitter.builtin("aten::Int", [number]) if type_ == BOOL else number
        return written_in_python(numbers.rounded_int)(emitter, [number, digits], {})
    if type_ != FLOAT:
        number = emitter.builtin("aten::Float", [number])
    return written_in_python(numbers.rounded_float)(emitter, [number, digits], {})


def _pow(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`pow(a, b)`, `pow(a, b, modulus)`."""
    args = [*args, *(kwargs[n] for n in ("base", "exp", "mod") if n in kwargs)]
    if len(args) == 3 and args[2].constant() is not None:
        return written_in_python(numbers.power_modulo)(emitter, args, {})
    return emit_binary_values(emitter, ast.Pow(), args[0], args[1])


def _divmod(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    numbers_ = (INT, FLOAT)
    if static_type(args[0]) in numbers_ and static_type(args[1]) in numbers_:
        return emitter.builtin("aten::divmod", args)
    return TupleValue([emit_binary_values(emitter, op, *args) for op in (ast.FloorDiv(), ast.Mod())])


def _ascii(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.python_library import texts

    shown = emitter.builtin("aten::format", [ConstantValue("{!r}"), args[0]])
    return written_in_python(texts.escaped)(emitter, [shown], {})


# The module operator


def _binary(op: ast.operator) -> Emit:
    return lambda emitter, args, kwargs: emit_binary_values(emitter, op, args[0], args[1])


def _comparison(op: ast.cmpop) -> Emit:
    return lambda emitter, args, kwargs: emit_comparison(emitter, op, args[0], args[1])


def _in_place(op: ast.operator) -> Emit:
    return lambda emitter, args, kwargs: emit_in_place(emitter, op, args[0], args[1])


def _set_item(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    args[0].set_index(emitter, args[1], args[2])
    return NONE_VALUE


_OPERATORS: dict[str, Emit] = {
    **{
        name: _binary(op)
        for name, op in (
            ("add", ast.Add()), ("concat", ast.Add()), ("sub", ast.Sub()), ("mul", ast.Mult()), ("truediv", ast.Div()),
            ("floordiv", ast.FloorDiv()), ("mod", ast.Mod()), ("pow", ast.Pow()), ("matmul", ast.MatMult()),
            ("and_", ast.BitAnd()), ("or_", ast.BitOr()), ("xor", ast.BitXor()), ("lshift", ast.LShift()),
            ("rshift", ast.RShift()),
        )
    },
    **{
        name: _in_place(op)
        for name, op in (
            ("iadd", ast.Add()), ("isub", ast.Sub()), ("imul", ast.Mult()), ("itruediv", ast.Div()),
            ("iand", ast.BitAnd()), ("ior", ast.BitOr()),
        )
    },
    **{
        name: _comparison(op)
        for name, op in (
            ("eq", ast.Eq()), ("ne", ast.NotEq()), ("lt", ast.Lt()), ("le", ast.LtE()), ("gt", ast.Gt()),
            ("ge", ast.GtE()), ("is_", ast.Is()), ("is_not", ast.IsNot()),
        )
    },
    "contains": lambda emitter, args, kwargs: emit_comparison(emitter, ast.In(), args[1], args[0]),
    "getitem": lambda emitter, args, kwargs: args[0].index(emitter, args[1]),
    "setitem": _set_item,
    "not_": lambda emitter, args, kwargs: negated(emitter, args[0].truth(emitter)),
    "truth": lambda emitter, args, kwargs: args[0].truth(emitter),
}  # fmt: skip


class Getter(StaticValue):
    """`itemgetter(*keys)`, `attrgetter(*names)`, `methodcaller(name, *args)`: `get` reads one of them."""

    def __init__(
        self, called: str, keys: Sequence[StaticValue], get: Callable[[Emitter, StaticValue, StaticValue], StaticValue]
    ) -> None:
        self.called = called
        self.keys = tuple(keys)
        self.get = get

    def describe(self) -> str:
        """See the base class."""
        return f"what '{self.called}' gives"

    def call(self, emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
        """See the base class."""
        found = [self.get(emitter, args[0], key) for key in self.keys]
        return found[0] if len(found) == 1 else TupleValue(found)


def _item(emitter: Emitter, owner: StaticValue, key: StaticValue) -> StaticValue:
    return owner.index(emitter, key)


def _attribute(emitter: Emitter, owner: StaticValue, path: StaticValue) -> StaticValue:
    for name in str(path.constant()).split("."):
        owner = owner.attribute(emitter, name)
    return owner


def _item_getter(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    return Getter("itemgetter", args, _item)


def _attribute_getter(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if not all(isinstance(a.constant(), str) for a in args):
        raise emitter.fail(
            "not-a-constant", "the names given to 'attrgetter' must be known while compiling", help="attrgetter('name')"
        )
    return Getter("attrgetter", args, _attribute)


def _method_caller(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    given = args[1:]
    return Getter(
        "methodcaller",
        args[:1],
        lambda emitter, owner, name: _attribute(emitter, owner, name).call(emitter, given, kwargs),
    )


# Heaps


def _smallest(*, reverse: bool) -> Emit:
    """`nsmallest(n, items, key=)` and `nlargest`: as documented, the first n of the sorted items."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        from portfire.frontend.script.values.indexing import SliceValue

        options: Keywords = {"reverse": TRUE_VALUE if reverse else FALSE_VALUE}
        key = kwargs.get("key") or (args[2] if len(args) > 2 else None)
        if key is not None:
            options["key"] = key
        in_order = emit_sorted(emitter, [args[1]], options)
        count = args[0]
        is_negative = emit_comparison(emitter, ast.Lt(), count, ConstantValue(0))
        if is_negative.constant() is not False:
            count = emit_choice(emitter, is_negative, lambda: ConstantValue(0), lambda: args[0])
        return in_order.index(emitter, SliceValue(NONE_VALUE, count, NONE_VALUE))

    return emit


def _merge(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`merge(*sorted_items)`: in order, what comes from the first before what is equal."""
    everything = to_list(emitter, args[0])
    for items in args[1:]:
        everything.attribute(emitter, "extend").call(emitter, [items], {})
    return emit_sorted(emitter, [everything], kwargs)


#: A decorator that leaves a function as it is.
_SAME = BuiltinFunction("decorator", lambda emitter, args, kwargs: args[0], Parameters(1, 1))


def _cache(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`functools.lru_cache`, of a nested function: it is computed again."""
    is_function = bool(args) and static_type(args[0]) is None
    return args[0] if is_function else _SAME


def _functions() -> dict[Any, StaticValue]:
    from portfire.frontend.script.builtins import itertools_functions, math_functions
    from portfire.frontend.script.values import copying, dict_filling

    rows: list[tuple[Any, Emit, int, int | None]] = [
        (builtins.round, _round, 1, 2), (builtins.pow, _pow, 0, 3), (builtins.divmod, _divmod, 2, 2),
        (builtins.ascii, _ascii, 1, 1),
        (functools.wraps, lambda emitter, args, kwargs: _SAME, 0, None),
        (functools.partial, lambda emitter, args, kwargs: PartialFunction(args[0], args[1:], kwargs), 1, None),
        (contextlib.contextmanager, lambda emitter, args, kwargs: args[0], 1, 1),
        (torch.futures.wait_all, written_in_python(futures.wait_all), 1, 1),
        (functools.lru_cache, _cache, 0, 2), (functools.cache, _cache, 0, 1),
        (heapq.nsmallest, _smallest(reverse=False), 2, 3), (heapq.nlargest, _smallest(reverse=True), 2, 3),
        (heapq.merge, _merge, 1, None),
        *((getattr(operator, name), emit, 1, 3) for name, emit in _OPERATORS.items()),
        *(
            (getattr(heapq, f.__name__), written_in_python(f), 1, 2)
            for f in (heaps.heappush, heaps.heappop, heaps.heapify, heaps.heapreplace, heaps.heappushpop)
        ),
        *(
            (getattr(bisect, f.__name__), written_in_python(f), 2, 4)
            for f in (bisection.bisect_left, bisection.bisect_right, bisection.insort_left, bisection.insort_right)
        ),
        (str.maketrans, lambda emitter, args, kwargs: make_translation(emitter, args, kwargs), 1, 3),
        (itertools.chain.from_iterable, itertools_functions.chain_from_iterable, 1, 1),
        *copying.ROWS,
        *dict_filling.ROWS,
        *math_functions.ROWS,
    ]  # fmt: skip
    table: dict[Any, StaticValue] = {
        f: BuiltinFunction(f.__name__, emit, Parameters(least, most, keywords=None)) for f, emit, least, most in rows
    }
    for cls, make in (
        (operator.itemgetter, _item_getter), (operator.attrgetter, _attribute_getter),
        (operator.methodcaller, _method_caller), *itertools_functions.CLASSES,
    ):  # fmt: skip
        table[cls] = TypeValue(cls, make)
    return table


def made_getter(emitter: Emitter, python_object: Any) -> StaticValue | None:
    """The value of an `itemgetter(...)` or the like that Python has made; None of other objects."""
    if not isinstance(python_object, (operator.itemgetter, operator.attrgetter, operator.methodcaller)):
        return None
    reduced: Any = python_object.__reduce__()
    cls, args = reduced[:2]
    if not isinstance(cls, type):  # a methodcaller with keyword arguments
        return None
    value_of = emitter.compiler.value_of
    return value_of(emitter, cls).call(emitter, [value_of(emitter, a) for a in args], {})


#: Functions by identity.
LIBRARY_FUNCTIONS: dict[Any, StaticValue] = _functions()
