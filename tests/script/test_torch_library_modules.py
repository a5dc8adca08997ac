"""Every module of torch.nn compiles from its own source and gives eager's result, on the samples of torch's own tests.

Needs `expecttest`, which torch's tests import.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torch.nn.utils.prune
from torch import nn
from torch.nn.utils import rnn

import portfire
from tests.script.after_loading import check as check_everywhere
from tests.script.after_loading import is_near, saved_and_loaded

SHARDS = 6

#: What does not compile, and why.
NOT_SUPPORTED: dict[str, str] = {
    "nn.DataParallel": "spreads a batch over devices",
    "nn.SyncBatchNorm": "talks to other processes",
}

#: Inputs that a module does not take: they are no tensors, which its `forward` declares.
NOT_SUPPORTED_INPUTS = {"nn.CTCLoss": ("intlists",)}


@functools.cache
def infos() -> list[Any]:
    pytest.importorskip("expecttest")
    from torch.testing._internal.common_modules import module_db

    return [i for i in module_db if i.name not in NOT_SUPPORTED]


def cases(info: Any, count: int) -> Iterator[tuple[str, nn.Module, Any]]:
    """(what it is, the module, the arguments of a call)."""
    dtype = torch.float32 if torch.float32 in info.dtypes else info.dtypes[0]
    for training in (False, True):
        inputs = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=False, training=training)
        for i, given in enumerate(inputs):
            if i >= count or given.forward_input is None:
                break
            if any(part in given.desc for part in NOT_SUPPORTED_INPUTS.get(info.name, ())):
                continue
            torch.manual_seed(0)
            made = given.constructor_input
            module = info.module_cls(*made.args, **made.kwargs).to(dtype).train(training)
            if isinstance(module, nn.modules.lazy.LazyModuleMixin):
                module(*given.forward_input.args, **given.forward_input.kwargs)
            yield f"{info.name} {given.desc} {made.args} {made.kwargs}", module, given.forward_input


def outcome(module: Any, given: Any) -> Any:
    torch.manual_seed(1)
    args, kwargs = copy.deepcopy((given.args, given.kwargs))
    with torch.no_grad():
        return module(*args, **kwargs)


def disagreement(name: str, module: nn.Module, given: Any) -> str | None:
    eager = copy.deepcopy(module)
    try:
        expected = outcome(eager, given)
    except Exception:  # torch has inputs that should fail
        return None
    try:
        found = outcome(portfire.script(module), given)
    except Exception as error:
        return f"{name}: {type(error).__name__}: {str(error)[:500]}"
    return None if is_near(found, expected, 1e-5) else f"{name}: found {found}, expected {expected}"


def check(infos: list[Any], count: int) -> None:
    failures = [f for info in infos for case in cases(info, count) if (f := disagreement(*case)) is not None]
    assert not failures, f"{len(failures)} calls:\n" + "\n".join(failures)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_call_of_every_module(shard):
    check(infos()[shard::SHARDS], 1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_module_with_its_arguments(shard):
    check(infos()[shard::SHARDS], 25)


def tensors(*shapes: tuple[int, ...]) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    return tuple(torch.randn(s, generator=generator) for s in shapes)


SEQUENCE, BATCH = (5, 2, 4), (3, 6)
TARGET = torch.tensor([0, 9, 4])

OTHERS = {
    "adaptive_log_softmax": (lambda: nn.AdaptiveLogSoftmaxWithLoss(6, 12, [3, 8]), (*tensors(BATCH), TARGET)),
    "adaptive_log_softmax_with_bias": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(6, 12, cutoffs=[4], div_value=2.0, head_bias=True), (*tensors(BATCH), TARGET),
    ),
    "alpha_dropout": (lambda: nn.AlphaDropout(0.3), tensors(BATCH)),
    "channel_shuffle": (lambda: nn.ChannelShuffle(2), tensors((1, 4, 2, 2))),
    "cosine_similarity": (lambda: nn.CosineSimilarity(dim=0, eps=1e-3), tensors(BATCH, BATCH)),
    "dropout": (lambda: nn.Dropout(0.3), tensors(BATCH)),
    "dropout1d": (lambda: nn.Dropout1d(0.3), tensors((2, 3, 4))),
    "dropout2d": (lambda: nn.Dropout2d(0.3), tensors((2, 3, 4, 4))),
    "dropout3d": (lambda: nn.Dropout3d(0.3), tensors((2, 3, 4, 4, 4))),
    "embedding_bag": (lambda: nn.EmbeddingBag(6, 3, mode="sum"), (torch.tensor([0, 4, 2, 2]), torch.tensor([0, 2]))),
    "embedding_bag_of_rows": (lambda: nn.EmbeddingBag(6, 3, max_norm=1.0), (torch.tensor([[0, 4], [2, 2]]),)),
    "embedding_with_max_norm": (lambda: nn.Embedding(6, 3, padding_idx=0, max_norm=0.5), (torch.tensor([0, 4]),)),
    "feature_alpha_dropout": (lambda: nn.FeatureAlphaDropout(0.3), tensors((2, 3, 4))),
    "flatten": (lambda: nn.Flatten(0, 1), tensors((2, 3, 4))),
    "fold": (lambda: nn.Fold((4, 4), 2, stride=2), tensors((1, 8, 4))),
    "hardsigmoid": (lambda: nn.Hardsigmoid(inplace=True), tensors(BATCH)),
    "identity": (lambda: nn.Identity(54, unused=0.1), tensors(BATCH)),
    "max_unpool2d": (lambda: nn.MaxUnpool2d(2), (tensors((1, 1, 2, 2))[0], torch.tensor([[[[0, 3], [9, 14]]]]))),
    "nll_loss_2d": (lambda: nn.NLLLoss(ignore_index=1), (tensors((1, 3, 2, 2))[0], torch.tensor([[[0, 1], [2, 0]]]))),
    "pairwise_distance": (lambda: nn.PairwiseDistance(p=1, keepdim=True), tensors(BATCH, BATCH)),
    "pixel_shuffle": (lambda: nn.PixelShuffle(2), tensors((1, 4, 2, 2))),
    "pixel_unshuffle": (lambda: nn.PixelUnshuffle(2), tensors((1, 1, 4, 4))),
    "rrelu": (lambda: nn.RReLU(0.1, 0.4), tensors(BATCH)),
    "sequential": (lambda: nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)), tensors(BATCH)),
    "transformer_decoder": (
        lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, batch_first=True), 2, norm=nn.LayerNorm(8)),
        tensors((2, 3, 8), (2, 4, 8)),
    ),
    "triplet_margin": (lambda: nn.TripletMarginLoss(margin=0.5, swap=True), tensors(BATCH, BATCH, BATCH)),
    **{
        f"triplet_margin_with_{name}": (
            lambda distance=distance, options=options: nn.TripletMarginWithDistanceLoss(distance_function=distance, **options),
            tensors(BATCH, BATCH, BATCH),
        )
        for name, distance, options in (
            ("default", None, {}),
            ("module", nn.CosineSimilarity(), {"swap": True}),
            ("parameters", nn.Bilinear(6, 6, 1), {"reduction": "sum"}),
            ("function", F.pairwise_distance, {"margin": 2.0, "reduction": "none"}),
            ("operator", torch.pairwise_distance, {"swap": True}),
            ("lambda", lambda x, y: 1.0 - F.cosine_similarity(x, y), {"margin": 0.5}),
            ("partial", functools.partial(F.pairwise_distance, p=1.0), {}),
        )
    },
    **{
        f"linear_cross_entropy_{reduction}_{i}": (
            lambda options=options, reduction=reduction: nn.LinearCrossEntropyLoss(
                6, 10, bias=True, reduction=reduction, options=options
            ),
            (*tensors(BATCH), TARGET),
        )
        for reduction in ("mean", "none")
        for i, options in enumerate((
            None, nn.LinearCrossEntropyOptions(), nn.LinearCrossEntropyOptions(batch_chunk_size=2, acc_policy="accurate"),
            nn.LinearCrossEntropyOptions(chunking_method="aspect_ratio:2", allow_retain_graph=True),
        ))
    },
    "unflatten": (lambda: nn.Unflatten(1, (2, 3)), tensors(BATCH)),
    "unflatten_of_a_size": (lambda: nn.Unflatten(1, torch.Size([3, 2])), tensors(BATCH)),
    "unfold": (lambda: nn.Unfold(2, stride=2), tensors((1, 2, 4, 4))),
    "upsample": (lambda: nn.Upsample(size=(5, 5), mode="bicubic", align_corners=True), tensors((1, 1, 3, 3))),
    "upsampling_nearest": (lambda: nn.UpsamplingNearest2d(scale_factor=2), tensors((1, 1, 3, 3))),
    "upsampling_bilinear": (lambda: nn.UpsamplingBilinear2d(size=(4, 5)), tensors((1, 1, 3, 3))),
    "lstm_with_projections": (lambda: nn.LSTM(4, 5, 2, bidirectional=True, proj_size=3, batch_first=True), tensors(SEQUENCE)),
    "lstm_of_one_sequence": (lambda: nn.LSTM(4, 5, bias=False), tensors((5, 4))),
    "gru_with_dropout": (lambda: nn.GRU(4, 5, 2, dropout=0.2, bidirectional=True), tensors(SEQUENCE)),
    "rnn_relu": (lambda: nn.RNN(4, 5, nonlinearity="relu", num_layers=2), tensors(SEQUENCE)),
    "lstm_cell_with_state": (lambda: nn.LSTMCell(4, 5), (tensors((2, 4))[0], tensors((2, 5), (2, 5)))),
    "gru_cell": (lambda: nn.GRUCell(4, 5, bias=False), tensors((4,))),
    "rnn_cell": (lambda: nn.RNNCell(4, 5, nonlinearity="relu"), tensors((2, 4), (2, 5))),
    "weight_norm": (lambda: nn.utils.parametrizations.weight_norm(nn.Conv1d(2, 3, 2)), tensors((1, 2, 5))),
    "spectral_norm": (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(6, 3)).eval(), tensors(BATCH)),
    "orthogonal": (lambda: nn.utils.parametrizations.orthogonal(nn.Linear(6, 3)), tensors(BATCH)),
    "pruned": (lambda: nn.utils.prune.l1_unstructured(nn.Linear(6, 3), "weight", amount=2), tensors(BATCH)),
    "transformer": (lambda: nn.Transformer(8, 2, 1, 1, 16, batch_first=True), tensors((2, 3, 8), (2, 4, 8))),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OTHERS)
def test_other_modules(name):
    make, inputs = OTHERS[name]
    for training in (False,) if "transformer" in name else (False, True):
        torch.manual_seed(0)
        with torch.no_grad():
            module = make()
        module.train(training and name != "spectral_norm")
        compiled = portfire.script(module)
        eager = copy.deepcopy(module)
        torch.manual_seed(1)
        expected = eager(*copy.deepcopy(inputs))
        programs = [compiled] if training else [compiled, saved_and_loaded(portfire.script(module))]
        for program in programs:
            torch.manual_seed(1)
            assert is_near(program(*copy.deepcopy(inputs)), expected, 1e-6)


def masks() -> dict[str, dict[str, Any]]:
    causal = nn.Transformer.generate_square_subsequent_mask(3)
    padding = torch.tensor([[False, False, True], [False, False, False]])
    return {
        "none": {},
        "causal": {"attn_mask": causal, "is_causal": True},
        "bool": {"attn_mask": causal != 0},
        "float": {"attn_mask": causal, "need_weights": False},
        "padding": {"key_padding_mask": padding},
        "both": {"key_padding_mask": padding, "attn_mask": causal != 0, "average_attn_weights": False},
        "per head": {"attn_mask": causal.expand(4, 3, 3)},
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", masks())
@pytest.mark.parametrize(
    "options", [{}, {"batch_first": True, "bias": False}, {"kdim": 8, "vdim": 8, "add_bias_kv": True}]
)
def test_masks_of_attention(kind, options):
    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.attention = nn.MultiheadAttention(8, 2, **options)

        def forward(self, x, attn_mask: torch.Tensor | None, key_padding_mask: torch.Tensor | None):
            y, weights = self.attention(
                x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, need_weights=need, is_causal=causal,
                average_attn_weights=average,
            )  # fmt: skip
            return y, weights

    given = masks()[kind]
    need, causal = given.get("need_weights", True), given.get("is_causal", False)
    average = given.get("average_attn_weights", True)
    x = tensors((2, 3, 8) if options.get("batch_first") else (3, 2, 8))[0]
    check_everywhere(Attention().eval(), (x, given.get("attn_mask"), given.get("key_padding_mask")), tolerance=1e-6)


class Packed(nn.Module):
    def __init__(self, kind: Any, **options: Any) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = kind(4, 5, **options)
        self.batch_first = options.get("batch_first", False)

    def forward(self, x, lengths):
        packed = rnn.pack_padded_sequence(x, lengths, batch_first=self.batch_first, enforce_sorted=False)
        output, state = self.layer(packed)
        padded, sizes = rnn.pad_packed_sequence(
            output, batch_first=self.batch_first, padding_value=-1.0, total_length=6
        )
        return padded, sizes, state, packed.data, output.batch_sizes


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("options", [{}, {"bidirectional": True, "num_layers": 2}, {"batch_first": True}])
def test_packed_sequences(kind, options):
    x = tensors((2, 5, 4) if options.get("batch_first") else SEQUENCE)[0]
    check_everywhere(Packed(kind, **options), (x, torch.tensor([2, 5])), (x, torch.tensor([5, 3])))


def test_sequences_are_padded_and_packed():
    def f(a, b):
        padded = rnn.pad_sequence([a, b], batch_first=True, padding_value=9.0)
        packed = rnn.pack_sequence([a, b], enforce_sorted=False)
        back = rnn.unpad_sequence(padded, torch.tensor([2, 3]), batch_first=True)
        return padded, packed.data, packed.batch_sizes, back

    check_everywhere(f, tensors((2, 4), (3, 4)))


def test_losses_as_modules():
    class Losses(nn.Module):
        def __init__(self, reduction):
            super().__init__()
            self.losses = nn.ModuleList(
                kind(reduction=reduction)
                for kind in (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss, nn.SoftMarginLoss, nn.KLDivLoss)
            )
            self.classes = nn.CrossEntropyLoss(weight=torch.ones(6), label_smoothing=0.1, reduction=reduction)
            self.nll = nn.NLLLoss(reduction=reduction)

        def forward(self, x, y, target):
            values = [loss(x, y) for loss in self.losses]
            return values, self.classes(x, target), self.nll(x, target), self.classes(x, y.softmax(1))

    x, y = tensors(BATCH, BATCH)
    for reduction in ("none", "mean", "sum"):
        check_everywhere(Losses(reduction), (x, y, torch.tensor([0, 5, 2])))
