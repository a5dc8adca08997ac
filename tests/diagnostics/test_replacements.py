"""What messages say to write instead of other libraries exists, and is said where those are used."""

from __future__ import annotations

import math
import operator
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import portfire
from portfire.diagnostics.replacements import LIBRARIES, about_library, instead_of_numpy
from tests.diagnostics.documented_code import imported

NAMED = re.compile(r"\b(torch|math)((?:\.[a-zA-Z_]\w*)+)")
ROOTS = {"torch": torch, "math": math}


def texts() -> list[str]:
    names = [n for n in dir(np) if not n.startswith("_")]
    names += [f"{m}.{n}" for m in ("linalg", "fft", "random") for n in dir(getattr(np, m)) if not n.startswith("_")]
    return [t for t in map(instead_of_numpy, names) if t is not None] + [row.instead for row in LIBRARIES.values()]


def test_what_is_named_exists() -> None:
    missing = set()
    for text in texts():
        for root, path in NAMED.findall(text):
            try:
                operator.attrgetter(path[1:])(ROOTS[root])
            except AttributeError:
                if (root, path) != ("math", ".cbrt"):  # since Python 3.11
                    missing.add(root + path)
    assert missing == set()


def test_the_usual_functions_are_there() -> None:
    usual = (
        "array asarray zeros ones arange linspace eye concatenate stack vstack hstack split reshape transpose squeeze"
        " expand_dims where clip maximum minimum max min sum mean std var prod cumsum argmax argmin argsort sort unique"
        " abs sqrt exp log log2 sin cos tan arctan2 tanh floor ceil round power dot matmul einsum outer cross trace diag"
        " tril triu isnan isinf isfinite any all allclose array_equal flip roll tile repeat pad meshgrid searchsorted"
        " bincount histogram percentile median nonzero take full zeros_like ones_like copy float32 int64 newaxis"
    )
    assert [n for n in usual.split() if instead_of_numpy(n) is None] == []


def test_longest_prefixes() -> None:
    assert about_library("random.choice") is LIBRARIES["random.choice"]
    assert about_library("random.betavariate") is LIBRARIES["random"]
    assert about_library("os.path.join") is LIBRARIES["os.path"]
    assert about_library("my_package.os") is None


CASES = [
    ("np.sqrt(2.0)", "math.sqrt(x)"),
    ("np.concatenate([x, x])", "torch.cat"),
    ("np.linalg.norm(x)", "torch.linalg.norm"),
    ("np.random.rand(3)", "torch.rand"),
    ("np.float32(1)", "torch.float32"),
    ("x.numpy()", "keep the tensor"),
    ("random.random()", "torch.rand"),
    ("time.time()", "around the call"),
    ("os.environ['HOME']", "`__init__`"),
    ("os.path.join('a', 'b')", "`__init__`"),
    ("json.loads('{}')", "before the call"),
    ("re.match('a', 'b')", "methods of str"),
    ("open('f')", "`__init__`"),
    ("input('?')", "pass the answer in"),
    ("eval('x')", "write the expression"),
    ("torch.save(x, 'f')", "`__init__`"),
    ("torch.from_numpy(x)", "pass the tensor in"),
    ("torch.cuda.synchronize()", "leave it out"),
    ("torch.sofmax(x, 1)", "did you mean 'softmax'?"),
    ("torch.sum(x, dimm=1)", "did you mean 'dim'?"),
    ("x.relo()", "did you mean 'relu'?"),
    ("scaled(x, facto=2)", "did you mean 'factor'?"),
    ("FACTR", "did you mean 'FACTOR'?"),
    ("'a'.uper()", "did you mean 'upper'?"),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_help(expression: str, expected: str, tmp_path: Path) -> None:
    source = (
        "import json, os, random, re, time\nimport numpy as np\nimport torch\nFACTOR = 2\n"
        "def scaled(x, factor: int):\n    return x * factor\n"
        f"def f(x):\n    return {expression}\n"
    )
    report = portfire.check(imported(source, tmp_path).f)
    (found,) = report.obstacles
    assert expected in (found.help or ""), str(report)
    assert report.bug is None
