"""A function that walks tensors in Python: nested enumerate, a dict of visited keys, int arithmetic, concatenation in a loop."""

import torch


def walk(points: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Keep each value whose rounded grid cell has not been met yet: (n, 2) points and (n, m) values to (k,) values."""
    visited: dict[int, bool] = {}
    kept = torch.zeros(0)
    for i, point in enumerate(points):
        for j, value in enumerate(values[i]):
            x = int(torch.round(point[0]))
            y = int(torch.round(point[1]))
            key = (x * 31 + y * 7 + j) % 64
            if key not in visited:
                visited[key] = True
                kept = torch.cat([kept, value.reshape(1)])
            elif value > 0:
                kept = torch.cat([kept, -value.reshape(1)])
    return kept * len(visited)


def example_inputs() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return torch.rand(6, 2, generator=generator) * 5, torch.randn(6, 4, generator=generator)
