"""What cannot be compiled: every obstacle at once, each with its place, the reason and what to write instead."""

from typing import List, Optional

import pytest
import torch

from portfire.diagnostics import CODES, render
from tests.script.agreement import codes, diagnostics


def test_all_problems_at_once():
    def f(x, n: int):
        y = no_such_name(x)  # noqa: F821
        z = y + 1
        if n > 0:
            s = x + "text"
        w = x.no_such_method()
        try:
            n += 1
        except* ValueError:
            pass
        return z

    found = diagnostics(f)
    assert [d.code for d in found] == ["unknown-name", "no-overload", "no-attribute", "unsupported-syntax"]
    first = f.__code__.co_firstlineno
    assert [d.range.line - first for d in found] == [1, 4, 5, 6]
    assert all(d.range.file.path == __file__ for d in found)


def test_caret_is_under_the_expression():
    def f(x):
        return x + undefined_thing  # noqa: F821

    (found,) = diagnostics(f)
    text = render(found)
    source, carets = text.splitlines()[1:3]
    start = carets.index("^")
    assert source[start : start + carets.count("^")] == "undefined_thing"


def test_a_variable_that_is_never_assigned_before():
    def f(n: int):
        if n > 0:
            return y  # noqa: F821
        y = 1
        return n

    (found,) = diagnostics(f)
    assert found.code == "maybe-undefined" and "'y'" in found.message and found.help


def test_use_before_assignment():
    def f(n: int):
        m = k  # noqa: F821
        k = n
        return m

    assert codes(f) == ["maybe-undefined"]


def test_chain_of_calls():
    def inner(x):
        return x.nonsense()

    def middle(x):
        return inner(x)

    def f(x):
        return middle(x)

    (found,) = diagnostics(f)
    assert found.code == "no-attribute" and len(found.chain) == 2
    assert "called from" in render(found)


def test_optional_use():
    def f(x: Optional[List[int]]):
        return x[0]

    (found,) = diagnostics(f)
    assert found.help is not None and "None" in found.help


def test_type_mismatch():
    def f(n: int) -> str:
        return n

    (found,) = diagnostics(f)
    assert found.code == "type-mismatch" and "expected str" in found.message and "found int" in found.message


def test_bad_calls():
    def g(a, b=1):
        return a

    def f(x):
        g()
        g(x, 1, 2)
        g(x, c=1)
        g(x, a=x)
        return x

    assert codes(f) == ["bad-call"] * 4


def test_did_you_mean():
    def f(x):
        return torch.relux(x)

    (found,) = diagnostics(f)
    assert found.help is not None and "relu" in found.help


@pytest.mark.parametrize(
    "source",
    [
        "yield x",
        "[i async for i in x]",
        "await x",
        "x[b'abc']",
        "del x.y",
        "raise x",
        "break",
        "(x for y in 3)",
    ],
)
def test_unsupported_syntax_never_crashes(source, tmp_path):
    import importlib.util

    from portfire.errors import CompileError
    from portfire.frontend.script.entry import script_function

    prefix = "async def" if "await" in source or "async" in source else "def"
    try:
        compile(f"{prefix} f(x):\n    {source}\n    return x\n", "f", "exec")
    except SyntaxError:
        pytest.skip("Python itself refuses it")
    path = tmp_path / "module_of_test.py"
    path.write_text(f"{prefix} f(x):\n    {source}\n    return x\n")
    spec = importlib.util.spec_from_file_location("module_of_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(CompileError) as caught:
        script_function(module.f)
    assert all(d.code in CODES and d.range is not None for d in caught.value.diagnostics)


def test_numpy():
    import numpy as np

    def f(x):
        return np.sum(x)

    assert codes(f) == ["unsupported-python-value"]


def test_recursion_without_annotation():
    def nested(n: int):
        return n if n < 2 else (n, nested(n - 1))

    assert codes(nested) == ["recursive-function"]
