"""portfire's marks change nothing in eager Python."""

from typing import Dict, List, Optional, Tuple

import torch
from torch import nn

import portfire
from portfire.frontend.script.marks import Mark, boolean_dispatch_of, function_overloads, mark_of, method_overloads


def test_marks_are_those_that_torch_reads_and_writes():
    assert mark_of(portfire.export(lambda self: None)) is Mark.EXPORT
    assert mark_of(portfire.unused(lambda: None)) is Mark.UNUSED
    assert mark_of(portfire.ignore(lambda: None)) is Mark.IGNORE
    assert mark_of(portfire.ignore(drop=True)(lambda: None)) is Mark.UNUSED
    assert mark_of(torch.jit.export(lambda self: None)) is Mark.EXPORT  # noqa: TID251
    assert mark_of(torch.jit.unused(lambda self: None)) is Mark.UNUSED  # noqa: TID251
    assert mark_of(print) is None and mark_of(3) is None


def test_marked_functions_are_called_as_before():
    @portfire.ignore
    def f(x):
        return x + 1

    assert f(1) == 2 and portfire.annotate(List[int], [1]) == [1]


def test_a_marked_property():
    class M(nn.Module):
        @portfire.unused
        @property
        def opaque(self):
            return object()

        def forward(self, x):
            return x + 1

    assert torch.equal(portfire.script(M())(torch.ones(2)), torch.ones(2) + 1)


def test_isinstance_looks_into_containers():
    is_a = portfire.isinstance
    assert is_a([1, 2], List[int]) and not is_a([1, "a"], List[int])
    assert is_a({"a": [1]}, Dict[str, List[int]]) and not is_a({"a": 1}, Dict[str, List[int]])
    assert is_a((1, "a"), Tuple[int, str]) and not is_a((1,), Tuple[int, str])
    assert is_a(None, Optional[int]) and is_a(1, (str, int)) and not is_a(1, List[int])


def annotated(x):
    sizes = portfire.annotate(List[int], [])
    sizes.append(x.size(0))
    other = torch.jit.annotate(Optional[int], None)  # noqa: TID251
    if other is None and portfire.isinstance(sizes, List[int]):
        return sizes
    return [0]


def test_annotate_and_isinstance_in_compiled_code():
    assert portfire.script(annotated)(torch.ones(3)) == [3]


def test_what_torch_keeps_in_tables():
    assert boolean_dispatch_of(torch.nn.functional.max_pool2d)["arg_name"] == "return_indices"
    assert boolean_dispatch_of(torch.relu) is None
    assert len(function_overloads(torch.nn.functional.interpolate)) >= 2
    assert len(method_overloads(nn.LSTM, "forward")) == 2
    assert method_overloads(nn.Linear, "forward") == []
