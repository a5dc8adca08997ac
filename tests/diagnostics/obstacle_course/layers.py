"""Layers that most of the model is made of."""

import json
import os
import random
import time
from typing import Dict, List, Optional

import numpy as np
import torch
from torch import nn

SCALES = {"small": 0.5, "large": 2.0}


def normalise(x, epsilon: float):
    mean = np.mean(x)  # error: [unsupported-python-value]
    spread = x.std() + epsilon
    return (x - mean) / spread


def jitter(x, amount: float):
    noise = random.random() * amount  # error: [unsupported-call]
    started = time.perf_counter()  # error: [unsupported-call]
    return x + noise + started


def lookup(name: str):
    return SCALE[name]  # error: [unknown-name]


def choose(x, names: List[str]):
    for name in names:
        if name == "relu":
            x = torch.reluu(x)  # error: [no-attribute]
        elif name == "halve":
            x = x / torch.tensor(2.0, dtyp=torch.float32)  # error: [no-overload]
    return x


class Config:
    def __init__(self, width: int):
        self.width = width

    def doubled(self) -> int:
        return self.width * 2

    def described(self) -> str:
        return self.widht  # nothing calls it: it is left out


class Norm(nn.Module):
    def __init__(self, size: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = 1e-5

    def forward(self, x):
        x = normalise(x, self.epsilon)
        scale = self.wieght  # error: [no-attribute]
        return x * scale


class Dense(nn.Module):
    def __init__(self, size: int):
        super().__init__()
        self.linear = nn.Linear(size, size)
        self.norm = Norm(size)
        self.names = ["relu", "halve"]

    def forward(self, x):
        h = self.norm(self.linear(x))
        h = choose(h, self.names)
        h = jitter(h, amount=0.1)
        return self.activate(h, slop=0.1)  # error: [bad-call]

    def activate(self, x, slope: float):
        if x.numel() > 3:
            x = x.where(x > 0, slope)
        k: int = "three"  # error: [type-mismatch]
        return x + k


class Residual(nn.Module):
    def __init__(self, inner: nn.Module):
        super().__init__()
        self.inner = inner
        self.limit: Optional[int] = None

    def forward(self, x):
        y = x + self.inner(x)
        if self.limit is None:
            return y
        return y[: self.limit]


class Reader(nn.Module):
    """Reads things that a program does not have."""

    def forward(self, x, table: Dict[str, int]):
        settings = json.loads("{}")  # error: [unsupported-call]
        home = os.environ["HOME"]  # error: [unsupported-call]
        with open("weights.txt") as file:  # error: [unsupported-call]
            text = file.read()
        total = 0
        for key in table:
            total += table[key] + table.size()  # error: [no-attribute]
        return x + total, settings, home, text
