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
    s |= frozenset([7])
    return len(s), 2 in s, s - {1}, s
""",
        differs="its items are in the order of insertion; libtorch and C++ see a dict whose values are True",
        inputs="(3,)",
    ),
    Construct(
        "sets as arguments, as attributes, in lists, rebound in loops",
        """
def f(s: Set[int], xs: List[int]):
    for x in xs:
        s = s | {x}
    return [s]
""",
        inputs="({1}, [2, 3])",
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
        "OrderedDict: move_to_end, popitem(last=)",
        """
def f():
    d = OrderedDict([("a", 1), ("b", 2)])
    d.move_to_end("a")
    return d, d.popitem(last=False)
""",
        inputs="()",
    ),
    Construct(
        "Counter",
        """
def f(words: List[str]):
    c = Counter(words)
    c["b"] += 1
    return c, c.most_common(1), c["none"], c + Counter(a=1)
""",
        inputs='(["a", "b", "a"],)',
    ),
    Construct(
        "defaultdict",
        """
def f():
    d = defaultdict(int)
    d["a"] += 1
    groups = defaultdict(list)
    groups[1].append(2)
    return d, groups
""",
        differs="what it makes items with must be a type, or a function without variables of the function around it",
        inputs="()",
    ),
    Construct(
        "deque",
        """
def f():
    q = deque([1, 2], maxlen=3)
    q.append(3)
    q.appendleft(0)
    q.rotate(1)
    return q.popleft(), q
""",
        differs="'maxlen' must be known while compiling; libtorch and C++ see a list",
        inputs="()",
    ),
    Construct(
        "tuples of any length",
        """
def f(xs: List[int]):
    return tuple(xs), tuple(x * 2 for x in xs)
""",
        differs="libtorch and C++ see a list",
        inputs="([1, 2],)",
    ),
    Construct(
        "dtypes, layouts and sizes as results, in texts",
        """
def f(x):
    return x.dtype, torch.float16, x.shape, f"{x.dtype} {x.shape}", x.dtype.is_floating_point
""",
        differs="libtorch and C++ see ints and lists",
        inputs="(torch.ones(2, 3),)",
    ),
    Construct(
        "dicts of values of different types",
        """
def f(x):
    out = {"loss": x, "aux": [x]}
    out["count"] = 2
    return out, out["aux"][0] + out["loss"]
""",
        inputs="(torch.ones(2),)",
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
def f(b: bytes, s: str):
    return b + b"!", b[0], [x for x in b], b.split(b","), b.decode(), s.encode("utf-8"), bytes([1, 255]), b.hex()
""",
        differs="libtorch and C++ see a str of the characters below 256; no bytearray",
        inputs='(b"a,b", "é")',
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
        "`.real`, `.imag`, `.conjugate()` of numbers",
        """
def f(x: float, n: int):
    z = complex(x, 2.0)
    return z.real, z.imag, z.conjugate(), x.imag, n.real, n.denominator
""",
        inputs="(1.0, 3)",
        libtorch=False,
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
        "slices chosen at run time, in lists, with `tuple(...)` as an index",
        """
def f(x, n: int):
    s = slice(n) if n > 0 else slice(None)
    idx = [slice(None)] * x.dim()
    idx[1] = s
    return x[tuple(idx)], s, s.start
""",
        inputs="(torch.ones(2, 3), 1)",
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
        "an item of a tuple of different types, of a number that is not known",
        """
def f(i: int, x: Tensor):
    return (1, "a", x)[i]
""",
        inputs="(1, torch.ones(2))",
    ),
    Construct(
        "zip(*rows), zip(strict=)",
        """
def f(rows: List[Tuple[int, str]], grid: List[List[int]]):
    numbers, names = zip(*rows)
    return numbers, names, [sum(column) for column in zip(*grid)], list(zip(numbers, names, strict=True))
""",
        inputs='([(1, "a"), (2, "b")], [[1, 2], [3, 4]])',
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
    xs.sort(key=lambda x: -x, reverse=True)
    return xs
""",
        inputs="([1, -2],)",
    ),
    Construct(
        "sorted and min of tuples, texts, lists and objects",
        """
def f(d: Dict[str, int], xs: List[List[int]]):
    return sorted(d.items(), key=lambda kv: (-kv[1], kv[0])), sorted(xs), min(d, key=len), max(xs, default=[0])
""",
        inputs='({"b": 1, "a": 1}, [[2], [1, 5]])',
    ),
    Construct(
        "itertools",
        """
def f(xs: List[int], ys: List[int]):
    pairs = [a * b for a, b in itertools.product(xs, ys)]
    for i, x in zip(itertools.count(1), itertools.chain(xs, ys)):
        pairs.append(i * x)
    return pairs, list(itertools.combinations(xs, 2)), list(itertools.accumulate(xs))
""",
        differs="an iterator is made a list where it is written; those without an end can only be looped over",
        inputs="([1, 2, 3], [4])",
    ),
    Construct(
        "functools.reduce, the module operator",
        """
def f(xs: List[int], t: Tuple[int, str]):
    return functools.reduce(operator.mul, xs), operator.itemgetter(1)(t), operator.add(xs[0], 2)
""",
        inputs='([2, 3], (1, "a"))',
    ),
    Construct(
        "heapq, bisect",
        """
def f(xs: List[int]):
    heapq.heapify(xs)
    heapq.heappush(xs, 2)
    return heapq.heappop(xs), heapq.nlargest(2, xs), bisect.bisect_left([1, 3], 2)
""",
        inputs="([5, 1, 4],)",
    ),
    Construct(
        "round with digits, pow with a modulus, int with a base, divmod",
        """
def f(x: float, n: int, s: str):
    return round(x, 1), round(n, -1), pow(n, 3, 7), int(s, 16), divmod(n, -7), n.bit_length(), x.is_integer()
""",
        inputs='(2.25, 25, "ff")',
    ),
    Construct(
        "max and min of an int and a float",
        """
def f(n: int, x: float):
    return max(n, x), min(n, x)
""",
        inputs="(3, 2.5)",
        torch_jit=True,
    ),
    Construct(
        "named fields, `%(name)s`, nested and debugging format fields, `!a`",
        """
def f(x: float, s: str, n: int):
    return f"{x:>{n}.2f} {n=} {s!a}", "{a}-{b:03d}".format(a=s, b=n), "%(s)s %(n)05d" % {"s": s, "n": n}
""",
        inputs='(2.5, "é", 9)',
    ),
    Construct(
        "str.translate, maketrans, casefold, rsplit, isascii",
        """
def f(s: str):
    return s.translate(str.maketrans("ab", "xy")), s.casefold(), s.rsplit(None, 1), s.isascii(), s.split(sep=" ")
""",
        inputs='("ab cd ef",)',
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
        "math.comb, perm, isqrt, gcd, lcm of any number",
        """
def f(n: int, k: int):
    return math.comb(n, k), math.perm(n, k), math.isqrt(n), math.gcd(n, k, 12), math.lcm(n, k, 12)
""",
        inputs="(10, 4)",
    ),
    Construct(
        "math.hypot, dist, fsum, isclose, ulp, nextafter",
        """
def f(x: float, y: float):
    return math.hypot(x, y, 1.0), math.dist([x], [y]), math.fsum([x, y]), math.isclose(x, y), math.nextafter(x, y)
""",
        inputs="(3.0, 4.0)",
    ),
    Construct(
        "math.log2, exp2, cbrt",
        """
def f(x: float):
    return math.log2(x), math.exp2(x), math.cbrt(x)
""",
        differs="a file loads in libtorch, and raises there",
        inputs="(3.0,)",
        libtorch=False,
    ),
    Construct(
        "parts of a complex number",
        """
def f(z: complex):
    return z.real, z.imag, z.conjugate(), cmath.polar(z)
""",
        differs="a file loads in libtorch, and raises there",
        inputs="(1 + 2j,)",
        libtorch=False,
    ),
    Construct(
        "a negative number to a fractional power",
        """
def f(x: float, y: float):
    return x**y, complex(-x) ** y
""",
        differs="x ** y raises ValueError where Python's result is complex: write complex(x) ** y",
        inputs="(8.0, 0.5)",
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
def f(xs: List[List[int]], x):
    return copy.copy(xs), copy.deepcopy(xs), copy.deepcopy(x), xs.copy()
""",
        differs="what is met twice is copied twice",
        inputs="([[1]], torch.ones(2))",
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
    Construct(
        "dicts are equal when their keys and values are",
        """
def f(a: Dict[str, int], b: Dict[str, int]):
    return a == b, a | b
""",
        inputs='({"a": 1}, {"a": 1})',
    ),
    Construct(
        "a dict that changes size while a loop reads it raises RuntimeError",
        """
def f(d: Dict[str, int]):
    for key in d:
        if key == "never":
            d[key + "!"] = 1
    return len(d)
""",
        differs="found where the loop's body changes the dict under the name that the loop reads",
        inputs='({"a": 1},)',
        torch_jit=True,
    ),
    Construct(
        "lists and dicts as arguments",
        """
def f(xs: List[int]):
    xs.append(4)
    return xs
""",
        differs="a program gets a copy: what it changes in it the caller does not see",
        inputs="([1, 2],)",
        torch_jit=True,
    ),
    Construct(
        "`x.item()` as an index, a size, an item of a List[int]",
        """
def f(x) -> List[int]:
    n = x.argmax().item()
    kept = [n]
    for i in range(n):
        kept.append(x[n - i].long().item())
    return kept
""",
        differs="a number that is no int is a TypeError there",
        inputs="(torch.tensor([1.0, 2.0, 5.0]),)",
    ),
    Construct(
        "lists whose items are of several types",
        """
def f(x):
    out = [1]
    out.append(2.5)
    out.append(x)
    out.append(None)
    return out
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "str(tensor), print(tensor) as torch writes them",
        """
def f(x):
    return f"{x} and {x.shape}"
""",
        differs="what needs a gradient is shown with requires_grad=True, not with its grad_fn",
        inputs="(torch.ones(2, 2),)",
        torch_jit=True,
    ),
    Construct(
        "Python's types as dtypes",
        """
def f(x):
    return x.to(int), torch.zeros(2, dtype=bool), x.sum(dtype=float)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "`torch.tensor` of tensors, and of lists with tensors in them",
        """
def f(x):
    return torch.tensor(x), torch.tensor([x.sum(), x.max(), 1])
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "`torch.tensor` of an empty list has the default dtype",
        """
def f(xs: List[int]):
    return torch.tensor(xs)
""",
        inputs="([],)",
        torch_jit=True,
    ),
)
