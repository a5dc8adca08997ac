"""`torch.autocast`: what is computed in which dtype, as in eager."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import portfire


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor, enabled: bool = True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            y = self.first(x)
            with torch.autocast(device_type=x.device.type, enabled=False):
                z = self.second(x) @ x
            w = x @ x
        return y, z, w, x @ x, torch.is_autocast_cpu_enabled()


@torch.autocast("cpu", torch.float16)
def decorated(x):
    return x @ x


def leaves_early(x, n: int):
    for i in range(n):
        with torch.cpu.amp.autocast():
            if i == 1:
                return x @ x
    return x @ x


def raises(x, n: int):
    try:
        with torch.autocast("cpu"):
            y = x @ x
            if n > 0:
                raise ValueError("in autocast")
    except ValueError:
        y = x @ x
    return y


def agree(found, expected):
    assert repr(found) == repr(expected)
    for a, b in zip(found, expected):
        assert not isinstance(a, Tensor) or a.dtype == b.dtype


@pytest.mark.filterwarnings("ignore")
def test_modules_and_functions(tmp_path):
    x = torch.randn(4, 4)
    model = Mixed()
    compiled = portfire.script(model)
    for enabled in (True, False):
        agree(compiled(x, enabled), model(x, enabled))
    with torch.autocast("cpu"):
        agree(compiled(x), model(x))
    portfire.save(compiled, tmp_path / "m.pt")
    agree(portfire.load(tmp_path / "m.pt")(x), model(x))
    assert portfire.script(decorated)(x).dtype == torch.float16
    for n in (0, 1, 2):
        agree((portfire.script(leaves_early)(x, n),), (leaves_early(x, n),))
        agree((portfire.script(raises)(x, n),), (raises(x, n),))
    assert not torch.is_autocast_cpu_enabled()


def test_the_file_says_what_libtorch_cannot(tmp_path):
    portfire.save(portfire.script(decorated), tmp_path / "f.pt")
    with pytest.raises(Exception, match="autocast"):
        torch.jit.load(tmp_path / "f.pt")(torch.ones(2, 2))


def test_native_kernels(tmp_path):
    def without(x):
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            return x @ x, torch.is_grad_enabled()

    portfire.save(portfire.script(without), tmp_path / "f.pt")
    found, has_gradients = portfire.load(tmp_path / "f.pt", kernels="native")(torch.ones(2, 2))
    assert torch.equal(torch.as_tensor(found), torch.full((2, 2), 2.0)) and not has_gradients
    portfire.save(portfire.script(decorated), tmp_path / "g.pt")
    with pytest.raises(RuntimeError, match="autocast needs libtorch's kernels"):
        portfire.load(tmp_path / "g.pt", kernels="native")(torch.ones(2, 2))


def test_a_device_type_is_needed():
    def f(x):
        with torch.autocast():
            return x

    with pytest.raises(portfire.CompileError, match="takes a device type"):
        portfire.script(f)
