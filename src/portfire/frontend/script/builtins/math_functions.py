"""Functions of Python's `math` and `cmath` that take any number of arguments or defaults, or that no operator means.

Comes before: `python_library/mathematics.py`. Comes after: `library_functions.py`.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.builtins.builtin_iteration import to_list
from portfire.frontend.script.builtins.python_library import mathematics
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.types import COMPLEX, FLOAT, ListType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]


def _as_float(emitter: Emitter, value: StaticValue) -> StaticValue:
    return value if static_type(value) == FLOAT else emitter.builtin("aten::Float", [value])


def _as_floats(emitter: Emitter, values: StaticValue) -> StaticValue:
    """An iterable of numbers as a list of floats."""
    if static_type(values) == ListType(FLOAT):
        return values
    iteration = values.iterate(emitter)
    if iteration.items is not None:
        return _list_of(emitter, iteration.items)
    return to_list(emitter, values)


def _list_of(emitter: Emitter, values: Sequence[StaticValue]) -> StaticValue:
    floats = [emitter.runtime(_as_float(emitter, v)) for v in values]
    return emitter.insert("prim::ListConstruct", floats, ListType(FLOAT))


def _call(emitter: Emitter, function: Callable[..., Any], args: Arguments, kwargs: Keywords) -> StaticValue:
    return emitter.compiler.function_value(function).call(emitter, args, kwargs)


def _on_ints(function: Callable[..., Any]) -> Emit:
    return lambda emitter, args, kwargs: _call(emitter, function, args, kwargs)


def _on_floats(function: Callable[..., Any]) -> Emit:
    """Of numbers that it takes for floats."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        named = {name: _as_float(emitter, value) for name, value in kwargs.items()}
        return _call(emitter, function, [_as_float(emitter, a) for a in args], named)

    return emit


def _on_lists(function: Callable[..., Any]) -> Emit:
    """Of iterables of numbers, taken for lists of floats."""
    return lambda emitter, args, kwargs: _call(emitter, function, [_as_floats(emitter, a) for a in args], kwargs)


def _hypot(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    return _call(emitter, mathematics.norm, [_list_of(emitter, args)], {})


def _polar(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`cmath.polar(z)`."""
    value = args[0] if static_type(args[0]) == COMPLEX else emitter.builtin("aten::Complex", args)
    return TupleValue([emitter.builtin("prim::abs", [value]), emitter.builtin("aten::angle", [value])])


def _complex_log(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`cmath.log(z)`, `cmath.log(z, base)`."""
    values = [a if static_type(a) == COMPLEX else emitter.builtin("aten::Complex", [a]) for a in args]
    return emitter.builtin("aten::log", values)


def _complex_isclose(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    values = [a if static_type(a) == COMPLEX else emitter.builtin("aten::Complex", [a]) for a in args]
    named = {name: _as_float(emitter, value) for name, value in kwargs.items()}
    return _call(emitter, mathematics.is_close_complex, values, named)


def _perm(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    if len(args) == 1 or args[1].constant() is None:
        return _call(emitter, mathematics.all_permutations, args[:1], {})
    return _call(emitter, mathematics.permutations, args, {})


def _folded(pair: Emit, of_none: int) -> Emit:
    """`gcd` and `lcm` of any number of ints."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        result: StaticValue = ConstantValue(of_none)
        if len(args) == 1:
            return emitter.builtin("prim::abs", args)
        for index, value in enumerate(args):
            result = value if index == 0 else pair(emitter, [result, value], {})
        return result

    return emit


ROWS: list[tuple[Any, Emit, int, int | None]] = [
    (math.comb, _on_ints(mathematics.combinations), 2, 2),
    (math.perm, _perm, 1, 2),
    (math.isqrt, _on_ints(mathematics.integer_root), 1, 1),
    (math.gcd, _folded(lambda emitter, args, kwargs: emitter.builtin("aten::gcd", args), 0), 0, None),
    (math.lcm, _folded(_on_ints(mathematics.least_common_multiple), 1), 0, None),
    (math.isclose, _on_floats(mathematics.is_close), 2, 2),
    (math.pow, _on_floats(mathematics.power), 2, 2),
    (math.ulp, _on_floats(mathematics.unit_in_last_place), 1, 1),
    (math.nextafter, _on_floats(mathematics.next_after), 2, 2),
    (math.hypot, _hypot, 0, None),
    (math.dist, _on_lists(mathematics.distance), 2, 2),
    (cmath.polar, _polar, 1, 1),
    (cmath.log, _complex_log, 1, 2),
    (cmath.isclose, _complex_isclose, 2, 2),
    (math.fsum, _on_lists(mathematics.exact_sum), 1, 1),
    *((getattr(math, n), lambda e, args, _, n=n: e.builtin(f"portfire::{n}", [_as_float(e, args[0])]), 1, 1)
      for n in ("log2", "exp2", "cbrt")),
]  # fmt: skip
