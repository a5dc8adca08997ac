"""Attributes whose value decides whether the code around them compiles become constants; others stay variables."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import portfire


class FlashOrNot(nn.Module):
    def __init__(self, flash: bool, training_only: str = "a"):
        super().__init__()
        self.flash = flash
        self.mode = training_only
        self.scale = 2
        if not flash:
            self.register_buffer("bias", torch.ones(3))

    def forward(self, x):
        if not self.flash:
            x = x + self.bias
        if self.mode == "numpy":
            x = torch.from_numpy(x.numpy())
        return x * self.scale


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.with_bias = FlashOrNot(False)
        self.without = FlashOrNot(True)

    def forward(self, x):
        return self.with_bias(x) - 3 * self.without(x)


class Depth(nn.Module):
    def __init__(self):
        super().__init__()
        self.depth = 2
        self.calls = 0
        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Bilinear(3, 3, 3)])

    def forward(self, x):
        self.calls += 1
        for i in range(self.depth):
            x = self.layers[i](x) if i == 0 else self.layers[i](x, x)
        return x * self.calls


def test_a_branch_that_an_attribute_rules_out_need_not_compile():
    x = torch.randn(3)
    model = Both()
    compiled = portfire.script(model)
    assert torch.equal(compiled(x), model(x))
    assert not compiled.without.flash is False
    with pytest.raises(AttributeError, match="constant"):
        compiled.with_bias.flash = True


def test_attributes_that_decide_nothing_stay_variables(tmp_path):
    x = torch.randn(3)
    compiled = portfire.script(Both())
    compiled.without.scale = 5
    assert torch.equal(compiled.without(x), x * 5)
    portfire.save(compiled, tmp_path / "m.pt")
    loaded = portfire.load(tmp_path / "m.pt")
    assert torch.equal(loaded(x), compiled(x))
    whole = portfire.script(FlashOrNot(False, "b").requires_grad_(False))
    assert whole.mode == "b"


def test_a_loop_over_a_plain_number_unrolls_where_it_must():
    model = Depth()
    compiled = portfire.script(Depth())
    compiled.load_state_dict(model.state_dict())
    x = torch.randn(2, 3)
    for _ in range(2):
        assert torch.equal(compiled(x), model(x))
    assert compiled.calls == 2


def test_what_the_program_assigns_is_no_constant():
    class Assigns(nn.Module):
        def __init__(self):
            super().__init__()
            self.flag = False

        def forward(self, x):
            if self.flag:
                x = x + self.missing
            self.flag = True
            return x

    with pytest.raises(portfire.CompileError, match="missing"):
        portfire.script(Assigns())


def test_the_branch_that_is_taken_must_compile():
    with pytest.raises(portfire.CompileError, match="numpy"):
        portfire.script(FlashOrNot(True, "numpy"))
