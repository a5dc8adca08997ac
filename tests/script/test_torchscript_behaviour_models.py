"""What TorchScript's own test suite asks of whole models: small networks of the kinds it has, scripted and traced, trained for
some steps, saved and loaded, and frozen."""

import copy
import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import portfire
from tests.script.after_loading import saved_and_loaded


class Digits(nn.Module):
    """Convolutions, pooling and dropout of both kinds."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 3, 3)
        self.second = nn.Conv2d(3, 4, 3)
        self.channels = nn.Dropout2d()
        self.hidden = nn.Linear(16, 6)
        self.classes = nn.Linear(6, 3)

    def forward(self, images):
        x = F.relu(F.max_pool2d(self.first(images), 2))
        x = F.relu(F.max_pool2d(self.channels(self.second(x)), 2))
        x = F.dropout(F.relu(self.hidden(x.reshape(-1, 16))), training=self.training)
        return F.log_softmax(self.classes(x), dim=1)


def painter():
    """From noise to a picture."""
    return nn.Sequential(
        nn.ConvTranspose2d(4, 6, 4, 1, 0, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(True),
        nn.ConvTranspose2d(6, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


class Critic(nn.Module):
    """Activations that write their arguments, between normalisations."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 4, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(4, 5, 4, 2, 1, bias=False),
            nn.BatchNorm2d(5),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(5, 1, 2, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, pictures):
        return self.layers(pictures).view(-1, 1).squeeze(1)


class Padded(nn.Module):
    """Has a submodule only if it is asked for."""

    def __init__(self, inputs, outputs, kernel, stride=1, scale=None):
        super().__init__()
        self.scale = scale
        if scale:
            self.enlarge = nn.Upsample(mode="nearest", scale_factor=scale)
        self.pad = nn.ReflectionPad2d(kernel // 2)
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride)

    def forward(self, x):
        if self.scale:
            x = self.enlarge(x)
        return self.convolution(self.pad(x))


class Restyled(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = Padded(3, 4, 5, stride=2)
        self.norms = nn.ModuleList(nn.InstanceNorm2d(4, affine=True) for _ in range(2))
        self.inner = nn.ModuleList(Padded(4, 4, 3) for _ in range(2))
        self.leave = Padded(4, 3, 3, scale=2)

    def forward(self, x):
        y = self.enter(x)
        for norm, layer in zip(self.norms, self.inner):
            y = y + F.relu(norm(layer(y)))
        return self.leave(y)


class OverSteps(nn.Module):
    """A layer over sequences of any length, mixed into other layers."""

    def forward(self, x):
        if x.dim() <= 2:
            return super().forward(x)
        steps, batch = x.size()[:2]
        return super().forward(x.view(steps * batch, -1)).view(steps, batch, -1)


class Projection(OverSteps, nn.Linear):
    pass


class Sizes:
    words, embedded, projected, hidden, classes = 11, 5, 4, 3, 2
    layers, both_directions, frozen_words = 2, True, True


class PairOfSentences(nn.Module):
    """Configured by an object, with layers that are used several times."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.words, config.embedded)
        self.projection = Projection(config.embedded, config.projected)
        self.reader = nn.LSTM(
            config.projected, config.hidden, num_layers=config.layers, bidirectional=config.both_directions
        )
        self.relu = nn.ReLU()
        width = 2 * config.hidden * (2 if config.both_directions else 1)
        self.judge = nn.Sequential(
            Projection(*[width] * 2), self.relu, Projection(*[width] * 2), self.relu, Projection(width, config.classes)
        )

    def read(self, sentence):
        x = self.words(sentence)
        if self.config.frozen_words:
            x = x.detach()
        x = self.relu(self.projection(x))
        batch = x.size()[1]
        directions = 2 if self.config.both_directions else 1
        start = end = x.new_zeros((directions * self.config.layers, batch, self.config.hidden))
        _, (last, _) = self.reader(x, (start, end))
        return last[-1] if directions == 1 else last[-2:].transpose(0, 1).contiguous().view(batch, -1)

    def forward(self, first, second):
        return self.judge(torch.cat([self.read(first), self.read(second)], 1))


class Sharper(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.relu = nn.ReLU()
        self.features = nn.Conv2d(1, 4, (5, 5), (1, 1), (2, 2))
        self.pixels = nn.Conv2d(4, factor**2, (3, 3), (1, 1), (1, 1))
        self.shuffle = nn.PixelShuffle(factor)

    def forward(self, x):
        return self.shuffle(self.pixels(self.relu(self.features(x))))


class Forecast(nn.Module):
    """Cells that read a series, and go on from what they said last."""

    def __init__(self):
        super().__init__()
        self.lower = nn.LSTMCell(1, 4)
        self.upper = nn.LSTMCell(4, 4)
        self.head = nn.Linear(4, 1)

    def forward(self, series, future: int = 2):
        said = []
        h = c = h2 = c2 = torch.zeros((series.size(0), 4))
        value = series[:, :1]
        for value in series.chunk(series.size(1), dim=1):
            h, c = self.lower(value, (h, c))
            h2, c2 = self.upper(h, (h2, c2))
            value = self.head(h2)
            said += [value]
        for _ in range(future):
            h, c = self.lower(value, (h, c))
            h2, c2 = self.upper(h, (h2, c2))
            value = self.head(h2)
            said += [value]
        return torch.stack(said, 1).squeeze(2)


class Autoencoder(nn.Module):
    """Draws random numbers in training only."""

    def __init__(self):
        super().__init__()
        self.enter = nn.Linear(9, 5)
        self.mean = nn.Linear(5, 2)
        self.spread = nn.Linear(5, 2)
        self.leave = nn.Linear(2, 9)

    def sample(self, mean, log_spread):
        if not self.training:
            return mean
        deviation = torch.exp(0.5 * log_spread)
        return torch.randn_like(deviation).mul(deviation).add_(mean)

    def forward(self, x):
        h = F.relu(self.enter(x.view(-1, 9)))
        mean, log_spread = self.mean(h), self.spread(h)
        return torch.sigmoid(self.leave(self.sample(mean, log_spread))), mean, log_spread


class Shortcut(nn.Module):
    """A submodule that may be None, and a sum in place."""

    def __init__(self, inputs, outputs, stride=1, fitted=None):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.fitted = fitted

    def forward(self, x):
        kept = x
        y = self.norm(self.convolution(x))
        if self.fitted is not None:
            kept = self.fitted(x)
        y += kept
        return self.relu(y)


def residual():
    fitted = nn.Sequential(nn.Conv2d(3, 4, 1, 2, bias=False), nn.BatchNorm2d(4))
    layers = Shortcut(3, 3), Shortcut(3, 4, 2, fitted), Shortcut(4, 4)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(4, 2))


def numbers(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(7))


WORDS = torch.arange(15).reshape(5, 3) % Sizes.words
MODELS = {
    "digits": (Digits, (numbers(2, 1, 14, 14),)),
    "painter": (painter, (numbers(2, 4, 1, 1),)),
    "critic": (Critic, (numbers(2, 3, 8, 8),)),
    "restyled": (Restyled, (numbers(1, 3, 8, 8),)),
    "pair": (lambda: PairOfSentences(Sizes()), (WORDS, WORDS[:4] // 2)),
    "sharper": (lambda: Sharper(2), (numbers(1, 1, 6, 6),)),
    "forecast": (Forecast, (numbers(3, 4),)),
    "autoencoder": (Autoencoder, (numbers(2, 1, 3, 3),)),
    "residual": (residual, (numbers(2, 3, 8, 8),)),
}


def made(name, training=False):
    torch.manual_seed(0)
    make, inputs = MODELS[name]
    return make().train(training), inputs


def traced(model, inputs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", portfire.TracerWarning)
        return portfire.trace(model, inputs)


def tensors(value):
    return [value] if isinstance(value, Tensor) else [t for item in value for t in tensors(item)]


def run(program, inputs):
    torch.manual_seed(5)
    return tensors(program(*inputs))


def trained(program, inputs):
    """Two steps of training, and then a run in eval mode: results, gradients, parameters and buffers."""
    inputs = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    optimizer = torch.optim.SGD(program.parameters(), lr=0.1, momentum=0.9)
    found = []
    for _ in range(2):
        optimizer.zero_grad()
        results = run(program, inputs)
        sum(r.square().sum() for r in results).backward()
        optimizer.step()
        found += results
    found += [x.grad for x in inputs if x.requires_grad]
    found += [p.grad for p in program.parameters()]
    found += [*program.parameters(), *program.buffers()]
    program.eval()
    return found + run(program, inputs)


def agree(found, expected):
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected):
        assert (mine is None) == (theirs is None)
        if theirs is not None:
            assert mine.requires_grad == theirs.requires_grad
            torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("name", MODELS)
def test_scripted_models_are_trained_as_eager_ones(name):
    expected = trained(*made(name, training=True))
    model, inputs = made(name, training=True)
    agree(trained(portfire.script(model), inputs), expected)
    model, inputs = made(name, training=True)
    loaded = saved_and_loaded(portfire.script(model))
    assert loaded.training
    agree(trained(loaded, inputs), expected)


@pytest.mark.parametrize("name", MODELS)
def test_traced_models(name):
    expected = trained(*made(name))
    model, inputs = made(name)
    compiled = traced(model, inputs)
    loaded = saved_and_loaded(compiled)
    assert not loaded.training
    agree(trained(compiled, inputs), expected)
    agree(trained(loaded, inputs), expected)


@pytest.mark.parametrize("name", MODELS)
def test_models_traced_in_training(name):
    model, inputs = made(name, training=True)
    before = copy.deepcopy(model.state_dict())
    compiled = traced(model, inputs)
    model.load_state_dict(before)
    again, inputs = made(name, training=True)
    agree(run(compiled, inputs), run(again, inputs))


@pytest.mark.parametrize("name", MODELS)
def test_frozen_models(name):
    model, inputs = made(name)
    with torch.no_grad():
        expected = run(model, inputs)
        for compiled in (portfire.script(model), traced(model, inputs)):
            frozen = portfire.freeze(compiled)
            agree(run(frozen, inputs), expected)
            agree(run(saved_and_loaded(frozen), inputs), expected)


def test_a_scripted_model_in_a_traced_one():
    class Around(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, series):
            return self.inner(series) * 2

    model, inputs = made("forecast")
    compiled = traced(Around(portfire.script(model)), inputs)
    for series in (*inputs, numbers(2, 7)):
        agree(run(compiled, (series,)), run(Around(model), (series,)))
        agree(run(saved_and_loaded(compiled), (series,)), run(Around(model), (series,)))
