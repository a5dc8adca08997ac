"""deque, defaultdict, Counter, OrderedDict: used, kept, passed and returned."""

from collections import Counter, OrderedDict, defaultdict, deque
from typing import DefaultDict, Deque, Dict, List, Optional

import pytest

import portfire
from portfire.errors import CompileError
from tests.script.formed_results import check


def test_deque():
    def f(xs: List[int]):
        q = deque(xs)
        q.append(4)
        q.appendleft(0)
        a, b = q.popleft(), q.pop()
        q.extend([7, 8])
        q.extendleft([5, 6])
        q.rotate(1)
        q.rotate(-2)
        q.rotate()
        return q, a, b, len(q), q[0], q[-1], list(q), 3 in q, q.count(7), q.maxlen, sum(q), [x for x in q], q.copy()

    check(f, ([3, 1, 2],), ([],))


def test_deque_of_few():
    def f(xs: List[int]):
        q = deque(maxlen=3)
        for x in xs:
            q.append(x)
        q.appendleft(9)
        r = deque(xs, 2)
        r += [1]
        return q, r, q.maxlen, r.maxlen, deque(xs, maxlen=0)

    check(f, ([3, 1, 2, 5],), ([],))


def test_empty_deque():
    def f(xs: List[int]):
        q = deque(xs)
        return q.popleft()

    check(f, ([],), ([1],))


def pushed(q: Deque[int], x: int) -> Deque[int]:
    q.append(x)
    return q


def test_deque_as_argument_and_in_loops():
    def f(graph: Dict[int, List[int]], q: Optional[Deque[int]]):
        order = []
        seen = {0}
        if q is None:
            q = deque([0])
        while q:
            n = q.popleft()
            order.append(n)
            for m in graph[n]:
                if m not in seen:
                    seen.add(m)
                    pushed(q, m)
        return order, q, seen

    check(f, ({0: [1, 2], 1: [2], 2: []}, None), ({0: [1], 1: []}, deque([0, 1])))


def test_maxlen_is_known():
    def f(n: int):
        return deque([1], maxlen=n)

    with pytest.raises(CompileError, match="maxlen"):
        portfire.script(f)


def test_default_dict():
    def f(words: List[str]):
        counts = defaultdict(int)
        places = defaultdict(list)
        nested = defaultdict(lambda: defaultdict(int))
        sets = defaultdict(set)
        fives = defaultdict(lambda: 5)
        for i, word in enumerate(words):
            counts[word] += 1
            places[word].append(i)
            nested[word][i] += 1
            sets[word].add(i)
        return (
            counts, places, dict(counts), nested, sets, fives["q"], fives, len(counts), "a" in counts, "zz" in counts,
            list(counts.items()), counts.get("zz"), defaultdict(int, {"x": 1})["x"],
        )  # fmt: skip

    compiled, words = portfire.script(f), ["a", "b", "a"]
    found, expected = compiled(words), f(words)
    assert found == expected
    assert [type(v) for v in found] == [type(v) for v in expected]
    assert found[0].default_factory is int and found[1].default_factory is list


def count(counts, word):
    counts[word] += 1


def test_default_dict_goes_where_dicts_go():
    def f(words: List[str], given: DefaultDict[str, int]):
        counts = defaultdict(int)
        for word in words:
            count(counts, word)
        if len(words) > 2:
            other = counts
        else:
            other = defaultdict(int)
        other["new"] += 2
        given["x"] += 1
        return counts, [counts], other is counts, given

    check(f, (["a", "b", "a"], defaultdict(int, {"x": 1})), (["a"], defaultdict(int)))


def test_missing_without_a_factory():
    def f(key: str):
        d = defaultdict(None, {"a": 1})
        return d[key]

    check(f, ("a",), ("b",))


def test_factories_with_variables_stay_inside():
    def f(n: int):
        d = defaultdict(lambda: n)
        return d["a"]

    with pytest.raises(CompileError, match="uses the variable 'n'"):
        portfire.script(f)


def test_counter():
    def f(words: List[str]):
        c = Counter(words)
        c.update(["z"])
        c["q"] += 2
        c.subtract(["z", "y"])
        d, e = Counter(a=1), Counter({"a": 2, "b": -1})
        return (
            c, c.most_common(), c.most_common(1), c["none"], "none" in c, c.total(), d + e, e - d, d & e, d | e, d == e,
            d != e, c == Counter(c), sorted(c.elements()), Counter("hello").most_common(2), sum(c.values()), len(c),
        )  # fmt: skip

    check(f, (["a", "b", "a"],), ([],))


def test_ordered_dict():
    def f(n: int):
        d = OrderedDict()
        d["a"] = n
        d["b"] = 2
        d.move_to_end("a")
        e = OrderedDict([("x", 1), ("y", 2)])
        e.move_to_end("y", last=False)
        first = e.popitem(last=False)
        last = d.popitem()
        return d, e, first, last, list(d.keys()), {"d": d}

    check(f, (1,))


def test_popitem_of_an_empty_one():
    def f(last: bool):
        d: Dict[str, int] = OrderedDict()
        return d.popitem()

    check(f, (True,), (False,))
