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
    Construct(
        "objects without methods that the program changes",
        """
class Record:
    def __init__(self):
        self.calls = 0
        self.seen = {}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.record = Record()
    def forward(self, x, key: str):
        self.record.calls += 1
        self.record.seen[key] = x
        return x * self.record.calls, len(self.record.seen)
""",
        inputs='(torch.ones(2), "a")',
        torch_jit=True,
    ),
    Construct(
        "objects in attributes declared as an interface",
        """
class Scale:
    def apply(self, x):
        return x * 2
class Shift:
    def apply(self, x):
        return x + 1
@portfire.interface
class Change:
    def apply(self, x: Tensor) -> Tensor:
        pass
class Model(nn.Module):
    first: Change
    others: List[Change]
    def __init__(self):
        super().__init__()
        self.first = Scale()
        self.others = [Shift(), Scale()]
    def forward(self, x):
        x = self.first.apply(x)
        for other in self.others:
            x = other.apply(x)
        return x
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "properties with a deleter",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.stored = 2
    @property
    def value(self):
        return self.stored
    @value.deleter
    def value(self):
        self.stored = 0
    def forward(self, x):
        before = self.value
        del self.value
        return x + before, self.value
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "a class attribute that hides a submodule",
        """
class Model(nn.Module):
    norm = None
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(2)
    def forward(self, x):
        return x if self.norm is None else self.norm(x)
""",
        inputs="(torch.arange(2.0),)",
    ),
    Construct(
        "changing a global list or dict, or the default of a parameter",
        """
SEEN = [1]
def f(n: int):
    SEEN.append(n)
    return len(SEEN)
""",
        code="changes-a-copy",
    ),
    Construct(
        "copies of global lists and dicts that change",
        """
SIZES = [1, 2]
TABLE = {"a": 1}
def f(n: int):
    sizes, table = SIZES[:], dict(TABLE)
    sizes.append(n)
    table["b"] = n
    return sizes, table, SIZES, TABLE
""",
        inputs="(3,)",
    ),
)
