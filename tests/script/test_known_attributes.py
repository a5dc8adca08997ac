"""What is known of attributes: across branches, loops and calls, until something may set them. Eager is the oracle."""

from typing import Optional

import torch
from torch import Tensor, nn

from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class AttributeSetInOneBranch(nn.Module):
    def __init__(self):
        super().__init__()
        self.h: Optional[Tensor] = None

    def forward(self, x, c: bool):
        self.h = x
        if c:
            self.h = x * 2
        return self.h


def test_attribute_set_in_one_branch():
    check(AttributeSetInOneBranch(), (X, True), (X, False), (X, True))


class AttributeSetInALoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.h: Optional[Tensor] = None
        self.n = 0

    def forward(self, x, n: int):
        self.h = x
        for i in range(n):
            self.n += 1
            y = self.h
            assert y is not None
            self.h = y * 2
        z = self.h
        k = 0
        while k < n:
            self.h = self.h + 1 if self.h is not None else x
            k += 1
        return self.h, z


def test_attribute_set_in_a_loop():
    check(AttributeSetInALoop(), (X, 0), (X, 3))


class SubAttributeKnownAcrossCalls(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.l(x)


class AttributeKnownAcrossCalls(nn.Module):
    def __init__(self):
        super().__init__()
        self.sub = SubAttributeKnownAcrossCalls()
        self.seq = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.h = None

    def change(self):
        self.h = None

    def forward(self, x):
        self.h = x * 2
        y = self.sub(x)
        y = self.seq(y)
        z = y + self.h
        self.change()
        k = 0 if self.h is None else 1
        return z, k


def test_attribute_known_across_calls():
    check(AttributeKnownAcrossCalls(), (X,), (X,))


class AttributeChangedByAHelperFunction(nn.Module):
    def __init__(self):
        super().__init__()
        self.h: Optional[Tensor] = None

    def forward(self, x):
        self.h = x * 2
        reset_attribute_changed_by_a_helper_function(self)
        return x + 1 if self.h is None else x


def reset_attribute_changed_by_a_helper_function(m):
    m.h = None


def test_attribute_changed_by_a_helper_function():
    check(AttributeChangedByAHelperFunction(), (X,))


class AttributeKnownThroughLoops(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.Linear(4, 4)
        self.h = None
        self.other = None

    def forward(self, x, n: int):
        self.h = x
        self.other = x
        for i in range(n):
            self.h = self.cell(x) + self.h
            if i > 1:
                self.other = None
                break
        k = 0
        while k < n:
            k += 1
            if k == 2:
                continue
            self.h = self.h * 2
        return self.h, 0 if self.other is None else 1


def test_attribute_known_through_loops():
    check(AttributeKnownThroughLoops(), (X, 0), (X, 3))


class AttributeLostInALoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.h = None

    def forward(self, x, n: int):
        self.h = x
        total = 0
        for i in range(n):
            if self.h is not None:
                total += 1
            self.h = None if i % 2 == 0 else x
        return total, self.h is None


def test_attribute_lost_in_a_loop():
    check(AttributeLostInALoop(), (X, 0), (X, 3))
