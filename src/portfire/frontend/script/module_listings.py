"""Methods of `torch.nn.Module` and its containers that only list what is known while compiling: `children()`, `items()`.

Comes before: `module_containers.py`. Comes after: `module_values.py`, which asks here for attributes it does not find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from portfire.frontend.script import module_values
from portfire.frontend.script.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.module_containers import index, item_names, iterate, length
from portfire.frontend.script.module_types import ModuleType
from portfire.frontend.script.module_values import child, module_type
from portfire.frontend.script.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.static_dicts import StaticDict
from portfire.frontend.script.static_values import Iteration, StaticValue
from portfire.frontend.script.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def listing_method(emitter: Emitter, value: RuntimeValue, type_: ModuleType, name: str) -> StaticValue | None:
    """The method `name` of a module, if it is one of those listed here; else None."""
    if type_.container is not None and name in CONTAINER_METHODS:
        return MethodValue(value, name, CONTAINER_METHODS[name])
    if name in _MODULE_METHODS:
        return MethodValue(value, name, _MODULE_METHODS[name])
    if name in _HOOK_TABLES:
        hooks = getattr(type_.example, name)
        return StaticDict([(ConstantValue(i), NONE_VALUE) for i in range(len(hooks))])
    if name == "_modules":
        return ModuleDictionary(value)
    if name == "__class__":
        return emitter.compiler.value_of(emitter, type_.python_class, name)
    return None


#: Of hooks only their number is visible: their calls are compiled into the calls of their module.
_HOOK_TABLES = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def _pairs(emitter: Emitter, value: StaticValue) -> list[tuple[str, StaticValue]]:
    assert isinstance(value, RuntimeValue)
    return [(n, child(emitter, value, n)) for n in item_names(module_type(emitter, value))]


def _pair(name: str, value: StaticValue) -> StaticValue:
    return TupleValue([ConstantValue(name), value])


def _keys(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    assert isinstance(value, RuntimeValue)
    return TupleValue([ConstantValue(n) for n in item_names(module_type(emitter, value))], is_list=True)


def _values(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return TupleValue([v for _, v in _pairs(emitter, value)], is_list=True)


def _items(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return TupleValue([_pair(n, v) for n, v in _pairs(emitter, value)], is_list=True)


def _contains(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    assert isinstance(value, RuntimeValue)
    key = args[0].constant()
    names = item_names(module_type(emitter, value))
    if key is MISSING:
        listed = TupleValue([ConstantValue(n) for n in names], is_list=True)
        return emitter.builtin("aten::__contains__", [listed, args[0]])
    return TRUE_VALUE if key in names else FALSE_VALUE


CONTAINER_METHODS: dict[str, Callable[..., StaticValue]] = {
    "keys": _keys, "values": _values, "items": _items, "__contains__": _contains,
    "__len__": lambda emitter, value, args, kwargs: length(emitter, value),
    "__getitem__": lambda emitter, value, args, kwargs: index(emitter, value, args[0]),
    "__iter__": lambda emitter, value, args, kwargs: TupleValue(iterate(emitter, value).items or (), is_list=True),
}  # fmt: skip


def _children(emitter: Emitter, value: RuntimeValue) -> Iterator[tuple[str, RuntimeValue]]:
    seen: set[int] = set()
    type_ = module_type(emitter, value)
    for name, submodule in type_.example._modules.items():
        if submodule is not None and id(submodule) not in seen and name in type_.submodules:
            seen.add(id(submodule))
            yield name, cast(RuntimeValue, child(emitter, value, name))


def _walk(emitter: Emitter, value: RuntimeValue, prefix: str = "") -> Iterator[tuple[str, RuntimeValue]]:
    yield prefix, value
    if not isinstance(value.type, ir.ClassType):
        return
    for name, submodule in _children(emitter, value):
        yield from _walk(emitter, submodule, f"{prefix}.{name}" if prefix else name)


def _tensors(emitter: Emitter, value: RuntimeValue, kind: str, recurse: bool) -> Iterator[tuple[str, StaticValue]]:
    owners = _walk(emitter, value) if recurse else [("", value)]
    for prefix, owner in owners:
        for slot in cast(ir.ClassType, owner.type).attributes.values():
            if slot.kind == kind and slot.type != ir.NONE:
                yield f"{prefix}.{slot.name}" if prefix else slot.name, child(emitter, owner, slot.name)


def _listing(list_pairs: Callable[..., Iterator[tuple[str, Any]]], *, named: bool) -> Callable[..., StaticValue]:
    def emit(emitter: Emitter, value: RuntimeValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        recurse = kwargs["recurse"].constant() if "recurse" in kwargs else True
        pairs = list(list_pairs(emitter, value, bool(recurse)))
        return TupleValue([_pair(n, v) if named else v for n, v in pairs], is_list=True)

    return emit


_LISTINGS: dict[str, Callable[..., Iterator[tuple[str, Any]]]] = {
    "children": lambda emitter, value, recurse: _children(emitter, value),
    "modules": lambda emitter, value, recurse: _walk(emitter, value),
    "parameters": lambda emitter, value, recurse: _tensors(emitter, value, "parameter", recurse),
    "buffers": lambda emitter, value, recurse: _tensors(emitter, value, "buffer", recurse),
}


def _get_submodule(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    path = args[0].constant()
    if not isinstance(path, str):
        raise emitter.fail(
            "not-a-constant-index",
            "the name of a submodule must be known while compiling",
            help="write the name as a string, or loop over `named_children()`",
        )
    for name in path.split(".") if path else ():
        value = value.attribute(emitter, name)
    return value


_MODULE_METHODS: dict[str, Callable[..., StaticValue]] = {
    **{name: _listing(pairs, named=False) for name, pairs in _LISTINGS.items()},
    **{f"named_{name}": _listing(pairs, named=True) for name, pairs in _LISTINGS.items()},
    "get_submodule": _get_submodule,
    "_get_name": lambda emitter, value, args, kwargs: ConstantValue(module_type(emitter, value).python_class.__name__),
}


class ModuleDictionary(StaticValue):
    """`module._modules`."""

    def __init__(self, owner: RuntimeValue) -> None:
        self.owner = owner

    def describe(self) -> str:
        """See the base class."""
        return "the submodules of a module"

    def _pairs(self, emitter: Emitter) -> list[tuple[str, StaticValue]]:
        names = module_type(emitter, self.owner).example._modules
        return [(n, child(emitter, self.owner, n)) for n in names]

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        pairs = self._pairs(emitter)
        listed: dict[str, list[StaticValue]] = {
            "keys": [ConstantValue(n) for n, _ in pairs],
            "values": [v for _, v in pairs],
            "items": [_pair(n, v) for n, v in pairs],
        }
        if name not in listed:
            return super().attribute(emitter, name)
        return MethodValue(self, name, lambda *_: TupleValue(listed[name], is_list=True))

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        return module_values.attribute(emitter, self.owner, str(key.constant()))

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(items=tuple(ConstantValue(n) for n, _ in self._pairs(emitter)))

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(len(self._pairs(emitter)))
