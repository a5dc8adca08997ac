"""The commands as users run them: what they print, what they write, and with which status they end."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy
import pytest
import torch
from click.testing import CliRunner, Result

import portfire
from portfire.cli.main import main

MODELS = str(Path(__file__).with_name("user_models.py"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with converted models and inputs."""
    made = tmp_path_factory.mktemp("cli")
    assert invoke("convert", f"{MODELS}:Net", "-o", made / "net.pt").exit_code == 0
    assert invoke("convert", f"{MODELS}:scaled", "--function", "-o", made / "scaled.pt").exit_code == 0
    numpy.save(made / "x.npy", numpy.ones((2, 4), dtype="float32"))
    torch.save(torch.ones(2, 4), made / "x.pt")
    (made / "junk.pt").write_text("hello")
    return made


def invoke(*arguments: object) -> Result:
    """One command."""
    return CliRunner().invoke(main, [str(a) for a in arguments], prog_name="portfire", catch_exceptions=True)


def check(status: int, *arguments: object) -> str:
    """Run one command, compare its exit status, and give its output."""
    result = invoke(*arguments)
    assert result.exit_code == status, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert 'Traceback (most recent call last):\n  File "<frozen' not in result.output
    return result.output


# convert


def test_convert_says_what_it_wrote(tmp_path: Path) -> None:
    output = check(0, "convert", f"{MODELS}:Net", "-o", tmp_path / "net.pt")
    assert f"{tmp_path / 'net.pt'}: " in output and "kB" in output
    assert isinstance(portfire.load(tmp_path / "net.pt"), portfire.ScriptModule)


def test_convert_by_tracing_keeps_examples(tmp_path: Path) -> None:
    check(0, "convert", f"{MODELS}:halves", "--function", "--trace", "-i", "float32[2,6]", "-o", tmp_path / "h.pt")
    assert portfire.load(tmp_path / "h.pt")(torch.ones(3, 10)).shape == (3, 5)


def test_convert_with_weights_and_freezing(tmp_path: Path) -> None:
    weights = {"linear.weight": torch.full((3, 4), 2.0), "linear.bias": torch.zeros(3)}
    torch.save(weights, tmp_path / "weights.pt")
    target = tmp_path / "frozen.pt"
    check(0, "convert", f"{MODELS}:Net", "--state-dict", tmp_path / "weights.pt", "--freeze", "-o", target)
    loaded = portfire.load(target)
    assert not list(loaded.parameters())
    assert torch.equal(loaded(torch.ones(1, 4))[0], torch.full((1, 3), 8.0))
    torch.save({"other": torch.zeros(1)}, tmp_path / "weights.pt")
    assert "Missing key" in check(3, "convert", f"{MODELS}:Net", "--state-dict", tmp_path / "weights.pt", "-o", target)


def test_convert_reports_all_obstacles(tmp_path: Path) -> None:
    output = check(3, "convert", f"{MODELS}:wrong", "--function", "-o", tmp_path / "w.pt")
    assert "'unknown' is not defined" in output and "no attribute 'nothing'" in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("{}:Nothing", (), "has no attribute 'Nothing'"),
        ("{}", (), "is not of the form MODULE:ATTR"),
        ("nowhere.py:Net", (), "there is no file nowhere.py"),
        ("no_such_package:Net", (), "cannot import no_such_package"),
        ("{}:number", (), "the target is an object of type int"),
        ("{}:Sized", (), "Sized cannot be made without arguments"),
        ("{}:halves", ("--trace",), "--trace needs inputs"),
        ("{}:scaled", ("--function", "--freeze"), "--freeze needs a module"),
        ("{}:Net", ("-i", "float99[2]"), "'float99' in 'float99[2]' is not a dtype"),
        ("{}:Net", ("-i", "float32[2,-1]"), "'-1' in 'float32[2,-1]' is not a size"),
        ("{}:Net", ("-i", "float32[4..1]"), "'4..1' in 'float32[4..1]' is not a size"),
        ("{}:Net", ("-i", "float32[N]"), "the size N has no value; write N=1..8"),
        ("{}:Net", ("-i", "some words"), "'some words' is not an input"),
        ("{}:Net", ("-i", "nothing.npy"), "there is no file nothing.npy"),
        ("{}:Net", ("-o", "no-such-folder/net.pt"), "there is no folder"),
    ],
)
def test_convert_used_wrongly(tmp_path: Path, target: str, options: tuple[str, ...], message: str) -> None:
    output = check(2, "convert", target.format(MODELS), "-o", tmp_path / "out.pt", *options)
    assert message in output.replace("\n", " ")
    assert not list(tmp_path.iterdir())


def test_exceptions_of_the_user(tmp_path: Path) -> None:
    output = check(3, "convert", f"{MODELS}:raising", "-o", tmp_path / "out.pt")
    assert "raising() raised an exception" in output and "ValueError: no weights" in output
    assert "portfire/cli" not in output
    broken = tmp_path / "broken.py"
    broken.write_text("def f(:\n")
    assert "SyntaxError" in check(3, "convert", f"{broken}:f", "-o", tmp_path / "out.pt")


def test_convert_an_archive_of_torch(tmp_path: Path) -> None:
    old, new = tmp_path / "old.pt", tmp_path / "new.pt"
    model = torch.nn.Linear(4, 3)
    with warnings.catch_warnings(action="ignore"):
        torch.jit.save(torch.jit.script(model), old)
    check(0, "convert", old, "-o", new)
    assert torch.equal(portfire.load(new)(torch.ones(1, 4)), model(torch.ones(1, 4)))
    assert "agree on 5 inputs" in check(0, "verify", new, "--against", old, "-i", "float32[1..4,4]")


# inspect


def test_inspect(folder: Path) -> None:
    output = check(0, "inspect", folder / "net.pt")
    assert "module Net" in output and "parameters: 15 in 2 tensors" in output
    assert "Tensor x, int times=1) -> (Tensor, Dict(str, Tensor))" in output
    assert "function scaled" in check(0, "inspect", folder / "scaled.pt")


def test_inspect_source_is_not_broken_into_lines(folder: Path) -> None:
    output = check(0, "inspect", folder / "net.pt", "--code", "--graph", "--parameters")
    loaded = portfire.load(folder / "net.pt")
    assert loaded.code.rstrip("\n") in output
    assert str(loaded.graph).rstrip("\n") in output
    assert "linear.weight" in output


def test_inspect_json(folder: Path) -> None:
    facts = json.loads(check(0, "inspect", folder / "net.pt", "--json"))
    assert facts["kind"] == "module" and facts["parameter_count"] == 15
    assert facts["methods"][0]["name"] == "forward"
    assert facts["parameters"][0] == {
        "name": "linear.weight", "dtype": "float32", "sizes": [3, 4], "count": 12, "bytes": 48,
    }  # fmt: skip
    assert facts["metadata"]["torch"] == torch.__version__


# run


@pytest.mark.parametrize("kernels", ["aten", "native"])
@pytest.mark.parametrize("file", ["x.npy", "x.pt"])
def test_run(folder: Path, file: str, kernels: str) -> None:
    output = check(0, "run", folder / "net.pt", "-i", folder / file, "-i", "2", "--kernels", kernels)
    assert "output[0]: float32[2,3]" in output and "output[1]['sum']: float32[]\n  8" in output


def test_run_writes(folder: Path, tmp_path: Path) -> None:
    arguments = ("run", folder / "scaled.pt", "-i", "int64[2,2]=5..5", "-i", "3")
    check(0, *arguments, "-o", tmp_path / "y.npy")
    assert numpy.load(tmp_path / "y.npy").tolist() == [[15, 15], [15, 15]]
    check(0, "run", folder / "net.pt", "-i", folder / "x.npy", "-o", tmp_path / "a.npy", "-o", tmp_path / "b.pt")
    assert torch.load(tmp_path / "b.pt")["sum"] == 8
    assert not list(tmp_path.glob("*.part"))


def test_run_is_repeatable(folder: Path) -> None:
    arguments = ("run", folder / "net.pt", "-i", "float32[2,4]")
    assert check(0, *arguments) == check(0, *arguments)
    assert check(0, *arguments) != check(0, *arguments, "--seed", "1")


def test_run_of_a_method(folder: Path) -> None:
    assert "float32[2,3]" in check(0, "run", folder / "net.pt", "--method", "linear", "-i", folder / "x.npy")
    assert "has no method 'nothing'" in check(3, "run", folder / "net.pt", "--method", "nothing")


def test_run_with_wrong_inputs(folder: Path, tmp_path: Path) -> None:
    assert "missing value for argument 'x'" in check(3, "run", folder / "net.pt")
    assert "expected a value of type 'int'" in check(3, "run", folder / "net.pt", "-i", folder / "x.npy", "-i", "2.5")
    assert "shapes cannot be multiplied" in check(3, "run", folder / "net.pt", "-i", "float32[2,5]")
    output = check(2, "run", folder / "net.pt", "-i", folder / "x.npy", "-o", tmp_path / "a.npy")
    assert "a .npy file holds one tensor" in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["run", "inspect"])
def test_wrong_files(folder: Path, command: str) -> None:
    assert "junk.pt is not a model archive: it is a text file" in check(3, command, folder / "junk.pt")
    assert "checkpoint of torch.save" in check(3, command, folder / "x.pt")
    assert "does not exist" in check(2, command, folder / "nothing.pt")


# verify


@pytest.mark.parametrize("kernels", ["aten", "native"])
def test_verify_agrees(folder: Path, kernels: str) -> None:
    output = check(
        0, "verify", folder / "net.pt", "--against", f"{MODELS}:Net", "-i", "float32[1..9,4]", "--kernels", kernels
    )
    assert "agree on 5 inputs" in output and "output[1]['sum']" in output


def test_verify_with_named_sizes(tmp_path: Path) -> None:
    check(0, "convert", f"{MODELS}:masked", "--function", "-o", tmp_path / "m.pt")
    sizes = ("-i", "float32[B=1..4,T=2..9]", "-i", "bool[B,T]")
    assert "agree on 20 inputs" in check(
        0, "verify", tmp_path / "m.pt", "--against", f"{MODELS}:masked", "--function", "--samples", "20", *sizes
    )


def test_verify_disagrees(folder: Path, tmp_path: Path) -> None:
    arguments = ("verify", folder / "net.pt", "--against", f"{MODELS}:Net", "-i", "float32[1..9,4]")
    torch.manual_seed(1234)
    output = check(1, *arguments, "--own-weights")
    assert "differs: output[0] on (float32[1,4])" in output and "disagree on 5 inputs" in output
    check(0, "convert", f"{MODELS}:Net", "--freeze", "-o", tmp_path / "frozen.pt")
    output = check(1, "verify", tmp_path / "frozen.pt", *arguments[2:])
    assert "has other parameters than the eager model" in output.replace("\n", " ")


def test_verify_finds_what_a_trace_fixed(tmp_path: Path) -> None:
    target = tmp_path / "b.pt"
    check(0, "convert", f"{MODELS}:branching", "--function", "--trace", "-i", "int64[3]=1..5", "-o", target)
    arguments = ("verify", target, "--against", f"{MODELS}:branching", "--function")
    check(0, *arguments, "-i", "int64[3]=1..5")
    assert "GuardError" in check(1, *arguments, "-i", "int64[3]=-5..-1")


def test_verify_where_eager_fails(folder: Path) -> None:
    output = check(3, "verify", folder / "net.pt", "--against", f"{MODELS}:Net", "-i", "float32[2,5]")
    assert "the eager model raised an exception" in output and "user_models.py" in output


# check, new-app, and the group


def test_check() -> None:
    assert "2 obstacles" in check(1, "check", f"{MODELS}:wrong", "--function")
    check(0, "check", f"{MODELS}:Net")
    assert json.loads(check(1, "check", f"{MODELS}:wrong", "--function", "--format", "json"))


def test_new_app(folder: Path, tmp_path: Path) -> None:
    app = tmp_path / "app"
    check(0, "new-app", app, "--model", folder / "net.pt")
    assert sorted(p.name for p in app.iterdir()) == ["CMakeLists.txt", "README.md", "main.cpp", "net.pt"]
    assert "find_package(portfire" in (app / "CMakeLists.txt").read_text()
    assert not any("@" in (app / name).read_text() for name in ("CMakeLists.txt", "README.md"))
    assert "is not empty" in check(3, "new-app", app, "--model", folder / "net.pt")
    shutil.rmtree(app)
    check(3, "new-app", app, "--model", folder / "junk.pt")
    assert not app.exists()


def test_group() -> None:
    assert "portfire, version" in check(0, "--version")
    assert "Usage: portfire" in check(0, "--help")
    assert "No such command" in check(2, "nothing")
    for command in ("check", "convert", "inspect", "run", "verify", "new-app"):
        assert "Examples:" in check(0, command, "--help")
