"""Modules. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "parameters, buffers, submodules",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.register_buffer("offset", torch.ones(2))
    def forward(self, x):
        return self.linear(x) + self.offset
""",
        inputs="(torch.ones(1, 2),)",
        torch_jit=True,
    ),
    Construct(
        "inheritance and super().forward",
        """
class Base(nn.Module):
    def forward(self, x):
        return x + 1
class Model(Base):
    def forward(self, x):
        return super().forward(x) * 2
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "loops over ModuleList, Sequential",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
        return x
""",
        inputs="(torch.ones(1, 2),)",
        torch_jit=True,
    ),
    Construct(
        "ModuleList indexed by a constant",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
    def forward(self, x):
        return self.layers[-1](x)
""",
        inputs="(torch.ones(1, 2),)",
        torch_jit=True,
    ),
    Construct(
        "ModuleList indexed by the variable of a loop over a constant range",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
    def forward(self, x):
        for i in range(len(self.layers)):
            x = self.layers[i](x)
        return x
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "ModuleList indexed by a run-time int",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
    def forward(self, x, i: int):
        return self.layers[i](x)
""",
    ),
    Construct(
        "list comprehension over layers",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])
    def forward(self, x):
        return [layer(x) for layer in self.layers]
""",
        inputs="(torch.ones(1, 2),)",
        torch_jit=True,
    ),
    Construct(
        "ModuleDict by key and items()",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.ReLU()})
    def forward(self, x):
        x = self.heads["a"](x)
        for name, head in self.heads.items():
            x = head(x)
        return x
""",
        inputs="(torch.ones(1, 2),)",
        torch_jit=True,
    ),
    Construct(
        "ParameterList",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.ps = nn.ParameterList([nn.Parameter(torch.ones(2))])
    def forward(self, x):
        for p in self.ps:
            x = x * p
        return x
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "submodules that may be None",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.downsample = None
    def forward(self, x):
        if self.downsample is not None:
            x = self.downsample(x)
        return x
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "modules passed as arguments",
        """
def apply(layer, x):
    return layer(x)
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
    def forward(self, x):
        return apply(self.linear, x)
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "getattr with a constant name",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
    def forward(self, x):
        return getattr(self, "linear")(x)
""",
        inputs="(torch.ones(1, 2),)",
        torch_jit=True,
    ),
    Construct(
        "getattr with a name made from a loop variable",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer0 = nn.Linear(2, 2)
        self.layer1 = nn.ReLU()
    def forward(self, x):
        for i in range(2):
            x = getattr(self, f"layer{i}")(x)
        return x
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "submodules called under control flow",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = nn.Linear(2, 2)
    def forward(self, x, flag: bool):
        return self.a(x) if flag else self.b(x)
""",
        inputs="(torch.ones(1, 2), True)",
        torch_jit=True,
    ),
    Construct(
        "submodules added or replaced in forward",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
    def forward(self, x):
        self.a = nn.Identity()
        return x
""",
        code="no-set-attribute",
    ),
    Construct(
        "a branch that a plain attribute of the module rules out need not compile",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fast = hasattr(torch.nn.functional, "scaled_dot_product_attention")
        if not self.fast:
            self.register_buffer("mask", torch.ones(2))
    def forward(self, x):
        if self.fast:
            return x * 2
        return x * 2 * self.mask
""",
        differs="an attribute that decides whether code compiles is a constant of the program",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "loops over a plain number of layers that are called differently",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.depth = 2
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Bilinear(2, 2, 2)])
    def forward(self, x):
        for i in range(self.depth):
            x = self.layers[i](x) if i == 0 else self.layers[i](x, x)
        return x
""",
        inputs="(torch.ones(1, 2),)",
    ),
    Construct(
        "attributes set in forward",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0
    def forward(self, x):
        self.calls += 1
        return x * self.calls
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "forward hooks and pre-hooks",
        """
class Inner(nn.Module):
    def forward(self, x):
        return x + 1
def double(self, inputs: Tuple[Tensor], output: Tensor):
    return output * 2
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.inner.register_forward_hook(double)
    def forward(self, x):
        return self.inner(x)
""",
        differs="hooks are typed like functions",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "parametrised modules",
        """
class Double(nn.Module):
    def forward(self, w):
        return w * 2
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
        nn.utils.parametrize.register_parametrization(self.linear, "weight", Double())
    def forward(self, x):
        return self.linear(x)
""",
        inputs="(torch.ones(1, 2),)",
        torch_jit=True,
    ),
    Construct(
        "properties of a module",
        """
class Model(nn.Module):
    @property
    def scale(self) -> int:
        return 2
    def forward(self, x):
        return x * self.scale
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "interfaces",
        """
@portfire.interface
class Layer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass
class Doubling(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2
class Model(nn.Module):
    layer: Layer
    def __init__(self):
        super().__init__()
        self.layer = Doubling()
    def forward(self, x):
        return self.layer.forward(x)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "modules with random weights constructed in forward",
        """
class Model(nn.Module):
    def forward(self, x):
        return nn.Linear(2, 2)(x)
""",
        code="unsupported-call",
    ),
    Construct(
        "a method marked unused",
        """
class Model(nn.Module):
    @portfire.unused
    def debug(self, x):
        return open("log")
    def forward(self, x):
        if self.training and x.dim() > 5:
            x = self.debug(x)
        return x
""",
        differs="it raises when a program gets there",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "settings objects read as constants",
        """
class Config:
    def __init__(self):
        self.size = 2
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.config = Config()
    def forward(self, x):
        return x * self.config.size
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "tensors that objects without methods hold",
        """
class Statistics:
    def __init__(self):
        self.mean = torch.ones(2)
        self.scale = 2
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.statistics = Statistics()
    def forward(self, x):
        return (x - self.statistics.mean) * self.statistics.scale
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "containers with a `__len__`, `__getitem__`, `__iter__` or `__contains__` of their own",
        """
class Items(nn.ModuleList):
    def __getitem__(self, i: int):
        return super().__getitem__(-1 - i)
    def __len__(self):
        return 10
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = Items()
        self.items.add_module("0", nn.Tanh())
    def forward(self, x):
        return [item(x) for item in self.items], len(self.items)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "__prepare_scriptable__",
        """
class Act(nn.ReLU):
    def __prepare_scriptable__(self):
        return nn.ReLU()
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = Act()
    def forward(self, x):
        return self.act(x)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "`forward` called beside hooks",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.ReLU()
        self.layer.register_forward_hook(lambda module, inputs, output: output + 1)
    def forward(self, x):
        return self.layer(x), self.layer.forward(x)
""",
        inputs="(torch.ones(2),)",
    ),
)
