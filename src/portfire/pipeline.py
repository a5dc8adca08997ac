"""The whole compilation on one page: what happens to a model between the front ends and the engine.

    user's Python ── script ──┐
    user's model  ── trace ───┼─► graph ── optimize ──► graph ── write_program ──► engine.Program ──► callable views
    archive       ── load ────┘

Comes before: front ends, `passes/`, `archive/`, `modules/`. Comes after: `__init__.py`, `cli/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from portfire.archive.program_writer import write_program
from portfire.evaluation import Evaluator
from portfire.ir.clone import clone_graph
from portfire.ir.deep_nesting import deep_nesting
from portfire.ir.graph import Function, Graph
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType
from portfire.passes.collection import collection_paused
from portfire.passes.eliminate_common_subexpressions import eliminate_common_subexpressions
from portfire.passes.eliminate_dead_code import eliminate_dead_code
from portfire.passes.fold_constants import fold_constants
from portfire.passes.inline_calls import callee_of
from portfire.passes.inline_profitable_calls import Body, inline_profitable_calls
from portfire.passes.keep_torchscript_arithmetic import keep_torchscript_arithmetic
from portfire.passes.normalize_operators import normalize_operators
from portfire.passes.remove_dropout import remove_dropout
from portfire.passes.simplify import simplify

if TYPE_CHECKING:
    from portfire import _engine


_evaluate = Evaluator()

#: How often calls are looked at, at most.
_ROUNDS = 3


def running_graph(function: Function) -> Graph | None:
    """The graph that runs for a function: an optimised copy, made once; None where the function has no graph.

    The front ends' graphs stay as they are: they are what `.graph` and `.code` show.
    """
    with collection_paused(), deep_nesting():
        body = _Optimizer().body(function)
    return None if body is None else body.graph


class _Optimizer:
    """Optimises functions, those that they call first: what is inlined is small by then, and nothing is done twice."""

    def __init__(self) -> None:
        #: Functions that are being optimised. Calls of them in what they call are recursive, and stay calls.
        self.active: set[Function] = set()

    def body(self, function: Function) -> Body | None:
        """The optimised body of a function; None where it has no graph, or is being optimised."""
        if not self._is_wanting(function):
            return _known(function)
        stack = [self._enter(function)]
        while stack:
            current, callees = stack[-1]
            wanting = next(filter(self._is_wanting, callees), None)
            if wanting is not None:
                stack.append(self._enter(wanting))
                continue
            stack.pop()
            assert current.graph is not None
            current.prepared = (current.graph, Body(self._optimized(current.graph, is_of_torch=current.is_of_torch)))
            self.active.discard(current)
        return _known(function)

    def _is_wanting(self, function: Function) -> bool:
        return function.graph is not None and function not in self.active and _known(function) is None

    def _enter(self, function: Function) -> tuple[Function, Iterator[Function]]:
        assert function.graph is not None
        self.active.add(function)
        return function, (f for f in map(callee_of, function.graph.walk()) if f is not None)

    def _optimized(self, graph: Graph, *, is_of_torch: bool) -> Graph:
        """The passes that every function goes through, in order, on a copy of its graph."""
        copy = clone_graph(graph)
        if is_of_torch:
            keep_torchscript_arithmetic(copy)
        normalize_operators(copy)
        inline_profitable_calls(copy, self.body)
        for round_ in range(_ROUNDS):
            simplify(copy)
            eliminate_dead_code(copy)
            is_changed = fold_constants(copy, _evaluate)
            if is_changed:
                simplify(copy)
            is_changed |= remove_dropout(copy)
            # What was decided may decide more about the calls that are left.
            if round_ + 1 == _ROUNDS or not inline_profitable_calls(copy, self.body):
                break
        if is_changed:
            eliminate_dead_code(copy)
        eliminate_common_subexpressions(copy)
        return copy


def _known(function: Function) -> Body | None:
    """The optimised body that was made of the function's graph before."""
    if function.prepared is None or function.prepared[0] is not function.graph:
        return None
    body: Body = function.prepared[1]
    return body


def build_program(
    functions: Sequence[Function],
    classes: Sequence[ClassType] = (),
    root: ObjectState | None = None,
    libraries: Sequence[str] = ("aten",),
) -> _engine.Program:
    """An engine program of `functions`, `classes`, the objects under `root` and everything they refer to."""
    from portfire import _aten, _engine  # noqa: F401

    with collection_paused(), deep_nesting():
        image = write_program(functions, classes, root=root, body=running_graph)
    return _engine.Program(image.data, image.tensors, libraries)
