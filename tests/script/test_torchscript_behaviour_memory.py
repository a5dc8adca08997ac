"""What TorchScript's own test suite asks of optimised code: writes through views and aliases, in branches and loops, next to
constants, and writes that nobody seems to read. Each program is compiled, saved and loaded, and frozen."""

import copy
from typing import Dict, List

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import same

X = torch.arange(6.0).reshape(2, 3)


class Holder(nn.Module):
    """What a program reads and writes beside its arguments."""

    history: List[Tensor]
    named: Dict[str, Tensor]

    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.tensor([[0.5, -1.0, 2.0], [1.5, 2.0, -3.0]]))
        self.offset = torch.ones(2, 3)
        self.history = [self.offset]
        self.named = {"row": self.scale[0]}


class WrittenView(Holder):
    def forward(self, x):
        before = self.scale.sum()
        self.scale[0].add_(1)
        return before, self.scale.sum(), self.named["row"] * 2, x * self.scale


class WrittenInOneBranch(Holder):
    def forward(self, x):
        if bool(x.sum() > 3):
            self.named["row"].mul_(2)
            y = self.scale * x
        else:
            y = self.scale * x
        return y, self.scale * x


class WrittenThroughAChoice(Holder):
    def forward(self, x):
        chosen = self.scale if bool(x[0, 0] > 0) else self.offset
        first = self.scale + self.offset
        chosen.zero_()
        return first, self.scale + self.offset


class WrittenInALoop(Holder):
    def forward(self, x):
        a, b = self.scale, x + 1
        total = torch.zeros(())
        for _ in range(3):
            total = total + self.scale.sum()
            a.add_(1)
            a, b = b, a
        return total, self.scale * 1, a, b


class WrittenThroughItsHolders(Holder):
    def forward(self, x):
        first = self.offset * 2
        for held in self.history:
            held.add_(x)
        for held in self.named.values():
            held.neg_()
        return first, self.offset * 2, self.scale * 1


class SetAndNeverRead(Holder):
    def forward(self, x):
        self.offset = x + 1
        self.offset.add_(1)
        self.history.append(x)
        return len(self.history)


class IdleDropout(Holder):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        kept = self.dropout(self.scale)
        before = kept.sum() + 0
        kept.add_(x)
        return before, self.scale.sum()


STATES = [
    WrittenView,
    WrittenInOneBranch,
    WrittenThroughAChoice,
    WrittenInALoop,
    WrittenThroughItsHolders,
    SetAndNeverRead,
    IdleDropout,
]


@pytest.mark.parametrize("make", STATES, ids=lambda made: made.__name__)
def test_state_that_is_written_is_no_constant(make):
    ways = {
        "compiled": lambda: portfire.script(make().eval()),
        "loaded": lambda: saved_and_loaded(portfire.script(make().eval())),
        "frozen": lambda: portfire.freeze(portfire.script(make().eval())),
        "frozen and loaded": lambda: saved_and_loaded(portfire.freeze(portfire.script(make().eval()))),
    }
    for x in (X, X - 5):
        expected = run_twice(make().eval(), x)
        for way, compiled in ways.items():
            found = run_twice(compiled(), x)
            assert same(found, expected), f"{way}: found {found}, expected {expected}"


def run_twice(program, x):
    """Results of two calls: the second sees what the first left behind."""
    mine = copy.deepcopy(x)
    with torch.no_grad():
        return [copy.deepcopy(program(mine)) for _ in range(2)] + [mine]


def test_an_object_that_is_written_and_dropped():
    class Cell:
        def __init__(self, content: Tensor):
            self.content = content

    class Model(nn.Module):
        def forward(self, x: Tensor):
            cell = Cell(x)
            same_cell = cell
            same_cell.content = x + 1
            cell.content.add_(1)
            unseen = Cell(x)
            unseen.content = x * 5
            return x * 1, cell.content

    expected = Model()(X)
    for compiled in (portfire.script(Model()), portfire.freeze(portfire.script(Model().eval()))):
        assert same(compiled(X), expected)


def test_constants_that_are_written():
    def program(x):
        a = torch.tensor([2, 2])
        before = a + 2
        a.add_(2)
        between = a + 4
        a[0] = 9
        b = torch.tensor([1, 1])
        b.fill_(a[1])
        return x, before, between, a, b + b

    check(program, (X,), (X,))


def test_writes_in_what_branches_give():
    def fresh(x, flag: bool):
        if flag:
            y = x + 5
        else:
            y = x + 2
        y.add_(4)
        return y, x

    def kept_elsewhere(x, flag: bool):
        kept: List[Tensor] = []
        if flag:
            y = x * 1
            kept.append(y)
        else:
            y = x * 2
        z = y.add_(2)
        return z, kept

    def perhaps_an_argument(x, flag: bool):
        y = x if flag else x + 1
        z = y * 3
        y.add_(2)
        return y, z, x * 3

    for program in (fresh, kept_elsewhere, perhaps_an_argument):
        check(program, (X, True), (X, False))


def test_equal_expressions_in_both_branches():
    def write_before(x, flag: bool):
        if flag:
            x.add_(8)
            a = x + 3
        else:
            a = x + 3
        return a

    def write_after(x, flag: bool):
        if flag:
            a, n = x + 3, 1
            x.add_(8)
        else:
            a, n = x + 3, 2
        return a, n + a, x + 3

    def raises_in_one(n: int, flag: bool):
        return 12 // n if flag else 0

    check(write_before, (X, True), (X, False))
    check(write_after, (X, True), (X, False))
    check(raises_in_one, (0, False), (0, True), (5, True))


def test_identities_make_new_tensors():
    def program(x):
        a, b, c, d = x + 0, x * 1, x - 0, x / 1
        a.add_(1)
        b.add_(2)
        c.add_(3)
        d.add_(4)
        return x, a, b, c, d

    def same_dtype_is_an_alias(x, like):
        y = x.type_as(like)
        y.add_(1)
        return x, y

    check(program, (X,))
    check(same_dtype_is_an_alias, (X, X), (X, X.double()))
    a = X.clone()
    assert portfire.script(program)(a)[1].data_ptr() != a.data_ptr()


def test_lists_joined_before_their_tensors_change():
    def program(x):
        a = x + 1
        pair = [a, a]
        a.add_(3)
        joined = torch.cat(pair), torch.stack(pair), torch.vstack(pair), torch.hstack(pair), torch.dstack(pair)
        a.add_(1)
        alone = torch.cat([a])
        a.zero_()
        return joined, alone, pair

    check(program, (X,))


def test_lengths_and_items_of_lists_that_grow():
    def inserted():
        a: List[int] = []
        a.insert(0, 1)
        a.insert(-10, 3)
        a.insert(-1, 4)
        a.insert(10, 5)
        return a, len(a), a[1]

    def set_by_index(n: int):
        a = [1, 2]
        a[n] = 3
        return a, a[-1], len(a)

    def after_a_check(a: List[int], b: List[int]):
        if len(a) != 2 or len(b) != 1:
            raise ValueError("lengths")
        a.append(3)
        return len(a) + len(b)

    def grown_in_a_loop(x):
        a = [x, x + 1]
        for _ in range(len(x)):
            a.append(x * 2)
        return len(a), a[-1], a[-3]

    check(inserted, ())
    check(set_by_index, (0,), (-1,), (5,))
    check(after_a_check, ([1, 2], [3]), ([1], []))
    check(grown_in_a_loop, (X,))


def test_sizes_asked_before_a_resize():
    def program(x):
        y = x + 1
        before, dims = y.shape, y.dim()
        y.resize_([6])
        return before, dims, len(before), y.shape, y.dim(), before[0]

    check(program, (X,))


def test_decided_conditions_keep_their_effects():
    def program(a: List[int]):
        first = (a.pop() == 1) and False
        second = False and (a.pop() == 1)
        third = True or (a.pop() == 2)
        fourth = (a.pop() == 3) or True
        return first, second, third, fourth, a

    check(program, ([1, 2, 3, 4],), ([],))


def test_products_of_a_matrix_that_changes():
    def program(x):
        a = x + 1
        before = torch.mm(a, a.t()) + torch.mm(a, a.t())
        a.neg_()
        torch.relu_(a)
        return before + torch.mm(a, a.t()), before

    check(program, (X,))
