"""torch's containers of modules and parameters: their items are known while compiling, so loops over them unroll.

Comes before: `module_values.py`. Comes after: `object_values.py`, `module_listings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch

from portfire.frontend.script.modules import module_values
from portfire.frontend.script.modules.module_types import ModuleType
from portfire.frontend.script.modules.module_values import child, module_type
from portfire.frontend.script.values.constant_values import TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.indexing import SliceValue
from portfire.frontend.script.values.picked_values import pick_by_key, pick_by_number
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def item_names(type_: ModuleType) -> list[str]:
    """The names of a container's items, in order."""
    example: Any = type_.example
    if isinstance(example, torch.nn.ParameterList):
        return [str(i) for i in range(len(example))]
    if isinstance(example, torch.nn.ParameterDict):
        return list(example.keys())
    return list(example._modules)


def items_of(emitter: Emitter, value: RuntimeValue) -> list[StaticValue]:
    """The items of a container of modules or parameters."""
    type_ = module_type(emitter, value)
    if type_.container is None:
        raise emitter.fail(
            "not-iterable",
            f"'{type_.python_class.__name__}' cannot be iterated over",
            help="loop over a ModuleList, Sequential or ModuleDict",
        )
    return [child(emitter, value, n) for n in item_names(type_)]


def iterate(emitter: Emitter, value: RuntimeValue) -> Iteration:
    """`for x in container`: unrolled."""
    type_ = module_type(emitter, value)
    own = _own_method(emitter, value, "__iter__")
    if own is not None:
        return own.call(emitter, [], {}).iterate(emitter)
    return torchs_iteration(emitter, value, type_)


def torchs_iteration(emitter: Emitter, value: RuntimeValue, type_: ModuleType) -> Iteration:
    """What `__iter__` of torch's containers gives."""
    if type_.container == "dict":
        return Iteration(items=tuple(ConstantValue(n) for n in item_names(type_)))
    return Iteration(items=tuple(items_of(emitter, value)))


def _own_method(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue | None:
    """A special method that the user's class defines, also in place of one of torch's containers."""
    return module_values.of_class(emitter, value, module_type(emitter, value), name)


def length(emitter: Emitter, value: RuntimeValue) -> StaticValue:
    """`len(container)`."""
    type_ = module_type(emitter, value)
    method = _own_method(emitter, value, "__len__")
    if method is not None:
        return method.call(emitter, [], {})
    if type_.container is None:
        raise emitter.fail(
            "no-length",
            f"'{type_.python_class.__name__}' has no length",
            help="use a ModuleList, Sequential or ModuleDict",
        )
    return ConstantValue(len(item_names(type_)))


def truth(emitter: Emitter, value: RuntimeValue) -> StaticValue:
    """`bool(module)`: by its own `__bool__` or `__len__`; containers are true when not empty, other modules always."""
    type_ = module_type(emitter, value)
    for name in ("__bool__", "__len__"):
        method = _own_method(emitter, value, name)
        if method is not None:
            return method.call(emitter, [], {}).truth(emitter)
    return ConstantValue(bool(item_names(type_))) if type_.container is not None else TRUE_VALUE


def index(emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
    """`container[key]`."""
    type_ = module_type(emitter, value)
    method = _own_method(emitter, value, "__getitem__")
    if method is not None:
        return method.call(emitter, [key], {})
    if type_.container is None:
        name = type_.python_class.__name__
        raise emitter.fail("not-subscriptable", f"'{name}' cannot be indexed", help="use a ModuleList or ModuleDict")
    return torchs_item(emitter, value, type_, key)


def torchs_item(emitter: Emitter, value: RuntimeValue, type_: ModuleType, key: StaticValue) -> StaticValue:
    """What `__getitem__` of torch's containers gives."""
    class_name = type_.python_class.__name__
    names = item_names(type_)
    if isinstance(key, SliceValue):
        return ModuleSlice([child(emitter, value, n) for n in names[key.constant_slice(emitter)]], type_)
    position = key.constant()
    if position is MISSING and type_.container == "list":
        return pick_by_number(emitter, items_of(emitter, value), key)
    if position is MISSING:
        return pick_by_key(emitter, names, items_of(emitter, value), key, f"a '{class_name}'")
    if type_.container == "dict":
        if position not in names:
            raise emitter.fail(
                "missing-submodule",
                f"'{class_name}' has no item {position!r}: it has {names}",
                help=f"test for it first: `if {position!r} in ...:`",
            )
        return child(emitter, value, position)
    if not isinstance(position, int) or not -len(names) <= position < len(names):
        raise emitter.fail(
            "index-out-of-range",
            f"index {position!r} is outside a '{class_name}' of {len(names)} items",
            help=f"there are items 0 to {len(names) - 1}",
        )
    return child(emitter, value, names[position])


class ModuleSlice(TupleValue):
    """`layers[1:]`: the modules; of a `Sequential`, still one that can be called."""

    def __init__(self, items: Sequence[StaticValue], type_: ModuleType) -> None:
        super().__init__(items, is_list=True)
        self.type_of_whole = type_

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        if not issubclass(self.type_of_whole.python_class, torch.nn.Sequential) or len(args) != 1:
            return super().call(emitter, args, kwargs)
        result = args[0]
        for item in self.items:
            result = item.call(emitter, [result], {})
        return result


# Parametrizations


def parametrized(emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
    """The parametrised tensor, computed anew: the original sent through the list of parametrizations."""
    holder = cast(RuntimeValue, child(emitter, value, "parametrizations"))
    chain = cast(RuntimeValue, child(emitter, holder, name))
    slots = cast(ir.ClassType, chain.type).attributes
    names = ["original"] if "original" in slots else sorted(n for n in slots if n.startswith("original"))
    result: Arguments = [module_values.attribute(emitter, chain, n) for n in names]
    for item in items_of(emitter, chain):
        result = [item.call(emitter, result, {})]
    return result[0]
