"""Graphs of torch's own, as text that we can parse: a corpus for the text form."""

from __future__ import annotations

import enum
import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import torch

from portfire.ir.graph import Function
from portfire.ir.types import INT, TENSOR, ClassType, EnumType, InterfaceType, TupleType, Type


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Pair(NamedTuple):
    first: torch.Tensor
    second: int = 3


def double(x):
    return x * 2


def control_flow(x, n: int):
    for i in range(n):
        x = x + i
        if x.sum() > 3:
            break
        while n > 4:
            n -= 1
    return x, n


def containers(x, names: List[str], table: Dict[str, torch.Tensor], pair: Tuple[int, str]):
    out = [x]
    for name in names:
        if name in table:
            out.append(table[name])
    first, second = pair
    names.append(second + str(first))
    nested: Dict[str, List[Optional[int]]] = {"a": [1, None]}
    return torch.cat(out), nested, {n: len(n) for n in names}


def constants(x):
    y = x + 0.1 + 1e20 + 2.5e-300 + float("inf")
    return y, 1j + 2, 'quote" tab\t \n', torch.device("cpu"), [1, 2], (1, "a", [1.0]), None, torch.float16


def refinement(u: Union[int, List[int], Dict[str, int]], o: Optional[torch.Tensor]):
    if isinstance(u, int):
        return u + 1
    assert o is not None, "need it"
    return int(o.sum())


def calls(x, color: Color):
    future = torch.jit.fork(double, x)
    if color == Color.RED:
        x = double(x)
    print(x, color.name)
    return torch.jit.wait(future) + x, Pair(x, 4)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(2, 2) for _ in range(2)])
        self.norm = torch.nn.BatchNorm1d(2)
        self.count = 0

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        self.count += 1
        return self.norm(x)


def scripted_texts() -> dict[str, str]:
    texts = {
        f.__name__: str(torch.jit.script(f).graph) for f in (control_flow, containers, constants, refinement, calls)
    }
    texts["module"] = str(torch.jit.script(Net()).graph)
    texts["inlined"] = str(torch.jit.script(Net()).inlined_graph)
    texts["traced"] = str(torch.jit.trace(Net().eval(), torch.ones(3, 2)).inlined_graph)
    return {name: readable(text) for name, text in texts.items()}


def readable(text: str) -> str:
    """torch's text with the two spellings changed that do not carry what they mean (`printer.py`)."""
    text = re.sub(r"NamedTuple\(first : Tensor, second : int = 3\)", "__torch__.Pair", text)
    return re.sub(r", scope: [\w.]+", "", text.replace("Future[Tensor]", "Future(Tensor)"))


class Names:
    """A resolver that makes up classes as they are met."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def __call__(self, name: str) -> Type | Function | None:
        if name not in self.known:
            self.known[name] = self.make(name)
        return self.known[name]

    def make(self, name: str) -> Type | Function:
        if name.endswith("Color"):
            return EnumType(name, INT, {"RED": 1, "BLUE": 2})
        if name.endswith("Pair"):
            return TupleType((TENSOR, INT), name, ("first", "second"))
        if not name.startswith("__torch__"):
            return Function(name, [])
        return InterfaceType(name) if name.endswith("Interface") else Opaque(name)


class Opaque(ClassType):
    """A class of which only the name is known."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.attributes = _Everything()  # type: ignore[assignment]
        self.methods = _Everything()  # type: ignore[assignment]


class _Everything(dict):
    def get(self, key: Any, default: Any = None) -> Any:
        return None
