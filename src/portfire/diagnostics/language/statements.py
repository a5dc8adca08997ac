"""Statements. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "if, while, for, break, continue",
        """
def f(n: int):
    total = 0
    for i in range(n):
        if i == 1:
            continue
        if i == 4:
            break
        total += i
    while total > 2:
        total -= 1
    return total
""",
        inputs="(5,)",
        torch_jit=True,
    ),
    Construct(
        "else on loops",
        """
def f(n: int):
    for i in range(n):
        if i > 9:
            break
    else:
        return -1
    return 0
""",
        inputs="(5,)",
    ),
    Construct(
        "early return, also in loops",
        """
def f(xs: List[int]):
    for x in xs:
        if x > 1:
            return x
    return 0
""",
        inputs="([1, 2],)",
        torch_jit=True,
    ),
    Construct(
        "assert with a message",
        """
def f(n: int):
    assert n > 0, f"{n} is not positive"
    return n
""",
        inputs="(2,)",
        torch_jit=True,
    ),
    Construct(
        "raise with an exception class and a message",
        """
def f(n: int):
    if n < 0:
        raise ValueError("negative")
    return n
""",
        inputs="(2,)",
        torch_jit=True,
    ),
    Construct(
        "raise ... from",
        """
def f(n: int):
    if n < 0:
        raise ValueError("negative") from None
    return n
""",
        differs="torch.jit forgets the cause",
        inputs="(2,)",
        torch_jit=True,
    ),
    Construct(
        "exceptions with several arguments, e.args, str(e), repr(e)",
        """
def f(n: int):
    try:
        raise ValueError("bad", n)
    except ValueError as e:
        return len(e.args), str(e), repr(e)
""",
        differs="an item of `e.args` is an Any unless all `raise` statements agree on its type",
        inputs="(2,)",
        libtorch=False,
    ),
    Construct(
        "exception classes with __init__, fields, methods, __str__",
        """
class Coded(Exception):
    def __init__(self, code: int):
        super().__init__(f"code {code}")
        self.code = code
def f(n: int):
    try:
        raise Coded(n)
    except Coded as e:
        return e.code, str(e)
""",
        differs="the message is made when the exception is raised",
        inputs="(2,)",
        libtorch=False,
    ),
    Construct(
        "an exception kept in a variable and raised later",
        """
def f(n: int):
    last: Optional[Exception] = None
    for i in range(n):
        try:
            return 10 // i
        except ZeroDivisionError as e:
            last = e
    if last is not None:
        raise last
    return -1
""",
        inputs="(2,)",
        libtorch=False,
    ),
    Construct(
        "contextlib.suppress",
        """
def f(n: int):
    with contextlib.suppress(ZeroDivisionError):
        n = 10 // n
    return n
""",
        inputs="(0,)",
        libtorch=False,
    ),
    Construct(
        "try, except",
        """
def f(xs: List[int]):
    try:
        return xs[5]
    except IndexError:
        return -1
""",
        inputs="([1, 2],)",
        libtorch=False,
    ),
    Construct(
        "try, finally",
        """
def f(xs: List[int]):
    n = 0
    try:
        n = xs[0]
    finally:
        n += 1
    return n
""",
        inputs="([1, 2],)",
    ),
    Construct(
        "except*",
        """
def f(n: int):
    try:
        n += 1
    except* ValueError:
        pass
    return n
""",
        code="unsupported-syntax",
        syntax=("TryStar",),
        message="'except*' is not supported",
        why="programs have no exception groups",
        instead="write 'except', once for each type",
    ),
    Construct(
        "with torch.no_grad, inference_mode, record_function",
        """
def f(x):
    with torch.no_grad():
        y = x * 2
    with torch.profiler.record_function("step"):
        y = y + 1
    return y
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "with on one of several managers, picked when the program runs",
        """
def f(x, is_training: bool):
    with contextlib.nullcontext() if is_training else torch.no_grad():
        return x * 2
""",
        inputs="(torch.ones(2), True)",
    ),
    Construct(
        "with torch.autocast",
        """
def f(x):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = x @ x
    return y, x @ x
""",
        inputs="(torch.ones(2, 2),)",
        torch_jit=True,
        libtorch=False,
    ),
    Construct(
        "with on script classes",
        """
class Scope:
    def __init__(self, n: int):
        self.n = n
    def __enter__(self):
        self.n += 1
        return self
    def __exit__(self, a: Any, b: Any, c: Any):
        self.n = 0
def f(n: int):
    with Scope(n) as s:
        k = s.n
    return k
""",
        inputs="(2,)",
        torch_jit=True,
    ),
    Construct(
        "walrus",
        """
def f(n: int):
    if (m := n * 2) > 4:
        return m
    return 0
""",
        inputs="(3,)",
    ),
    Construct(
        "star-unpacking",
        """
def f(t: Tuple[int, int, int]):
    a, *rest = t
    return a, rest[0]
""",
        inputs="((1, 2, 3),)",
        torch_jit=True,
    ),
    Construct(
        "an index that spreads a list",
        """
def f(x, xs: List[int]):
    return x[*xs], x[0, *xs]
""",
        inputs="(torch.arange(24).reshape(2, 3, 4), [1, 2])",
    ),
    Construct(
        "an index that spreads a list beside a slice",
        """
def f(x, xs: List[int]):
    return x[:, *xs]
""",
        code="not-unpackable",
    ),
    Construct(
        "del of variables and items",
        """
def f(xs: List[int]):
    del xs[0]
    return xs
""",
        inputs="([1, 2],)",
        torch_jit=True,
    ),
    Construct(
        "chained comparison, conditional expressions",
        """
def f(n: int):
    return n if 0 < n < 5 else -n
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "augmented assignment to items and attributes",
        """
def f(xs: List[int]):
    xs[0] += 3
    return xs
""",
        inputs="([1, 2],)",
        torch_jit=True,
    ),
    Construct(
        "local imports",
        """
def f(x: float):
    import math
    return math.sqrt(x)
""",
        inputs="(2.0,)",
    ),
    Construct(
        "global constants",
        """
LIMIT = 7
def f(n: int):
    global LIMIT
    return n + LIMIT
""",
        inputs="(2,)",
    ),
    Construct(
        "assignment to a global",
        """
COUNT = 0
def f(n: int):
    global COUNT
    COUNT = n
    return COUNT
""",
        code="unsupported-syntax",
    ),
    Construct(
        "print, warnings.warn",
        """
def f(n: int):
    print("n is", n)
    warnings.warn("careful")
    return n
""",
        inputs="(2,)",
        torch_jit=True,
    ),
    Construct(
        "warnings with a category",
        """
def f(n: int):
    warnings.warn("old", DeprecationWarning)
    return n
""",
        differs="a host without Python gets warnings as printed lines; libtorch shows no category",
        inputs="(2,)",
    ),
    Construct(
        "print with sep, end, flush, file=sys.stderr",
        """
def f(n: int):
    print("n", n, sep="=", end=".", flush=True)
    return n
""",
        differs="all output goes where the host sends it: Python's stdout",
        inputs="(2,)",
        libtorch=False,
    ),
    Construct(
        "logging",
        """
logger = logging.getLogger("model")
def f(n: int):
    logger.warning("n is %d", n)
    logger.debug("not logged")
    return n
""",
        differs="what is logged becomes a warning, and what the level rejects while compiling is left out",
        inputs="(2,)",
    ),
    Construct(
        "torch._check, torch._assert",
        """
def f(x):
    torch._assert(x.dim() > 0, "a scalar")
    torch._check(x.shape[0] == 2, lambda: f"{x.shape[0]} rows")
    return x
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "a variable that only some paths assign",
        """
def f(n: int):
    if n > 0:
        y = n * 2
    for i in range(n):
        last = i
    return y + last
""",
        differs="a variable that no path to its use assigns is an error before the program runs",
        inputs="(3,)",
    ),
)
