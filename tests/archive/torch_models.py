"""Models that torch scripts or traces, with inputs: what torch.jit.save writes for them must be read."""

import enum
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import nn


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class Box(NamedTuple):
    corner: torch.Tensor
    size: int


@torch.jit.interface
class Step(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


@torch.jit.script
class Counter:
    def __init__(self, start: int):
        self.n = start
        self.seen: List[int] = []

    def add(self, k: int) -> int:
        self.n += k
        self.seen.append(k)
        return self.n


class Scale(nn.Module):
    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.factor


class Shift(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("shift", torch.arange(3.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.shift


class Interfaces(nn.Module):
    step: Step

    def __init__(self):
        super().__init__()
        self.step = Scale(2.0)
        self.other = Shift()

    def forward(self, x):
        return self.step.forward(x) + self.other(x)


class State(nn.Module):
    table: Dict[str, List[int]]
    maybe: Optional[torch.Tensor]
    limit: torch.jit.Final[int]

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 3))
        self.tied = self.weight
        self.register_buffer("row", self.weight.detach()[0])
        self.table = {"a": [1, 2], "b": []}
        self.pairs: List[Tuple[int, str]] = [(1, "x")]
        self.maybe = None
        self.limit = 3
        self.number = 2.5
        self.device = torch.device("cpu")
        self.text = "naïve ☃"
        self.tensors = [torch.ones(2), torch.zeros(1)]

    def forward(self, x, key: str):
        if self.maybe is None:
            self.maybe = x
        y = x @ self.weight + self.row
        for n in self.table[key]:
            y = y + n * self.number
        self.table[key].append(self.limit)
        maybe = self.maybe
        assert maybe is not None
        return y.to(self.device) + maybe, len(self.table[key]), self.text, self.pairs[0][1]

    @torch.jit.export
    def reset(self, to: int = 7) -> int:
        self.maybe = None
        return to


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3)])
        self.by_name = nn.ModuleDict({"first": nn.Tanh(), "second": nn.Sigmoid()})
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        for name, module in self.by_name.items():
            x = module(x)
        return self.drop(x)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 4)
        self.lstm = nn.LSTM(4, 5, num_layers=2, bidirectional=True)
        self.attention = nn.MultiheadAttention(10, 2)

    def forward(self, x):
        y, h = self.gru(x)
        z, (a, b) = self.lstm(y)
        w, _ = self.attention(z, z, z)
        return w, h, a


class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.GELU(), nn.MaxPool2d(2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2), nn.LayerNorm(2), nn.Softmax(dim=-1),
        )  # fmt: skip

    def forward(self, x):
        return self.net(x / 2)


def control_flow(x, n: int):
    total = 0
    for i in range(n):
        if i % 2 == 0:
            continue
        if i > 7:
            break
        total += i
        x = x + total
    while n > 0:
        n -= 3
        if x.sum() > 100:
            return x, n
    return x * 2, n


def values(names: List[str], color: Color, level: Level, flags: Dict[int, bool]):
    out: List[str] = []
    for i, name in enumerate(names):
        if name.startswith("a") and flags.get(i, False):
            out.append(f"{name}-{i}")
        elif color is Color.RED:
            out += [name.upper()] * 2
    counter = Counter(2)
    counter.add(3)
    box = Box(torch.ones(2), counter.n)
    return sorted(out), color.value, level == Level.HIGH, box, box.size, counter.seen, {n: len(n) for n in names}


def unions(u: Union[int, str, List[int]], o: Optional[int]):
    r: Union[int, str] = 1
    if isinstance(u, str):
        r = u + "!"
    elif isinstance(u, int):
        r = u
    if o is None:
        o = -5
    return r, o // 2, o % 3, 2.0**o, (1 + 2j) * 2


def tensors(x):
    values, indices = x.max(dim=0)
    a, b = torch.split(values, [1, 2])
    mask = x > 0
    y = x.clone()
    y[0] = 1.0
    y[mask] = 0.5
    y[:, 1:] += 2
    first, second = x.shape
    sizes = [s for s in x.size()]
    items: List[float] = x[0].tolist()
    return y, indices, a, b, x[..., None, ::2], torch.tensor([1, 2, 3]), first, sizes, int(x.sum()), items


def forked(x):
    futures = [torch.jit.fork(control_flow, x, i) for i in range(3)]
    return [torch.jit.wait(f)[0] for f in futures]


def raising(x, n: int):
    if n < 0:
        raise ValueError(f"negative: {n}")
    return x


def traced_function(x):
    return torch.cat([x, x.t() @ torch.eye(3)], 0)[1:] / x.shape[0]


def cases() -> dict[str, tuple[Any, tuple[Any, ...]]]:
    torch.manual_seed(0)
    x = torch.randn(3, 3)
    script = torch.jit.script
    models: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "interfaces": (script(Interfaces()), (x,)),
        "state": (script(State()), (x, "a")),
        "blocks": (script(Blocks().eval()), (x,)),
        "recurrent": (script(Recurrent()), (torch.randn(4, 2, 3),)),
        "convolutions": (script(Convolutions().eval()), (torch.randn(2, 3, 16, 16),)),
        "control_flow": (script(control_flow), (x, 10)),
        "values": (script(values), (["abc", "b", "ad"], Color.RED, Level.HIGH, {0: True})),
        "unions": (script(unions), ("s", None)),
        "tensors": (script(tensors), (x,)),
        "forked": (script(forked), (x,)),
        "raising": (script(raising), (x, 1)),
        "traced_function": (torch.jit.trace(traced_function, (x,)), (x,)),
        "traced_module": (torch.jit.trace(Blocks().eval(), (x,)), (x,)),
        "frozen": (torch.jit.freeze(script(Convolutions().eval())), (torch.randn(2, 3, 16, 16),)),
    }
    return models
