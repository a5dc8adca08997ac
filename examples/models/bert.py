"""A BERT-like encoder (Devlin et al. 2018, https://arxiv.org/abs/1810.04805): token, position and segment embeddings, a mask."""

import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    """Multi-head self-attention with an additive mask."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_size = size // heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)
        self.out = nn.Linear(size, size)

    def split(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.size(0), x.size(1), self.heads, self.head_size).permute(0, 2, 1, 3)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(self.head_size) + mask
        context = torch.matmul(torch.softmax(scores, dim=-1), value)
        context = context.permute(0, 2, 1, 3).contiguous()
        return self.out(context.view(x.size(0), x.size(1), self.heads * self.head_size))


class Layer(nn.Module):
    """Attention and a feed-forward network, each with a residual connection and a norm."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.attention = SelfAttention(size, heads)
        self.norm1 = nn.LayerNorm(size, eps=1e-12)
        self.feed = nn.Sequential(nn.Linear(size, size * 4), nn.GELU(), nn.Linear(size * 4, size))
        self.norm2 = nn.LayerNorm(size, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.norm1(x + self.dropout(self.attention(x, mask)))
        return self.norm2(x + self.dropout(self.feed(x)))


class Bert(nn.Module):
    """Token ids, segment ids and a mask of real tokens, all (batch, length), to states (batch, length, size) and (batch, size)."""

    def __init__(
        self, vocabulary: int = 100, size: int = 32, heads: int = 4, layers: int = 2, longest: int = 64
    ) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, size)
        self.positions = nn.Embedding(longest, size)
        self.segments = nn.Embedding(2, size)
        self.norm = nn.LayerNorm(size, eps=1e-12)
        self.layers = nn.ModuleList([Layer(size, heads) for _ in range(layers)])
        self.pooler = nn.Linear(size, size)

    def forward(
        self, tokens: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        positions = torch.arange(tokens.size(1), device=tokens.device).unsqueeze(0).expand_as(tokens)
        x = self.norm(self.tokens(tokens) + self.positions(positions) + self.segments(segments))
        additive = (1.0 - mask[:, None, None, :].to(x.dtype)) * -10000.0
        for layer in self.layers:
            x = layer(x, additive)
        return x, torch.tanh(self.pooler(x[:, 0]))


def bert(seed: int = 0) -> Bert:
    torch.manual_seed(seed)
    return Bert().eval()


def example_inputs(batch: int = 2, length: int = 7) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    tokens = torch.randint(0, 100, (batch, length), generator=generator)
    segments = torch.randint(0, 2, (batch, length), generator=generator)
    mask = torch.ones(batch, length, dtype=torch.long)
    mask[0, length - 2 :] = 0
    return tokens, segments, mask
