"""Models beyond the zoo proper: what torchvision has for finding things in images, for optical flow and to be quantised, and
variants of timm's models that take other paths through the same code.

Comes before: `catalogue.py`, `vision_operators.py`. Comes after: `processes.py`, `tools/zoo_table.py`, `test_zoo.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from tests.zoo.catalogue import Entry
from tests.zoo.vision_operators import define_vision_operators


@dataclass(frozen=True)
class Detector(Entry):
    """A model that finds things in a list of images. Compiled, it answers with losses and findings, as its source says."""

    @property
    def key(self) -> str:
        """See the base class. The options only make the work small."""
        return self.name

    def build(self) -> torch.nn.Module:
        """See the base class."""
        import torchvision

        define_vision_operators()
        torch.manual_seed(0)
        model = torchvision.models.get_model(self.name, weights=None, weights_backbone=None, **dict(self.options))
        assert isinstance(model, torch.nn.Module)
        return model.eval()

    def inputs(self, model: Any) -> Iterator[tuple[Any, ...]]:
        """See the base class."""
        torch.manual_seed(1)
        yield ([torch.rand(3, 60, 80), torch.rand(3, 70, 64)],)

    def result(self, answer: Any) -> Any:
        """See the base class."""
        return answer[1]


@dataclass(frozen=True)
class Flow(Entry):
    """A model of optical flow: between two images."""

    def build(self) -> torch.nn.Module:
        """See the base class."""
        import torchvision

        torch.manual_seed(0)
        model = torchvision.models.get_model(self.name, weights=None)
        assert isinstance(model, torch.nn.Module)
        return model.eval()

    def inputs(self, model: Any) -> Iterator[tuple[Any, ...]]:
        """See the base class."""
        torch.manual_seed(1)
        yield (torch.rand(1, 3, 128, 128), torch.rand(1, 3, 128, 128), 2)


_SMALL = (("min_size", 64), ("max_size", 96), ("num_classes", 5))
_FEW_PROPOSALS = (("rpn_pre_nms_top_n_test", 50), ("rpn_post_nms_top_n_test", 20))
_FEW_CANDIDATES = (("topk_candidates", 20), ("score_thresh", 0.0))


def _detectors() -> list[Entry]:
    import torchvision

    options: dict[str, tuple[tuple[str, Any], ...]] = {
        "rcnn": (*_SMALL, *_FEW_PROPOSALS),
        "retinanet": (*_SMALL, *_FEW_CANDIDATES),
        "fcos": (*_SMALL, *_FEW_CANDIDATES),
        "ssd": (("num_classes", 5), *_FEW_CANDIDATES),
    }
    return [
        Detector("torchvision", "detection", name, next(o for key, o in options.items() if key in name))
        for name in torchvision.models.list_models(module=torchvision.models.detection)
    ]


def _flows() -> list[Entry]:
    import torchvision

    names = torchvision.models.list_models(module=torchvision.models.optical_flow)
    return [Flow("torchvision", "optical_flow", name) for name in names]


def _quantisable() -> list[Entry]:
    import torchvision

    names = torchvision.models.list_models(module=torchvision.models.quantization)
    return [Entry("torchvision", "quantization", name, (("quantize", False),)) for name in names]


#: Options of timm's models that take other paths through their code.
_VARIANTS: dict[str, list[dict[str, Any]]] = {
    "vit_tiny_patch16_224": [
        {"dynamic_img_size": True}, {"dynamic_img_size": True, "dynamic_img_pad": True}, {"global_pool": "avg"},
        {"global_pool": "map", "class_token": False}, {"global_pool": "avgmax"}, {"global_pool": ""}, {"num_classes": 0},
        {"qk_norm": True, "init_values": 1e-5}, {"patch_drop_rate": 0.2}, {"features_only": True},
    ],
    "resnet18": [
        {"scriptable": True}, {"exportable": True}, {"global_pool": "max"}, {"global_pool": "catavgmax"},
        {"global_pool": "avgmax"}, {"num_classes": 0, "global_pool": ""}, {"output_stride": 8}, {"act_layer": "silu"},
        {"features_only": True, "out_indices": (1, 3)}, {"block_args": {"attn_layer": "eca"}},
        {"block_args": {"attn_layer": "cbam"}}, {"block_args": {"attn_layer": "sk"}},
    ],
    "mobilenetv3_small_050": [{"exportable": True}, {"features_only": True}],
    "swin_tiny_patch4_window7_224": [{"strict_img_size": False}, {"features_only": True}],
    "swinv2_tiny_window8_256": [{"strict_img_size": False}],
    "eva02_tiny_patch14_224": [{"dynamic_img_size": True}, {"global_pool": "map"}, {"features_only": True}],
    "beit_base_patch16_224": [{"global_pool": "token"}],
    "convnext_atto": [{"use_grn": True, "conv_mlp": True}, {"features_only": True}],
    "test_vit": [{"features_only": True}],
    "test_efficientnet": [{"features_only": True}],
    "test_byobnet": [{"features_only": True}],
    "test_maxvit": [{"features_only": True}],
    "test_nfnet": [{"features_only": True}],
    "hrnet_w18_small": [{"features_only": True}],
    "naflexvit_base_patch16_gap": [{"features_only": True}],
    "pit_xs_224": [{"features_only": True}],
    "gemma4_vit_167m": [{"features_only": True}],
    "deit_tiny_distilled_patch16_224": [{}], "vit_base_patch16_rope_mixed_224": [{}], "coatnet_nano_rw_224": [{}],
    "lambda_resnet26t": [{}], "haloregnetz_b": [{}], "repvgg_a0": [{}], "mobileone_s0": [{}], "levit_conv_128s": [{}],
    "pvt_v2_b2_li": [{}], "hiera_small_abswin_256": [{}], "mobilevitv2_050": [{}], "tf_efficientnet_cc_b0_4e": [{}],
    "mobilenetv4_hybrid_medium": [{}], "naflexvit_base_patch16_map": [{}], "crossvit_9_dagger_240": [{}],
}  # fmt: skip


def _variants() -> list[Entry]:
    import timm

    files = {name: file for file in timm.list_modules() for name in timm.list_models(module=file)}
    return [
        Entry("timm", files[name], name, tuple(options.items()))
        for name, variants in _VARIANTS.items()
        for options in variants
    ]


def more_models() -> tuple[Entry, ...]:
    """All of them."""
    return (*_detectors(), *_flows(), *_quantisable(), *_variants())
