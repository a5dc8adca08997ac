"""`nn.Transformer` and its parts with all their flags, as they are in torch: bit-equal to eager, also after save and load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import portfire

S, T, B, E = 5, 4, 2, 8

MASK = nn.Transformer.generate_square_subsequent_mask(S)
PADDING = torch.tensor([[False, False, False, False, True], [False, False, False, True, True]])
FLOAT_PADDING = torch.zeros(B, S).masked_fill(PADDING, float("-inf"))


def _sequence(length: int, batch_first: bool) -> Tensor:
    torch.manual_seed(length)
    return torch.randn((B, length, E) if batch_first else (length, B, E))


def _agrees(model: nn.Module, folder: Path, *args: Any, **kwargs: Any) -> None:
    with torch.no_grad():
        compiled = portfire.script(model)
        expected = model(*args, **kwargs)
        _assert_same(compiled(*args, **kwargs), expected)
        portfire.save(compiled, folder / "model.pt")
        _assert_same(portfire.load(folder / "model.pt")(*args, **kwargs), expected)


def _assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for f, e in zip(found, expected, strict=True):
            _assert_same(f, e)
    elif expected is None:
        assert found is None
    else:
        assert torch.equal(found, expected)


@pytest.mark.parametrize("training", [False, True], ids=["eval", "training"])
@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"batch_first": True},
        {"norm_first": True, "activation": "gelu"},
        {"batch_first": True, "norm_first": True, "bias": False},
        {"activation": F.gelu},
        {"activation": nn.GELU()},
        {"activation": lambda x: F.relu(x) * 2, "layer_norm_eps": 1e-3},
    ],
    ids=["plain", "batch_first", "norm_first", "no_bias", "function", "module", "lambda"],
)
def test_encoder_layer(flags: dict[str, Any], training: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(E, 2, 16, dropout=0.0, **flags).train(training)
    x = _sequence(S, flags.get("batch_first", False))
    _agrees(layer, tmp_path, x)
    _agrees(layer, tmp_path, x, src_mask=MASK, src_key_padding_mask=FLOAT_PADDING)
    _agrees(layer, tmp_path, x, src_key_padding_mask=PADDING)


@pytest.mark.parametrize("flags", [{}, {"enable_nested_tensor": False}, {"mask_check": False}, {"norm": True}], ids=str)
def test_encoder(flags: dict[str, Any], tmp_path: Path) -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(E, 2, 16, batch_first=True)
    norm = nn.LayerNorm(E) if flags.pop("norm", False) else None
    model = nn.TransformerEncoder(layer, 2, norm=norm, **flags).eval()
    x = _sequence(S, True)
    _agrees(model, tmp_path, x)
    _agrees(model, tmp_path, x, mask=MASK, is_causal=True)
    _agrees(model, tmp_path, x, src_key_padding_mask=PADDING)


@pytest.mark.parametrize(
    "flags", [{}, {"batch_first": True, "norm_first": True, "activation": "gelu"}, {"bias": False}], ids=str
)
def test_decoder(flags: dict[str, Any], tmp_path: Path) -> None:
    torch.manual_seed(0)
    layer = nn.TransformerDecoderLayer(E, 2, 16, **flags)
    model = nn.TransformerDecoder(layer, 2, norm=nn.LayerNorm(E)).eval()
    first = flags.get("batch_first", False)
    target, memory = _sequence(T, first), _sequence(S, first)
    _agrees(model, tmp_path, target, memory)
    mask = nn.Transformer.generate_square_subsequent_mask(T)
    _agrees(model, tmp_path, target, memory, tgt_mask=mask, memory_key_padding_mask=PADDING, tgt_is_causal=True)


@pytest.mark.parametrize("flags", [{}, {"batch_first": True, "norm_first": True}, {"bias": False}], ids=str)
def test_transformer(flags: dict[str, Any], tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Transformer(E, 2, 1, 1, 16, **flags).eval()
    first = flags.get("batch_first", False)
    source, target = _sequence(S, first), _sequence(T, first)
    _agrees(model, tmp_path, source, target)
    _agrees(model, tmp_path, source, target, src_mask=MASK, src_is_causal=True, src_key_padding_mask=FLOAT_PADDING)


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"batch_first": True, "bias": False},
        {"add_bias_kv": True, "add_zero_attn": True},
        {"kdim": 6, "vdim": 4},
    ],
    ids=str,
)
def test_attention(flags: dict[str, Any], tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.MultiheadAttention(E, 2, **flags).eval()
    first = flags.get("batch_first", False)
    query, key = _sequence(T, first), _sequence(S, first)
    key, value = key[..., : flags.get("kdim", E)], key[..., : flags.get("vdim", E)]
    _agrees(model, tmp_path, query, key, value)
    _agrees(model, tmp_path, query, key, value, key_padding_mask=PADDING, average_attn_weights=False)
    _agrees(model, tmp_path, query, key, value, need_weights=False, attn_mask=torch.zeros(T, S))
