"""Gradients that Python changes are not part of a trace: hooks on modules' gradients, and autograd functions.

The program computes what `forward` computes, and its gradients are those of the operators. The user hears of each place where
eager's are others.

Comes before: `recording.py`. Comes after: `interception.py`, `tracer.py`.
"""

from __future__ import annotations

import sys
from types import FrameType

import torch

from portfire.errors import TraceError
from portfire.frontend.trace.recording import Recording

_APPLY = torch.autograd.Function.apply.__func__.__code__  # type: ignore[attr-defined]


def note_autograd_function(recording: Recording) -> bool:
    """Tell the user if an operator runs inside the `forward` of a `torch.autograd.Function`. Returns whether it does."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code is _APPLY:
            name = frame.f_locals["cls"].__name__
            if frame.f_locals["cls"].__module__.startswith("torch."):
                return True  # a hook of torch's own on gradients, see below, or a checkpoint
            message = (
                f"{name}.backward is Python's: the gradient of the program is that of the operators of {name}.forward"
            )
            recording.note_once(message, f"{message}. Results are the same; do not train through the program.")
            return True
        frame = frame.f_back
    return False


_GRADIENT_FUNCTIONS = (torch.autograd.grad, torch.Tensor.backward)


def refuse_gradients(recording: Recording, function: object) -> None:
    """Raises TraceError where the run computes gradients, or transforms functions: neither is an operator, and what it gives
    would be a constant."""
    if torch._C._are_functorch_transforms_active():
        raise TraceError(
            f"{recording.call_sites.current()}: a transformation of torch.func or torch.vmap runs inside of what is traced, which "
            "a trace does not record; write the operation on whole batches"
        )
    if function in _GRADIENT_FUNCTIONS:
        raise TraceError(
            f"{recording.call_sites.current()}: gradients are computed inside of what is traced, which a trace does not record; "
            "script it (portfire.script compiles torch.autograd.grad and backward)"
        )


def note_backward_hooks(recording: Recording, module: torch.nn.Module) -> None:
    """Tell the user of hooks on gradients, which the program does not call."""
    for name, child in module.named_modules():
        if getattr(child, "_backward_hooks", None) or getattr(child, "_backward_pre_hooks", None):
            message = f"{name or type(module).__name__} has backward hooks, which the program does not call"
            recording.note_once(message, f"{message}. Results are the same; gradients are those without the hooks.")
