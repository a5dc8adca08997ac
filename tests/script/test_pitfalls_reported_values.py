"""Values and types that people reported as obstacles or as wrong in TorchScript (the number is that of the issue there)."""

import enum
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, List, NamedTuple, Optional, Tuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4)


def test_negative_numbers_divide_as_in_python():
    def f(a: int, b: int, x: float):
        return a // b, a % b, divmod(a, b), x // b, x % b, -a // b, int(x / 2), round(x), a >> 1

    check(f, (-7, 2, -3.5), (7, -2, 2.5), (1, 0, 1.0))


def test_aliased_attributes():  # 33034
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = [1, 2, 3]
            self.b = self.a

        def forward(self, n: int):
            self.b[0] += n
            return self.a, self.b

    import portfire

    assert portfire.script(Model())(10) == Model()(10)


def test_the_order_of_evaluation_survives_a_file():  # 35565
    class Short(nn.Module):
        def forward(self, xs: List[Tensor]):
            return [(xs[1],), (xs[0].argmax(),)]

    check(Short(), ([torch.zeros(0)],), ([torch.ones(2), torch.zeros(1)],))


def test_variables_of_a_loop_are_seen_after_it():  # 8972
    def f(n: int):
        for i in range(n):
            output = i * 2
        for j in range(2):
            second = output + j
        return second, i

    check(f, (3,), (0,))


def test_writes_through_chunks():  # 47218
    def f():
        x = torch.tensor([4, 4, 4, 4])
        for part in x.chunk(4, dim=0):
            part.add_(10)
        for row in x.split(2):
            row[0] = 0
        return x + 1

    check(f, ())


class Point(NamedTuple):
    x: Tensor
    y: int = 2


def test_named_tuples():
    def f(x):
        p = Point(x)
        q = p._replace(y=5) if False else Point(y=5, x=p.x)
        a, b = q
        return p, q.y, a, b, p[1], {"p": p}, [p, q]

    check(f, (X,))


class Color(enum.Enum):
    RED = 1
    BLUE = 2


def test_enums():
    def f(n: int, color: Color):
        picked = Color.RED if n > 0 else Color.BLUE
        return picked == color, picked.name, picked.value, color is Color.RED, [c.value for c in Color]

    check(f, (1, Color.RED), (0, Color.RED))


@dataclass
class Box:
    size: int
    items: List[int]
    name: str = "box"

    def total(self) -> int:
        return sum(self.items) * self.size


def test_dataclasses():
    def f(n: int):
        box = Box(n, [1, 2])
        other = Box(size=n, items=[1, 2])
        box.items.append(4)
        return box.total(), other.name, box == other, other == Box(n, [1, 2])

    check(f, (3,))


def test_types_of_any():
    def describe(value: Any) -> str:
        if isinstance(value, int):
            return "int " + str(value + 1)
        if isinstance(value, str):
            return "str " + value
        if isinstance(value, Tensor):
            return "tensor " + str(value.dim())
        return "other"

    def f(x, n: int):
        return describe(x), describe(n), describe("s"), describe(1.5), describe([1])

    check(f, (X, 2))


def test_ordered_dicts():
    def f(x):
        out = OrderedDict()
        out["b"] = x
        out["a"] = x + 1
        names = [k for k, _ in out.items()]
        return out, names, list(out.values())[0]

    check(f, (X,))


def test_batch_norm_and_dropout_follow_the_mode():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.norm = nn.BatchNorm1d(4)

        def forward(self, x):
            x = F.dropout(self.norm(x), 0.5, self.training)
            return x if self.training else x * 2

    check(Model().train(), (X,), (X + 1,))
    check(Model().eval(), (X,))


def test_an_argument_that_is_rebound_to_another_type():
    def f(x, sizes: List[int]):
        x = x.sum()
        x = float(x)
        x = [x, 1.0]
        sizes = tuple(sizes)
        n = len(sizes)
        n = str(n)
        return x, n + "!", sizes

    check(f, (X, [1, 2]))


def test_chained_comparisons_and_boolean_values():
    def f(a: int, b: int, names: List[str], text: str):
        x = a or b
        y = a and b
        z = names or ["none"]
        return 0 < a <= b < 10, a < b > 2, x, y, z, text or "empty", not names, 1 if text else 0, bool(a)

    check(f, (1, 5, ["n"], "t"), (0, 3, [], ""), (9, 9, [], "a"))


def test_augmented_assignment_changes_what_others_see():
    def f(x):
        y = x
        y += 1
        xs = [1]
        ys = xs
        ys += [2]
        zs = xs
        zs = zs + [3]
        s = "a"
        t = s
        t += "b"
        return x, y, xs, ys, zs, s, t

    check(f, (X.clone(),))


def test_default_arguments_that_are_sequences():
    def pad(x, sizes: Tuple[int, int] = (1, 2), modes: Optional[List[str]] = None):
        return F.pad(x, sizes), len(modes) if modes is not None else -1

    def f(x):
        return pad(x), pad(x, (0, 1)), pad(x, modes=["a", "b"])

    check(f, (X,))


def test_a_closure_over_a_local():
    def f(x, n: int):
        def scaled(y):
            return y * n

        add = lambda y: scaled(y) + n  # noqa: E731
        n = n + 1
        return scaled(x), add(x), [add(x + i) for i in range(2)]

    check(f, (X, 2))


def test_errors_in_branches_that_do_not_run():
    def f(kind: str, x):
        if kind == "a":
            y = x + 1
        elif kind == "b":
            y = x * 2
        else:
            raise NotImplementedError(f"{kind} is not implemented")
        return y

    check(f, ("a", X), ("b", X), ("c", X))


def test_indices_made_of_several_things():
    def f(x, i: int, mask):
        rows = torch.tensor([0, 2])
        return (
            x[i],
            x[-1, 1:],
            x[rows],
            x[rows, i],
            x[:, rows],
            x[mask],
            x[mask, 0],
            x[i, None],
            x[[0, 1], [1, 2]],
            x[i : i + 2, ::2],
            x[:, -2:].t()[0],
            x[torch.tensor(1)],
            x[rows[:, None], rows],
        )

    check(f, (X, 1, torch.tensor([True, False, True])), (X, 5, torch.tensor([True, False, True])))


def test_sorting():
    def f(xs: List[Tuple[float, str]], names: List[str]):
        xs.sort(key=lambda pair: pair[0], reverse=True)
        ordered = sorted(names, key=len)
        best = max(xs, key=lambda p: p[0])
        return xs, ordered, sorted(names), best, min(names), sorted([3, 1, 2], reverse=True)

    check(f, ([(0.5, "a"), (2.0, "b"), (1.0, "c")], ["ccc", "a", "bb"]))


def test_strings_are_made_and_taken_apart():
    def f(s: str, n: int, x: float):
        words = s.split()
        return (
            "-".join(words),
            f"{n:03d} {x:.2f} {s!r} {x:>8.1f}|{n:<4}|{s:^7}",
            "%s has %d and %.1f" % (s, n, x),
            "{} {name}".format(n, name=s),
            s[::-1],
            s.title().replace("a", "o"),
            s.find("b"),
            words[0] in s,
            s * 2,
            s.startswith(("x", "a")),
        )

    check(f, ("ab cd", 7, 1.25))


def test_gradients_flow():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.linear = nn.Linear(4, 2)

        def forward(self, xs):  # 32385
            h = torch.zeros(2)
            for i in range(xs.size(0)):
                h = torch.tanh(h + self.linear(xs[i]))
            return h

    import portfire

    model = Model()
    compiled = portfire.script(model)
    model(X).sum().backward()
    expected = model.linear.weight.grad.clone()
    model.linear.weight.grad = None
    compiled(X).sum().backward()
    assert torch.equal(compiled.linear.weight.grad, expected)


@pytest.mark.parametrize("values", [[3, 1, 2], []])
def test_a_list_that_grows_while_it_is_read(values):  # 175855
    def f(xs: List[int]):
        seen = []
        for x in xs:
            if len(xs) < 6:
                xs.append(x + 10)
            seen.append(x)
        return seen

    check(f, (values,))
