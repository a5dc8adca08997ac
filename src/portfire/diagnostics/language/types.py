"""Types and annotations. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "parameters without annotation",
        """
def f(x):
    return x + 1
""",
        differs="a parameter without annotation and default is a Tensor",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "parameters typed by their default",
        """
def f(x, n=2):
    return x * n
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "annotations, `# type:` comments",
        """
def f(x, n):
    # type: (Tensor, int) -> Tensor
    return x * n
""",
        inputs="(torch.ones(2), 3)",
        torch_jit=True,
    ),
    Construct(
        "functions written where a type is meant: `torch.tensor`, `any`",
        """
def f(x: torch.tensor, n: any) -> torch.tensor:
    return x + n if isinstance(n, int) else x
""",
        inputs="(torch.ones(2), 2)",
    ),
    Construct(
        "int, float, bool, complex, str",
        """
def f(a: int, b: float, c: bool, d: str):
    return a * b, c, d + "b", complex(a, b)
""",
        differs="int has 64 bits",
        inputs='(2, 3.0, True, "a")',
        torch_jit=True,
    ),
    Construct(
        "Tuple, List, Dict",
        """
def f(t: Tuple[int, str], xs: List[int], d: Dict[str, int]):
    return t[1], xs[0] + d["k"]
""",
        inputs='((1, "a"), [1], {"k": 2})',
        torch_jit=True,
    ),
    Construct(
        "built-in generics: `list[int]`, `int or None` with `|`",
        """
def f(xs: list[int], n: int | None):
    return xs[0] if n is None else n
""",
        inputs="([1, 2], None)",
        torch_jit=True,
    ),
    Construct(
        "empty lists and dicts typed by their use",
        """
def f(x):
    ys = []
    ys.append(x)
    d = {}
    d["k"] = x
    return ys[0] + d["k"]
""",
        differs="a list has one element type",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "Optional, refined by `is None`, `assert`, early return",
        """
def f(x: Tensor, y: Optional[Tensor]):
    if y is None:
        return x
    return x + y
""",
        inputs="(torch.ones(2), None)",
        torch_jit=True,
    ),
    Construct(
        "Union, refined by isinstance",
        """
def f(x: Union[int, str]):
    if isinstance(x, int):
        return x + 1
    return len(x)
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "Any with isinstance",
        """
def f(x: Any):
    if isinstance(x, int):
        return x + 1
    return 0
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "a list or dict made here, where wider items are declared",
        """
def f(xs: List[Tensor]) -> List[Optional[Tensor]]:
    held: Dict[str, Optional[int]] = {str(i): i for i in range(len(xs))}
    found = []
    for x in xs:
        found.append(x)
    return found
""",
        inputs="([torch.ones(2)],)",
    ),
    Construct(
        "isinstance with a union of classes",
        """
def f(x: Any):
    return isinstance(x, int | str), isinstance(x, float | None)
""",
        inputs="(3,)",
        torch_jit=True,
    ),
    Construct(
        "Any: whether it is a dict",
        """
def f(x: Any):
    return isinstance(x, dict)
""",
        inputs="({'a': 1},)",
        differs="in libtorch, a function that asks raises",
        libtorch=False,
    ),
    Construct(
        "NamedTuple",
        """
class Pair(NamedTuple):
    a: Tensor
    n: int
def f(x: Tensor):
    p = Pair(x, 2)
    return p.a * p.n
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "Enum",
        """
class Color(enum.Enum):
    RED = 1
    BLUE = 2
def f():
    c = Color.RED
    return c == Color.BLUE, c.value
""",
        inputs="()",
        torch_jit=True,
    ),
    Construct(
        "dataclass",
        """
@dataclasses.dataclass
class Point:
    x: int
    y: int
def f(n: int):
    p = Point(n, 3)
    return p.x + p.y
""",
        inputs="(2,)",
    ),
    Construct(
        "TypedDict",
        """
class Options(TypedDict):
    size: int
    name: str
def f(o: Options):
    o["size"] += 1
    return o["size"], o["name"].upper(), Options(size=1, name="x")
""",
        inputs='({"size": 1, "name": "a"},)',
    ),
    Construct(
        "Final and class attributes as constants",
        """
class Model(nn.Module):
    scale: Final[int]
    offset = 3
    def __init__(self):
        super().__init__()
        self.scale = 2
    def forward(self, x):
        return x * self.scale + self.offset
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "`dict` and `list` without the types of their items",
        """
def f(d: dict):
    return d["a"]
""",
        differs="of strings and tensors",
        inputs='({"a": torch.ones(2)},)',
    ),
    Construct(
        "list of lists, nested containers",
        """
def f(xs: List[List[int]]):
    return {len(x): x for x in xs}
""",
        inputs="([[1], [2, 3]],)",
        torch_jit=True,
    ),
    Construct(
        "type aliases",
        """
Numbers = List[float]
def f(xs: Numbers):
    return xs[0]
""",
        inputs="([1.0],)",
        torch_jit=True,
    ),
    Construct(
        "forward references",
        """
def f(x: "Tensor") -> "Tensor":
    return x
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "Callable as the type of a parameter called from outside",
        """
def f(g: Callable[[Tensor], Tensor], x: Tensor):
    return g(x)
""",
        code="unsupported-type",
    ),
    Construct(
        "type variables (generic functions)",
        """
T = TypeVar("T")
def first(xs: List[T]) -> T:
    return xs[0]
def mapped(g: Callable[[T], T], xs: List[T]) -> List[T]:
    return [g(x) for x in xs]
def f(x, n: int):
    return first([x]), first(["a"]), mapped(lambda k: k + 1, [n])
""",
        inputs="(torch.ones(2), 2)",
    ),
    Construct(
        "protocols, Self, ParamSpec, NewType, Literal, Annotated",
        """
Id = NewType("Id", int)
class HasArea(Protocol):
    def area(self) -> float: ...
class Square:
    def __init__(self, side: float):
        self.side = side
    def area(self) -> float:
        return self.side * self.side
    def same(self) -> Self:
        return self
def area(shape: HasArea, mode: Literal["a", "b"], n: Annotated[int, "count"]) -> float:
    return shape.area() * n if mode == "a" else 0.0
def f(side: float):
    return area(Square(side).same(), "a", Id(2))
""",
        inputs="(2.0,)",
    ),
    Construct(
        "type variables and protocols on what is called from outside, without example inputs",
        """
T = TypeVar("T")
def f(x: T) -> T:
    return x
""",
        code="unsupported-type",
    ),
    Construct(
        "a bool variable that is a condition on another variable's type",
        """
def f(x: Union[Tensor, Dict[str, Tensor]]):
    is_dict = isinstance(x, dict)
    return x["a"] if is_dict else x
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "Union handed to what takes each of its members",
        """
def f(x: Tensor, size: Union[int, Tuple[int, int]]):
    return F.adaptive_avg_pool2d(x, size)
""",
        inputs="(torch.ones(1, 1, 4, 4), 2)",
    ),
    Construct(
        "tuples as keys of dicts",
        """
def f(xs: List[Tuple[int, int]]):
    groups: Dict[Tuple[int, int], List[int]] = {}
    for i, x in enumerate(xs):
        groups.setdefault(x, []).append(i)
    return list(groups.values())
""",
        inputs="([(1, 2), (3, 4), (1, 2)],)",
        differs="in libtorch, a function that has one raises",
        libtorch=False,
    ),
)
