"""Every example model in every host: Python, saved and loaded, torch.jit.load, a C++ program on either kernels, libtorch."""

from __future__ import annotations

import copy
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch

import portfire
from tests.models.cases import CASES, Case

CPP = Path(__file__).resolve().parents[1] / "cpp"


def agree(expected: Any, found: Any, tolerance: float = 0.0) -> bool:
    """Equal, bit for bit, or within a tolerance."""
    if isinstance(expected, torch.Tensor):
        if tolerance == 0.0:
            return expected.dtype == found.dtype and torch.equal(expected, found)
        return torch.allclose(expected, found, rtol=tolerance, atol=tolerance)
    if isinstance(expected, (tuple, list)):
        return len(expected) == len(found) and all(agree(e, f, tolerance) for e, f in zip(expected, found, strict=True))
    return bool(expected == found)


def clones(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(i.clone() if isinstance(i, torch.Tensor) else i for i in inputs)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Any, Any, Path]:
    """(case, eager model, compiled model, archive with one example)."""
    case: Case = request.param
    eager, compiled = case.make()
    path = tmp_path_factory.mktemp("models") / f"{case.name}.pt"
    untouched = copy.deepcopy(compiled)
    portfire.save(untouched, path, example_inputs=case.inputs[0])
    return case, eager, compiled, path


@torch.no_grad()
def test_python(saved: tuple[Case, Any, Any, Path]) -> None:
    case, eager, compiled, _ = saved
    eager = copy.deepcopy(eager)
    for inputs in case.inputs:
        assert agree(eager(*clones(inputs)), compiled(*clones(inputs)))


@torch.no_grad()
def test_loaded(saved: tuple[Case, Any, Any, Path]) -> None:
    case, eager, _, path = saved
    eager = copy.deepcopy(eager)
    loaded = portfire.load(path)
    for inputs in case.inputs:
        assert agree(eager(*clones(inputs)), loaded(*clones(inputs)))


@torch.no_grad()
def test_torch_reads_it(saved: tuple[Case, Any, Any, Path]) -> None:
    case, eager, _, path = saved
    eager = copy.deepcopy(eager)
    peer = torch.jit.load(path)
    for inputs in case.inputs:
        assert agree(eager(*clones(inputs)), peer(*clones(inputs)))


@torch.no_grad()
def test_native_kernels_in_python(saved: tuple[Case, Any, Any, Path]) -> None:
    case, eager, _, path = saved
    if not case.native:
        pytest.skip("needs operators the native kernels lack")
    eager = copy.deepcopy(eager)
    loaded = portfire.load(path, kernels="native")
    for inputs in case.inputs:
        assert agree(eager(*clones(inputs)), loaded(*clones(inputs)), case.tolerance)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C++ programs of tests/cpp, built against the installed portfire and libtorch."""
    build = tmp_path_factory.mktemp("cpp-build")
    prefix = f"{portfire.cmake_prefix_path};{torch.utils.cmake_prefix_path}"
    for command in (
        ["cmake", "-S", CPP, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release"],
        ["cmake", "--build", build, "-j", "2"],
    ):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return build


def test_cpp_on_aten(saved: tuple[Case, Any, Any, Path], programs: Path) -> None:
    case, _, _, path = saved
    done = subprocess.run([programs / "run_examples", path, "aten", "0"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_cpp_on_native(saved: tuple[Case, Any, Any, Path], programs: Path) -> None:
    case, _, _, path = saved
    done = subprocess.run(
        [programs / "run_examples_native", path, "native", str(case.tolerance)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_libtorch(saved: tuple[Case, Any, Any, Path], programs: Path, tmp_path: Path) -> None:
    case, eager, _, path = saved
    with torch.no_grad():
        expected = copy.deepcopy(eager)(*clones(case.inputs[0]))
    torch.save(tuple(case.inputs[0]), tmp_path / "inputs.pt")
    torch.save(expected, tmp_path / "expected.pt")
    command = [programs / "run_libtorch", path, tmp_path / "inputs.pt", tmp_path / "expected.pt"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
