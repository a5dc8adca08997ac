"""Functions and calls. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "default and keyword-only arguments",
        """
def g(x, *, n: int = 2):
    return x * n
def f(x):
    return g(x) + g(x, n=3)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "*args and **kwargs of functions that compiled code calls",
        """
def g(*xs, **more):
    return xs[0] + more["y"]
def f(x):
    return g(x, y=x)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "functions compiled before: portfire.script, portfire.trace, portfire.load, torch.jit.script",
        """
@portfire.script
def scaled(x, by: float = 2.0):
    return x * by if x.sum() > 0 else x


shifted = portfire.trace(lambda x: x + 1, torch.ones(2))


def f(x):
    return scaled(x, by=3.0) + shifted(x)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "'**' of a dict that is known only at run time",
        """
def head(x: Tensor, scale: Optional[Tensor] = None):
    return x if scale is None else x * scale


def f(d: Dict[str, Tensor]):
    return head(**d)
""",
        inputs='({"x": torch.ones(2), "scale": torch.ones(2)},)',
        differs="not where the function collects them in `**kwargs`",
    ),
    Construct(
        "annotations that say less or other than what is so",
        """
def parts(x: Tensor, mask: Tensor = None) -> Dict[str, Tensor]:
    return {"x": x, "mask": mask}


def f(x: Tensor):
    found = parts(x)
    return found["x"] if found["mask"] is None else found["x"] * found["mask"]
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "*args on what is called from outside",
        """
class Model(nn.Module):
    def forward(self, x, *masks, scale: float = 1.0):
        for mask in masks:
            x = x + mask
        return x * scale, len(masks)
""",
        inputs="(torch.ones(2), torch.ones(2), torch.ones(2))",
        differs="`args` is a list, of tensors unless annotated; from C++ and from a file a list is passed",
    ),
    Construct(
        "**kwargs on what is called from outside",
        """
def f(x, **more: Any):
    return x + len(more)
""",
        inputs="(torch.ones(2),)",
        differs="other names are taken with an annotation only, `**more: Tensor`, as a dict",
    ),
    Construct(
        "'*' of a list whose length only the run knows",
        """
def g(a: int, b: int, c: int = 3):
    return a + b * c
def f(xs: List[int]):
    return g(*xs)
""",
        inputs="([1, 2],)",
    ),
    Construct(
        "nested functions and closures",
        """
def f(x, n: int):
    def g(y):
        return y * n
    return g(x)
""",
        inputs="(torch.ones(2), 2)",
    ),
    Construct(
        "nonlocal",
        """
def f(xs: List[int]):
    best, count = None, 0
    def visit(x: int):
        nonlocal best, count
        count += 1
        if best is None or x > best:
            best = x
    for x in xs:
        visit(x)
    return best, count
""",
        inputs="([3, 5, 4],)",
    ),
    Construct(
        "functions returned from functions",
        """
def counter(start: int):
    k = start
    def step(by: int = 1):
        nonlocal k
        k += by
        return k
    return step
def f(n: int):
    a, b = counter(n), counter(0)
    return a() + a(5) + b()
""",
        inputs="(3,)",
    ),
    Construct(
        "nested functions that call themselves",
        """
def f(n: int):
    memo: Dict[int, int] = {}
    def fib(k: int):
        if k in memo:
            return memo[k]
        memo[k] = k if k < 2 else fib(k - 1) + fib(k - 2)
        return memo[k]
    return fib(n)
""",
        inputs="(10,)",
        libtorch=False,
    ),
    Construct(
        "nonlocal in a nested function that calls itself",
        """
def f(n: int):
    count = 0
    def walk(k: int):
        nonlocal count
        count += 1
        if k > 0:
            walk(k - 1)
    walk(n)
    return count
""",
        inputs="(3,)",
        libtorch=False,
        differs="the variable gets its first value in a plain assignment, outside of loops and branches",
    ),
    Construct(
        "lambdas",
        """
def f(x):
    g = lambda y: y + 1
    return g(x)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "functools.partial",
        """
def g(x, n: int):
    return x * n
h = functools.partial(g, n=3)
def f(x, k: int):
    return h(x) + functools.partial(g, x)(k)
""",
        inputs="(torch.ones(2), 4)",
    ),
    Construct(
        "recursion with a declared return type",
        """
def f(n: int) -> int:
    return 1 if n < 2 else n * f(n - 1)
""",
        inputs="(5,)",
        libtorch=False,
    ),
    Construct(
        "recursion without a declared return type, also of functions that call each other",
        """
def is_even(n: int):
    return True if n == 0 else is_odd(n - 1)
def is_odd(n: int):
    return False if n == 0 else is_even(n - 1)
def f(n: int):
    if n < 2 or is_even(n):
        return 1
    return n * f(n - 1)
""",
        inputs="(5,)",
        libtorch=False,
    ),
    Construct(
        "recursion that returns another type at each depth",
        """
def f(n: int):
    if n < 2:
        return n
    return (n, f(n - 1))
""",
        code="recursive-function",
    ),
    Construct(
        "functions as values in a list or dict known while compiling",
        """
table = {"relu": torch.relu, "tanh": torch.tanh}
def f(x, name: str, i: int):
    return table["relu"](x), table[name](x), [torch.sin, torch.cos][i](x)
""",
        inputs='(torch.ones(2), "tanh", 1)',
        differs="which item is meant may be known only at run time; the list and the dict cannot change",
    ),
    Construct(
        "a function, class or bound method chosen at run time",
        """
def f(x, flag: bool):
    g = torch.relu if flag else torch.tanh
    h = None
    if flag:
        h = lambda y: y + 1
    return g(x) if h is None else h(g(x))
""",
        inputs="(torch.ones(2), True)",
    ),
    Construct(
        "a function, class or module that each round of a loop replaces",
        """
def f(x, n: int):
    g = torch.relu
    for i in range(n):
        x = g(x)
        g = torch.tanh if i > 1 else torch.sin
    return g(x)
""",
        inputs="(torch.ones(2), 4)",
    ),
    Construct(
        "a function that a round of a loop makes, used in the next",
        """
def f(x, n: int):
    g = torch.relu
    for i in range(n):
        x = g(x)
        g = lambda y: y + i
    return x
""",
        code="maybe-undefined",
    ),
    Construct(
        "decorators that return a plain wrapper",
        """
def twice(g):
    @functools.wraps(g)
    def wrapper(x):
        return g(x) * 2
    return wrapper
def g(x):
    return x + 1
h = twice(g)
def f(x):
    return h(x)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "decorators of nested functions",
        """
def twice(g):
    @functools.wraps(g)
    def wrapper(*args, **more):
        return g(*args, **more) * 2
    return wrapper
def f(x):
    @twice
    @functools.lru_cache
    def g(y):
        return y + 1
    return g(x)
""",
        inputs="(torch.ones(2),)",
        differs="nothing is cached: the function is computed again",
    ),
    Construct(
        "a class or function named by a string (eval, exec)",
        """
def f(x):
    return eval("x + 1")
""",
        code="unsupported-call",
    ),
    Construct(
        "async functions",
        """
def f(x):
    async def g():
        return x
    return x
""",
        code="unsupported-syntax",
        syntax=("AsyncFunctionDef",),
        message="async functions are not supported",
        why="a program has no event loop",
        instead="write a plain function, and run it beside others with portfire.fork",
    ),
    Construct(
        "async for, async with, await",
        """
async def f(x):
    async with x as y:
        return await y
""",
        code="unsupported-syntax",
        syntax=("AsyncFor", "AsyncWith", "Await"),
        message="'async for', 'async with' and 'await' are not supported",
        why="a program has no event loop",
        instead="use 'for', 'with', and portfire.wait",
    ),
    Construct(
        "fork and wait",
        """
fork, wait = torch.jit.fork, torch.jit.wait
def g(x):
    return x + 1
def f(x):
    return wait(fork(g, x))
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "fork of lambdas and nested functions, torch.futures.wait_all",
        """
def f(x, n: int):
    def scaled(y, by: int = 2):
        return y * by + n
    futures = [portfire.fork(scaled, x), portfire.fork(lambda: scaled(x, n))]
    return torch.futures.wait_all(futures)
""",
        inputs="(torch.ones(2), 3)",
    ),
    Construct(
        "functions that are conditions on their arguments: `if exists(x):`",
        """
def exists(value):
    return value is not None
def f(x: Optional[Tensor]):
    if exists(x):
        return x + 1
    return torch.zeros(1)
""",
        inputs="(torch.ones(2),)",
    ),
)
