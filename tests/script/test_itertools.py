"""itertools, functools, operator: consumed in place."""

import functools
import itertools
import operator
from itertools import chain, combinations, product, zip_longest
from operator import itemgetter, mul
from typing import List, Tuple

import torch
from torch import Tensor, nn

import portfire
from tests.script.agreement import check


def test_one_after_the_other():
    def f(xs: List[int], ys: List[int]):
        return (
            list(chain(xs, ys)), list(chain.from_iterable([xs, ys, xs])), list(zip_longest(xs, ys, fillvalue=0)),
            list(zip_longest(xs, ys)), list(itertools.islice(xs, 2)), list(itertools.islice(xs, 1, 3)),
            list(itertools.islice(xs, 0, None, 2)), list(itertools.pairwise(xs)), list(itertools.repeat(xs, 2)),
            [x for x in chain(xs, range(2))],
        )  # fmt: skip

    check(f, ([1, 2, 3], [4, 5]), ([], [1]), ([1], []))


def test_all_choices():
    def f(xs: List[int], words: List[str]):
        return (
            list(product(xs, words)), [a * b for a, b in product(xs, range(2))], list(product(range(2), repeat=2)),
            list(combinations(xs, 2)), list(itertools.permutations(xs, 2)),
            list(itertools.combinations_with_replacement(xs, 2)), sum(a * b for a, b in combinations(xs, 2)),
        )  # fmt: skip

    check(f, ([1, 2, 3], ["a", "b"]), ([], ["a"]))


def test_item_by_item():
    def f(xs: List[int]):
        return (
            list(itertools.takewhile(lambda x: x < 5, xs)), list(itertools.dropwhile(lambda x: x < 5, xs)),
            list(itertools.accumulate(xs)), list(itertools.accumulate(xs, lambda a, b: a * b)),
            list(itertools.accumulate(xs, max, initial=3)), list(itertools.starmap(lambda a, b: a + b, [(1, 2)])),
            list(itertools.compress(xs, [True, False, True])), list(itertools.filterfalse(lambda x: x > 2, xs)),
            [(k, list(g)) for k, g in itertools.groupby(xs)], [(k, len(list(g))) for k, g in itertools.groupby(xs, lambda x: x % 2)],
        )  # fmt: skip

    check(f, ([1, 1, 5, 2, 2],), ([],))


def test_without_an_end():
    def f(n: int, xs: List[int]):
        total = 0
        for i in itertools.count(2):
            if i > n:
                break
            total += i
        for a, b in zip(itertools.cycle([1, 2]), xs):
            total += a * b
        return (
            total,
            list(zip(xs, itertools.count(1, 2))),
            list(itertools.islice(itertools.count(5), 3)),
            [a + b for a, b in zip(xs, itertools.repeat(10))],
        )

    check(f, (5, [3, 4, 5]), (0, []))


def test_reduce():
    def f(xs: List[int], words: List[str]):
        return (
            functools.reduce(lambda a, b: a * 10 + b, xs),
            functools.reduce(mul, xs, 1),
            functools.reduce(max, xs),
            (functools.reduce(operator.add, words, "")),
        )

    check(f, ([1, 2, 3], ["a", "b"]), ([4], []))


def test_reduce_of_nothing():
    def f(xs: List[int]):
        return functools.reduce(operator.add, xs)

    check(f, ([],), ([1, 2],))


def test_operators():
    def f(xs: List[int], t: Tuple[int, str], s: str):
        return (
            operator.add(s, "x"), operator.getitem(xs, 1), itemgetter(1)(t), itemgetter(0, 2)(xs), operator.neg(3),
            operator.contains(xs, 2), operator.floordiv(-7, 2), operator.mod(-7, 3), operator.and_(6, 3), operator.not_(xs),
            operator.pow(2, 3), operator.truediv(1, 2), operator.concat(xs, xs), operator.is_not(xs, None),
            operator.attrgetter("real")(3), operator.methodcaller("upper")(s), operator.xor(5, 1), operator.lt("a", s),
        )  # fmt: skip

    check(f, ([1, 2, 3], (1, "a"), "b"))


class Towers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
        self.second = nn.ModuleList([nn.Linear(2, 2)])
        self.by_name = nn.ModuleDict({"b": nn.Linear(2, 2), "a": nn.Tanh()})

    def forward(self, x: Tensor) -> Tensor:
        for layer in itertools.chain(self.first, self.second):
            x = layer(x)
        for a, b in itertools.product(self.first, self.second):
            x = a(x) + b(x)
        for name in sorted(self.by_name.keys()):
            x = self.by_name[name](x)
        for layer, scale in itertools.zip_longest(self.first, (2.0,), fillvalue=1.0):
            x = layer(x) * scale
        return functools.reduce(lambda value, layer: layer(value), self.first, x)


def test_over_modules():
    model = Towers()
    x = torch.randn(3, 2)
    assert torch.equal(portfire.script(model)(x), model(x))
