"""What torchvision has beside models: transforms (version 1), and functions and layers of `torchvision.ops`.

Comes before: `vision_operators.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import portfire

pytest.importorskip("torchvision")

from torchvision import ops  # noqa: E402
from torchvision import transforms as T  # noqa: E402

from tests.zoo.attempt import same  # noqa: E402
from tests.zoo.vision_operators import define_vision_operators  # noqa: E402

define_vision_operators()

pytestmark = pytest.mark.slow

TRANSFORMS: dict[str, Callable[[], nn.Module]] = {
    "resize": lambda: T.Resize([6, 8], antialias=True),
    "resize_smaller_side": lambda: T.Resize(6, antialias=True),
    "center_crop": lambda: T.CenterCrop(4),
    "pad": lambda: T.Pad([1, 2], padding_mode="reflect"),
    "random_crop": lambda: T.RandomCrop(4),
    "random_resized_crop": lambda: T.RandomResizedCrop(4, antialias=True),
    "flips": lambda: nn.Sequential(T.RandomHorizontalFlip(), T.RandomVerticalFlip()),
    "color_jitter": lambda: T.ColorJitter(0.2, 0.2, 0.2, 0.1),
    "gray": lambda: T.Grayscale(3),
    "rotation": lambda: T.RandomRotation(20),
    "affine": lambda: T.RandomAffine(10, (0.1, 0.1), (0.8, 1.2), 5),
    "perspective": lambda: T.RandomPerspective(p=1.0),
    "erasing": lambda: T.RandomErasing(p=1.0),
    "blur": lambda: T.GaussianBlur(3),
    "sharpness": lambda: T.RandomAdjustSharpness(2, p=1.0),
    "autocontrast": lambda: T.RandomAutocontrast(p=1.0),
    "five_crops": lambda: T.FiveCrop(4),
    "classification": lambda: nn.Sequential(
        T.Resize([10, 10], antialias=True), T.CenterCrop(8), T.ConvertImageDtype(torch.float), T.Normalize([0.5] * 3, [0.2] * 3)
    ),
    "augment": lambda: T.RandAugment(),
}  # fmt: skip


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.filterwarnings("ignore")
def test_transform(name: str) -> None:
    torch.manual_seed(0)
    image = torch.rand(3, 9, 12) if name not in ("augment",) else torch.randint(256, (3, 9, 12), dtype=torch.uint8)
    transform = TRANSFORMS[name]()
    compiled = portfire.script(transform)
    for seed in range(3):
        torch.manual_seed(seed)
        expected = transform(image)
        torch.manual_seed(seed)
        assert same(compiled(image), expected)


BOXES = torch.tensor([[0.0, 0, 4, 4], [1, 1, 5, 5], [10, 10, 14, 18]])
SCORES = torch.tensor([0.5, 0.9, 0.7])
LABELS = torch.tensor([0, 0, 1])

FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "nms": (ops.nms, (BOXES, SCORES, 0.3)),
    "batched_nms": (ops.batched_nms, (BOXES, SCORES, LABELS, 0.3)),
    "box_iou": (ops.box_iou, (BOXES, BOXES + 1)),
    "generalized_box_iou": (ops.generalized_box_iou, (BOXES, BOXES + 1)),
    "distance_box_iou": (ops.distance_box_iou, (BOXES, BOXES + 1)),
    "complete_box_iou": (ops.complete_box_iou, (BOXES, BOXES + 1)),
    "box_convert": (ops.box_convert, (BOXES, "xyxy", "cxcywh")),
    "clip_boxes_to_image": (ops.clip_boxes_to_image, (BOXES, (8, 12))),
    "remove_small_boxes": (ops.remove_small_boxes, (BOXES, 4.5)),
    "masks_to_boxes": (ops.masks_to_boxes, (torch.eye(4).reshape(1, 4, 4) > 0,)),
    "sigmoid_focal_loss": (ops.sigmoid_focal_loss, (SCORES, SCORES.round(), 0.25, 2.0, "mean")),
    "complete_box_iou_loss": (ops.complete_box_iou_loss, (BOXES, BOXES + 1, "sum")),
    "roi_align": (ops.roi_align, (torch.rand(1, 2, 20, 20), [BOXES], [2, 2])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name: str) -> None:
    function, arguments = FUNCTIONS[name]
    assert same(portfire.script(function)(*arguments), function(*arguments))


@pytest.mark.parametrize(
    "make",
    [
        lambda: ops.FeaturePyramidNetwork([4, 8], 4),
        lambda: ops.MultiScaleRoIAlign(["0"], 2, 2),
        lambda: ops.SqueezeExcitation(8, 4),
        lambda: ops.DeformConv2d(3, 4, 3),
        lambda: ops.PSRoIPool(3, 1.0),
        lambda: ops.DropBlock2d(0.3, 3),
        lambda: ops.FrozenBatchNorm2d(4),
    ],
)
def test_layer_compiles(make: Callable[[], nn.Module]) -> None:
    assert portfire.check(make()).ok


def test_feature_pyramid() -> None:
    torch.manual_seed(0)
    model = ops.FeaturePyramidNetwork([4, 8], 4).eval()
    features = {"0": torch.rand(1, 4, 8, 8), "1": torch.rand(1, 8, 4, 4)}
    expected: dict[str, Tensor] = model(features)
    assert same(portfire.script(model)(features), expected)
