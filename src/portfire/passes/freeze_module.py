"""Turn a module into one whose attributes are constants of its methods' graphs.

Before: `forward` reads `weight`, calls methods of submodules, and asks for `training`. After: one graph per method, with
everything inlined, every attribute that no method changes in it as a constant, and what that decides decided: dropout is
gone, batch normalisation is part of the convolution before it. The frozen module has a class of its own, with the attributes
that are left: those that methods write, those asked to be preserved, and the submodules on the way to them.

Comes before: `inline_calls.py`, `fold_constants.py` and the other passes. Comes after: `api.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portfire.analysis.aliasing import Aliasing
from portfire.errors import ArgumentError
from portfire.ir.clone import clone_graph
from portfire.ir.deep_nesting import deep_nesting
from portfire.ir.graph import Function, Graph, Node, Parameter
from portfire.ir.state import ObjectState
from portfire.passes.attribute_slots import Slot, constant_value, memory_keys
from portfire.passes.collection import collection_paused
from portfire.passes.eliminate_common_subexpressions import eliminate_common_subexpressions
from portfire.passes.eliminate_dead_code import eliminate_dead_code
from portfire.passes.fold_batch_norm import fold_batch_norm
from portfire.passes.fold_constants import Evaluate, fold_constants
from portfire.passes.frozen_state import frozen_state
from portfire.passes.object_paths import ObjectPaths, reachable_states
from portfire.passes.remove_dropout import remove_dropout
from portfire.passes.simplify import simplify


def freeze_module(
    state: ObjectState,
    evaluate: Evaluate,
    *,
    methods: Sequence[str] = ("forward",),
    preserved: Iterable[str] = (),
    fold_normalization: bool = True,
) -> ObjectState:
    """The frozen module. Of `methods` those that the module has are kept, and what `preserved` names: methods, and attributes,
    which stay changeable. Names with dots are of submodules; one whose method is named is kept as a whole.

    `state` is left as it is; tensors are shared with it, without their gradients. Raises ArgumentError for a module in
    training mode, or a name that the module does not have. A module that passes itself on as a whole cannot be frozen, and
    is returned as it is.
    """
    if state.values.get("training") is True:
        raise ArgumentError("the module is in training mode: call eval() before freezing it")
    kept = _Kept(state, methods, preserved)
    with collection_paused(), deep_nesting():
        return _frozen(state, evaluate, kept, fold_normalization)


class _Kept:
    """What is asked to stay. Raises ArgumentError for a name that the module does not have."""

    def __init__(self, state: ObjectState, methods: Sequence[str], preserved: Iterable[str]) -> None:
        self.methods = [name for name in methods if name in state.cls.methods]
        #: Attributes, those that lead to them included.
        self.slots: set[Slot] = set()
        #: Objects that stay as they are.
        self.whole: list[ObjectState] = []
        for name in sorted(set(preserved)):
            self._add(state, name)
        if not self.methods:
            raise ArgumentError("the module has no method 'forward': name the methods to keep in preserved_attributes")

    def _add(self, root: ObjectState, name: str) -> None:
        *path, last = name.split(".")
        owner = root
        for part in path:
            below = owner.values.get(part)
            if not isinstance(below, ObjectState):
                raise _unknown(name)
            self.slots.add(Slot(owner, part))
            owner = below
        if last in owner.values:
            self.slots.add(Slot(owner, last))
            self.whole += reachable_states(owner.values[last])
        elif last not in owner.cls.methods:
            raise _unknown(name)
        elif owner is not root:
            self.whole += reachable_states(owner)
        elif last not in self.methods:
            self.methods.append(last)

    @property
    def changeable(self) -> set[Slot]:
        """The attributes that may be set from outside."""
        return self.slots | {Slot(state, name) for state in self.whole for name in state.values}


def _unknown(name: str) -> ArgumentError:
    return ArgumentError(f"the module has no attribute or method '{name}' to preserve")


def _frozen(state: ObjectState, evaluate: Evaluate, kept: _Kept, fold_normalization: bool) -> ObjectState:
    freezer = _Freezer(state, kept.changeable, evaluate)
    graphs = freezer.frozen_graphs(kept.methods)
    if any(state in ObjectPaths(graph, state).opaque for graph in graphs.values()):
        return state
    for graph in graphs.values():
        _optimize(graph, evaluate, fold_normalization)
    return frozen_state(state, _functions(state, graphs), kept.slots, kept.whole)


def _functions(state: ObjectState, graphs: dict[str, Graph]) -> dict[str, Function]:
    functions: dict[str, Function] = {}
    for name, graph in graphs.items():
        old = state.cls.methods[name]
        parameters = [Parameter(p.name, p.type, p.default, p.kwarg_only) for p in old.parameters]
        functions[name] = Function(old.name, parameters, old.return_type, graph, old.range)
        functions[name].doc = old.doc
        functions[name].variadic = old.variadic
        functions[name].is_of_torch = old.is_of_torch
    return functions


def _decide(graph: Graph, evaluate: Evaluate) -> None:
    """Decide the branches that constants decide, and drop what is not taken."""
    simplify(graph)
    fold_constants(graph, evaluate)
    simplify(graph)
    eliminate_dead_code(graph)


def _optimize(graph: Graph, evaluate: Evaluate, fold_normalization: bool) -> None:
    remove_dropout(graph)
    if fold_normalization:
        fold_batch_norm(graph)
    fold_constants(graph, evaluate)
    simplify(graph)
    eliminate_common_subexpressions(graph)
    eliminate_dead_code(graph)


class _Freezer:
    """Finds out which attributes change, by trying: what turns out to be written when all are constants, is not one."""

    def __init__(self, state: ObjectState, changing: set[Slot], evaluate: Evaluate) -> None:
        self.state = state
        self.evaluate = evaluate
        self.changing = changing

    def frozen_graphs(self, methods: Sequence[str]) -> dict[str, Graph]:
        while True:
            graphs = {name: self._inlined(name) for name in methods}
            before = len(self.changing)
            for graph in graphs.values():
                self._note_assignments(graph)
            if len(self.changing) > before:
                continue
            places = {name: self._make_constant(graph) for name, graph in graphs.items()}
            for name, graph in graphs.items():
                # What is written may depend on constants: batch normalisation writes its statistics in training only.
                _decide(graph, self.evaluate)
                self._note_writes(graph, places[name])
            if len(self.changing) == before:
                return graphs

    def _inlined(self, name: str) -> Graph:
        function = self.state.cls.methods[name]
        assert function.graph is not None
        graph = clone_graph(function.graph)
        ObjectPaths(graph, self.state).inline(self.changing)
        return graph

    def _note_assignments(self, graph: Graph) -> None:
        """Attributes that are set, and all of the objects that go where the graph cannot follow."""
        paths = ObjectPaths(graph, self.state)
        self.changing |= paths.assigned
        for opaque in paths.opaque:
            for state in reachable_states(opaque):
                self.changing |= {Slot(state, name) for name in state.values}

    def _make_constant(self, graph: Graph) -> dict[Node, Slot]:
        """Replace reads of attributes by constants. Returns which stand for which."""
        paths = ObjectPaths(graph, self.state)
        memory = frozenset[int]().union(*(memory_keys(slot.value) for slot in self.changing))
        places: dict[Node, Slot] = {}
        for node in list(graph.walk()):
            slot = paths.read_by(node)
            if slot is None or slot in self.changing or isinstance(slot.value, ObjectState):
                continue
            if memory & memory_keys(slot.value):
                continue
            made = constant_value(slot)
            if made is not None:
                node.set_inputs(())
                node.kind, node.attributes = "prim::Constant", {"value": made.value}
                node.output.type = made.type
                places[node] = slot
        return places

    def _note_writes(self, graph: Graph, places: dict[Node, Slot]) -> None:
        aliasing = Aliasing(graph)
        written: set[int] = set()  # memory of what constants were folded to: an item of a tuple, a view
        for node in graph.walk():
            if node.kind == "prim::Constant" and node not in places:
                keys = memory_keys(node.attributes.get("value"))
                if keys and aliasing.has_writers([node.output]):
                    written |= keys
        for node, slot in places.items():
            is_container = isinstance(slot.value, (list, dict))
            is_written = aliasing.has_writers([node.output]) or not written.isdisjoint(memory_keys(slot.value))
            if is_written or (is_container and aliasing.escapes(node.output)):
                self.changing.add(slot)
