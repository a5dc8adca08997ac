# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""torch's functions that take functions for branches and loops.

Comes before: nothing. Comes after: `torch_library.py`.
"""

from __future__ import annotations


def cond(pred, true_fn, false_fn, operands=()):
    """`torch.cond`."""
    if pred:
        return true_fn(*operands)
    return false_fn(*operands)


def while_loop(cond_fn, body_fn, carried_inputs):
    """`torch.while_loop`."""
    carried = carried_inputs
    while cond_fn(*carried):
        carried = body_fn(*carried)
    return carried
