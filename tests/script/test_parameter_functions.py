"""Functions of `torch.nn.utils` on parameters: the hooks of the old `weight_norm`, parameters as one vector."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import portfire


class Vector(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2, bias=False))

    def forward(self, x):
        return nn.utils.parameters_to_vector(self.body.parameters()) * x.sum()


MODULES = {
    "weight_norm": lambda: nn.utils.weight_norm(nn.Linear(3, 4)),
    "weight_norm_of_all": lambda: nn.utils.weight_norm(nn.Linear(3, 4), dim=None),
    "weight_norm_inside": lambda: nn.Sequential(nn.utils.weight_norm(nn.Linear(3, 4), dim=1), nn.ReLU()),
    "weight_norm_of_another_name": lambda: nn.utils.weight_norm(nn.GRU(3, 4), "weight_hh_l0"),
    "spectral_norm": lambda: nn.utils.spectral_norm(nn.Linear(3, 4)),
    "parameters_to_vector": Vector,
}


def results(module: Any, x: torch.Tensor) -> list[torch.Tensor]:
    found = [module(x) for _ in range(2)]
    return [f[0] if isinstance(f, tuple) else f for f in found]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("training", [False, True])
def test_as_in_eager(name: str, training: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = MODULES[name]().train(training)
    state, x = copy.deepcopy(module.state_dict()), torch.randn(2, 3)
    portfire.script(module).save(str(tmp_path / "module.pf"))
    compiled, loaded = portfire.script(module), portfire.load(str(tmp_path / "module.pf"))
    expected = results(module, x)
    module.load_state_dict(state)  # what the hooks changed
    for found in (results(compiled, x), results(loaded, x)):
        assert all(torch.allclose(f, e, atol=1e-6) for f, e in zip(found, expected, strict=True))


@pytest.mark.filterwarnings("ignore")
def test_weight_norm_follows_its_parameters() -> None:
    module = nn.utils.weight_norm(nn.Linear(3, 4))
    compiled, x = portfire.script(module), torch.randn(2, 3)
    with torch.no_grad():
        module.weight_g.mul_(3.0)
    assert torch.allclose(compiled(x), module(x))
