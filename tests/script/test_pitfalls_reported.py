"""Constructs that people reported as obstacles or as wrong in TorchScript (the number is that of the issue at pytorch/pytorch)."""

import math
from typing import Callable, Dict, Final, List, Optional, Tuple, Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4)
SCALE = 3


def test_optional_attributes_are_refined():  # 24135, 22155, 36246, 89114
    class Shift(nn.Module):
        shift: Optional[Tensor]
        number: Optional[int]

        def __init__(self, shift, number=None):
            super().__init__()
            self.shift = shift
            self.number = number
            self.inner = nn.Linear(4, 4, bias=shift is not None)

        def forward(self, x):
            if self.shift is not None:
                x = x + self.shift
            if self.number is not None:
                self.number += 1
            if self.inner.bias is not None:
                x = x + self.inner.bias.sum() * 0
            return x, self.number

    check(Shift(None), (X,))
    check(Shift(torch.ones(4), 2), (X,))


def test_a_function_that_may_return_none_is_compared():  # 22155
    def maybe(flag: bool):
        if flag:
            return None
        return 2

    def f(flag: bool):
        return 2 if maybe(flag) is None else 3

    check(f, (True,), (False,))


def test_a_local_that_becomes_none():  # 24256
    def f(s: bool):
        v = torch.tensor([2, 3])
        if s:
            v = None
        return v

    check(f, (True,), (False,))


def test_optional_parameters_of_forward():  # 15278
    class Attention(nn.Module):
        def forward(self, query, keys, length: Optional[int] = None, mask: Optional[Tensor] = None):
            if length is not None:
                keys = keys[:length]
            scores = query @ keys.t()
            if mask is not None:
                scores = scores.masked_fill(mask, -1.0)
            return scores

    check(Attention(), (X, X), (X, X, 2), (X, X, None, X[:, :3] > 4))


def test_legacy_constructors():  # 8814
    def f(n: int):
        outputs = torch.Tensor()
        for i in range(n):
            outputs = torch.cat([outputs, torch.FloatTensor([float(i)])])
        return outputs, torch.LongTensor([[n, 1]]), torch.Tensor([1, 2]), torch.Tensor(2, 3).shape

    check(f, (2,), (0,))


def test_ellipsis():  # 48692
    def f(x):
        y = x.clone()
        y[..., 1:] = 0
        return x[..., 0], x[0, ...], y, x[..., None].shape, x[None, ..., :2]

    check(f, (X,))


def test_devices_of_every_spelling():  # 68626
    def f(x):
        a = x.to(torch.device(type="cpu"))
        b = x.to(torch.device("cpu")).to(device="cpu")
        return a, b, torch.zeros(2, device=x.device), x.device.type == "cpu", x.device == torch.device("cpu")

    check(f, (X,))


def test_dict_of_an_empty_second_item():  # 32199
    class Minus(nn.Module):
        def forward(self, xs: Tuple[Dict[str, Tensor], Dict[str, int]]):
            first, second = xs
            return first["a"] - 1, len(second)

    check(Minus(), (({"a": X}, {}),), (({"a": X}, {"k": 1}),))


def test_variables_that_swap_places_stay_distinct():  # 75794
    def f(n: int):
        a, b, c = torch.zeros(1), torch.zeros(1), torch.zeros(1)
        seen = []
        for i in range(n):
            a, b, c = c, a, b
            a[0] += 1
            seen.append(a.item())
        return seen

    check(f, (4,))


def test_chunk_of_three_of_which_two_are_used():  # 31863
    def f(x):
        a, b, _ = x.chunk(3, 0)
        return F.mse_loss(a, b)

    check(f, (X,))


def test_rsqrt_of_an_int_attribute():  # 98210
    class Scores(nn.Module):
        def __init__(self):
            super().__init__()
            self.size = 64

        def forward(self, x):
            return torch.rsqrt(torch.tensor(self.size) * 3) * x, x / math.sqrt(self.size)

    check(Scores(), (X,))


def test_code_in_dunder_call():  # 39633
    class Call(nn.Module):
        def forward(self, x):
            return x + 1

    class Uses(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Call()

        def forward(self, x):
            return self.inner.forward(x) + self.inner(x) + self.inner.__call__(x)

    check(Uses(), (X,))


def test_tuple_and_list_constructors():  # 24000, 26505, 36247
    def f(x, y: Tuple[str, str]):
        a: Dict[int, Tensor] = dict()
        b: List[int] = list()
        pair = tuple([x, x + 1])
        b.append(len(pair))
        a[b[0]] = pair[1]
        return list(y), tuple(y), a, b, pair

    check(f, (X, ("a", "b")))


def test_a_list_of_tuples_grows():  # 16288
    def f(x, n: int):
        returns = []
        for i in range(n):
            returns.append((x * i, i))
        total = 0
        for y, i in returns:
            total += i + int(y.sum())
        return returns, total

    check(f, (X, 2), (X, 0))


def test_tuples_are_concatenated():  # 55249
    def f(a: Tuple[int, int], b: Tuple[str]):
        c = a + b
        return c, c + (1.5,), (0,) * 3, a[::-1], c[1:], len(c)

    check(f, ((1, 2), ("x",)))


def test_a_list_attribute_goes_to_a_union():  # 69938
    def area(x, size: Union[int, List[int]]):
        if isinstance(size, int):
            size = [size, size]
        return x * size[0] * size[1]

    class Sized(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.size = [size, size] if isinstance(size, int) else list(size)

        def forward(self, x):
            return area(x, self.size), area(x, 3)

    check(Sized(5), (X,))
    check(Sized((2, 3)), (X,))


def test_the_length_of_a_union():  # 70240
    def f(arg: Union[List[float], Tuple[float, float]]):
        if len(arg) != 2:
            raise ValueError(f"expected a sequence of length 2, got {len(arg)}")
        return arg[0] + arg[1]

    check(f, ([2.0, 3.0],), ((1.0, 4.0),), ([1.0],))


def test_modules_in_a_list_by_a_loop_variable():  # 47496, 16123, 39165
    class Layers(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
            self.nested = nn.ModuleList([nn.ModuleList([nn.Identity(), nn.ReLU()]) for _ in range(2)])
            self.count = 2

        def forward(self, x, n: int):
            for i in range(n):
                x = self.layers[i](x)
            for i in range(len(self.layers)):
                x = self.layers[i](x)
            for i in range(self.count):
                for j in range(1, self.count):
                    x = self.nested[i][j](x)
            return self.layers[n](x) + self.layers[-1](x)

    check(Layers(), (X, 2), (X, 0), (X, 7))


def test_methods_of_an_object_of_another_module():  # 36910
    class Backend:
        def trace(self, a):
            return torch.trace(a)

    class Model(nn.Module):
        def forward(self, x):
            return Backend().trace(x)

    check(Model(), (X,))


def test_a_dtype_as_an_attribute():  # 23631
    class Zeros(nn.Module):
        def __init__(self, dtype):
            super().__init__()
            self.dtype = dtype

        def forward(self, x):
            return torch.zeros(3, dtype=self.dtype), x.to(self.dtype)

    check(Zeros(torch.float64), (X,))
    check(Zeros(torch.int32), (X,))


def test_an_object_of_a_class_as_an_attribute():  # 20399, 53753
    class Config:
        def __init__(self, width: int, names: List[str]):
            self.width = width
            self.names = names

        def doubled(self) -> int:
            return self.width * 2

    class Model(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.config = config

        def forward(self, x):
            return x * self.config.width + self.config.doubled(), len(self.config.names)

    check(Model(Config(3, ["a"])), (X,))


def squared(x: Tensor) -> Tensor:
    return x * x


def test_a_function_as_an_attribute():  # 62866
    class Activated(nn.Module):
        def __init__(self, activation: Optional[Callable[[Tensor], Tensor]]):
            super().__init__()
            self.activation = activation

        def forward(self, x):
            if self.activation is not None:
                return self.activation(x)
            return x

    for activation in (None, squared, F.relu, torch.tanh, nn.ReLU(), lambda x: x + 1):
        check(Activated(activation), (X - 4,))


def test_globals_are_constants():  # 37104
    def f(x):
        return x + SCALE, [SCALE] * 2, math.pi * SCALE

    check(f, (X,))


def test_attributes_of_a_module_that_is_an_argument():  # 55312
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.conv = nn.Conv1d(2, 2, 3, padding=1)

        def padded(self, layer: nn.Conv1d, x):
            return layer(x), layer.kernel_size[0] // 2, layer.weight.shape[0]

        def forward(self, x):
            return self.padded(self.conv, x)

    check(Outer(), (torch.rand(1, 2, 5),))


def test_comprehensions_of_dicts():  # 41448, 106435
    def f(xs: List[Tensor], names: List[str]):
        by_index = {i: i * i for i in range(3)}
        by_item = {int(x.item()): i for i, x in enumerate(xs)}
        nested = {n: [x * k for k in range(2)] for n, x in zip(names, xs) if n != "b"}
        return by_index, by_item, nested

    check(f, ([torch.tensor(3.0), torch.tensor(5.0)], ["a", "b"]), ([], []))


def test_comprehensions_over_tensors():  # 27255
    def f(x):
        return [row.shape[-1:] for row in x], [float(v) for v in x[0]], [r.sum() for r in x if r.sum() > 10]

    check(f, (X,))


def test_a_dict_of_a_zip():  # 47338
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.names = ("a", "b")
            torch.manual_seed(0)
            self.heads = nn.ModuleList([nn.Linear(4, 2), nn.Linear(4, 2)])

        def forward(self, x):
            outputs = (self.heads[0](x), self.heads[1](x))
            return dict(zip(self.names, outputs)), dict(list(zip(self.names, outputs))), list(zip([1, 2], outputs))

    check(Model(), (X,))


def test_nested_comprehensions():  # 48153
    def f(n: int):
        grid = [[i * j for j in range(n)] for i in range(n)]
        flat = [v for row in grid for v in row if v % 2 == 0]
        return grid, flat, [[x for x in row if x > 1] for row in grid if row]

    check(f, (3,), (0,))


class Activation(nn.Module):
    def forward(self, x: Tensor, meta: Dict[str, Tensor]) -> Tuple[Tensor, Dict[str, Tensor]]:
        meta = meta.copy()
        meta["y"] = x
        return meta["y"], meta


def test_an_unused_branch_is_not_compiled():  # 74056
    class Model(nn.Module):
        flag: Final[str] = ""

        def __init__(self):
            super().__init__()
            self.activation = Activation()

        def forward(self, x: Tensor, meta: Dict[str, Tensor]) -> Tuple[Tensor, Dict[str, Tensor]]:
            meta = meta.copy()
            if self.flag != "":
                x, meta = self.activation(x[:, :, :-1].nonsense(), meta)
            else:
                x, meta = self.activation(x, meta)
            return x, meta

    check(Model(), (X, {}), (X, {"a": X}))


def test_the_first_key_decides_the_type():  # 32988
    def f(x):
        out = {}
        out[0] = x
        out[2] = x + 1
        return out

    check(f, (X,))


def test_a_dict_that_changes_while_it_is_read():  # 24786
    def f(grow: bool):
        d = {"a": 1, "b": 2}
        total = 0
        for key in d:
            if grow:
                d[key + "x"] = 1
            total += d[key]
        return total

    def g(limit: int):
        d = {1: "a", 2: "b"}
        for key, value in d.items():
            d[key] = value + "!"
            if key == limit:
                d[100] = "last"
                break
        for key in d.keys():
            if key > limit:
                d.pop(key)
        return d

    check(f, (True,), (False,))
    check(g, (1,), (2,), (100,))


def test_super_forward():  # 42885, 157103, 28411
    class Scaled(nn.Conv1d):
        def forward(self, x):
            return super().forward(x) * 2

    class Flat(nn.Module):
        def forward(self, x):
            if len(x.size()) <= 2:
                return super(Flat, self).forward(x)
            size = x.size()[:2]
            out = super(Flat, self).forward(x.view(size[0] * size[1], -1))
            return out.view(size[0], size[1], -1)

    class FlatLinear(Flat, nn.Linear):
        pass

    class Pool(nn.Sequential):
        def forward(self, x):
            size = x.shape[-1]
            for layer in self:
                x = layer(x)
            return F.interpolate(x, size=size, mode="linear", align_corners=False)

    torch.manual_seed(0)
    check(Scaled(2, 2, 1), (torch.rand(1, 2, 5),))
    check(FlatLinear(4, 3), (torch.rand(2, 4),), (torch.rand(2, 3, 4),))
    check(Pool(nn.AdaptiveAvgPool1d(1), nn.Conv1d(2, 3, 1)), (torch.rand(1, 2, 5),))


def test_an_overridden_method_is_the_subclasss():  # 26177
    class Base:
        def amount(self) -> int:
            return 100

        def apply(self, x):
            return x + self.amount()

    class Derived(Base):
        def amount(self) -> int:
            return 7

    def f(x):
        return Base().apply(x), Derived().apply(x)

    check(f, (X,))
