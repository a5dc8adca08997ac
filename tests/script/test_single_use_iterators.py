"""`zip`, `enumerate`, `map`, `filter`, `reversed` and generators are iterators: what has consumed them leaves nothing behind."""

import pytest
import torch
from torch import nn

from tests.script.after_loading import check
from tests.script.agreement import agree_exactly, codes

LISTS = (([1, 2, 3], [3, 2, 1]), ([], []), ([1], [1, 2]))


def test_two_consumers():
    def f(a: list[int], b: list[int]):
        pairs, counted, doubled = zip(a, b), enumerate(a, 1), map(lambda x: x * 2, a)
        left, backwards = filter(lambda x: x > 1, a), reversed(b)
        generated = (x + 1 for x in a)
        return (
            (list(pairs), list(pairs)), (list(counted), list(counted)), (sum(doubled), sum(doubled)),
            (list(left), list(left)), (list(backwards), [x for x in backwards]), (sum(generated), sum(generated)),
        )  # fmt: skip

    agree_exactly(f, *LISTS)


def test_a_loop_that_is_left_and_gone_on_with():
    def f(a: list[int], b: list[int]):
        pairs = zip(a, b)
        for x, y in pairs:
            if x == y:
                break
        rest = [x for x, _ in pairs]
        counted = enumerate(a)
        for i, _ in counted:
            if i == 0:
                continue
            for j, _ in counted:
                i += j
            rest.append(i)
        return rest

    agree_exactly(f, *LISTS)


def test_a_loop_whose_body_takes_items_too():
    def in_pairs(a: list[int]):
        items, found = iter(a), []
        for x in items:
            found.append((x, next(items, 0)))
        return found, [(x, next(items, -1)) for x in items], next(items, 5)

    def from_the_first(a: list[int], b: list[int]):
        items, total = iter(a + b), 0
        for x in items:
            for y in items:
                total += x * y
                if total > 5:
                    break
            else:
                total += 100
        return total

    agree_exactly(in_pairs, ([1, 2, 3, 4],), ([1, 2, 3],), ([],))
    agree_exactly(from_the_first, *LISTS)


def test_consumed_in_a_loop_or_a_comprehension():
    def f(a: list[int], b: list[int]):
        pairs, backwards, doubled = zip(a, b), reversed(a), map(lambda x: x * 2, b)
        total = 0
        for i in range(2):
            for x, y in pairs:
                total += x * y + i
        return total, [x for _ in range(2) for x in backwards], [[x for x in doubled] for _ in range(2)]

    agree_exactly(f, *LISTS)


def test_the_next_item():
    def f(a: list[int], b: list[int]):
        pairs = zip(a, b)
        first = next(pairs, (0, 0))
        counted = enumerate(b)
        second = next(counted, (-1, -1))
        return first, list(pairs), second, next(counted, (-2, -2)), next(map(abs, a), 7), next(reversed(b), 8)

    agree_exactly(f, *LISTS)

    def of_known_items(a: list[int]):
        pairs = zip((1, 2, 3), a)
        known = zip((1, 2), (3, 4))
        return next(pairs, (0, 0)), list(pairs), next(known), list(known), list(known)

    agree_exactly(of_known_items, ([1, 2],), ([],), ([4, 5, 6, 7],))

    def nothing_left(a: list[int]):
        return next(filter(lambda x: x > 9, a))

    agree_exactly(nothing_left, ([1, 10, 11],))
    with pytest.raises(StopIteration):
        nothing_left([])

    def of_a_range(n: int):
        return next(range(n))

    assert codes(of_a_range) == ["unsupported-call"]


def test_an_argument_is_consumed_by_what_it_is_given_to():
    def twice(items):
        return sum(items), sum(items)

    def once(items):
        total = 0
        for x in items:
            total += x
        return total

    def f(a: list[int], b: list[int]):
        return twice(map(lambda x: x + 1, a)), once(reversed(b)), once(x for x in b)

    agree_exactly(f, *LISTS)


def squares(n: int):
    for i in range(n):
        yield i * i


def test_iterators_over_generators_and_dicts():
    def f(a: list[int], d: dict[str, int]):
        pairs, counted, added = zip(squares(3), a), enumerate(squares(3)), map(lambda x, y: x + y, squares(4), a)
        items, shouted = zip(d.keys(), d.values()), map(str.upper, d)
        letters = enumerate("abc", 1)
        return (
            (list(pairs), list(pairs)), (list(counted), list(counted)), (sum(added), sum(added)),
            ([k for k, _ in items], list(items)), (list(shouted), list(shouted)), (next(letters), list(letters)),
        )  # fmt: skip

    agree_exactly(f, ([1, 2], {"a": 1, "b": 2}), ([], {}), ([1, 2, 3, 4], {"a": 1}))


def test_what_nobody_consumes_is_not_computed(capsys):
    def shown(x: int):
        print(x)
        return x

    def f(a: list[int]):
        unused = map(shown, a)
        used = map(shown, a)
        return list(used)

    agree_exactly(f, ([1, 2],))
    assert capsys.readouterr().out == "1\n2\n1\n2\n"


def test_a_variable_that_is_given_several():
    def f(a: list[int], b: list[int]):
        items = zip(a, b)
        total = sum([x * y for x, y in items])
        items = zip(b, a)
        total += sum([x for x, y in items])
        return total, len(list(items))

    agree_exactly(f, *LISTS)


class InPairs(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
        self.second = nn.ModuleList([nn.Tanh(), nn.Linear(2, 2)])

    def forward(self, x, scales: list[float]):
        pairs = zip(self.first, self.second)
        for a, b in pairs:
            x = a(x) + b(x)
        pairs = zip(self.second, self.first)
        for a, b in pairs:
            x = a(x) - b(x)
        scaled = zip(self.first, scales)
        for a, scale in scaled:
            x = a(x) * scale
        return x


def test_modules_in_variables():
    torch.manual_seed(0)
    check(InPairs(), (torch.ones(2, 2), [2.0, 3.0]), (torch.ones(2, 2), []))
