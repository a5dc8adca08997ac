"""`prim::Try` in the text form, the verifier, clones and passes."""

from __future__ import annotations

import pytest

from portfire.errors import GraphError
from portfire.ir.clone import clone_graph
from portfire.ir.parser import parse_graph
from portfire.ir.verifier import verify
from portfire.passes.eliminate_common_subexpressions import eliminate_common_subexpressions
from portfire.passes.eliminate_dead_code import eliminate_dead_code
from portfire.passes.simplify import simplify

TEXT = """graph(%x : Tensor,
      %xs : int[]):
  %2 : int = prim::Constant[value=0]()
  %3 : int = prim::Try[classes=["builtins.IndexError builtins.KeyError", ""]]()
    block0():
      %4 : int[] = prim::Constant[value=[7]]()
      %5 : Tensor = aten::view(%x, %4)
      %6 : int = aten::__getitem__(%xs, %2)
       = prim::EndTry()
      %7 : int = aten::__getitem__(%xs, %6)
      -> (%7)
    block1(%8 : Exception):
      %9 : int = aten::len(%xs)
      -> (%9)
    block2(%10 : Exception):
       = prim::Reraise(%10)
      %11 : int = prim::Uninitialized()
      -> (%11)
  return (%3)
"""


def test_text_and_clone():
    graph = parse_graph(TEXT)
    verify(graph)
    assert str(graph) == TEXT
    copy = clone_graph(graph)
    verify(copy)
    assert str(copy) == TEXT


def test_passes_leave_what_is_watched():
    graph = parse_graph(TEXT)
    for run in (simplify, eliminate_dead_code, eliminate_common_subexpressions, eliminate_dead_code):
        run(graph)
        verify(graph)
    kinds = [n.kind for n in graph.walk()]
    assert kinds.count("aten::view") == 1, "nothing uses it, but it may raise"
    assert kinds.count("aten::__getitem__") == 2
    assert "prim::EndTry" in kinds and "prim::Reraise" in kinds


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('[classes=["builtins.IndexError builtins.KeyError", ""]]', '[classes=[""]]', "blocks"),
        ('[classes=["builtins.IndexError builtins.KeyError", ""]]', "", "classes"),
        ("block1(%8 : Exception):", "block1(%8 : str):", "handler 1"),
        ("      -> (%9)\n", "      -> (%xs)\n", "returns of block 1"),
        ("       = prim::EndTry()\n", "       = prim::EndTry()\n       = prim::EndTry()\n", "2 ends"),
        ("       = prim::Reraise(%10)", "       = prim::EndTry()", "outside"),
        ("prim::Reraise(%10)", "prim::Reraise(%2)", "raises a int"),
        ("aten::len(%xs)", "aten::add(%6, %6)", "not defined"),
    ],
)
def test_broken_invariants(old: str, new: str, says: str):
    assert old in TEXT
    with pytest.raises(GraphError, match=says):
        verify(parse_graph(TEXT.replace(old, new)))
