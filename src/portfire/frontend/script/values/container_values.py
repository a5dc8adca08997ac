"""What run-time lists, dicts and tuples can do.

Comes before: `runtime_value.py`. Comes after: `behaviours.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.builtins.python_library import searches
from portfire.frontend.script.classes.named_tuples import named_tuple_attribute
from portfire.frontend.script.types.conversion import convert, static_type, type_of
from portfire.frontend.script.types.inference import PendingType, decide, is_pending, joined, resolved
from portfire.frontend.script.types.keys import require_key
from portfire.frontend.script.types.union_members import converted_by_member
from portfire.frontend.script.types.widening import fitting, fitting_key
from portfire.frontend.script.values import indexing
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.operator_failures import did_you_mean
from portfire.frontend.script.values.picked_values import members_to_pick
from portfire.frontend.script.values.runtime_value import Behaviour, MethodValue, RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir.graph import Value
from portfire.ir.library_types import SLICE
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import (
    BOOL,
    FLOAT,
    INT,
    STR,
    ClassType,
    DictType,
    EnumType,
    ListType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]


class _Sized(Behaviour):
    """Containers whose truth is that they are not empty."""

    def length(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::len", [value])

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::gt", [self.length(emitter, value), ConstantValue(0)])


#: Methods of lists that compare items, for items that no operator compares.
_SEARCHES = {"index": searches.index, "count": searches.count, "remove": searches.remove}


def _is_compared_in_python(element: Type) -> bool:
    return isinstance(resolved(element), (ClassType, TupleType, EnumType, ListType, DictType))


def _search(function: Callable[..., Any]) -> Callable[..., StaticValue]:
    def emit(
        emitter: Emitter, list_: StaticValue, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
    ) -> StaticValue:
        called = searches.index_between if function is searches.index and len(args) > 1 else function
        return emitter.compiler.function_value(called).call(emitter, [list_, *args], kwargs)

    return emit


class ListBehaviour(_Sized):
    """`List[T]`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        searched = _SEARCHES.get(name) if _is_compared_in_python(cast(ListType, value.type).element) else None
        if searched is not None:
            return MethodValue(value, name, _search(searched))
        if name in _LIST_METHODS:
            return MethodValue(value, name, _LIST_METHODS[name])
        if name == "numel" and cast(ListType, value.type).element == INT:  # torch.Size
            return MethodValue(value, name, _size_numel)
        raise emitter.fail(
            "no-attribute", f"a list has no attribute '{name}'", help=f"a list has: {', '.join(sorted(_LIST_METHODS))}"
        )

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in _LIST_METHODS

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        if isinstance(key, indexing.SliceValue):
            return indexing.slice_sequence(emitter, value, key)
        return emitter.builtin("aten::__getitem__", [value, indexing.integer(emitter, key)], called="[]")

    def set_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
        """See the base class."""
        if isinstance(key, indexing.SliceValue):
            from portfire.frontend.script.builtins.builtin_iteration import to_list

            if not isinstance(static_type(new), ListType):
                new = to_list(emitter, new)
            converted = convert(emitter, new, value.type, "the items of the slice")
            indexing.replace_slice(emitter, value, key, RuntimeValue(converted))
            return
        element = element_for(emitter, value, new)
        emitter.builtin("aten::_set_item", [value, indexing.integer(emitter, key), element], called="[]")

    def delete_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> None:
        """See the base class."""
        if isinstance(key, indexing.SliceValue):
            indexing.delete_slice(emitter, value, key)
            return
        emitter.builtin("aten::Delete", [value, indexing.integer(emitter, key)], called="del")

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """See the base class."""
        return Iteration(source=value)

    def item(self, emitter: Emitter, value: RuntimeValue, index: Value) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::__getitem__", [value, index])

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        if count is None:
            raise emitter.fail(
                "not-unpackable",
                "how many items a list has is not known while compiling",
                help="unpack into a fixed number of names, or index the list",
            )
        element = cast(ListType, value.type).element
        node = emitter.node("prim::ListUnpack", [value.value], [element] * count)
        return [RuntimeValue(o) for o in node.outputs]


def element_for(emitter: Emitter, list_: StaticValue, item: StaticValue) -> Value:
    """An item made fit for the list; the first item decides the type of `[]`."""
    type_ = type_of(emitter, list_)
    assert isinstance(type_, ListType)
    if isinstance(type_.element, PendingType):
        decide(type_.element, type_of(emitter, item))
    held = type_.element
    return fitting(
        emitter, list_, item, held, "the list's elements", lambda t: type_.with_contained((joined(held, t),))
    )


def _append(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    _arity(emitter, "append", args, kwargs, 1)
    emitter.builtin("aten::append", [list_, element_for(emitter, list_, args[0])])
    return NONE_VALUE


def _insert(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    _arity(emitter, "insert", args, kwargs, 2)
    emitter.builtin("aten::insert", [list_, args[0], element_for(emitter, list_, args[1])])
    return NONE_VALUE


def extend(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`xs.extend(ys)`: ys may be anything to loop over."""
    from portfire.frontend.script.builtins.builtin_iteration import to_list

    _arity(emitter, "extend", args, kwargs, 1)
    other = to_list(emitter, args[0])
    mine, theirs = type_of(emitter, list_), type_of(emitter, other)
    decide(mine, theirs)
    if not is_subtype(resolved(theirs), resolved(mine)):
        return _append_each(emitter, list_, other)
    emitter.builtin("aten::extend", [list_, other])
    return NONE_VALUE


def _append_each(emitter: Emitter, list_: StaticValue, other: StaticValue) -> StaticValue:
    """`xs.extend(ys)` of a list of another type, whose items become items of this one."""
    from portfire.frontend.script.statements.exits import Flow
    from portfire.frontend.script.statements.loops import emit_iteration

    def body(item: StaticValue) -> Flow:
        _append(emitter, list_, [item], {})
        return Flow.FALLS

    emit_iteration(emitter, other, set(), body)
    return NONE_VALUE


def _list_operator(name: str, *, gives_nothing: bool = False) -> Callable[..., StaticValue]:
    def emit(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        result = emitter.builtin(f"aten::{name}", args, kwargs, receiver=list_, called=name)
        return NONE_VALUE if gives_nothing else result

    return emit


def _index_of(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    if len(args) in (2, 3) and not kwargs:
        type_ = static_type(list_)
        has_text = isinstance(type_, ListType) and type_.element in (INT, FLOAT, BOOL, STR)
        searched = searches.index_shown if has_text else searches.index_between
        return _search(searched)(emitter, list_, args, kwargs)
    return emitter.builtin("aten::index", args, kwargs, receiver=list_, called="index")


def _sort(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.ordering import sort_in_place

    return sort_in_place(emitter, list_, args, kwargs)


def _size_numel(emitter: Emitter, list_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.builtin_iteration import reduce_product

    return reduce_product(emitter, list_)


def _arity(emitter: Emitter, name: str, args: Arguments, kwargs: Keywords, count: int) -> None:
    if len(args) != count or kwargs:
        raise emitter.fail(
            "bad-call",
            f"'{name}' takes {count} positional argument(s), found {len(args) + len(kwargs)}",
            help=f"pass {count}",
        )


_LIST_METHODS: dict[str, Callable[..., StaticValue]] = {
    "__getitem__": lambda emitter, list_, args, kwargs: list_.index(emitter, args[0]),
    "append": _append,
    "insert": _insert,
    "extend": extend,
    "sort": _sort,
    "pop": _list_operator("pop"),
    "remove": _list_operator("remove", gives_nothing=True),
    "reverse": _list_operator("reverse", gives_nothing=True),
    "clear": _list_operator("clear", gives_nothing=True),
    "copy": _list_operator("copy"),
    "count": _list_operator("count"),
    "index": _index_of,
}


class DictBehaviour(_Sized):
    """`Dict[K, V]`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if name in _DICT_METHODS:
            return MethodValue(value, name, _DICT_METHODS[name])
        raise emitter.fail(
            "no-attribute", f"a dict has no attribute '{name}'", help=f"a dict has: {', '.join(sorted(_DICT_METHODS))}"
        )

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in _DICT_METHODS

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::__getitem__", [value, dict_key(emitter, value, key)], called="[]")

    def set_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue, new: StaticValue) -> None:
        """See the base class."""
        key_value = dict_key(emitter, value, key)
        try:
            item = _dict_item(emitter, value, new)
        except CompileAbort:
            from portfire.frontend.script.values.typed_dicts import note_unlike

            note_unlike(emitter, value, key, new)
            raise
        emitter.builtin("aten::_set_item", [value, key_value, item], called="[]")

    def delete_index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> None:
        """See the base class."""
        emitter.builtin("aten::Delete", [value, dict_key(emitter, value, key)], called="del")

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """See the base class."""
        return Iteration(source=emitter.builtin("aten::keys", [value]))

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return emitter.builtin("aten::keys", [value]).unpack(emitter, count)


def dict_key(emitter: Emitter, dict_: StaticValue, key: StaticValue) -> Value:
    """A key made fit for the dict; the first key decides the type of `{}`'s keys."""
    type_ = type_of(emitter, dict_)
    assert isinstance(type_, DictType)
    if isinstance(type_.key, PendingType):
        decide(type_.key, type_of(emitter, key))
    require_key(emitter, resolved(type_.key))
    return fitting_key(emitter, dict_, key, type_)


def _dict_item(emitter: Emitter, dict_: StaticValue, item: StaticValue) -> Value:
    type_ = type_of(emitter, dict_)
    assert isinstance(type_, DictType)
    if isinstance(type_.value, PendingType):
        decide(type_.value, type_of(emitter, item))
    key, held = type_.key, type_.value
    return fitting(
        emitter, dict_, item, held, "the dict's values", lambda t: type_.with_contained((key, joined(held, t)))
    )


def _get(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    if len(args) == 2 or "default" in kwargs:
        default = args[1] if len(args) == 2 else kwargs["default"]
        if default.constant() is not None and not _fits(emitter, dict_, default):
            return _get_or(emitter, dict_, args[0], default)
        if default.constant() is not None:
            return emitter.builtin(
                "aten::get", [dict_, dict_key(emitter, dict_, args[0]), _dict_item(emitter, dict_, default)]
            )
    return emitter.builtin("aten::get", [dict_, dict_key(emitter, dict_, args[0])])


def _fits(emitter: Emitter, dict_: StaticValue, default: StaticValue) -> bool:
    type_ = type_of(emitter, dict_)
    assert isinstance(type_, DictType)
    return is_pending(type_.value) or is_subtype(type_of(emitter, default), type_.value)


def _get_or(emitter: Emitter, dict_: StaticValue, key: StaticValue, default: StaticValue) -> StaticValue:
    """`d.get(key, default)` where the default has another type than the values."""
    from portfire.frontend.script.statements.control_flow import emit_choice

    key_value = dict_key(emitter, dict_, key)
    is_there = emitter.builtin("aten::__contains__", [dict_, key_value])
    return emit_choice(
        emitter, is_there, lambda: emitter.builtin("aten::__getitem__", [dict_, key_value]), lambda: default
    )


def _setdefault(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    args = [*args, *kwargs.values()] if list(kwargs) == ["default"] else args
    if len(args) == 1:
        args = [*args, NONE_VALUE]
    _arity(emitter, "setdefault", args, {}, 2)
    key, item = dict_key(emitter, dict_, args[0]), _dict_item(emitter, dict_, args[1])
    return emitter.builtin("aten::setdefault", [dict_, key, item])


def _dict_pop(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    values: list[StaticValue | Value] = [dict_, dict_key(emitter, dict_, args[0])]
    if len(args) == 2:
        values.append(_dict_item(emitter, dict_, args[1]))
    return emitter.builtin("aten::pop", values, kwargs)


def _update(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.dict_filling import is_dict, set_pairs

    for other in args:
        if not is_dict(other):
            set_pairs(emitter, dict_, other)
            continue
        mine = type_of(emitter, dict_)
        decide(mine, type_of(emitter, other))
        emitter.builtin("aten::update", [dict_, convert(emitter, other, resolved(mine), "the dict to update")])
    for name, item in kwargs.items():
        emitter.builtin(
            "aten::_set_item", [dict_, dict_key(emitter, dict_, ConstantValue(name)), _dict_item(emitter, dict_, item)]
        )
    return NONE_VALUE


def _view(kind: str) -> Callable[..., StaticValue]:
    def emit(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        from portfire.frontend.script.values.dict_views import DictView

        _arity(emitter, kind, args, kwargs, 0)
        return DictView(emitter, dict_, kind)

    return emit


_DICT_METHODS: dict[str, Callable[..., StaticValue]] = {
    "__getitem__": lambda emitter, dict_, args, kwargs: dict_.index(emitter, args[0]),
    "get": _get,
    "setdefault": _setdefault,
    "pop": _dict_pop,
    "update": _update,
    "keys": _view("keys"),
    "values": _view("values"),
    "items": _view("items"),
    "popitem": _list_operator("popitem"),
    "copy": _list_operator("copy"),
    "clear": _list_operator("clear", gives_nothing=True),
}


class TupleBehaviour(Behaviour):
    """`Tuple[...]` and NamedTuples."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        fields = cast(TupleType, value.type).fields or ()
        if name in fields:
            return tuple_item(emitter, value, fields.index(name))
        if name == "indices" and value.type == SLICE:
            return indexing.known_key(emitter, value).attribute(emitter, name)
        if name == "_replace" and fields:
            return MethodValue(value, name, _replace)
        own = named_tuple_attribute(emitter, value, name)
        if own is not None:
            return own
        if name in ("count", "index"):
            from portfire.frontend.script.values.tuple_values import TupleValue

            return TupleValue(tuple(items_of(emitter, value))).attribute(emitter, name)
        names = [*fields, "count", "index"]
        raise emitter.fail(
            "no-attribute",
            f"{value.describe()} has no attribute '{name}'",
            help=did_you_mean(name, names, "it has"),
        )

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        cls = emitter.compiler.python_tuples.get(cast(TupleType, value.type).name or "")
        return name in (cast(TupleType, value.type).fields or ()) or (cls is not None and hasattr(cls, name))

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        return indexing.index_tuple(emitter, value, key)

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """See the base class."""
        return Iteration(items=tuple(items_of(emitter, value)))

    def length(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return ConstantValue(len(cast(TupleType, value.type).elements))

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return ConstantValue(bool(cast(TupleType, value.type).elements))

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        return items_of(emitter, value)


def items_of(emitter: Emitter, value: RuntimeValue) -> list[StaticValue]:
    """All items of a run-time tuple."""
    node = emitter.node("prim::TupleUnpack", [value.value], cast(TupleType, value.type).elements)
    return [RuntimeValue(o) for o in node.outputs]


def tuple_item(emitter: Emitter, value: RuntimeValue, index: int) -> StaticValue:
    """Item number `index` (not negative) of a run-time tuple."""
    element = cast(TupleType, value.type).elements[index]
    return emitter.insert("prim::TupleIndex", [value.value, emitter.constant_value(index)], element)


def _replace(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    runtime = RuntimeValue(value.as_value(emitter))
    type_ = cast(TupleType, runtime.type)
    items = dict(zip(type_.fields or (), items_of(emitter, runtime), strict=True))
    for name, item in kwargs.items():
        if name not in items:
            raise emitter.fail(
                "no-attribute",
                f"{value.describe()} has no field '{name}'",
                help=did_you_mean(name, list(items), "its fields are"),
            )
        items[name] = RuntimeValue(convert(emitter, item, type_.elements[(type_.fields or ()).index(name)], name))
    return emitter.insert("prim::TupleConstruct", [emitter.runtime(i) for i in items.values()], type_)


def _elements(type_: Type) -> set[Type]:
    """The types of the items of a list or tuple."""
    if isinstance(type_, TupleType):
        return set(type_.elements)
    return {resolved(type_.element)} if isinstance(type_, ListType) else set()


class UnionBehaviour(Behaviour):
    """`Union[...]`, not refined: what all members can do is done by the one it is."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        return members_to_pick(emitter, value, f"has no attribute '{name}'").attribute(emitter, name)

    def call(
        self, emitter: Emitter, value: RuntimeValue, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
    ) -> StaticValue:
        """See the base class."""
        return members_to_pick(emitter, value, "cannot be called").call(emitter, args, kwargs)

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        return members_to_pick(emitter, value, "cannot be indexed").index(emitter, key)

    def length(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return members_to_pick(emitter, value, "has no length").length(emitter)

    def set_attribute(self, emitter: Emitter, value: RuntimeValue, name: str, new: StaticValue) -> None:
        """See the base class."""
        members_to_pick(emitter, value, f"has no attribute '{name}'").set_attribute(emitter, name, new)

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """Tuples and lists of the same items are looped over as one list."""
        members_to_pick(emitter, value, "cannot be iterated over")
        elements = {e for m in cast(UnionType, value.type).members for e in _elements(m)}
        if len(elements) == 1:
            listed = ListType(elements.pop())
            made = converted_by_member(emitter, value.value, listed, lambda v, t: convert(emitter, v, t, "the items"))
            if made is not None:
                return Iteration(source=RuntimeValue(made))
        return super().iterate(emitter, value)

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return self._truth_of_one(emitter, value, cast(UnionType, value.type).members)

    def _truth_of_one(self, emitter: Emitter, value: RuntimeValue, members: Sequence[Type]) -> StaticValue:
        from portfire.frontend.script.statements.control_flow import emit_choice

        def as_member() -> StaticValue:
            truth = emitter.insert("prim::unchecked_cast", [value.value], members[0]).truth(emitter)
            return RuntimeValue(truth.as_value(emitter))

        if len(members) == 1:
            return as_member()
        is_first = emitter.insert("prim::isinstance", [value.value], BOOL, types=[members[0]])
        return emit_choice(emitter, is_first, as_member, lambda: self._truth_of_one(emitter, value, members[1:]))


class OptionalBehaviour(Behaviour):
    """`Optional[T]`, not refined: only its truth is known to make sense."""

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.statements.control_flow import emit_choice

        element = cast(OptionalType, value.type).element
        is_set = emitter.builtin("aten::__isnot__", [value, NONE_VALUE])

        def inner() -> StaticValue:
            cast_value = emitter.insert("prim::unchecked_cast", [value.value], element)
            return RuntimeValue(cast_value.truth(emitter).as_value(emitter))

        return emit_choice(emitter, is_set, inner, lambda: ConstantValue(False, BOOL))

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        raise emitter.fail(
            "optional-not-refined",
            f"{value.describe()} may be None, which has no attribute '{name}'",
            help="check for None first: `if x is not None:` or `assert x is not None`",
        )
