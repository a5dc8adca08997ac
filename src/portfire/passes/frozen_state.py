"""The state of a frozen module: objects and classes with the attributes that are left.

Comes before: `object_paths.py`. Comes after: `freeze_module.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from portfire.ir.graph import Function
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType
from portfire.passes.attribute_slots import Slot
from portfire.passes.object_paths import ObjectPaths


def frozen_state(
    root: ObjectState, functions: dict[str, Function], preserved: Iterable[Slot], whole: Iterable[ObjectState]
) -> ObjectState:
    """The object with these methods and the attributes that they, or the caller, still need. `whole`: objects that stay as
    they are."""
    return _Builder(root, functions, preserved, whole).build()


class _Builder:
    def __init__(
        self, root: ObjectState, functions: dict[str, Function], preserved: Iterable[Slot], whole: Iterable[ObjectState]
    ) -> None:
        self.root = root
        self.functions = functions
        self.paths = [ObjectPaths(f.graph, root) for f in functions.values() if f.graph is not None]
        self.needed: dict[int, set[str]] = {id(root): set()}
        for slot in preserved:
            self.needed.setdefault(id(slot.state), set()).add(slot.name)
        self.unchanged = {id(state) for paths in self.paths for state in paths.opaque} | {id(state) for state in whole}
        self.frozen: dict[int, ObjectState] = {}
        self.names: dict[str, int] = {}

    def build(self) -> ObjectState:
        for paths in self.paths:
            for node in paths.graph.walk():
                state = paths.objects.get(node.inputs[0]) if node.kind in ("prim::GetAttr", "prim::SetAttr") else None
                if state is not None:
                    self.needed.setdefault(id(state), set()).add(node.attributes["name"])
        result = self.object(self.root)
        for paths in self.paths:
            for value, state in paths.objects.items():
                value.type = self.object(state).cls
        for name, function in self.functions.items():
            function.name = f"{result.cls.name}.{name}"
            function.parameters[0].type = result.cls
            result.cls.methods[name] = function
        return result

    def object(self, state: ObjectState) -> ObjectState:
        """The frozen counterpart of an object; the object itself where graphs pass it on, or all of it stays."""
        known = self.frozen.get(id(state))
        if known is not None:
            return known
        needed = self.needed.get(id(state))
        if id(state) in self.unchanged or needed is None or not state.cls.is_module:
            return state
        cls = ClassType(self.unique_name(state.cls.name), is_module=True)
        cls.python_class, cls.doc = state.cls.python_class, state.cls.doc
        frozen = self.frozen[id(state)] = ObjectState(cls, {}, state.python_object)
        for name, attribute in state.cls.attributes.items():
            if name not in needed:
                continue
            value = state.values[name]
            frozen.values[name] = self.object(value) if isinstance(value, ObjectState) else value
            type_ = frozen.values[name].cls if isinstance(value, ObjectState) else attribute.type
            cls.add_attribute(name, type_, attribute.kind)
        return frozen

    def unique_name(self, name: str) -> str:
        count = self.names[name] = self.names.get(name, 0) + 1
        return name if count == 1 else f"{name}_{count}"
