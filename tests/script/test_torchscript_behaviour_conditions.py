"""What TorchScript's own test suite asks of conditions, loops, conversions, printing; eager is the oracle."""

import math
from typing import Any, Dict, List, Optional, Tuple

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.script.after_loading import check
from tests.script.agreement import agree_exactly


def test_ints_of_strings():
    def f(s: str):
        return int(s)

    def g(s: str, base: int):
        return int(s, base)

    texts = ["5", "-5", "2147483647", "-2147483648", " 7 ", "\t8\n", "+3", "1_000", "9223372036854775807", "\u0663"]
    agree_exactly(f, *[(t,) for t in (*texts, "0x20", "0b0001", "", "  ", "1__0", "_1", "1.0", "- 5")])
    pairs = [
        ("0x20", 16),
        ("0b0001", 2),
        ("0x20", 0),
        ("0b11", 0),
        ("017", 0),
        ("017", 8),
        ("zz", 36),
        ("1", 1),
        ("1", 37),
        ("8", 8),
    ]
    agree_exactly(g, *pairs, ("00", 0), ("-0x1f", 16), ("0o17", 0))


def test_floats_of_strings():
    def f(s: str):
        return float(s)

    agree_exactly(
        f, *[(t,) for t in "5 -5.5 inf -Infinity nan 1e400 1_0.5 x 0x10 1e-400 .5 5. infinit".split()], ("",), (" 2 ",)
    )


def test_numbers_of_numbers():
    def f(n: int, r: float, flag: bool):
        return (float(n), bool(n), bool(r), int(flag), float(flag), complex(n), complex(r), str((n, n)), str(r), str(flag), bool(str(n)))  # fmt: skip

    def g(r: float):
        return int(r)

    agree_exactly(f, (1, 1.5, True), (0, 0.0, False), (-3, -2.9, True), (0, math.nan, True), (5, 1e17, False))
    agree_exactly(g, (1.9,), (-1.9,), (0.0,), (math.nan,), (math.inf,), (1e17,))


VALUES = [0.1, 0.0, -0.0, -1, 0, 1, [0.1], [0.0], [[1]], [1, 1], [], True, math.nan]


def test_truth_of_tensors():
    def f(x):
        if x:
            return 1
        else:
            return 0

    def g(x):
        return not x, bool(x), int(x), float(x)

    agree_exactly(f, *[(torch.tensor(v),) for v in VALUES], (torch.tensor(1j),))
    agree_exactly(g, *[(torch.tensor(v),) for v in (1, 0, [2.5], [1, 2])], (torch.tensor(2 + 0j),))


def test_truth_of_everything_else():
    def f(n: int, r: float, s: str, o: Optional[int], xs: List[int], t: Tuple[int, str], d: Dict[str, int]):
        result = 1 if (1, 2) else 0
        if t:
            result += 2
        return (result, not t, not (), bool((1, 2)), not [s], not {}, not o, o and r, o or s, 1 if n else 0, 1 if r else 0, not xs, bool(d))  # fmt: skip

    check(
        f,
        (1, 0.0, "", None, [], (0, ""), {}),
        (0, -1.0, "a", 0, [1], (1, "a"), {"k": 0}),
        (-1, math.nan, "a", 3, [0], (0, ""), {}),
    )


def test_none_on_either_side():
    def f(x: Optional[Tensor] = None):
        if None is x:
            return torch.zeros(1)
        elif None is not x:
            return x + 1
        return x

    def g(x):
        if None is None:
            return x is None and x is not None, x is None or x is not None, None is x
        return True, True, True

    check(f, (), (None,), (torch.ones(1),))
    check(g, (torch.ones(1),))


def test_unwrapped_optionals():
    def f(x: Optional[Tensor], y, flag: bool):
        if flag:
            result = y
        else:
            result = torch.jit._unwrap_optional(x)
        return result

    check(f, (None, torch.ones(1), True), (torch.ones(2), torch.ones(1), False), (None, torch.ones(1), False))


def test_tuples_whose_items_are_optional():
    def f(flag: bool, given: Tuple[Optional[List[Tensor]]]):
        if flag:
            made = (None,)
        else:
            made = ([],)
        if flag:
            given = (None,)
        return made, given

    check(f, (True, ([torch.ones(1)],)), (False, (None,)), (False, ([torch.ones(1)],)))


def test_conditions_are_not_evaluated_further_than_needed():
    def f(t):
        c = 1
        if (False and bool(t[1])) or (True or bool(t[1])):  # noqa: SIM222, SIM223
            c = 0
        return c

    def g(t):
        return False or bool(t[1])

    def h(t):
        return True and bool(t[1])

    check(f, (torch.randn(0),))
    check(g, (torch.randn(0),), (torch.tensor([0, 1]),))
    check(h, (torch.randn(0),), (torch.tensor([0, 1]),))


def test_precedence():
    def double(x: int) -> int:
        return 2 * x

    def f():
        list = [0, 1, 2, 3]
        return (
            list[1:3][0] + double(4) + (-3 + 8) * 6 // 2 % 4 << 2 + 1 >> 1 | 23 & 16 + 3 ^ 4, -(2**2), not 1 == 2, ~3 + 1, 2**-1,
            2**3**2, -3 // 2, -3 % 5, 1 < 2 < 3, 1 < 3 < 2, 1 < 2 == 2, ~5 >> 1,
        )  # fmt: skip

    def g(x: int):
        return x + 1 if x == 1 else x + 2 if x == 2 else x + 3

    check(f, ())
    check(g, (1,), (2,), (3,))


def test_loops_in_loops():
    def f(n: int):
        result = 0
        counter = torch.tensor(0)
        while int(counter.add_(1)) < 4:
            if n == 1:
                continue
            for _ in range(n):
                continue
                result += 1
            result += 1
        return result, int(counter)

    def g():
        y = torch.tensor(0)
        z = 0
        while int(y.add_(1)) < 20:
            if int(y) < 10:
                for i in range(6):
                    if i == 3:
                        continue
                    else:
                        if i > 3:
                            break
                    z += 2
            if int(y) == 18:
                break
            if int(y) == 15:
                continue
            z += 1
        return int(y), z

    check(f, (1,), (2,))
    check(g, ())


def test_what_stands_behind_break():
    def f(n: int):
        x = 0
        for _ in range(n):
            if n == 1:
                x = 5
                break
                assert 1 == 2
            else:
                x = x + 1
                break
                assert 1 == 2
            x = -30
        return x

    def g(cond: int):
        m = 0
        for _ in range(3):
            if cond == 2:
                if cond == 2:
                    m = 2
                    break
                k = 1
            else:
                k = 2
            m += k
        return m

    def h():
        i = 0
        while True:
            i += 1
            if i == 3:
                break
        while False:
            i += 1
        return i

    check(f, (0,), (1,), (2,))
    check(g, (2,), (3,))
    check(h, ())


def test_break_in_a_loop_over_unlike_items():
    def f(n: int):
        out = []
        for item in (1, "2", 1.5):
            if n == 0:
                continue
            if n == 1 and isinstance(item, str):
                break
            out.append(str(item))
        else:
            out.append("end")
        return out

    def g(x):
        for item in (1, "2", 1.5):
            last = item
            if x:
                break
        return last

    check(f, (0,), (1,), (2,))
    check(g, (torch.tensor(1),), (torch.tensor(0),))


@pytest.mark.parametrize("training", [True, False])
def test_conditional_expressions_of_declared_types(training):
    class Model(nn.Module):
        def forward(self) -> Tuple[Any, Optional[int], Any]:
            out: Any = "out" if self.training else {}
            return out, None if self.training else 1, "a" if self.training else [2]

    check(Model().train(training), ())


def test_a_final_flag_decides_what_is_compiled():
    class Model(nn.Module):
        flag: torch.jit.Final[bool]

        def __init__(self, flag):
            super().__init__()
            self.flag = flag

        def forward(self) -> Tensor:
            return torch.ones(3) if self.flag else self.missing

    check(Model(True), ())


def test_printing(capsys):
    def f(a, x):
        print(a, "a" "b" """c""", 2, 1.5, [1, 2], [1.0, 2.0], {"a": 1}, (1, "x"), None, True)
        print("{}, I'm a {}".format("Hello", "test"))
        print("blank".format(), end=";")
        print(1, 2, sep="-")
        return x

    program = portfire.script(f)
    for a in (torch.tensor(1), torch.arange(4.0), torch.arange(4.0) > 2):
        f(a, a)
        expected = capsys.readouterr().out
        program(a, a)
        assert capsys.readouterr().out == expected


def test_errors_name_all_functions_on_the_way():
    def innermost(c, b):
        return c + b

    def middle(c, b):
        return innermost(c, b)

    def f(c, b):
        return middle(c, b)

    with pytest.raises(RuntimeError, match="size of tensor a") as caught:
        portfire.script(f)(torch.rand(10), torch.rand(9))
    (note,) = caught.value.__notes__
    places = [
        note.index(f"in test_errors_name_all_functions_on_the_way.<locals>.{n}") for n in ("f\n", "middle", "innermost")
    ]
    assert places == sorted(places)
