"""What torch says of the process and the machine, and its functions that take functions."""

import pytest
import torch

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check

X = torch.arange(6.0).reshape(2, 3) - 2


def test_the_process_that_compiles_is_asked():
    def f(x):
        answers = (
            torch.distributed.is_available() and torch.distributed.is_initialized(),
            torch.cuda.is_available(),
            torch.cuda.device_count(),
            torch.backends.mps.is_available(),
            torch.backends.mkldnn.is_available(),
            torch.accelerator.is_available(),
            torch.xpu.is_available(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_anomaly_enabled(),
            torch.get_float32_matmul_precision(),
            str(torch.get_default_device()),
        )
        if torch.distributed.is_initialized():
            torch.distributed.all_reduce(x)
        device = "mps" if torch.backends.mps.is_available() else "cpu"
        return answers, x.to(device)

    check(f, (X,))


def test_what_is_asked_about_must_be_known():
    def f(index: int):
        return torch.cuda.get_device_capability(index)

    with pytest.raises(CompileError, match="must be known while compiling"):
        portfire.script(f)


def test_autocast_by_device():
    def f(x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            inside = (
                torch.is_autocast_enabled("cpu"),
                torch.is_autocast_enabled("cuda"),
                torch.is_autocast_enabled("xpu"),
            )
        return inside, torch.is_autocast_enabled("cpu"), torch.is_autocast_enabled(), torch.get_autocast_dtype("cpu")

    assert portfire.script(f)(X) == f(X)


def test_autocast_of_a_device_that_the_run_knows():
    def f(x, device: str):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            inside = torch.is_autocast_enabled(x.device.type), torch.is_autocast_enabled(device)
        return inside, torch.is_autocast_enabled(x.device.type), torch.is_autocast_enabled(device)

    compiled = portfire.script(f)
    for device in ("cpu", "cuda", "xpu"):
        assert compiled(X, device) == f(X, device)


def test_settings_of_the_process_are_refused_with_a_reason():
    refused = (
        lambda x: torch.set_default_dtype(torch.float64),
        lambda x: torch.set_num_threads(1),
        lambda x: torch.use_deterministic_algorithms(True),
        lambda x: torch.initial_seed(),
        lambda x: torch.get_rng_state(),
        lambda x: torch.func.vmap(torch.sum)(x),
        lambda x: torch.nested.nested_tensor([x, x]),
    )
    for function in refused:
        with pytest.raises(CompileError) as error:
            portfire.script(function)
        (diagnostic,) = error.value.diagnostics
        assert "has no meaning in a program" in diagnostic.message
        assert diagnostic.notes and "@portfire.unused" not in diagnostic.help


def test_branches_and_loops_of_functions():
    def f(x, n: int):
        grown = torch.cond(x.sum() > 0, lambda a: a + 1, lambda a: a - n, (x,))
        known = torch.cond(True, torch.sin, torch.cos, (x,))
        total, count = torch.while_loop(
            lambda total, count: count < n,
            lambda total, count: (total + x.sum(), count + 1),
            (torch.zeros(()), torch.tensor(0)),
        )
        return grown, known, total, count

    for given in ((X, 3), (X + 2, 1)):
        a, n = given
        expected = (
            a + 1 if a.sum() > 0 else a - n, torch.sin(a), torch.stack([a.sum()] * n).sum(), torch.tensor(n),
        )  # fmt: skip
        found = portfire.script(f)(*given)
        assert all(torch.allclose(x, y) for x, y in zip(found, expected, strict=True))


def test_tensors_of_other_data():
    def f(x, n: int):
        indices = [[0, 1], [1, 0]]
        return (
            torch.asarray(x), torch.asarray(x, dtype=torch.float64), torch.asarray([1.0, n]), torch.asarray(n),
            torch.asarray(3, dtype=torch.float32), torch.asarray(x, copy=True) + 1,
            torch.asarray([1.5], requires_grad=True), torch.sparse_coo_tensor(indices, [1.0, 2.0], (2, 2)).to_dense(),
            torch.sparse_coo_tensor(torch.tensor(indices), x[0, :2], size=(3, 3), dtype=torch.float64).to_dense(),
            torch.sparse_coo_tensor((n, n)).to_dense(), torch.is_storage(x), torch.sym_max(n, 2), torch.sym_min(1.5, n),
            torch.sparse.mm(torch.eye(2).to_sparse(), x),
        )  # fmt: skip

    check(f, (X, 3))


def test_a_copy_is_a_copy():
    def f(x):
        same, other = torch.asarray(x), torch.asarray(x, copy=True)
        same += 1
        other += 5
        return x, other

    check(f, (X.clone(),))
