"""What people write in models and stumble over: each as a test, eager as the oracle, also after saving and loading."""

from typing import Dict, List, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4)


def test_variable_numbers_of_arguments():
    def total(*parts, scale: float = 1.0):
        result = torch.zeros_like(parts[0])
        for part in parts:
            result = result + part
        return result * scale

    def f(x):
        return total(x), total(x, x + 1), total(x, x, x, scale=2.0), total(*[x, x])

    check(f, (X,))


def test_keyword_arguments_are_handed_on():
    def inner(x, *, bias: Optional[Tensor] = None, times: int = 1):
        return x * times if bias is None else x * times + bias

    def outer(x, **options):
        return inner(x, **options)

    def f(x):
        return outer(x), outer(x, times=3), outer(x, bias=x, times=2)

    check(f, (X,))


class Stack(nn.Module):
    def __init__(self, depth=3):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(depth)])
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Linear(4, 3)})


def test_list_comprehension_over_layers():
    class Model(Stack):
        def forward(self, x):
            outputs = [layer(x) for layer in self.layers]
            picked = [layer(x) for i, layer in enumerate(self.layers) if i != 1]
            return torch.stack(outputs).sum(0), len(picked), {k: head(x) for k, head in self.heads.items()}

    check(Model(), (X,))


def test_layers_and_what_goes_with_them():
    class Model(Stack):
        def forward(self, x, gates: List[float]):
            kept = []
            for layer, gate in zip(self.layers, gates):
                x = layer(x) * gate
                kept.append(x)
            for layer in reversed(self.layers):
                x = layer(x)
            first, last = self.layers[0], self.layers[-1]
            for layer in self.layers[1:]:
                x = layer(x)
            return last(first(x)), kept[-1], len(self.layers)

    check(Model(), (X, [1.0, 0.5, 2.0]))


def test_sum_and_any_over_layers():
    class Model(Stack):
        def forward(self, x):
            biased = any(layer.bias is not None for layer in self.layers)
            width = max([layer.out_features for layer in self.layers])
            return sum(layer(x) for layer in self.layers), biased, width

    check(Model(), (X,))


def test_enumerate_over_a_tensor_and_a_list():
    def f(x, names: List[str]):
        total = torch.zeros(4)
        for i, row in enumerate(x):
            total = total + row * i
        out = []
        for i, name in enumerate(names, start=1):
            out.append(f"{i}:{name}")
        return total, out

    check(f, (X, ["a", "b"]), (X[:0], []))


def test_next_and_iter():
    def f(xs: List[int], x):
        it = iter(xs)
        first = next(it)
        rest = 0
        for n in it:
            rest += n
        rows = iter(x)
        row = next(rows)
        return first, rest, row, next(iter(xs)), next((n for n in xs if n > 1), -1)

    check(f, ([1, 2, 3], X), ([5], X), ([0], X))


def test_continue():
    def f(xs: List[int], limit: int):
        total = 0
        for i, n in enumerate(xs):
            if n < 0:
                continue
            for k in range(n):
                if k % 2 == 0:
                    continue
                total += k * (i + 1)
                if total > limit:
                    return total, True
        i = 0
        while i < len(xs):
            i += 1
            if xs[i - 1] == 0:
                continue
            total -= 1
        return total, False

    check(f, ([3, -1, 0, 5], 100), ([9], 3), ([], 0))


def test_try():
    def f(d: Dict[str, int], key: str, n: int):
        try:
            value = d[key] // n
        except KeyError:
            value = -1
        except ZeroDivisionError as error:
            return -2, str(error)
        finally:
            d["seen"] = 1
        return value, "ok"

    check(f, ({"a": 7}, "a", 2), ({"a": 7}, "b", 2), ({"a": 7}, "a", 0))


def test_with():
    class Counter:
        def __init__(self):
            self.depth = 0
            self.most = 0

        def __enter__(self):
            self.depth += 1
            self.most = max(self.most, self.depth)
            return self

        def __exit__(self, kind, value, traceback):
            self.depth -= 1

    def f(x, n: int):
        counter = Counter()
        with counter as c:
            for _ in range(n):
                with c:
                    x = x + c.depth
        with torch.no_grad():
            y = x * 2
        return x, y, counter.depth, counter.most

    check(f, (X, 2), (X, 0))


def test_what_is_returned_depends_on_what_is_known():
    class Model(Stack):
        def __init__(self, with_loss):
            super().__init__()
            self.with_loss = with_loss

        def forward(self, x):
            x = self.layers[0](x)
            if self.with_loss:
                return x, x.mean()
            return x

    check(Model(False), (X,))
    check(Model(True), (X,))


def test_what_is_returned_depends_on_an_argument():
    def f(x, target: Optional[Tensor] = None):
        if target is None:
            return x
        return x, F.mse_loss(x, target)

    check(f, (X, None), (X, X + 1))


def test_what_is_returned_depends_on_training():
    class Model(Stack):
        def forward(self, x):
            y = self.layers[0](x)
            if self.training:
                return {"out": y, "aux": x}
            return y

    check(Model().train(), (X,))
    check(Model().eval(), (X,))


def test_a_tuple_whose_length_varies():
    def f(x, more: bool):
        outputs = (x,)
        if more:
            outputs = outputs + (x + 1,)
        return outputs

    check(f, (X, True), (X, False))


def test_int_attributes_as_sizes():
    class Attention(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            torch.manual_seed(0)
            self.heads = heads
            self.head_size = width // heads
            self.all_size = self.heads * self.head_size
            self.query = nn.Linear(width, self.all_size)

        def split(self, x):
            return x.view(*x.size()[:-1], self.heads, self.head_size).permute(0, 2, 1, 3)

        def forward(self, x):
            q = self.split(self.query(x))
            context = q.permute(0, 2, 1, 3).contiguous()
            return context.view(context.size()[:-2] + (self.all_size,)), q

    check(Attention(4, 2), (torch.rand(2, 3, 4),), (torch.rand(1, 1, 4),))


def test_shapes_unpacked_into_ints():
    def f(x):
        b, c, h, w = x.shape
        n, *rest = x.size()
        (rows, cols), area = x.shape[-2:], h * w
        y = x.reshape(b, c, area).transpose(1, 2).reshape(b * area, c)
        return y, n, list(rest), rows + cols, x.shape.numel(), len(x.shape)

    check(f, (torch.rand(2, 3, 4, 5),), (torch.rand(0, 3, 1, 5),), (torch.rand(2),))


def test_half_of_a_size():
    def f(x):
        half = x.shape[0] // 2
        a, b = x[:half], x[half:]
        left, right = torch.split(x, [half, x.shape[0] - half])
        middle = x.narrow(0, half, x.size(0) - half)
        quarter = int(x.shape[1] / 4)
        return a, b, left, right, middle, x[:, :quarter], x[:, : -(x.shape[1] // 2)], x.shape[1] * 0.5

    check(f, (X,), (X[:1],), (torch.rand(5, 9),))


def test_range_over_the_length_of_a_list():
    def f(xs: List[Tensor]):
        out = []
        for i in range(len(xs)):
            out.append(xs[i] + i)
        for i in range(len(xs) - 1, -1, -1):
            out.append(xs[i])
        for i in range(1, len(xs), 2):
            xs[i] = xs[i] * 2
        return out

    check(f, ([X, X + 1, X],), ([],))


def test_dicts_of_tensors_in_and_out():
    class Model(Stack):
        def forward(self, batch: Dict[str, Tensor]) -> Dict[str, Tensor]:
            out: Dict[str, Tensor] = {}
            for name, value in batch.items():
                out[name + "_out"] = self.layers[0](value)
            if "x" in batch:
                out["total"] = batch["x"].sum()
            for key in sorted(out.keys()):
                out[key] = out[key] * 2
            return out

    check(Model(), ({"x": X, "y": -X},), ({"y": X},), ({},))


def test_a_dict_built_as_a_display_and_changed():
    def f(x, y):
        out = {"x": x, "y": y}
        out["z"] = x + y
        out.update({"x": y})
        popped = out.pop("y")
        return out, popped, {**out, "more": x}, list(out), out.get("nothing")

    check(f, (X, X + 1))


def test_optional_hidden_state():
    class Cell(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.cell = nn.LSTMCell(4, 5)

        def forward(self, x, hidden: Optional[Tuple[Tensor, Tensor]] = None):
            if hidden is None:
                zeros = torch.zeros(x.size(1), 5, dtype=x.dtype, device=x.device)
                hidden = (zeros, zeros)
            outputs = []
            for step in x:
                hidden = self.cell(step, hidden)
                outputs.append(hidden[0])
            return torch.stack(outputs), hidden

    x, h = torch.rand(3, 2, 4), torch.rand(2, 5)
    check(Cell(), (x,), (x, (h, h)))


def test_a_hidden_state_that_a_list_keeps():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.cells = nn.ModuleList([nn.GRUCell(4, 4) for _ in range(2)])

        def forward(self, x, state: Optional[List[Optional[Tensor]]] = None):
            if state is None:
                state = [None] * len(self.cells)
            new = []
            for i, cell in enumerate(self.cells):
                x = cell(x, state[i])
                new.append(x)
            return x, new

    check(Model(), (X,), (X, [X, None]))
