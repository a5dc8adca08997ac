"""SSA construction where branches meet: which variables become outputs of a `prim::If` or `prim::Try`, and of which
type.

A variable that all branches leave alone, or leave the same, needs no output. One that is known while compiling in each
branch, but differently, becomes a run-time value if it can. One that only one branch defines is bound at run time or not
(`unbound_variables.py`). Of a branch that never gets to its end nothing is merged.

Comes before: `environment.py`, `inference.py`. Comes after: `control_flow.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import Frame, PoisonedValue, UndefinedValue
from portfire.frontend.script.functions.renaming import shown_name
from portfire.frontend.script.statements.known_truth import of_common_truth
from portfire.frontend.script.statements.merged_attributes import attributes_after, merge_attributes
from portfire.frontend.script.statements.unbound_variables import PossiblyUnbound, bound_flag, bound_part, is_read_later
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import joined
from portfire.frontend.script.values.constant_values import ConstantValue, is_same_constant
from portfire.frontend.script.values.dict_views import DictView
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import Block, Node, Value
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import BOOL, INT, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


@dataclass(slots=True)
class Branch:
    """A finished branch of a `prim::If`, or a block of a `prim::Try`."""

    block: Block
    frame: Frame

    @property
    def is_dead(self) -> bool:
        """Whether control never gets to its end."""
        return self.frame.is_dead


class UnmergeableValue(UndefinedValue):
    """A variable that is two different compile-time things in two branches."""


def merge_branches(emitter: Emitter, node: Node, branches: Sequence[Branch], known: Collection[str] = ()) -> None:
    """Give `node` an output for each variable that its branches assign differently, and bind the variables here. What
    every branch that gets to its end knows of a variable stays known; `known` names variables the caller refines."""
    names: dict[str, None] = {}
    for branch in branches:
        names.update(dict.fromkeys(n for n in branch.frame.assigned if not branch.is_dead or n.startswith("$")))
    # A flag that is set in the first branch and not in the second is the condition itself.
    flags: dict[tuple[object, ...], StaticValue] = {}
    if node.kind == "prim::If":
        flags[True, False] = RuntimeValue(node.inputs[0])
    for name in names:
        values = [_at_end(branch, name) for branch in branches]
        flag = _flag(values) if name.startswith("$") else None
        merged = flags.get(flag) if flag is not None else None
        if merged is None:
            merged = _merge(emitter, node, branches, name, values)
        if flag is not None and merged is not None:
            flags[flag] = merged
        if merged is not None:
            emitter.frame.assign(name, merged)
    after = attributes_after([b.frame for b in branches if not b.is_dead])
    for branch in branches:
        if not branch.is_dead:
            emitter.frame.forget_as(branch.frame)
    for name in _refined_in_all(branches):
        if name not in names and name not in known:
            values = [None if b.is_dead else b.frame.lookup(name) for b in branches]
            merged = _merge(emitter, node, branches, name, values)
            if merged is not None:
                emitter.frame.refine(name, merged)
    merge_attributes(emitter, after)


def _flag(values: Sequence[StaticValue | None]) -> tuple[object, ...] | None:
    """The bools that the branches leave, where all are known: flags that are set together need one output."""
    constants = tuple(None if v is None else v.constant() for v in values)
    return constants if all(isinstance(c, bool) for c in constants) else None


def _refined_in_all(branches: Sequence[Branch]) -> list[str]:
    live = [b.frame for b in branches if not b.is_dead]
    if not live:
        return []
    return [n for n in live[0].refined if "." not in n and all(n in f.refined for f in live)]


def _at_end(branch: Branch, name: str) -> StaticValue | None:
    """The variable at the end of the branch; None where it does not matter."""
    if branch.is_dead and not name.startswith("$"):
        return None
    value = branch.frame.lookup(name)
    if value is None and name.startswith("$"):
        return None
    return value if value is not None else UndefinedValue("")


def _merge(
    emitter: Emitter, node: Node, branches: Sequence[Branch], name: str, values: list[StaticValue | None]
) -> StaticValue | None:
    present = [v for v in values if v is not None]
    if not present:
        return None
    first = present[0]
    if any(isinstance(v, PoisonedValue) for v in present):
        return PoisonedValue()
    if any(isinstance(v, UndefinedValue) for v in present):
        return _merge_unbound(emitter, node, branches, name, values)
    if all(is_same(first, v) for v in present) and _is_visible(first, branches):
        return first
    if all(isinstance(v, TupleValue) for v in present) and _same_shape(present):
        return _merge_items(emitter, node, branches, name, values)
    views = [v for v in present if isinstance(v, DictView)]
    if len(views) == len(present) and len({v.kind for v in views}) == 1:
        dicts = [v.dict_ if isinstance(v, DictView) else None for v in values]
        dict_ = _merge(emitter, node, branches, name, dicts)
        return views[0].of(emitter, dict_ if dict_ is not None else views[0].dict_)
    return _merge_run_time(emitter, node, branches, name, values)


def _merge_unbound(
    emitter: Emitter, node: Node, branches: Sequence[Branch], name: str, values: list[StaticValue | None]
) -> StaticValue:
    """A variable that some branches leave unbound, if something reads it."""
    present = [v for v in values if v is not None]
    path = "branch of an 'if'" if node.kind == "prim::If" else "path through a 'try'"
    unbound = _undefined(name, present, path)
    bound = [None if v is None else bound_part(v) for v in values]
    if all(v is None for v in bound) or any(isinstance(v, UnmergeableValue) for v in present):
        return unbound
    if not is_read_later(emitter, name, emitter.range):
        return unbound
    value = _merge(emitter, node, branches, name, bound)
    if value is None or isinstance(value, (PoisonedValue, UndefinedValue)):
        return unbound if value is None else value
    flags = [None if v is None else bound_flag(v) for v in values]
    if node.kind == "prim::If" and _flag(flags) == (True, False):
        is_bound: StaticValue | None = RuntimeValue(node.inputs[0])
    else:
        is_bound = _merge(emitter, node, branches, "$is_bound", flags)
    return unbound if is_bound is None else PossiblyUnbound(value, is_bound, unbound.why)


def _undefined(name: str, present: Sequence[StaticValue], path: str) -> UndefinedValue:
    for value in present:
        if isinstance(value, UndefinedValue) and value.why:
            return value
    return UndefinedValue(f"only one {path} assigns '{name}'")


def is_same(a: StaticValue, b: StaticValue) -> bool:
    """Whether two values are known to be one."""
    if a is b:
        return True
    if isinstance(a, RuntimeValue) and isinstance(b, RuntimeValue):
        return a.value is b.value
    if isinstance(a, ConstantValue) and isinstance(b, ConstantValue):
        return a.type == b.type and is_same_constant(a.value, b.value)
    return type(a) is type(b) and (a == b or (a.identity is not None and a.identity == b.identity))


def _is_visible(value: StaticValue, branches: Sequence[Branch]) -> bool:
    """Whether the value can be used after the `if`: not defined inside one of its branches."""
    if isinstance(value, TupleValue):
        return all(_is_visible(i, branches) for i in value.items)
    runtime = getattr(value, "value", None)
    if not isinstance(runtime, Value):
        return True
    block: Block | None = runtime.block
    while block is not None:
        if any(branch.block is block for branch in branches):
            return False
        block = block.owning_node.block if block.owning_node is not None else None
    return True


def _same_shape(values: Sequence[StaticValue]) -> bool:
    tuples = [v for v in values if isinstance(v, TupleValue)]
    return len({len(t.items) for t in tuples}) == 1


def _merge_items(
    emitter: Emitter, node: Node, branches: Sequence[Branch], name: str, values: list[StaticValue | None]
) -> StaticValue:
    tuples = [v if isinstance(v, TupleValue) else None for v in values]
    some = next(t for t in tuples if t is not None)
    items: list[StaticValue] = []
    for i in range(len(some.items)):
        merged = _merge(emitter, node, branches, name, [None if t is None else t.items[i] for t in tuples])
        items.append(merged if merged is not None else some.items[i])
    alike = all(t is None or t.named_type == some.named_type for t in tuples)
    return some.with_items(items) if alike else TupleValue(items, is_list=some.is_list)


def _merge_run_time(
    emitter: Emitter, node: Node, branches: Sequence[Branch], name: str, values: list[StaticValue | None]
) -> StaticValue:
    run_time: list[Value | None] = []
    for branch, value in zip(branches, values, strict=True):
        if value is None:
            run_time.append(None)
            continue
        if not isinstance(value, RuntimeValue) and static_type(value) is None and not has_run_time_form(value):
            return _merge_picked(emitter, node, branches, name, values)
        with emitter.within(branch.block, branch.frame):
            run_time.append(emitter.runtime(value))
    type_ = _common_type(emitter, name, [v for v in run_time if v is not None])
    for branch, value_ in zip(branches, run_time, strict=True):
        with emitter.within(branch.block, branch.frame):
            branch.block.add_input(_as_output(emitter, value_, type_))
    merged = RuntimeValue(node.add_output(type_, None if name.startswith("$") else shown_name(name)))
    return of_common_truth(merged, [v for v in values if v is not None])


def _merge_picked(
    emitter: Emitter, node: Node, branches: Sequence[Branch], name: str, values: list[StaticValue | None]
) -> StaticValue:
    """Of things that exist only while compiling (functions, classes) the number of the one becomes an output."""
    from portfire.frontend.script.values.picked_values import PickedValue, picked_by

    items: list[StaticValue] = []
    numbers: list[Value | None] = []
    for branch, value in zip(branches, values, strict=True):
        if value is None:
            numbers.append(None)
            continue
        hidden = _hidden_by(value, branch)
        if hidden is not None:
            return UnmergeableValue(f"'{name}' is {value.describe()} in one branch, {hidden}")
        with emitter.within(branch.block, branch.frame):
            if isinstance(value, PickedValue):
                number = emitter.builtin("aten::add", [value.number(emitter), ConstantValue(len(items))])
                numbers.append(number.value)
                items += value.items
                continue
            known = next((i for i, item in enumerate(items) if is_same(item, value)), len(items))
            if known == len(items):
                items.append(value)
            numbers.append(emitter.constant_value(known))
    for branch, number_ in zip(branches, numbers, strict=True):
        with emitter.within(branch.block, branch.frame):
            branch.block.add_input(_as_output(emitter, number_, INT))
    return picked_by(items, RuntimeValue(node.add_output(INT)))


def _hidden_by(value: StaticValue, branch: Branch) -> str | None:
    """Why something cannot be used outside its branch; None if it can."""
    if getattr(value, "is_mutable", False):
        return "and another object in the other"
    callee = getattr(value, "callee", None)
    frame = getattr(callee, "captured", None)
    if callee is None or frame is None:
        return None
    used = {n.id for n in ast.walk(callee.signature.source.node) if isinstance(n, ast.Name)}
    while frame is not None and frame is not branch.frame.outer:
        inner = [n for n in used & set(frame.assigned) if frame.assigned[n] is not value]
        if any(isinstance(frame.assigned[n], RuntimeValue) for n in inner):
            return f"and uses '{inner[0]}' of that branch"
        frame = frame.outer
    return None


def has_run_time_form(value: StaticValue) -> bool:
    """Whether a value known while compiling can be made one of the program: a constant, a dict of unlike values."""
    from portfire.frontend.script.values.static_dicts import StaticDict
    from portfire.frontend.script.values.typed_dicts import record_type

    if isinstance(value, StaticDict):
        return record_type(value) is not None
    return hasattr(value, "value")


def _as_output(emitter: Emitter, value: Value | None, type_: Type) -> Value:
    if value is None:
        return emitter.builder.insert("prim::Uninitialized", (), type_)
    if is_subtype(value.type, type_):
        return value
    return convert(emitter, RuntimeValue(value), type_, "a variable")


def _common_type(emitter: Emitter, name: str, values: Sequence[Value]) -> Type:
    if name.startswith(("$exit", "$stop", "$broken", "$is_bound")):
        return BOOL
    declared = emitter.context.declared.get(name)
    if name.startswith("$value") and emitter.context.declared_return is not None:
        return emitter.context.declared_return
    type_ = values[0].type
    for value in values[1:]:
        type_ = joined(type_, value.type)
    if declared is not None and all(is_subtype(v.type, declared) for v in values) and not is_subtype(type_, declared):
        return declared
    return type_
