"""The whole compilation on one page: what happens to a model between the front ends and the engine.

    user's Python ── script ──┐
    user's model  ── trace ───┼─► graph ── optimize ──► graph ── write_program ──► engine.Program ──► callable views
    archive       ── load ────┘

Comes before: front ends, `passes/`, `archive/`, `modules/`. Comes after: `__init__.py`, `cli/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from portfire.archive.program_writer import write_program
from portfire.ir.clone import clone_graph
from portfire.ir.graph import Function, Graph
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType

if TYPE_CHECKING:
    from portfire import _engine


def optimize(graph: Graph) -> Graph:
    """The passes that every graph goes through before it runs, in order, on a copy."""
    return clone_graph(graph)


class Optimized:
    """The optimised copy of each function's graph, made once per function.

    The front end's graphs stay as they are: they are what `.graph` and `.code` show.
    """

    _graphs: WeakKeyDictionary[Function, tuple[Graph, Graph]] = WeakKeyDictionary()

    def __call__(self, function: Function) -> Graph | None:
        if function.graph is None:
            return None
        known = self._graphs.get(function)
        if known is None or known[0] is not function.graph:
            known = self._graphs[function] = (function.graph, optimize(function.graph))
        return known[1]


def build_program(
    functions: Sequence[Function], classes: Sequence[ClassType] = (), root: ObjectState | None = None
) -> _engine.Program:
    """An engine program of `functions`, `classes`, the objects under `root` and everything they refer to, on ATen's kernels."""
    from portfire import _aten, _engine  # noqa: F401

    image = write_program(functions, classes, root=root, body=Optimized())
    return _engine.Program(image.data, image.tensors, ["aten"])
