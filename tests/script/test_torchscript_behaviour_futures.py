"""What TorchScript's own test suite asks of `fork` and `wait`; eager, which runs a fork where it stands, is the oracle."""

import io

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.script.after_loading import check
from tests.script.agreement import codes, same

X = torch.arange(12.0).reshape(3, 4) - 5


def negated_and_turned(x: Tensor) -> list[Tensor]:
    return [torch.neg(x), x.t()]


def weighted(x1, x2, by: float = 2.0):
    return by * x1 + x2


def test_lists_of_futures():
    def f(x):
        futures = torch.jit.annotate(list[torch.jit.Future[list[Tensor]]], [])
        for _ in range(3):
            future: torch.jit.Future[list[Tensor]] = portfire.fork(negated_and_turned, x)
            futures.append(future)
        output = torch.jit.annotate(list[list[Tensor]], [])
        for i in range(3):
            output.append(portfire.wait(futures[i]))
        several = {i: portfire.fork(weighted, x, x) for i in range(2)}
        return output, [future.wait() for future in several.values()], torch.futures.wait_all(futures)

    check(f, (X,))


def test_arguments_by_name_and_waiting_twice():
    def f(x, y):
        futures = [
            portfire.fork(weighted, x, y),
            portfire.fork(weighted, x, x2=y),
            portfire.fork(weighted, x2=x, x1=y, by=3.0),
        ]
        unused = portfire.fork(weighted, y, y)
        first = futures[0]
        return [portfire.wait(future) for future in futures], first.wait(), first.value(), first.done(), unused.done()

    check(f, (X, X + 1))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = 42
        self.weight = nn.Parameter(torch.ones(4, 2))
        self.parts = nn.ModuleList([nn.Linear(4, 4), nn.ReLU()])

    def scaled(self, x, y):
        return x @ self.weight, self.factor, y, self.weight

    def forward(self, x, y):
        future = portfire.fork(self.scaled, x, y)
        here = self.scaled(x, y)
        parts = [portfire.fork(part, x) for part in self.parts]
        of_lambdas = [portfire.fork(lambda part=part: part(y)) for part in self.parts]
        return portfire.wait(future), here, torch.futures.wait_all(parts), [f.wait() for f in of_lambdas]


def test_methods_and_submodules():
    check(Model(), (X, X - 1))


def test_forks_in_forks():
    def inner(x):
        return portfire.fork(negated_and_turned, x).wait()[0] + 1

    def f(x):
        return portfire.wait(portfire.fork(inner, x)), inner(x), portfire.fork(torch.relu, x).wait()

    check(f, (X,))


def test_variables_around_are_those_of_the_moment():
    def f(x, n: int, scale: float = 2.0):
        k = n * 2

        def part(y, m: int = 3):
            return y * k + m - scale

        twice = lambda y: part(part(y))  # noqa: E731
        futures = [portfire.fork(twice, x), portfire.fork(part, x, m=5), portfire.fork(lambda y, k=k: y - k, x)]
        return [portfire.wait(future) for future in futures]

    check(f, (X, 3), (X, 0, 0.5))


def test_functions_made_in_a_loop_each_keep_their_variables():
    def f(xs: list[Tensor]):
        futures = []
        for i, x in enumerate(xs):

            def work():
                total = x
                for _ in range(i):
                    total = total * 2
                return total, i

            futures.append(portfire.fork(work))
        return torch.futures.wait_all(futures)

    check(f, ([X, X + 1, X + 2],), ([],))


def test_nested_functions_that_call_themselves():
    def f(n: int):
        first = 2

        def is_even(i: int) -> bool:
            return True if i == 0 else is_odd(i - 1)

        def is_odd(i: int) -> bool:
            return False if i == 0 else is_even(i - 1)

        def product(i: int) -> int:
            return first if i < 2 else i * product(i - 1)

        futures = portfire.fork(is_even, n), portfire.fork(lambda: product(n) + first), portfire.fork(is_odd, n)
        return [futures[0].wait(), futures[2].wait()], futures[1].wait()

    check(f, (5,), (4,))


def test_what_is_raised_in_a_fork():
    def inner(x):
        if x.sum() > 0:
            raise ValueError(f"{x.dim()} dimensions")
        return x.t() + x

    def f(x):
        return portfire.wait(portfire.fork(inner, x))

    def g(x):
        try:
            return portfire.wait(portfire.fork(f, x))
        except ValueError:
            return x

    check(f, (-torch.ones(2, 2),), (torch.ones(2, 2),), (-torch.ones(2, 3),))
    check(g, (-torch.ones(2, 2),), (torch.ones(2, 2),), (-torch.ones(2, 3),))


def test_a_fork_keeps_the_gradient_mode():
    def doubled_needs_gradient(x):
        return (x * 2).requires_grad

    def f(x):
        return portfire.wait(portfire.fork(doubled_needs_gradient, x)), (x * 2).requires_grad

    compiled = portfire.script(f)
    x = torch.ones(2, requires_grad=True)
    assert compiled(x) == (True, True)
    with torch.no_grad():
        assert compiled(x) == (False, False)


def test_futures_of_submodules_and_futures_that_are_returned():
    class Forks(nn.Module):
        def forward(self, x):
            futures: list[torch.jit.Future[Tensor]] = [portfire.fork(torch.relu, x + i) for i in range(3)]
            return x, futures

    class Waits(nn.Module):
        def __init__(self):
            super().__init__()
            self.forks = Forks()

        def forward(self, x):
            total, futures = self.forks(x)
            for future in futures:
                total = total + future.wait()
            return total

    check(Waits(), (X,))
    assert same(portfire.trace(Waits(), X)(X + 1), Waits()(X + 1))
    _, futures = portfire.script(Forks())(X)
    assert same([f.wait() for f in futures], [torch.relu(X + i) for i in range(3)])


def test_torch_reads_forks_with_variables():
    def f(x, n: int):
        return portfire.fork(lambda y: y * n, x).wait()

    file = io.BytesIO()
    portfire.save(portfire.script(f), file)
    file.seek(0)
    assert same(torch.jit.load(file)(X, 3), X * 3)  # noqa: TID251


def test_calls_of_fork_that_are_refused():
    def of_a_tensor(x):
        return portfire.fork(x)

    def of_nothing(x):
        return portfire.fork()

    def that_assigns(x):
        count = 0

        def counted():
            nonlocal count
            count += 1
            return x

        return portfire.fork(counted).wait(), count

    def unbound(n: int):
        if n > 0:
            k = n
        return portfire.fork(lambda: k).wait()

    assert codes(of_a_tensor) == ["not-callable"] and codes(of_nothing) == ["bad-call"]
    assert codes(that_assigns) == ["unsupported-call"] and codes(unbound) == ["unsupported-call"]


@pytest.mark.parametrize("name", ["then", "add_done_callback", "set_result"])
def test_what_futures_have_not(name):
    import linecache

    source = f"def f(x):\n    import portfire\n    return portfire.fork(torch.relu, x).{name}(x)\n"
    linecache.cache[f"<{name}>"] = (len(source), None, source.splitlines(keepends=True), f"<{name}>")
    names = {"torch": torch}
    exec(compile(source, f"<{name}>", "exec"), names)
    assert codes(names["f"]) == ["no-attribute"]
