"""Modules constructed in compiled methods. Eager is the oracle."""

import pytest
import torch
from torch import nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class TorchModulesInForward(nn.Module):
    def forward(self, x):
        y = nn.Softmax(dim=1)(x)
        y = nn.ReLU()(y) + nn.functional.relu(x)
        loss = nn.CrossEntropyLoss()(x, torch.tensor([0, 1]))
        m = nn.MSELoss(reduction="sum")
        s = torch.nn.Sigmoid()
        return (
            s(y),
            loss,
            m(x, y),
            nn.Identity()(x),
            nn.Flatten()(x),
            nn.LogSoftmax(-1)(x),
            nn.CosineSimilarity(dim=0)(x[0], x[1]),
            nn.L1Loss()(x, y),
            nn.Upsample(scale_factor=2)(x[None]),
            nn.AvgPool1d(2)(x[None]),
        )


def test_torch_modules_in_forward():
    check(TorchModulesInForward(), (X,))


class TorchModulesInForwardSeq(nn.Module):
    def forward(self, x):
        net = nn.Sequential(nn.ReLU(), nn.Softmax(dim=-1))
        for m in [nn.ReLU(), nn.Tanh()]:
            x = m(x)
        return net(x) + nn.Dropout(0.0)(x)


def test_torch_modules_in_forward_seq():
    check(TorchModulesInForwardSeq(), (X,))


class LinearInForward(nn.Module):
    def forward(self, x):
        return nn.Linear(4, 4)(x)


def test_linear_in_forward():
    with pytest.raises(CompileError) as caught:
        portfire.script(LinearInForward())
    assert [d.code for d in caught.value.diagnostics] == ["unsupported-call"]


class BatchnormAffineFalseInForward(nn.Module):
    def forward(self, x):
        return nn.LayerNorm(4, elementwise_affine=False)(x)


def test_batchnorm_affine_false_in_forward():
    check(BatchnormAffineFalseInForward(), (X,))


class SwishUserModuleInForward(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


class ScaleUserModuleInForward(nn.Module):
    def __init__(self, k=2):
        super().__init__()
        self.k = k

    def forward(self, x):
        return x * self.k


class UserModuleInForward(nn.Module):
    def forward(self, x):
        return SwishUserModuleInForward()(x) + ScaleUserModuleInForward(3)(x)


def test_user_module_in_forward():
    check(UserModuleInForward(), (X,))
