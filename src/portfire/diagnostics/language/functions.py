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
        "*args or **kwargs on what is called from outside",
        """
def f(x, **more):
    return x
""",
        code="open-signature",
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
def f(n: int):
    k = 0
    def g():
        nonlocal k
        k += 1
    g()
    return k + n
""",
        code="unsupported-syntax",
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
def f(x):
    return h(x)
""",
        inputs="(torch.ones(2),)",
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
        "recursion without a declared return type",
        """
def f(n: int):
    if n < 2:
        return 1
    return n * f(n - 1)
""",
        code="recursive-function",
    ),
    Construct(
        "functions as values in a list or dict known while compiling",
        """
table = {"relu": torch.relu, "tanh": torch.tanh}
def f(x):
    return table["relu"](x)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "a function chosen at run time",
        """
def f(x, flag: bool):
    g = torch.relu if flag else torch.tanh
    return g(x)
""",
        code="not-a-value",
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
def f(x):
    @functools.lru_cache
    def g(y):
        return y
    return g(x)
""",
        code="unsupported-syntax",
    ),
    Construct(
        "generators",
        """
def g(n: int):
    for i in range(n):
        yield i
def f(n: int):
    return sum(list(g(n)))
""",
        code="unsupported-syntax",
    ),
    Construct(
        "a class or function named by a string (eval, exec)",
        """
def f(x):
    return eval("x + 1")
""",
        code="unsupported-python-value",
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
        instead="write a plain function, and run it beside others with torch.jit.fork",
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
        instead="use 'for', 'with', and torch.jit.wait",
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
)
