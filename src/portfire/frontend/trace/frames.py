"""Frames of a recording: one graph for each call of a module, with the inputs it turned out to need.

A frame starts with the module alone (`self`) as its input. Whatever its operators use from outside is lifted to an input
when it is first used; whatever later code uses of what it made becomes an output. So each method takes and gives exactly
what the run showed, however the Python code passed it around.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from portfire.ir.builder import Builder
from portfire.ir.graph import Graph, Node, Value
from portfire.ir.types import ClassType, Type


class ModuleTree:
    """The modules below a root: the class of each, and the path from one to another."""

    def __init__(self, root: torch.nn.Module, classes: dict[torch.nn.Module, ClassType]) -> None:
        self.root = root
        self.classes = classes

    def path(self, start: torch.nn.Module, end: torch.nn.Module) -> tuple[str, ...] | None:
        """The names that lead from `start` to `end`; () for the same module, None where there is no way."""
        if start is end:
            return ()
        seen = {start}
        level: list[tuple[torch.nn.Module, tuple[str, ...]]] = [(start, ())]
        while level:
            following = []
            for module, names in level:
                for name, child in module.named_children():
                    if child is end:
                        return (*names, name)
                    if child not in seen:
                        seen.add(child)
                        following.append((child, (*names, name)))
            level = following
        return None


class Frame:
    """The graph of one call in progress, or of the traced function itself."""

    def __init__(
        self, name: str, parent: Frame | None, tree: ModuleTree | None, module: torch.nn.Module | None
    ) -> None:
        self.name = name
        self.parent = parent
        self.tree = tree
        self.module = module
        self.graph = Graph(name)
        self.builder = Builder(self.graph)
        self.values: dict[int, Value] = {}
        self.lifted: list[Any] = []
        self.call: Node | None = None
        self.is_closed = False
        #: The calls made in this frame, in order.
        self.children: list[Frame] = []
        #: What the arguments of the Python call are named, for the names of the graph's inputs.
        self.argument_names: dict[int, str] = {}
        self._modules: dict[torch.nn.Module, Value] = {}
        if module is not None and tree is not None:
            self._modules[module] = self.graph.block.add_parameter(tree.classes[module], "self")

    def module_value(self, module: torch.nn.Module) -> Value | None:
        """The value of a module in this frame: `self`, something below it, or an input; None where it is out of reach."""
        found = self._modules.get(module)
        if found is not None:
            return found
        if self.tree is None or module not in self.tree.classes:
            return None
        path = self.tree.path(self.module, module) if self.module is not None else None
        if path is None:
            if self.parent is None or self.parent.module_value(module) is None:
                return None
            value = self.lift(module, self.tree.classes[module])
        else:
            value = self._walk(path)
        self._modules[module] = value
        return value

    def _walk(self, path: Sequence[str]) -> Value:
        assert self.module is not None and self.tree is not None
        module = self.module
        value = self._modules[module]
        for name in path:
            module = getattr(module, name)
            found = self._modules.get(module)
            if found is None:
                found = self.builder.insert("prim::GetAttr", [value], self.tree.classes[module], name=name)
                found.name = name
                self._modules[module] = found
            value = found
        return value

    def attribute(self, module: torch.nn.Module, name: str) -> Value | None:
        """A tensor of a module in this frame's subtree; None where the module is not below this frame's own."""
        if self.tree is None or self.module is None or module not in self.tree.classes:
            return None
        if self.parent is not None and self.tree.path(self.module, module) is None:
            return None
        owner = self.module_value(module)
        if owner is None:
            return None
        type_ = self.tree.classes[module].attributes[name].type
        value = self.builder.insert("prim::GetAttr", [owner], type_, name=name)
        value.name = name
        return value

    def lift(self, thing: Any, type_: Type) -> Value:
        """Make something of the surrounding frame an input of this one."""
        value = self.graph.block.add_parameter(type_, self.argument_names.get(id(thing)))
        self.lifted.append(thing)
        self.values[id(thing)] = value
        return value

    def publish(self, key: int) -> Frame:
        """Make a value of this closed frame an output of its call; the caller's frame, which now has it, is returned."""
        assert self.is_closed and self.call is not None and self.parent is not None
        value = self.values[key]
        for i, output in enumerate(self.graph.outputs):
            if output is value:
                self.parent.values[key] = self.call.outputs[i]
                return self.parent
        self.graph.block.add_input(value)
        self.parent.values[key] = self.call.add_output(value.type, value.name)
        return self.parent
