"""One attempt at a model: compiled, compared with eager, compared again after save and load; or what torch.jit says of it.

Comes before: `catalogue.py`. Comes after: `processes.py`, which runs attempts with a time limit.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import torch

from tests.zoo.catalogue import Entry

#: A model whose eager run takes longer, on all cores together, is compiled, but not compared.
LONGEST_RUN_SECONDS = 120.0


@dataclasses.dataclass
class Outcome:
    """What became of a model. `portfire` is "equal", "compiles" (too long to run), or "fails" for `reason`."""

    library: str
    file: str
    name: str
    portfire: str = "fails"
    reason: str = ""
    compile_seconds: float = 0.0
    torch_jit: str = ""
    torch_jit_reason: str = ""


def same(found: Any, expected: Any) -> bool:
    """Bit for bit, NaN included. A model that adds its training outputs when it is scripted, and says so in its source
    (torchvision's googlenet), answers with a named tuple whose first field is what eager answers."""
    if isinstance(expected, torch.Tensor):
        if isinstance(found, tuple) and hasattr(found, "_fields"):
            found = found[0]
        return (
            isinstance(found, torch.Tensor)
            and found.dtype == expected.dtype
            and found.shape == expected.shape
            and torch.equal(found.isnan(), expected.isnan())
            and torch.equal(found.nan_to_num(), expected.nan_to_num())
        )
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    return bool(found == expected)


def attempt(entry: Entry, peer: bool = False) -> Outcome:
    """Try one model: with portfire, or with `peer` with torch.jit."""
    outcome = Outcome(entry.library, entry.file, entry.key)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        model = entry.build()
        try:
            if peer:
                torch.jit.script(model)
                outcome.torch_jit = "compiles"
            else:
                _try_portfire(entry, model, outcome)
        except Exception as error:
            if peer:
                outcome.torch_jit, outcome.torch_jit_reason = "fails", _first_obstacle(error)
            else:
                outcome.reason = _first_obstacle(error)
    return outcome


def _try_portfire(entry: Entry, model: torch.nn.Module, outcome: Outcome) -> None:
    import portfire

    start = time.process_time()
    compiled = portfire.script(model)
    outcome.compile_seconds = round(time.process_time() - start, 2)
    start = time.process_time()
    inputs, expected = _eagerly(entry, model)
    if time.process_time() - start > LONGEST_RUN_SECONDS:
        outcome.portfire = "compiles"
        return
    if not same(entry.result(compiled(*inputs)), expected):
        outcome.reason = "the result is not eager's"
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pt"
        portfire.save(compiled, path)
        del compiled
        if not same(entry.result(portfire.load(path)(*inputs)), expected):
            outcome.reason = "the result after save and load is not eager's"
            return
    outcome.portfire = "equal"


def _eagerly(entry: Entry, model: torch.nn.Module) -> tuple[tuple[torch.Tensor, ...], Any]:
    """The first inputs that the model takes, and what it makes of them."""
    refused: Exception | None = None
    for inputs in entry.inputs(model):
        try:
            return inputs, model(*inputs)
        except Exception as error:  # a size that this model does not take
            refused = error
    assert refused is not None
    raise refused


def _first_obstacle(error: Exception) -> str:
    """The first line that says what is wrong, without folders."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = next((line for line in lines if "error[" in line), lines[0] if lines else "")
    folder, _, rest = told.partition("/site-packages/")
    return f"{type(error).__name__}: {rest or folder}"[:300]
