"""The model."""

from typing import List, Optional

import torch
from torch import nn

import portfire
from tests.diagnostics.obstacle_course.heads import Classifier, Detector, Unreached
from tests.diagnostics.obstacle_course.layers import Dense, Reader, Residual


def postprocess(scores: torch.Tensor, keep: int):
    order = scores.sort(descendin=True)  # error: [no-overload]
    chosen = scores[:keep].tolistt()  # error: [no-attribute]
    return order, chosen


class Course(nn.Module):
    def __init__(self, size: int = 4):
        super().__init__()
        self.blocks = nn.ModuleList([Residual(Dense(size)), Residual(Dense(size))])
        self.reader = Reader()
        self.classifier = Classifier(size, 2)
        self.detector = Detector()
        self.unreached = Unreached()
        self.steps = 0

    def forward(self, x, labels: Optional[torch.Tensor] = None):
        for block in self.blocks:
            x = block(x)
        read, settings, home, text = self.reader(x, {"a": 1})
        x = self.prepare(x, 3)
        probability, loss, width = self.classifier(x, labels)
        boxes = self.detector.mask(self.detector(x), [True])
        self.steps += len(self.classifier.config)  # error: [no-length]
        best = postprocess(probability, keep=2)
        return probability, loss, boxes, best

    def prepare(self, x, times: int):
        y = x.view(-1, self.sise)  # error: [no-attribute]
        if times > 2:
            z = y
        return self.classifer.out(x)  # error: [no-attribute]

    @portfire.export
    def summary(self, names: List[str]) -> str:
        first = names[0].upper().foo()  # error: [no-attribute]
        return self.classifier.best(torch.ones(2)) + first + undefined_suffix  # error: [unknown-name]


def make() -> Course:
    return Course()
