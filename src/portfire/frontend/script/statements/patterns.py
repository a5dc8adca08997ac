"""The patterns of `match`: whether a value has the shape a pattern asks for, and the names that a pattern binds.

Each pattern is walked twice: `emit_test` gives a bool, and evaluates a part of the value only where the parts before it
match; `bind` takes the value apart again where the test is known to hold. What the static type tells is decided while
compiling.

Comes before: `type_tests.py`, `refinement.py`, `control_flow.py`. Comes after: `match_statement.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.statements.control_flow import emit_choice, emit_if_value
from portfire.frontend.script.statements.exits import Flow, is_certainly
from portfire.frontend.script.statements.refinement import Facts, narrowed, without
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.indexing import SliceValue
from portfire.frontend.script.values.membership import emit_contains
from portfire.frontend.script.values.operators import emit_equal
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.frontend.script.values.type_tests import (
    AnnotationValue,
    emit_isinstance,
    is_instance_of,
    members_of,
    tested_types,
)
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import BOOL, NONE, AnyType, DictType, ListType, TupleType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: Types whose class pattern takes the value itself: `int(n)`.
_SELF_MATCHING: tuple[Any, ...] = (bool, float, int, str, list, dict, tuple, set, frozenset)


def emit_test(emitter: Emitter, pattern: ast.pattern, value: StaticValue) -> StaticValue:
    """Whether the value matches: a constant, or a run-time bool."""
    with emitter.at(pattern):
        match pattern:
            case ast.MatchValue():
                return emit_equal(emitter, value, _constant(emitter, pattern.value))
            case ast.MatchSingleton():
                return _test_singleton(emitter, value, pattern.value)
            case ast.MatchAs():
                return TRUE_VALUE if pattern.pattern is None else emit_test(emitter, pattern.pattern, value)
            case ast.MatchOr():
                return _any(emitter, [partial(emit_test, emitter, p, value) for p in pattern.patterns])
            case ast.MatchSequence():
                return _test_sequence(emitter, pattern, value)
            case ast.MatchMapping():
                return _test_mapping(emitter, pattern, value)
            case ast.MatchClass():
                return _test_class(emitter, pattern, value)
            case _:  # a star, which its sequence takes care of
                return TRUE_VALUE


def bind(emitter: Emitter, pattern: ast.pattern, value: StaticValue) -> None:
    """Assign the names in a pattern that the value is known to match."""
    with emitter.at(pattern):
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if inner is not None:
                    bind(emitter, inner, value)
                    value = _narrow(emitter, value, inner)
                if name is not None:
                    emitter.assign(name, value)
            case ast.MatchOr(patterns=alternatives):
                _bind_first(emitter, alternatives, value)
            case ast.MatchSequence():
                sequence = _narrow(emitter, value, pattern)
                for inner, item in _items(emitter, pattern, sequence):
                    bind(emitter, inner, item)
                _bind_star(emitter, pattern, sequence)
            case ast.MatchMapping():
                _bind_mapping(emitter, pattern, _narrow(emitter, value, pattern))
            case ast.MatchClass():
                object_ = _narrow(emitter, value, pattern)
                for name, inner in _attributes(emitter, pattern):
                    bind(emitter, inner, _attribute(emitter, object_, name))
            case _:
                pass


def facts_of(emitter: Emitter, pattern: ast.pattern, type_: Type, chain: str) -> tuple[Facts, Facts]:
    """What is known about the subject, a variable of the type, where it matches and where it does not."""
    wanted = _types(emitter, pattern, type_)
    if wanted is None or (isinstance(type_, AnyType) and not wanted):
        return {}, {}
    if_false: Facts = {}
    if _is_type_test(pattern) and not isinstance(type_, AnyType):
        rest = type_
        for tested in wanted:
            rest = without(rest, tested)
        if_false[chain] = rest
    found = narrowed(type_, wanted) if wanted else type_
    return ({chain: found} if found != type_ else {}), if_false


# Which types a pattern can match


def _types(emitter: Emitter, pattern: ast.pattern, of: Type) -> list[Type] | None:
    """The types among which a value of type `of` is if it matches; None if the pattern says nothing."""
    match pattern:
        case ast.MatchSingleton(value=None):
            return [NONE]
        case ast.MatchSingleton():
            return [BOOL]
        case ast.MatchAs(pattern=inner):
            return None if inner is None else _types(emitter, inner, of)
        case ast.MatchOr(patterns=alternatives):
            found: list[Type] = []
            for alternative in alternatives:
                types = _types(emitter, alternative, of)
                if types is None:
                    return None
                found += types
            return found
        case ast.MatchSequence():
            return [m for m in members_of(of) if isinstance(m, (ListType, TupleType))]
        case ast.MatchMapping():
            return [m for m in members_of(of) if isinstance(m, DictType)]
        case ast.MatchClass():
            cls = _class(emitter, pattern)
            outcomes = [(m, is_instance_of(emitter, m, cls)) for m in members_of(of)]
            if all(outcome is not None for _, outcome in outcomes):
                return [m for m, outcome in outcomes if outcome]
            tested = tested_types(emitter, cls, of)
            return [m for m in members_of(of) if any(is_subtype(m, t) for t in tested)] or tested
        case _:
            return None


def _is_type_test(pattern: ast.pattern) -> bool:
    """Whether a value of the right type always matches."""
    match pattern:
        case ast.MatchSingleton(value=value):
            return value is None
        case ast.MatchAs(pattern=inner):
            return inner is None or _is_type_test(inner)
        case ast.MatchOr(patterns=alternatives):
            return all(map(_is_type_test, alternatives))
        case ast.MatchClass(patterns=positional, kwd_patterns=named):
            return all(isinstance(p, ast.MatchAs) and p.pattern is None for p in (*positional, *named))
        case _:
            return False


def _narrow(emitter: Emitter, value: StaticValue, pattern: ast.pattern) -> StaticValue:
    """The value, which is known to match, at the type that says."""
    type_ = static_type(value)
    if type_ is None or not isinstance(value, RuntimeValue):
        return value
    wanted = _types(emitter, pattern, type_)
    if not wanted or type_ in wanted:
        return value
    found = narrowed(type_, wanted)
    if found == type_:
        return value
    return NONE_VALUE if found == NONE else emitter.insert("prim::unchecked_cast", [value.value], found)


# Conditions


def _all(emitter: Emitter, tests: Sequence[Callable[[], StaticValue]]) -> StaticValue:
    """`and`: each test is evaluated only if those before it hold."""
    if not tests:
        return TRUE_VALUE
    first = tests[0]()
    if is_certainly(first, False) or len(tests) == 1:
        return first
    if is_certainly(first, True):
        return _all(emitter, tests[1:])
    return emit_choice(emitter, first, lambda: _all(emitter, tests[1:]), lambda: FALSE_VALUE)


def _any(emitter: Emitter, tests: Sequence[Callable[[], StaticValue]]) -> StaticValue:
    """`or`: each test is evaluated only if none before it holds."""
    first = tests[0]()
    if is_certainly(first, True) or len(tests) == 1:
        return first
    if is_certainly(first, False):
        return _any(emitter, tests[1:])
    return emit_choice(emitter, first, lambda: TRUE_VALUE, lambda: _any(emitter, tests[1:]))


# Values


def _constant(emitter: Emitter, node: ast.expr) -> StaticValue:
    from portfire.frontend.script.values.expressions import emit_expression

    return emit_expression(emitter, node)


def _test_singleton(emitter: Emitter, value: StaticValue, wanted: bool | None) -> StaticValue:
    type_ = static_type(value)
    if wanted is None:
        return FALSE_VALUE if type_ is None else emit_isinstance(emitter, value, AnnotationValue(NONE))
    if type_ is None:
        return FALSE_VALUE
    is_bool = emit_isinstance(emitter, value, AnnotationValue(BOOL))

    def equals() -> StaticValue:
        runtime = value
        if type_ != BOOL and isinstance(value, RuntimeValue):
            runtime = emitter.insert("prim::unchecked_cast", [value.value], BOOL)
        return emit_equal(emitter, runtime, ConstantValue(wanted))

    return _all(emitter, [lambda: is_bool, equals])


# Sequences


def _test_sequence(emitter: Emitter, pattern: ast.MatchSequence, value: StaticValue) -> StaticValue:
    is_sequence = _is_one_of(emitter, pattern, value)
    least = sum(not isinstance(p, ast.MatchStar) for p in pattern.patterns)
    has_star = least < len(pattern.patterns)

    def has_length() -> StaticValue:
        length = _narrow(emitter, value, pattern).length(emitter)
        known = length.constant()
        if isinstance(known, int):
            return ConstantValue(known >= least if has_star else known == least)
        return emitter.builtin("aten::ge" if has_star else "aten::eq", [length, ConstantValue(least)])

    def items_match() -> StaticValue:
        pairs = _items(emitter, pattern, _narrow(emitter, value, pattern), only=_can_fail)
        return _all(emitter, [partial(emit_test, emitter, p, i) for p, i in pairs])

    return _all(emitter, [lambda: is_sequence, has_length, items_match])


def _is_one_of(emitter: Emitter, pattern: ast.pattern, value: StaticValue) -> StaticValue:
    """Whether the value is of one of the types that the pattern, of a sequence or a mapping, can match."""
    type_ = static_type(value)
    if isinstance(value, (TupleValue, StaticDict)) or type_ is None:
        return ConstantValue(isinstance(value, StaticDict if isinstance(pattern, ast.MatchMapping) else TupleValue))
    wanted = _types(emitter, pattern, type_) or []
    if isinstance(type_, AnyType):
        raise emitter.fail(
            "unsupported-syntax",
            "the type of what is matched does not say what it holds",
            help="test for the type first: `isinstance(x, List[int])`",
        )
    if len(wanted) == len(members_of(type_)):
        return TRUE_VALUE
    if len(wanted) > 1:
        raise emitter.fail(
            "unsupported-syntax",
            f"this pattern could match values of several types: {', '.join(t.annotation for t in wanted)}",
            help="test for the type first: `isinstance(x, List[int])`",
        )
    return emit_isinstance(emitter, value, AnnotationValue(wanted[0])) if wanted else FALSE_VALUE


def _can_fail(pattern: ast.pattern) -> bool:
    return not (isinstance(pattern, ast.MatchAs) and pattern.pattern is None)


def _any_pattern(pattern: ast.pattern) -> bool:
    return True


def _items(
    emitter: Emitter,
    pattern: ast.MatchSequence,
    value: StaticValue,
    only: Callable[[ast.pattern], bool] = _any_pattern,
) -> list[tuple[ast.pattern, StaticValue]]:
    """The patterns of a sequence with the items they are for, the star left out."""
    patterns = pattern.patterns
    star = _star(pattern)
    before = patterns if star is None else patterns[:star]
    after = [] if star is None else patterns[star + 1 :]
    wanted = [(p, i) for i, p in enumerate(before)] + [(p, i - len(after)) for i, p in enumerate(after)]
    if isinstance(static_type(value), ListType) and not isinstance(value, TupleValue):
        return [(p, value.index(emitter, ConstantValue(i))) for p, i in wanted if only(p)]
    items = value.unpack(emitter, None)
    return [(p, items[i]) for p, i in wanted if only(p)]


def _star(pattern: ast.MatchSequence) -> int | None:
    return next((i for i, p in enumerate(pattern.patterns) if isinstance(p, ast.MatchStar)), None)


def _bind_star(emitter: Emitter, pattern: ast.MatchSequence, value: StaticValue) -> None:
    star = _star(pattern)
    name = getattr(pattern.patterns[star], "name", None) if star is not None else None
    if star is None or name is None:
        return
    after = len(pattern.patterns) - star - 1
    if isinstance(static_type(value), ListType) and not isinstance(value, TupleValue):
        stop = ConstantValue(-after) if after else NONE_VALUE
        emitter.assign(name, value.index(emitter, SliceValue(ConstantValue(star), stop, NONE_VALUE)))
        return
    items = list(value.unpack(emitter, None))
    emitter.assign(name, TupleValue(items[star : len(items) - after], is_list=True))


# Mappings


def _test_mapping(emitter: Emitter, pattern: ast.MatchMapping, value: StaticValue) -> StaticValue:
    is_mapping = _is_one_of(emitter, pattern, value)

    def entry(key: ast.expr, inner: ast.pattern) -> Callable[[], StaticValue]:
        def test() -> StaticValue:
            dict_, wanted = _narrow(emitter, value, pattern), _constant(emitter, key)
            if isinstance(dict_, StaticDict):
                has_key: StaticValue = ConstantValue(dict_.lookup(wanted.constant()) is not None)
            else:
                has_key = emit_contains(emitter, dict_, wanted)
            return _all(emitter, [lambda: has_key, lambda: emit_test(emitter, inner, dict_.index(emitter, wanted))])

        return test

    entries = [entry(k, p) for k, p in zip(pattern.keys, pattern.patterns, strict=True)]
    return _all(emitter, [lambda: is_mapping, *entries])


def _bind_mapping(emitter: Emitter, pattern: ast.MatchMapping, dict_: StaticValue) -> None:
    keys = [_constant(emitter, k) for k in pattern.keys]
    for key, inner in zip(keys, pattern.patterns, strict=True):
        if not isinstance(inner, ast.MatchAs) or inner.name is not None:
            bind(emitter, inner, dict_.index(emitter, key))
    if pattern.rest is None:
        return
    if isinstance(dict_, StaticDict):
        known = [k.constant() for k in keys]
        emitter.assign(pattern.rest, StaticDict([(k, v) for k, v in dict_.pairs if k.constant() not in known]))
        return
    rest = emitter.builtin("aten::copy", [dict_])
    for key in keys:
        rest.delete_index(emitter, key)
    emitter.assign(pattern.rest, rest)


# Classes


def _class(emitter: Emitter, pattern: ast.MatchClass) -> StaticValue:
    return _constant(emitter, pattern.cls)


def _test_class(emitter: Emitter, pattern: ast.MatchClass, value: StaticValue) -> StaticValue:
    is_instance = emit_isinstance(emitter, value, _class(emitter, pattern))
    if is_certainly(is_instance, False):
        return is_instance
    attributes = _attributes(emitter, pattern)

    def attributes_match() -> StaticValue:
        object_ = _narrow(emitter, value, pattern)
        missing = [n for n, _ in attributes if n is not None and not object_.has_attribute(emitter, n)]
        if missing:
            return FALSE_VALUE

        def test(name: str | None, inner: ast.pattern) -> StaticValue:
            return emit_test(emitter, inner, _attribute(emitter, object_, name))

        return _all(emitter, [partial(test, n, p) for n, p in attributes if _can_fail(p)])

    return _all(emitter, [lambda: is_instance, attributes_match])


def _attributes(emitter: Emitter, pattern: ast.MatchClass) -> list[tuple[str | None, ast.pattern]]:
    """The attributes that a class pattern asks for with their patterns; None is the object itself."""
    named = list(zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True))
    if not pattern.patterns:
        return [*named]
    cls = getattr(_class(emitter, pattern), "cls", None)
    if cls in _SELF_MATCHING and len(pattern.patterns) == 1:
        return [(None, pattern.patterns[0]), *named]
    names: Sequence[str] = getattr(cls, "__match_args__", ())
    if len(pattern.patterns) > len(names):
        raise emitter.fail(
            "bad-call",
            f"'{getattr(cls, '__name__', cls)}' has {len(names)} attributes by position, found {len(pattern.patterns)}",
            help="name the attributes in the pattern, or list them in '__match_args__' of the class",
        )
    return [*zip(names, pattern.patterns, strict=False), *named]


def _attribute(emitter: Emitter, object_: StaticValue, name: str | None) -> StaticValue:
    return object_ if name is None else object_.attribute(emitter, name)


# Alternatives


def _bind_first(emitter: Emitter, alternatives: Sequence[ast.pattern], value: StaticValue) -> None:
    """Bind the names of the first alternative that matches; the last is known to if no other does."""
    if not any(_binds(p) for p in alternatives):
        return
    if len(alternatives) == 1:
        bind(emitter, alternatives[0], value)
        return
    matches = emit_test(emitter, alternatives[0], value)
    if is_certainly(matches, True):
        bind(emitter, alternatives[0], value)
    elif is_certainly(matches, False):
        _bind_first(emitter, alternatives[1:], value)
    else:

        def this() -> Flow:
            bind(emitter, alternatives[0], value)
            return Flow.FALLS

        def others() -> Flow:
            _bind_first(emitter, alternatives[1:], value)
            return Flow.FALLS

        emit_if_value(emitter, matches, this, others)


def _binds(pattern: ast.pattern) -> bool:
    return any(
        getattr(n, "name", None) or getattr(n, "rest", None)
        for n in ast.walk(pattern)
        if isinstance(n, (ast.MatchAs, ast.MatchStar, ast.MatchMapping))
    )
