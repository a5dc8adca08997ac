"""Methods of `torch.nn.Module` and its containers that only list what is known while compiling: `children()`, `items()`.

Comes before: `module_containers.py`. Comes after: `module_values.py`, which asks here for attributes it does not find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from portfire.frontend.script.modules.module_containers import item_names, torchs_item, torchs_iteration
from portfire.frontend.script.modules.module_methods import METHODS
from portfire.frontend.script.modules.module_types import ModuleType
from portfire.frontend.script.modules.module_values import child, module_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
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
    if name in ("_modules", "_parameters", "_buffers"):
        held = getattr(type_.example, name)
        return StaticDict([(ConstantValue(n), child(emitter, value, n)) for n in held])
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


def _length(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    assert isinstance(value, RuntimeValue)
    return ConstantValue(len(item_names(module_type(emitter, value))))


def _item(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    assert isinstance(value, RuntimeValue)
    return torchs_item(emitter, value, module_type(emitter, value), args[0])


def _iterator(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    assert isinstance(value, RuntimeValue)
    return TupleValue(torchs_iteration(emitter, value, module_type(emitter, value)).items or (), is_list=True)


#: As torch's own classes define them: `super().__getitem__(i)` comes here, too.
CONTAINER_METHODS: dict[str, Callable[..., StaticValue]] = {
    "keys": _keys, "values": _values, "items": _items, "__contains__": _contains,
    "__len__": _length, "__getitem__": _item, "__iter__": _iterator,
}  # fmt: skip


def _at_path(emitter: Emitter, value: RuntimeValue, path: str) -> RuntimeValue:
    """The submodule or tensor of that dotted name, which is known to be there."""
    for name in path.split(".") if path else ():
        value = cast(RuntimeValue, child(emitter, value, name))
    return value


Listing = Callable[[Any, dict[str, Any]], Iterator[tuple[str, object]]]


def _listed(emitter: Emitter, value: RuntimeValue, listing: Listing, **options: Any) -> list[tuple[str, RuntimeValue]]:
    """What a listing method of torch's gives for the module, by dotted name: each thing once, as torch has it."""
    example = module_type(emitter, value).example
    return [(path, _at_path(emitter, value, path)) for path, _ in listing(example, options)]


def walk(emitter: Emitter, value: RuntimeValue) -> list[tuple[str, RuntimeValue]]:
    """`named_modules()`."""
    return _listed(emitter, value, _LISTINGS["modules"])


def parameters(emitter: Emitter, value: RuntimeValue) -> list[tuple[str, RuntimeValue]]:
    """`named_parameters()`."""
    return _listed(emitter, value, _LISTINGS["parameters"])


def _listing(kind: str, *, named: bool) -> Callable[..., StaticValue]:
    """`children()`, `named_children()` and the like."""
    positional = _OPTIONS[kind] if named else [n for n in _OPTIONS[kind] if n == "recurse"]

    def emit(emitter: Emitter, value: RuntimeValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        given = {**dict(zip(positional, args, strict=False)), **kwargs}
        options = {name: option.constant() for name, option in given.items()}
        prefix = options.pop("prefix", "")
        options.pop("memo", None)
        if MISSING in (prefix, *options.values()):
            raise emitter.fail(
                "not-a-constant", f"what '{kind}' lists must be known while compiling", help="pass constants"
            )
        pairs = _listed(emitter, value, _LISTINGS[kind], **options)
        if not named:
            return TupleValue([v for _, v in pairs], is_list=True)
        dot = "." if prefix else ""
        return TupleValue([_pair(f"{prefix}{dot if n else ''}{n}", v) for n, v in pairs], is_list=True)

    return emit


_OPTIONS: dict[str, Sequence[str]] = {
    "children": (), "modules": ("memo", "prefix", "remove_duplicate"),
    "parameters": ("prefix", "recurse", "remove_duplicate"), "buffers": ("prefix", "recurse", "remove_duplicate"),
}  # fmt: skip
_LISTINGS: dict[str, Listing] = {
    "children": lambda example, options: example.named_children(),
    "modules": lambda example, options: example.named_modules(**options),
    "parameters": lambda example, options: example.named_parameters(**options),
    "buffers": lambda example, options: example.named_buffers(**options),
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
    **METHODS,
    **{kind: _listing(kind, named=False) for kind in _LISTINGS},
    **{f"named_{kind}": _listing(kind, named=True) for kind in _LISTINGS},
    "get_submodule": _get_submodule,
    "_get_name": lambda emitter, value, args, kwargs: ConstantValue(module_type(emitter, value).python_class.__name__),
}
