"""Options of the whole suite, and what torchvision needs to be imported without its C++ operators."""

from __future__ import annotations

import pytest
import torch


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bless", action="store_true", help="rewrite the expected blocks of the golden tests in tests/golden/*.md"
    )


def pytest_configure() -> None:
    """Declare the operators for which torchvision's Python registers kernels: without them, importing it fails."""
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
