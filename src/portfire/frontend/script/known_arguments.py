"""The version of a function that a call needs: the general one, or one for constants where the general one cannot be compiled.

    def forward_features(self, x: Tensor, return_intermediates: bool = False) -> Tensor: ...

A version that takes `return_intermediates` at run time returns different things. Where the general version fails, the
constants of the call are compiled in, which decides the conditions that hang on them. Only if that fails too, the obstacles
of the general version stand.

Comes before: `calls.py` (specialising). Comes after: `calls.call_python`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portfire.frontend.script.constant_values import ConstantValue
from portfire.frontend.script.emitter import SilentAbort

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
    compiler = emitter.compiler
    attempt = compiler.begin_attempt()
    try:
        function = compiler.version(emitter, callee, general)
    except SilentAbort:
        if not known:
            raise
        function = None
    if not known or not compiler.has_failed_version(general.key):
        return None if function is None else (general, function)
    obstacles = compiler.take_back(attempt)
    chosen = _with_constants(emitter, callee, bound, known)
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


def _with_constants(
    emitter: Emitter, callee: Callee, bound: dict[str, StaticValue], known: frozenset[str]
) -> Chosen | None:
    """The version with the constants compiled in, where that compiles."""
    from portfire.frontend.script.calls import specialise

    special = specialise(emitter, callee, bound, known)
    if special is None:
        return None
    try:
        function = emitter.compiler.version(emitter, callee, special)
    except SilentAbort:
        return None
    if function is None or emitter.compiler.has_failed_version(special.key):
        return None
    return special, function
