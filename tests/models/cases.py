"""The example models, each with inputs and the ways it is compiled: what `test_everywhere.py` runs through every host."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

import portfire
from examples.models import attributes, bert, gated_cell, greedy_decoder, resnet, tensor_walk


@dataclass(frozen=True)
class Case:
    """A model compiled in one way. `make` gives (eager, compiled); `inputs` several tuples of arguments."""

    name: str
    make: Callable[[], tuple[Any, Any]]
    inputs: tuple[tuple[Any, ...], ...]
    #: Whether the engine's own kernels run it, and the tolerance against ATen.
    native: bool = True
    tolerance: float = 1e-4


def _traced(model: Any, inputs: tuple[Any, ...]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", portfire.TracerWarning)
        return portfire.trace(model, inputs)


def _scripted_cell() -> tuple[Any, Any]:
    torch.manual_seed(0)
    model = gated_cell.GatedCell(gated_cell.Gate())
    return model, portfire.script(model)


def _plainly_traced_cell() -> tuple[Any, Any]:
    """Traced whole: the branch becomes a guard, which the inputs of this case keep."""
    torch.manual_seed(0)
    eager = gated_cell.GatedCell(gated_cell.Gate())
    with torch.no_grad():
        eager.linear.bias.fill_(10.0)
    return eager, _traced(eager, gated_cell.cell_inputs())


def _traced_cell() -> tuple[Any, Any]:
    """Traced around a scripted gate: the branch stays."""
    torch.manual_seed(0)
    eager = gated_cell.GatedCell(gated_cell.Gate())
    mixed = gated_cell.GatedCell(portfire.script(eager.gate))
    mixed.linear = eager.linear
    return eager, _traced(mixed, gated_cell.cell_inputs())


def _script_calls_trace() -> tuple[Any, Any]:
    """A scripted loop over a traced cell with a scripted gate."""
    eager_cell, cell = _traced_cell()
    return gated_cell.GatedLoop(eager_cell), portfire.script(gated_cell.GatedLoop(cell))


def _trace_calls_script() -> tuple[Any, Any]:
    """Traced around a scripted loop: the loop keeps its length."""
    eager_loop, loop = _script_calls_trace()
    return gated_cell.WrappedLoop(eager_loop), _traced(gated_cell.WrappedLoop(loop), (torch.rand(10, 3, 4),))


def _matrix_gate() -> tuple[Any, Any]:
    torch.manual_seed(0)
    model = gated_cell.MatrixGate(20, 20)
    return model, portfire.script(model)


def _resnet_scripted() -> tuple[Any, Any]:
    model = resnet.resnet18()
    return model, portfire.script(model)


def _resnet_traced() -> tuple[Any, Any]:
    model = resnet.resnet18()
    return model, _traced(model, resnet.example_inputs(1, 64))


def _centered_resnet() -> tuple[Any, Any]:
    model = resnet.resnet18()
    eager = resnet.CenteredResNet(model)
    return eager, portfire.script(resnet.CenteredResNet(_traced(model, resnet.example_inputs(1, 64))))


def _greedy_scripted() -> tuple[Any, Any]:
    model = greedy_decoder.greedy_search()
    return model, portfire.script(model)


def _greedy_mixed() -> tuple[Any, Any]:
    """A scripted search over a traced encoder and decoder."""
    model = greedy_decoder.greedy_search()
    tokens, _ = greedy_decoder.example_inputs()
    outputs, hidden = model.encoder(tokens)
    encoder = _traced(model.encoder, (tokens,))
    decoder = _traced(model.decoder, (torch.zeros(1, 1, dtype=torch.long), hidden[:1], outputs))
    return model, portfire.script(greedy_decoder.GreedySearch(encoder, decoder))


def _walk() -> tuple[Any, Any]:
    return tensor_walk.walk, portfire.script(tensor_walk.walk)


def _attributes() -> tuple[Any, Any]:
    torch.manual_seed(0)
    model = attributes.Attributes().eval()
    return model, portfire.script(model)


def _bert_scripted() -> tuple[Any, Any]:
    model = bert.bert()
    return model, portfire.script(model)


def _bert_traced() -> tuple[Any, Any]:
    model = bert.bert()
    return model, _traced(model, bert.example_inputs())


def _images(*shapes: tuple[int, int]) -> tuple[tuple[torch.Tensor], ...]:
    return tuple(resnet.example_inputs(batch, size) for batch, size in shapes)


_CELL = (gated_cell.cell_inputs(), (-gated_cell.cell_inputs()[0], gated_cell.cell_inputs()[1]))
_SEQUENCES = ((torch.rand(10, 3, 4),), (torch.randn(4, 3, 4),), (torch.rand(1, 3, 4),))
_TOKENS = ((torch.tensor([[3], [7], [2]]), 12), greedy_decoder.example_inputs(), (torch.tensor([[5]]), 4))

CASES = [
    Case("cell-scripted", _scripted_cell, _CELL),
    Case("cell-traced", _plainly_traced_cell, (gated_cell.cell_inputs(), gated_cell.cell_inputs())),
    Case("cell-traced-around-script", _traced_cell, _CELL),
    Case("loop-scripted-around-trace", _script_calls_trace, _SEQUENCES),
    Case("loop-traced-around-script", _trace_calls_script, _SEQUENCES),
    Case("matrix-gate", _matrix_gate, ((torch.rand(20),), (-torch.rand(20),))),
    Case("resnet18-scripted", _resnet_scripted, _images((1, 64), (2, 96), (3, 33)), tolerance=1e-3),
    Case("resnet18-traced", _resnet_traced, _images((1, 64), (2, 96), (3, 33)), tolerance=1e-3),
    Case("centered-resnet18", _centered_resnet, _images((1, 64), (2, 48)), tolerance=1e-3),
    Case("greedy-scripted", _greedy_scripted, _TOKENS),
    Case("greedy-mixed", _greedy_mixed, _TOKENS),
    Case("tensor-walk", _walk, (tensor_walk.example_inputs(),)),
    Case("attributes", _attributes, (attributes.example_inputs(), (torch.rand(3, 4),))),
    Case(
        "bert-scripted", _bert_scripted, (bert.example_inputs(), bert.example_inputs(1, 3), bert.example_inputs(4, 11))
    ),
    Case("bert-traced", _bert_traced, (bert.example_inputs(), bert.example_inputs(1, 3), bert.example_inputs(4, 11))),
]
