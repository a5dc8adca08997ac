"""The whole compilation on one page: what happens to a model between the front ends and the engine.

    user's Python ── script ──┐
    user's model  ── trace ───┼─► graph ── optimize ──► graph ── write_program ──► engine.Program ──► callable views
    archive       ── load ────┘

Comes before: front ends, `passes/`, `archive/`, `modules/`. Comes after: `__init__.py`, `cli/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from portfire.archive.program_writer import write_program
from portfire.evaluation import Evaluator
from portfire.ir.clone import clone_graph
from portfire.ir.graph import Function, Graph
from portfire.ir.reachable import Reachable
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType
from portfire.passes.collection import collection_paused
from portfire.passes.eliminate_common_subexpressions import eliminate_common_subexpressions
from portfire.passes.eliminate_dead_code import eliminate_dead_code
from portfire.passes.fold_constants import fold_constants
from portfire.passes.inline_calls import inline_calls
from portfire.passes.normalize_operators import normalize_operators
from portfire.passes.remove_dropout import remove_dropout
from portfire.passes.simplify import simplify

if TYPE_CHECKING:
    from portfire import _engine


_evaluate = Evaluator()


def optimize(graph: Graph) -> Graph:
    """The passes that every entry point goes through before it runs, in order, on a copy of its graph."""
    with collection_paused():
        copy = clone_graph(graph)
        inline_calls(copy)
        normalize_operators(copy)
        simplify(copy)
        eliminate_dead_code(copy)
        fold_constants(copy, _evaluate)
        simplify(copy)
        remove_dropout(copy)
        eliminate_common_subexpressions(copy)
        eliminate_dead_code(copy)
    return copy


class Optimized:
    """The graphs that run: optimised copies for the entry points, made once each, and the front ends' own for the rest.

    An entry point has everything it calls inlined, so what it calls runs as it is only when called by itself. The front
    ends' graphs stay as they are: they are what `.graph` and `.code` show.
    """

    _graphs: ClassVar[WeakKeyDictionary[Function, tuple[Graph, Graph]]] = WeakKeyDictionary()

    def __init__(self, entries: Sequence[Function]) -> None:
        self._entries = frozenset(entries)

    def __call__(self, function: Function) -> Graph | None:
        """The graph that runs for `function`; None where it has none."""
        if function.graph is None or function not in self._entries:
            return function.graph
        known = self._graphs.get(function)
        if known is None or known[0] is not function.graph:
            known = self._graphs[function] = (function.graph, optimize(function.graph))
        return known[1]


def optimized_for_saving(root: ObjectState | Function) -> Optimized:
    """Optimised bodies for everything in a file: a host may call any method, and should not need operators of dead code."""
    reachable = Reachable()
    reachable.add_value(root)
    return Optimized(list(reachable.functions))


def build_program(
    functions: Sequence[Function],
    classes: Sequence[ClassType] = (),
    root: ObjectState | None = None,
    libraries: Sequence[str] = ("aten",),
) -> _engine.Program:
    """An engine program of `functions`, `classes`, the objects under `root` and everything they refer to."""
    from portfire import _aten, _engine  # noqa: F401

    image = write_program(functions, classes, root=root, body=Optimized(functions))
    return _engine.Program(image.data, image.tensors, libraries)
