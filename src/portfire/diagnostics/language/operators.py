"""torch itself. See `construct.py`."""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language.construct import Construct

CONSTRUCTS: Final = (
    Construct(
        "operators, methods, torch.nn.functional",
        """
def f(x):
    return F.softmax(x.transpose(0, 1) @ x, dim=-1).sum()
""",
        inputs="(torch.ones(2, 3),)",
        torch_jit=True,
    ),
    Construct(
        "shapes as ints",
        """
def f(x):
    b, c = x.shape
    return x.view(b * c, -1).size()[1:], x.shape[0] // 2
""",
        inputs="(torch.ones(2, 3),)",
        torch_jit=True,
    ),
    Construct(
        "indexing, slices, masks, in-place writes",
        """
def f(x):
    y = x.clone()
    y[0, 1:] = 5
    y[y > 3] = 0
    return y[..., None], y[:, -1]
""",
        inputs="(torch.ones(2, 3),)",
        torch_jit=True,
    ),
    Construct(
        "tuples and lists as an index whose length only the run tells",
        """
def f(x, numbers: List[int], tensors: List[Tensor]):
    y = x.clone()
    y[tuple(numbers)] = 7
    return y, x[tuple(numbers)], x[tuple(tensors)], x[numbers], x[y[:1].shape[:1]]
""",
        inputs="(torch.ones(3, 4, 2), [1, 2], [torch.tensor([0, 1]), torch.tensor([1, 1])])",
        differs="a list of lists or tensors is a tuple of them, as in the torch that compiles it",
    ),
    Construct(
        "factories: zeros, arange, tensor, new_zeros",
        """
def f(x):
    return torch.zeros(2) + torch.arange(2) + torch.tensor([1.0, 2.0]) + x.new_zeros(2)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "torch.LongTensor, torch.Tensor(2, 3)",
        """
def f():
    return torch.LongTensor([[1]])
""",
        inputs="()",
        torch_jit=True,
    ),
    Construct(
        "torch.autograd.Variable",
        """
def f(x):
    return torch.autograd.Variable(x)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "requires_grad= on factories",
        """
def f():
    return torch.zeros(2, requires_grad=True)
""",
        inputs="()",
    ),
    Construct(
        ".item(), .tolist() with a declared type",
        """
def f(x):
    values: List[float] = x.tolist()
    return x.sum().item(), values
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        ".tolist() without a declared type",
        """
def f(x, sizes):
    total = sum(v for row in x.tolist() for v in row)
    low, high = sizes.tolist()
    return total, x.flatten().split(sizes.tolist()), x.flatten()[low:high], str(sizes.tolist())
""",
        differs="what is neither looped over nor indexed has one dimension, or it raises; changing such a list is refused",
        inputs="(torch.ones(2, 2), torch.tensor([1, 3]))",
    ),
    Construct(
        "torch.autograd.grad and backward with all their arguments, clip_grad_norm_",
        """
def f(x):
    w = x.clone().requires_grad_()
    y = (w * w).sum()
    (gradient,) = torch.autograd.grad(y, w, create_graph=True)
    gradient.sum().backward(inputs=[w])
    return gradient.detach(), nn.utils.clip_grad_norm_([w], 1.0), w.grad
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "torch.cond, torch.while_loop, torch.asarray",
        """
def f(x):
    shown = torch.cond(x.sum() > 0, lambda a: a + 1, lambda a: a - 1, (x,))
    (low,) = torch.while_loop(lambda a: a < 3, lambda a: (a + 1,), (torch.asarray(0.5),))
    return shown, low
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "what torch says of the machine and the process",
        """
def f(x):
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.all_reduce(x)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return x.to(device), torch.is_autocast_enabled("cpu")
""",
        differs="it is what it says where the program is compiled",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        ".to, .type, .cuda, .bool, .T, .data",
        """
def f(x):
    return x.to(torch.float64).bool(), x.T, x.data, x.type(torch.int32)
""",
        inputs="(torch.ones(2, 2),)",
    ),
    Construct(
        "if tensor:",
        """
def f(x):
    if x.sum() > 0:
        return x
    return -x
""",
        inputs="(torch.ones(1),)",
        torch_jit=True,
    ),
    Construct(
        "max(int, tensor.item())",
        """
def f(x):
    return max(2, int(x.item()))
""",
        inputs="(torch.ones(1),)",
        torch_jit=True,
    ),
    Construct(
        "device, dtype, Generator, finfo",
        """
def f(x):
    return x.device, torch.finfo(torch.float32).max, torch.zeros(2, dtype=x.dtype, device=x.device)
""",
        inputs="(torch.ones(2),)",
    ),
    Construct(
        "torch.fft, linalg, special, einsum",
        """
def f(x):
    return torch.fft.fft(x).abs(), torch.linalg.norm(x), torch.special.expit(x), torch.einsum("ij,jk->ik", x, x)
""",
        inputs="(torch.ones(2, 2),)",
        torch_jit=True,
    ),
    Construct(
        "torch.nn: LSTM",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4)
    def forward(self, x):
        return self.lstm(x)
""",
        inputs="(torch.ones(2, 1, 3),)",
        torch_jit=True,
    ),
    Construct(
        "torch.nn: MultiheadAttention, Transformer",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2)
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0)
    def forward(self, x):
        return self.attention(x, x, x)[0] + self.layer(x)
""",
        inputs="(torch.ones(2, 1, 4),)",
        torch_jit=True,
    ),
    Construct(
        "packed sequences",
        """
def f(x, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
    return nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
""",
        inputs="(torch.ones(2, 3, 4), torch.tensor([3, 2]))",
        torch_jit=True,
    ),
    Construct(
        "torch.nn.init",
        """
def f(x):
    return nn.init.constant_(x, 3.0)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "torch.nn: AdaptiveLogSoftmaxWithLoss",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.loss = nn.AdaptiveLogSoftmaxWithLoss(8, 10, [4])
    def forward(self, x, y):
        return self.loss(x, y)
""",
        inputs="(torch.ones(2, 8), torch.tensor([1, 5]))",
    ),
    Construct(
        "torch.autograd.grad",
        """
def f(x):
    y = (x * x).sum()
    return torch.autograd.grad([y], [x])
""",
        torch_jit=True,
    ),
    Construct(
        "torch.utils.checkpoint",
        """
def g(x):
    return x * 2
def f(x):
    return torch.utils.checkpoint.checkpoint(g, x, use_reentrant=False)
""",
    ),
    Construct(
        "custom operators: torch.ops",
        """
def f(x):
    return torch.ops.aten.relu(x)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "numpy",
        """
def f(x):
    return np.sqrt(x)
""",
        code="unsupported-python-value",
    ),
    Construct(
        "a gradient that is not there is None",
        """
def f(x):
    w = x.clone().requires_grad_()
    before = w.grad is None
    w.sum().backward()
    return before, w.grad
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "an operator of torch.library by its Python name",
        """
@torch.library.custom_op("portfire_language::twice", mutates_args=())
def twice(x: Tensor) -> Tensor:
    return x * 2


def f(x):
    return twice(x)
""",
        inputs="(torch.ones(2),)",
        torch_jit=True,
    ),
    Construct(
        "torch.masked",
        """
def f(x, mask):
    return torch.masked.mean(x, dim=0, mask=mask)
""",
        differs="of tensors that are not sparse",
        inputs="(torch.ones(3, 2), torch.tensor([[True, False], [True, True], [False, True]]))",
    ),
    Construct(
        "sparse tensors",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("indices", torch.tensor([[0, 1], [1, 0]]))
        self.register_buffer("values", torch.ones(2))

    def forward(self, x):
        return torch.sparse_coo_tensor(self.indices, self.values, (2, 2)) @ x, x.to_sparse().to_dense()
""",
        inputs="(torch.ones(2, 2),)",
        differs="no file holds a sparse tensor: keep its indices and values as buffers",
        torch_jit=True,
    ),
)
