"""Loading: the program mapped from the file, one copy of the weights, and models that are as good as new ones."""

from __future__ import annotations

import copy
import enum
import io
import os
import time
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from torch import nn

import portfire
from portfire import _engine
from portfire.archive.reader import LoadedArchive
from portfire.errors import ArchiveError, ArgumentError, ProgramError


class Mode(enum.Enum):
    PLAIN = 1
    SCALED = 2


class Pair(NamedTuple):
    first: torch.Tensor
    second: int


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm(self.linear(x)))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Block(4)
        self.second = Block(4)
        self.out = nn.Linear(4, 4)
        self.out.weight = self.first.linear.weight
        self.frozen = nn.Parameter(torch.ones(4), requires_grad=False)
        self.mode = Mode.SCALED
        self.calls = 0
        self.history: list[torch.Tensor] = []

    @portfire.export
    def doubled_width(self) -> int:
        return self.out.in_features * 2

    @portfire.export
    def classified(self, x: torch.Tensor, mode: Mode) -> tuple[Pair, Mode]:
        if mode is Mode.SCALED:
            x = x * 2
        return Pair(x, 3), mode

    @portfire.export
    def remember(self, x: torch.Tensor) -> int:
        self.history.append(x)
        self.calls += 1
        return len(self.history)

    def forward(self, x: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        return self.out(self.second(self.first(x))) * self.frozen * scale


X = torch.randn(5, 4)


@pytest.fixture(scope="module")
def model() -> Net:
    torch.manual_seed(0)
    return Net().eval()


@pytest.fixture(scope="module")
def path(model: Net, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("loading") / "net.pt"
    portfire.save(portfire.script(model), target)
    return target


@pytest.fixture
def source_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: LoadedArchive, name: str) -> None:
        raise AssertionError(f"{name} was read")

    monkeypatch.setattr(LoadedArchive, "_source", refuse)
    monkeypatch.setattr(LoadedArchive, "_unpickle", refuse)


@pytest.mark.usefixtures("source_is_not_read")
@pytest.mark.parametrize("kernels", ["aten", "native"])
def test_the_source_is_not_read(model: Net, path: Path, kernels: str) -> None:
    loaded = portfire.load(path, kernels=kernels)
    with torch.no_grad():
        torch.testing.assert_close(loaded(X, scale=2.0), model(X, 2.0))
    assert [n for n, _ in loaded.named_parameters()] == [n for n, _ in model.named_parameters()]
    assert list(loaded.state_dict()) == list(model.state_dict())
    assert loaded.original_name == "Net"
    assert loaded.forward.__name__ == "forward"
    assert portfire.metadata_of(loaded)["torch"] == torch.__version__


@pytest.mark.parametrize("kernels", ["aten", "native"])
def test_parameters(model: Net, path: Path, kernels: str) -> None:
    loaded = portfire.load(path, kernels=kernels)
    for (name, mine), (_, theirs) in zip(loaded.named_parameters(), model.named_parameters(), strict=True):
        assert type(mine) is nn.Parameter, name
        assert torch.equal(mine, theirs)
        assert mine.requires_grad == theirs.requires_grad
        assert mine.is_leaf
    assert loaded.out.weight is loaded.first.linear.weight
    assert loaded.first.norm.running_mean is loaded.first.norm.running_mean
    assert loaded.first is loaded.first


def test_training(model: Net, path: Path) -> None:
    loaded, reference = portfire.load(path).train(), copy.deepcopy(model).train()
    for net in (loaded, reference):
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            net(X).square().sum().backward()
            optimizer.step()
    assert torch.equal(loaded.first.linear.weight, reference.first.linear.weight)
    assert torch.equal(loaded.second.norm.running_var, reference.second.norm.running_var)
    assert torch.equal(loaded.eval()(X), reference.eval()(X))


@pytest.mark.parametrize("kernels", ["aten", "native"])
def test_changed_weights_stay_out_of_the_file(path: Path, kernels: str) -> None:
    before = path.read_bytes()
    loaded = portfire.load(path, kernels=kernels)
    with torch.no_grad():
        loaded.out.weight.zero_()
        loaded.out.bias.fill_(2)
        loaded.first.norm.running_mean.add_(1)
        assert torch.equal(loaded(X), torch.full((5, 4), 2.0))
    assert path.read_bytes() == before
    assert portfire.load(path).out.weight.abs().sum() > 0


def test_state_dict(path: Path) -> None:
    loaded, fresh = portfire.load(path), Net().eval()
    loaded.load_state_dict(fresh.state_dict())
    assert torch.equal(loaded(X), fresh(X))


def test_to(model: Net, path: Path) -> None:
    loaded = portfire.load(path).to(torch.float64)
    assert loaded.out.weight.dtype == torch.float64
    torch.testing.assert_close(loaded(X.double()), model(X).double())


def test_deepcopy(path: Path) -> None:
    loaded = portfire.load(path)
    copied = copy.deepcopy(loaded)
    with torch.no_grad():
        copied.out.bias.fill_(7)
    assert not torch.equal(copied(X), loaded(X))
    assert copied.out.weight is copied.first.linear.weight
    assert copied.out.weight is not loaded.out.weight
    assert isinstance(copied.out.weight, nn.Parameter)
    assert copied.code == loaded.code


@pytest.mark.parametrize("kernels", ["aten", "native"])
def test_save_again(model: Net, path: Path, tmp_path: Path, kernels: str) -> None:
    loaded = portfire.load(path, kernels=kernels)
    with torch.no_grad():
        loaded.out.bias.fill_(7)
        expected = loaded(X)
    again = tmp_path / "again.pt"
    portfire.save(loaded, again)
    second = portfire.load(again)
    torch.testing.assert_close(second(X), expected)
    assert second.doubled_width() == 8
    assert second.out.weight is second.first.linear.weight
    assert [p.requires_grad for p in second.parameters()] == [p.requires_grad for p in model.parameters()]
    torch.testing.assert_close(_loaded_by_torch(again)(X), expected)


def test_saving_over_the_file_itself(model: Net, tmp_path: Path) -> None:
    target = tmp_path / "net.pt"
    portfire.save(portfire.script(model), target)
    loaded = portfire.load(target)
    portfire.save(loaded, target)
    assert torch.equal(loaded(X), model(X))
    assert torch.equal(portfire.load(target)(X), model(X))


def test_code_after_the_file_is_gone(model: Net, tmp_path: Path) -> None:
    target = tmp_path / "net.pt"
    portfire.save(portfire.script(model), target)
    loaded = portfire.load(target)
    target.unlink()
    assert "def forward" in loaded.code
    assert "aten::relu" in str(loaded.first.graph)
    assert torch.equal(loaded(X), model(X))


def test_what_people_look_at(path: Path) -> None:
    loaded = portfire.load(path)
    assert loaded.forward.schema.startswith("forward(")
    assert "scale" in loaded.forward.schema
    assert "aten::linear" in str(loaded.inlined_graph)
    assert sorted(m.name for m in portfire.methods_of(loaded)) == ["classified", "doubled_width", "forward", "remember"]
    assert "Block" in repr(loaded)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = loaded.nothing


def test_attributes_and_properties(path: Path) -> None:
    loaded = portfire.load(path)
    assert loaded.remember(X) == 1
    assert loaded.remember(X) == 2
    assert loaded.calls == 2
    loaded.calls = 5
    loaded.remember(X)
    assert loaded.calls == 6
    assert not loaded.training
    assert loaded.train().training
    assert portfire.load(path).calls == 0


def test_values_of_user_types(path: Path) -> None:
    pair, mode = portfire.load(path).classified(X, Mode.SCALED)
    assert type(pair) is Pair
    assert torch.equal(pair.first, X * 2)
    assert mode is Mode.SCALED


def test_user_types_that_are_not_imported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(globals(), "Mode")
    monkeypatch.delitem(globals(), "Pair")
    loaded = portfire.load(path)
    pair, mode = loaded.classified(X, loaded.mode)
    assert type(pair)._fields == ("first", "second")
    assert torch.equal(pair.first, X * 2)
    assert (mode.name, mode.value) == ("SCALED", 2)
    assert mode is loaded.mode


def test_functions(tmp_path: Path) -> None:
    def offset(x: torch.Tensor, by: int = 1) -> torch.Tensor:
        return x + by

    target = tmp_path / "offset.pt"
    portfire.save(portfire.script(offset), target)
    for kernels in ("aten", "native"):
        loaded = portfire.load(target, kernels=kernels)
        assert isinstance(loaded, portfire.ScriptFunction)
        assert loaded.name == "offset"
        assert torch.equal(loaded(X), X + 1)
        assert torch.equal(loaded(X, by=3), X + 3)
        assert "def forward" in loaded.code or "def offset" in loaded.code
        assert "aten::add" in str(loaded.graph)
        loaded.save(tmp_path / "again.pt")
        again = portfire.load(tmp_path / "again.pt")
        assert again.name == "offset"
        assert torch.equal(again(X, 2), X + 2)


@pytest.mark.parametrize("kernels", ["aten", "native"])
def test_file_objects(model: Net, path: Path, kernels: str) -> None:
    with path.open("rb") as file:
        loaded = portfire.load(file, kernels=kernels)
    with torch.no_grad():
        torch.testing.assert_close(loaded(X), model(X))
    assert "def forward" in loaded.code
    in_memory = io.BytesIO(path.read_bytes())
    from_memory = portfire.load(in_memory, kernels=kernels)
    del in_memory
    with torch.no_grad():
        from_memory.out.weight.zero_()
        torch.testing.assert_close(loaded(X), model(X))
    assert "def forward" in from_memory.first.code


@pytest.mark.parametrize("kernels", ["aten", "native"])
def test_files_of_torch(tmp_path: Path, kernels: str) -> None:
    target = tmp_path / "torch.pt"
    model = Block(4).eval()
    with warnings.catch_warnings(action="ignore"):
        torch.jit.save(torch.jit.script(model), target)
    loaded = portfire.load(target, kernels=kernels)
    with torch.no_grad():
        torch.testing.assert_close(loaded(X), model(X))
    assert all(type(p) is nn.Parameter for p in loaded.parameters())
    assert portfire.metadata_of(loaded) == {}
    portfire.save(loaded, tmp_path / "ours.pt")
    with torch.no_grad():
        torch.testing.assert_close(portfire.load(tmp_path / "ours.pt", kernels=kernels)(X), model(X))


def test_recurrent_weights_are_shared(tmp_path: Path) -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.LSTM(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.rnn(x)[0]

    portfire.save(portfire.script(Recurrent()), tmp_path / "rnn.pt")
    loaded = portfire.load(tmp_path / "rnn.pt")
    loaded(torch.randn(4, 1, 3)).sum().backward()
    assert loaded.rnn.weight_ih_l0.grad is not None
    with torch.no_grad():
        for parameter in loaded.parameters():
            parameter.zero_()
    assert not loaded(torch.randn(4, 1, 3)).any()


def test_map_location(model: Net, path: Path) -> None:
    assert torch.equal(portfire.load(path, map_location="cpu")(X), model(X))
    on_meta = portfire.load(path, map_location="meta")
    assert all(p.device.type == "meta" for p in on_meta.parameters())
    assert on_meta.doubled_width() == 8
    with pytest.raises(ArgumentError, match="native kernels compute on the CPU"):
        portfire.load(path, map_location="cuda", kernels="native")


def test_a_module_with_a_loaded_one_in_it(model: Net, path: Path) -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = portfire.load(path)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.inner(x) + 1

    assert torch.equal(portfire.script(Outer())(X), model(X) + 1)


def test_freezing_what_was_loaded(model: Net, path: Path) -> None:
    torch.testing.assert_close(portfire.freeze(portfire.load(path))(X), model(X))


def test_wrong_files(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is a directory"):
        portfire.load(tmp_path)
    with pytest.raises(FileNotFoundError):
        portfire.load(tmp_path / "nothing.pt")
    wrong = tmp_path / "wrong.pt"
    wrong.write_text("hello")
    with pytest.raises(ArchiveError, match="a text file"):
        portfire.load(wrong)
    with pytest.raises(ArchiveError, match="a text file"):
        portfire.load(io.BytesIO(b"hello"))
    torch.save({"a": X}, wrong)
    with pytest.raises(ArchiveError, match=r"checkpoint of torch\.save"):
        portfire.load(wrong)
    data = bytearray(path.read_bytes())
    place = data.index(b"PFIREPRG")
    data[place + 20] ^= 0xFF
    wrong.write_bytes(data)
    with pytest.raises(ArchiveError):
        portfire.load(wrong)
    wrong.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ArchiveError):
        portfire.load(wrong)
    with pytest.raises(ArgumentError, match="no kernel library 'cuda'"):
        portfire.load(path, kernels="cuda")


def test_operators_that_native_lacks(tmp_path: Path) -> None:
    def transformed(x: torch.Tensor) -> torch.Tensor:
        return torch.fft.fft(x)

    portfire.save(portfire.script(transformed), tmp_path / "fft.pt")
    with pytest.raises(ProgramError, match="fft"):
        portfire.load(tmp_path / "fft.pt", kernels="native")
    assert torch.equal(portfire.load(tmp_path / "fft.pt", kernels=["native", "aten"])(X), torch.fft.fft(X))


def test_one_copy_of_the_weights(tmp_path: Path) -> None:
    """Loading maps the weights: it allocates nothing of their size."""
    wide = nn.Linear(4096, 4096)
    portfire.save(portfire.script(wide), tmp_path / "wide.pt")
    before = _private_bytes()
    loaded = portfire.load(tmp_path / "wide.pt")
    assert _private_bytes() - before < 16 << 20 < wide.weight.nbytes
    assert torch.equal(loaded.weight, wide.weight)


def _private_bytes() -> int:
    """Memory of this process that no file backs."""
    rows = Path("/proc/self/status").read_text().splitlines() if os.path.exists("/proc/self/status") else []
    found = [int(row.split()[1]) * 1024 for row in rows if row.startswith("RssAnon")]
    if not found:
        pytest.skip("the system does not tell")
    return found[0]


def test_time(path: Path) -> None:
    """At most the time of torch.jit.load; here by far."""
    assert _fastest(lambda: portfire.load(path)) < _fastest(lambda: _loaded_by_torch(path))


def _loaded_by_torch(path: Path) -> Any:
    with warnings.catch_warnings(action="ignore"):
        return torch.jit.load(path)


def _fastest(call: Any) -> float:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def test_program_from_memory_needs_a_writable_buffer(path: Path) -> None:
    with pytest.raises(BufferError):
        _engine.load_memory(path.read_bytes(), ["native"])


def test_tensors_that_lay_elsewhere_are_moved(model: Net, tmp_path: Path) -> None:
    """A mapped tensor is in the CPU's memory: a file that says of other devices is read by its pickles, which name them."""
    from portfire.archive.writer import save

    compiled = portfire.script(model)
    save(compiled.portfire_state, tmp_path / "net.pt", metadata={"devices": "cuda:0"})
    data = (tmp_path / "net.pt").read_bytes()
    assert b"devices" in data
    reads: list[str] = []
    original = LoadedArchive._unpickle
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LoadedArchive, "_unpickle", lambda self, name: (reads.append(name), original(self, name))[1])
        assert torch.equal(portfire.load(tmp_path / "net.pt")(X), model(X))
        assert "data" in reads
        reads.clear()
        portfire.load(tmp_path / "net.pt", map_location="cpu")
        assert not reads
