"""What TorchScript's own test suite asks of `Union`; eager is the oracle."""

import enum
from typing import Any, Dict, List, Optional, Tuple, Union

import pytest
import torch
from torch import Tensor

import portfire
from tests.script.after_loading import check
from tests.script.agreement import codes


class Shade(enum.Enum):
    DARK = 1
    LIGHT = 2


def numbers(x: Union[int, float]) -> str:
    return "number"


def containers(x: Dict[str, int] | List[int]) -> str:
    return "container"


def member_or_text(x: Union[str, Shade]) -> str:
    return x if isinstance(x, str) else x.name


def test_arguments():
    check(numbers, (1,), (1.5,))
    check(containers, ({"a": 1},), ([1, 2],), ({},), ([],))
    check(member_or_text, (Shade.DARK,), ("a",))


@pytest.mark.parametrize(
    "function, wrong", [(numbers, "1"), (containers, {"a": "b"}), (containers, ["a"]), (member_or_text, 1)]
)
def test_arguments_of_other_types(function, wrong):
    with pytest.raises(
        portfire.errors.ArgumentError, match=r"argument 'x' \(position 1\).*expected a value of type 'Union"
    ):
        portfire.script(function)(wrong)


def test_how_unions_are_built():
    def schema(annotation: Any) -> str:
        def f(x):
            return 0

        f.__annotations__["x"] = annotation
        return str(portfire.script(f).schema).partition("(")[2].partition(" x)")[0]

    assert schema(Union[Union[int, str], float]) == schema((int | str) | float) == "Union(int, str, float)"
    assert schema(Union[int]) == "int" and schema(Union[int, None]) == "int?"
    assert schema(Union[int, str, int]) == "Union(int, str)"
    assert schema(Union[int, Optional[float], Optional[int]]) == "Union(int, float, NoneType)"
    assert schema(Union[str, Tuple[Optional[int], int], Tuple[int, int]]) == "Union(str, (int?, int))"
    assert schema(List[str] | List[float] | List[str]) == "Union(str[], float[])"


class Kept:
    def __init__(self, x: Union[int, str]) -> None:
        self.x = x


def test_attributes_of_objects_and_modules():
    def f(x: Union[str, int]):
        return Kept(x).x

    class Model(torch.nn.Module):
        held: int | str

        def __init__(self, held):
            super().__init__()
            self.held = held

        def forward(self, y: int | str):
            before = self.held
            self.held = y
            return before, self.held

    check(f, ("a",), (1,))
    for held in (2, "b"):
        for given in (1, "a"):
            check(Model(held), (given,))


def squared(n: int):
    return int(n**2)


def twice(s: str):
    return s + s


def test_a_variable_is_what_was_assigned_last():
    def f() -> int | str:
        x: int | str = "a"
        i: int = 3
        x = i
        y: int = squared(x)
        z: str = twice(str(y))
        x = z
        return x

    check(f, ())


def test_optional_unions():
    def f(flag: int) -> Union[str, int, None]:
        y: int | str | None = "a"
        if flag == 0:
            x: Optional[Union[int, str]] = y
        elif flag == 1:
            x: Optional[Union[int, str]] = 1
        else:
            x: Optional[Union[int, str]] = None
        return x

    def smaller() -> Union[int, str, Tensor]:
        x: Union[int, str] = "a"
        return x

    check(f, (0,), (1,), (2,))
    check(smaller, ())


def test_unions_in_containers():
    def f(n: int):
        values: List[Union[int, str]] = []
        values.append("a")
        values.append(n)
        by_name: Dict[str, Union[int, str]] = {}
        by_name["a"] = "b"
        by_name["n"] = n
        pair: Tuple[Union[int, str], Union[int, str]] = (n, "c")
        return values, by_name, pair, by_name["n"]

    def wrong():
        values: List[Union[int, str]] = [1, "a"]
        values.append(2.5)
        return values

    check(f, (1,))
    assert codes(wrong) == ["type-mismatch"]


def test_refinement():
    def by_tuple(x: Union[int, float, List[str]]) -> str:
        if isinstance(x, (int, float)):
            if isinstance(x, int):
                return str(x + 1)
            else:
                return str(x * 2)
        else:
            return x[0] if len(x) else "nothing"

    def by_more_than_it_is(x: Union[int, List[str]]):
        if isinstance(x, (int, float)):
            return str(x + x)
        return x[0]

    def by_the_rest(x: Union[List[int], int]):
        if not torch.jit.isinstance(x, List[int]):
            return x
        x.append(1)
        return x[0] + len(x)

    def without_a_declaration(n: int) -> str:
        y = "text"
        if n % 2:
            y = n
        return y if isinstance(y, str) else str(y + 1)

    check(by_tuple, (1,), (1.5,), (["a"],), ([],))
    check(by_more_than_it_is, (1,), (["a", "b"],))
    check(by_the_rest, (1,), ([1, 2],), ([],))
    check(without_a_declaration, (1,), (2,))


def test_an_alias_stays_one():
    def f():
        x: List[Tensor] = []
        z: List[Optional[List[Tensor]]] = []
        z.append(x)
        alias = z[0]
        if torch.jit.isinstance(alias, List[Tensor]):
            alias.append(torch.tensor(3))
        return x

    check(f, ())


def test_declared_in_both_branches():
    def f(n: int) -> str:
        if n % 2:
            y: Union[str, int] = "odd"
        else:
            y: Union[str, int] = n
        return y if isinstance(y, str) else "even"

    check(f, (1,), (2,))


def test_displays_take_the_member_they_fit():
    def lists(n: int):
        tensors: Union[List[str], List[Tensor]] = [torch.arange(n), torch.arange(5)]
        words: Union[List[str], List[Tensor]] = [w + "!" for w in ["a", "b"]]
        empty: Union[List[Tensor], int] = []
        if torch.jit.isinstance(empty, List[Tensor]):
            empty.append(torch.ones(n))
        values: Union[List[Any], str] = [torch.ones(1) * i for i in range(n)]
        return tensors, words, empty, values

    def dicts(n: int):
        ints: Union[Dict[str, Tensor], Dict[str, int]] = {"a": 1, "b": n}
        made: Union[Dict[str, Tensor], int] = dict(a=torch.arange(n), b=torch.ones(2))
        pairs: Union[Dict[str, Tensor], int] = dict([("a", torch.ones(1))], c=torch.zeros(n))
        zipped: Union[Dict[str, Tensor], Dict[str, int]] = {k: v + 1 for k, v in zip(["a", "b"], [n, 2])}
        none: Union[Dict[str, Tensor], int] = dict([])
        if torch.jit.isinstance(none, Dict[str, Tensor]):
            none["k"] = torch.ones(1)
        return ints, made, pairs, zipped, none

    check(lists, (3,))
    check(dicts, (3,))


def list_of_two_types():
    x: Union[List[str], List[Tensor]] = [torch.ones(2), 1]
    return x


def list_for_a_number():
    x: Union[int, Tensor] = [1]
    return x


def dict_of_two_types():
    x: Union[Dict[str, Tensor], Dict[str, int]] = {"a": torch.ones(2), "b": 2}
    return x


def dict_of_ints_for_tensors():
    x: Union[Dict[str, Tensor], int] = {"a": 1}
    return x


def dict_for_lists():
    x: Union[List[str], List[int]] = {}
    return x


@pytest.mark.parametrize(
    "wrong", [list_of_two_types, list_for_a_number, dict_of_two_types, dict_of_ints_for_tensors, dict_for_lists]
)
def test_displays_that_fit_no_member(wrong):
    assert codes(wrong) == ["type-mismatch"]


def held(values: List[Optional[Tensor]]) -> int:
    return len([v for v in values if v is not None])


class Keeper(torch.nn.Module):
    kept: List[Optional[Tensor]]

    def __init__(self):
        super().__init__()
        self.kept = []

    def forward(self, x, n: int):
        self.kept = [x * i for i in range(n)]
        self.kept.append(None)
        return held(self.kept), self.kept


def test_lists_and_dicts_made_here_take_wider_items():
    def declared(x, n: int):
        a: List[Any] = [x * i for i in range(n)]
        b: List[Optional[Tensor]] = [x * i for i in range(n)]
        b.append(None)
        c: Dict[str, Optional[int]] = {str(i): i for i in range(n)}
        d: Optional[List[Any]] = [x * i for i in range(n)]
        e: List[List[Optional[int]]] = [[j for j in range(i)] for i in range(n)]
        e[0].append(None)
        f: Union[Dict[str, Any], int] = {str(i): x for i in range(n)}
        return a, b, c, d, e, f

    def returned(n: int) -> Tuple[List[Optional[int]], Dict[str, Any]]:
        table = {}
        for i in range(n):
            table[str(i)] = i
        return [i for i in range(n)], table

    def handed_on(x, n: int):
        grown = [x]
        for i in range(n):
            grown.append(x * i)
        return held([x * i for i in range(n)]), held(grown), held([x, x])

    x = torch.ones(2)
    check(declared, (x, 3), (x, 1))
    check(returned, (3,), (0,))
    check(handed_on, (x, 2))
    check(Keeper(), (x, 2))


def test_lists_grow_by_lists_of_narrower_items():
    def f(x, n: int):
        words, numbers_ = [str(i) for i in range(n)], [i for i in range(n)]
        either: List[Union[int, str]] = []
        either.extend(words)
        either.extend(numbers_)
        either += words
        either += ["a", 2]
        optional: List[Optional[Tensor]] = []
        optional.extend([x, x])
        optional.extend([None])
        anything: List[Any] = []
        anything.extend([x])
        anything.extend(range(n))
        return either, optional, anything

    def undeclared(n: int):
        values = [1]
        values.extend(["a"])
        values.extend([2.5 for _ in range(n)])
        return values

    def wrong():
        values: List[int] = []
        values.extend(["a"])
        return values

    check(f, (torch.ones(1), 2))
    check(undeclared, (2,))
    assert codes(wrong) == ["type-mismatch"]


def test_annotations_that_the_function_was_given():
    def f(x, n, more=2):
        return x * n + more

    f.__annotations__.update(x=int, n="float", more=float)
    double = lambda x: x * 2  # noqa: E731
    double.__annotations__ = {"x": List[int], "return": List[int]}
    assert str(portfire.script(f).schema) == "f(int x, float n, float more=2) -> float"
    assert portfire.script(double)([1, 2]) == [1, 2, 1, 2]
