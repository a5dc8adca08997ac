"""A module that was compiled before stays the same object inside of another: numbers, lists and tensors are shared."""

import copy
import io
from typing import Dict, List

import torch
from torch import nn

import portfire

X = torch.ones(2)


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 0
        self.log: List[int] = []
        self.table: Dict[str, int] = {}
        self.weight = nn.Parameter(torch.ones(2))

    def forward(self, x):
        self.n += 1
        self.log.append(self.n)
        self.table["n"] = self.n
        return x * self.weight + self.n


class Outer(nn.Module):
    def __init__(self, counter):
        super().__init__()
        self.counter = counter
        self.both = nn.ModuleList([counter, nn.Sequential(counter)])

    def forward(self, x):
        return self.counter(x) + self.both[0](x) + self.both[1](x)


def test_numbers_and_containers_are_shared():
    counter = portfire.script(Counter())
    outer = portfire.script(Outer(counter))
    assert torch.equal(outer(X), Outer(Counter())(X))
    assert counter.n == outer.counter.n == outer.both[1][0].n == 3
    assert counter.log == [1, 2, 3] and counter.table == {"n": 3}
    counter(X)
    assert outer.both[0].log == [1, 2, 3, 4]
    outer.counter.n = 10
    assert counter.n == 10


def test_two_outer_modules_share_one_inner():
    counter = portfire.script(Counter())
    first, second = portfire.script(Outer(counter)), portfire.script(Outer(counter))
    first(X)
    second(X)
    assert counter.n == 6


def test_what_is_saved_is_what_it_is_now():
    counter = portfire.script(Counter())
    outer = portfire.script(Outer(counter))
    outer(X)
    file = io.BytesIO()
    outer.save(file)
    loaded = portfire.load(io.BytesIO(file.getvalue()))
    assert loaded.counter.n == 3 and loaded.both[0].log == [1, 2, 3]
    loaded(X)
    assert (loaded.counter.n, loaded.both[1][0].n, counter.n) == (6, 6, 3)
    copied = copy.deepcopy(outer)
    copied(X)
    assert (copied.counter.n, outer.counter.n) == (6, 3)


def test_training_and_types_reach_the_inner_module():
    counter = portfire.script(Counter())
    outer = portfire.script(Outer(counter)).eval().to(torch.float64)
    assert not counter.training and counter.weight.dtype == torch.float64
    assert list(outer.state_dict()) == ["counter.weight", "both.0.weight", "both.1.0.weight"]


class Searching(torch.nn.Module):
    """Two modules of one class name, traced apart: one has attributes that the other has not."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Recurrent(torch.nn.Module):
    def __init__(self, bidirectional: bool):
        super().__init__()
        self.rnn = torch.nn.GRU(4, 4, bidirectional=bidirectional)

    def forward(self, x):
        return self.rnn(x)[0][..., :4]


def test_classes_of_one_name_from_two_programs(tmp_path):
    x = torch.randn(3, 1, 4)
    encoder, decoder = Recurrent(True), Recurrent(False)
    traced = [portfire.trace(m, (x,)) for m in (encoder, decoder)]
    compiled = portfire.script(Searching(*traced))
    expected = Searching(encoder, decoder)(x)
    assert torch.equal(compiled(x), expected)
    assert (compiled.encoder is traced[0]) != (compiled.decoder is traced[1]), "one has another name in this program"
    assert len(list(compiled.encoder.parameters())) == 8 and len(list(compiled.decoder.parameters())) == 4
    portfire.save(compiled, tmp_path / "m.pt")
    assert torch.equal(portfire.load(tmp_path / "m.pt")(x), expected)
    assert torch.equal(torch.jit.load(tmp_path / "m.pt")(x), expected)
