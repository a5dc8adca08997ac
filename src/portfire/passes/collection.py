"""Compiling without the garbage collector.

A large graph is many small objects that all stay alive: the collector walks over all of them again and again while it grows,
and finds nothing. Reference counting goes on.

Comes before: nothing. Comes after: `pipeline.py`, `freeze_module.py`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause the cyclic collector, where it is on."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
