"""Dataclasses, enums, named tuples. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "dataclasses: defaults, factories, __post_init__, InitVar",
        """
@dataclasses.dataclass
class Box:
    n: int
    scale: dataclasses.InitVar[int] = 2
    names: List[str] = dataclasses.field(default_factory=list)
    size: int = dataclasses.field(init=False)
    def __post_init__(self, scale: int):
        self.size = self.n * scale
def f(n: int):
    box = Box(n)
    box.names.append("a")
    return box.size, box.names
""",
        inputs="(4,)",
    ),
    Construct(
        "dataclasses: order, eq, repr",
        """
@dataclasses.dataclass(order=True)
class Version:
    major: int
    minor: int = 0
def f(n: int):
    return Version(n) < Version(n, 1), Version(n) == Version(n), f"{Version(n)}"
""",
        inputs="(4,)",
    ),
    Construct(
        "frozen dataclasses, replace, asdict, astuple",
        """
@dataclasses.dataclass(frozen=True)
class Box:
    a: int
    b: int = 2
def f(n: int):
    box = dataclasses.replace(Box(n), b=9)
    return dataclasses.asdict(box), dataclasses.astuple(box)
""",
        inputs="(4,)",
    ),
    Construct(
        "objects outside of a program that hold settings",
        """
@dataclasses.dataclass
class Settings:
    scale: float = 2.0
    activation: Callable = torch.relu

    def doubled(self):
        return self.scale * 2

SETTINGS = Settings()

def f(x):
    return SETTINGS.activation(x) * SETTINGS.doubled()
""",
        differs="attributes are read where the program is compiled; it cannot set them",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "tables outside of a program by dtype or by tuple, named tuples outside of it",
        """
class Choice(NamedTuple):
    scale: float
    name: str

CHOICES = {("cpu", torch.float32): Choice(2.0, "fast"), ("cpu", torch.float64): Choice(1.0, "exact")}
LARGEST = {torch.float32: 1e30, torch.float64: 1e300}

def f(x):
    choice = CHOICES.get((x.device.type, x.dtype), Choice(0.0, "other"))
    return x * choice.scale, choice.name, LARGEST[x.dtype]
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "named tuples that are made by a `__new__` of their own",
        """
class Sized(NamedTuple):
    data: Tensor
    size: int

class Batch(Sized):
    def __new__(cls, data, size=None):
        return super().__new__(cls, data, len(data) if size is None else size)

def f(x):
    batch = Batch(x)
    return batch.data * batch.size
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "named tuples with methods, _replace, _asdict, _fields",
        """
class Point(NamedTuple):
    x: int
    y: int = 2
    def total(self) -> int:
        return self.x + self.y
def f(n: int):
    p = Point(n)._replace(y=5)
    return p.total(), p._asdict(), p._fields
""",
        inputs="(4,)",
    ),
    Construct(
        "enum members by run-time value and name",
        """
class Color(enum.Enum):
    RED = 1
    GREEN = 2
def f(n: int, name: str):
    return Color(n).name, Color[name].value
""",
        inputs='(2, "RED")',
    ),
    Construct(
        "enums with methods and properties",
        """
class Color(enum.Enum):
    RED = 1
    GREEN = 2
    def is_red(self) -> bool:
        return self == Color.RED
    @property
    def double(self) -> int:
        return self.value * 2
def f(n: int):
    c = Color(n)
    return c.is_red(), c.double
""",
        inputs="(2,)",
    ),
    Construct(
        "enums whose values are tuples, or of several types",
        """
class Size(enum.Enum):
    S = (1, 2)
    L = (3, 4)
def f(n: int):
    s = Size.S if n == 1 else Size.L
    return s.value[1], s.name
""",
        inputs="(2,)",
    ),
    Construct(
        "IntEnum, StrEnum as numbers and strings",
        """
class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2
def f(n: int):
    x = Level(n)
    return x + 1, x < 5, [10, 20, 30][x]
""",
        inputs="(2,)",
    ),
    Construct(
        "dicts with members of enums as keys",
        """
class Color(enum.Enum):
    RED = 1
    GREEN = 2
def f(n: int):
    names = {Color.RED: "r", Color.GREEN: "g"}
    return names[Color(n)]
""",
        inputs="(2,)",
    ),
    Construct(
        "dicts with members of enums as keys that change",
        """
class Color(enum.Enum):
    RED = 1
    GREEN = 2
def f(n: int):
    counts = {Color.RED: 0}
    counts[Color(n)] = n
    return counts[Color.GREEN], len(counts)
""",
        inputs="(2,)",
        libtorch=False,
    ),
)
