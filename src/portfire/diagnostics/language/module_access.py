"""Reaching modules. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "ModuleDict by a run-time key",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Tanh()})
    def forward(self, x, key: str):
        return self.heads[key](x)
""",
        inputs='(torch.ones(1, 2), "a")',
    ),
    Construct(
        "modules in a plain list, tuple or dict",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = [nn.ReLU(), nn.Tanh()]
        self.by_name = {"a": nn.Tanh()}
    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.by_name["a"](x)
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "a module chosen by a condition",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ReLU()
        self.b = nn.Tanh()
    def forward(self, x, flag: bool):
        layer = self.a if flag else self.b
        return layer(x)
""",
        inputs="(torch.ones(1, 2), True)",
    ),
    Construct(
        "attributes of a module picked at run time",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Dropout(0.0), nn.Dropout(0.0)])
    def forward(self, x, i: int):
        layer = self.layers[i]
        return layer(x), layer.training
""",
        inputs="(torch.ones(1, 2), 1)",
    ),
    Construct(
        "zip, enumerate, reversed and slices of module lists",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ModuleList([nn.ReLU(), nn.Tanh()])
        self.b = nn.ModuleList([nn.Tanh(), nn.ReLU()])
    def forward(self, x):
        for i, (f, g) in enumerate(zip(self.a[0:], reversed(self.b))):
            x = f(x) + g(x) + i
        return x
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "module lists in step with lists of the run, of any length",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.levels = nn.ModuleList([nn.Linear(2, 2), nn.Tanh()])
    def forward(self, xs: List[Tensor]):
        return [level(x) for level, x in zip(self.levels, xs)]
""",
        inputs="([torch.ones(1, 2)],)",
    ),
    Construct(
        "parameters(), buffers(), modules() and their named forms",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
    def forward(self, x):
        for name, p in self.named_parameters():
            x = x + p.sum() * len(name)
        return x.to(next(self.parameters()).dtype)
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "train(), eval(), requires_grad_() in forward",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)
    def forward(self, x):
        self.drop.eval()
        return self.drop(x), self.drop.training
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "torch modules without random weights constructed in forward",
        """
class Model(nn.Module):
    def forward(self, x):
        return nn.Softmax(dim=1)(nn.ReLU()(x))
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "hooks with keyword arguments",
        """
class Inner(nn.Module):
    def forward(self, x, scale: int = 1):
        return x * scale
def double(module, args, kwargs):
    return args, {"scale": kwargs["scale"] * 2}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.inner.register_forward_pre_hook(double, with_kwargs=True)
    def forward(self, x):
        return self.inner(x, scale=3)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "hooks that are methods of a module around",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.ReLU()
        self.factor = 3
        self.inner.register_forward_hook(self.scale)
    def scale(self, module, inputs, output):
        return output * self.factor
    def forward(self, x):
        return self.inner(x)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "no_grad and inference_mode as decorators",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))
    @torch.no_grad()
    def quiet(self, x):
        return x * self.weight
    def forward(self, x):
        return self.quiet(x).requires_grad
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "state_dict() in forward",
        """
class Model(nn.Module):
    def forward(self, x):
        return len(self.state_dict())
""",
        code="unsupported-call",
    ),
    Construct(
        "a method or function marked ignore is called back in Python",
        """
class Model(nn.Module):
    @portfire.ignore
    def size(self, x: Tensor) -> int:
        return len(str(x.tolist()))
    def forward(self, x):
        return x + self.size(x)
""",
        differs="in a saved program it raises; its types are those an operator can have",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "an ignored method reads and sets attributes of the compiled module",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0
    @portfire.ignore
    def count(self) -> int:
        self.calls += 1
        return self.calls
    def forward(self, x):
        self.count()
        return x + self.calls
""",
        differs="in a saved program it raises; lists and dicts that Python changes are new ones afterwards",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
)
