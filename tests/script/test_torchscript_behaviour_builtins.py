"""What TorchScript's own test suite asks of builtins, checks, indices and numbers; eager is the oracle."""

import math
from typing import Dict, List, NamedTuple, Optional, Set, Tuple, Union

import pytest
import torch
from torch import Tensor

from tests.script.after_loading import check
from tests.script.agreement import agree_exactly, codes

T = torch.tensor
CUBE = torch.arange(24).reshape(2, 3, 4)


def test_checks():
    def f(x):
        torch._check(x.sum().item() > -1000)
        torch._check(cond=x.sum().item() > -100, message=lambda: f"the sum is {x.sum().item()}")
        torch._check(message=lambda: "last", cond=x.sum().item() > 0)
        return x

    def kinds(kind: int, x):
        torch._check_value(kind != 0, lambda: "a value")
        torch._check_index(kind != 1, lambda: "an index")
        torch._check_type(kind != 2)
        torch._check_not_implemented(kind != 3, lambda: "not yet")
        sizes: List[int] = x.tolist()
        for s in sizes:
            torch._check(s > 0, lambda: "all are positive")
        return kind

    agree_exactly(f, (T([1, 2]),), (T([-1]),), (T([-200]),), (T([-2000]),))
    agree_exactly(kinds, *[(k, T([1, 2])) for k in range(5)], (4, T([1, 0])))


def _check_with_too_much(x):
    torch._check(True, lambda: "a", lambda: "b")


def _check_with_an_unknown_name(x):
    torch._check(True, text="a")


def _check_given_twice(x):
    torch._check(True, cond=False)


def _check_of_nothing(x):
    torch._check(message=lambda: "a")


def _index_without_a_key(x):
    return x.__getitem__()


def _index_with_two_keys(x):
    return x.__getitem__(0, 1)


def _length_of_something_else(x):
    return x.__len__(1)


def _list_without_a_key(xs: List[int]):
    return xs.__getitem__()


def _append_nothing(xs: List[int]):
    return xs.append()


def _get_nothing(d: Dict[int, int]):
    return d.get()


def _get_with_two_defaults(d: Dict[int, int]):
    return d.get(1, 2, 3)


def _pop_nothing(d: Dict[int, int]):
    return d.pop()


def _update_with_two(d: Dict[int, int]):
    d.update({}, {})


def _keys_of_something(d: Dict[int, int]):
    return list(d.keys(1))


def _add_nothing(s: Set[int]):
    s.add()


@pytest.mark.parametrize(
    "function",
    [
        _check_with_too_much, _check_with_an_unknown_name, _check_given_twice, _check_of_nothing, _index_without_a_key,
        _index_with_two_keys, _length_of_something_else, _list_without_a_key, _append_nothing, _get_nothing,
        _get_with_two_defaults, _pop_nothing, _update_with_two, _keys_of_something, _add_nothing,
    ],
)  # fmt: skip
def test_what_python_cannot_call_is_refused(function):
    assert codes(function) == ["bad-call"]


def test_methods_of_tensors_by_their_special_names():
    def f(x):
        return (
            x.__getitem__(T([0, 2])),
            x.__getitem__(0),
            x.__getitem__((0, 1)),
            x.__getitem__(slice(0, 2)),
            x.__len__(),
        )

    check(f, (torch.arange(12.0).reshape(3, 4),))


def test_powers_of_what_tensors_hold():
    def f(x, y):
        return x.item() ** y.item(), x.item() ** 2, 2 ** x.item(), x.item() ** 0.5, 2.0 ** x.item(), pow(x.item(), 3)

    values = [T(2), T(0), T(2.5), T(7)]
    agree_exactly(f, *[(a, b) for a in values for b in values], (T(2), T(-2)), (T(0), T(-1)), (T(1.5), T(-1)))


def test_powers():
    def ints(a: int, b: int):
        return a**b

    def mixed(a: int, b: float):
        return a**b

    def reals(a: float, b: float):
        return a**b

    def by_ints(a: float, b: int):
        return a**b

    inf, nan = math.inf, math.nan
    agree_exactly(ints, (2, 1), (2, 0), (-2, 2), (-2, 0), (0, 2), (0, 0), (2, 62), (-2, 63), (3, 39), (0, -2))
    agree_exactly(
        mixed, (4, -0.5), (0, -2.5), (2, 2.5), (2, -0.0), (-2, 2.0), (-2, -3.0), (0, 0.5), (0, 0.0), (0, inf), (2, 1e10)
    )
    agree_exactly(
        reals, (2.5, 2.0), (2.5, -2.0), (-2.5, -3.0), (0.0, 2.0), (0.0, -2.0), (1e200, 2.0), (nan, 0.0), (1.0, nan), (-1.0, inf)
    )  # fmt: skip
    agree_exactly(by_ints, (2.5, -2), (-2.5, -3), (0.0, 0), (0.0, -2), (-0.0, -3), (1e-200, 2), (inf, -1))


def test_tuples_of_any_length_as_indices():
    def read(x, i: List[int], like):
        return x[tuple(i)], x[like.shape]

    def written(x, i: List[int]):
        x[tuple(i)] = 7
        x[tuple(i)] += 1
        return x

    keys = [[], [1], [1, 2], [-1, 0, 3]]
    check(read, *[(CUBE, i, torch.ones(1, 2)) for i in keys], (CUBE, [2], T(1)), (CUBE, [0, 0, 0, 0], T(1)))
    check(written, *[(CUBE.clone(), i) for i in keys])


@pytest.mark.filterwarnings("ignore:Using a non-tuple sequence")
def test_lists_of_tensors_and_of_lists_as_indices():
    def tensors(x, i: List[Tensor]):
        return x[i], x[tuple(i)], x[tuple(torch.stack(i).unbind(0))]

    def written(x, i: List[Tensor]):
        x[tuple(i)] = 5
        x[i] += 1
        return x

    def rows(x, i: List[List[int]]):
        return x[i], x[[[0, 1], [1, 0]]], x[[[0], [1], [2]]], x[[0, 1], [1, 0]], x[[0, 1]]

    check(tensors, (CUBE, [T([0, 1]), T([2, 1])]), (CUBE, [T([0, 1])]), (CUBE, [T(1), T(2), T(0)]))
    check(written, (CUBE.clone(), [T([0, 1]), T([2, 1])]), (CUBE.clone(), [T([True, False])]))
    check(rows, (CUBE, [[0, 1], [1, 2]]), (CUBE, [[1]]), (CUBE, [[0]] * 40), (CUBE, [[9]]))


def test_lists_of_nothing_of_floats_and_of_bools_as_indices():
    def f(x, mask: List[bool]):
        reals = [0.9, 1.2]
        return (
            x[[]],
            x[:, []],
            x[..., []],
            x[[], 0],
            x[reals],
            x[0, reals],
            x[reals, reals],
            x[mask],
            x[0, mask[:1] * 3],
        )

    def written(x):
        x[[]] = 3
        x[[0.5]] = 4
        return x

    check(f, (CUBE, [True, False]), (CUBE, [False, False]))
    check(written, (CUBE.clone(),))


def test_variables_are_deleted():
    def f(x):
        a = x**2
        if bool(a > 1):
            del a
        else:
            a = a + 1
        return a

    agree_exactly(f, (T(0.5),), (T(3.0),))


def test_what_has_which_attribute():
    class First(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = 0

    class Second(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.b = 1

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = torch.nn.ModuleList([First(), Second()])

        def forward(self, x):
            found: List[int] = []
            for part in self.parts:
                found.append(int(hasattr(part, "a")) * 2 + int(hasattr(part, "b")))
                if hasattr(part, "a"):
                    found.append(part.a)
                if hasattr(part, "b"):
                    found.append(part.b)
                found.append(getattr(part, "a", 7))
            return found, hasattr(x, "shape"), hasattr(x, "nothing"), hasattr(found, "append"), hasattr("a", "upper")

    def by_a_name(x, name: str):
        return hasattr(x, name)

    check(Model(), (T(1),))
    assert codes(by_a_name) == ["not-a-constant"]


class _Point(NamedTuple):
    x: int

    def double(self) -> int:
        return 2 * self.x


def test_what_has_which_attribute_is_said_by_its_class():
    def ints(x: int):
        return (
            hasattr(x, "__add__"),
            hasattr(x, "__call__"),
            hasattr(x, "bit_length"),
            hasattr(x, "__dict__"),
            hasattr(x, "__len__"),
        )

    def lists(x: List[int]):
        return (
            hasattr(x, "__len__"),
            hasattr(x, "__iter__"),
            hasattr(x, "append"),
            hasattr(x, "shape"),
            getattr(x, "shape", 3),
        )

    def dicts(x: Dict[str, int]):
        return hasattr(x, "__contains__"), hasattr(x, "keys"), hasattr(x, "append"), hasattr(x, "__class__")

    def tuples(x: Tuple[int, ...]):
        return hasattr(x, "append"), hasattr(x, "count"), hasattr(x, "__getitem__"), hasattr(x, "_fields")

    def points(x: _Point):
        return hasattr(x, "_fields"), hasattr(x, "x"), hasattr(x, "double"), hasattr(x, "y"), hasattr(x, "__dict__")

    def tensors(x: Tensor):
        return (
            hasattr(x, "__iter__"),
            hasattr(x, "numpy"),
            hasattr(x, "shape"),
            hasattr(x, "keys"),
            hasattr(x, "__call__"),
        )

    def optionals(x: Optional[Tensor], n: Optional[int]):
        return hasattr(x, "shape"), hasattr(x, "keys"), hasattr(n, "real"), hasattr(n, "__class__")

    def dtypes(x: torch.dtype, d: torch.device):
        return hasattr(x, "bit_length"), hasattr(x, "itemsize"), hasattr(d, "index"), hasattr(d, "keys")

    def unions(x: Union[int, str]):
        return hasattr(x, "upper")

    check(ints, (1,))
    check(lists, ([1],))
    check(dicts, ({"a": 1},))
    check(tuples, ((1, 2),))
    check(points, (_Point(1),))
    check(tensors, (T(1),))
    check(optionals, (T(1), 2), (None, None))
    check(dtypes, (torch.float, torch.device("cpu")))
    assert codes(unions) == ["not-a-constant"]


def test_operators_by_the_names_of_their_methods():
    def f(xs: List[int], d: Dict[str, int], s: str, n: int, x: float, t: Tuple[int, str], w: Set[int]):
        xs.__setitem__(0, 4)
        d.__setitem__("q", 1)
        found = (
            xs.__getitem__(0), d.__getitem__("a"), s.__getitem__(0), xs.__len__(), d.__len__(), s.__len__(), t.__len__(), w.__len__(),
            d.__contains__("a"), xs.__contains__(4), s.__contains__("a"), w.__contains__(7), xs.__add__([1]), s.__add__("x"), xs.__mul__(2),
            n.__add__(1), n.__lt__(3), x.__mul__(2.0), n.__floordiv__(2), n.__pow__(2), t.__getitem__(1), t.__eq__((1, "a")), xs.__eq__([4]),
            s.__ne__("a"), w.__or__({9}) == {7, 9},
        )  # fmt: skip
        d.__delitem__("q")
        xs.__delitem__(0)
        return found, xs, d

    def wrong(xs: List[int]):
        return xs.__contains__()

    check(f, ([1, 2], {"a": 1}, "abc", 5, 2.5, (1, "a"), {7}))
    assert codes(wrong) == ["bad-call"]
