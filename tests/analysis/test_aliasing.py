"""What may share memory, who writes it, and what leaves the graph."""

from __future__ import annotations

from portfire.analysis.aliasing import Aliasing
from portfire.ir.graph import Graph, Value
from portfire.ir.parser import parse_graph


def analysed(
    body: str, inputs: str = "%x : Tensor, %y : Tensor, %c : bool, %n : int"
) -> tuple[Aliasing, dict[str, Value]]:
    graph = parse_graph(f"graph({inputs}):\n{body}")
    return Aliasing(graph), values(graph)


def values(graph: Graph) -> dict[str, Value]:
    found = {v.name: v for v in graph.inputs}
    for node in graph.walk():
        found |= {v.name: v for v in node.outputs}
        found |= {v.name: v for block in node.blocks for v in block.parameters}
    return {name: value for name, value in found.items() if name is not None}


def test_inputs_may_be_one_memory_and_fresh_results_are_not() -> None:
    a, v = analysed("""
      %a : Tensor = aten::relu(%x)
      %b : Tensor = aten::relu(%x)
      return (%a)
    """)
    assert a.may_alias(v["x"], v["y"]) and a.is_wildcard(v["x"])
    assert not a.may_alias(v["a"], v["b"]) and not a.may_alias(v["a"], v["x"])
    assert a.escapes(v["a"]) and not a.escapes(v["b"])


def test_views_are_the_memory_they_view() -> None:
    a, v = analysed("""
      %zero : int = prim::Constant[value=0]()
      %a : Tensor = aten::relu(%x)
      %row : Tensor = aten::select(%a, %zero, %zero)
      %w : Tensor = aten::relu_(%row)
      return (%n)
    """)
    assert a.may_alias(v["a"], v["row"]) and a.may_alias(v["a"], v["w"])
    assert {n.kind for n in a.writers(v["a"])} == {"aten::relu_"}
    assert not a.has_writers([v["x"]])


def test_containers_hold_what_was_put_in() -> None:
    a, v = analysed("""
      %zero : int = prim::Constant[value=0]()
      %a : Tensor = aten::relu(%x)
      %b : Tensor = aten::relu(%x)
      %list : Tensor[] = prim::ListConstruct(%a)
      %l : Tensor[] = aten::append(%list, %b)
      %got : Tensor = aten::__getitem__(%list, %zero)
      %w : Tensor = aten::relu_(%got)
      return (%n)
    """)
    assert a.has_writers([v["a"]]) and a.has_writers([v["b"]]) and a.is_written(v["list"])
    assert a.may_alias(v["list"], v["a"])


def test_items_of_dicts_are_their_values() -> None:
    a, v = analysed("""
      %zero : int = prim::Constant[value=0]()
      %key : str = prim::Constant[value="a"]()
      %a : Tensor = aten::relu(%x)
      %d : Dict(str, Tensor) = prim::DictConstruct(%key, %a)
      %items : (str, Tensor)[] = aten::items(%d)
      %item : (str, Tensor) = aten::__getitem__(%items, %zero)
      %k : str, %value : Tensor = prim::TupleUnpack(%item)
      %w : Tensor = aten::relu_(%value)
      return (%n)
    """)
    assert a.has_writers([v["a"]])


def test_a_branch_makes_one_of_two() -> None:
    a, v = analysed("""
      %a : Tensor = aten::relu(%x)
      %b : Tensor = aten::relu(%x)
      %either : Tensor = prim::If(%c)
        block0():
          -> (%a)
        block1():
          -> (%b)
      %w : Tensor = aten::relu_(%either)
      return (%n)
    """)
    assert a.has_writers([v["a"]]) and a.has_writers([v["b"]])


def test_a_loop_carries_its_values_around() -> None:
    a, v = analysed("""
      %a : Tensor = aten::relu(%x)
      %last : Tensor = prim::Loop(%n, %c, %a)
        block0(%i : int, %carried : Tensor):
          %next : Tensor = aten::relu(%carried)
          -> (%c, %next)
      %w : Tensor = aten::relu_(%last)
      return (%n)
    """)
    assert all(a.has_writers([v[name]]) for name in ("a", "carried", "next", "last"))


def test_unknown_calls_keep_write_and_return_what_they_get() -> None:
    a, v = analysed("""
      %a : Tensor = aten::relu(%x)
      %b : Tensor = aten::relu(%x)
      %r : Tensor = unknown::call(%a)
      return (%n)
    """)
    assert a.is_wildcard(v["a"]) and a.is_wildcard(v["r"]) and a.has_writers([v["a"]])
    assert not a.is_wildcard(v["b"])


def test_constants_last_but_do_not_leave_the_graph_by_themselves() -> None:
    a, v = analysed("""
      %sizes : int[] = prim::Constant[value=[1, 2]]()
      %l : int[] = aten::append(%sizes, %n)
      return (%n)
    """)
    (writer,) = a.writers(v["sizes"])
    assert a.any_is_observable(a.groups_written_by(writer))
    assert not a.escapes(v["sizes"])


def test_idle_dropout_returns_its_argument() -> None:
    a, v = analysed("""
      %p : float = prim::Constant[value=0.5]()
      %a : Tensor = aten::relu(%x)
      %b : Tensor = aten::dropout(%a, %p, %c)
      return (%n)
    """)
    assert a.may_alias(v["a"], v["b"])
