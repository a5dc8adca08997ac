"""Which object each value of a method's graph is, as far as that is known before it runs.

The root is the graph's first input; what a known object's attribute holds is known, unless the attribute is assigned.

Comes before: `ir/state.py`, `inline_calls.py`. Comes after: `freeze_module.py`, `frozen_state.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from portfire.ir.graph import Graph, Node, Value
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType, InterfaceType
from portfire.passes.attribute_slots import Slot
from portfire.passes.inline_calls import inline_calls


def reachable_states(state: ObjectState) -> Iterator[ObjectState]:
    """The object and all objects it holds, each once."""
    seen: set[int] = set()
    pending: list[Any] = [state]
    while pending:
        item = pending.pop()
        if isinstance(item, ObjectState):
            if id(item) not in seen:
                seen.add(id(item))
                yield item
                pending += item.values.values()
        elif isinstance(item, (list, tuple)):
            pending += item
        elif isinstance(item, dict):
            pending += item.values()


class ObjectPaths:
    """The objects of one graph whose `self` is `root`."""

    def __init__(self, graph: Graph, root: ObjectState) -> None:
        self.graph = graph
        self.root = root
        self.objects: dict[Value, ObjectState] = {}
        #: Attributes that are assigned in the graph.
        self.assigned: set[Slot] = set()
        #: Objects that are used in another way than by reading and writing their attributes.
        self.opaque: list[ObjectState] = []
        self._find()

    def inline(self, changing: Set[Slot]) -> None:
        """Inline the methods of known objects; of those typed by an interface too, unless the attribute may change."""
        while True:
            for value, state in self.objects.items():
                if isinstance(value.type, InterfaceType) and not self._may_change(value, changing):
                    value.type = state.cls
            if not inline_calls(self.graph):
                return
            self._find()

    def read_by(self, node: Node) -> Slot | None:
        """The attribute of a known object that the node reads."""
        if node.kind != "prim::GetAttr":
            return None
        state = self.objects.get(node.inputs[0])
        name = node.attributes["name"]
        return Slot(state, name) if state is not None and name in state.values else None

    def _may_change(self, value: Value, changing: Set[Slot]) -> bool:
        slot = self.read_by(value.node) if value.node is not None else None
        return slot is not None and (slot in changing or slot in self.assigned)

    def _find(self) -> None:
        self.objects = {self.graph.inputs[0]: self.root}
        self.assigned = set()
        self.opaque = []
        for node in self.graph.walk():
            slot = self.read_by(node)
            if slot is not None and isinstance(slot.value, ObjectState):
                self.objects[node.output] = slot.value
            if node.kind == "prim::SetAttr":
                self._note_assignment(node)
        for value, state in self.objects.items():
            if any(not _is_access(user, index) for user, index in value.uses):
                self.opaque.append(state)

    def _note_assignment(self, node: Node) -> None:
        state = self.objects.get(node.inputs[0])
        name = node.attributes["name"]
        if state is not None:
            self.assigned.add(Slot(state, name))
            return
        type_ = node.inputs[0].type
        for candidate in reachable_states(self.root):
            if not isinstance(type_, ClassType) or candidate.cls is type_:
                self.assigned.add(Slot(candidate, name))


def _is_access(user: object, index: int) -> bool:
    return isinstance(user, Node) and user.kind in ("prim::GetAttr", "prim::SetAttr") and index == 0
