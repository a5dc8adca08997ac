"""The oracle of the script tests: what eager Python does, the compiled function must do, results and exceptions alike."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
import torch

from portfire.errors import CompileError
from portfire.frontend.script.entry import script_function
from portfire.ir.verifier import verify


def _has_engine() -> bool:
    try:
        import portfire.modules  # noqa: F401
    except ImportError:
        return False
    return True


HAS_ENGINE = _has_engine()


def run_compiled(function: Any, *args: Any) -> Any:
    if HAS_ENGINE:
        from portfire.modules import wrap_function

        compiled = script_function(function)
        verify(compiled.graph)
        return wrap_function(compiled)(*args)
    from portfire.passes.inline_calls import inline_calls

    compiled = script_function(function)
    graph = compiled.graph
    verify(graph)
    inline_calls(graph)
    text = re.sub(r"(?m)^(\s*) = ", r"\1", str(graph))
    args += tuple(p.default for p in compiled.parameters[len(args) :])
    return torch._C._create_function_from_graph("f", torch._C.parse_ir(text))(*args)


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, torch.Tensor):
        return (
            isinstance(found, torch.Tensor)
            and found.dtype == expected.dtype
            and found.shape == expected.shape
            and torch.equal(torch.nan_to_num(found.detach()), torch.nan_to_num(expected.detach()))
        )
    if isinstance(expected, (list, tuple)):
        is_sequence = isinstance(found, (list, tuple))
        return is_sequence and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(same(found[k], expected[k]) for k in expected)
    if isinstance(expected, float) and expected != expected:
        return found != found
    return type(found) is type(expected) and found == expected


def check(function: Any, *inputs: tuple[Any, ...]) -> None:
    """Compile once per input, run, and compare with eager, arguments included (they may be changed in place)."""
    assert inputs
    for args in inputs:
        mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
        try:
            expected = function(*theirs)
        except Exception as error:
            with pytest.raises(type(error) if HAS_ENGINE else Exception):
                run_compiled(function, *mine)
            continue
        found = run_compiled(function, *mine)
        assert same(found, expected), f"{args}: found {found!r}, expected {expected!r}"
        for a, b in zip(mine, theirs):
            assert not isinstance(a, torch.Tensor) or same(a, b), f"argument changed differently: {a!r}, {b!r}"


def diagnostics(function: Any) -> list[Any]:
    with pytest.raises(CompileError) as caught:
        script_function(function)
    return list(caught.value.diagnostics)


def codes(function: Any) -> list[str]:
    return [d.code for d in diagnostics(function)]


def agree_exactly(function: Any, *inputs: tuple[Any, ...]) -> None:
    """Compile once, and compare with eager on every input: the texts of results (signs of zeros, every digit), and the class
    and message of exceptions."""
    from portfire.modules import wrap_function

    compiled = wrap_function(script_function(function))
    for args in inputs:
        found, expected = (_outcome(f, copy.deepcopy(args)) for f in (compiled, function))
        assert found == expected, f"{function.__name__}{args}: found {found}, expected {expected}"


def _outcome(function: Any, args: tuple[Any, ...]) -> str:
    try:
        return repr(function(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
