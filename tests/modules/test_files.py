"""Files of programs: equal names in one program, the user's own files, paths that are none, what modules hold after a file."""

import io
import pathlib
from typing import NamedTuple, Optional

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.script.agreement import same

X = torch.rand(2, 2)


def saved(compiled, **options):
    file = io.BytesIO()
    portfire.save(compiled, file, **options)
    return io.BytesIO(file.getvalue())


def reloaded(compiled):
    return portfire.load(saved(compiled))


# Two things of one name


def two_layers():
    class Part(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x):
            return self.second(self.first(x))

    return Part()


def one_layer():
    class Part(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(2, 2)

        def forward(self, x):
            return self.first(x)

    return Part()


def of_a_function():
    def helper(x):
        return x + 1

    class Part(nn.Module):
        def forward(self, x):
            return helper(x)

    return Part()


def of_another_function():
    def helper(x):
        return x * 3

    class Part(nn.Module):
        def forward(self, x):
            return helper(x)

    return Part()


def with_types():
    class Found(NamedTuple):
        a: int

    @portfire.interface
    class Changes:
        def change(self, x: Tensor) -> Tensor: ...

    class Changer:
        def change(self, x):
            return x + 1

    class Part(nn.Module):
        changer: Changes

        def __init__(self):
            super().__init__()
            self.layer, self.changer = nn.Linear(2, 2), Changer()

        def forward(self, x):
            return self.changer.change(self.layer(x)), Found(a=5)

    return Part()


def with_other_types():
    class Found(NamedTuple):
        a: str

    @portfire.interface
    class Changes:
        def change_back(self, x: Tensor, by: int) -> Tensor: ...

    class Changer:
        def change_back(self, x, by: int):
            return x - by

    class Part(nn.Module):
        changer: Changes

        def __init__(self):
            super().__init__()
            self.changer = Changer()

        def forward(self, x):
            return self.changer.change_back(x, 3), Found(a="found")

    return Part()


class InTurn(nn.Module):
    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x):
        return self.second(self.first(x))


class WithResults(InTurn):
    def forward(self, x):
        x, first = self.first(x)
        x, second = self.second(x)
        return x, len(second.a) + first.a


@pytest.mark.parametrize(
    ("whole", "first", "second"),
    [
        (InTurn, two_layers, one_layer),
        (InTurn, of_a_function, of_another_function),
        (WithResults, with_types, with_other_types),
    ],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("made", [lambda m: m, portfire.script, lambda m: reloaded(portfire.script(m))], ids=range(3))
def test_equal_names_in_one_program(whole, first, second, made):
    a, b = first(), second()
    expected = whole(a, b)(X)
    compiled = portfire.script(whole(made(a), made(b)))
    for program in (compiled, reloaded(compiled), torch.jit.load(saved(compiled))):  # noqa: TID251
        assert same(program(X), expected)


def test_programs_of_programs_of_programs():
    a, b = two_layers(), one_layer()
    inner = reloaded(portfire.script(InTurn(a, b)))
    outer = reloaded(portfire.script(InTurn(inner, reloaded(portfire.script(InTurn(inner, b))))))
    eager = InTurn(a, b)
    assert same(outer(X), b(eager(eager(X))))


# Files


class Same(nn.Module):
    def forward(self, x):
        return x


@pytest.mark.parametrize(
    "compiled", [portfire.script(Same()), portfire.script(lambda x: x)], ids=["module", "function"]
)
def test_files_of_the_users(compiled, tmp_path):
    content = {"labels.txt": "a\né", "data/table.bin": b"bar\x00\xffbaz", "empty": b""}
    expected = {"labels.txt": "a\né".encode(), "data/table.bin": b"bar\x00\xffbaz", "empty": b""}
    path = tmp_path / "model.pt"
    portfire.save(compiled, path, extra_files=content)
    assert portfire.extra_files_of(portfire.load(path)) == expected
    assert portfire.extra_files_of(portfire.load(saved(compiled, extra_files=content))) == expected
    of_torch = dict.fromkeys(content, "")
    torch.jit.load(path, _extra_files=of_torch)  # noqa: TID251
    assert of_torch == expected
    loaded = portfire.load(path)
    path.unlink()
    assert portfire.extra_files_of(loaded) == expected
    assert portfire.extra_files_of(compiled) == {} == portfire.extra_files_of(reloaded(compiled))


def test_files_that_torch_wrote(tmp_path):
    path = tmp_path / "model.pt"
    torch.jit.script(Same()).save(path, _extra_files={"a": "b"})  # noqa: TID251
    assert portfire.extra_files_of(portfire.load(path)) == {"a": b"b"}


@pytest.mark.parametrize("name", ["../outside", "/absolute", "a/../../b"])
def test_names_that_leave_the_archive(name):
    with pytest.raises(portfire.SaveError, match="cannot be the name of an extra file"):
        saved(portfire.script(Same()), extra_files={name: b""})


def test_paths_of_every_kind(tmp_path):
    compiled = portfire.script(Same())
    for path in (tmp_path / "a.pt", str(tmp_path / "b.pt"), pathlib.PurePath(tmp_path, "c.pt")):
        portfire.save(compiled, path)
        compiled.save(path)
        assert same(portfire.load(path)(X), X)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pt", "b.pt", "c.pt"]


def test_paths_that_are_none(tmp_path):
    nowhere = str(tmp_path / "nowhere" / "model.pt")
    for fail in (lambda: portfire.save(portfire.script(Same()), nowhere), lambda: portfire.load(nowhere)):
        with pytest.raises(FileNotFoundError) as caught:
            fail()
        assert caught.value.filename == nowhere
    with pytest.raises(OSError, match=str(tmp_path)):
        portfire.save(portfire.script(Same()), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"hello world" * 100, b"PK\x03\x04" + bytes(100), bytes(1000)])
def test_files_that_are_no_models(content):
    with pytest.raises(portfire.ArchiveError, match="not a model archive|cut off or damaged"):
        portfire.load(io.BytesIO(content))


# What a module has after a file


class Pair(NamedTuple):
    a: int
    b: Optional[Tensor] = None


class Takes(nn.Module):
    def forward(self, pair: Pair) -> Tensor:
        return torch.tensor(pair.a)


class Gives(nn.Module):
    def forward(self, n: int) -> Optional[Pair]:
        return None if n == 0 else Pair(n)


def test_named_tuples_that_only_come_in_or_only_go_out():
    assert same(reloaded(portfire.script(Takes()))(Pair(5)), torch.tensor(5))
    gives = reloaded(portfire.script(Gives()))
    assert gives(0) is None and gives(3) == Pair(3)


class Everything(nn.Module):
    def __init__(self):
        super().__init__()
        self.empty, self.also_empty = nn.Sequential(), nn.Identity()
        self.register_parameter("first", nn.Parameter(torch.randn(4)))
        self.register_buffer("kept", torch.randn(4))
        self.register_buffer("not_kept", torch.randn(2), persistent=False)
        self.plain, self.second, self.nothing = torch.rand(4), nn.Parameter(torch.randn(4), requires_grad=False), None
        self.register_parameter("none", None)
        self.register_buffer("no_buffer", None)

    def forward(self, x):
        return x + self.plain.sum()


def test_parameters_buffers_and_submodules():
    model = Everything()
    loaded = reloaded(portfire.script(model))
    for listing in ("named_modules", "named_children", "named_parameters", "named_buffers"):
        assert [n for n, _ in getattr(loaded, listing)()] == [n for n, _ in getattr(model, listing)()], listing
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        assert same(loaded.get_parameter(name) if name in ("first", "second") else loaded.get_buffer(name), tensor)
    assert loaded.first.requires_grad and not loaded.second.requires_grad
    assert loaded.none is None and loaded.no_buffer is None and same(loaded.plain, model.plain)
    assert same(loaded(X), model(X)) and "forward" in dir(loaded)


def test_a_loaded_module_is_moved_trained_and_filled():
    model = nn.Linear(2, 2)
    loaded = reloaded(portfire.script(model))
    assert loaded.double()(X.double()).dtype == torch.float64 and loaded.half().weight.dtype == torch.float16
    loaded.to(torch.float32)
    assert loaded.train().training and not loaded.eval().training
    loaded.requires_grad_(False)
    assert not loaded(X).requires_grad
    other = nn.Linear(2, 2)
    loaded.load_state_dict(other.state_dict())
    assert same(loaded(X), other(X).detach())
