"""What TorchScript's own test suite asks of enums, and what Python adds: values of every kind, files, the started program."""

import enum
import io
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import pytest
import torch

import portfire
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import diagnostics


class Whole(enum.Enum):
    ONE = 1
    TWO = 2


class Other(enum.Enum):
    ONE = 1
    TWO = 2


class Part(enum.Enum):
    LOW = 1.25
    HIGH = 2.5


class Word(enum.Enum):
    SHORT = "a b"
    LONG = "a longer one"


class Mixed(enum.Enum):
    NUMBER = 1
    WORD = "word"


class Listed(enum.Enum):
    ONE = ["a"]
    MANY = ["a", "b"]


class Tensors(enum.Enum):
    ZERO = torch.tensor(0)
    ONES = torch.ones(2)


class Truth(enum.Enum):
    NO = False
    YES = True


class Equal(enum.Enum):
    ZERO = 0
    ONE = 1.0


def parts(x: Any) -> Any:
    return x.name, x.value, x


KINDS = [Whole.TWO, Part.HIGH, Word.LONG, Mixed.NUMBER, Mixed.WORD, Listed.MANY, Truth.NO, Truth.YES, Equal.ONE]


class Holder(torch.nn.Module):
    def __init__(self, member):
        super().__init__()
        self.member = member

    def forward(self):
        return self.member.name, self.member.value, self.member


@pytest.mark.parametrize("member", [*KINDS, Tensors.ZERO, Tensors.ONES], ids=str)
def test_members_as_attributes(member):
    eager = Holder(member)
    for program in (portfire.script(eager), saved_and_loaded(portfire.script(eager))):
        name, value, found = program()
        assert name == member.name and found is member
        assert type(value) is type(member.value) and repr(value) == repr(member.value)


def test_members_as_arguments():
    def plain(a: Whole, b: Part, c: Word):
        return a.name, b.value, c.value, a == Whole.ONE, a == Other.ONE, a != Other.ONE, a in (Whole.TWO,)

    def unlike(a: Mixed, b: Listed, c: Truth, d: Equal):
        return a == Mixed.WORD, b.value, "b" in b.value, c.value, not c.value, d.value, b, a

    check(plain, (Whole.ONE, Part.LOW, Word.SHORT), (Whole.TWO, Part.HIGH, Word.LONG))
    check(unlike, (Mixed.WORD, Listed.ONE, Truth.NO, Equal.ZERO), (Mixed.NUMBER, Listed.MANY, Truth.YES, Equal.ONE))


def test_members_in_containers():
    def f(
        xs: List[Whole], d: Dict[Whole, int], by_name: Dict[str, Mixed], t: Tuple[Whole, Word], o: Optional[Part] = None
    ):
        names = [x.name for x in xs]
        known = d[Whole.ONE] if Whole.ONE in d else -1
        return (
            names,
            known,
            {k: v == Mixed.WORD for k, v in by_name.items()},
            t[1].value,
            None if o is None else o.value,
        )

    members = ([Whole.TWO, Whole.ONE], {Whole.ONE: 3}, {"a": Mixed.WORD}, (Whole.ONE, Word.LONG))
    check(f, members, (*members, Part.LOW), ([], {}, {}, (Whole.TWO, Word.SHORT), None))


def test_members_in_unions():
    def f(x: Union[Whole, Other, str, None]):
        if x is None:
            return "none"
        if isinstance(x, str):
            return x
        return "whole" if isinstance(x, Whole) else x.name

    def is_whole(x: Any):
        return isinstance(x, Whole)

    check(f, (Whole.ONE,), (Other.TWO,), ("word",), (None,))
    check(is_whole, (Whole.ONE,), (1,), (None,))


def test_members_of_the_place_where_the_function_stands():
    alias, member = Word, Mixed.WORD

    def f():
        return alias.SHORT.value, member.value, [m.name for m in alias if m is not alias.LONG]

    check(f, ())


def test_a_member_that_does_not_exist():
    def f(x: Whole):
        return x == Whole.THREE  # type: ignore[attr-defined]

    (found,) = diagnostics(f)
    assert found.code == "no-attribute" and "THREE" in found.message


class InMain(enum.Enum):
    A = 1
    B = ["b"]


class PairInMain(NamedTuple):
    a: int
    b: str


class ErrorInMain(ValueError):
    pass


def test_classes_of_the_started_program(monkeypatch):
    """`__main__` is no part of names in files, but it is where the classes of a script lie."""
    main = sys.modules["__main__"]
    for cls in (InMain, PairInMain, ErrorInMain):
        monkeypatch.setattr(cls, "__module__", "__main__")
        monkeypatch.setattr(main, cls.__name__, cls, raising=False)

    def f(x: InMain, n: int):
        if n < 0:
            raise ErrorInMain("negative")
        return x, PairInMain(n, x.name)

    loaded = saved_and_loaded(portfire.script(f))
    member, pair = loaded(InMain.B, 2)
    assert member is InMain.B and type(pair) is PairInMain and pair == (2, "B")
    with pytest.raises(ErrorInMain, match="negative"):
        loaded(InMain.A, -1)


def test_script_takes_an_enum():
    assert portfire.script(Whole) is Whole


def others(x: Whole):
    result: List[int] = []
    for member in Whole:
        if member != x:
            result.append(member.value)
    return result, Whole.TWO, x == Whole.ONE


def test_files_of_torch():
    """Constants of an enum in torch's source are members of the user's class."""
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(others), file)
    file.seek(0)
    loaded = portfire.load(file)
    for member in Whole:
        assert loaded(member) == others(member) and loaded(member)[1] is Whole.TWO
