# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""`torch.masked`, of tensors that are not sparse: reductions and normalisations of the elements that a mask lets through.

What is masked out takes the value that changes nothing: 0 in a sum, -inf in a maximum.

Comes before: nothing. Comes after: `torch_library.py`.
"""

from __future__ import annotations

import torch
from torch import Tensor


def dimensions(x: Tensor, dim) -> list[int]:
    """The dimensions that `dim` names, in order; all for None and for an empty tuple."""
    everything = list(range(x.dim()))
    if dim is None:
        return everything
    wanted: list[int] = [dim] if isinstance(dim, int) else list(dim)
    if len(wanted) == 0:
        return everything
    count = max(x.dim(), 1)
    found: list[int] = []
    for d in wanted:
        if d in found:
            raise RuntimeError(f"dim={d} appears multiple times in the list of dims")
        if d >= count or d < -count:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {d})"
            )
        found.append(d % count)
    return sorted(found)


def mask_of(x: Tensor, mask: Tensor) -> Tensor:
    """The mask as a bool for each element."""
    if mask.dim() > x.dim():
        raise IndexError("the mask has more dimensions than the input")
    return mask.broadcast_to(x.shape).to(torch.bool)


def filled(x: Tensor, mask: Tensor | None, value: Tensor) -> Tensor:
    """The tensor with `value` where the mask is False."""
    if x.layout != torch.strided:
        raise ValueError("a program has torch.masked of dense tensors only")
    return x if mask is None else torch.where(mask_of(x, mask), x, value)


def _number(x: Tensor, value: float) -> Tensor:
    return torch.full([], value, dtype=x.dtype, device=x.device)


def _lowest(x: Tensor) -> Tensor:
    if x.is_floating_point():
        return _number(x, -torch.inf)
    if x.is_complex() or x.dtype == torch.bool:
        raise NotImplementedError(f"identity of amax on {x.dtype} input")
    return torch.full([], torch.iinfo(x.dtype).min, dtype=x.dtype, device=x.device)


def _highest(x: Tensor) -> Tensor:
    if x.is_floating_point():
        return _number(x, torch.inf)
    if x.is_complex() or x.dtype == torch.bool:
        raise NotImplementedError(f"identity of amin on {x.dtype} input")
    return torch.full([], torch.iinfo(x.dtype).max, dtype=x.dtype, device=x.device)


def _of_sum(x: Tensor, dtype: torch.dtype | None) -> torch.dtype:
    if dtype is not None:
        return dtype
    small = (torch.uint8, torch.bool, torch.int8, torch.int16, torch.int32)
    return torch.int64 if x.dtype in small else x.dtype


def masked_sum(
    input: Tensor, dim=None, *, keepdim: bool = False, dtype: torch.dtype | None = None, mask: Tensor | None = None
):
    """See torch.masked.sum."""
    return torch.sum(
        filled(input, mask, _number(input, 0)), dimensions(input, dim), keepdim, dtype=_of_sum(input, dtype)
    )


def masked_prod(
    input: Tensor, dim=None, *, keepdim: bool = False, dtype: torch.dtype | None = None, mask: Tensor | None = None
):
    """See torch.masked.prod."""
    result = filled(input, mask, _number(input, 1)).to(_of_sum(input, dtype))
    for d in reversed(dimensions(input, dim)):
        result = result.prod(dim=d, keepdim=keepdim)
    return result


def masked_cumsum(input: Tensor, dim: int, *, dtype: torch.dtype | None = None, mask: Tensor | None = None):
    """See torch.masked.cumsum."""
    wanted = input.dtype if dtype is None else dtype
    return torch.cumsum(filled(input, mask, _number(input, 0)), dimensions(input, dim)[0], dtype=wanted)


def masked_cumprod(input: Tensor, dim: int, *, dtype: torch.dtype | None = None, mask: Tensor | None = None):
    """See torch.masked.cumprod."""
    wanted = input.dtype if dtype is None else dtype
    return torch.cumprod(filled(input, mask, _number(input, 1)), dimensions(input, dim)[0], dtype=wanted)


def masked_amax(
    input: Tensor, dim=None, *, keepdim: bool = False, dtype: torch.dtype | None = None, mask: Tensor | None = None
):
    """See torch.masked.amax."""
    wanted = input.dtype if dtype is None else dtype
    masked = input if mask is None else filled(input, mask, _lowest(input))
    return torch.amax(masked, dimensions(input, dim), keepdim).to(wanted)


def masked_amin(
    input: Tensor, dim=None, *, keepdim: bool = False, dtype: torch.dtype | None = None, mask: Tensor | None = None
):
    """See torch.masked.amin."""
    wanted = input.dtype if dtype is None else dtype
    masked = input if mask is None else filled(input, mask, _highest(input))
    return torch.amin(masked, dimensions(input, dim), keepdim).to(wanted)


def masked_argmax(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool = False,
    dtype: torch.dtype | None = None,
    mask: Tensor | None = None,
):
    """See torch.masked.argmax."""
    masked = input if mask is None else filled(input, mask, _lowest(input))
    return torch.argmax(masked, dim, keepdim).to(input.dtype if dtype is None else dtype)


def masked_argmin(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool = False,
    dtype: torch.dtype | None = None,
    mask: Tensor | None = None,
):
    """See torch.masked.argmin."""
    masked = input if mask is None else filled(input, mask, _highest(input))
    return torch.argmin(masked, dim, keepdim).to(input.dtype if dtype is None else dtype)


def _count(input: Tensor, dim, keepdim: bool, mask: Tensor | None) -> Tensor:
    ones = torch.ones(input.shape, dtype=torch.bool, device=input.device) if mask is None else mask_of(input, mask)
    return ones.sum(dimensions(input, dim), keepdim)


def masked_mean(
    input: Tensor, dim=None, *, keepdim: bool = False, dtype: torch.dtype | None = None, mask: Tensor | None = None
):
    """See torch.masked.mean."""
    wanted = input.dtype if dtype is None else dtype
    if not (wanted.is_floating_point or wanted.is_complex):
        raise ValueError(
            "mean(): Could not infer output dtype. The dtype must be either a floating point or complex dtype. "
            f"Got: {wanted}"
        )
    return masked_sum(input, dim, keepdim=keepdim, dtype=wanted, mask=mask) / _count(input, dim, keepdim, mask)


def masked_median(
    input: Tensor, dim: int = -1, *, keepdim: bool = False, dtype: torch.dtype | None = None, mask: Tensor | None = None
):
    """See torch.masked.median."""
    x = input if input.is_floating_point() else input.to(torch.float32)
    output = torch.nanmedian(filled(x, mask, _number(x, torch.nan)), dimensions(x, dim)[0], keepdim).values
    if input.is_floating_point():
        return output
    if bool(torch.isnan(output).any()):
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return output.to(input.dtype if dtype is None else dtype)


def masked_logsumexp(
    input: Tensor, dim=None, *, keepdim: bool = False, dtype: torch.dtype | None = None, mask: Tensor | None = None
):
    """See torch.masked.logsumexp."""
    lowest = _number(input, -torch.inf) if input.is_complex() else _lowest(input)
    result = torch.logsumexp(filled(input, mask, lowest), dimensions(input, dim), keepdim=keepdim)
    return result.to(input.dtype if dtype is None else dtype)


def masked_logaddexp(
    input: Tensor,
    other: Tensor,
    *,
    dtype: torch.dtype | None = None,
    input_mask: Tensor | None = None,
    other_mask: Tensor | None = None,
):
    """See torch.masked.logaddexp."""
    result = torch.logaddexp(filled(input, input_mask, _lowest(input)), filled(other, other_mask, _lowest(other)))
    return result.to(input.dtype if dtype is None else dtype)


def masked_norm(
    input: Tensor,
    ord: float = 2.0,
    dim=None,
    *,
    keepdim: bool = False,
    dtype: torch.dtype | None = None,
    mask: Tensor | None = None,
):
    """See torch.masked.norm."""
    if ord == -torch.inf and mask is not None and not input.is_floating_point():
        raise AssertionError(f"input must be floating point, got {input.dtype}")
    masked = filled(input, mask, _number(input, torch.inf if ord == -torch.inf else 0.0))
    wanted = input.dtype if dtype is None else dtype
    return torch.linalg.vector_norm(masked, ord, dimensions(input, dim), keepdim, dtype=wanted)


def masked_var(
    input: Tensor,
    dim=None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: torch.dtype | None = None,
    mask: Tensor | None = None,
):
    """See torch.masked.var."""
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    less = 1.0
    if unbiased is not None:
        less = 1.0 if unbiased else 0.0
    if correction is not None:
        less = correction
    wanted = input.dtype if dtype is None else dtype
    if dtype is None and not (wanted.is_floating_point or wanted.is_complex):
        wanted = torch.float32
    compute = wanted if wanted.is_floating_point or wanted.is_complex else torch.float32
    mean = torch.divide(masked_sum(input, dim, keepdim=True, dtype=wanted, mask=mask), _count(input, dim, True, mask))
    x = torch.subtract(input, mean)
    total = masked_sum(x * x.conj(), dim, keepdim=keepdim, dtype=compute, mask=mask)
    count = _count(input, dim, keepdim, mask)
    if less != 0:
        count = torch.subtract(count.to(total.real.dtype), less)
        count = torch.maximum(count, count.new_zeros([]))
    return torch.divide(total, count).to(wanted)


def masked_std(
    input: Tensor,
    dim=None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: torch.dtype | None = None,
    mask: Tensor | None = None,
):
    """See torch.masked.std."""
    variance = masked_var(input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask)
    return torch.sqrt(variance)


def masked_softmax(input: Tensor, dim: int, *, dtype: torch.dtype | None = None, mask: Tensor | None = None):
    """See torch.masked.softmax."""
    masked = input if mask is None else filled(input, mask, _lowest(input))
    return torch.softmax(masked, dimensions(input, dim)[0], dtype=input.dtype if dtype is None else dtype)


def masked_log_softmax(input: Tensor, dim: int, *, dtype: torch.dtype | None = None, mask: Tensor | None = None):
    """See torch.masked.log_softmax."""
    masked = input if mask is None else filled(input, mask, _lowest(input))
    return torch.log_softmax(masked, dimensions(input, dim)[0], dtype=input.dtype if dtype is None else dtype)


def masked_softmin(input: Tensor, dim: int, *, dtype: torch.dtype | None = None, mask: Tensor | None = None):
    """See torch.masked.softmin."""
    masked = input if mask is None else filled(input, mask, _highest(input))
    return torch.softmax(-masked, dimensions(input, dim)[0], dtype=input.dtype if dtype is None else dtype)


def masked_normalize(
    input: Tensor,
    ord: float,
    dim: int,
    *,
    eps: float = 1e-12,
    dtype: torch.dtype | None = None,
    mask: Tensor | None = None,
):
    """See torch.masked.normalize."""
    size = masked_norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return torch.divide(filled(input, mask, _number(input, 0)), torch.maximum(size, size.new_full([], eps)))
