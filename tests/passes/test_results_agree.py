"""Programs give the same results, and leave their inputs the same, after every pass and after all of them together."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from portfire.ir.graph import Graph
from portfire.ir.parser import parse_graph
from portfire.ir.verifier import verify
from portfire.passes import (
    eliminate_common_subexpressions,
    eliminate_dead_code,
    fold_constants,
    remove_dropout,
    simplify,
)

sys.path.insert(0, str(Path(__file__).parent))
import oracle
from programs import CASES


def folded(graph: Graph) -> bool:
    return fold_constants(graph, oracle.evaluate)


PASSES: dict[str, list[Callable[[Graph], object]]] = {
    "eliminate_dead_code": [eliminate_dead_code],
    "simplify": [simplify],
    "fold_constants": [folded],
    "eliminate_common_subexpressions": [eliminate_common_subexpressions],
    "all": [
        simplify,
        folded,
        simplify,
        remove_dropout,
        eliminate_common_subexpressions,
        eliminate_dead_code,
        folded,
        simplify,
        eliminate_dead_code,
    ],
}


def outcome(graph: Graph, inputs: tuple[Any, ...]) -> Any:
    inputs = copy.deepcopy(inputs)
    return oracle.run(graph, *inputs), inputs


def same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("passes", PASSES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_results_agree(case: tuple[Callable[..., Any], tuple[Any, ...]], passes: str) -> None:
    function, inputs = case
    graph = parse_graph(str(torch.jit.script(function).inlined_graph))  # noqa: TID251
    verify(graph)
    expected = outcome(graph, inputs)
    for run in PASSES[passes]:
        run(graph)
        verify(graph)
    found = outcome(graph, inputs)
    assert same(found, expected), f"{found} instead of {expected}"
