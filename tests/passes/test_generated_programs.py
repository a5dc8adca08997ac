"""Random programs of views, writes, lists, branches and loops: passes must not change what they compute."""

from __future__ import annotations

import random

import pytest
import torch

from portfire import _aten, _engine  # noqa: F401
from portfire.archive.program_writer import write_program
from portfire.evaluation import Evaluator
from portfire.ir.builder import Builder
from portfire.ir.clone import clone_graph
from portfire.ir.graph import Block, Function, Graph, Parameter, Value
from portfire.ir.types import BOOL, INT, TENSOR, ListType, Type
from portfire.ir.verifier import verify
from portfire.ops.emit import emit_builtin
from portfire.passes import (
    eliminate_common_subexpressions,
    eliminate_dead_code,
    fold_constants,
    simplify,
)

TENSORS = ListType(TENSOR)


class Generator:
    """Writes one graph. `scope` holds the values that may be used, by type."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.graph = Graph()
        self.builder = Builder(self.graph)
        self.depth = 0

    def make(self) -> Graph:
        block = self.graph.block
        scope: dict[Type, list[Value]] = {
            TENSOR: [block.add_parameter(TENSOR, "x"), block.add_parameter(TENSOR, "y")],
            BOOL: [block.add_parameter(BOOL, "c"), self.builder.constant(True), self.builder.constant(False)],
            INT: [self.builder.constant(n) for n in (1, 2, 3)],
            TENSORS: [],
        }
        scope[TENSORS].append(self.builder.insert("prim::ListConstruct", scope[TENSOR], TENSORS))
        self.statements(scope, 12)
        kept = self.random.sample(scope[TENSOR], min(4, len(scope[TENSOR])))
        total = self.call("aten::stack", self.builder.insert("prim::ListConstruct", kept, TENSORS))
        lists = self.random.choice(scope[TENSORS])
        numbers = self.call("aten::stack", lists)
        total = self.call(
            "aten::sum", self.call("aten::cat", self.builder.insert("prim::ListConstruct", [total, numbers], TENSORS))
        )
        block.add_input(total)
        return self.graph

    def statements(self, scope: dict[Type, list[Value]], count: int) -> None:
        for _ in range(count):
            self.random.choice(
                [self.compute, self.compute, self.write, self.write, self.view, self.collect, self.take, self.append]
                + [self.number]
                + [self.branch, self.loop] * (self.depth < 2)
            )(scope)

    def pick(self, scope: dict[Type, list[Value]], type_: Type) -> Value:
        return self.random.choice(scope[type_][-6:])

    def call(self, name: str, *args: Value) -> Value:
        return emit_builtin(self.builder, name, args)

    def compute(self, scope: dict[Type, list[Value]]) -> None:
        name = self.random.choice(["aten::add", "aten::mul", "aten::maximum"])
        scope[TENSOR].append(self.call(name, self.pick(scope, TENSOR), self.pick(scope, TENSOR)))

    def write(self, scope: dict[Type, list[Value]]) -> None:
        name = self.random.choice(["aten::add_", "aten::sub_"])
        scope[TENSOR].append(self.call(name, self.pick(scope, TENSOR), self.pick(scope, INT)))

    def view(self, scope: dict[Type, list[Value]]) -> None:
        scope[TENSOR].append(self.call("aten::view_as", self.pick(scope, TENSOR), self.pick(scope, TENSOR)))

    def collect(self, scope: dict[Type, list[Value]]) -> None:
        items = [self.pick(scope, TENSOR) for _ in range(2)]
        scope[TENSORS].append(self.builder.insert("prim::ListConstruct", items, TENSORS))

    def take(self, scope: dict[Type, list[Value]]) -> None:
        index = self.builder.constant(self.random.choice([0, 1, -1]))
        scope[TENSOR].append(self.call("aten::__getitem__", self.pick(scope, TENSORS), index))

    def append(self, scope: dict[Type, list[Value]]) -> None:
        self.call("aten::append", self.pick(scope, TENSORS), self.pick(scope, TENSOR))

    def number(self, scope: dict[Type, list[Value]]) -> None:
        if self.random.random() < 0.5:
            scope[INT].append(self.call("aten::len", self.pick(scope, TENSORS)))
        else:
            scope[INT].append(self.call("aten::remainder", self.pick(scope, INT), self.builder.constant(4)))

    def branch(self, scope: dict[Type, list[Value]]) -> None:
        node = self.builder.node("prim::If", [self.pick(scope, BOOL)], [TENSOR, TENSORS])
        for _ in range(2):
            self.nested(node.add_block(), scope, ())
        for output in node.outputs:
            scope[output.type].append(output)

    def loop(self, scope: dict[Type, list[Value]]) -> None:
        inputs = [self.builder.constant(self.random.randint(0, 3)), self.builder.constant(True)]
        carried = [self.pick(scope, TENSOR), self.pick(scope, TENSORS)]
        node = self.builder.node("prim::Loop", [*inputs, *carried], [TENSOR, TENSORS])
        body = node.add_block()
        body.add_parameter(INT)
        parameters = [body.add_parameter(v.type) for v in carried]
        body.add_input(inputs[1])
        self.nested(body, scope, parameters)
        for output in node.outputs:
            scope[output.type].append(output)

    def nested(self, block: Block, scope: dict[Type, list[Value]], parameters: list[Value]) -> None:
        inner = {type_: list(values) for type_, values in scope.items()}
        for parameter in parameters:
            inner[parameter.type].append(parameter)
        self.depth += 1
        with self.builder.at(block):
            self.statements(inner, 4)
            for type_ in (TENSOR, TENSORS):
                block.add_input(self.pick(inner, type_))
        self.depth -= 1


def outcome(graph: Graph) -> object:
    """Run on the engine. torch's interpreter would not do: it optimises by itself, and for one in thousands wrongly."""
    parameters = [Parameter(v.name or "", v.type) for v in graph.inputs]
    image = write_program([Function("f", parameters, TENSOR, graph)])
    x, y = torch.arange(4.0), torch.ones(4)
    result = _engine.Program(image.data, image.tensors, ["aten"]).function("f")(x, y, True)
    return result.item(), x.tolist(), y.tolist()


@pytest.mark.parametrize("seed", range(100))
def test_results_agree(seed: int) -> None:
    graph = Generator(seed).make()
    verify(graph)
    expected = outcome(graph)
    for passes in ([simplify], [eliminate_dead_code], [eliminate_common_subexpressions], None):
        copy = clone_graph(graph)
        for run in passes or (
            simplify, eliminate_dead_code, lambda g: fold_constants(g, Evaluator()), simplify,
            eliminate_common_subexpressions, eliminate_dead_code,
        ):  # fmt: skip
            run(copy)
            verify(copy)
        assert outcome(copy) == expected
