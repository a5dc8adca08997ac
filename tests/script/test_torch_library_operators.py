"""Every operator of torch gives eager's result when it is called from a program, on the samples of torch's own tests.

Needs `expecttest`, which torch's tests import.
"""

from __future__ import annotations

import functools
from typing import Any

import pytest
import torch

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import is_near
from tests.script.agreement import same
from tests.script.operator_samples import Sample, samples_of, with_functions

SHARDS = 8

#: What does not compile, and why.
NOT_SUPPORTED: dict[str, str] = {
    "jiterator_unary": "kernels written as text, for CUDA",
    "jiterator_binary": "kernels written as text, for CUDA",
}

#: Results that are not determined, or that cannot be compared.
NOT_COMPARED = ("empty", "new_empty", "chalf", "sparse.", "to_sparse", "_refs", "resize")


@functools.cache
def operators() -> list[Any]:
    pytest.importorskip("expecttest")
    from torch.testing._internal.common_methods_invocations import op_db

    unwanted = tuple(NOT_SUPPORTED) + NOT_COMPARED
    return [op for op in op_db if not op.name.startswith(unwanted)]


def outcome(function: Any, sample: Sample) -> tuple[Any, list[torch.Tensor]]:
    torch.manual_seed(0)
    tensors = [t.detach().clone() for t in sample.tensors]
    return function(*tensors), tensors


def disagreement(sample: Sample) -> str | None:
    try:
        expected, changed = outcome(sample.function, sample)
    except Exception:  # torch has samples for other devices, or that should fail
        return None
    try:
        found, mine = outcome(portfire.script(sample.function), sample)
    except CompileError as error:
        return f"{sample.expression}: {error.diagnostics[0].message}"
    except Exception as error:
        return f"{sample.expression}: {type(error).__name__}: {error}"
    if not agrees(found, expected) or not all(map(agrees, mine, changed)):
        return f"{sample.expression}: found {found}, expected {expected}"
    return None


def agrees(found: Any, expected: Any) -> bool:
    if same(found, expected):
        return True
    if isinstance(expected, torch.Tensor) and expected.layout != torch.strided:
        return bool(torch.allclose(found.to_dense(), expected.to_dense(), equal_nan=True))
    return is_near(found, expected, 1e-3)


def check(operators: list[Any], count: int, folder: Any, *, all_forms: bool) -> None:
    samples = [s for op in operators for s in samples_of(op, count, all_forms=all_forms)]
    failures = [f for s in with_functions(samples, folder) if (f := disagreement(s)) is not None]
    assert not failures, f"{len(failures)} of {len(samples)} calls:\n" + "\n".join(failures)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shard", [pytest.param(i, marks=[pytest.mark.slow] * (i % 2)) for i in range(SHARDS)])
def test_a_call_of_every_operator(shard, tmp_path):
    check(operators()[shard::SHARDS], 1, tmp_path, all_forms=False)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_operator_in_every_form(shard, tmp_path):
    check(operators()[shard::SHARDS], 40, tmp_path, all_forms=True)
