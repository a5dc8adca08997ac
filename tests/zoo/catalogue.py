"""The models of the zoo: every classification, segmentation and video model of torchvision, and of each model file of timm
one of the smallest.

Comes before: torchvision, timm. Comes after: `attempt.py`, `test_zoo.py`, `tools/zoo_table.py`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

#: What the names of small models say, smallest first.
_SMALL = (
    "test_",
    "atto",
    "femto",
    "pico",
    "nano",
    "xxs",
    "xxtiny",
    "micro",
    "mini",
    "xtiny",
    "tiny",
    "xs",
    "small",
    "lite",
)
#: Sides of images for models that take any, or say so.
_SMALL_SIDES = (64, 128)
#: torchvision models whose input size is fixed, and those that need more than the others.
_VISION_SIZES = {r"vit_|maxvit": 224, r"(quantized_)?inception": 96, r"": 64}
_VIDEO_SHAPES = {r"mvit": (16, 224), r"s3d": (16, 224), r"": (4, 64)}


@dataclass(frozen=True)
class Entry:
    """A model: which library, the file of the library that defines it, its name, and options for its constructor."""

    library: str
    file: str
    name: str
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """What tells it from all others: `resnet18`, `vit_tiny_patch16_224(dynamic_img_size=True)`."""
        options = ", ".join(f"{name}={value!r}" for name, value in self.options)
        return f"{self.name}({options})" if options else self.name

    @property
    def full_name(self) -> str:
        """The key with its library."""
        return f"{self.library}/{self.key}"

    def build(self) -> torch.nn.Module:
        """The model with random weights, always the same ones, ready for inference."""
        torch.manual_seed(0)
        if self.library == "timm":
            import timm

            model = timm.create_model(self.name, pretrained=False, **dict(self.options))
        else:
            import torchvision

            plain = {"weights_backbone": None} if self.file == "segmentation" else {}
            if self.name.endswith(("googlenet", "inception_v3")):
                plain = {"init_weights": False}
            model = torchvision.models.get_model(self.name, weights=None, **plain, **dict(self.options))
        assert isinstance(model, torch.nn.Module)
        return model.eval()

    def inputs(self, model: Any) -> Iterator[tuple[Any, ...]]:
        """Inputs to try until the model takes one, small ones first."""
        for shape in self._shapes(model):
            torch.manual_seed(1)
            yield (torch.randn(1, *shape),)

    def result(self, answer: Any) -> Any:
        """The part of a compiled model's answer that eager gives."""
        return answer

    def _shapes(self, model: Any) -> list[tuple[int, ...]]:
        if self.library == "timm":
            config = model.default_cfg if hasattr(model, "default_cfg") else _config(self.name)
            channels, *size = config["input_size"]
            smaller = [] if config.get("fixed_input_size", False) else [(channels, side, side) for side in _SMALL_SIDES]
            return [*(shape for shape in smaller if shape[1] < size[0]), (channels, *size)]
        if self.file == "video":
            frames, side = _first_match(_VIDEO_SHAPES, self.name)
            return [(3, frames, side, side)]
        side = _first_match(_VISION_SIZES, self.name)
        return [(3, side, side)]


def _config(name: str) -> dict[str, Any]:
    """What timm says of a model's input, for one that is wrapped."""
    import timm

    config: dict[str, Any] = timm.get_pretrained_cfg(name).to_dict()
    return config


def _first_match(table: dict[str, Any], name: str) -> Any:
    return next(value for pattern, value in table.items() if re.match(pattern, name))


def _smallest(names: list[str]) -> str:
    """The model whose name promises the least work."""

    def rank(name: str) -> tuple[int, int, str]:
        size = next((i for i, word in enumerate(_SMALL) if word in name), len(_SMALL))
        return size, len(name), name

    return min(names, key=rank)


def torchvision_models() -> list[Entry]:
    """All classification, segmentation and video models of the installed torchvision."""
    from torchvision import models

    kinds = {"classification": models, "segmentation": models.segmentation, "video": models.video}
    return [
        Entry("torchvision", kind, name) for kind, module in kinds.items() for name in models.list_models(module=module)
    ]


def timm_models() -> list[Entry]:
    """One model of every model file of the installed timm."""
    import timm

    return [Entry("timm", file, _smallest(timm.list_models(module=file))) for file in timm.list_modules()]


@functools.cache
def all_models() -> tuple[Entry, ...]:
    """The zoo proper."""
    return (*torchvision_models(), *timm_models())
