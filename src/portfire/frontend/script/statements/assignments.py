"""Assignment in all its forms: to names, attributes, items, tuples of targets; annotated, augmented, `del`.

Comes before: `conversion.py`, `expressions.py`. Comes after: `statements.py`, `loops.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.builtins.python_library import unpacking
from portfire.frontend.script.environment import UndefinedValue
from portfire.frontend.script.functions.renaming import shown_name
from portfire.frontend.script.statements.refinement import chain_of, refine
from portfire.frontend.script.statements.remembered_conditions import emit_assigned
from portfire.frontend.script.types.annotations import is_unparametrised, type_from_annotation
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import is_pending, resolved
from portfire.frontend.script.types.widening import note_declared
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.expressions import emit_expression, emit_key
from portfire.frontend.script.values.indexing import SliceValue, has_index_tensors
from portfire.frontend.script.values.numbers_of_tensors import NumbersOfTensor
from portfire.frontend.script.values.operators import emit_binary_values, emit_in_place
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.forms import plain
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import ClassType, InterfaceType, ListType, TensorType, TupleType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def emit_assign(emitter: Emitter, node: ast.Assign) -> None:
    """`a = b = value`."""
    is_variable = isinstance(node.targets[0], ast.Name)
    value = emit_assigned(emitter, node.value) if is_variable else emit_expression(emitter, node.value)
    if is_variable and isinstance(node.value, ast.GeneratorExp):
        value = _generator_expression(emitter, value)
    if node.type_comment and isinstance(node.targets[0], ast.Name):
        type_ = type_from_annotation(node.type_comment, emitter.annotation_scope())
        assign_declared(emitter, node.targets[0].id, type_, value)
        return
    for target in node.targets:
        assign_target(emitter, target, value)


def emit_annotated(emitter: Emitter, node: ast.AnnAssign) -> None:
    """`a: T = value`; without a value, only the type is noted."""
    scope = emitter.annotation_scope()
    if is_unparametrised(node.annotation, scope):
        if node.value is not None:
            assign_target(emitter, node.target, emit_expression(emitter, node.value))
        return
    if isinstance(node.value, ast.IfExp) and _needs_declared_type(node.value):
        _emit_annotated_choice(emitter, node, node.value)
        return
    type_ = type_from_annotation(node.annotation, scope)
    if not isinstance(node.target, ast.Name):
        if node.value is not None:
            value = RuntimeValue(convert(emitter, emit_expression(emitter, node.value), type_, "the annotation"))
            assign_target(emitter, node.target, value)
        return
    emitter.context.declared[node.target.id] = type_
    if node.value is not None:
        assign_declared(emitter, node.target.id, type_, emit_assigned(emitter, node.value))


def _needs_declared_type(choice: ast.IfExp) -> bool:
    """Whether a branch is `x.tolist()`, of which only the declaration says what it is."""
    return any(
        isinstance(e, ast.Call) and isinstance(e.func, ast.Attribute) and e.func.attr == "tolist"
        for e in (choice.body, choice.orelse)
    )


def _emit_annotated_choice(emitter: Emitter, node: ast.AnnAssign, choice: ast.IfExp) -> None:
    """`a: T = x if c else y` as an `if` with an assignment in each branch."""
    from portfire.frontend.script.statements.control_flow import emit_if

    branches = [
        ast.copy_location(ast.AnnAssign(node.target, node.annotation, value, node.simple), node)
        for value in (choice.body, choice.orelse)
    ]
    emit_if(emitter, ast.copy_location(ast.If(choice.test, [branches[0]], [branches[1]]), node))


def _generator_expression(emitter: Emitter, items: StaticValue) -> StaticValue:
    """A generator expression that a variable holds: its items are taken once."""
    from portfire.frontend.script.values.iterators import IteratorValue

    return IteratorValue(emitter, items) if isinstance(static_type(items), ListType) else items


def assign_declared(emitter: Emitter, name: str, type_: Type, value: StaticValue) -> None:
    """Bind a variable with a declared type. What is known better about the value stays known."""
    emitter.context.declared[name] = type_
    note_declared(emitter, value)
    found = static_type(value)
    if (
        found is not None
        and not isinstance(value, TupleValue)
        and is_subtype(found, type_)
        and not isinstance(found, TupleType)
    ):
        emitter.assign(name, value)
        return
    try:
        converted = convert(emitter, value, type_, f"'{name}'")
    except CompileAbort:
        if not (isinstance(type_, InterfaceType) and type_.is_module):
            raise
        # Modules that are no values of the interface are still what Python binds: each is called as what it is.
        del emitter.context.declared[name]
        emitter.assign(name, value)
        return
    emitter.assign(name, RuntimeValue(converted))


def assign_target(emitter: Emitter, target: ast.expr, value: StaticValue) -> None:
    """Bind a target of any form."""
    with emitter.at(target):
        if isinstance(target, ast.Name):
            _assign_name(emitter, target.id, value)
        elif isinstance(target, ast.Attribute):
            _assign_attribute(emitter, target, value)
        elif isinstance(target, ast.Subscript):
            container = emit_expression(emitter, target.value)
            container.set_index(emitter, emit_key(emitter, target.slice), value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            _unpack(emitter, target.elts, value)
        else:
            raise emitter.fail(
                "unsupported-syntax", "this cannot be assigned to", help="assign to a variable, an attribute or an item"
            )


def _assign_name(emitter: Emitter, name: str, value: StaticValue) -> None:
    value = value.stored(emitter, name)
    if isinstance(value, NumbersOfTensor):
        value = value.kept(emitter)
    declared = emitter.context.declared.get(name)
    if declared is not None:
        value = _as_declared(emitter, name, declared, value)
    if isinstance(value, RuntimeValue) and value.value.name is None and value.value.node is not None:
        value.value.name = shown_name(name)
    emitter.assign(name, value)


def _as_declared(emitter: Emitter, name: str, declared: Type, value: StaticValue) -> StaticValue:
    """A value given to a variable whose type was declared earlier: converted as far as that changes nothing Python would
    show (a tuple for a list, an int for a float). An annotation binds nobody in Python: other types are left alone."""
    found = static_type(value)
    if found is None or isinstance(found, TensorType) or (is_subtype(found, declared) and not is_pending(found)):
        return value
    try:
        return RuntimeValue(convert(emitter, value, declared, f"'{name}'"))
    except CompileAbort:
        del emitter.context.declared[name]
        return value


def _assign_attribute(emitter: Emitter, target: ast.Attribute, value: StaticValue) -> None:
    _set_attribute(emitter, target, emit_expression(emitter, target.value), value)


def _set_attribute(emitter: Emitter, target: ast.Attribute, owner: StaticValue, value: StaticValue) -> None:
    """Assign to an attribute; what is known better about the value than the attribute's type says stays known."""
    owner.set_attribute(emitter, target.attr, value)
    emitter.frame.forget_attributes(target.attr)
    chain = chain_of(target)
    found = static_type(value)
    owner_type = static_type(owner)
    slots = owner_type.attributes if isinstance(owner_type, ClassType) else {}
    if chain is None or found is None or target.attr not in slots:
        return
    declared = resolved(slots[target.attr].type)
    if declared == found or not is_subtype(found, declared):
        return
    if isinstance(value, RuntimeValue):
        emitter.frame.refine(chain, value)
    else:
        refine(emitter, {chain: found})


def _unpack(emitter: Emitter, targets: Sequence[ast.expr], value: StaticValue) -> None:
    starred = [i for i, t in enumerate(targets) if isinstance(t, ast.Starred)]
    if starred:
        value = _counted(emitter, value)
    if starred and isinstance(static_type(value), ListType):
        _unpack_starred_list(emitter, targets, value, starred[0])
        return
    items = list(value.unpack(emitter, None if starred else len(targets)))
    if starred:
        _unpack_starred(emitter, targets, items, starred[0])
        return
    if len(items) != len(targets):
        raise emitter.fail(
            "not-unpackable",
            f"expected {len(targets)} items to unpack, found {len(items)} in {value.describe()}",
            help="give as many names as there are items, or collect the rest: `a, *rest = ...`",
        )
    for target, item in zip(targets, items, strict=True):
        assign_target(emitter, target, item)


def _counted(emitter: Emitter, value: StaticValue) -> StaticValue:
    """A value as the list or tuple of its items: what only the run counts is a list."""
    from portfire.frontend.script.builtins.builtin_iteration import to_list

    type_ = static_type(value)
    if isinstance(value, TupleValue) or isinstance(type_, (TupleType, ListType, ClassType)):
        return value
    items = value.iterate(emitter).items if type_ is None else None
    return TupleValue(items) if items is not None else to_list(emitter, value)


def _unpack_starred(emitter: Emitter, targets: Sequence[ast.expr], items: list[StaticValue], star: int) -> None:
    after = len(targets) - star - 1
    if len(items) < star + after:
        raise emitter.fail(
            "not-unpackable",
            f"expected at least {star + after} items to unpack, found {len(items)}",
            help="give fewer names",
        )
    for target, item in zip(targets[:star], items[:star], strict=True):
        assign_target(emitter, target, item)
    middle = items[star : len(items) - after]
    starred = targets[star]
    assert isinstance(starred, ast.Starred)
    assign_target(emitter, starred.value, TupleValue(middle, is_list=True))
    for target, item in zip(targets[star + 1 :], items[len(items) - after :], strict=True):
        assign_target(emitter, target, item)


def _unpack_starred_list(emitter: Emitter, targets: Sequence[ast.expr], list_: StaticValue, star: int) -> None:
    """`a, *b, c = xs` of a run-time list."""
    after = len(targets) - star - 1
    none = ConstantValue(None)
    if star + after:
        count = [list_.length(emitter), ConstantValue(star + after)]
        emitter.compiler.function_value(unpacking.check_count).call(emitter, count, {})
    for i, target in enumerate(targets[:star]):
        assign_target(emitter, target, list_.index(emitter, ConstantValue(i)))
    stop = ConstantValue(-after) if after else none
    starred = targets[star]
    assert isinstance(starred, ast.Starred)
    rest = list_.index(emitter, SliceValue(ConstantValue(star), stop, none))
    if isinstance(rest, RuntimeValue):  # always a list, whatever it is the rest of
        rest.value.type = plain(rest.type)
    assign_target(emitter, starred.value, rest)
    for i, target in enumerate(targets[star + 1 :]):
        assign_target(emitter, target, list_.index(emitter, ConstantValue(i - after)))


def emit_augmented(emitter: Emitter, node: ast.AugAssign) -> None:
    """`target op= value`: in place where Python's type does it in place."""
    target = node.target
    if isinstance(target, ast.Name):
        old = emitter.read(target.id)
        new = emit_in_place(emitter, node.op, old, emit_expression(emitter, node.value))
        if not _is_same_value(old, new):
            _assign_name(emitter, target.id, new)
    elif isinstance(target, ast.Attribute):
        owner = emit_expression(emitter, target.value)
        old = _refined_attribute(emitter, target, owner)
        new = emit_in_place(emitter, node.op, old, emit_expression(emitter, node.value))
        if not _is_in_place(old, node.op):
            _set_attribute(emitter, target, owner, new)
    else:
        _emit_augmented_item(emitter, node, target)


def _refined_attribute(emitter: Emitter, target: ast.Attribute, owner: StaticValue) -> StaticValue:
    chain = chain_of(target)
    known = emitter.frame.refinement(chain) if chain is not None else None
    return known or owner.attribute(emitter, target.attr)


def _emit_augmented_item(emitter: Emitter, node: ast.AugAssign, target: ast.Subscript) -> None:
    container = emit_expression(emitter, target.value)
    key = emit_key(emitter, target.slice)
    old = container.index(emitter, key)
    value = emit_expression(emitter, node.value)
    container_type = static_type(container)
    if isinstance(container_type, TensorType) and has_index_tensors(emitter, key):
        container.set_index(emitter, key, emit_binary_values(emitter, node.op, old, value))
        return
    new = emit_in_place(emitter, node.op, old, value)
    if not _is_in_place(old, node.op):
        container.set_index(emitter, key, new)


def _is_in_place(value: StaticValue, op: ast.operator) -> bool:
    """Whether `op=` on the value changes the object itself: tensors have no `__imatmul__`."""
    type_ = static_type(value)
    return isinstance(type_, ListType) or (isinstance(type_, TensorType) and not isinstance(op, ast.MatMult))


def _is_same_value(old: StaticValue, new: StaticValue) -> bool:
    return isinstance(old, RuntimeValue) and isinstance(new, RuntimeValue) and old.value is new.value


def emit_delete(emitter: Emitter, node: ast.Delete) -> None:
    """`del x, xs[i], o.y`."""
    from portfire.frontend.script.classes.object_values import delete_attribute

    for target in _deleted(node.targets):
        with emitter.at(target):
            if isinstance(target, ast.Name):
                emitter.read(target.id)
                emitter.assign(target.id, UndefinedValue(f"'{target.id}' was deleted"))
            elif isinstance(target, ast.Subscript):
                _delete_item(emitter, target)
            elif isinstance(target, ast.Attribute):
                delete_attribute(emitter, emit_expression(emitter, target.value), target.attr)
            else:
                raise emitter.fail(
                    "unsupported-syntax",
                    "only variables, attributes and items can be deleted",
                    help="delete one by one",
                )


def _deleted(targets: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """What `del` names: `del (a, b)` is `del a, b`."""
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            yield from _deleted(target.elts)
        else:
            yield target


def _delete_item(emitter: Emitter, target: ast.Subscript) -> None:
    container = emit_expression(emitter, target.value)
    key = emit_key(emitter, target.slice)
    if not isinstance(container, RuntimeValue):
        raise emitter.fail(
            "not-subscriptable",
            f"items of {container.describe()} cannot be deleted",
            help="build a new value without the item",
        )
    container.delete_index(emitter, key)
