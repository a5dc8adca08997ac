"""What comes after the layers."""

from typing import List, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import nn

from tests.diagnostics.obstacle_course.layers import Config, lookup


def pairs(boxes: List[Tuple[int, int]]):
    first = boxes[0].left  # error: [no-attribute]
    a, b, c = boxes[0]  # error: [not-unpackable]
    return first + a + b + c


def total(values: List[int]) -> int:
    result = 0
    for i, value in enumerate(values):
        result += value.bit_lenght()  # error: [no-attribute]
    while result > 10:
        result -= missing_step  # error: [unknown-name]
    else:
        result = undefined_helper(result)  # error: [unknown-name]
    return result


def parse(text: str) -> float:
    number = float(text)
    words = text.spilt(",")  # error: [no-attribute]
    if len(words) > 2:
        return "many"  # error: [type-mismatch]
    return number


class Classifier(nn.Module):
    def __init__(self, size: int, classes: int):
        super().__init__()
        self.out = nn.Linear(size, classes)
        self.config = Config(size)
        self.names = ["cat", "dog"]

    def forward(self, x, labels: Optional[torch.Tensor]):
        logits = self.out(x)
        loss = F.cross_entropy(logits, labels, reducton="sum")  # error: [bad-call]
        smooth = F.cross_entropy(logits, labels)  # error: [type-mismatch]
        width = self.config.depth  # error: [no-attribute]
        scale = lookup("small")
        probability = torch.softmax(logits, dim="last")  # error: [no-overload]
        return probability * scale, loss, smooth, width

    def best(self, x) -> str:
        index = x.argmax()
        return self.names.first  # error: [no-attribute]


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.anchors = [(1, 2), (3, 4)]
        self.threshold = 0.5

    def forward(self, x):
        count = pairs(self.anchors)
        values = [1, 2, 3]
        count = count + total(values)

        try:  # error: [unsupported-syntax]
            count = count + 1
        except* ValueError:
            count = 0

        async def later():  # error: [unsupported-syntax]
            pass

        score = parse("1.5")
        if x.sum() > self.treshold:  # error: [no-attribute]
            x = x.clamp_min(0)
        try:
            x = x / score
        except ZeroDivisonError:  # error: [unknown-name]
            print(undefined_in_handler)  # error: [unknown-name]
        return x, len(self.threshold)  # error: [no-length]

    def mask(self, x, flags: List[bool]):
        for flag in self.threshold:  # error: [not-iterable]
            if flag:
                x = x + 1
        return flags(3)  # error: [not-callable]


class Unreached(nn.Module):
    """Nothing calls it, so nothing in it stands in the way."""

    def forward(self, x):
        return x.nothing_at_all() + undefined  # noqa: F821
