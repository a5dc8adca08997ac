"""Lists and dicts, in detail. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "index with a range, count, remove, insert, reverse, copy",
        """
def f(xs: List[int]):
    ys = xs.copy()
    ys.insert(-1, 9)
    ys.reverse()
    return ys.index(9, 1), ys.count(9), ys
""",
        inputs="([1, 2, 3],)",
    ),
    Construct(
        "assignment to a slice of a list, also with a step; del of a slice",
        """
def f(xs: List[int]):
    xs[0:1] = [5, 6]
    xs[::2] = [0] * len(xs[::2])
    del xs[1::2]
    return xs
""",
        inputs="([1, 2, 3],)",
    ),
    Construct(
        "keys(), values(), items(): views that see the dict change; with set operators",
        """
def f(d: Dict[str, int]):
    keys = d.keys()
    d["b"] = 2
    return len(keys), "b" in keys, sorted(keys & {"a", "b"}), d.keys() == {"b", "a"}
""",
        inputs='({"a": 1},)',
        differs="in attributes, in containers, in what is returned and where a loop assigns it a view is a list",
    ),
    Construct(
        "dict.fromkeys, dict(pairs), update(pairs), setdefault(key)",
        """
def f(pairs: List[Tuple[str, int]]):
    d = dict(pairs)
    d.update([("z", 26)])
    seen = dict.fromkeys(d, False)
    seen.setdefault("y", True)
    return d, seen, list(dict.fromkeys("abca"))
""",
        inputs='([("a", 1)],)',
    ),
    Construct(
        "hash",
        """
def f(a: Tuple[int, int], b: Tuple[int, int], s: str):
    return hash(a) == hash(b), hash(s) == hash(s), hash(7), hash(None) == hash(None)
""",
        inputs='((1, 2), (1, 2), "s")',
        differs="of floats, tuples and strings it is another number than Python's; what is equal has the same",
        torch_jit=True,
    ),
    Construct(
        "operators by the names of their methods; hasattr of any value",
        """
def f(xs: List[int], d: Dict[str, int], x):
    return xs.__len__(), d.__contains__("a"), xs.__add__([1]), hasattr(xs, "__iter__"), hasattr(x, "keys")
""",
        inputs='([3, 1], {"a": 1}, torch.ones(2))',
    ),
)
