"""Real architectures, scripted and traced by torch: read, written again, the same results bit for bit."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from test_round_trip import assert_same, reopened, saved, saved_by_torch

pytestmark = pytest.mark.slow

NAMES = ["resnet18", "mobilenet_v3_small", "googlenet", "densenet121", "shufflenet_v2_x0_5", "swin_t", "vit_b_32"]


@pytest.fixture(scope="module")
def torchvision():
    """torchvision without its C++ operators: those that its Python registers kernels for are declared first."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    module = pytest.importorskip("torchvision")
    yield module
    del library


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["script", "trace"])
def test_round_trip(torchvision, name, how):
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None).eval()
    x = torch.randn(1, 3, 224, 224)
    compiled = torch.jit.script(model) if how == "script" else torch.jit.trace(model, (x,), check_trace=False)
    theirs = saved_by_torch(compiled)
    ours = torch.jit.load(io.BytesIO(saved(reopened(theirs).root).getvalue()))
    with torch.no_grad():
        assert_same(ours(x), compiled(x))
