"""`try`, `raise` and `with`: what eager does, the engine does, exceptions included, also after saving and loading."""

from __future__ import annotations

import copy
import io
import warnings
from typing import Any

import pytest
import torch

import portfire
from portfire.errors import CompileError


class Refused(ValueError):
    pass


class Worse(Refused):
    pass


class Unrelated(Exception):
    pass


def _outcome(function: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        result = function(*copy.deepcopy(args))
    except Exception as error:
        return ("raises", type(error).__name__, str(error))
    return ("returns", type(result), result.tolist() if isinstance(result, torch.Tensor) else result)


def check(function: Any, *inputs: tuple[Any, ...]) -> None:
    compiled = portfire.script(function)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled.save(buffer)
    buffer.seek(0)
    loaded = portfire.load(buffer)
    for args in inputs:
        expected = _outcome(function, args)
        assert _outcome(compiled, args) == expected
        found = _outcome(loaded, args)
        assert found == expected, "after save and load"


def number(text: str, fallback: int = -1):
    try:
        return int(text)
    except ValueError:
        return fallback


def test_the_body_may_return():
    check(number, ("12",), ("twelve",), ("x", 5))


def by_type(kind: int):
    d = {"a": 1}
    xs = [1, 2]
    try:
        if kind == 0:
            return str(xs[kind + 7])
        if kind == 1:
            return str(d["missing"])
        if kind == 2:
            return str(3 // (kind - 2))
        if kind == 3:
            return str(float("three"))
        if kind == 4:
            raise Worse("four")
        if kind == 5:
            raise Unrelated("five")
        if kind == 6:
            raise NotImplementedError
        if kind == 7:
            assert kind != 7, "seven"
        if kind == 8:
            raise TypeError("eight")
    except IndexError:
        return "index"
    except (KeyError, ZeroDivisionError) as e:
        return "key or zero"
    except Refused as e:
        return f"refused: {e}, {type(e).__name__}"
    except ValueError:
        return "value"
    except RuntimeError as e:
        return "run time" + str(e)
    except AssertionError:
        return "assertion"
    return "none"


def test_the_first_handler_that_matches_runs():
    check(by_type, *((i,) for i in range(10)))


def lookup_error(kind: int):
    try:
        if kind == 0:
            return [1][3]
        if kind == 1:
            return {"a": 1}["b"]
        return 1 // kind
    except LookupError:
        return -1
    except ArithmeticError:
        return -2


def test_builtin_hierarchy():
    check(lookup_error, (0,), (1,), (2,))


def everything(n: int):
    try:
        return 10 // n
    except:  # noqa: E722
        return 0


def test_bare_except():
    check(everything, (0,), (3,))


def values_in_the_handler(xs: list[int]):
    total = 0
    count = 0
    last = None
    try:
        for x in xs:
            total += x
            if x < 0:
                raise ValueError("negative")
            count += 100 // x
            last = x
        total = -total
    except ZeroDivisionError:
        total *= 1000
    except ValueError:
        return total, -count, last
    return total, count, last


def test_variables_have_in_a_handler_what_they_had_when_it_was_raised():
    check(values_in_the_handler, ([1, 2, 3],), ([],), ([1, 0, 3],), ([5, -1, 0],), ([0],), ([-1],))


def with_walrus(n: int):
    a = 0
    b = 0
    try:
        b = (a := 7) // n
    except ZeroDivisionError:
        return a, b
    return b, a


def test_assignment_expressions():
    check(with_walrus, (0,), (2,))


def changes_type(flag: bool, text: str):
    found = None
    try:
        if flag:
            found = int(text)
        found = int(text) + 1
    except ValueError:
        if found is None:
            return -1
        return found
    return found


def test_a_cell_grows_as_wide_as_its_values():
    check(changes_type, (True, "1"), (False, "x"))


def with_else(xs: list[int], i: int):
    try:
        x = xs[i]
    except IndexError:
        out = "no"
    else:
        out = f"got {x} {xs[x]}"
    return out


def test_else_is_not_watched():
    check(with_else, ([1, 5], 0), ([1, 5], 1), ([1], 4))


def loop(xs: list[int]):
    out: list[str] = []
    for x in xs:
        try:
            if x == 1:
                continue
            if x == 2:
                break
            out.append(str(12 // x))
        except ZeroDivisionError:
            out.append("zero")
            if len(out) > 3:
                return out
            continue
        finally:
            out.append(f"f{x}")
        out.append("end")
    else:
        out.append("else")
    return out


def test_break_and_continue():
    check(loop, ([3, 1, 4],), ([3, 0, 2, 5],), ([0, 0, 0],), ([],))


def retry(limit: int):
    attempt = 0
    while True:
        try:
            attempt += 1
            if attempt < 3:
                raise Refused(f"attempt {attempt}")
            return attempt
        except Refused as e:
            if attempt >= limit:
                raise
            message = str(e)  # noqa: F841


def test_bare_raise_and_retry():
    check(retry, (1,), (2,), (5,))


def nested(n: int):
    out = ""
    try:
        try:
            out += "a"
            if n == 0:
                raise KeyError("zero")
            if n == 1:
                raise Worse("one")
            if n == 2:
                raise Unrelated("two")
        except Refused as e:
            out += "inner"
            raise RuntimeError(f"from {e}") from e
        finally:
            out += "f"
    except KeyError:
        out += "key"
    except RuntimeError as e:
        out += str(e)
    return out


def test_nested():
    check(nested, (0,), (1,), (2,), (3,))


def raised_in_a_handler(n: int):
    try:
        return 1 // n
    except ZeroDivisionError as e:
        raise Refused("refused " + str(e)) from e


def test_raise_from():
    check(raised_in_a_handler, (0,), (1,))


def _deep(n: int) -> int:
    if n == 0:
        raise Worse("at the bottom")
    return _deep(n - 1) + 1


def from_a_call(n: int):
    calls = 0
    try:
        calls += 1
        calls += _deep(n)
    except Refused as e:
        return f"{calls} {e}"
    return str(calls)


def test_exceptions_of_called_functions():
    check(from_a_call, (0,), (4,))


def _half(n: int) -> int:
    try:
        if n % 2 == 1:
            raise ValueError(f"{n} is odd")
        return n // 2
    except ZeroDivisionError:
        return 0


def caller(xs: list[int]):
    out: list[int] = []
    try:
        for x in xs:
            out.append(_half(x))
    except ValueError as e:
        return out, e.args[0]
    return out, ""


def test_a_handler_of_the_caller():
    check(caller, ([2, 4],), ([2, 3, 4],))


def tensor_error(x: torch.Tensor, n: int):
    y = x
    try:
        y = x + 1
        x.view(n, n)
        y = y * 2
    except RuntimeError:
        return y - 100
    return y


def test_errors_of_tensor_operators():
    check(tensor_error, (torch.arange(4.0), 2), (torch.arange(4.0), 3))


def assigned_on_both_ways(text: str):
    try:
        value = int(text)
    except ValueError:
        value = 0
        word = "bad"
    else:
        word = "good"
    return value, word


def safe_items(xs: list[int]):
    def safe(i: int):
        try:
            return xs[i]
        except IndexError:
            return -1

    return [safe(i) for i in range(3)], (lambda n: safe(n))(1)


def refined(x: int | None, text: str):
    if x is None:
        try:
            x = int(text)
        except ValueError as e:
            raise RuntimeError(f"bad {text}") from e
    return x + 1


def with_comprehension(xs: list[int], n: int):
    x = -1
    try:
        ys = [x * 2 for x in xs]
        x = len(ys) // n
    except ZeroDivisionError:
        return x
    return x + 1


def formatted(n: int):
    try:
        return str(1 // n)
    except ZeroDivisionError as e:
        return "%s!" % e + "{}?".format(e) + f"{e!s}" + str(e)


def defaults(d: dict[str, list[int]], key: str):
    try:
        d[key].append(1)
    except KeyError:
        d[key] = [1]
    return d


def asks_for_the_type(n: int):
    try:
        return [1, 2][n] // n
    except (ZeroDivisionError, IndexError) as e:
        if isinstance(e, LookupError):
            return -1
        return -2


SEVERAL = (ValueError, ZeroDivisionError)


def by_tuple(n: int):
    try:
        return 1 // n
    except SEVERAL:
        return -2


def raises_the_same(n: int):
    try:
        return 1 // n
    except ZeroDivisionError as e:
        raise e


def raises_a_variable(n: int):
    try:
        return 1 // n
    except ZeroDivisionError as e:
        error = ValueError(str(e))
        raise error from None


def factor(x: torch.Tensor, which: bool):
    try:
        if which:
            return torch.linalg.cholesky(x)
        return torch.linalg.cholesky(x - x)
    except torch.linalg.LinAlgError:
        return x


def factor_by_base(x: torch.Tensor):
    try:
        return torch.linalg.cholesky(x)
    except RuntimeError:
        return x


def raises_in_finally(n: int):
    try:
        try:
            return 1 // n
        finally:
            if n < 2:
                raise ValueError("finally")
    except ValueError:
        return 100


def recovers_in_finally(xs: list[int]):
    log: list[int] = []
    for x in xs:
        try:
            log.append(10 // x)
            if x == 5:
                return log, -1
        finally:
            log.append(100)
            if x < 1:
                continue  # noqa: B012
        log.append(1)
    return log, 1


@pytest.mark.parametrize(
    ("function", "inputs"),
    [
        (assigned_on_both_ways, [("1",), ("x",)]),
        (safe_items, [([1, 2],), ([1, 2, 3],)]),
        (refined, [(None, "1"), (None, "z"), (4, "z")]),
        (with_comprehension, [([1, 2], 0), ([1, 2], 1)]),
        (formatted, [(0,), (1,)]),
        (defaults, [({"a": [0]}, "a"), ({"a": [0]}, "b")]),
        (asks_for_the_type, [(0,), (1,), (5,)]),
        (by_tuple, [(0,), (1,)]),
        (raises_the_same, [(0,), (1,)]),
        (raises_a_variable, [(0,), (1,)]),
        (factor, [(torch.eye(2), True), (-torch.eye(2), True), (torch.eye(2), False)]),
        (factor_by_base, [(torch.eye(2),), (-torch.eye(2),)]),
        (raises_in_finally, [(0,), (1,), (2,)]),
        (recovers_in_finally, [([1, 0, 2],), ([5, 1],), ([-1, 5, 0],)]),
    ],
)
def test_agrees_with_eager(function: Any, inputs: list[tuple[Any, ...]]):
    check(function, *inputs)


class Guarded(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(3, 2)
        self.failures = 0

    def forward(self, x: torch.Tensor):
        try:
            return self.linear(x)
        except RuntimeError:
            self.failures += 1
            return x


def test_modules():
    model = Guarded()
    compiled = portfire.script(model)
    for size in (3, 4, 5):
        x = torch.ones(1, size)
        assert torch.equal(compiled(x), model(x))
    assert compiled.failures == model.failures == 2


def test_saving_warns_and_torch_says_why():
    compiled = portfire.script(number)
    buffer = io.BytesIO()
    with pytest.warns(UserWarning, match=r"number: uses try/except"):
        compiled.save(buffer)
    assert "this method uses try/except" in compiled.code
    buffer.seek(0)
    theirs = torch.jit.load(buffer)
    with pytest.raises(torch.jit.Error, match="only portfire's engine runs"):
        theirs("12", 1)


def not_a_type(n: int):
    try:
        return 1 // n
    except n:  # type: ignore[misc]
        return 0


@pytest.mark.parametrize("function", [not_a_type])
def test_what_does_not_compile(function: Any):
    with pytest.raises(CompileError):
        portfire.script(function)
