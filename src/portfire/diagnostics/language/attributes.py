"""Attributes of modules. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "attributes that start as None and are set in forward",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.cache = None
    def forward(self, x):
        if self.cache is None:
            self.cache = (x, x.shape[0])
        a, n = self.cache
        return a + n
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "attributes declared in __init__",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.seen: Optional[List[int]] = None
    def forward(self, x):
        if self.seen is None:
            self.seen = [1]
        return x + len(self.seen)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "empty lists and dicts typed by their use in any method",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.log = []
    def note(self, n: int):
        self.log.append(n)
    def forward(self, x):
        self.note(3)
        return x + len(self.log)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "an int attribute that becomes a float, or a tensor",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = 1
        self.loss = 0
    def forward(self, x):
        self.scale = self.scale * 0.5
        self.loss = self.loss + x.sum()
        return self.loss * self.scale
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "attributes that no __init__ gives a value",
        """
class Model(nn.Module):
    def forward(self, x):
        if not hasattr(self, "first"):
            self.first = x
        return x + self.first
""",
        differs="hasattr() is decided at run time",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "del of an attribute",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.cache = None
    def forward(self, x):
        self.cache = x * 2
        y = self.cache
        del self.cache
        return y
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "register_buffer in forward",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(2))
    def forward(self, x):
        self.register_buffer("mean", x * 2)
        return self.mean
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "setattr with a constant name",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 1
    def forward(self, x):
        setattr(self, "n", self.n + 1)
        return x * self.n
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "attributes that hold functions, classes, partials",
        """
def scaled(x, k: int):
    return x * k
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = F.relu
        self.scale = functools.partial(scaled, k=3)
        self.norm_layer = nn.LayerNorm
    def forward(self, x):
        if self.norm_layer is nn.LayerNorm:
            x = self.scale(self.act(x))
        return x
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "dtype and device as attributes",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dtype = torch.float64
        self.device = torch.device("cpu")
    def forward(self, x):
        return x.to(self.dtype) + torch.zeros(2, dtype=self.dtype, device=self.device)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "objects of plain classes as attributes",
        """
class Counter:
    def __init__(self, n: int):
        self.n = n
    def next(self) -> int:
        self.n += 1
        return self.n
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.counter = Counter(3)
    def forward(self, x):
        return x * self.counter.next()
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "type(self), self.__class__.__name__",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()
    def forward(self, x):
        if type(self.act) is nn.ReLU:
            x = self.act(x)
        return x, self.__class__.__name__
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "isinstance of a submodule",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()
    def forward(self, x):
        if isinstance(self.act, nn.Linear):
            x = x @ self.act.weight
        return self.act(x)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
)
