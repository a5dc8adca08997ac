"""Modules that an attribute holds in a plain list, tuple or dict: `self.blocks = [a, b]`, `self.heads = {"x": a}`.

torch does not count them among the submodules, and neither does a program: each gets an attribute of its own
(`blocks__0`), which holds the module, the very same one if it is also a submodule. The container exists while compiling.

Comes before: `picked_values.py`. Comes after: `module_types.py` (finds them), `module_state.py`, `module_values.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.values.picked_values import pick_by_key, pick_by_number
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


@dataclass(frozen=True)
class HeldModules:
    """A container of modules, deep inside perhaps: `keys` of a dict (None: a list or tuple) and the items, each a slot's
    name, a container again, or another Python value."""

    python_type: type
    keys: tuple[Any, ...] | None
    items: tuple[Any, ...]

    @property
    def identity(self) -> Hashable:
        """Equal for containers that compile alike, beside the types of the modules."""
        items = tuple(
            i.identity if isinstance(i, HeldModules) else (type(i).__name__, getattr(i, "slot", None) or repr(i))
            for i in self.items
        )
        return (self.python_type, self.keys, items)


@dataclass(frozen=True)
class HeldModule:
    """One of the modules, and the slot that holds it."""

    slot: str
    module: torch.nn.Module


def held_modules(name: str, value: Any) -> HeldModules | None:
    """The container in the attribute `name`, if it holds a module."""
    if not isinstance(value, (list, tuple, dict)) or isinstance(value, torch.nn.Module):
        return None
    keys = tuple(value) if isinstance(value, dict) else None
    values = list(value.values()) if isinstance(value, dict) else list(value)
    items: list[Any] = []
    found = False
    for number, item in enumerate(values):
        if isinstance(item, torch.nn.Module):
            items.append(HeldModule(f"{name}__{number}", item))
            found = True
            continue
        inner = held_modules(f"{name}__{number}", item)
        items.append(item if inner is None else inner)
        found = found or inner is not None
    return HeldModules(type(value), keys, tuple(items)) if found else None


def modules_in(held: HeldModules) -> Iterator[HeldModule]:
    """All modules in the container."""
    for item in held.items:
        if isinstance(item, HeldModules):
            yield from modules_in(item)
        elif isinstance(item, HeldModule):
            yield item


def value_of_held(emitter: Emitter, held: HeldModules, slot: Callable[[str], StaticValue], name: str) -> StaticValue:
    """The container as a value; `slot` gives the module of a slot."""

    def value_of(item: Any) -> StaticValue:
        if isinstance(item, HeldModule):
            return slot(item.slot)
        if isinstance(item, HeldModules):
            return value_of_held(emitter, item, slot, name)
        return emitter.compiler.value_of(emitter, item, name)

    items = [value_of(i) for i in held.items]
    if held.keys is None:
        return ModuleSequence(items, is_list=not issubclass(held.python_type, tuple))
    return ModuleTable(
        [(emitter.compiler.value_of(emitter, k, name), i) for k, i in zip(held.keys, items, strict=True)]
    )


class ModuleSequence(TupleValue):
    """A list or tuple of modules, of which an item may be picked at run time."""

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        from portfire.frontend.script.values.indexing import SliceValue

        if isinstance(key, SliceValue) or key.constant() is not MISSING:
            return super().index(emitter, key)
        return pick_by_number(emitter, self.items, key)


class ModuleTable(StaticDict):
    """A dict of modules, of which an item may be picked at run time."""

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        if key.constant() is not MISSING:
            return super().index(emitter, key)
        return pick_by_key(emitter, [k.constant() for k, _ in self.pairs], [v for _, v in self.pairs], key, "the dict")
