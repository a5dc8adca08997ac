"""Graphs as source: what inlining, loops, branches and constants look like, and that torch runs them."""

from __future__ import annotations

import io
import textwrap

import pytest
import torch

from portfire.archive.code_files import print_code
from portfire.archive.reader import load
from portfire.archive.type_names import UniqueNames
from portfire.archive.writer import save
from portfire.errors import SaveError
from portfire.ir.graph import MISSING, Function, Parameter
from portfire.ir.parser import parse_graph
from portfire.ir.types import INT, STR, TENSOR, ClassType, ListType, OptionalType, Type
from portfire.ir.verifier import verify


def function(text: str, defaults: dict | None = None, **options) -> Function:
    graph = parse_graph(textwrap.dedent(text), **options)
    verify(graph)
    parameters = [Parameter(str(v.name), v.type, (defaults or {}).get(v.name, MISSING)) for v in graph.inputs]
    return Function("__torch__.test.f", parameters, graph.outputs[0].type, graph)


def code(f: Function) -> str:
    return print_code(f)[0]


def in_torch(f: Function):
    buffer = io.BytesIO()
    save(f, buffer)
    again = load(io.BytesIO(buffer.getvalue())).root
    verify(again.graph)
    return torch.jit.load(io.BytesIO(buffer.getvalue()))


def test_single_uses_are_written_in_place():
    f = function("""
        graph(%x : Tensor, %y : Tensor):
          %one : int = prim::Constant[value=1]()
          %1 : Tensor = aten::mul(%x, %y)
          %2 : Tensor = aten::neg(%y)
          %3 : Tensor = aten::add(%1, %2, %one)
          return (%3)
    """)
    assert code(f) == (
        "def f(x: Tensor,\n    y: Tensor) -> Tensor:\n  _0 = torch.add(torch.mul(x, y), torch.neg(y))\n  return _0\n"
    )


def test_order_is_kept():
    """`neg` runs before `mul_`, and its result is the second operand: it must be assigned first."""
    f = function("""
        graph(%x : Tensor, %y : Tensor):
          %one : int = prim::Constant[value=1]()
          %1 : Tensor = aten::neg(%x)
          %2 : Tensor = aten::mul_(%x, %y)
          %3 : Tensor = aten::add(%2, %1, %one)
          return (%3)
    """)
    assert code(f).splitlines()[2:] == ["  _0 = torch.neg(x)", "  return torch.add(torch.mul_(x, y), _0)"]
    x, y = torch.tensor([2.0]), torch.tensor([3.0])
    assert in_torch(f)(x, y).item() == 4.0


def test_arguments_other_than_the_default_are_written():
    f = function("""
        graph(%x : Tensor):
          %two : int = prim::Constant[value=2]()
          %none : NoneType = prim::Constant()
          %six : int = prim::Constant[value=6]()
          %true : bool = prim::Constant[value=1]()
          %1 : Tensor = aten::add(%x, %x, %two)
          %dims : int[] = prim::ListConstruct(%two)
          %2 : Tensor = aten::sum(%1, %dims, %true, %none)
          %3 : Tensor = aten::sum(%2, %six)
          return (%3)
    """)
    assert "torch.add(x, x, alpha=2)" in code(f)
    assert "torch.sum(torch.sum(_0, dims, True), dtype=6)" in code(f)


def test_a_loop_that_counts_and_tests():
    f = function("""
        graph(%x : Tensor, %n : int):
          %true : bool = prim::Constant[value=1]()
          %one : int = prim::Constant[value=1]()
          %five : int = prim::Constant[value=5]()
          %y : Tensor, %k : int = prim::Loop(%n, %true, %x, %one)
            block0(%i : int, %a : Tensor, %b : int):
              %c : Tensor = aten::add(%a, %i, %one)
              %d : int = aten::add(%b, %one)
              %go : bool = aten::lt(%d, %five)
              -> (%go, %c, %d)
          %z : Tensor = aten::add(%y, %k, %one)
          return (%z)
    """)
    run = in_torch(f)
    for n, steps in ((0, 0), (2, 2), (9, 4)):
        assert run(torch.zeros(1), n).item() == sum(range(steps)) + 1 + steps


def test_a_loop_without_a_condition():
    f = function("""
        graph(%x : Tensor, %n : int):
          %true : bool = prim::Constant[value=1]()
          %y : Tensor = prim::Loop(%n, %true, %x)
            block0(%i : int, %a : Tensor):
              %c : Tensor = aten::relu(%a)
              -> (%true, %c)
          return (%y)
    """)
    assert code(f).splitlines()[2:] == ["  y = x", "  for i in range(n):", "    y = torch.relu(y)", "  return y"]


def test_swapped_values_of_a_loop():
    f = function("""
        graph(%x : Tensor, %y : Tensor, %n : int):
          %true : bool = prim::Constant[value=1]()
          %one : int = prim::Constant[value=1]()
          %a : Tensor, %b : Tensor = prim::Loop(%n, %true, %x, %y)
            block0(%i : int, %c : Tensor, %d : Tensor):
              -> (%true, %d, %c)
          %r : Tensor = aten::sub(%a, %b, %one)
          return (%r)
    """)
    assert in_torch(f)(torch.tensor(5.0), torch.tensor(3.0), 3).item() == -2.0


def test_branches_of_different_types():
    f = function("""
        graph(%c : bool, %n : int, %s : str):
          %r : Union(int, str) = prim::If(%c)
            block0():
              -> (%n)
            block1():
              -> (%s)
          %t : bool = prim::isinstance[types=[int]](%r)
          return (%t)
    """)
    run = in_torch(f)
    assert run(True, 1, "a") is True and run(False, 1, "a") is False


def test_two_results_of_different_types():
    f = function("""
        graph(%c : bool, %n : int, %s : str):
          %none : NoneType = prim::Constant()
          %r : Union(int, str), %o : int? = prim::If(%c)
            block0():
              -> (%n, %none)
            block1():
              -> (%s, %n)
          %t : bool = prim::isinstance[types=[int]](%r)
          %u : bool = aten::__is__(%o, %none)
          %v : bool = aten::__and__(%t, %u)
          return (%v)
    """)
    run = in_torch(f)
    assert run(True, 1, "a") is True and run(False, 1, "a") is False


def test_containers_keep_their_types():
    f = function("""
        graph(%n : int):
          %none : NoneType = prim::Constant()
          %a : int[] = prim::ListConstruct()
          %b : int?[] = prim::ListConstruct(%n, %none)
          %c : int?[] = prim::ListConstruct(%n)
          %d : Dict(str, Tensor) = prim::DictConstruct()
          %t : (int[], int?[], int?[], Dict(str, Tensor)) = prim::TupleConstruct(%a, %b, %c, %d)
          return (%t)
    """)
    text = code(f)
    assert "annotate(List[int], [])" in text and "annotate(List[Optional[int]], [n])" in text
    assert in_torch(f)(1) == ([], [1, None], [1], {})


def test_guards_raise_in_torch():
    f = function("""
        graph(%x : Tensor, %c : bool):
           = prim::Guard[message="the trace took the other way"](%c)
          return (%x)
    """)
    run = in_torch(f)
    run(torch.ones(1), True)
    with pytest.raises(torch.jit.Error, match="the trace took the other way"):
        run(torch.ones(1), False)


def test_forks():
    f = function("""
        graph(%x : Tensor):
          %future : Future(Tensor) = prim::fork_0(%x)
          %y : Tensor = aten::wait(%future)
          return (%y)
        with prim::fork_0 = graph(%x : Tensor):
          %y : Tensor = aten::neg(%x)
          return (%y)
    """)
    assert in_torch(f)(torch.ones(1)).item() == -1.0


def test_constants_that_have_no_literal():
    f = function(
        """
        graph(%x : Tensor):
          %c : Tensor = prim::Constant[value=<Tensor>]()
          %d : Tensor = prim::Constant[value=<Tensor>]()
          %s : str = prim::Constant[value="na\\303\\257ve"]()
          %y : Tensor = aten::mul(%x, %c)
          %z : Tensor = aten::mul(%y, %d)
          %t : (Tensor, str) = prim::TupleConstruct(%z, %s)
          return (%t)
    """,
        tensors=[torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0])],
    )
    text, constants = print_code(f)
    assert text.count("CONSTANTS.c0") == 2 and "CONSTANTS.c1" in text
    assert torch.equal(constants.c0, torch.tensor([1.0, 2.0])) and constants.const_mapping["c1"] == "naïve"
    value, name = in_torch(f)(torch.ones(2))
    assert value.tolist() == [1.0, 4.0] and name == "naïve"


def test_refinements_after_a_check_move_into_its_arm():
    f = function("""
        graph(%x : Tensor?, %on : bool):
          %none : NoneType = prim::Constant()
          %message : str = prim::Constant[value="x is needed"]()
          %one : int = prim::Constant[value=1]()
          %r : int[] = prim::If(%on)
            block0():
              %c : bool = aten::__is__(%x, %none)
               = prim::If(%c)
                block0():
                   = prim::RaiseException(%message, %none)
                  -> ()
                block1():
                  -> ()
              %y : Tensor = prim::unchecked_cast(%x)
              %z : Tensor = prim::unchecked_cast(%x)
              %w : Tensor = aten::add(%y, %z, %one)
              %s : int[] = aten::size(%w)
              -> (%s)
            block1():
              %e : int[] = prim::ListConstruct()
              -> (%e)
          return (%r)
    """)
    before = str(f.graph)
    forms = "      else:\n        y0 = unchecked_cast(Tensor, x)\n        y = y0\n", "y = unchecked_cast(Tensor, x)"
    assert any(form in code(f) for form in forms)
    assert str(f.graph) == before
    run = in_torch(f)
    assert run(torch.ones(3), True) == [3] and run(None, False) == []
    with pytest.raises(torch.jit.Error, match="x is needed"):
        run(None, True)


def test_defaults():
    f = function(
        "graph(%x : Tensor, %n : int, %s : str?, %l : int[]):\n  return (%n)\n",
        {"n": 3, "s": None, "l": [1, 2]},
    )
    assert code(f).splitlines()[:4] == [
        "def f(x: Tensor,",
        "    n: int=3,",
        "    s: Optional[str]=None,",
        "    l: List[int]=[1, 2]) -> int:",
    ]
    assert in_torch(f)(torch.ones(1)) == 3


def test_names_that_mean_something_are_avoided():
    f = function(
        """
        graph(%x : Tensor):
          %lambda : Tensor = aten::neg(%x)
          %torch : Tensor = aten::mul(%lambda, %lambda)
          %0a-b : Tensor = aten::mul(%torch, %torch)
          return (%0a-b)
    """.replace("%0a-b", "%x.y")
    )
    assert "lambda0 = torch.neg(x)" in code(f) and "torch0 = torch.mul(lambda0, lambda0)" in code(f)
    assert in_torch(f)(torch.tensor(2.0)).item() == 16.0


def test_a_long_chain_does_not_exhaust_the_stack():
    lines = ["graph(%x : Tensor):", "  %one : int = prim::Constant[value=1]()"]
    last = "%x"
    for i in range(3000):
        lines.append(f"  %{i + 10} : Tensor = aten::add({last}, %one, %one)")
        last = f"%{i + 10}"
    f = function("\n".join([*lines, f"  return ({last})\n"]))
    assert in_torch(f)(torch.zeros(1)).item() == 3000.0


def test_unique_names():
    names = UniqueNames()
    a, b, c = ClassType("__torch__.m.C"), ClassType("__torch__.m.C"), ClassType("__main__.<locals>.1D")
    assert names[a] == "__torch__.m.C" and names[a] == "__torch__.m.C"
    assert names[b] == "__torch__.m.___torch_mangle_0.C"
    assert names[c] == "__torch__.__main__._locals_._1D"


@pytest.mark.parametrize("type_", [TENSOR, ListType(OptionalType(STR)), INT])
def test_a_value_without_a_literal_is_an_error(type_: Type):
    f = function("graph():\n  %0 : int = prim::Constant[value=1]()\n  return (%0)\n")
    assert f.graph is not None
    f.graph.block.nodes[0].attributes["value"] = object()
    f.graph.block.nodes[0].output.type = type_
    with pytest.raises(SaveError, match="cannot be saved"):
        code(f)
