"""Dicts of `collections`: `defaultdict`, `Counter`, `OrderedDict`. In a program each is a dict, whose type notes what it is in
Python (`ir/forms.py`). What a defaultdict makes its items with is known while compiling: it stands in the form.

Comes before: `container_values.py`, `python_library/counting.py`. Comes after: `builtin_functions.py`, `behaviours.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from portfire.frontend.script.builtins.python_library import counting
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import PendingType, pending_dict, pending_list
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.container_values import DictBehaviour, dict_key
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.forms import form_argument, form_kind
from portfire.ir.types import BOOL, FLOAT, INT, STR, DictType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Method = Callable[["Emitter", StaticValue, Arguments, Keywords], StaticValue]


# What a defaultdict makes its items with

#: Factories that the form names.
_NAMED: dict[str, Any] = {t.__name__: t for t in (int, float, bool, str, list, dict, set, tuple)}


class Factories:
    """The factories of one compilation that have no name of their own, by number."""

    def __init__(self) -> None:
        self._known: list[Any] = []

    def form_of(self, factory: Any) -> str:
        """The form of a defaultdict that is made with it: a type, a function, or a value of the compiler's."""
        python_type = getattr(factory, "cls", factory)
        for name, named in _NAMED.items():
            if python_type is named:
                return f"defaultdict:{name}"
        for i, known in enumerate(self._known):
            if known is factory:
                return f"defaultdict:#{i}"
        self._known.append(factory)
        return f"defaultdict:#{len(self._known) - 1}"

    def find(self, argument: str) -> Any:
        """The factory that a form names; None where it says none."""
        return self._known[int(argument[1:])] if argument.startswith("#") else _NAMED.get(argument)


def value_type(form: str) -> Type:
    """The type of what a defaultdict of that form makes, as far as it is known yet."""
    known: dict[str, Type] = {
        "int": INT, "float": FLOAT, "bool": BOOL, "str": STR, "list": pending_list(), "dict": pending_dict(),
        "set": DictType(PendingType(STR), BOOL, form="set"),
    }  # fmt: skip
    return known.get(form.partition(":")[2], PendingType())


def form_of_python(value: Any, compiler: Compiler) -> str:
    """The form of a defaultdict that Python has made."""
    return "defaultdict" if value.default_factory is None else compiler.factories.form_of(value.default_factory)


def annotated_default_dict(key: Type, value: Type) -> DictType:
    """`DefaultDict[K, V]`: nothing says what its items are made with, so it is the empty V."""
    from portfire.ir.types import BoolType, FloatType, IntType, ListType, StrType

    names: tuple[tuple[type[Type], str], ...] = (
        (BoolType, "bool"), (IntType, "int"), (FloatType, "float"), (StrType, "str"), (ListType, "list"),
    )  # fmt: skip
    name = next((n for t, n in names if isinstance(value, t)), None)
    if isinstance(value, DictType):
        name = form_kind(value) if form_kind(value) in ("set", "defaultdict") else "dict"
    return DictType(key, value, form=f"defaultdict:{name}" if name else "defaultdict")


def make_default_dict(emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
    """`defaultdict(factory)`, or with what is in it at first."""
    factory = args[0] if args else NONE_VALUE
    form = "defaultdict" if factory.constant() is None else emitter.compiler.factories.form_of(factory)
    return _filled(emitter, form, value_type(form), args[1:], kwargs)


def make_ordered_dict(emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
    """`OrderedDict(items)`; one of things that exist only while compiling stays so."""
    if args and isinstance(args[0], StaticDict):
        return StaticDict([*args[0].pairs, *((ConstantValue(k), v) for k, v in kwargs.items())])
    return _filled(emitter, "OrderedDict", PendingType(), args, kwargs)


def make_counter(emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
    """`Counter(items)`."""
    made = emitter.empty_display("prim::DictConstruct", DictType(PendingType(STR), INT, form="Counter"))
    for items in args:
        _count_all(emitter, made, items)
    for name, count in kwargs.items():
        made.set_index(emitter, ConstantValue(name), count)
    return made


def _filled(emitter: Emitter, form: str, value: Type, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.statements.loops import emit_iteration

    made = emitter.empty_display("prim::DictConstruct", DictType(PendingType(STR), value, form=form))
    for items in args:
        if isinstance(static_type(items), DictType) or isinstance(items, StaticDict):
            items = items.attribute(emitter, "items").call(emitter, [], {})

        def add(item: StaticValue) -> Flow:
            key, held = item.unpack(emitter, 2)
            made.set_index(emitter, key, held)
            return Flow.FALLS

        emit_iteration(emitter, items, (), add)
    for name, held in kwargs.items():
        made.set_index(emitter, ConstantValue(name), held)
    return made


class DefaultDictBehaviour(DictBehaviour):
    """A dict that makes the items that are asked for."""

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """`value[key]`: made if it is not there."""
        from portfire.frontend.script.statements.control_flow import emit_if_value
        from portfire.frontend.script.values.membership import emit_contains

        argument = form_argument(value.type)

        def make() -> Flow:
            self.set_index(emitter, value, key, self._made(emitter, value, argument))
            return Flow.FALLS

        if argument:
            key = RuntimeValue(dict_key(emitter, value, key))
            emit_if_value(emitter, emit_contains(emitter, value, key), lambda: Flow.FALLS, make)
        return super().index(emitter, value, key)

    def _made(self, emitter: Emitter, value: RuntimeValue, argument: str) -> StaticValue:
        if argument == "defaultdict":
            return emitter.insert("prim::DictConstruct", [], cast(DictType, value.type).value)
        factory = emitter.compiler.factories.find(argument)
        _check_is_closed(emitter, factory)
        return emitter.compiler.value_of(emitter, factory).call(emitter, [], {})


def _check_is_closed(emitter: Emitter, factory: Any) -> None:
    """A factory may be called in another function than that which holds the variables it sees."""
    import ast

    callee = getattr(factory, "callee", None)
    if callee is None or callee.captured is None:
        return
    node = callee.signature.source.node
    for name in ast.walk(node):
        if isinstance(name, ast.Name) and isinstance(callee.captured.lookup(name.id), RuntimeValue):
            raise emitter.fail(
                "unsupported-call",
                f"what makes the items of a defaultdict uses the variable '{name.id}' of the function around it",
                help="use a factory without variables: `defaultdict(list)`, `defaultdict(lambda: 0)`",
            )


class OrderedDictBehaviour(DictBehaviour):
    """A dict whose order can be changed."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        function = _ORDERED.get(name)
        return MethodValue(value, name, function) if function is not None else super().attribute(emitter, value, name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in _ORDERED or super().has_attribute(emitter, value, name)


def _popitem(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    last = args[0] if args else kwargs.get("last", ConstantValue(True))
    if last.constant() is True:
        return emitter.builtin("aten::popitem", [dict_])
    return emitter.compiler.function_value(counting.popitem).call(emitter, [dict_, last], {})


class CounterBehaviour(OrderedDictBehaviour):
    """A dict of counts: of what is not in it there are 0."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if name in _COUNTER:
            return MethodValue(value, name, _COUNTER[name])
        return DictBehaviour.attribute(self, emitter, value, name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in _COUNTER or DictBehaviour.has_attribute(self, emitter, value, name)

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::get", [value, dict_key(emitter, value, key), ConstantValue(0)])


def _count_all(emitter: Emitter, counter: StaticValue, items: StaticValue) -> None:
    """Add the items, or the counts of a dict."""
    from portfire.frontend.script.statements.loops import emit_iteration

    is_counts = isinstance(static_type(items), DictType) and form_kind(cast(Type, static_type(items))) not in (
        "set",
        "frozenset",
    )
    if is_counts:
        emitter.compiler.function_value(counting.add_counts).call(emitter, [counter, items], {})
        return

    def add(item: StaticValue) -> Flow:
        key = dict_key(emitter, counter, item)
        known = emitter.builtin("aten::get", [counter, key, ConstantValue(0)])
        emitter.builtin("aten::_set_item", [counter, key, emitter.builtin("aten::add", [known, ConstantValue(1)])])
        return Flow.FALLS

    emit_iteration(emitter, items, (), add)


def _counter_update(emitter: Emitter, counter: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    for items in args:
        _count_all(emitter, counter, items)
    return NONE_VALUE


def _counter_subtract(emitter: Emitter, counter: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    for items in args:
        counts = items if isinstance(static_type(items), DictType) else make_counter(emitter, [items], {})
        emitter.compiler.function_value(counting.subtract_counts).call(emitter, [counter, counts], {})
    return NONE_VALUE


def _most_common(emitter: Emitter, counter: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.values.indexing import SliceValue

    in_order = emitter.compiler.function_value(counting.most_common).call(emitter, [counter], {})
    count = args[0] if args else kwargs.get("n", NONE_VALUE)
    if count.constant() is None:
        return in_order
    return in_order.index(emitter, SliceValue(NONE_VALUE, count, NONE_VALUE))


def _library(function: Callable[..., object]) -> Method:
    def emit(emitter: Emitter, dict_: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.compiler.function_value(function).call(emitter, [dict_, *args], kwargs)

    return emit


def _emptied(emitter: Emitter, counter: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return emitter.insert("prim::DictConstruct", [], emitter.runtime(counter).type)


_ORDERED: dict[str, Method] = {
    "move_to_end": _library(counting.move_to_end),
    "popitem": _popitem,
}

_COUNTER: dict[str, Method] = {
    "update": _counter_update, "subtract": _counter_subtract, "most_common": _most_common,
    "elements": _library(counting.elements), "total": _library(counting.total), "emptied": _emptied,
    "__add__": _library(counting.sum_of), "__sub__": _library(counting.difference_of),
    "__and__": _library(counting.smaller_of), "__or__": _library(counting.larger_of),
    "__eq__": _library(counting.equals), "__ne__": _library(counting.differs),
    "__contains__": lambda emitter, counter, args, kwargs: emitter.builtin(
        "aten::__contains__", [counter, dict_key(emitter, counter, args[0])]
    ),
}  # fmt: skip
