"""Methods of modules that are marked: exported, ignored, unused, with torch's marks and portfire's."""

from typing import Dict, Final, List, Optional, Tuple

import torch
from torch import Tensor, nn

import portfire
from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4)


class Marked(nn.Module):
    limit: Final[int] = 3
    __constants__ = ["names"]

    def __init__(self):
        super().__init__()
        self.names = ["a", "b"]
        self.history: List[Tensor] = torch.jit.annotate(List[Tensor], [])

    @torch.jit.unused
    def in_python(self, x):
        return x.numpy()

    @torch.jit.ignore
    def printed(self, x: Tensor) -> None:
        print(x)

    @torch.jit.export
    def extra(self, x, n: int = 2):
        return x * n

    def forward(self, x: Tensor, values: Optional[List[int]] = None) -> Tuple[Tensor, int]:
        if not torch.jit.is_scripting() and x.dim() > 5:
            return self.in_python(x), 0
        empty = torch.jit.annotate(Dict[str, int], {})
        for name in self.names:
            empty[name] = self.limit
        if torch.jit.isinstance(values, List[int]):
            return x, len(values)
        return x + len(empty), torch.jit.annotate(int, 1)


def test_marks_of_torch_jit():
    check(Marked(), (X,), (X, [1, 2]))
    assert torch.equal(portfire.script(Marked()).extra(X, 3), X * 3)


def test_marks_of_portfire():
    class Model(nn.Module):
        count: portfire.Final[int] = 2

        @portfire.unused
        def in_python(self, x):
            return x.numpy()

        @portfire.export
        def extra(self, x):
            return x + 1

        def forward(self, x):
            xs = portfire.annotate(List[Tensor], [])
            xs.append(x)
            return xs * self.count

    check(Model(), (X,))
    assert torch.equal(portfire.script(Model()).extra(X), X + 1)


def test_what_does_not_run_is_left_out():
    def f(x, use_gpu: bool = False):
        if torch.cuda.is_available() and x.is_cuda:
            x = x.cuda()
        if x.device.type == "cuda":
            x = x.cuda(0).to("cuda:0", non_blocking=True)
        if torch.jit.is_tracing() or torch.onnx.is_in_onnx_export():
            return x + 100
        return x

    check(f, (X,))
