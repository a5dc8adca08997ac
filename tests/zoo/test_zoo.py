"""The model zoo: installed libraries compile as they stand, equal to eager bit for bit, also after save and load.

`make zoo` runs it whole; a small sample runs with the rest of the suite.
"""

from __future__ import annotations

import pytest

from tests.zoo.catalogue import Entry, all_models
from tests.zoo.families import attempt_family

pytest.importorskip("torchvision")
pytest.importorskip("timm")

#: What does not compile yet; `docs/zoo.md` has the reasons.
KNOWN_FAILURES = frozenset({"naflexvit_base_patch16_gap"})

#: Different in what they ask of the compiler: plain, named tuples, dicts of features, shifted windows, video, timm's factories.
SAMPLE = [
    "resnet18",
    "googlenet",
    "lraspp_mobilenet_v3_large",
    "swin_t",
    "r3d_18",
    "resnet/",
    "hiera/",
    "iformer/",
    "levit/",
]


def _assert_equal(entry: Entry) -> None:
    (outcome,) = attempt_family([entry])
    if entry.name in KNOWN_FAILURES and outcome.portfire == "fails":
        pytest.xfail(outcome.reason)
    assert outcome.portfire in ("equal", "compiles"), outcome.reason


def _name(entry: Entry) -> str:
    return f"{entry.library}/{entry.file}/{entry.name}"


@pytest.mark.zoo
@pytest.mark.parametrize("entry", all_models(), ids=_name)
def test_library(entry: Entry) -> None:
    _assert_equal(entry)


@pytest.mark.slow
@pytest.mark.parametrize(
    "entry", [entry for entry in all_models() if entry.name in SAMPLE or f"{entry.file}/" in SAMPLE], ids=_name
)
def test_sample(entry: Entry) -> None:
    _assert_equal(entry)
