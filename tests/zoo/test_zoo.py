"""The model zoo: installed libraries compile as they stand, equal to eager bit for bit, also after save and load.

`make zoo` runs it whole, `make zoo SHARD=1/4` the first quarter; a small sample runs with the rest of the suite.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator

import pytest

pytest.importorskip("torchvision")
pytest.importorskip("timm")

from tests.zoo.catalogue import Entry, all_models  # noqa: E402
from tests.zoo.known_failures import KNOWN_FAILURES  # noqa: E402
from tests.zoo.more_models import more_models  # noqa: E402
from tests.zoo.processes import Workshop  # noqa: E402

#: Different in what they ask of the compiler: named tuples, lists of images, dicts of features, shifted windows, video, timm's factories.
CHOSEN = [
    "fcos_resnet50_fpn",
    "googlenet",
    "lraspp_mobilenet_v3_large",
    "swin_t",
    "r3d_18",
    "test_resnet",
    "levit_128",
    "hiera_tiny_224",
]
#: Of the others one in so many: those whose number leaves this remainder, which none of the largest does.
SAMPLED, REMAINDER = 40, 23


_EVERYTHING = (*all_models(), *more_models())


def _number(entry: Entry) -> int:
    """A number that depends on the name only, and spreads the models of a family."""
    return zlib.crc32(entry.full_name.encode())


def _is_sample(entry: Entry) -> bool:
    return entry.name in CHOSEN or _number(entry) % SAMPLED == REMAINDER


def _shard() -> list[Entry]:
    """The models that this run is for."""
    part, _, parts = os.environ.get("ZOO_SHARD", "1/1").partition("/")
    return [entry for entry in _EVERYTHING if _number(entry) % int(parts) == int(part) - 1]


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


def _assert_as_listed(workshop: Workshop, entry: Entry) -> None:
    outcome = workshop.attempt(entry)
    known = KNOWN_FAILURES.get(entry.full_name)
    if known is None:
        assert outcome.portfire in ("equal", "compiles"), outcome.reason
    else:
        assert outcome.portfire == "fails", "it works now: take it from the list of known failures"
        assert known in outcome.reason


@pytest.mark.zoo
@pytest.mark.parametrize("entry", _shard(), ids=lambda entry: entry.full_name)
def test_model(workshop: Workshop, entry: Entry) -> None:
    _assert_as_listed(workshop, entry)


@pytest.mark.slow
@pytest.mark.parametrize(
    "entry", [entry for entry in _EVERYTHING if _is_sample(entry)], ids=lambda entry: entry.full_name
)
def test_sample(workshop: Workshop, entry: Entry) -> None:
    _assert_as_listed(workshop, entry)


def test_every_known_failure_is_a_model() -> None:
    assert set(KNOWN_FAILURES) <= {entry.full_name for entry in _EVERYTHING}
