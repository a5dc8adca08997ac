"""Which parameters settle branches and loops once they are known."""

from __future__ import annotations

import pytest

from portfire.analysis.deciding_parameters import deciding_parameters
from portfire.ir.graph import Graph
from portfire.ir.parser import parse_graph


def branch_on(text: str, condition: str = "%c") -> Graph:
    return parse_graph(
        f"""graph(%x : Tensor, %n : int, %s : str, %o : Tensor?, %l : int[]):
      %none : NoneType = prim::Constant()
      %two : int = prim::Constant[value=2]()
      %four : str = prim::Constant[value="four"]()
      {text}
      %r : Tensor = prim::If({condition})
        block0():
          -> (%x)
        block1():
          %y : Tensor = aten::relu(%x)
          -> (%y)
      return (%r)
    """
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%c : bool = aten::lt(%n, %two)", {1}),
        ("%c : bool = aten::eq(%s, %four)", {2}),
        ("%c : bool = aten::__is__(%o, %none)", {3}),
        ("%m : int = aten::mul(%n, %two)\n      %c : bool = aten::gt(%m, %n)", {1}),
        ("%k : int = aten::len(%l)\n      %c : bool = aten::gt(%k, %n)", {1, 4}),
        # What follows from a tensor is not known when compiling.
        ("%c : bool = aten::Bool(%x)", set()),
        ("%k : int = aten::size(%x, %n)\n      %c : bool = aten::gt(%k, %two)", set()),
    ],
)
def test_conditions(text: str, expected: set[int]) -> None:
    assert deciding_parameters(branch_on(text)) == expected


def test_through_a_branch() -> None:
    graph = parse_graph(
        """graph(%a : bool, %b : bool, %c : bool, %x : Tensor):
      %d : bool = prim::If(%a)
        block0():
          -> (%b)
        block1():
          -> (%c)
      %r : Tensor = prim::If(%d)
        block0():
          -> (%x)
        block1():
          %y : Tensor = aten::relu(%x)
          -> (%y)
      return (%r)
    """
    )
    assert deciding_parameters(graph) == {0, 1, 2}


def test_loops() -> None:
    graph = parse_graph(
        """graph(%n : int, %start : int, %go : bool, %x : Tensor):
      %r : int = prim::Loop(%n, %go, %start)
        block0(%i : int, %j : int):
          %k : int = aten::add(%j, %i)
          -> (%go, %k)
      return (%r)
    """
    )
    assert deciding_parameters(graph) == {0, 2}
