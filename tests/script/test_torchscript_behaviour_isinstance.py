"""What TorchScript's own test suite asks of `isinstance` and `torch.jit.isinstance`; eager is the oracle."""

import collections.abc
import numbers
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import pytest
import torch
from torch import Tensor

import portfire
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import diagnostics

ONE = torch.ones(1)

VALUES = [1, True, 2.5, 1j, "a", None, [1], [], ["a"], [ONE], (1,), (1, "a"), (), {}, {"a": 1}, {1: "a"}, ONE,
          torch.device("cpu"), [[1]], [{"a": 1}], {"a": ("b", "c")}]  # fmt: skip
INPUTS = [(v,) for v in VALUES]


def test_classes():
    def f(x: Any):
        numbers_ = (
            isinstance(x, int),
            isinstance(x, bool),
            isinstance(x, float),
            isinstance(x, complex),
            isinstance(x, (int, float)),
        )
        containers = isinstance(x, list), isinstance(x, tuple), isinstance(x, dict), isinstance(x, (list, dict))
        others = (
            isinstance(x, str),
            isinstance(x, Tensor),
            isinstance(x, torch.device),
            isinstance(x, type(None)),
            isinstance(x, object),
        )
        return numbers_, containers, others, isinstance(x, ()), isinstance(x, ((int,), (str, (float,))))

    check(f, *INPUTS)


def test_classes_of_the_typing_module_and_abstract_ones():
    def f(x: Any):
        plain = isinstance(x, List), isinstance(x, Dict), isinstance(x, Tuple)
        abstract = isinstance(x, collections.abc.Mapping), isinstance(x, collections.abc.Sequence)
        return plain, abstract, isinstance(x, collections.abc.Sized), isinstance(x, numbers.Number)

    def known(d: Dict[str, int], xs: List[int], t: Tuple[int, str], s: str, n: int, b: bool):
        mappings = (
            isinstance(d, collections.abc.Mapping),
            isinstance(d, collections.abc.MutableMapping),
            isinstance(xs, collections.abc.Mapping),
        )
        sequences = (
            isinstance(xs, collections.abc.Sequence),
            isinstance(t, collections.abc.Sequence),
            isinstance(s, collections.abc.Sequence),
        )
        rest = (
            isinstance(n, collections.abc.Iterable),
            isinstance(xs, collections.abc.Hashable),
            isinstance(n, numbers.Integral),
        )
        return mappings, sequences, rest, isinstance(b, int), isinstance(n, bool), isinstance(d, object)

    check(
        f, *[i for i in INPUTS if not isinstance(i[0], Tensor)]
    )  # Sized: a tensor has `__len__`, and a program does not ask
    check(known, ({"a": 1}, [1], (1, "a"), "b", 2, True))


def test_unions():
    either = int | str
    pair = (int, str)

    def f(x: Any):
        written = (
            isinstance(x, int | str),
            isinstance(x, int | None),
            isinstance(x, (int | str, list)),
            isinstance(x, list | dict | None),
        )
        return (
            written,
            isinstance(x, either),
            isinstance(x, pair),
            isinstance(x, Union[int, str]),
            isinstance(x, Optional[int]),
        )

    def known(x: int | str | float):
        if isinstance(x, int | float):
            return x + 1
        return x

    check(f, *INPUTS)
    check(known, (1,), ("a",), (2.5,))


def test_annotations():
    def lists(x: Any):
        ints, words = torch.jit.isinstance(x, List[int]), torch.jit.isinstance(x, List[str])
        return ints, words, torch.jit.isinstance(x, List[Tensor]), torch.jit.isinstance(x, List[List[int]])

    def others(x: Any):
        dicts = torch.jit.isinstance(x, Dict[str, int]), torch.jit.isinstance(x, Dict[int, str])
        pairs = torch.jit.isinstance(x, Dict[str, Tuple[str, str]]), torch.jit.isinstance(x, List[Dict[str, int]])
        tuples = torch.jit.isinstance(x, Tuple[int, str]), torch.jit.isinstance(x, Tuple[int])
        optional = (
            torch.jit.isinstance(x, Optional[Tensor]),
            torch.jit.isinstance(x, Optional[str]),
            torch.jit.isinstance(x, Optional[List[str]]),
        )
        return dicts, pairs, tuples, optional

    def one_of(x: Any):
        known = torch.jit.isinstance(x, (int, List[str])), torch.jit.isinstance(x, (List[float], Tuple[int, str]))
        return known, torch.jit.isinstance(x, int), torch.jit.isinstance(x, bool)

    for function in (lists, others, one_of):  # what an empty container holds, nobody knows
        check(function, *[i for i in INPUTS if i[0] not in ([], {}, ())])


def test_annotations_with_several_members():
    def f(x: Union[List[int], int, Dict[str, int]]):
        if torch.jit.isinstance(x, Union[int, float, str]):
            return x + 1
        if not torch.jit.isinstance(x, (int, List[int])):
            return x["a"]
        x.append(2)
        return len(x)

    check(f, (1,), ([1],), ([],), ({"a": 5},))


def test_what_a_test_says_of_a_variable():
    def f(x: Any):
        hits = 0
        if torch.jit.isinstance(x, List[Tensor]):
            for item in x:
                hits += item.numel()
        if torch.jit.isinstance(x, Dict[str, str]):
            for value in x.values():
                hits += len(value)
        while torch.jit.isinstance(x, List[int]) and hits < 3:
            hits += len(x)
        return hits

    check(f, ([ONE, torch.ones(3)],), ({"1": "111", "2": "22"},), ([4, 5],), ("a",), (1,))


def half(n: int) -> int:
    return n // 2


def test_a_bool_is_an_int():
    def f(x: Any):
        if isinstance(x, int):
            total = 0
            for i in range(x):
                total += i + 1
            numbers_ = x + 1, -x, x * 2, x % 2, x > 0, max(x, 2), float(x), half(x)
            return total, numbers_, [10, 20][x], [0] * x, ONE * x, str(x), f"{x}", isinstance(x, bool)
        return None

    def nested(x: Any) -> str:
        if isinstance(x, bool):
            return "bool"
        elif isinstance(x, int):
            return str(x + 1)
        return "other"

    check(f, (1,), (True,), (0,), (False,), ("a",), (2.5,))
    check(nested, (1,), (True,), ("a",))


class Pair(NamedTuple):
    a: int
    b: str


def test_named_tuples():
    def f(x: Union[Pair, int]):
        return isinstance(x, Pair), isinstance(x, tuple)

    def known(x: Pair, y: Tuple[int, str]):
        return isinstance(x, Pair), isinstance(x, tuple), isinstance(y, Pair), isinstance(x, collections.abc.Sequence)

    check(f, (Pair(1, "a"),), (3,))
    check(known, (Pair(1, "a"), (1, "a")))


def test_match_on_any():
    def f(x: Any):
        match x:
            case dict():
                return "dict"
            case bool():
                return "bool"
            case int() | float():
                return "number"
            case list() | tuple():
                return "sequence"
            case _:
                return "other"

    check(f, *INPUTS)


def test_in_files():
    """libtorch has no word for any dict: it is told so."""
    import io

    def f(x: Any, n: int):
        return n + 1 if isinstance(x, dict) else n

    compiled = portfire.script(f)
    assert saved_and_loaded(compiled)({"a": 1}, 1) == 2
    file = io.BytesIO()
    with pytest.warns(match="asks whether a value is a dict"):
        portfire.save(compiled, file)
    file.seek(0)
    with pytest.raises(torch.jit.Error, match="asks whether a value is a dict"):
        torch.jit.load(file)({"a": 1}, 1)


@pytest.mark.parametrize("types", [[int, str], 3, "int"], ids=str)
def test_what_is_no_type(types):
    def f(x: Any):
        return isinstance(x, types)

    (found,) = diagnostics(f)
    assert found.code == "type-mismatch" and "tuple of types" in found.help
