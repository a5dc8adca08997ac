"""The dispatch key that recordings live on, and running without it.

The key is torch's `TESTING_ONLY_GenericMode`: it lies above autograd and autocast, exists for modes of this kind, and has no
kernels of torch's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

KEY_NAME = "TESTING_ONLY_GenericMode"


def key() -> Any:
    """The key, as torch numbers it."""
    return torch._C._dispatch_key_parse(KEY_NAME)


@contextmanager
def unwatched() -> Iterator[None]:
    """Run without recording operators."""
    with torch._C._ExcludeDispatchKeyGuard(torch._C.DispatchKeySet(key())):
        yield
