"""The version of a function that a call needs: the general one, or one for what is known of the arguments where the general one
cannot be compiled.

    def forward_features(self, x: Tensor, return_intermediates: bool = False) -> Tensor: ...

A version that takes `return_intermediates` at run time returns different things. Where the general version fails, the
constants of the call are compiled in, which decides the conditions that hang on them, and parameters that are declared as an
Optional or a Union take the types of their arguments. Only if that fails too, the obstacles of the general version stand.

Comes before: `calls.py` (specialising). Comes after: `calls.call_python`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.frontend.script.constant_values import ConstantValue
from portfire.frontend.script.conversion import static_type
from portfire.frontend.script.emitter import SilentAbort
from portfire.frontend.script.inference import is_pending
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import OptionalType, Type, UnionType

if TYPE_CHECKING:
    from portfire.frontend.script.calls import Callee, Specialised
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.static_values import StaticValue
    from portfire.ir.graph import Function

Chosen = tuple["Specialised", "Function"]


def version_for(emitter: Emitter, callee: Callee, bound: dict[str, StaticValue]) -> Chosen | None:
    """The compiled version that a call runs, with its arguments; None if the function must be inlined."""
    from portfire.frontend.script.calls import specialise

    general = specialise(emitter, callee, bound)
    if general is None:
        return None
    known = frozenset(name for name in general.locals if _is_plain(bound[name]))
    narrowed = _narrower(callee, bound) - known
    has_more = bool(known or narrowed)
    compiler = emitter.compiler
    attempt = compiler.begin_attempt()
    try:
        function = compiler.version(emitter, callee, general)
    except SilentAbort:
        if not has_more:
            raise
        function = None
    if not has_more or not compiler.has_failed_version(general.key):
        return None if function is None else (general, function)
    obstacles = compiler.take_back(attempt)
    chosen = _with_what_is_known(emitter, callee, bound, known, narrowed)
    if chosen is not None:
        return chosen
    compiler.take_back(attempt)
    compiler.report(obstacles)
    if function is None:
        raise SilentAbort
    return general, function


def _is_plain(value: StaticValue) -> bool:
    plain = (bool, int, float, str)
    return isinstance(value, ConstantValue) and (value.value is None or isinstance(value.value, plain))


def _narrower(callee: Callee, bound: dict[str, StaticValue]) -> frozenset[str]:
    """The parameters declared as an Optional or a Union whose arguments are known to be less than that."""
    return frozenset(
        p.name
        for p in callee.signature.parameters
        if isinstance(p.type, (OptionalType, UnionType))
        and p.name not in callee.signature.broadcast
        and _is_below(static_type(bound[p.name]), p.type)
    )


def _is_below(type_: Type | None, declared: Type) -> bool:
    return type_ is not None and not is_pending(type_) and type_ != declared and is_subtype(type_, declared)


def _with_what_is_known(
    emitter: Emitter, callee: Callee, bound: dict[str, StaticValue], known: frozenset[str], narrowed: frozenset[str]
) -> Chosen | None:
    """The version with the constants compiled in and the types narrowed, where that compiles."""
    from portfire.frontend.script.calls import specialise

    special = specialise(emitter, callee, bound, known, narrowed)
    if special is None:
        return None
    try:
        function = emitter.compiler.version(emitter, callee, special)
    except SilentAbort:
        return None
    if function is None or emitter.compiler.has_failed_version(special.key):
        return None
    return special, function
