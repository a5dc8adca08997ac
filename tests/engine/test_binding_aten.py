"""Operators of the dispatcher: results equal eager's bit for bit, gradients too; errors are eager's."""

from __future__ import annotations

import threading
import warnings

import pytest
import torch

from portfire import _aten, _engine
from portfire.ir.builder import Builder
from portfire.ir.graph import Function, Graph, Parameter
from portfire.ir.types import TENSOR, FutureType
from portfire.modules import ScriptFunction, wrap_function
from tests.engine.text_functions import function_of


def test_schemas() -> None:
    schemas = _aten.dispatcher_schemas()
    assert "aten::relu(Tensor self) -> Tensor" in schemas
    assert "aten::Int.Tensor(Tensor a) -> int" in _engine.engine_schemas()


CELL = """graph(%x : Tensor, %h : Tensor, %w : Tensor, %b : Tensor):
  %one : int = prim::Constant[value=1]()
  %g : Tensor = aten::linear(%x, %w, %b)
  %z : Tensor = aten::sigmoid(%g)
  %n : Tensor = aten::tanh(%g)
  %d : Tensor = aten::sub(%n, %h, %one)
  %m : Tensor = aten::mul(%z, %d)
  %r : Tensor = aten::add(%h, %m, %one)
  return (%r)
"""


def eager_cell(x: torch.Tensor, h: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    g = torch.nn.functional.linear(x, w, b)
    return h + torch.sigmoid(g) * (torch.tanh(g) - h)


def test_result_and_gradients_equal_eager() -> None:
    f = function_of(CELL)
    torch.manual_seed(0)
    x, h = torch.randn(3, 4), torch.randn(3, 5)
    w, b = torch.randn(5, 4, requires_grad=True), torch.randn(5, requires_grad=True)
    found = f(x, h, w, b)
    expected = eager_cell(x, h, w, b)
    assert torch.equal(found, expected)
    mine = torch.autograd.grad(found.square().sum(), (w, b))
    theirs = torch.autograd.grad(expected.square().sum(), (w, b))
    assert all(torch.equal(p, q) for p, q in zip(mine, theirs, strict=True))


def test_grad_modes_of_the_caller_hold() -> None:
    f = function_of(CELL)
    x, h, w, b = torch.randn(3, 4), torch.randn(3, 5), torch.randn(5, 4, requires_grad=True), torch.randn(5)
    assert f(x, h, w, b).requires_grad
    with torch.no_grad():
        assert not f(x, h, w, b).requires_grad
    with torch.inference_mode():
        assert f(x, h, w, b).is_inference()


@pytest.mark.parametrize(
    ("body", "result", "arguments"),
    [
        ("aten::cat(%l, %i)", "Tensor", ([torch.ones(2), torch.zeros(3)], 0)),
        ("aten::stack(%l, %i)", "Tensor", ([torch.ones(2), torch.zeros(2)], 1)),
    ],
)
def test_lists_of_tensors(body: str, result: str, arguments: tuple[object, ...]) -> None:
    f = function_of(f"graph(%l : Tensor[], %i : int):\n  %r : {result} = {body}\n  return (%r)\n")
    expected = getattr(torch, body[6 : body.index("(")])(*arguments)
    assert torch.equal(f(*arguments), expected)


def test_several_results() -> None:
    f = function_of("""graph(%x : Tensor, %d : int):
  %no : bool = prim::Constant[value=0]()
  %v : Tensor, %i : Tensor = aten::max(%x, %d, %no)
  %t : (Tensor, Tensor) = prim::TupleConstruct(%v, %i)
  return (%t)
""")
    x = torch.randn(3, 4)
    values, indices = f(x, 1)
    assert torch.equal(values, x.max(1).values) and torch.equal(indices, x.max(1).indices)


def test_optional_tensors_and_lists_of_them() -> None:
    f = function_of("""graph(%x : Tensor, %i : Tensor):
  %none : NoneType = prim::Constant()
  %l : Tensor?[] = prim::ListConstruct(%none, %i)
  %r : Tensor = aten::index(%x, %l)
  return (%r)
""")
    x, i = torch.randn(2, 5), torch.tensor([3, 1])
    assert torch.equal(f(x, i), x[:, i])


def test_generator() -> None:
    f = function_of("""graph(%x : Tensor, %g : Generator):
  %r : Tensor = aten::bernoulli(%x, %g)
  return (%r)
""")
    x = torch.full((100,), 0.5)
    assert torch.equal(
        f(x, torch.Generator().manual_seed(3)), torch.bernoulli(x, generator=torch.Generator().manual_seed(3))
    )


def test_number_of_a_tensor() -> None:
    f = function_of("graph(%x : Tensor):\n  %r : int = aten::Int(%x)\n  return (%r)\n")
    assert f(torch.tensor(3)) == 3 and f(torch.tensor([2.9])) == 2
    with pytest.raises(RuntimeError, match="cannot be converted to Scalar"):
        f(torch.ones(2))


@pytest.mark.parametrize(
    ("text", "arguments", "error", "message"),
    [
        ("aten::mm(%x, %y)", (torch.ones(2, 3), torch.ones(2, 3)), RuntimeError, "shapes cannot be multiplied"),
        ("aten::squeeze(%x)", (3,), TypeError, "expected a value of type 'Tensor'"),
    ],
)
def test_errors(text: str, arguments: tuple[object, ...], error: type[Exception], message: str) -> None:
    names = ", ".join(f"%{n} : Tensor" for n in "xy"[: len(arguments)])
    f = function_of(f"graph({names}):\n  %r : Tensor = {text}\n  return (%r)\n")
    with pytest.raises(error, match=message) as caught:
        f(*arguments)
    assert "C++" not in str(caught.value) and "frame #" not in str(caught.value)


def test_index_error_is_eagers() -> None:
    f = function_of("graph(%x : Tensor, %d : int):\n  %r : Tensor = aten::unsqueeze(%x, %d)\n  return (%r)\n")
    with pytest.raises(IndexError) as eager:
        torch.ones(2).unsqueeze(7)
    with pytest.raises(IndexError) as found:
        f(torch.ones(2), 7)
    assert str(found.value) == str(eager.value)


def test_operator_written_in_python() -> None:
    @torch.library.custom_op("portfire_binding_test::shift", mutates_args=())
    def shift(x: torch.Tensor, by: float) -> torch.Tensor:
        if by < 0:
            raise ValueError("by must not be negative")
        return x + by

    assert any(s.startswith("portfire_binding_test::shift(") for s in _aten.dispatcher_schemas())
    f = function_of(
        "graph(%x : Tensor, %by : float):\n  %r : Tensor = portfire_binding_test::shift(%x, %by)\n  return (%r)\n"
    )
    assert torch.equal(f(torch.ones(2), 2.0), torch.full((2,), 3.0))
    with pytest.raises(ValueError, match="by must not be negative"):
        f(torch.ones(2), -1.0)


def forking_function() -> ScriptFunction:
    """f(x) = wait(fork(x * 2)) + x"""
    body = Graph("work")
    inner = Builder(body)
    doubled = inner.insert("aten::mul", [body.block.add_parameter(TENSOR, "x"), inner.constant(2)], TENSOR)
    body.block.add_input(doubled)
    graph = Graph("f")
    x = graph.block.add_parameter(TENSOR, "x")
    outer = Builder(graph)
    future = outer.insert("prim::fork", [x], FutureType(TENSOR), Subgraph=body)
    result = outer.insert("aten::wait", [future], TENSOR)
    graph.block.add_input(outer.insert("aten::add", [result, x, outer.constant(1)], TENSOR))
    return wrap_function(Function("__torch__.f", [Parameter("x", TENSOR)], TENSOR, graph))


def test_forked_calls_run_in_the_callers_grad_mode() -> None:
    f = forking_function()
    x = torch.ones(2, requires_grad=True)
    assert torch.equal(f(x), 3 * x) and f(x).requires_grad
    with torch.no_grad():
        assert not any(f(x).requires_grad for _ in range(50))


def test_warnings_are_pythons() -> None:
    f = function_of(
        "graph(%s : str):\n  %n : int = prim::Constant[value=2]()\n  %r : NoneType = aten::warn(%s, %n)\n  return (%s)\n"
    )
    with pytest.warns(UserWarning, match="careful$"):
        f("careful")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="careful$"):
            f("careful")


def test_threads_share_a_function() -> None:
    f = function_of(CELL)
    x, h, w, b = torch.randn(3, 4), torch.randn(3, 5), torch.randn(5, 4), torch.randn(5)
    expected = f(x, h, w, b)
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(all(torch.equal(f(x, h, w, b), expected) for _ in range(100))))
        for _ in range(4)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [True] * 4
