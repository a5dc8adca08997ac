"""Values of Python. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "arithmetic as in Python: floor division, modulo, power",
        """
def f(a: int, b: int):
    return a // b, a % b, a ** b, a / b
""",
        inputs="(-7, 2)",
        torch_jit=True,
    ),
    Construct(
        "division by zero raises ZeroDivisionError",
        """
def f(a: int, b: int):
    return a % b
""",
        inputs="(1, 2)",
        torch_jit=True,
    ),
    Construct(
        "string methods, slicing, formatting",
        """
def f(s: str, x: float):
    return s.upper().split(","), s[::-1], f"{x:.2f}", "{}-{}".format(s, 1), "%d" % 3
""",
        inputs='("a,b", 3.14159)',
    ),
    Construct(
        "list methods, slices, comprehensions",
        """
def f(xs: List[int]):
    xs.sort()
    xs.extend([7])
    return xs[1:], [x * 2 for x in xs if x > 1], xs.index(2)
""",
        inputs="([3, 1, 2],)",
    ),
    Construct(
        "assignment to a slice of a list",
        """
def f(xs: List[int]):
    xs[0:1] = [5, 6]
    return xs
""",
    ),
    Construct(
        "dict methods and comprehensions",
        """
def f(d: Dict[str, int]):
    d.update({"b": 2})
    return {k: v + 1 for k, v in d.items()}, d.get("z"), d.pop("a")
""",
        inputs='({"a": 1},)',
        torch_jit=True,
    ),
    Construct(
        "set and frozenset",
        """
def f(n: int):
    s = {1, 2, n}
    s.add(2)
    return len(s), 2 in s
""",
        inputs="(3,)",
    ),
    Construct(
        "OrderedDict",
        """
def f(x):
    d = OrderedDict()
    d["a"] = x
    return d["a"]
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "defaultdict",
        """
def f():
    d = defaultdict(int)
    d["a"] += 1
    return d["a"]
""",
        inputs="()",
    ),
    Construct(
        "deque",
        """
def f():
    q = deque([1, 2])
    q.append(3)
    return q.popleft()
""",
        inputs="()",
        code="unsupported-call",
    ),
    Construct(
        "unicode strings",
        """
def f(s: str, i: int):
    return len(s), s[i], s + "ü"
""",
        inputs='("aé日", 1)',
        torch_jit=True,
    ),
    Construct(
        "NaN, infinity",
        """
def f(x: float):
    return x == x, x != x, math.isnan(x), float("inf") > 1.0
""",
        inputs='(float("nan"),)',
        torch_jit=True,
    ),
    Construct(
        "bytes",
        """
def f():
    return len(b"ab")
""",
        inputs="()",
        code="unsupported-syntax",
    ),
    Construct(
        "complex numbers",
        """
def f(x: float):
    z = complex(x, 2.0)
    return z * z, abs(z)
""",
        inputs="(1.0,)",
        torch_jit=True,
    ),
    Construct(
        "`.real` and `.imag` of complex numbers",
        """
def f(x: float):
    return complex(x, 2.0).real
""",
        inputs="(1.0,)",
        code="no-overload",
    ),
    Construct(
        "slices as objects",
        """
def f(xs: List[int]):
    s = slice(1, 3)
    return xs[s]
""",
        inputs="([1, 2, 3],)",
        torch_jit=True,
    ),
    Construct(
        "iter and next",
        """
def f(xs: List[int]):
    it = iter(xs)
    return next(it)
""",
        inputs="([1, 2],)",
    ),
    Construct(
        "generator expressions consumed in place",
        """
def f(xs: List[int]):
    return sum(x * 2 for x in xs), any(x > 1 for x in xs)
""",
        inputs="([1, 2],)",
        torch_jit=True,
    ),
    Construct(
        "zip, enumerate, reversed, range",
        """
def f(xs: List[int], ys: List[int]):
    total = 0
    for i, (a, b) in enumerate(zip(xs, ys)):
        total += i * a * b
    for x in reversed(xs):
        total += x
    return total
""",
        inputs="([1, 2], [3, 4])",
    ),
    Construct(
        "map and filter",
        """
def f(xs: List[int]):
    return list(map(lambda x: x * 2, xs)), list(filter(lambda x: x > 1, xs))
""",
        inputs="([1, 2],)",
    ),
    Construct(
        "sorted(key=), min(key=)",
        """
def f(xs: List[int]):
    return sorted(xs, key=lambda x: -x), min(xs, key=lambda x: abs(x))
""",
        inputs="([1, -2],)",
    ),
    Construct(
        "list.sort(key=)",
        """
def f(xs: List[int]):
    xs.sort(key=lambda x: -x)
    return xs
""",
        inputs="([1, -2],)",
        code="unsupported-argument",
    ),
    Construct(
        "math",
        """
def f(x: float):
    return math.sqrt(x), math.floor(x), math.pi
""",
        inputs="(2.0,)",
        torch_jit=True,
    ),
    Construct(
        "cmath",
        """
def f(x: float):
    return cmath.sqrt(complex(x, 0.0))
""",
        inputs="(2.0,)",
        torch_jit=True,
    ),
    Construct(
        "copy",
        """
def f(xs: List[int]):
    return copy.copy(xs)
""",
        inputs="([1],)",
        code="unsupported-call",
    ),
    Construct(
        "int overflow is an error",
        """
def f(n: int):
    return n * 4611686018427387904 if n < 2 else n
""",
        differs="ints have 64 bits; beyond, an error and no wrap",
        inputs="(3,)",
        torch_jit=True,
    ),
)
