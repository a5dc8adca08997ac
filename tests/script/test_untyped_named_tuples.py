"""Named tuples without annotations (`collections.namedtuple`): fields hold what they are given, as in Python."""

from __future__ import annotations

import math
from collections import namedtuple
from typing import NamedTuple, Self

import pytest
import torch
from torch import nn
from torch.nn.utils import rnn

import portfire
from tests.script.after_loading import check

Pose = namedtuple("Pose", ["x", "y", "theta"])
Result = namedtuple("Result", "scores count", defaults=(0,))


class Robot(nn.Module):
    def __init__(self):
        super().__init__()
        self.pose = Pose(0.0, 0.0, 0.5)
        self.history = []

    def step(self, speed: float, dt: float = 0.1) -> Pose:
        x, y, theta = self.pose
        self.pose = Pose(x + speed * math.cos(theta) * dt, y + speed * math.sin(theta) * dt, theta)
        self.history.append(self.pose)
        return self.pose

    def forward(self, x):
        for i in range(3):
            pose = self.step(float(i))
        return x * pose.x + pose.theta, pose, self.history[-1]._replace(y=1.5)


def of_several_types(x, n: int):
    a = Result(x, n)
    b = Result([a.count, 2])
    c = Result(scores="text", count=a)
    return a, b, c, c.count.scores, b.count + a.count


def length(pose: Pose) -> float:
    return math.hypot(pose.x, pose.y)


def passed_on(x):
    return length(Pose(3.0, 4.0, 0.0)) + length(Pose(x=x[0].item(), y=1, theta=x))


def of_tensors(x):
    pose = Pose(x, x + 1, x + 2)
    return pose, pose.x + pose.y, Pose(*pose) == pose if len(x) == 0 else len(pose)


@pytest.mark.filterwarnings("ignore")
def test_a_module(tmp_path):
    x = torch.ones(2)
    compiled, eager = portfire.script(Robot()), Robot()
    found, expected = compiled(x), eager(x)
    assert repr(found) == repr(expected)
    assert type(found[1]).__name__ == "Pose" and found[1].x == expected[1].x
    assert repr(compiled(x)) == repr(eager(x))
    portfire.save(compiled, tmp_path / "m.pt")
    loaded = portfire.load(tmp_path / "m.pt")
    assert repr(loaded(x)) == repr(eager(x))


def test_functions(tmp_path):
    x = torch.ones(2)
    compiled = portfire.script(of_several_types)
    assert repr(compiled(x, 3)) == repr(of_several_types(x, 3))
    portfire.save(compiled, tmp_path / "f.pt")
    assert repr(portfire.load(tmp_path / "f.pt")(x, 3)) == repr(of_several_types(x, 3))
    torch.jit.load(tmp_path / "f.pt")
    assert repr(portfire.script(of_tensors)(x)) == repr(of_tensors(x))
    assert repr(portfire.script(passed_on)(x)) == repr(passed_on(x))


class Typed(NamedTuple):
    data: torch.Tensor
    size: int


class Batch(Typed):
    def __new__(cls, data: torch.Tensor, size: int | None = None) -> Self:
        return super().__new__(cls, data + 1, len(data) if size is None else size)

    def doubled(self):
        return type(self)(self.data * 2, self.size)


class Span(namedtuple("_Span", ["start", "end"])):
    __slots__ = ()

    def __new__(cls, start, end=None):
        return super(Span, cls).__new__(cls, start, end=start + 1 if end is None else end)


def test_named_tuples_with_a_new_of_their_own():
    def f(x, n: int):
        first, second, span = Batch(x), Batch(size=n, data=x), Span(n)
        return first, second.doubled(), second.size, span, Span(1.5, n).end, Span._fields

    check(f, (torch.ones(2), 5))


def test_packed_sequences_are_made_and_converted():
    class Packed(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layer = nn.GRU(4, 5)

        def forward(self, x, lengths):
            packed = rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
            packed = rnn.PackedSequence(packed.data * 2, packed.batch_sizes, packed.sorted_indices)
            output, _ = self.layer(packed)
            output = rnn.PackedSequence(output.data.relu(), *output[1:])
            wide = output.to(torch.float64)
            plain = rnn.PackedSequence(x[:, 0], torch.ones(len(x), dtype=torch.int64)).half().float()
            return rnn.pad_packed_sequence(output)[0], wide, wide.to("cpu").unsorted_indices, plain.data

    check(Packed(), (torch.rand(5, 2, 4), torch.tensor([3, 5])))
