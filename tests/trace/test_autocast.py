"""Autocast and traces: the mode is the caller's, and what is switched inside is told, never lost."""

import pytest
import torch
from torch import nn

import portfire
from portfire.errors import TraceError
from tests.script.agreement import same

A, B = torch.rand(2, 2), torch.rand(2, 2)


def product(a, b):
    return torch.mm(a, b) + 1


def test_a_program_runs_in_the_mode_of_its_caller():
    traced = portfire.trace(product, (A, B))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        traced_inside = portfire.trace(product, (A, B))
    for program in (traced, traced_inside):
        assert same(program(A, B), product(A, B))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert same(program(A, B), product(A, B))


def test_a_mode_that_is_on_or_off_already_is_no_switch():
    def off(a, b):
        with torch.autocast("cpu", enabled=False):
            return product(a, b)

    def on(a, b):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return product(a, b)

    assert same(portfire.trace(off, (A, B))(B, A), off(B, A))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert same(portfire.trace(on, (A, B))(B, A), on(B, A))


class Switches(nn.Module):
    def __init__(self, enabled, dtype=None):
        super().__init__()
        self.enabled, self.dtype = enabled, dtype

    def forward(self, a, b):
        with torch.autocast("cpu", dtype=self.dtype, enabled=self.enabled):
            return product(a, b)


@pytest.mark.parametrize("check_trace", [True, False])
def test_what_is_switched_inside_is_refused(check_trace):
    with pytest.raises(TraceError, match="autocast is switched inside of what is traced.*portfire.script keeps"):
        portfire.trace(Switches(True), (A, B), check_trace=check_trace)
    with torch.autocast("cpu"):
        for model in (Switches(False), Switches(True, torch.float16)):
            with pytest.raises(TraceError, match=r"test_autocast.py.*torch.autocast is switched inside"):
                portfire.trace(model, (A, B), check_trace=check_trace)
    assert not torch.is_autocast_enabled("cpu")


def test_what_the_message_says():
    model = Switches(True, torch.bfloat16)
    scripted = portfire.script(model)
    assert same(scripted(A, B), model(A, B))

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = scripted

        def forward(self, a, b):
            return self.inner(a, b) * 2

    assert same(portfire.trace(Outer(), (A, B))(B, A), model(B, A) * 2)
    with torch.autocast("cpu", enabled=False):
        assert same(scripted(A, B), model(A, B))
