"""Conditions: their value, and what is known about variables where they hold and where they do not.

`x is None`, `isinstance(x, T)`, `x` itself (an Optional that is true is not None), `not`, `and`, `or`, `hasattr`, and
comparisons. What is known is kept as a narrower type per variable, or chain of attributes of an object (`self.x`), and
becomes a `prim::unchecked_cast` in the block where it holds.

Comes before: `environment.py`. Comes after: `control_flow.py`, `expressions.py`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import UndefinedValue
from portfire.frontend.script.statements.caught_exceptions import as_caught, classes_in, narrowed_exception
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING
from portfire.ir.subtyping import is_subtype, union_of
from portfire.ir.types import (
    EXCEPTION,
    NONE,
    AnyType,
    OptionalType,
    Type,
    UnionType,
)  # fmt: skip

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: Narrower types by variable or chain.
Facts = dict[str, Type]


@dataclass
class Condition:
    """`value`: a constant or a run-time bool; `if_true` and `if_false`: what holds then."""

    value: StaticValue
    if_true: Facts = field(default_factory=dict)
    if_false: Facts = field(default_factory=dict)

    @property
    def constant(self) -> bool | None:
        """The outcome where it is known while compiling."""
        known = self.value.constant()
        return None if known is MISSING else bool(known)


def emit_condition(emitter: Emitter, node: ast.expr) -> Condition:
    """Evaluate a condition."""
    with emitter.at(node):
        if isinstance(node, ast.BoolOp):
            return _emit_bool_op(emitter, node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = emit_condition(emitter, node.operand)
            return Condition(negated(emitter, inner.value), inner.if_false, inner.if_true)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            if _asks_for_type(emitter, node):
                return _emit_type_test(emitter, node)
            if isinstance(node.ops[0], (ast.Is, ast.IsNot)):
                return _emit_is(emitter, node)
        if _is_call_of(emitter, node, "isinstance"):
            assert isinstance(node, ast.Call)
            return _emit_isinstance(emitter, node)
        if isinstance(node, ast.Call):
            from portfire.frontend.script.statements.predicates import condition_of_call

            test = condition_of_call(emitter, node)
            if test is not None:
                return emit_condition(emitter, test)
        return _emit_truth(emitter, node)


def negated(emitter: Emitter, value: StaticValue) -> StaticValue:
    """`not value` of a bool."""
    known = value.constant()
    if known is not MISSING:
        return ConstantValue(not known)
    return emitter.builtin("aten::__not__", [value])


def _emit_truth(emitter: Emitter, node: ast.expr) -> Condition:
    from portfire.frontend.script.values.expressions import emit_expression

    return truth_condition(emitter, node, emit_expression(emitter, node))


def truth_condition(emitter: Emitter, node: ast.expr, value: StaticValue) -> Condition:
    """The truth of the value that `node` gave."""
    remembered = getattr(value, "remembered_condition", None)
    if remembered is not None:
        kept: Condition = remembered(emitter)
        return kept
    condition = Condition(value.truth(emitter))
    type_ = static_type(value)
    chain = chain_of(node.target if isinstance(node, ast.NamedExpr) else node)
    if chain is not None and type_ is not None and is_subtype(NONE, type_) and type_ != NONE:
        condition.if_true[chain] = without(type_, NONE)
    return condition


def _emit_is(emitter: Emitter, node: ast.Compare) -> Condition:
    from portfire.frontend.script.values.expressions import emit_expression
    from portfire.frontend.script.values.identity import emit_identity

    left = emit_expression(emitter, node.left)
    right = emit_expression(emitter, node.comparators[0])
    negative = isinstance(node.ops[0], ast.IsNot)
    tested, expression = left, node.left
    if left.constant() is None:
        tested, expression, right = right, node.comparators[0], left
    if right.constant() is not None or tested.constant() is None:
        return Condition(emit_identity(emitter, tested, right, negative=negative))
    type_ = static_type(tested)
    picked = tested.is_none(emitter)
    if picked is not None:
        return Condition(negated(emitter, picked) if negative else picked)
    if type_ is None or not is_subtype(NONE, type_):
        return Condition(ConstantValue(negative))  # known never to be None
    if type_ == NONE:
        return Condition(ConstantValue(not negative))
    value = emitter.builtin("aten::__isnot__" if negative else "aten::__is__", [tested, NONE_VALUE])
    chain = chain_of(expression.target if isinstance(expression, ast.NamedExpr) else expression)
    if chain is None:
        return Condition(value)
    is_none: Facts = {chain: NONE}
    is_not: Facts = {chain: without(type_, NONE)}
    return Condition(value, is_not, is_none) if negative else Condition(value, is_none, is_not)


def _asks_for_type(emitter: Emitter, node: ast.Compare) -> bool:
    """Whether it is `type(x) is T` or the like, with Python's own `type`."""
    from portfire.frontend.script.values.expressions import emit_expression

    left = node.left
    return (
        isinstance(node.ops[0], (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
        and isinstance(left, ast.Call)
        and isinstance(left.func, ast.Name)
        and left.func.id == "type"
        and len(left.args) == 1
        and getattr(emit_expression(emitter, left.func), "cls", None) is type
    )


def _emit_type_test(emitter: Emitter, node: ast.Compare) -> Condition:
    from portfire.frontend.script.values.expressions import emit_expression
    from portfire.frontend.script.values.identity import emit_identity
    from portfire.frontend.script.values.types_of_values import TypeOfAnything, TypeOfValue

    assert isinstance(node.left, ast.Call)
    found, cls = emit_expression(emitter, node.left), emit_expression(emitter, node.comparators[0])
    negative = isinstance(node.ops[0], (ast.IsNot, ast.NotEq))
    condition = Condition(emit_identity(emitter, found, cls, negative=negative))
    chain = chain_of(node.left.args[0])
    type_ = found.type_of_class(cls) if isinstance(found, (TypeOfValue, TypeOfAnything)) else None
    if chain is None or type_ is None:
        return condition
    is_it: Facts = {chain: type_}
    is_not: Facts = {chain: without(union_of(found.types), type_)} if isinstance(found, TypeOfValue) else {}
    return (
        replace(condition, if_true=is_not, if_false=is_it)
        if negative
        else replace(condition, if_true=is_it, if_false=is_not)
    )


def _emit_isinstance(emitter: Emitter, node: ast.Call) -> Condition:
    from portfire.frontend.script.values.expressions import emit_expression
    from portfire.frontend.script.values.type_tests import ANY_DICT, emit_isinstance, emit_types, tested_types

    value = emit_expression(emitter, node.args[0])
    types = emit_types(emitter, node.args[1])
    outcome = emit_isinstance(emitter, value, types)
    condition = Condition(outcome)
    chain = chain_of(node.args[0])
    if chain is not None and as_caught(value) is not None:
        condition.if_true[chain] = replace(EXCEPTION, classes=tuple(classes_in(types)))
        return condition
    type_ = static_type(value)
    if chain is None or type_ is None or outcome.constant() is not MISSING:
        return condition
    wanted = tested_types(emitter, types, type_)
    if ANY_DICT not in wanted:
        condition.if_true[chain] = narrowed(type_, wanted)
    for type__ in wanted:
        type_ = without(type_, type__)
    if not isinstance(type_, AnyType):
        condition.if_false[chain] = type_
    return condition


def _emit_bool_op(emitter: Emitter, node: ast.BoolOp) -> Condition:
    """`a and b`, `a or b` as conditions: b is evaluated only if it decides."""
    return _short_circuit(emitter, isinstance(node.op, ast.And), node.values)


def _short_circuit(emitter: Emitter, is_and: bool, operands: list[ast.expr]) -> Condition:
    from portfire.frontend.script.statements.control_flow import emit_choice

    first = emit_condition(emitter, operands[0])
    if len(operands) == 1:
        return first
    known = first.constant
    if known is not None:
        return first if known is not is_and else _short_circuit(emitter, is_and, operands[1:])
    inner: list[Condition] = []

    def rest() -> StaticValue:
        refine(emitter, first.if_true if is_and else first.if_false)
        inner.append(_short_circuit(emitter, is_and, operands[1:]))
        return inner[0].value

    def decided() -> StaticValue:
        return ConstantValue(not is_and)

    value = emit_choice(emitter, first.value, *((rest, decided) if is_and else (decided, rest)))
    second = inner[0] if inner else Condition(decided())
    if is_and:
        return Condition(value, {**first.if_true, **second.if_true}, _either(first.if_false, second.if_false))
    return Condition(value, _either(first.if_true, second.if_true), {**first.if_false, **second.if_false})


def _either(a: Facts, b: Facts) -> Facts:
    """What is known when one of two sets of facts holds."""
    return {chain: union_of((type_, b[chain])) for chain, type_ in a.items() if chain in b}


def refine(emitter: Emitter, facts: Facts) -> None:
    """Let the facts hold from here to the end of the block."""
    for chain, type_ in facts.items():
        value = _read_chain(emitter, chain)
        exception = None if value is None else narrowed_exception(value, type_)
        if exception is not None:
            emitter.frame.refine(chain, exception)
            continue
        if value is None or isinstance(value, UndefinedValue) or not isinstance(value, RuntimeValue):
            continue
        type_ = resolved(type_)
        if is_subtype(value.type, type_):
            continue
        if type_ == NONE:
            emitter.frame.refine(chain, NONE_VALUE)
        else:
            emitter.frame.refine(chain, emitter.insert("prim::unchecked_cast", [value.value], type_))


def _read_chain(emitter: Emitter, chain: str) -> StaticValue | None:
    root, *attributes = chain.split(".")
    if not attributes:
        return emitter.lookup(root)
    value = emitter.lookup(root)
    known = ""
    for i, name in enumerate(attributes):
        if value is None or isinstance(value, UndefinedValue):
            return None
        known = ".".join([root, *attributes[: i + 1]])
        value = emitter.frame.refinement(known) or value.attribute(emitter, name)
    return value


def chain_of(node: ast.expr) -> str | None:
    """`x` or `self.a.b` as a chain; None for other expressions."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = chain_of(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


def without(type_: Type, removed: Type) -> Type:
    """The type of a value of `type_` that is no `removed`."""
    members = _members(type_)
    kept = [m for m in members if not is_subtype(m, removed)]
    return type_ if len(kept) in (0, len(members)) else union_of(kept)


def narrowed(type_: Type, wanted: list[Type]) -> Type:
    """The type of a value of `type_` that is one of `wanted`."""
    kept = [m for m in _members(type_) if any(is_subtype(m, w) for w in wanted)]
    return union_of(kept) if kept else union_of(wanted)


def _members(type_: Type) -> tuple[Type, ...]:
    """The members of an Optional or a Union, and of a number in one; a number alone is one type."""
    from portfire.frontend.script.values.type_tests import members_of

    return members_of(type_) if isinstance(type_, (OptionalType, UnionType)) else (type_,)


def _is_call_of(emitter: Emitter, node: ast.expr, name: str) -> bool:
    from portfire.frontend.script.values.expressions import emit_expression
    from portfire.frontend.script.values.type_tests import IsInstanceValue

    if not (isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == name:
        return emitter.lookup(name) is None
    if isinstance(node.func, ast.Attribute) and node.func.attr == name:
        return isinstance(emit_expression(emitter, node.func), IsInstanceValue)
    return False
