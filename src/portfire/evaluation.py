"""Running single nodes while compiling: constants are folded by the engine itself, so that every op has one meaning.

Comes before: `archive/program_writer.py`, the engine. Comes after: `pipeline.py`, which hands it to `fold_constants`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.archive.program_writer import write_program
from portfire.ir.clone import clone_node
from portfire.ir.graph import Function, Graph, Node, Parameter, Value
from portfire.ir.types import TupleType, Type

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
    mapped: dict[Value, Value] = {}
    parameters: list[Value] = []
    for value in node.inputs:
        if value not in mapped:
            mapped[value] = graph.block.add_parameter(value.type)
            parameters.append(mapped[value])
        else:
            parameters.append(graph.block.add_parameter(value.type))
    copy = clone_node(node, graph.block, dict(mapped))
    copy.set_inputs(parameters)
    copy.range, copy.scope = None, ()
    graph.block.nodes.append(copy)
    types: tuple[Type, ...] = tuple(v.type for v in copy.outputs)
    result = Node(graph.block, "prim::TupleConstruct")
    for output in copy.outputs:
        result.add_input(output)
    result.add_output(TupleType(types))
    graph.block.nodes.append(result)
    graph.block.add_input(result.output)
    signature = [Parameter(f"x{i}", v.type) for i, v in enumerate(parameters)]
    image = write_program([Function("evaluate", signature, TupleType(types), graph)])
    return _engine.Program(image.data, image.tensors, ["aten"]).function("evaluate")
