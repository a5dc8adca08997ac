"""Python values into programs and back: what is accepted, what comes out, what is refused and how."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy
import pytest
import torch

from portfire.errors import ArgumentError
from tests.engine.text_functions import function_of, identity_of


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("int", 3), ("int", -(2**63)), ("float", 2.5), ("bool", True), ("str", "größe"), ("complex", 1 + 2j),
        ("int[]", [1, 2, 3]), ("int[]", []), ("float[]", [1.0, 2.0]), ("str[]", ["a", ""]), ("int[][]", [[1], [], [2, 3]]),
        ("Dict(str, int)", {"b": 1, "a": 2}), ("(int, str)", (1, "x")), ("(int[], (float, bool))", ([1], (0.5, False))),
        ("int?", None), ("int?", 4), ("Scalar", 3), ("Scalar", 3.5), ("Device", torch.device("cpu")),
    ],
)  # fmt: skip
def test_round_trip(type_: str, value: object) -> None:
    found = identity_of(type_)(value)
    assert found == value
    assert type(found) is type(value)


def test_numbers_that_convert() -> None:
    assert identity_of("float")(3) == 3.0 and type(identity_of("float")(3)) is float
    assert identity_of("complex")(3) == 3 + 0j
    assert identity_of("float")(numpy.float64(0.5)) == 0.5
    assert identity_of("int")(True) == 1
    assert identity_of("int[]")((1, 2)) == [1, 2]
    assert identity_of("int[]")(torch.Size([2, 3])) == [2, 3]
    assert math.isnan(identity_of("float")(math.nan))


def test_torch_constants_are_ints() -> None:
    assert identity_of("int")(torch.float32) == 6
    assert identity_of("int?")(torch.strided) == 0
    assert identity_of("int")(torch.channels_last) == 2


def test_dict_keeps_its_order() -> None:
    value = OrderedDict([("z", 1), ("a", 2), ("m", 3)])
    assert list(identity_of("Dict(str, int)")(value)) == ["z", "a", "m"]


def test_containers_are_copied() -> None:
    value = [1, 2]
    assert identity_of("int[]")(value) is not value


def test_tensors_are_shared() -> None:
    tensor = torch.randn(3)
    parameter = torch.nn.Parameter(torch.randn(2))
    same = identity_of("Tensor")
    assert same(tensor) is tensor
    assert same(parameter) is parameter
    assert identity_of("Tensor[]")([tensor])[0] is tensor
    assert identity_of("Tensor?")(None) is None


def test_in_place_result_is_the_argument() -> None:
    f = function_of("""graph(%x : Tensor):
  %n : int = prim::Constant[value=1]()
  %y : Tensor = aten::add_(%x, %n, %n)
  return (%y)
""")
    tensor = torch.zeros(2)
    assert f(tensor) is tensor
    assert tensor.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        ("int", 2.0, "expected a value of type 'int', found 'float'"),
        ("int", "1", "found 'str'"),
        ("int", torch.tensor(1), "found 'Tensor'"),
        ("int", 2**63, "does not fit in 64 bits"),
        ("int", numpy.int64(3), "numpy scalar; convert it with int()"),
        ("float", "x", "expected a value of type 'float'"),
        ("bool", 1, "expected a value of type 'bool', found 'int'"),
        ("str", None, "found 'NoneType'"),
        ("Tensor", 3, "expected a value of type 'Tensor', found 'int'"),
        ("int[]", [1, "x"], "item 1: expected a value of type 'int', found 'str'"),
        ("int[]", 3, "expected a value of type 'int[]', found 'int'"),
        ("Dict(str, int)", {"a": 1, "b": None}, "key 'b': expected a value of type 'int'"),
        ("(int, int)", (1, 2, 3), "expected a tuple of 2 items, found 3"),
        ("int?", "x", "expected a value of type 'int'"),
    ],
)
def test_refused_arguments(type_: str, value: object, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        identity_of(type_)(value)
    text = str(caught.value)
    assert message in text
    assert "f(): argument 'x' (position 1)" in text
    assert f"Declaration: f({type_} x)" in text


class TestBinding:
    def setup_method(self) -> None:
        self.f = function_of(
            "graph(%a : int, %b : int, %c : int):\n  %t : (int, int, int) = prim::TupleConstruct(%a, %b, %c)\n  return (%t)\n",
            b=20, c=30,
        )  # fmt: skip

    def test_positional_keyword_default(self) -> None:
        assert self.f(1) == (1, 20, 30)
        assert self.f(1, 2) == (1, 2, 30)
        assert self.f(1, c=3) == (1, 20, 3)
        assert self.f(c=3, a=1, b=2) == (1, 2, 3)
        assert self.f(*[1], **{"c": 4}) == (1, 20, 4)

    @pytest.mark.parametrize(
        ("args", "kwargs", "message"),
        [
            ((), {}, "missing value for argument 'a'"),
            ((1, 2, 3, 4), {}, "expected at most 3 positional arguments, found 4"),
            ((1,), {"a": 2}, "argument 'a' is given twice"),
            ((1,), {"d": 2}, "unknown keyword argument 'd'"),
        ],
    )
    def test_mistakes(self, args: tuple[int, ...], kwargs: dict[str, int], message: str) -> None:
        with pytest.raises(ArgumentError, match=message):
            self.f(*args, **kwargs)
        assert issubclass(ArgumentError, TypeError)
