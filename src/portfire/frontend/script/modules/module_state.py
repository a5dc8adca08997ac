"""The state of a module instance: its tensors, attributes and submodules as an `ObjectState`.

Sharing is kept: one tensor, list or submodule referred to twice is one in the state.

Comes before: `module_types.py`. Comes after: `module_compilation.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.modules.held_modules import HeldModules, held_modules, modules_in
from portfire.frontend.script.modules.module_types import ModuleType, ModuleTypes, existing_state
from portfire.ir import types as ir
from portfire.ir.state import ObjectState

if TYPE_CHECKING:
    from portfire.frontend.script.classes.class_registry import ClassRegistry


class StateReader:
    """Makes states; one per compilation, so that a module instance met twice has one state."""

    def __init__(self, types: ModuleTypes, classes: ClassRegistry) -> None:
        self.types = types
        self.classes = classes
        self._states: dict[int, ObjectState] = {}
        self._kept: list[Any] = []  # ids stay valid while their objects live

    def of(self, module: torch.nn.Module) -> ObjectState:
        """The state of a module and everything below it."""
        module = self.types.prepared(module)
        known = self._states.get(id(module))
        if known is not None:
            return known
        existing = existing_state(module)
        if existing is not None:
            existing.python_object = module
            self._states[id(module)] = existing
            return existing
        type_ = self.types.of(module)
        state = ObjectState(type_.cls, {}, module)
        self._states[id(module)] = state
        self._kept.append(module)
        for attribute in type_.cls.attributes.values():
            state.values[attribute.name] = self._value(module, type_, attribute)
        return state

    def _value(self, module: torch.nn.Module, type_: ModuleType, attribute: ir.Attribute) -> Any:
        is_missing = attribute.name in type_.missing and not hasattr(module, attribute.name)
        value = None if is_missing else _held_module(module, type_, attribute.name)
        if isinstance(value, torch.nn.Module):
            return self.of(value)
        return self.classes.state_value(value)


def _held_module(module: torch.nn.Module, type_: ModuleType, name: str) -> Any:
    """An attribute, or the module in a plain container that a slot stands for."""
    if name in type_.held_modules:
        for attribute, held in type_.held.items():
            now = held_modules(attribute, raw_attribute(module, attribute)) if name in _slots(held) else None
            if now is not None:
                return next(m.module for m in modules_in(now) if m.slot == name)
    return raw_attribute(module, name)


def _slots(held: HeldModules) -> set[str]:
    return {m.slot for m in modules_in(held)}


def raw_attribute(module: torch.nn.Module, name: str) -> Any:
    """An attribute as it is stored, without running properties or a `__getattr__` of the user's."""
    for table in (module._parameters, module._buffers, module._modules, vars(module)):
        if name in table:
            value: Any = table[name]
            is_wrapper = type(value).__name__ == "Attribute" and hasattr(value, "type") and hasattr(value, "value")
            return value.value if is_wrapper else value
    return getattr(module, name)
