"""Calls: functions, defaults, keywords, *args and **kwargs, lambdas, closures, recursion, torch functions."""

import functools
import math
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Callable, List, Optional, Tuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import portfire
from tests.script.agreement import check

X = torch.arange(6.0).reshape(2, 3)
SCALE = 3
NAMES = ("a", "b")
TABLE = {"k": 2}


def helper(x, n=2, *, flip: bool = False):
    if flip:
        return x - n
    return x * n


def typed_helper(x: Tensor, sizes: List[int], y: Optional[Tensor] = None) -> Tuple[Tensor, int]:
    if y is not None:
        x = x + y
    return x, sum(sizes)


def variadic(first, *rest, scale=1, **options):
    total = first * scale
    for r in rest:
        total = total + r
    if "bias" in options:
        total = total + options["bias"]
    for name, value in options.items():
        if name == "extra":
            total = total + value
    return total, len(rest)


def apply(f, x, times: int):
    for _ in range(times):
        x = f(x)
    return x


def forward_all(*args, **kwargs):
    return variadic(*args, **kwargs)


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def is_even(n: int) -> bool:
    return True if n == 0 else is_odd(n - 1)


def is_odd(n: int) -> bool:
    return False if n == 0 else is_even(n - 1)


def type_commented(x, n):
    # type: (Tensor, int) -> Tensor
    return x * n


def make_adder(k):
    def add(x):
        return x + k

    return add


ADD_FIVE = make_adder(5)


def test_defaults_and_keywords():
    def f(x):
        return helper(x), helper(x, 3), helper(n=4, x=x), helper(x, flip=True), helper(x, 0.5), helper(x, x)

    check(f, (X,))


def test_typed_call():
    def f(x):
        a, n = typed_helper(x, [1, 2])
        b, m = typed_helper(x, (3, 4), y=a)
        c, k = typed_helper(x, [], None)
        return a, b, c, n + m + k

    check(f, (X,))


def test_variadic():
    def f(x):
        a = variadic(x)
        b = variadic(x, 1, 2.5, scale=3)
        c = variadic(x, x, bias=x, extra=2)
        args = (x, x)
        d = variadic(*args, **{"bias": 1})
        return a, b, c, d, forward_all(x, 2, scale=2)

    check(f, (X,))


def test_higher_order():
    def f(x, k: int):
        y = apply(torch.relu, x, 2)
        y = apply(lambda v: v * k, y, 3)
        g = lambda a, b=2: a + b  # noqa: E731

        def inner(v, w=1):
            if w > 1:
                return v - k
            return v + k

        return y, g(x), g(x, 5), inner(x), inner(x, w=2), apply(inner, x, 2)

    check(f, (X, 2))


def test_recursion():
    def f(n: int):
        return fib(n), is_even(n)

    check(f, (0,), (7,), (10,))


def test_globals_and_closures():
    local = 4

    def f(x):
        return x * SCALE + local, ADD_FIVE(x), make_adder(2)(x), NAMES[0], TABLE["k"], len(NAMES), math.pi

    check(f, (X,))


def test_partial():
    half = functools.partial(helper, n=0.5)

    def f(x):
        g = functools.partial(helper, flip=True)
        return half(x), g(x, 3)

    def h(x):
        return half(x)

    check(h, (X,))


def test_type_comment():
    def f(x):
        return type_commented(x, 3)

    check(f, (X,))


def test_reduce():
    def f(xs: List[int]):
        return functools.reduce(lambda a, b: a * b, xs, 1), functools.reduce(lambda a, b: a + b, (1, 2, 3))

    check(f, ([2, 3, 4],))


def test_optional_argument_specialises():
    def pick(x, y=None):
        if y is None:
            return x
        return x + y

    def f(x):
        return pick(x), pick(x, x), pick(x, 2)

    check(f, (X,))


def test_function_returning_different_structure():
    def maybe(x, both: bool):
        if both:
            return x, x + 1
        return x

    def f(x):
        a, b = maybe(x, True)
        return maybe(x, False), a, b

    def maybe_untyped(x, both=False):
        if both:
            return x, x + 1
        return x

    def g(x):
        a, b = maybe_untyped(x, True)
        return maybe_untyped(x), a, b

    check(g, (X,))


def test_torch_functions():
    def f(x):
        return (
            torch.cat([x, x], 0), torch.stack((x, x), dim=1), torch.zeros(2, 3), torch.ones([2]), torch.arange(5), torch.full((2,), 3.0),
            torch.max(x), torch.max(x, 1), torch.topk(x, 2, dim=1)[0], x.view(3, 2), x.permute(1, 0), x.transpose(0, 1), x.mean(dim=(0, 1)),
            torch.where(x > 2, x, torch.zeros_like(x)), x.clamp(min=1), torch.einsum("ij,kj->ik", x, x), x.to(torch.float64), x.float(),
            x.long(), torch.tensor([1, 2]), torch.tensor(3.5), torch.tensor([[1.0, 2.0]]), x.expand(2, 2, 3), x.unsqueeze(0).shape, x.split(1),
            torch.zeros(2, dtype=torch.int64), x.sum(dim=1, keepdim=True), x.numel(), x.dim(), x.t(), torch.matmul(x, x.t()), x.type_as(x),
            x.new_zeros(2), x.argmax(1), torch.linspace(0, 1, 3), torch.empty(0).shape, x.new_ones((2, 2)), x.to("cpu"), x.max(), x.min(0),
        )  # fmt: skip

    check(f, (X,))


def test_functional():
    def f(x, w, b):
        return (
            F.relu(x), F.linear(x, w, b), F.softmax(x, dim=-1), F.dropout(x, 0.5, training=False), F.layer_norm(x, (3,)),
            F.gelu(x), F.log_softmax(x, 1), F.one_hot(torch.tensor([1, 0]), 3), F.pad(x, (1, 1)), F.cross_entropy(x, torch.tensor([0, 1])),
            F.mse_loss(x, x + 1), F.embedding(torch.tensor([0, 1]), w), F.normalize(x), F.leaky_relu(x, 0.1), F.silu(x),
            F.cosine_similarity(x, x + 1), F.softplus(x), F.hardtanh(x), F.elu(x), F.threshold(x, 1.0, 0.0), F.smooth_l1_loss(x, w),
        )  # fmt: skip

    check(f, (X, torch.randn(2, 3), torch.randn(2)))


def test_functional_images():
    def f(x, w):
        return (
            F.conv2d(x, w, padding=1), F.max_pool2d(x, 2), F.avg_pool2d(x, 2), F.adaptive_avg_pool2d(x, 1), F.adaptive_avg_pool2d(x, (2, 1)),
            F.interpolate(x, scale_factor=2.0), F.interpolate(x, size=(3, 3), mode="bilinear", align_corners=False),
            F.batch_norm(x, torch.zeros(3), torch.ones(3)), F.group_norm(x, 3), F.unfold(x, 2), F.max_pool2d(x, 2, return_indices=True),
        )  # fmt: skip

    check(f, (torch.randn(2, 3, 4, 4), torch.randn(5, 3, 3, 3)))


def test_spread_sizes():
    def f(x, sizes: List[int]):
        return (
            x.view(*sizes),
            x.reshape(1, *sizes),
            x.view(*sizes, 1),
            torch.zeros(*sizes),
            x.expand(2, *x.shape),
            math.prod(sizes),
        )

    check(f, (X, [3, 2]))


def test_devices_and_dtypes():
    def f(x):
        d = x.device
        y = torch.zeros(2, device=d, dtype=x.dtype)
        if x.dtype == torch.float32:
            y = y + 1
        if d == torch.device("cpu"):
            y = y + 2
        return y, d.type, x.is_cuda, x.dtype == torch.float64, torch.finfo(torch.float32).max

    check(f, (X,))


def test_import_inside():
    def f(x):
        import math as m

        from torch.nn import functional as G

        return G.relu(x) * m.e

    check(f, (X,))


def test_print_and_pass(capfd):
    def f(x):
        print("n", 1, x.shape[0])
        pass
        return x

    check(f, (X,))


def test_hasattr_getattr():
    def f(x):
        if hasattr(x, "nonsense"):
            return x.nonsense()
        return getattr(x, "relu")(), getattr(torch, "neg")(x)

    check(f, (X,))


def test_in_place_methods():
    def f(x):
        x.add_(1)
        y = x.mul_(2).sub_(1)
        x.fill_(3)
        return x, y

    check(f, (X.clone(),))


def test_grad_through_function():
    def f(x):
        y = (x * x).sum()
        return y * 2

    from portfire.frontend.script.entry import script_function
    from portfire.modules import wrap_function

    a = X.clone().requires_grad_()
    b = X.clone().requires_grad_()
    wrap_function(script_function(f))(a).backward()
    f(b).backward()
    assert torch.equal(a.grad, b.grad)


def double_and_add(x, n: int):
    return torch.relu(x) * 2 + n


def test_fork_and_wait():
    def f(x, n: int):
        first = torch.jit.fork(torch.relu, x)  # noqa: TID251
        futures = [torch.jit.fork(double_and_add, x, i) for i in range(n)]  # noqa: TID251
        return torch.jit.wait(first), [torch.jit.wait(future) for future in futures]  # noqa: TID251

    check(f, (X, 3), (X, 0))


def raises_for_negative(n: int):
    if n < 0:
        raise ValueError("negative")
    return n * 2


def test_fork_and_wait_of_portfire():
    def f(x, n: int):
        futures = [portfire.fork(double_and_add, x, n=i) for i in range(n)]
        return [portfire.wait(future) for future in futures], portfire.fork(torch.relu, x).wait()

    def raising(n: int):
        return portfire.wait(portfire.fork(raises_for_negative, n))

    check(f, (X, 3), (X, 0))
    check(raising, (2,), (-1,))


def test_declared_tolist():
    def f(x):
        rows: List[List[float]] = x.tolist()
        total: float = x.sum().tolist()
        return rows, total

    check(f, (X,))


def test_operator_overloads():
    def f(x):
        return torch.ops.aten.relu(x), torch.ops.aten.add.Tensor(x, x), torch.ops.aten.mul(x, 2)

    check(f, (X,))


def all_of(*args):
    return len(args), sum(args)


def first_and_all_of(first, *args):
    return first, len(args), sum(args)


def test_lists_spread_behind_other_arguments():
    def f(xs: List[int]):
        return (
            all_of(1, *xs),
            all_of(1, 2, *xs, 3),
            first_and_all_of(1, *xs),
            first_and_all_of(1, 2, *xs),
            first_and_all_of(*xs, 4),
        )

    def unlike(x, xs: List[int]):
        return all_of(x, *xs)

    check(f, ([5, 6],), ([7],), ([],))
    with pytest.raises(portfire.CompileError, match="items are of different types"):
        portfire.script(unlike)


def context(device: str) -> AbstractContextManager[Any]:
    return nullcontext()


def chosen(n: int) -> Callable[[Tensor], Tensor]:
    return torch.relu if n > 0 else torch.neg


def number_type() -> type:
    return float


def test_functions_that_declare_what_no_program_holds():
    def f(x, n: int):
        with context("cpu"):
            return chosen(3)(x), number_type()(n)

    check(f, (X, 2))
