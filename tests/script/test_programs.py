"""Whole functions as people write them: decoding, grouping, tokenising, geometry; and pitfalls people hit."""

import math
from collections import OrderedDict
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.script.agreement import check


def group_rows(boxes: Tensor, scores: Tensor, threshold: float):
    visited: Dict[int, bool] = {}
    groups = []
    merged = torch.zeros(0, 4)
    for i, box in enumerate(boxes):
        if i in visited:
            continue
        group = [i]
        visited[i] = True
        for j, other in enumerate(boxes):
            if j in visited:
                continue
            shift = int(torch.round((box - other).abs().max() * 10)) // 2
            if shift < threshold * 10 and scores[j] > 0.1:
                group.append(j)
                visited[j] = True
        total = boxes[group[0]] * 0
        for k in group:
            total = total + boxes[k]
        merged = torch.cat([merged, (total / len(group)).unsqueeze(0)])
        groups.append(group)
    return merged, groups, len(visited)


def test_group_rows():
    torch.manual_seed(0)
    check(group_rows, (torch.rand(7, 4), torch.rand(7), 0.15), (torch.rand(0, 4), torch.rand(0), 0.5))


def nms(boxes: List[List[float]], scores: List[float], limit: float) -> List[int]:
    order = sorted(range(len(scores)), key=lambda i: scores[i], reverse=True)
    keep = []
    while len(order) > 0:
        best = order.pop(0)
        keep.append(best)
        rest = []
        for i in order:
            x1 = max(boxes[best][0], boxes[i][0])
            y1 = max(boxes[best][1], boxes[i][1])
            x2 = min(boxes[best][2], boxes[i][2])
            y2 = min(boxes[best][3], boxes[i][3])
            inter = max(0.0, x2 - x1) * max(0.0, y2 - y1)
            a = (boxes[best][2] - boxes[best][0]) * (boxes[best][3] - boxes[best][1])
            b = (boxes[i][2] - boxes[i][0]) * (boxes[i][3] - boxes[i][1])
            if inter / (a + b - inter + 1e-9) <= limit:
                rest.append(i)
        order = rest
    return keep


def test_nms():
    torch.manual_seed(1)
    a = torch.rand(12, 2)
    boxes = torch.cat([a, a + torch.rand(12, 2)], 1).tolist()
    check(nms, (boxes, torch.rand(12).tolist(), 0.3), ([], [], 0.5))


class Beam(NamedTuple):
    tokens: List[int]
    score: float


def beam_search(table: Dict[int, Dict[int, float]], width: int, steps: int):
    beams = [Beam([0], 0.0)]
    for _ in range(steps):
        candidates: List[Beam] = []
        for beam in beams:
            last = beam.tokens[-1]
            if last not in table:
                candidates.append(beam)
                continue
            for token, cost in table[last].items():
                candidates.append(Beam(beam.tokens + [token], beam.score + cost))
        candidates = sorted(candidates, key=lambda b: b.score, reverse=True)
        beams = candidates[:width]
    return [(b.tokens, b.score) for b in beams]


def test_beam_search():
    table = {0: {1: -0.5, 2: -1.0}, 1: {2: -0.25, 3: -2.0}, 2: {3: -0.125}}
    check(beam_search, (table, 2, 3), (table, 1, 0))


def tokenize(text: str, vocabulary: Dict[str, int]) -> Tuple[List[int], List[str]]:
    ids = []
    unknown = []
    word = ""
    for c in text + " ":
        if c.isalnum():
            word += c.lower()
            continue
        if word:
            start = 0
            while start < len(word):
                end = len(word)
                found = -1
                while end > start:
                    piece = word[start:end]
                    if start > 0:
                        piece = "##" + piece
                    if piece in vocabulary:
                        found = vocabulary[piece]
                        break
                    end -= 1
                if found < 0:
                    unknown.append(word)
                    break
                ids.append(found)
                start = end
            word = ""
        if not c.isspace():
            ids.append(vocabulary.get(c, -1))
    return ids, unknown


def test_tokenize():
    vocabulary = {"un": 1, "##able": 2, "run": 3, "##ning": 4, ",": 5, "a": 6}
    check(tokenize, ("Unable, a running x!", vocabulary), ("", vocabulary))


def greedy(logits: Tensor, stop: int, limit: int):
    out: List[int] = []
    state: Optional[Tensor] = None
    for step in range(limit):
        if state is None:
            state = logits[0]
        else:
            state = torch.tanh(state + logits[step % logits.shape[0]])
        token = int(state.argmax())
        if token == stop:
            return out, state, "stopped"
        out.append(token)
    return out, state, f"cut at {limit}"


def test_greedy():
    torch.manual_seed(3)
    logits = torch.randn(4, 5)
    check(greedy, (logits, 2, 6), (logits, 9, 3), (logits, 0, 0))


def attention(q, k, v, mask=None, heads: int = 2, dropout: float = 0.0):
    b, n, d = q.size()
    q, k, v = [t.view(b, -1, heads, d // heads).transpose(1, 2) for t in (q, k, v)]
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    weights = F.dropout(F.softmax(scores, dim=-1), dropout, training=False)
    return (weights @ v).transpose(1, 2).contiguous().view(b, n, d), weights


def test_attention():
    torch.manual_seed(0)
    x = torch.randn(2, 3, 4)

    def f(x, mask: Tensor):
        a, _ = attention(x, x, x)
        b, w = attention(x, x, x, mask, heads=4)
        return a + b, w.sum()

    check(f, (x, torch.tensor([1, 0, 1])))


def collatz_table(n: int):
    lengths: Dict[int, int] = {1: 0}
    for start in range(2, n):
        path = []
        m = start
        while m not in lengths:
            path.append(m)
            m = m // 2 if m % 2 == 0 else 3 * m + 1
        base = lengths[m]
        for back, p in enumerate(reversed(path)):
            lengths[p] = base + back + 1
    best = max(lengths.items(), key=lambda kv: (kv[1], -kv[0]))
    return best, sum(lengths.values()), len(lengths)


def test_collatz_table():
    check(collatz_table, (30,), (2,))


def pitfalls(x: Tensor, hidden: Optional[Tuple[Tensor, Tensor]] = None, size: int = 3):
    if x.sum():
        x = x + 1
    b = x.shape[0] // 2
    n, m = x.shape
    top = max(2, x[0, 0].item())
    if hidden is None:
        hidden = (torch.zeros(b, size), torch.zeros(b, size))
    h, c = hidden
    x[x > 4] = 0
    x[0, 1:] = 9
    sizes = [int(v * 0.5) for v in x.size()]
    pairs = [(i, j) for i in range(n) for j in range(m) if (i + j) % 2]
    return x, h + c, sizes, pairs, float(top), x.size()[1:]


def test_pitfalls():
    x = torch.arange(12.0).reshape(4, 3)
    check(pitfalls, (x,), (x * 0, (torch.ones(2, 3), torch.ones(2, 3))), (x, None, 1))


def ordered(d: Dict[str, Tensor]):
    out = OrderedDict()
    for i, (k, v) in enumerate(d.items()):
        out[f"{k}{i}"] = v * i
    out["last"] = torch.ones(1)
    return out, list(out.keys()), [k.upper() for k in out]


def test_ordered_dict():
    check(ordered, ({"a": torch.ones(2), "b": torch.zeros(1)},))


def matrix(n: int):
    grid = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            grid[i][j] = i * j if i != j else -1
    transposed = [[row[i] for row in grid] for i in range(n)]
    flat = []
    for row in grid:
        flat += row
    return grid, transposed, flat, [sum(r) for r in grid], max([max(r) for r in grid]) if n else 0


def test_matrix():
    check(matrix, (3,), (0,), (1,))


def statistics(xs: List[float]):
    n = len(xs)
    if not n:
        return None
    mean = sum(xs) / n
    var = sum([(x - mean) ** 2 for x in xs]) / n
    mid = n // 2
    ys = sorted(xs)
    median = ys[mid] if n % 2 else (ys[mid - 1] + ys[mid]) / 2
    return mean, math.sqrt(var), median, [round(x) for x in xs]


def test_statistics():
    check(statistics, ([],), ([1.5],), ([3.0, 1.0, 2.5, 0.5],))


def early_exit_search(grid: List[List[int]], target: int):
    for i, row in enumerate(grid):
        for j, value in enumerate(row):
            if value == target:
                return i, j
            if value < 0:
                break
        else:
            continue
        return -1, i
    return -2, -2


def test_early_exit_search():
    check(early_exit_search, ([[1, 2], [3, 4]], 4), ([[1, -1], [4]], 4), ([[1]], 7), ([], 1))


def roots(a: float, b: float, c: float) -> List[float]:
    d = b * b - 4 * a * c
    if d < 0:
        return []
    if d == 0:
        return [-b / (2 * a)]
    r = d**0.5
    return [(-b - r) / (2 * a), (-b + r) / (2 * a)]


def test_roots():
    check(roots, (1.0, -3.0, 2.0), (1.0, 2.0, 1.0), (1.0, 0.0, 1.0))


def running(x: Tensor, steps: int):
    outputs = []
    state = torch.zeros_like(x[0])
    for t in range(x.size(0)):
        if t >= steps:
            break
        state = 0.5 * state + x[t]
        outputs.append(state)
    return torch.stack(outputs, 0) if len(outputs) > 0 else x[:0], state


def test_running():
    x = torch.arange(12.0).reshape(4, 3)
    check(running, (x, 2), (x, 10), (x, 0))
