"""Constants of a call, compiled in where the general version of the callee does not compile."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check as check_everywhere

sys.path.insert(0, str(Path(__file__).parent))
from agreement import check


def features(x: Tensor, return_steps: bool = False) -> Tensor:
    steps = [x, x + 1]
    if return_steps:
        return x * 2, steps
    return x * 2


def test_return_type_that_varies_with_a_default() -> None:
    def f(x):
        return features(x) + 1

    check(f, (torch.ones(2),))


class Stack(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(3)])

    def run(self, x: Tensor, last: int | None = None) -> Tensor:
        layers = self.layers if last is None else self.layers[: last + 1]
        for layer in layers:
            x = layer(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        return self.run(x) + self.run(x, 1) + self.run(x, last=0)


def test_slice_of_modules_by_an_argument() -> None:
    model = Stack()
    x = torch.rand(2, 3)
    assert torch.equal(portfire.script(model)(x), model(x))


def wrong(x: Tensor, flag: bool = False) -> Tensor:
    if flag:
        return x.no_such_thing
    return x.nothing_else


def test_obstacles_of_the_general_version_stand_if_constants_do_not_help() -> None:
    def f(x: Tensor) -> Tensor:
        return wrong(x) + wrong(x, True)

    with pytest.raises(CompileError) as caught:
        portfire.script(f)
    assert {"no_such_thing", "nothing_else"} <= {
        word for d in caught.value.diagnostics for word in d.message.split("'")
    }


class Numbered(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for i in range(3):
            setattr(self, f"layer{i}", nn.Linear(4, 4))

    def forward(self, x: Tensor) -> Tensor:
        for i in range(3):
            x = getattr(self, f"layer{i}")(x)
        for i in range(2):
            name = "layer" + str(i)
            if hasattr(self, name):
                x = getattr(self, name)(x)
        for i in range(5):
            layer = getattr(self, "layer%d" % i, None)
            if layer is None:
                break
            x = layer(x)
        return torch.stack([getattr(self, f"layer{i}")(x) for i in range(2)])


def test_attributes_by_number() -> None:
    model = Numbered()
    x = torch.rand(2, 4)
    assert torch.equal(portfire.script(model)(x), model(x))


def test_arithmetic_on_constants() -> None:
    def f(x: Tensor) -> tuple[Tensor, int, int]:
        sizes = (1, 2, 3)
        last = 1
        return x.view(sizes[: last + 1]), -7 // 2 + -7 % 3, 2**62 - 1 + 2**62

    check(f, (torch.ones(2),))


def as_kind(x: Tensor, dtype: torch.dtype = torch.float64) -> Tensor:
    return x.to(dtype)


def test_dtype_as_default_is_saved(tmp_path: Path) -> None:
    compiled = portfire.script(as_kind)
    portfire.save(compiled, tmp_path / "f.pt")
    assert portfire.load(tmp_path / "f.pt")(torch.ones(1)).dtype == torch.float64
    assert torch.jit.load(str(tmp_path / "f.pt"))(torch.ones(1)).dtype == torch.float64


def test_what_is_known_stays_known_in_a_function_that_is_inlined():
    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.ModuleList([nn.Linear(3, 3) for _ in range(4)])

        def encode(self, x: Tensor, visit: Callable[[int, Tensor], None], last: int | None = None, scale: float = 1):
            blocks = self.blocks if last is None else self.blocks[: last + 1]
            for i, block in enumerate(blocks):
                x = block(x) * scale
                visit(i, x)
            if last is not None:
                last += len(blocks)
            return x, last

        def forward(self, x):
            seen: list[Tensor] = []

            def visit(i: int, y: Tensor) -> None:
                if i % 2 == 0:
                    seen.append(y)

            return self.encode(x, visit), self.encode(x, visit, 1, 2), self.encode(x, visit, last=2), seen

    check_everywhere(Encoder(), (torch.ones(2, 3),))
