"""torch.nn compiles from its own Python source, and gives eager's results to the bit."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import portfire

SEQUENCE = (3, 2, 4)


def tensors(*shapes):
    generator = torch.Generator().manual_seed(1)
    return tuple(torch.randn(s, generator=generator) for s in shapes)


def same(found, expected):
    if isinstance(expected, torch.Tensor):
        return torch.equal(found, expected)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected))
    return found == expected


LAYERS = {
    "linear": (lambda: nn.Linear(4, 3), tensors((2, 4))),
    "bilinear": (lambda: nn.Bilinear(4, 4, 3), tensors((2, 4), (2, 4))),
    "conv1d": (lambda: nn.Conv1d(3, 4, 3, padding="same"), tensors((2, 3, 8))),
    "conv2d": (lambda: nn.Conv2d(3, 4, 3, 2, 1, padding_mode="reflect"), tensors((2, 3, 8, 8))),
    "conv_transpose2d": (lambda: nn.ConvTranspose2d(3, 4, 3, 2), tensors((2, 3, 8, 8))),
    "batch_norm": (lambda: nn.BatchNorm2d(3), tensors((2, 3, 4, 4))),
    "instance_norm": (lambda: nn.InstanceNorm2d(3, affine=True), tensors((2, 3, 4, 4))),
    "group_norm": (lambda: nn.GroupNorm(2, 4), tensors((2, 4, 4))),
    "layer_norm": (lambda: nn.LayerNorm(4), tensors((2, 4))),
    "rms_norm": (lambda: nn.RMSNorm(4), tensors((2, 4))),
    "max_pool": (lambda: nn.MaxPool2d(2), tensors((2, 3, 8, 8))),
    "max_pool_indices": (lambda: nn.MaxPool2d(2, return_indices=True), tensors((2, 3, 8, 8))),
    "avg_pool": (lambda: nn.AvgPool2d(2), tensors((2, 3, 8, 8))),
    "adaptive_pool": (lambda: nn.AdaptiveAvgPool2d((2, None)), tensors((2, 3, 8, 8))),
    "lstm": (lambda: nn.LSTM(4, 5, 2, bidirectional=True), tensors(SEQUENCE)),
    "gru": (lambda: nn.GRU(4, 5, batch_first=True), tensors(SEQUENCE)),
    "rnn": (lambda: nn.RNN(4, 5), tensors(SEQUENCE)),
    "lstm_cell": (lambda: nn.LSTMCell(4, 5), tensors((2, 4))),
    "gru_cell": (lambda: nn.GRUCell(4, 5), tensors((2, 4), (2, 5))),
    "attention": (lambda: nn.MultiheadAttention(4, 2), tensors(SEQUENCE, SEQUENCE, SEQUENCE)),
    "encoder_layer": (lambda: nn.TransformerEncoderLayer(8, 2, 16), tensors((3, 2, 8))),
    "encoder": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2, enable_nested_tensor=False),
        tensors((3, 2, 8)),
    ),
    "decoder": (lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 1), tensors((3, 2, 8), (4, 2, 8))),
    "prelu": (lambda: nn.PReLU(), tensors((2, 4))),
    "gelu": (lambda: nn.GELU(approximate="tanh"), tensors((2, 4))),
    "softmax": (lambda: nn.Softmax(dim=-1), tensors((2, 4))),
    "dropout": (lambda: nn.Dropout(0.5), tensors((2, 4))),
    "flatten": (lambda: nn.Sequential(nn.Flatten(1), nn.Unflatten(1, (2, 6))), tensors((2, 3, 4))),
    "upsample": (lambda: nn.Upsample(scale_factor=2.0, mode="bilinear"), tensors((1, 3, 4, 4))),
    "pixel_shuffle": (lambda: nn.PixelShuffle(2), tensors((1, 4, 3, 3))),
    "cosine": (lambda: nn.CosineSimilarity(), tensors((2, 4), (2, 4))),
    "mse": (lambda: nn.MSELoss(), tensors((2, 4), (2, 4))),
    "smooth_l1": (lambda: nn.SmoothL1Loss(reduction="sum"), tensors((2, 4), (2, 4))),
    "triplet": (lambda: nn.TripletMarginLoss(), tensors((2, 4), (2, 4), (2, 4))),
    "zero_pad": (lambda: nn.ZeroPad2d((1, 2, 0, 1)), tensors((1, 2, 3, 3))),
    "spectral_norm": (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), tensors((2, 4))),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name):
    make, inputs = LAYERS[name]
    torch.manual_seed(0)
    module = make().eval()
    compiled = portfire.script(module)
    with torch.no_grad():
        assert same(compiled(*inputs), module(*inputs))


def test_an_embedding_and_its_loss():
    module = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 5))
    ids = torch.tensor([0, 4, 2])

    class Loss(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = module
            self.loss = nn.CrossEntropyLoss(label_smoothing=0.1)

        def forward(self, ids):
            return self.loss(self.net(ids), ids)

    assert torch.equal(portfire.script(Loss())(ids), Loss()(ids))


def test_hidden_states_may_be_given():
    module = nn.LSTM(4, 5)
    x, h, c = tensors(SEQUENCE, (1, 2, 5), (1, 2, 5))
    assert same(portfire.script(module)(x, (h, c)), module(x, (h, c)))


def test_packed_sequences():
    class Packed(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(4, 5)

        def forward(self, x, lengths):
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
            output, hidden = self.gru(packed)
            padded, sizes = nn.utils.rnn.pad_packed_sequence(output)
            return padded, sizes, hidden

    (x,) = tensors(SEQUENCE)
    module, lengths = Packed(), torch.tensor([3, 2])
    assert same(portfire.script(module)(x, lengths), module(x, lengths))


def functional(x, w):
    a = F.interpolate(x, scale_factor=2.0, mode="nearest")
    b = F.interpolate(x, size=[3, 3], mode="bilinear", align_corners=False)
    c, indices = F.max_pool2d(x, 2, return_indices=True)
    d = F.max_pool2d(x, kernel_size=2, stride=1)
    e = F.pad(x, [1, 1, 0, 0], value=2.0)
    f = F.normalize(x, dim=1) + F.softmax(x, dim=-1, dtype=torch.float32)
    g = F.layer_norm(x, x.shape[-1:]) + F.gelu(x)
    h = F.scaled_dot_product_attention(x, x, x)
    i = F.one_hot(torch.tensor([1, 2]), 4)
    return a, b, c, indices, d, e, f, g, h, i, F.conv2d(x, w, padding=1), F.dropout(x, 0.5, training=False)


def test_functional():
    x, w = tensors((1, 2, 4, 4), (2, 2, 3, 3))
    assert same(portfire.script(functional)(x, w), functional(x, w))


def library(x):
    a = torch.einsum("ij,kj->ik", x, x)
    b, c = torch.meshgrid(x[0], x[1], indexing="ij")
    d = torch.atleast_2d(x[0])
    e = torch.block_diag(x, x)
    f, g = torch.split(x, [1, 1])
    h = torch.LongTensor([[1, 2]]) + torch.Tensor([1.0])
    if torch.is_tensor(x) and not torch.compiler.is_compiling():
        h = h + 1
    return a, b, c, d, e, f, g, h, torch.autograd.Variable(x), torch.broadcast_tensors(x, x[:1])[1]


def test_special_functions_of_torch():
    (x,) = tensors((2, 4))
    assert same(portfire.script(library)(x), library(x))


def flagged(x, flag: bool):
    return F.max_pool2d(x, 2, return_indices=flag)


def test_a_dispatch_on_an_unknown_flag_is_an_error():
    with pytest.raises(portfire.CompileError, match="return_indices"):
        portfire.script(flagged)
