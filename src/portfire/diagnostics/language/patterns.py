"""The patterns of `match`. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "match on constants and None",
        """
def f(n: Optional[int]):
    match n:
        case None:
            return 0
        case 1 | 2:
            return 10
        case _:
            return n + 20
""",
        inputs="(5,)",
    ),
    Construct(
        "match on enum members",
        """
class Kind(enum.Enum):
    A = 1
    B = 2
def f(n: int):
    kind = Kind.A if n > 0 else Kind.B
    match kind:
        case Kind.A:
            return 10
        case Kind.B:
            return 20
""",
        inputs="(2,)",
    ),
    Construct(
        "sequence patterns, with a star, nested",
        """
def f(xs: List[int]):
    match xs:
        case []:
            return 0
        case [x]:
            return x
        case [first, *_, 9]:
            return first * 100
        case [first, *rest]:
            return first + len(rest)
""",
        inputs="([1, 2, 3],)",
    ),
    Construct(
        "patterns of tuples of different types",
        """
def f(n: int, s: str):
    match (n, s):
        case (0, text) | (1, text):
            return text
        case (k, "b") if k > 5:
            return str(k)
        case (k, _):
            return str(-k)
""",
        inputs='(7, "b")',
    ),
    Construct(
        "mapping patterns",
        """
def f(d: Dict[str, int]):
    match d:
        case {"a": x, "b": y}:
            return x + y
        case {"a": x, **rest}:
            return x + len(rest)
        case {}:
            return -1
""",
        inputs='({"a": 1, "c": 2},)',
    ),
    Construct(
        "class patterns: dataclasses, named tuples, __match_args__, int(x), str()",
        """
@dataclasses.dataclass
class Point:
    x: int
    y: int
def f(n: int, other: Union[int, str]):
    match Point(n, 2):
        case Point(0, y):
            return y
        case Point(x=x, y=2):
            pass
    match other:
        case int(k):
            return k + x
        case str():
            return x
""",
        inputs='(3, "a")',
    ),
    Construct(
        "sequence patterns on a value of any type",
        """
def f(x: Any):
    match x:
        case [a, b]:
            return 1
    return 0
""",
        code="unsupported-syntax",
    ),
)
