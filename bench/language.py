"""Python-level work on lists, dicts, strings and classes: five programs against torch.jit and against eager CPython."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

import portfire
from bench import language_programs as programs
from bench.measure import Figure, medians


def _detections(random_: random.Random) -> tuple[Any, ...]:
    boxes, scores, labels = [], [], []
    for _ in range(400):
        x, y = random_.uniform(0, 300), random_.uniform(0, 300)
        boxes.append([x, y, x + random_.uniform(5, 80), y + random_.uniform(5, 80)])
        scores.append(random_.random())
        labels.append(random_.randrange(4))
    return boxes, scores, labels, 0.3, 200


def _frames(random_: random.Random) -> tuple[Any, ...]:
    alphabet = "abcdefghijklmnopqrstuvwxyz '"
    frames = []
    for _ in range(40):
        weights = [random_.random() ** 12 for _ in range(len(alphabet) + 1)]
        frames.append([w / sum(weights) for w in weights])
    return frames, alphabet, 12


def _text(random_: random.Random) -> tuple[Any, ...]:
    letters = "etaoinshrdlu"
    words = ["".join(random_.choice(letters) for _ in range(random_.randint(2, 11))) for _ in range(400)]
    vocabulary = {"[UNK]": 0}
    for piece in (*letters, *(w[i:j] for w in words[:200] for i in (0, 2) for j in (4, 6)), *words[::2], *".,!?"):
        for spelled in (piece, "##" + piece):
            vocabulary.setdefault(spelled, len(vocabulary))
    text = " ".join(random_.choice(words).capitalize() + random_.choice(["", "", ",", ".", "!"]) for _ in range(1000))
    return text, vocabulary, 12


def _graph(random_: random.Random) -> tuple[Any, ...]:
    nodes, edges = 400, 2400
    sources = [random_.randrange(nodes) for _ in range(edges)]
    targets = [random_.randrange(nodes) for _ in range(edges)]
    return sources, targets, [random_.uniform(0.1, 10) for _ in range(edges)], nodes


def _log(random_: random.Random) -> tuple[Any, ...]:
    lines = ["# a comment", ""]
    for i in range(300):
        level = random_.choice(["info", "warning", "error"])
        module = random_.choice(["loader", "trainer", "scheduler", "exporter"])
        values = [f"{k}={random_.randrange(1000)}" for k in ("step", "loss", "size")[: random_.randint(1, 3)]]
        lines.append(f"{i:05d} {level} {module}: {' '.join(values)} done")
    return ("\n".join(lines),)


#: Name, program, input.
PROGRAMS: list[tuple[str, Callable[..., Any], Callable[[random.Random], tuple[Any, ...]]]] = [
    ("suppression over lists", programs.suppress, _detections),
    ("beam search over a dict", programs.beam_search, _frames),
    ("string tokenizer", programs.tokenize, _text),
    ("shortest paths with classes", programs.shortest_paths, _graph),
    ("log summary", programs.summarize, _log),
]


def python_level_programs() -> list[Figure]:
    """Time of each program over that of torch.jit's, and of CPython's, on the same input."""
    figures = []
    for name, program, make_input in PROGRAMS:
        arguments = make_input(random.Random(7))
        runs = {"ours": portfire.script(program), "jit": torch.jit.script(program), "python": program}
        expected = program(*arguments)
        for run in runs.values():
            assert run(*arguments) == expected
        times = medians({n: partial(f, *arguments) for n, f in runs.items()}, rounds=101, warm=5)
        note = f"({1e3 * times['ours']:.2f} ms)"
        figures.append(Figure(f"{name} / torch.jit", times["ours"] / times["jit"], 0.7, note=note))
        figures.append(Figure(f"{name} / CPython", times["ours"] / times["python"], 1.0))
    return figures
