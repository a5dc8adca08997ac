"""Subscripts: what `x[...]` reads and writes, for tensors, lists, tuples and strings.

A tensor takes ints, slices, None, `...`, masks, index tensors, lists of ints, and tuples of them, as eager does: first the
views (select, slice, unsqueeze) from left to right, then one `aten::index` with the tensors where they stand.

Comes before: `static_values.py`. Comes after: `tensor_values.py`, `container_values.py`, `expressions.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from portfire.frontend.script.builtins import operations as library
from portfire.frontend.script.builtins.python_library import slicing
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import decide, resolved
from portfire.frontend.script.types.union_members import members_become
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.index_lists import index_list, is_index_list, is_number_tuple
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING, Value
from portfire.ir.library_types import SLICE
from portfire.ir.subtyping import is_subtype, optional_of
from portfire.ir.types import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    TENSOR,
    ClassType,
    EnumType,
    ListType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
    UnionType,
)  # fmt: skip

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class SliceValue(StaticValue):
    """`start:stop:step` as a key."""

    def __init__(self, start: StaticValue, stop: StaticValue, step: StaticValue) -> None:
        self.start = start
        self.stop = stop
        self.step = step

    def describe(self) -> str:
        """See the base class."""
        return "a slice"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        parts = (self.start, self.stop, self.step)
        items = [_optional_bound(emitter, p) for p in parts]
        return emitter.builder.insert("prim::TupleConstruct", items, SLICE)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name in ("start", "stop", "step", "indices")

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name == "indices":
            return MethodValue(self, name, _slice_indices)
        if name not in ("start", "stop", "step"):
            return super().attribute(emitter, name)
        found: StaticValue = getattr(self, name)
        return found

    def constant_slice(self, emitter: Emitter) -> slice:
        """The slice, where it must be known while compiling."""
        parts = [p.constant() for p in (self.start, self.stop, self.step)]
        if any(p is MISSING for p in parts):
            raise emitter.fail(
                "not-a-constant-index",
                "a slice of a tuple must have bounds that are known while compiling",
                help="write the bounds as numbers, or make a list of the tuple",
            )
        return slice(*parts)

    def step_value(self) -> StaticValue:
        """The step, 1 where it is left out."""
        return ConstantValue(1) if self.step.constant() is None else self.step


def _optional_bound(emitter: Emitter, bound: StaticValue) -> Value:
    if bound.constant() is None:
        return emitter.constant_value(None, OptionalType(INT))
    value = emitter.runtime(bound)
    return value if value.type in (INT, OptionalType(INT)) else integer(emitter, bound)


def plain_bound(emitter: Emitter, bound: StaticValue) -> StaticValue:
    """A bound of a slice; an object's `__index__` says which number it stands for."""
    is_object = isinstance(bound, RuntimeValue) and isinstance(bound.type, ClassType)
    return RuntimeValue(integer(emitter, bound)) if is_object else bound


def _slice_indices(
    emitter: Emitter, value: StaticValue, args: list[StaticValue], kwargs: dict[str, StaticValue]
) -> StaticValue:
    """`slice(...).indices(length)`."""
    key = known_key(emitter, value)
    assert isinstance(key, SliceValue)
    parts = [key.start, key.stop, key.step_value(), *args]
    return emitter.compiler.function_value(slicing.indices).call(emitter, parts, {})


def known_key(emitter: Emitter, key: StaticValue) -> StaticValue:
    """A slice that is a run-time value, as its three parts; any other key as it is."""
    from portfire.frontend.script.values.container_values import tuple_item

    if not isinstance(key, RuntimeValue) or key.type != SLICE:
        return key
    start, stop, step = (tuple_item(emitter, key, i) for i in range(3))
    return SliceValue(start, stop, emitter.compiler.function_value(slicing.step_of).call(emitter, [step], {}))


class EllipsisValue(StaticValue):
    """`...` as a key."""

    def describe(self) -> str:
        """See the base class."""
        return "..."


def integer(emitter: Emitter, key: StaticValue) -> Value:
    """The index of an item of a list or string. Fails for what is no int."""
    value = emitter.runtime(key)
    if isinstance(value.type, EnumType):
        from portfire.frontend.script.classes.enum_values import decayed

        value = emitter.runtime(decayed(emitter, key))
    if value.type == INT:
        return value
    if isinstance(value.type, ClassType) and key.has_attribute(emitter, "__index__"):
        return integer(emitter, key.attribute(emitter, "__index__").call(emitter, [], {}))
    if value.type == BOOL:
        return emitter.builtin("aten::Int", [value]).value
    if isinstance(value.type, TensorType):
        return emitter.builtin("aten::IntImplicit", [value]).value
    if value.type == NUMBER or (isinstance(value.type, UnionType) and members_become(value.type, INT)):
        return convert(emitter, key, INT, "the index")
    raise emitter.fail(
        "type-mismatch", f"expected int as an index, found {value.type.annotation}", help="convert it: `int(i)`"
    )


# Lists, strings, tuples


def slice_sequence(emitter: Emitter, value: RuntimeValue, key: SliceValue) -> StaticValue:
    """`xs[a:b:c]` of a list or string."""
    step = key.step_value()
    if isinstance(step.constant(), int) and step.constant() < 0:
        return _reversed_slice(emitter, value, key)
    if step.constant() is MISSING:
        function = slicing.stepped if isinstance(value.type, ListType) else slicing.stepped_text
        return emitter.compiler.function_value(function).call(emitter, [value, key.start, key.stop, step], {})
    return emitter.builtin("aten::slice", [value, key.start, key.stop, step], called="[:]")


def _reversed_slice(emitter: Emitter, value: RuntimeValue, key: SliceValue) -> StaticValue:
    """`xs[::-1]`: of a reversed copy. The engine's slices go forward only, as TorchScript's."""
    step = key.step.constant()
    start, stop = (_from_the_end(emitter, value, bound) for bound in (key.start, key.stop))
    is_text = not isinstance(value.type, ListType)
    copy = emitter.builtin("aten::list" if is_text else "aten::copy", [value])
    emitter.builtin("aten::reverse", [copy])
    if step != -1 or not (start is NONE_VALUE and stop is NONE_VALUE):
        copy = emitter.builtin("aten::slice", [copy, start, stop, ConstantValue(-step)])
    return emitter.builtin("aten::join", [ConstantValue(""), copy]) if is_text else copy


def _from_the_end(emitter: Emitter, value: RuntimeValue, bound: StaticValue) -> StaticValue:
    if bound.constant() is None:
        return NONE_VALUE
    length = emitter.builtin("aten::len", [value])
    position = RuntimeValue(integer(emitter, bound))
    return emitter.compiler.function_value(library.from_the_end).call(emitter, [length, position], {})


def replace_slice(emitter: Emitter, value: RuntimeValue, key: SliceValue, new: StaticValue) -> None:
    """`xs[a:b] = new` of a list."""
    if key.step.constant() not in (None, 1):
        emitter.compiler.function_value(slicing.replace_stepped).call(
            emitter, [value, key.start, key.stop, key.step, new], {}
        )
        return
    start = ConstantValue(0) if key.start.constant() is None else RuntimeValue(integer(emitter, key.start))
    stop = (
        emitter.builtin("aten::len", [value])
        if key.stop.constant() is None
        else RuntimeValue(integer(emitter, key.stop))
    )
    emitter.compiler.function_value(library.replace_slice).call(emitter, [value, start, stop, new], {})


def delete_slice(emitter: Emitter, value: RuntimeValue, key: SliceValue) -> None:
    """`del xs[a:b:c]` of a list."""
    if key.step.constant() in (None, 1):
        nothing = emitter.insert("prim::ListConstruct", [], value.type)
        replace_slice(emitter, value, key, nothing)
        return
    emitter.compiler.function_value(slicing.delete_stepped).call(emitter, [value, key.start, key.stop, key.step], {})


def index_tuple(emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
    """`t[i]` and `t[a:b]` of a run-time tuple."""
    from portfire.frontend.script.values.container_values import items_of, tuple_item
    from portfire.frontend.script.values.tuple_values import TupleValue

    elements = cast(TupleType, value.type).elements
    if isinstance(key, SliceValue):
        return TupleValue(items_of(emitter, value)[key.constant_slice(emitter)])
    position = key.constant()
    if not isinstance(position, int):
        return pick_item(emitter, items_of(emitter, value), key)
    if not -len(elements) <= position < len(elements):
        raise emitter.fail(
            "index-out-of-range",
            f"index {position} is outside a tuple of {len(elements)} items",
            help=f"indices go from 0 to {len(elements) - 1}, or from -{len(elements)} to -1",
        )
    return tuple_item(emitter, value, position % len(elements))


def pick_item(emitter: Emitter, items: Sequence[StaticValue], key: StaticValue) -> StaticValue:
    """Item number `key`, known only at run time: of one type, or functions and the like of which one is called."""
    from portfire.frontend.script.types.inference import joined
    from portfire.frontend.script.values.picked_values import pick_by_number

    if items and all(static_type(i) is None for i in items):
        return pick_by_number(emitter, items, key)
    values = [emitter.runtime(i) for i in items]
    if not values:
        raise emitter.fail(
            "index-out-of-range", "the tuple has no items", help="ask for its length before: `if len(items) > 0`"
        )
    common = functools.reduce(joined, [v.type for v in values])
    values = [convert(emitter, RuntimeValue(v), common, "an item of the tuple") for v in values]
    list_ = emitter.insert("prim::ListConstruct", values, ListType(common))
    return emitter.builtin("aten::__getitem__", [list_, integer(emitter, key)])


# Tensors


@dataclass
class _Selection:
    """A tensor after the views of an index, and the index tensors still to apply."""

    tensor: StaticValue
    #: Index tensors by dimension, counted from the front, or after `...` from the back.
    front: list[StaticValue | None] = field(default_factory=list)
    back: list[StaticValue | None] = field(default_factory=list)
    has_ellipsis: bool = False
    #: The index tensors, where how many there are is known only at run time.
    listed: StaticValue | None = None

    @property
    def has_tensors(self) -> bool:
        return self.listed is not None or any(t is not None for t in (*self.front, *self.back))


def index_tensor(emitter: Emitter, tensor: RuntimeValue, key: StaticValue) -> StaticValue:
    """`x[key]`."""
    selection = _select(emitter, tensor, key)
    if not selection.has_tensors:
        if selection.tensor is tensor:
            return emitter.builtin("aten::alias", [tensor])
        return selection.tensor
    return emitter.builtin("aten::index", [selection.tensor, _indices(emitter, selection)], called="[]")


def assign_tensor(emitter: Emitter, tensor: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
    """`x[key] = new`."""
    selection = _select(emitter, tensor, key)
    value = emitter.runtime(new)
    is_tensor = isinstance(value.type, TensorType)
    if not is_tensor and not is_subtype(value.type, NUMBER) and value.type != BOOL:
        raise emitter.fail(
            "type-mismatch",
            f"expected a tensor or a number to assign to items of a tensor, found {value.type.annotation}",
            help="make a tensor of it: `torch.tensor(value)`",
        )
    if not selection.has_tensors:
        emitter.builtin("aten::copy_" if is_tensor else "aten::fill_", [selection.tensor, value], called="[]=")
        return
    if not is_tensor:
        like = {"dtype": emitter.builtin("prim::dtype", [tensor]), "device": emitter.builtin("prim::device", [tensor])}
        value = emitter.builtin("aten::tensor", [value], like).value
    indices = _indices(emitter, selection)
    emitter.builtin("aten::index_put_", [selection.tensor, indices, value, ConstantValue(False)], called="[]=")


def has_index_tensors(emitter: Emitter, key: StaticValue) -> bool:
    """Whether `x[key]` copies, since the key holds masks, index tensors or lists of ints."""
    return is_index_list(static_type(key)) or any(_is_tensor_like(emitter, part) for part in _parts(emitter, key))


def _parts(emitter: Emitter, key: StaticValue) -> Sequence[StaticValue]:
    from portfire.frontend.script.values.container_values import items_of
    from portfire.frontend.script.values.tuple_values import TupleValue

    if isinstance(key, TupleValue) and not key.is_list:
        return [_listed(emitter, part) for part in key.items]
    if isinstance(key, RuntimeValue) and isinstance(key.type, TupleType) and key.type != SLICE:
        return [_listed(emitter, part) for part in items_of(emitter, key)]
    return (key,)


def _listed(emitter: Emitter, part: StaticValue) -> StaticValue:
    """The tuple in `x[:, (0, 2)]`, which means the list; anything else as it is."""
    from portfire.frontend.script.types.conversion import static_type
    from portfire.frontend.script.values.container_values import items_of
    from portfire.frontend.script.values.tuple_values import TupleValue

    type_ = None if isinstance(part, (SliceValue, EllipsisValue)) else static_type(part)
    if not isinstance(type_, TupleType) or type_ == SLICE or not type_.elements:
        return part
    items = part.items if isinstance(part, TupleValue) else items_of(emitter, RuntimeValue(emitter.runtime(part)))
    values = [emitter.runtime(_listed(emitter, item)) for item in items]
    if any(v.type != values[0].type for v in values):
        return part
    return emitter.insert("prim::ListConstruct", values, ListType(values[0].type))


def _select(emitter: Emitter, tensor: RuntimeValue, key: StaticValue) -> _Selection:
    """Apply everything but index tensors."""
    if isinstance(key, RuntimeValue) and key.type == ListType(SLICE):
        return _Selection(emitter.compiler.function_value(slicing.sliced).call(emitter, [tensor, key], {}))
    if is_number_tuple(static_type(key)):
        return _Selection(emitter.compiler.function_value(slicing.selected).call(emitter, [tensor, key], {}))
    if is_index_list(static_type(key)):
        return _Selection(tensor, listed=index_list(emitter, key))
    parts = list(_parts(emitter, key))
    ellipses = [i for i, p in enumerate(parts) if isinstance(p, EllipsisValue)]
    if len(ellipses) > 1:
        raise emitter.fail("bad-index", "an index can hold '...' only once", help="write the other dimensions as `:`")
    selection = _Selection(tensor)
    cut = ellipses[0] if ellipses else len(parts)
    selection.has_ellipsis = bool(ellipses)
    for part in parts[:cut]:
        _apply(emitter, selection, part, selection.front, from_back=False)
    for part in reversed(parts[cut + 1 :]):
        _apply(emitter, selection, part, selection.back, from_back=True)
    selection.back.reverse()
    return selection


def _apply(
    emitter: Emitter, selection: _Selection, part: StaticValue, done: list[StaticValue | None], *, from_back: bool
) -> None:
    """Apply one part of an index to the next dimension. `done` has one entry per dimension that stays."""
    dim = ConstantValue(-len(done) - 1 if from_back else len(done))
    tensor = selection.tensor
    part = known_key(emitter, part)
    if isinstance(getattr(part, "type", None), (EnumType, ClassType)):
        part = RuntimeValue(integer(emitter, part))
    if isinstance(part, SliceValue):
        bounds = [part.start, part.stop, part.step_value()]
        selection.tensor = emitter.builtin("aten::slice", [tensor, dim, *bounds], called="[:]")
        done.append(None)
        return
    if part.constant() is None:
        selection.tensor = emitter.builtin("aten::unsqueeze", [tensor, dim])
        done.append(None)
        return
    value = emitter.runtime(part)
    if isinstance(value.type, ListType):
        decide(value.type, ListType(INT))  # `[]`
    if value.type == NUMBER:
        value = convert(emitter, part, INT, "the index")
    if value.type == INT:
        selection.tensor = emitter.builtin("aten::select", [tensor, dim, value])
    elif _is_tensor_type(value.type):
        done.append(_index_tensor(emitter, value))
    elif value.type == BOOL:
        selection.tensor = emitter.builtin("aten::unsqueeze", [tensor, dim])
        done.append(emitter.builtin("aten::tensor", [emitter.insert("prim::ListConstruct", [value], ListType(BOOL))]))
    else:
        raise emitter.fail(
            "bad-index",
            f"expected an int, slice, None, '...' or tensor as an index of a tensor, found {value.type.annotation}",
            help="for names, keep the tensors in a dict",
        )


def _is_tensor_like(emitter: Emitter, part: StaticValue) -> bool:
    if isinstance(part, (SliceValue, EllipsisValue, ConstantValue)):
        return False
    type_ = emitter.runtime(part).type
    return type_ != ListType(SLICE) and _is_tensor_type(type_)


def _is_tensor_type(type_: Type) -> bool:
    if isinstance(type_, ListType):
        return resolved(type_.element) in (INT, BOOL, FLOAT) or isinstance(type_.element, ListType)
    return isinstance(type_, TensorType) or (isinstance(type_, OptionalType) and isinstance(type_.element, TensorType))


def _index_tensor(emitter: Emitter, value: Value) -> StaticValue:
    if isinstance(value.type, ListType):
        dtype = {"dtype": ConstantValue(4)} if value.type == ListType(FLOAT) else {}  # floats are cut off
        return emitter.builtin("aten::tensor", [value], dtype)
    return RuntimeValue(value)


def _indices(emitter: Emitter, selection: _Selection) -> StaticValue:
    """The list for `aten::index`: a tensor or None per dimension."""
    if selection.listed is not None:
        return selection.listed
    front = selection.front
    if not selection.has_ellipsis or not any(t is not None for t in selection.back):
        while front and front[-1] is None:
            front = front[:-1]
        return _optional_list(emitter, front)
    between = emitter.builtin(
        "aten::sub", [emitter.builtin("aten::dim", [selection.tensor]), ConstantValue(len(front))]
    )
    between = emitter.builtin("aten::sub", [between, ConstantValue(len(selection.back))])
    nones = emitter.builtin("aten::mul", [_optional_list(emitter, [None]), between])
    head = emitter.builtin("aten::add", [_optional_list(emitter, front), nones])
    return emitter.builtin("aten::add", [head, _optional_list(emitter, selection.back)])


def _optional_list(emitter: Emitter, tensors: Sequence[StaticValue | None]) -> StaticValue:
    values = [emitter.constant_value(None, NONE) if t is None else emitter.runtime(t) for t in tensors]
    return emitter.insert("prim::ListConstruct", values, ListType(optional_of(TENSOR)))
