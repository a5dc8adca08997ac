# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""Gradients: what the operators do not do.

Comes before: nothing. Comes after: `gradients.py`.
"""

from __future__ import annotations

import torch
from torch import Tensor


def present(gradients: list[Tensor | None]) -> list[Tensor]:
    """Gradients none of which is missing."""
    result: list[Tensor] = []
    for gradient in gradients:
        assert gradient is not None
        result.append(gradient)
    return result


def materialized(gradients: list[Tensor | None], inputs: list[Tensor], create_graph: bool) -> list[Tensor]:
    """Gradients, with zeros for those that are missing."""
    result: list[Tensor] = []
    for gradient, given in zip(gradients, inputs, strict=True):
        if gradient is None:
            result.append(torch.zeros_like(given).requires_grad_(create_graph))
        else:
            result.append(gradient)
    return result


def backward_into(
    tensors: list[Tensor],
    grad_tensors: list[Tensor | None] | None,
    inputs: list[Tensor],
    retain_graph: bool | None = None,
    create_graph: bool = False,
) -> None:
    """`torch.autograd.backward` that adds to the gradients of `inputs` only."""
    if len(inputs) == 0:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    keep = create_graph if retain_graph is None else retain_graph
    for i in range(len(tensors)):
        gradient = None if grad_tensors is None else grad_tensors[i]
        torch.ops.aten._backward(tensors[i], inputs, gradient, keep or i + 1 < len(tensors), create_graph)


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite: bool = False, foreach: bool | None = None) -> Tensor:
    """`torch.nn.utils.get_total_norm`."""
    with torch.no_grad():
        order = float(norm_type)
        if len(tensors) == 0:
            return torch.tensor(0.0)
        first = tensors[0].device
        norms = [torch.linalg.vector_norm(t, order).to(first) for t in tensors]
        total: Tensor = torch.linalg.vector_norm(torch.stack(norms), order)
        if error_if_nonfinite and bool(torch.logical_or(total.isnan(), total.isinf())):
            raise RuntimeError(
                f"The total norm of order {order} for gradients from `parameters` is non-finite, so it cannot be clipped."
            )
        return total


def _gradients_of(parameters) -> list[Tensor]:
    result: list[Tensor] = []
    for parameter in parameters:
        gradient = parameter.grad
        if gradient is not None:
            result.append(gradient)
    return result


def clip_grads_with_norm_(parameters, max_norm: float, total_norm: Tensor, foreach: bool | None = None) -> None:
    """`torch.nn.utils.clip_grads_with_norm_`."""
    with torch.no_grad():
        scale = torch.clamp(max_norm / (total_norm + 1e-6), max=1.0)
        for gradient in _gradients_of(parameters):
            gradient.mul_(scale.to(gradient.device))


def clip_grad_norm_(
    parameters, max_norm: float, norm_type=2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """`torch.nn.utils.clip_grad_norm_`."""
    total = get_total_norm(_gradients_of(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


def clip_grad_value_(parameters, clip_value: float, foreach: bool | None = None) -> None:
    """`torch.nn.utils.clip_grad_value_`."""
    with torch.no_grad():
        for gradient in _gradients_of(parameters):
            gradient.clamp_(min=-clip_value, max=clip_value)
