"""Named tuples without annotations (`collections.namedtuple`): fields hold what they are given, as in Python."""

from __future__ import annotations

import math
from collections import namedtuple

import pytest
import torch
from torch import nn

import portfire

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
