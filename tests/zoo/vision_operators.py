"""Stand-ins for torchvision's operators in C++, which are not there where its extension was not built.

What they compute is like the originals, and the same for eager and compiled code: that is what the tests compare.

Comes before: nothing. Comes after: `processes.py`, the tests of models that find things in images.
"""

from __future__ import annotations

import importlib
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

_ROIS: Final = "Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width"
_SCHEMAS: Final = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "box_iou_rotated": "(Tensor boxes1, Tensor boxes2) -> Tensor",
    "roi_align": f"({_ROIS}, int sampling_ratio, bool aligned) -> Tensor",
    "qroi_align": f"({_ROIS}, int sampling_ratio, bool aligned) -> Tensor",
    "roi_pool": f"({_ROIS}) -> (Tensor, Tensor)",
    "ps_roi_align": f"({_ROIS}, int sampling_ratio) -> (Tensor, Tensor)",
    "ps_roi_pool": f"({_ROIS}) -> (Tensor, Tensor)",
    "deform_conv2d": "(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, "
    "SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor",
    "_cuda_version": "() -> int",
}


def define_vision_operators() -> None:
    """Define what torchvision has not defined. Before torchvision is imported, or after."""
    missing = [name for name in _SCHEMAS if not hasattr(torch.ops.torchvision, name)]
    for name in missing:
        torch.library.define(f"torchvision::{name}", _SCHEMAS[name])
    for name, function in {"nms": _nms, "roi_align": _roi_align}.items():
        if not torch._C._dispatch_has_kernel_for_dispatch_key(f"torchvision::{name}", "CPU"):
            torch.library.impl(f"torchvision::{name}", "CPU", function)
    extension = importlib.import_module("torchvision.extension")
    roi_align = importlib.import_module("torchvision.ops.roi_align")  # the package has a function of this name
    if not extension._has_ops():
        vars(extension)["_has_ops"] = vars(roi_align)["_has_ops"] = _has_operators


def _has_operators() -> bool:
    return True


def _nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """The boxes that overlap none with a better score by more than the threshold, best first."""
    order = scores.argsort(descending=True, stable=True)
    kept: list[int] = []
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while order.numel():
        best = order[0]
        kept.append(int(best))
        others = order[1:]
        low = torch.maximum(boxes[best, :2], boxes[others, :2])
        high = torch.minimum(boxes[best, 2:], boxes[others, 2:])
        common = (high - low).clamp(min=0).prod(1)
        order = others[common / (areas[best] + areas[others] - common) <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def _roi_align(
    x: Tensor, rois: Tensor, scale: float, height: int, width: int, sampling_ratio: int, aligned: bool
) -> Tensor:
    """Each region as a picture of one size: cut out to whole pixels, and averaged."""
    result = x.new_zeros(len(rois), x.shape[1], height, width)
    for i, roi in enumerate(rois):
        number, left, top, right, bottom = (roi * roi.new_tensor([1, scale, scale, scale, scale])).long().tolist()
        left, top = min(max(left, 0), x.shape[3] - 1), min(max(top, 0), x.shape[2] - 1)
        cut = x[number, :, top : max(bottom, top + 1), left : max(right, left + 1)]
        result[i] = F.adaptive_avg_pool2d(cut, (height, width))
    return result
