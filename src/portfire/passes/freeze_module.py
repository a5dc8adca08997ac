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
from portfire.passes.attribute_slots import Slot, constant_value, memory_key
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
    """The frozen module. `methods` are kept, and of the attributes those in `preserved`, which stay changeable.

    `state` is left as it is; tensors are shared with it, without their gradients. Raises ArgumentError for a module in
    training mode, or a name that the module does not have. A module that passes itself on as a whole cannot be frozen, and
    is returned as it is.
    """
    kept = frozenset(preserved)
    _check(state, methods, kept)
    with collection_paused(), deep_nesting():
        return _frozen(state, evaluate, methods, kept, fold_normalization)


def _frozen(
    state: ObjectState, evaluate: Evaluate, methods: Sequence[str], kept: frozenset[str], fold_normalization: bool
) -> ObjectState:
    freezer = _Freezer(state, {Slot(state, name) for name in kept if name in state.values}, evaluate)
    names = [*methods, *(name for name in kept if name in state.cls.methods and name not in methods)]
    graphs = freezer.frozen_graphs(names)
    if any(state in ObjectPaths(graph, state).opaque for graph in graphs.values()):
        return state
    for graph in graphs.values():
        _optimize(graph, evaluate, fold_normalization)
    return frozen_state(state, _functions(state, graphs), kept)


def _check(state: ObjectState, methods: Sequence[str], preserved: frozenset[str]) -> None:
    if state.values.get("training") is True:
        raise ArgumentError("the module is in training mode: call eval() before freezing it")
    for name in methods:
        if name not in state.cls.methods:
            raise ArgumentError(f"the module has no method '{name}'")
    for name in preserved:
        if name not in state.cls.methods and name not in state.values:
            raise ArgumentError(f"the module has no attribute or method '{name}' to preserve")


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
        memory = {memory_key(slot.value) for slot in self.changing} - {None}
        places: dict[Node, Slot] = {}
        for node in list(graph.walk()):
            slot = paths.read_by(node)
            if slot is None or slot in self.changing or isinstance(slot.value, ObjectState):
                continue
            if memory_key(slot.value) in memory:
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
        for node, slot in places.items():
            is_container = isinstance(slot.value, (list, dict))
            if aliasing.has_writers([node.output]) or (is_container and aliasing.escapes(node.output)):
                self.changing.add(slot)
