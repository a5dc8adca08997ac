"""The version of a function that a call needs: the general one, or one for what is known of the arguments where the general one
cannot be compiled.

    def forward_features(self, x: Tensor, return_intermediates: bool = False) -> Tensor: ...

A version that takes `return_intermediates` at run time returns different things. Where the general version fails, the
constants of the call are compiled in, which decides the conditions that hang on them, and parameters that are declared as an
Optional or a Union take the types of their arguments. If that fails too, or if the general version returns a Union, there is a version for the arguments as if nothing
were declared: annotations bind nobody in Python, and some say what is not so. Only then the obstacles of the general version
stand.

Comes before: `calls.py` (specialising). Comes after: `calls.call_python`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import is_pending
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import OptionalType, Type, UnionType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.functions.calls import Callee, Specialised
    from portfire.frontend.script.values.static_values import StaticValue
    from portfire.ir.graph import Function, Value

#: A compiled version, and the arguments of the call made fit for it.
Chosen = tuple["Function", list["Value"]]


def version_for(emitter: Emitter, callee: Callee, bound: dict[str, StaticValue]) -> Chosen | Callee | None:
    """The compiled version that a call runs, with its arguments; None if the function must be inlined, or the function to be
    inlined in its place."""
    from portfire.frontend.script.functions.calls import specialise

    general = specialise(emitter, callee, bound)
    if general is None:
        return None
    compiler = emitter.compiler
    attempt = compiler.begin_attempt()
    chosen: Chosen | None = None
    failure: CompileAbort | None = None
    try:
        chosen = _compiled(emitter, callee, general)
    except CompileAbort as abort:
        failure = abort
    known = frozenset(name for name in general.locals if _is_plain(bound[name]))
    if failure is None and not compiler.has_failed_version(general.key):
        return _of_narrower_result(emitter, callee, bound, known, chosen)
    obstacles = compiler.take_back(attempt)
    other = _with_what_is_known(emitter, callee, bound, known)
    if other is not None:
        return _of_narrower_result(emitter, callee, bound, known, other)
    other = _as_if_undeclared(emitter, callee, bound, known)
    if other is not None:
        return other
    compiler.report(obstacles)
    if failure is not None:
        raise failure
    return chosen


def _compiled(emitter: Emitter, callee: Callee, specialised: Specialised) -> Chosen | None:
    function = emitter.compiler.version(emitter, callee, specialised)
    return None if function is None else (function, specialised.fitted(emitter))


def _tried(emitter: Emitter, callee: Callee, specialised: Specialised) -> Chosen | Callee | None:
    """As `_compiled`, of a version that may fail: then it leaves nothing behind. The function itself if it is to be inlined."""
    attempt = emitter.compiler.begin_attempt()
    try:
        chosen = _compiled(emitter, callee, specialised)
    except CompileAbort:
        has_failed = True
    else:
        has_failed = emitter.compiler.has_failed_version(specialised.key)
    if has_failed:
        emitter.compiler.take_back(attempt)
        return None
    return callee if chosen is None else chosen


def _of_narrower_result(
    emitter: Emitter,
    callee: Callee,
    bound: dict[str, StaticValue],
    known: frozenset[str],
    chosen: Chosen | Callee | None,
) -> Chosen | Callee | None:
    """`chosen`, or where that returns a Union, a version of which more is known, if this call has more to tell."""
    if not isinstance(chosen, tuple) or not isinstance(chosen[0].return_type, UnionType):
        return chosen
    if not known and not _narrower(callee, bound):
        return chosen
    other = _as_if_undeclared(emitter, callee, bound, known)
    if other is None or (isinstance(other, tuple) and other[0].return_type == chosen[0].return_type):
        return chosen
    return other


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
    emitter: Emitter, callee: Callee, bound: dict[str, StaticValue], known: frozenset[str]
) -> Chosen | Callee | None:
    """The version with the constants compiled in and the types narrowed, where that compiles."""
    from portfire.frontend.script.functions.calls import specialise

    narrowed = _narrower(callee, bound) - known
    special = specialise(emitter, callee, bound, known, narrowed) if known or narrowed else None
    if special is None:
        return None
    chosen = _tried(emitter, callee, special)
    return None if chosen is callee else chosen


def _as_if_undeclared(
    emitter: Emitter, callee: Callee, bound: dict[str, StaticValue], known: frozenset[str]
) -> Chosen | Callee | None:
    """The version for the arguments as they are, where that compiles."""
    from portfire.frontend.script.functions.calls import specialise

    signature = callee.signature
    names = {p.name for p in signature.parameters[signature.has_self :]}
    bare = replace(
        callee,
        signature=replace(signature, unannotated=signature.unannotated | names, return_type=None),
        key=(callee.key, "as if undeclared"),
        is_undeclared=True,
    )
    special = specialise(emitter, bare, bound, known)
    return None if special is None else _tried(emitter, bare, special)
