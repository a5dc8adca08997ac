"""Exceptions as values: the user's own classes with their fields, arguments, texts, causes; also after saving and loading."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import sys
import warnings
from typing import Any

import pytest
import torch

import portfire
from tests.script.asserting import assertions


class Coded(Exception):
    def __init__(self, code: int, what: str = "x"):
        super().__init__(f"{what}: {code}")
        self.code = code
        self.what = what

    def doubled(self) -> int:
        return self.code * 2


class Special(Coded):
    def doubled(self) -> int:
        return -self.code


class Silent(Exception):
    def __init__(self, a: int, b: str):
        self.a = a
        self.b = b


class Shown(ValueError):
    def __init__(self, a: int):
        self.a = a

    def __str__(self):
        return f"<{self.a}>"


class ByBase(LookupError):
    def __init__(self, key: str, tries: int):
        LookupError.__init__(self, key, tries)
        self.tries = tries

    @property
    def worn_out(self) -> bool:
        return self.tries > 3


class Plain(Exception):
    """No more than a name."""


def own(n: int):
    if n > 0:
        raise Coded(n)
    raise Special(n, what="y")


def own_caught(n: int):
    try:
        own(n)
    except Coded as e:
        return e.code + 1, e.what, str(e), repr(e), f"{e}", f"{e!r}", e.doubled(), str(e.args[0])
    return 0, "", "", "", "", "", 0, ""


def without_super(n: int):
    raise Silent(n, "b")


def own_text(n: int):
    try:
        raise Shown(n)
    except ValueError as e:
        return str(e), f"{e}", "%s" % e, "{}".format(e), repr(e)


def base_by_name(n: int):
    try:
        raise ByBase("k", n)
    except LookupError as e:
        if isinstance(e, ByBase):
            return str(e), e.tries, e.worn_out
        return str(e), 0, False


def base_by_name_raised(n: int):
    raise ByBase("k", n)


def arguments(n: int):
    raise ValueError("a", n, [1.5])


def arguments_caught(n: int):
    try:
        arguments(n)
    except ValueError as e:
        return str(e), repr(e), len(e.args)
    return "", "", 0


def unpacked(n: int):
    try:
        raise KeyError("a", n)
    except KeyError as e:
        a, b = e.args
        return str(a), str(b), str(e)


def key(k: str):
    raise KeyError(k)


def key_caught(k: str):
    d = {"a": 1}
    try:
        return str(d[k]), ""
    except KeyError as e:
        return str(e) + repr(e) + f"{e}", str(e.args[0])


def key_of_int(k: int):
    return {1: 2}[k]


def caused(n: int):
    try:
        return 1 // n
    except ZeroDivisionError as e:
        raise ValueError("v") from e


def in_context(n: int):
    try:
        return 1 // n
    except ZeroDivisionError:
        raise Coded(n)  # noqa: B904


def from_nothing(n: int):
    try:
        return 1 // n
    except ZeroDivisionError:
        raise ValueError("v") from None


def from_new(n: int):
    raise ValueError("v") from Coded(n)


def from_class(n: int):
    raise ValueError("v") from KeyError


def twice(n: int):
    try:
        try:
            return 1 // n
        except ZeroDivisionError as e:
            raise ValueError("v") from e
    except ValueError as e:
        raise Coded(n) from e


def no_arguments(n: int):
    if n == 0:
        raise ValueError
    if n == 1:
        raise ValueError()
    if n == 2:
        raise NotImplementedError
    if n == 3:
        raise Plain
    raise Plain("text")


def exhausted(n: int):
    it = iter([1])
    total = next(it)
    try:
        total += next(it)
    except StopIteration:
        return -total
    return total


def of_the_system(n: int):
    try:
        if n == 0:
            raise FileNotFoundError("f")
        if n == 1:
            raise PermissionError("p")
        raise TimeoutError
    except OSError as e:
        return type(e).__name__, str(e)


def kept(n: int):
    last = None
    for i in range(n):
        try:
            if i == 1:
                raise KeyError("one")
            raise Coded(i)
        except (KeyError, Coded) as e:
            last = e
    if last is not None:
        raise last
    return n


def collected(n: int):
    errors: list[Exception] = []
    for i in range(n):
        try:
            raise ValueError(i)
        except ValueError as e:
            errors.append(e)
    return [str(e) for e in errors]


def in_a_variable(n: int):
    error = Coded(n)
    code = error.code + 1
    if n > 0:
        raise error
    return code


def again(n: int):
    try:
        try:
            raise Special(n)
        except Coded as e:
            if e.code == 1:
                raise
            raise e
    except Exception as e:
        return type(e).__name__, str(e)


def narrowed(n: int):
    try:
        if n == 0:
            raise ValueError("zero")
        raise Special(n)
    except Exception as e:
        if isinstance(e, Coded) and e.code > 1:
            return e.code
        return -1


def changed(n: int):
    try:
        raise Coded(n)
    except Coded as e:
        e.code = e.code + 10
        raise


def suppressed(n: int):
    with contextlib.suppress(ZeroDivisionError, KeyError):
        n = 10 // n
        if n == 5:
            return -1
        n += 1
    return n


def tensors(x: torch.Tensor, n: int):
    try:
        if n == 0:
            return x.view(5, 7)
        if n == 1:
            return x[9]
        return torch.linalg.inv(x)
    except IndexError:
        return x - 1
    except RuntimeError as e:
        return x + len(str(e)) * 0 + 2


def tensor_attribute(x: torch.Tensor):
    try:
        raise ValueError(x)
    except ValueError as e:
        found = e.args[0]
        assert isinstance(found, torch.Tensor)
        return found + 1


class Undeclared:
    def __init__(self):
        self.seen = ""

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc, tb):
        if exc_type is not None:
            self.seen = exc_type.__name__ + str(exc)
        return exc_type is not None and issubclass(exc_type, ValueError)


class Declared:
    def __init__(self):
        self.seen = ""

    def __enter__(self):
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: Any) -> bool:
        if exc is not None:
            self.seen = str(exc)
        return isinstance(exc, ValueError)


class Starred:
    def __init__(self):
        self.seen = 0

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.seen = len(args)
        return args[0] is ValueError


def exits(kind: int, n: int):
    if kind == 0:
        with Undeclared() as u:
            raise_for(n)
        return u.seen
    if kind == 1:
        with Declared() as d:
            raise_for(n)
        return d.seen
    with Starred() as s:
        raise_for(n)
    return str(s.seen)


def raise_for(n: int):
    if n == 1:
        raise ValueError("v")
    if n == 2:
        raise KeyError("k")
    if n == 3:
        raise Coded(n)


def by_class(n: int):
    try:
        raise_for(n)
    except Exception as e:
        return type(e) is ValueError, type(e) is Coded, type(e) is not KeyError, issubclass(type(e), LookupError)
    return False, False, False, issubclass(KeyError, (ValueError, LookupError))


def finally_returns(n: int):
    for i in range(3):
        try:
            n += 1
            raise ValueError("x")
        finally:
            if i == 1:
                break  # noqa: B012
            continue  # noqa: B012
    try:
        return 1 // (n - n)
    finally:
        return n  # noqa: B012


def checked(x: torch.Tensor, n: int):
    torch._assert(n != 0, "zero")
    torch._check(n != 1, lambda: f"dims {x.dim()}")
    torch._check_value(n != 2, lambda: "two")
    torch._check_index(n != 3)
    torch._check_type(n != 4, lambda: "four")
    torch._check_not_implemented(n != 5, lambda: "five")
    return x


def builtin_errors(n: int):
    xs = [1]
    if n == 0:
        return int("x")
    if n == 1:
        return xs.index(7)
    if n == 2:
        return 3 % (n - 2)
    if n == 3:
        xs.pop()
        return xs.pop()
    if n == 4:
        xs.remove(3)
    if n == 5:
        return 1 << (n - 6)
    if n == 6:
        return {"a": 1}.pop("q")
    return len(chr(n - 100))


def _outcome(function: Any, args: tuple[Any, ...]) -> Any:
    try:
        result = function(*copy.deepcopy(args))
    except Exception as error:
        return _described(error)
    return ("returns", result.tolist() if isinstance(result, torch.Tensor) else result)


def _described(error: BaseException | None) -> Any:
    if error is None:
        return None
    fields = {k: v for k, v in vars(error).items() if k in ("code", "what", "a", "b", "tries")}
    if isinstance(error, IndexError) and "dimension" in str(error):
        return IndexError  # torch's binding has words of its own
    origin = (_described(error.__cause__), _described(error.__context__), error.__suppress_context__)
    return ("raises", type(error), str(error), repr(error.args), fields, origin)


X = torch.arange(4.0)


@pytest.mark.parametrize(
    ("function", "inputs"),
    [
        (own, [(1,), (0,)]),
        (own_caught, [(1,), (0,)]),
        (without_super, [(1,)]),
        (own_text, [(2,)]),
        (base_by_name, [(2,), (7,)]),
        (base_by_name_raised, [(2,)]),
        (arguments, [(1,)]),
        (arguments_caught, [(1,)]),
        (unpacked, [(1,)]),
        (key, [("k",)]),
        (key_caught, [("k",), ("a",)]),
        (key_of_int, [(3,), (1,)]),
        (caused, [(0,), (1,)]),
        (in_context, [(0,)]),
        (from_nothing, [(0,)]),
        (from_new, [(0,)]),
        (from_class, [(0,)]),
        (twice, [(0,)]),
        (no_arguments, [(0,), (1,), (2,), (3,), (4,)]),
        (assertions, [(0,), (1,), (2,), (3,), (4,)]),
        (exhausted, [(0,)]),
        (of_the_system, [(0,), (1,), (2,)]),
        (kept, [(0,), (1,), (2,)]),
        (collected, [(3,)]),
        (in_a_variable, [(0,), (1,)]),
        (again, [(1,), (2,)]),
        (narrowed, [(0,), (1,), (2,)]),
        (changed, [(1,)]),
        (suppressed, [(0,), (2,), (5,)]),
        (tensors, [(X, 0), (X, 1), (X, 2)]),
        (tensor_attribute, [(X,)]),
        (finally_returns, [(0,)]),
        (exits, [(k, n) for k in range(3) for n in range(4)]),
        (by_class, [(n,) for n in range(4)]),
        (checked, [(X, n) for n in range(7)]),
        (builtin_errors, [(n,) for n in range(8)]),
    ],
    ids=lambda p: p.__name__ if callable(p) else "",
)
def test_agrees_with_eager(function: Any, inputs: list[tuple[Any, ...]]) -> None:
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
        assert _outcome(loaded, args) == expected, "after save and load"


def test_classes_defined_in_a_function() -> None:
    class Local(Exception):
        pass

    class Fields(Local):
        def __init__(self, n: int):
            self.n = n

    def f(n: int):
        if n == 0:
            raise Local("local")
        raise Fields(n)

    compiled = portfire.script(f)
    with pytest.raises(Local, match="local"):
        compiled(0)
    with pytest.raises(Fields) as raised:
        compiled(3)
    assert raised.value.n == 3 and raised.value.args == (3,)


def test_a_file_without_its_classes_raises_with_the_same_text() -> None:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        portfire.script(own).save(buffer)
    module = sys.modules[__name__]
    found = module.Coded
    buffer.seek(0)
    try:
        del module.Coded  # type: ignore[attr-defined]
        loaded = portfire.load(buffer)
        with pytest.raises(RuntimeError, match="x: 4"):
            loaded(4)
    finally:
        module.Coded = found  # type: ignore[misc]


def talks(n: int):
    print("a", n, sep="-", end="!\n")
    print()
    print("b", end="")
    print(n, "c", flush=True)
    sys.stdout.write("d\n")
    return n


def test_print(capsys: pytest.CaptureFixture[str]) -> None:
    talks(3)
    expected = capsys.readouterr().out
    portfire.script(talks)(3)
    assert capsys.readouterr().out == expected


logger = logging.getLogger("test_exception_objects")


def logs(n: int):
    logger.debug("never %d", n)
    logger.warning("n is %d", n)
    logging.info("never")
    if logger.isEnabledFor(logging.DEBUG):
        n += 100
    return n


def test_logs_are_warnings() -> None:
    with pytest.warns(UserWarning, match="n is 3") as caught:
        assert portfire.script(logs)(3) == 3
    assert len(caught) == 1


class OwnWarning(FutureWarning):
    pass


def warns(n: int):
    warnings.warn("plain")
    warnings.warn("old", DeprecationWarning)
    warnings.warn(f"n is {n}", category=FutureWarning, stacklevel=2)
    warnings.warn(OwnWarning("own"))
    warnings.warn("own, too", OwnWarning)
    return n


def test_warnings_keep_their_category(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    compiled = portfire.script(warns)
    compiled.save(str(tmp_path / "warns.pt"))
    loaded = portfire.load(str(tmp_path / "warns.pt"))
    found = []
    for function in (warns, compiled, loaded):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            function(3)
        found.append(sorted((w.category.__name__, str(w.message)) for w in caught))
    assert found[1] == found[0] and found[2] == found[0]
    with warnings.catch_warnings(), pytest.raises(FutureWarning, match="n is 3"):
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", FutureWarning)
        compiled(3)
    capsys.readouterr()
    portfire.load(str(tmp_path / "warns.pt"), kernels="native")(3)
    assert capsys.readouterr().out.splitlines()[:2] == ["UserWarning: plain", "DeprecationWarning: old"]
    theirs = torch.jit.load(str(tmp_path / "warns.pt"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert theirs(3) == 3
