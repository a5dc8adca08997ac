"""A sequence-to-sequence model: a GRU encoder, a decoder with attention, and a greedy search that stops when the model says so.

The length of the answer depends on the data, so the search is scripted; encoder and decoder may be traced or scripted.
"""

import torch
import torch.nn.functional as F
from torch import nn

START, END = 0, 1


class Encoder(nn.Module):
    """Tokens (length, batch) to outputs (length, batch, size) and the last hidden state."""

    def __init__(self, vocabulary: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.embedding = nn.Embedding(vocabulary, size)
        self.gru = nn.GRU(size, size, bidirectional=True)

    def forward(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        outputs, hidden = self.gru(self.embedding(tokens))
        outputs = outputs[:, :, : self.size] + outputs[:, :, self.size :]
        return outputs, hidden


class Attention(nn.Module):
    """Dot-product attention over the encoder's outputs: weights (batch, 1, length)."""

    def forward(self, hidden: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
        energies = torch.sum(hidden * outputs, dim=2).t()
        return F.softmax(energies, dim=1).unsqueeze(1)


class Decoder(nn.Module):
    """One step: a token (1, batch) and the hidden state to scores over the vocabulary (batch, vocabulary)."""

    def __init__(self, vocabulary: int, size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size)
        self.gru = nn.GRU(size, size)
        self.attention = Attention()
        self.concat = nn.Linear(size * 2, size)
        self.out = nn.Linear(size, vocabulary)

    def forward(
        self, token: torch.Tensor, hidden: torch.Tensor, outputs: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        step, hidden = self.gru(self.embedding(token), hidden)
        weights = self.attention(step, outputs)
        context = weights.bmm(outputs.transpose(0, 1))
        joined = torch.cat((step.squeeze(0), context.squeeze(1)), 1)
        scores = self.out(torch.tanh(self.concat(joined)))
        return F.softmax(scores, dim=1), hidden


class GreedySearch(nn.Module):
    """Decodes until the end token or `max_length`; returns tokens and their scores."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, tokens: torch.Tensor, max_length: int) -> tuple[torch.Tensor, torch.Tensor]:
        outputs, hidden = self.encoder(tokens)
        hidden = hidden[:1]
        token = torch.full((1, 1), START, dtype=torch.long)
        all_tokens = torch.zeros([0], dtype=torch.long)
        all_scores = torch.zeros([0])
        for _ in range(max_length):
            scores, hidden = self.decoder(token, hidden, outputs)
            score, best = torch.max(scores, dim=1)
            all_tokens = torch.cat((all_tokens, best), dim=0)
            all_scores = torch.cat((all_scores, score), dim=0)
            if int(best) == END:
                break
            token = torch.unsqueeze(best, 0)
        return all_tokens, all_scores


def greedy_search(vocabulary: int = 24, size: int = 16, seed: int = 0) -> GreedySearch:
    torch.manual_seed(seed)
    return GreedySearch(Encoder(vocabulary, size), Decoder(vocabulary, size)).eval()


def example_inputs() -> tuple[torch.Tensor, int]:
    return torch.tensor([[3], [7], [2], [9], [1]]), 12
