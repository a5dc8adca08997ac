"""What Python shows of sets, deques, sizes and the like, alone and inside of lists, tuples and dicts."""

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Optional, Set, Tuple, Union

import torch

from tests.script.agreement import check

X = torch.ones(2, 3)


def test_containers_of_collections():
    def f(n: int):
        made = {n}
        ordered = OrderedDict(a=n)
        counted = Counter("aab")
        grouped = defaultdict(list)
        grouped["a"].append(n)
        held = deque([n, 2])
        few = deque([n], maxlen=3)
        text = f"{made} {frozenset([n])} {ordered} {counted} {grouped} {held} {few}"
        return text, str(made), repr(held), "{} {!r}".format(made, held), "%s" % (ordered,)

    def empty(n: int):
        made: Set[int] = set()
        ordered: OrderedDict[str, int] = OrderedDict()
        counted = Counter([i for i in range(0)])
        return f"{made} {ordered} {counted} {frozenset(made)}"

    check(f, (1,))
    check(empty, (1,))


def test_inside_of_others():
    def f(x, n: int):
        made, held = {n}, deque([n])
        sizes = tuple([1, 2] if n > 0 else [1])
        in_lists = f"{[made]} {[x.dtype]} {[[x.dtype]]} {[sizes, sizes]}"
        in_tuples = f"{(made, held)} {(x.shape, x.dtype)} {(x.shape,)} {((n, x.dtype), 1)}"
        in_dicts = f"{ ({'k': made}) } { ({'d': x.dtype, 'e': x.dtype}) }"
        return in_lists, in_tuples, in_dicts, str([x.dtype]), repr((x.shape, "s"))

    check(f, (X, 1), (X, 0))


def test_of_several_types():
    def f(n: Optional[Tuple[int, ...]], u: Union[Set[int], int, str]):
        return f"{n} {u} {u!r}", str(u), repr(u)

    check(f, ((1, 2), {1}), (None, 3), ((1,), "s"))
