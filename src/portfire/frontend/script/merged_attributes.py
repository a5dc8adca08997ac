"""What is known of attributes where branches meet.

    if self.cache is None:
        self.cache = x
    ...                      # self.cache is not None: it was assigned in one branch, and tested in the other

Comes before: `refinement.py`, `environment.py`. Comes after: `merging.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.conversion import static_type
from portfire.frontend.script.environment import FORGOTTEN, Frame
from portfire.frontend.script.inference import joined
from portfire.ir.types import Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def merge_attributes(emitter: Emitter, live: Sequence[Frame]) -> None:
    """Let what every branch that gets to its end knows of a chain of attributes (`self.x`) be known after them."""
    from portfire.frontend.script.refinement import refine

    chains = [n for n in live[0].refined if "." in n] if live else []
    for chain in chains:
        common = _common_type(chain, live)
        if common is not None:
            emitter.frame.refined.pop(chain, None)
            refine(emitter, {chain: common})


def _common_type(chain: str, live: Sequence[Frame]) -> Type | None:
    common: Type | None = None
    for frame in live:
        value = frame.refined.get(chain)
        type_ = None if value is None or value is FORGOTTEN else static_type(value)
        if type_ is None:
            return None
        common = type_ if common is None else joined(common, type_)
    return common
