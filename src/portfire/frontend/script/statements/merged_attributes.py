"""What is known of attributes where branches meet.

    if self.cache is None:
        self.cache = x
    ...                      # self.cache is not None: it was assigned in one branch, and tested in the other

Comes before: `refinement.py`, `environment.py`. Comes after: `merging.py`, `loops.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.environment import Frame
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.types.inference import joined
from portfire.ir.subtyping import is_subtype
from portfire.ir.types import Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def attributes_after(live: Sequence[Frame]) -> dict[str, Type]:
    """What every branch that gets to its end knows there of chains of attributes (`self.x`), as far as one has learned it."""
    chains = dict.fromkeys(n for frame in live for n in frame.refined if "." in n)
    found = {chain: _common_type(chain, live) for chain in chains}
    return {chain: type_ for chain, type_ in found.items() if type_ is not None}


def merge_attributes(emitter: Emitter, after: dict[str, Type]) -> None:
    """Let it be known after the branches."""
    from portfire.frontend.script.statements.refinement import refine

    for chain, type_ in after.items():
        refine(emitter, {chain: type_})


def _common_type(chain: str, live: Sequence[Frame]) -> Type | None:
    common: Type | None = None
    for frame in live:
        value = frame.refinement(chain)
        type_ = None if value is None else static_type(value)
        if type_ is None:
            return None
        common = type_ if common is None else joined(common, type_)
    return common


def known_attributes(frame: Frame | None, rebound: Collection[str]) -> dict[str, Type]:
    """What is known of chains of attributes in a block, but for those of variables that are `rebound`."""
    found: dict[str, Type] = {}
    block = frame
    while frame is not None and block is not None:
        for chain in block.refined:
            root = chain.partition(".")[0]
            value = frame.refinement(chain) if root != chain and root not in rebound else None
            type_ = None if value is None else static_type(value)
            if type_ is not None:
                found[chain] = type_
        block = block.outer
    return found


def still_known(frame: Frame, chain: str, type_: Type) -> bool:
    """Whether at the end of a block a chain is certainly of the type."""
    value = frame.refinement(chain)
    found = None if value is None else static_type(value)
    return found is not None and is_subtype(found, type_)
