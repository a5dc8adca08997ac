"""What is known about an argument, a variable or a branch: types that a call, a bool variable or a flag of the module rule
out. As real libraries have it, without one of them being needed here."""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple, Union

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import portfire
from tests.script.agreement import check, codes

X = torch.arange(6.0).reshape(2, 3)

_offset = 3


@torch.compiler.disable
def wrapped_by_torch(x: Tensor, n: int = 2) -> Tensor:
    return x * n + _offset


def test_function_behind_a_wrapper_of_torch_sees_its_own_names_and_defaults() -> None:
    def f(x: Tensor):
        return wrapped_by_torch(x) + wrapped_by_torch(x, 5)

    check(f, (X,))


# Bool variables that are conditions


def test_bool_variable_says_what_its_condition_says() -> None:
    def f(x: Union[Tensor, Dict[str, Tensor]], y: Optional[Tensor] = None):
        is_dict = isinstance(x, dict)
        known = is_dict or y is not None
        if known:
            if is_dict:
                return x["a"] + 1
            assert y is not None
            return x + y
        return x * 2

    check(f, (X, None), (X, X), ({"a": X}, None), ({"a": X}, X))


def test_bool_variable_with_not_and_and() -> None:
    def f(x: Optional[int], y: Optional[int]):
        missing = x is None
        both = not missing and y is not None
        if both:
            return x + y
        if not missing:
            return x
        return -1

    check(f, (1, 2), (1, None), (None, 2), (None, None))


def test_bool_variable_says_nothing_of_what_was_assigned_since() -> None:
    def f(x: Optional[int], n: int):
        is_set = x is not None
        if n > 2:
            x = None
        if is_set:
            return 0 if x is None else x
        return n

    check(f, (1, 1), (1, 3), (None, 1), (None, 3))

    def g(x: Optional[int], n: int):
        is_set = x is not None
        if n > 2:
            x = None
        if is_set:
            return x + 1
        return n

    assert codes(g)


def test_bool_variable_in_a_conditional_expression_and_in_an_assertion() -> None:
    def f(x: Optional[Tensor], z: Tensor):
        given = x is not None
        y = x + 1 if given else z
        assert given, "nothing given"
        return x + y

    check(f, (X, X), (None, X))


def test_torch_assert_refines() -> None:
    def f(x: Optional[Tensor]):
        torch._assert(x is not None, "x is needed")
        return x + 1

    check(f, (X,), (None,))


# Types of arguments


def pooled(x: Tensor, size: Union[int, Tuple[int, int]] = 1) -> Tensor:
    return F.adaptive_avg_pool2d(x, size) + F.adaptive_max_pool2d(x, size)


def test_argument_of_a_member_of_the_declared_union() -> None:
    def f(x: Tensor, n: int):
        return pooled(x, n), pooled(x, (n, 2)), pooled(x)

    check(f, (torch.rand(1, 2, 4, 4), 2))


def shifted(x: Tensor, by: Optional[Tensor] = None) -> Tensor:
    return x + by.abs()


def test_argument_that_is_not_none() -> None:
    def f(x: Tensor, y: Optional[Tensor]):
        if y is not None:
            return shifted(x, y)
        return shifted(x, x)

    check(f, (X, None), (X, X))


def test_argument_that_may_be_none_is_still_refused() -> None:
    def f(x: Tensor, y: Optional[Tensor]):
        return shifted(x, y)

    assert codes(f)


def test_union_of_what_an_operator_takes() -> None:
    def f(x: Tensor, flag: bool, sizes: List[int]):
        size = (3, 3) if flag else sizes
        return F.interpolate(x, size=size, mode="bilinear"), x.new_zeros(size)

    check(f, (torch.rand(1, 1, 2, 2), True, [4, 5]), (torch.rand(1, 1, 2, 2), False, [4, 5]))


def doubled(sizes: List[int]) -> List[int]:
    return [s * 2 for s in sizes]


def test_union_of_what_a_parameter_takes() -> None:
    def f(flag: bool, sizes: List[int]):
        size = (3, 4) if flag else sizes
        return doubled(size)

    check(f, (True, [1, 2]), (False, [1, 2]))


# What is not as it is declared


def steps_of(x: Tensor, n: Optional[Tensor] = None) -> Dict[str, Tensor]:
    return {"x": x * 2, "n": n, "last": None}


def summed(x: Tensor, n: Optional[Tensor] = None, last: Optional[Tensor] = None) -> Tensor:
    return x if n is None else x + n


def test_dict_of_other_things_than_declared() -> None:
    def f(x: Tensor, n: Optional[Tensor]):
        found = steps_of(x)
        if found["n"] is not None:
            return found["x"] * 3
        if n is not None:
            return summed(**steps_of(x, n))
        return summed(**found)

    check(f, (X, None), (X, X))


def masked(valid: Tensor, n: int = 1) -> Optional[Tensor]:
    if valid is None:
        return None
    return valid.bool().sum() + n


def test_parameter_declared_as_what_it_need_not_be() -> None:
    def f(x: Tensor, y: Optional[Tensor]):
        a, b, c = masked(x), masked(None), masked(y)
        return a, b is None, -1 if c is None else c

    check(f, (X, X), (X, None))


def test_limits_of_a_dtype_known_at_run_time() -> None:
    def f(x: Tensor, dtype: torch.dtype):
        return torch.finfo(x.dtype).min, torch.finfo(dtype).eps, torch.finfo(dtype).bits, torch.iinfo(torch.int8).max

    check(f, (X, torch.float16), (X.double(), torch.bfloat16), (X.long(), torch.float32), (X, torch.int32))


def one_or_both(x: Tensor, both: bool = False, more: Optional[Tensor] = None) -> Union[Tensor, Dict[str, Tensor]]:
    y = x + 1
    if more is not None:
        return {"x": y, "more": more}
    return y


def test_union_that_a_call_decides() -> None:
    def f(x: Tensor):
        return one_or_both(x) * 2, summed(**{"x": x}), one_or_both(x, more=x)["more"]

    check(f, (X,))


def test_spread_of_a_run_time_dict() -> None:
    def f(d: Dict[str, Tensor], x: Tensor):
        return summed(**d), summed(x, **d)

    def g(d: Dict[str, Tensor], x: Tensor):
        return summed(x, **d)

    check(f, ({"x": X}, X))
    check(g, ({}, X), ({"n": X}, X), ({"n": X, "last": X}, X), ({"x": X}, X), ({"z": X}, X))

    def h(d: Dict[str, Tensor]):
        return summed(**d)

    check(h, ({"x": X, "n": X},), ({},), ({"x": X, "m": X},))


# Strings that say why not


class Explains(nn.Module):
    def __init__(self, bias: bool) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.ones(3)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        why_not = ""
        if x.dim() != 2:
            why_not = f"expected 2 dimensions, found {x.dim()}"
        elif self.training:
            why_not = "training"
        elif self.bias is None:
            why_not = "no bias"
        if not why_not:
            x = x + self.bias.abs()
        return x * 2


@pytest.mark.parametrize("bias", [True, False])
def test_a_string_that_is_empty_in_no_branch(bias: bool) -> None:
    model = Explains(bias).eval()
    compiled = portfire.script(model)
    for x in (X, X[0]):
        assert torch.equal(compiled(x), model(x))


def test_strings_of_which_nothing_is_known() -> None:
    def f(x: Tensor, name: str):
        why = ""
        if x.dim() > 1:
            why = f"{name}"
        return 1 if why else 0

    check(f, (X, ""), (X, "a"), (X[0], "a"))
