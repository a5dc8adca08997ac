"""Which functions and classes a program needs: the closure of what its entry points refer to.

Comes before: `graph.py`, `state.py`. Comes after: `archive/`, `pipeline.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Any

from portfire.ir.graph import Function, Graph
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType, FunctionType, InterfaceType, Type


class Reachable:
    """Collects functions and classes in the order they are first met, so that the same program gives the same order.

    `body` gives the graph that stands for a function: the optimised one when a program is built, the front end's own
    when source code is written.
    """

    def __init__(self, body: Callable[[Function], Graph | None] = lambda f: f.graph) -> None:
        self._body = body
        self._pending: list[Function | ClassType] = []
        self._seen_types: set[Type] = set()
        self._seen_states: dict[int, ObjectState] = {}
        self.functions: dict[Function, None] = {}
        self.classes: dict[ClassType, None] = {}
        self.interfaces: dict[InterfaceType, None] = {}

    @property
    def types(self) -> Set[Type]:
        """Every type met: of parameters, results, attributes and values."""
        return self._seen_types

    def add_function(self, function: Function) -> None:
        """Add a function and everything it refers to."""
        self._meet_function(function)
        self._drain()

    def add_class(self, cls: ClassType) -> None:
        """Add a class, its methods, and everything they refer to."""
        self.add_type(cls)

    def add_type(self, type_: Type) -> None:
        """Add the classes inside a type."""
        self._meet_type(type_)
        self._drain()

    def add_value(self, value: Any) -> None:
        """Add what a constant or an attribute's value refers to."""
        self._meet_value(value)
        self._drain()

    def _drain(self) -> None:
        while self._pending:
            item = self._pending.pop(0)
            if isinstance(item, Function):
                self._scan_function(item)
            else:
                self._scan_class(item)

    def _meet_function(self, function: Function) -> None:
        if function not in self.functions:
            self.functions[function] = None
            self._pending.append(function)

    def _meet_type(self, type_: Type) -> None:
        if type_ in self._seen_types:
            return
        self._seen_types.add(type_)
        if isinstance(type_, ClassType):
            self.classes[type_] = None
            self._pending.append(type_)
        elif isinstance(type_, InterfaceType):
            self.interfaces[type_] = None
            for method in type_.methods.values():
                self._meet_signature(method)
        elif isinstance(type_, FunctionType):
            self._meet_function(type_.function)
        for inner in type_.contained():
            self._meet_type(inner)

    def _meet_value(self, value: Any) -> None:
        if isinstance(value, ObjectState):
            if id(value) in self._seen_states:
                return
            self._seen_states[id(value)] = value
            self._meet_type(value.cls)
            for item in value.values.values():
                self._meet_value(item)
        elif isinstance(value, Function):
            self._meet_function(value)
        elif isinstance(value, (list, tuple)):
            self._meet_values(value)
        elif isinstance(value, dict):
            self._meet_values(value.keys())
            self._meet_values(value.values())

    def _meet_values(self, values: Iterable[Any]) -> None:
        for value in values:
            if not isinstance(value, (int, float, str)):
                self._meet_value(value)

    def _meet_signature(self, function: Function) -> None:
        for parameter in function.parameters:
            self._meet_type(parameter.type)
        self._meet_type(function.return_type)

    def _scan_function(self, function: Function) -> None:
        self._meet_signature(function)
        graph = self._body(function)
        if graph is not None:
            self._scan_graph(graph)

    def _scan_graph(self, graph: Graph) -> None:
        for parameter in graph.inputs:
            self._meet_type(parameter.type)
        for node in graph.walk():
            for output in node.outputs:
                self._meet_type(output.type)
            for attribute in node.attributes.values():
                if isinstance(attribute, Graph):
                    self._scan_graph(attribute)
                elif isinstance(attribute, Type):
                    self._meet_type(attribute)
                elif isinstance(attribute, (list, tuple)):
                    for item in attribute:
                        if isinstance(item, Type):
                            self._meet_type(item)
                        else:
                            self._meet_value(item)
                else:
                    self._meet_value(attribute)

    def _scan_class(self, cls: ClassType) -> None:
        for base in cls.bases:
            self._meet_type(base)
        for attribute in cls.attributes.values():
            self._meet_type(attribute.type)
        for method in cls.methods.values():
            self._meet_function(method)
