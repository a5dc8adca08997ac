"""Running single nodes while compiling: constants are folded by the engine itself, so that every op has one meaning.

Comes before: `archive/program_writer.py`, the engine. Comes after: `pipeline.py`, which hands it to `fold_constants`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.archive.program_writer import write_program
from portfire.ir.builder import Builder
from portfire.ir.clone import clone_node
from portfire.ir.graph import Function, Graph, Node, Parameter
from portfire.ir.types import TupleType

if TYPE_CHECKING:
    from portfire import _engine


class Evaluator:
    """Compiles a one-node program per operator and types, once, and runs it."""

    def __init__(self) -> None:
        self._programs: dict[Hashable, _engine.Function] = {}

    def __call__(self, node: Node, inputs: Sequence[Any]) -> Sequence[Any]:
        """The node's outputs for these inputs. Raises what the node raises."""
        key = (
            node.kind, node.overload, tuple(v.type for v in node.inputs), tuple(v.type for v in node.outputs),
            tuple(sorted((k, str(v)) for k, v in node.attributes.items())),
        )  # fmt: skip
        function = self._programs.get(key)
        if function is None:
            function = self._programs[key] = _compiled(node)
        results: tuple[Any, ...] = function(*inputs)
        return results


def _compiled(node: Node) -> _engine.Function:
    from portfire import _aten, _engine  # noqa: F401

    graph = Graph("evaluate")
    builder = Builder(graph)
    parameters = [graph.block.add_parameter(v.type) for v in node.inputs]
    copy = clone_node(node, graph.block, {})
    copy.set_inputs(parameters)
    copy.range, copy.scope = None, ()
    graph.block.nodes.append(copy)
    type_ = TupleType(tuple(v.type for v in copy.outputs))
    graph.block.add_input(builder.insert("prim::TupleConstruct", copy.outputs, type_))
    signature = [Parameter(f"x{i}", v.type) for i, v in enumerate(parameters)]
    image = write_program([Function("evaluate", signature, type_, graph)])
    return _engine.Program(image.data, image.tensors, ["aten"]).function("evaluate")
