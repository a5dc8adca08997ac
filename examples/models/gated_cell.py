"""A recurrent cell whose gate branches on the data: scripted, traced, and one inside the other in both directions."""

import torch
from torch import nn


class Gate(nn.Module):
    """Passes a tensor or its negative, depending on its sum: control flow that a trace alone would lose."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.sum() > 0:
            return x
        return -x


class GatedCell(nn.Module):
    """One step of a recurrent cell."""

    def __init__(self, gate: nn.Module, size: int = 4) -> None:
        super().__init__()
        self.gate = gate
        self.linear = nn.Linear(size, size)

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        new_h = torch.tanh(self.gate(self.linear(x)) + h)
        return new_h, new_h


class GatedLoop(nn.Module):
    """Runs a cell over a sequence: a loop whose length is the input's."""

    def __init__(self, cell: nn.Module, size: int = 4) -> None:
        super().__init__()
        self.cell = cell
        self.size = size

    def forward(self, xs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h, y = torch.zeros(3, self.size), torch.zeros(3, self.size)
        for i in range(xs.size(0)):
            y, h = self.cell(xs[i], h)
        return y, h


class WrappedLoop(nn.Module):
    """Calls the loop: traced around it, the loop stays a loop."""

    def __init__(self, loop: nn.Module) -> None:
        super().__init__()
        self.loop = loop

    def forward(self, xs: torch.Tensor) -> torch.Tensor:
        y, _h = self.loop(xs)
        return torch.relu(y)


class MatrixGate(nn.Module):
    """A weight matrix applied to one side or the other."""

    def __init__(self, rows: int = 10, columns: int = 20) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(rows, columns))

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if input.sum() > 0:
            output = self.weight.mv(input)
        else:
            output = self.weight + input
        return output


def cell_inputs() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(3, 4), torch.rand(3, 4)
