# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""What is done with several futures, in Python that is compiled in.

Comes before: nothing. Comes after: `library_functions.py`.
"""

from __future__ import annotations


def wait_all(futures):
    """`torch.futures.wait_all(futures)`."""
    return [future.wait() for future in futures]
