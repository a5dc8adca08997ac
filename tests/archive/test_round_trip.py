"""torch.jit.save -> portfire reads -> portfire writes -> torch.jit.load: the same results, and the same source."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from portfire.archive.reader import load
from portfire.archive.writer import save
from portfire.ir.graph import Function
from portfire.ir.parser import parse_graph
from portfire.ir.printer import print_graph, tensor_constants
from portfire.ir.reachable import Reachable
from portfire.ir.verifier import verify

sys.path.insert(0, str(Path(__file__).parent))
import torch_models

CASES = torch_models.cases()


def saved_by_torch(model) -> io.BytesIO:
    buffer = io.BytesIO()
    torch.jit.save(model, buffer)
    return buffer


def saved(root, **options) -> io.BytesIO:
    buffer = io.BytesIO()
    save(root, buffer, **options)
    return buffer


def reopened(buffer: io.BytesIO):
    return load(io.BytesIO(buffer.getvalue()))


def sources(buffer: io.BytesIO) -> dict[str, str]:
    with zipfile.ZipFile(buffer) as archive:
        names = [n for n in archive.namelist() if n.endswith(".py")]
        return {n.partition("/")[2]: archive.read(n).decode() for n in names}


def all_functions(root) -> list[Function]:
    reachable = Reachable()
    if isinstance(root, Function):
        reachable.add_function(root)
    else:
        reachable.add_value(root)
    return [f for f in reachable.functions if f.graph is not None]


def assert_same(a, b) -> None:
    if isinstance(a, torch.Tensor):
        assert torch.equal(a, b) and a.dtype == b.dtype
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            assert_same(x, y)
    else:
        assert a == b


@pytest.mark.parametrize("name", CASES)
def test_graphs_are_clean_and_print(name):
    model, _ = CASES[name]
    functions = all_functions(reopened(saved_by_torch(model)).root)
    assert functions
    for function in functions:
        verify(function.graph)
        names = {t.name: t for t in _named_types(function)} | {f.base_name: f for f in functions}
        text = print_graph(function.graph)
        again = parse_graph(text, names.get, tensor_constants(function.graph))
        assert print_graph(again) == text


def _named_types(function):
    reachable = Reachable()
    reachable.add_function(function)
    return [t for t in reachable._seen_types if getattr(t, "name", None)]


@pytest.mark.parametrize("name", CASES)
def test_torch_runs_what_we_write(name):
    model, inputs = CASES[name]
    ours = torch.jit.load(io.BytesIO(saved(reopened(saved_by_torch(model)).root).getvalue()))
    # Running changes state, so the reference is a fresh copy too. Enums cannot be converted by a loaded module.
    reference = torch.jit.load(io.BytesIO(saved_by_torch(model).getvalue()))
    if name == "values":
        return
    torch.manual_seed(1)
    expected = reference(*inputs)
    torch.manual_seed(1)
    assert_same(ours(*inputs), expected)


@pytest.mark.parametrize("name", CASES)
def test_the_source_is_torchs(name):
    model, _ = CASES[name]
    theirs = saved_by_torch(model)
    # A trace gives values names of digits, which do not come back: there the breaking of lines may differ.
    if name not in ("traced_module", "traced_function"):
        assert sources(saved(reopened(theirs).root)) == sources(theirs)


@pytest.mark.parametrize("name", CASES)
def test_same_model_same_bytes(name):
    theirs = saved_by_torch(CASES[name][0])
    assert saved(reopened(theirs).root).getvalue() == saved(reopened(theirs).root).getvalue()


@pytest.mark.parametrize("name", CASES)
def test_the_state_is_torchs(name):
    model, _ = CASES[name]
    if not isinstance(model, torch.nn.Module):
        return
    ours = torch.jit.load(io.BytesIO(saved(reopened(saved_by_torch(model)).root).getvalue()))
    for kind in ("named_parameters", "named_buffers"):
        expected, found = dict(getattr(model, kind)()), dict(getattr(ours, kind)())
        assert list(expected) == list(found)
        for key, tensor in expected.items():
            assert torch.equal(tensor, found[key]) and tensor.requires_grad == found[key].requires_grad


def test_shared_storage_stays_shared_and_lies_in_the_file_once():
    model, _ = CASES["state"]
    root = reopened(saved_by_torch(model)).root
    values = root.values
    assert values["weight"].untyped_storage().data_ptr() == values["row"].untyped_storage().data_ptr()
    buffer = saved(root)
    ours = torch.jit.load(io.BytesIO(buffer.getvalue()))
    with torch.no_grad():
        ours.weight[0, 0] = 42.0
    assert ours.row[0] == 42.0
    with zipfile.ZipFile(buffer) as archive:
        sizes = [i.file_size for i in archive.infolist() if "/data/" in i.filename]
    assert sizes.count(36) == 1


def test_objects_keep_their_identity():
    model, _ = CASES["state"]
    root = reopened(saved_by_torch(model)).root
    assert root.values["weight"] is root.values["tied"] or (
        root.values["weight"].data_ptr() == root.values["tied"].data_ptr()
    )
    assert root.values["table"] == {"a": [1, 2], "b": []}
    assert root.values["text"] == "naïve ☃"
    assert root.values["pairs"] == [(1, "x")]
    assert root.values["device"] == torch.device("cpu")


def test_methods_with_defaults():
    model, _ = CASES["state"]
    ours = torch.jit.load(io.BytesIO(saved(reopened(saved_by_torch(model)).root).getvalue()))
    assert ours.reset() == 7 and ours.reset(2) == 2


def test_a_function_is_loaded_as_a_function():
    root = reopened(saved_by_torch(CASES["control_flow"][0])).root
    assert isinstance(root, Function)
    assert [p.name for p in root.parameters] == ["x", "n"]
    assert len(root.graph.inputs) == 2
    again = reopened(saved(root)).root
    assert isinstance(again, Function)
    assert print_graph(again.graph, ranges=False) == print_graph(root.graph, ranges=False)


def test_positions_are_the_users():
    """Those of torch's own file are read; those of ours are shown by torch."""
    root = reopened(saved_by_torch(CASES["raising"][0])).root
    assert {n.range.file.path for n in root.graph.walk() if n.kind == "prim::RaiseException"} == {torch_models.__file__}
    (node,) = [n for n in root.graph.walk() if n.kind == "prim::RaiseException"]
    assert "raise ValueError" in node.range.file.line(node.range.line)
    ours = torch.jit.load(io.BytesIO(saved(root).getvalue()))
    with pytest.raises(torch.jit.Error, match=r"negative: -1") as error:
        ours(torch.ones(1), -1)
    assert 'raise ValueError(f"negative: {n}")' in str(error.value) and "torch_models.py" in str(error.value)


def test_a_damaged_source_map_is_ignored():
    theirs = saved_by_torch(CASES["raising"][0])
    buffer = io.BytesIO()
    with zipfile.ZipFile(theirs) as source, zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            target.writestr(info.filename, b"nonsense" if info.filename.endswith("debug_pkl") else source.read(info))
    graph = reopened(buffer).root.graph
    assert {n.range.file.path for n in graph.walk() if n.range} == {"code/__torch__.py"}


def test_extra_files_and_metadata():
    root = reopened(saved_by_torch(CASES["blocks"][0])).root
    buffer = saved(root, extra_files={"labels.txt": "a\nb", "raw.bin": b"\0\1"}, metadata={"producer": "the tests"})
    assert reopened(buffer).metadata == {"producer": "the tests"}
    assert reopened(saved_by_torch(CASES["blocks"][0])).metadata == {}
    files = {"labels.txt": "", "raw.bin": ""}
    torch.jit.load(io.BytesIO(buffer.getvalue()), _extra_files=files)
    assert files == {"labels.txt": b"a\nb", "raw.bin": b"\0\1"}
    assert reopened(buffer).extra_files == {"labels.txt": b"a\nb", "raw.bin": b"\0\1"}


def test_the_code_is_not_read_until_it_is_wanted(monkeypatch):
    archive = reopened(saved_by_torch(CASES["recurrent"][0]))
    monkeypatch.setattr("portfire.archive.code_reader.read_function", lambda *a: pytest.fail("a body was read"))
    assert archive.root.cls.methods["forward"].return_type is not None


@pytest.mark.parametrize(
    "op, version", [("x + x", 3), ("x / x", 4), ("torch.full([2], 1.0)", 5), ("torch.logspace(0, 1, 3)", 9)]
)
def test_the_version_says_what_operators_mean(op, version, tmp_path):
    path = tmp_path / "op.py"
    path.write_text(f"import torch\ndef f(x):\n    return {op}\n")
    sys.path.insert(0, str(tmp_path))
    try:
        import op as module

        scripted = torch.jit.script(module.f)
    finally:
        sys.path.remove(str(tmp_path))
        del sys.modules["op"]
    theirs = saved_by_torch(scripted)
    assert reopened(theirs).version == version
    assert reopened(saved(reopened(theirs).root)).version == version
