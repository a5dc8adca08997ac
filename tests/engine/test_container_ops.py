"""The engine's ops on lists and dicts against Python's, with what they do to their first argument."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.op_programs import INT_MAX, INT_MIN, check

small = st.integers(-6, 6)
bounds = st.none() | small | st.sampled_from((100, -100, INT_MAX, INT_MIN))
ELEMENTS: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-3, 3) | st.sampled_from((INT_MAX, INT_MIN)),
    "float": st.floats(allow_nan=False) | st.sampled_from((0.0, -0.0, 1.5)),
    "str": st.sampled_from(("a", "b", "é", "Z", "", "日本")),
    "bool": st.booleans(),
}
lists = st.one_of(*(st.lists(e, max_size=6) for e in ELEMENTS.values()))
nested = st.lists(st.tuples(st.integers(0, 2), st.sampled_from("ab")), min_size=1, max_size=6)


def set_item(container: Any, key: Any, value: Any) -> Any:
    container[key] = value
    return container if isinstance(container, list) else None


def append(items: list[Any], value: Any) -> list[Any]:
    items.append(value)
    return items


@given(st.lists(ELEMENTS["int"], max_size=6), small, st.integers(-3, 3))
def test_list_items(items: list[int], index: int, value: int) -> None:
    check("aten::len.t", (items,), len)
    check("aten::__getitem__.t", (items, index), operator.getitem)
    check("aten::_set_item.t", (items, index, value), set_item, mutates=True)
    check("aten::Delete.t", (items, index), operator.delitem, mutates=True)
    check("aten::pop.t", (items, index), list.pop, mutates=True)
    check("aten::insert.t", (items, index, value), list.insert, mutates=True)
    check("aten::append.t", (items, value), append, mutates=True)


@given(lists.filter(len), small)
def test_whole_lists(items: list[Any], times: int) -> None:
    check("aten::copy.t", (items,), list.copy)
    check("aten::clear.t", (items,), list.clear, mutates=True)
    check("aten::reverse.t", (items,), list.reverse, mutates=True)
    check("aten::extend.t", (items, items[:2]), list.extend, mutates=True)
    check("aten::add.t", (items, items[:2]), operator.add)
    check("aten::mul.left_t", (items, times), operator.mul)
    check("aten::mul_.t", (items, times), operator.imul, mutates=True)


@given(lists.filter(len), bounds, bounds, st.integers(-3, 3) | st.sampled_from((INT_MAX, INT_MIN)))
def test_list_slices(items: list[Any], start: int | None, end: int | None, step: int) -> None:
    check("aten::slice.t", (items, start, end, step), lambda s, a, b, c: s[a:b:c])


def sort(items: list[Any], reverse: bool) -> None:
    items.sort(reverse=reverse)


@pytest.mark.parametrize("kind", ELEMENTS)
@given(st.data())
def test_list_values(kind: str, data: st.DataObject) -> None:
    items = data.draw(st.lists(ELEMENTS[kind], max_size=6))
    other = data.draw(st.lists(ELEMENTS[kind], max_size=6))
    element = data.draw(ELEMENTS[kind])
    check(f"aten::sort.{kind}", (items, data.draw(st.booleans())), sort, mutates=True)
    check(f"aten::sorted.{kind}", (items,), sorted)
    check(f"aten::index.list_{kind}", (items, element), list.index)
    check(f"aten::count.{kind}", (items, element), list.count)
    check(f"aten::remove.{kind}", (items, element), list.remove, mutates=True)
    check(f"aten::any.{kind}", (items,), any)
    check(f"aten::eq.{kind}_list", (items, other), operator.eq)
    check(f"aten::ne.{kind}_list", (items, other), operator.ne)
    if kind != "bool":
        check(f"aten::__contains__.{kind}_list", (items, element), operator.contains)
    if kind != "str":
        check(f"aten::all.{kind}", (items,), all)
        for name in ("max", "min"):
            python: Callable[..., Any] = {"max": max, "min": min}[name]
            check(f"prim::{name}.self_{kind}", (items,), python)
            check(f"prim::{name}.{kind}_list", (items, other), python)
        zero = {"float": 0.0}.get(kind, 0)
        check(f"aten::sum.{kind}", (items,), lambda values: sum(values, zero))


@given(nested)
def test_sorting_tuples(items: list[tuple[int, str]]) -> None:
    check("aten::sort.any", (items, False), sort, mutates=True)
    check("aten::sort.any", (items, True), sort, mutates=True)
    check("aten::sorted.any", (items,), sorted)


KEYS: dict[str, st.SearchStrategy[Any]] = {
    "str": st.sampled_from(("a", "b", "é", "", "o'x")),
    "int": st.integers(-2, 2),
    "bool": st.booleans(),
    "float": st.sampled_from((0.0, 1.5, -2.0)),
    "complex": st.sampled_from((1j, 2 + 0j, 0j)),
}


@pytest.mark.parametrize("kind", KEYS)
@given(st.data())
def test_dicts(kind: str, data: st.DataObject) -> None:
    entries = st.dictionaries(KEYS[kind], st.integers(0, 9), min_size=1, max_size=5)
    mapping, other, key = data.draw(entries), data.draw(entries), data.draw(KEYS[kind])
    check(f"aten::len.Dict_{kind}", (mapping,), len)
    check(f"aten::keys.{kind}", (mapping,), list)
    check(f"aten::values.{kind}", (mapping,), lambda d: list(d.values()))
    check(f"aten::items.{kind}", (mapping,), lambda d: list(d.items()))
    check(f"aten::copy.Dict_{kind}", (mapping,), dict.copy)
    check(f"aten::dict.{kind}", (list(mapping.items()),), dict)
    check(f"aten::clear.{kind}", (mapping,), dict.clear, mutates=True)
    check(f"aten::popitem.{kind}", (mapping,), dict.popitem, mutates=True)
    check(f"aten::update.{kind}", (mapping, other), dict.update, mutates=True)
    check(f"aten::__getitem__.Dict_{kind}", (mapping, key), operator.getitem)
    check(f"aten::__contains__.{kind}", (mapping, key), operator.contains)
    check(f"aten::get.{kind}", (mapping, key), dict.get)
    check(f"aten::get.default_{kind}", (mapping, key, 7), dict.get)
    check(f"aten::_set_item.{kind}", (mapping, key, 5), set_item, mutates=True)
    check(f"aten::setdefault.{kind}", (mapping, key, 7), dict.setdefault, mutates=True)
    check(f"aten::Delete.Dict_{kind}", (mapping, key), operator.delitem, mutates=True)
    check(f"aten::pop.Dict_{kind}", (mapping, key), dict.pop, mutates=True)
    check(f"aten::pop.Dict_default_{kind}", (mapping, key, 7), dict.pop, mutates=True)
