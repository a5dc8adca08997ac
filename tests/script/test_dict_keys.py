"""What the keys of dicts and the items of sets can be besides numbers and strings: enum members, objects, tuples of them."""

import enum
import sys
import types
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

import pytest

import portfire
from portfire.modules.views import enum_class
from tests.script.agreement import check


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


class Node:
    def __init__(self, number: int):
        self.number = number


class Equal:
    def __init__(self, number: int):
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal) and self.number == other.number

    def __hash__(self) -> int:
        return self.number


@dataclass(frozen=True)
class Point:
    x: int
    y: int
    label: str = field(default="", compare=False)


def test_tables_of_enum_members_that_change():
    def counted(colors: List[Color]):
        counts = {Color.RED: 0, Color.GREEN: 0}
        for color in colors:
            counts[color] = counts.get(color, 0) + 1
        return counts, [name.name for name in counts], len(counts), Color.BLUE in counts

    def widened(n: int):
        kept = {Color.RED: 0}
        kept[Color.GREEN] = n / 2
        if n > 2:
            del kept[Color.RED]
        return kept

    def returned(n: int):
        return {Color.RED: n, Color.BLUE: 2}

    check(counted, ([],), ([Color.BLUE, Color.RED, Color.BLUE],))
    check(widened, (1,), (3,))
    check(returned, (1,))


def test_tables_of_enum_members_that_stay():
    def known(n: int):
        sizes = {Color.RED: 2, Color.GREEN: 3}
        total = 0
        for color, size in sizes.items():
            total += size * n if color is Color.RED else size
        return total, sizes[Color.RED if n > 0 else Color.GREEN], list(sizes.values())

    check(known, (0,), (4,))


def test_objects_without_equality_are_keys_by_identity():
    def numbered(n: int):
        nodes = [Node(i % 2) for i in range(n)]
        places: Dict[Node, int] = {}
        for i, node in enumerate(nodes):
            places[node] = i
        seen = set()
        for node in nodes[1:]:
            seen.add(node)
        return [places[node] for node in nodes], len(places), [node in seen for node in nodes], len({Node(1), Node(1)})

    check(numbered, (0,), (4,))


def test_none_and_tuples_of_members_are_keys():
    def grouped(colors: List[Color]):
        pairs: Dict[Tuple[Color, int], int] = {}
        last: Dict[Optional[str], int] = {None: 0}
        for i, color in enumerate(colors):
            pairs[(color, i % 2)] = i
            last[color.name if i > 0 else None] = i
        return pairs, last, (Color.RED, 0) in pairs

    check(grouped, ([],), ([Color.RED, Color.BLUE, Color.RED],))


def equal_as_key(n: int):
    kept = {}
    for i in range(n):
        kept[Equal(i % 2)] = i
    return len(kept)


def equal_in_display(n: int):
    return len({Equal(n): 1, Equal(n): 2})


def equal_in_set(n: int):
    return len({Equal(i % 2) for i in range(n)})


def equal_in_tuple(n: int):
    kept = {}
    kept[(n, Point(n, n))] = 1
    return len(kept)


@pytest.mark.parametrize("function", [equal_as_key, equal_in_display, equal_in_set, equal_in_tuple])
def test_objects_with_equality_are_refused(function):
    with pytest.raises(portfire.CompileError, match="it defines __eq__") as caught:
        portfire.script(function)
    assert "use a tuple of its attributes" in str(caught.value)


def test_declared_keys_with_equality_are_refused():
    def declared(n: int):
        kept: Dict[Equal, int] = {}
        return len(kept)

    with pytest.raises(portfire.CompileError, match="keys of a dict must be"):
        portfire.script(declared)


def test_hash_of_a_frozen_dataclass():
    def hashed(x: int, y: int):
        return hash(Point(x, 1, "a")) == hash(Point(y, 1, "b")), hash(Equal(x))

    check(hashed, (1, 1), (1, 2))


def test_what_torch_cannot_run_is_said_when_it_is_saved(tmp_path):
    def counted(colors: List[Color]):
        counts: Dict[Color, int] = {}
        for color in colors:
            counts[color] = counts.get(color, 0) + 1
        return counts

    with pytest.warns(UserWarning, match="keys are members of an enum"):
        portfire.save(portfire.script(counted), tmp_path / "f.pt")
    assert portfire.load(tmp_path / "f.pt")([Color.RED, Color.RED]) == {Color.RED: 2}


def test_enums_of_the_program_that_was_started(monkeypatch):
    started = types.ModuleType("__main__")
    started.Color = Color
    monkeypatch.setitem(sys.modules, "__main__", started)
    members = {m.name: m.value for m in Color}
    assert enum_class("__torch__.Color", members) is Color
    assert enum_class("__torch__.Color", members | {"BLUE": 4}) is not Color
