"""Return types that vary. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "None or a value",
        """
def f(x, flag: bool):
    if flag:
        return x
    return None
""",
        inputs="(torch.ones(2), True)",
        torch_jit=True,
    ),
    Construct(
        "pruned by a constant condition",
        """
class Model(nn.Module):
    both: Final[bool]
    def __init__(self):
        super().__init__()
        self.both = False
    def forward(self, x):
        if self.both:
            return x, x
        return x
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "decided by an argument that the call fixes",
        """
def g(x, both: bool):
    if both:
        return x, x
    return x
def f(x):
    return g(x, False)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "another type on another path: a Union",
        """
def f(x, both: bool):
    if both:
        return x, x
    return x
""",
        inputs="(torch.ones(2), True)",
    ),
)
