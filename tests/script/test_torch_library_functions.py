"""torch's library beside its operators: constructors of every spelling, properties, initialisation, gradients, custom operators."""

import math
from typing import List, Union

import pytest
import torch
import torch.masked
import torch.nn.functional as F
import torch.utils.checkpoint
from torch import Tensor, nn

import portfire
from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4)
torch.library.define("portfire_tests::scaled", "(Tensor x, float by=2.0) -> Tensor")


@torch.library.impl("portfire_tests::scaled", "CompositeExplicitAutograd")
def _scaled(x, by=2.0):
    return x * by


@torch.library.custom_op("portfire_tests::shifted", mutates_args=())
def shifted(x: Tensor, by: int) -> Tensor:
    return x + by


def test_legacy_constructors():
    def f(x, n: int):
        return (
            torch.LongTensor([[n]]),
            torch.FloatTensor([1, 2.5]),
            torch.DoubleTensor([[1.0], [2.0]]),
            torch.BoolTensor([True, False]),
            torch.IntTensor([n, 2]),
            torch.Tensor([[1, 2], [3, 4]]),
            torch.Tensor(2, 3).shape,
            torch.Tensor(),
            torch.Tensor(x),
            torch.autograd.Variable(x),
            torch.autograd.Variable(torch.zeros(2), requires_grad=False),
            torch.LongTensor(2, 1).dtype == torch.int64,
            torch.Tensor((1, 2)),
            torch.Tensor(x.size(0), n).shape,
        )

    check(f, (X, 2))


def test_factories():
    def f(x, n: int, size: List[int]):
        return (
            torch.zeros(n), torch.zeros(n, 2), torch.zeros((n, 2)), torch.zeros([n, 2]), torch.zeros(size),
            torch.zeros(*size), torch.zeros(x.shape), torch.zeros(x.size(0)), torch.zeros(size=(n,)), torch.ones(()),
            torch.full((n,), 1.5), torch.full((n,), True), torch.full((n, 1), n), torch.full(size, fill_value=2),
            torch.arange(n), torch.arange(1, n), torch.arange(0, 1, 0.25), torch.arange(n, dtype=torch.float32),
            torch.arange(start=1, end=5, step=2), torch.linspace(0, 1, steps=n), torch.eye(n), torch.eye(n, 2),
            torch.tensor(n), torch.tensor([n, 1.5]), torch.tensor([[n], [2]]), torch.tensor(True), torch.tensor([]),
            torch.tensor((n, 2)), torch.tensor(x[0, 0].item()), torch.as_tensor([n]), torch.as_tensor(x, dtype=torch.int64),
            torch.tensor([x.shape[0], x.shape[1]]), torch.tensor(x.shape), torch.tensor([[True], [False]]),
            torch.zeros(n, requires_grad=True), torch.ones(n, dtype=torch.int32, device="cpu"), torch.empty(0),
            torch.zeros_like(x), torch.ones_like(x, dtype=torch.bool), torch.full_like(x, 3), torch.zeros(2).requires_grad_(),
        )  # fmt: skip

    check(f, (X, 3, [2, 2]))


def test_new_tensors_from_a_tensor():
    def f(x, n: int):
        return (
            x.new_zeros(n), x.new_zeros(n, 2), x.new_zeros((n, 2)), x.new_zeros(x.shape), x.new_ones([n]),
            x.new_full((n,), 2), x.new_full((2,), n, dtype=torch.int64), x.new_tensor([1, 2]), x.new_tensor(n),
            x.new_empty(0), x.new_zeros(n, dtype=torch.bool), x.new_ones(2, requires_grad=True),
            x.new_tensor([[1.5]], dtype=torch.float64),
        )  # fmt: skip

    check(f, (X, 3), (X.long(), 1))


def test_conversions():
    def f(x, other):
        return (
            x.type(torch.int64), x.type("torch.DoubleTensor"), x.type("torch.FloatTensor"), x.type_as(other), x.to(other),
            x.to(torch.float64), x.to(dtype=torch.int32), x.to("cpu"), x.to("cpu", torch.int64), x.to(x.device),
            x.to(other.dtype), x.to(torch.float32, copy=True), x.to(other, non_blocking=True), x.to(device="cpu"),
            x.to(torch.device("cpu"), dtype=torch.float64), x.float(), x.double(), x.half(), x.bfloat16(), x.int(),
            x.long(), x.short(), x.char(), x.byte(), x.bool(), x.cpu(), x.contiguous(), x.detach(), x.clone(), x.data,
            x.to(memory_format=torch.contiguous_format), x.clone(memory_format=torch.preserve_format),
        )  # fmt: skip

    check(f, (X, torch.ones(1, dtype=torch.float64)), (X.int(), X))


def test_numbers_of_tensors():
    def f(x):
        values: List[float] = x.tolist()
        nested: List[List[float]] = x.reshape(1, -1).tolist()
        first: float = x[0].item()
        return (
            values,
            nested,
            first,
            int(x[0]),
            float(x[1]),
            bool(x[1]),
            x[0].item(),
            x.sum().item() + 1,
            x[0].item() * 2,
        )

    check(f, (X[0],))


def test_properties():
    def f(x):
        shape = (
            x.ndim,
            x.dim(),
            x.shape[0],
            x.size(-1),
            x.size(),
            len(x),
            x.numel(),
            x.nelement(),
            x.stride(),
            x.stride(0),
        )
        flags = (x.is_cuda, x.requires_grad, x.is_leaf, x.is_contiguous(), x.is_sparse, x.is_quantized, x.is_meta)
        kinds = (x.is_floating_point(), x.is_complex(), x.is_signed(), x.element_size(), x.itemsize, x.nbytes)
        same = (
            x.dtype == torch.float32,
            x.device.type == "cpu",
            x.device.index is None,
            str(x.device),
            x.layout == torch.strided,
        )
        return (
            shape,
            flags,
            kinds,
            same,
            x.T,
            x.mT,
            x.H,
            x.mH,
            x.real,
            x.storage_offset(),
        )

    check(f, (X,))


def test_gradient_is_read():
    def f(x):
        w = x.clone().requires_grad_()
        before = w.grad is None
        (w * w).sum().backward()
        grad = w.grad
        assert grad is not None
        w.requires_grad = False
        return before, grad, w.requires_grad, w.detach().requires_grad

    check(f, (X,))


def test_autograd_grad():
    def f(x):
        w = x.clone().requires_grad_()
        y = (w * w).sum()
        grad = torch.autograd.grad([y], [w], create_graph=True)[0]
        assert grad is not None
        second = torch.autograd.grad([grad.sum()], [w])[0]
        assert second is not None
        return grad.detach(), second

    check(f, (X,))


def test_gradient_modes():
    def f(x):
        w = x.clone().requires_grad_()
        with torch.no_grad():
            a = w * 2
        with torch.enable_grad():
            b = w * 2
        with torch.inference_mode():
            c = (w * 2).sum().item()
        with torch.set_grad_enabled(False):
            d = w * 3
        return a.requires_grad, b.requires_grad, c, d.requires_grad, torch.is_grad_enabled()

    check(f, (X,))


def test_masked_functions():
    def f(x, m, dims: List[int]):
        masked = torch.masked
        return (
            masked.sum(x), masked.sum(x, mask=m), masked.sum(x, dims, keepdim=True, mask=m), masked.sum(m, 0, mask=m[0]),
            masked.prod(x, (0, 1), mask=m), masked.mean(x, 1, mask=m), masked.amax(x, -1, mask=m), masked.amin(x.int(), mask=m),
            masked.argmax(x, 1, mask=m, dtype=torch.int64), masked.argmin(x, keepdim=True, mask=m), masked.median(x, mask=m),
            masked.norm(x, 2.0, 1, mask=m), masked.norm(x, float("-inf"), mask=m), masked.var(x, 1, False, mask=m),
            masked.std(x, correction=2, mask=m), masked.softmax(x, 1, mask=m), masked.log_softmax(x, -1, dtype=torch.float64),
            masked.softmin(x, 0, mask=m), masked.cumsum(x, 1, mask=m), masked.cumprod(x, 0), masked.logsumexp(x, (0, 1), mask=m),
            masked.logaddexp(x, x + 1, input_mask=m, other_mask=~m), masked.normalize(x, 2.0, 1, mask=m),
        )  # fmt: skip

    check(f, (X, X % 3 > 0, [0, 1]), (X.double(), X > 100, [1]))


def test_masked_functions_raise_as_torch_does():
    def f(x, dims: List[int]):
        return torch.masked.sum(x, dims, mask=x > 0)

    check(f, (X, [0, 0]), (X, [5]))


def test_triplet_loss_of_any_distance():
    def largest(a, b):
        return torch.max(torch.abs(a - b), dim=1).values

    def f(a, p, n, power: float):
        def own(x, y):
            return (x - y).abs().pow(power).sum(1)

        loss = F.triplet_margin_with_distance_loss
        return (
            loss(a, p, n), loss(a, p, n, distance_function=None, swap=True), loss(a, p, n, distance_function=largest),
            loss(a, p, n, distance_function=own, margin=0.5, reduction="none"),
            loss(a, p, n, distance_function=lambda x, y: 1 - F.cosine_similarity(x, y), reduction="sum"),
        )  # fmt: skip

    check(f, (X, X + 1, X.flip(0), 2.0))
    with pytest.raises(RuntimeError, match="the same number of dimensions"):
        portfire.script(f)(X, X[0], X, 1.0)


def test_code_that_refuses_to_be_compiled_is_believed():
    def f(x):
        if torch.jit.is_scripting():
            raise NotImplementedError("only in Python")
        return x

    with pytest.raises(Exception, match="only in Python"):
        portfire.script(f)(X)


def test_initialisation():
    def f(w, b):
        nn.init.zeros_(b)
        nn.init.ones_(b)
        nn.init.constant_(b, 0.3)
        nn.init.uniform_(w, -1.0, 1.0)
        a = w.clone()
        nn.init.normal_(w, mean=1.0, std=0.5)
        c = w.clone()
        nn.init.xavier_uniform_(w)
        d = w.clone()
        nn.init.xavier_normal_(w, gain=2.0)
        nn.init.kaiming_uniform_(w, a=math.sqrt(5))
        e = w.clone()
        nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu")
        g = w.clone()
        nn.init.eye_(w)
        nn.init.trunc_normal_(w, std=0.02)
        return a, b, c, d, e, g, w.clone()

    check(f, (torch.zeros(3, 4), torch.zeros(3)))


def test_initialisation_of_other_kinds():
    def f(w, conv):
        nn.init.orthogonal_(w)
        a = w.clone()
        nn.init.sparse_(w, sparsity=0.5)
        nn.init.dirac_(conv)
        return a, w.clone(), conv.clone()

    check(f, (torch.zeros(3, 4), torch.zeros(2, 2, 3)))


def test_gains():
    def f(slope: float):
        return nn.init.calculate_gain("relu"), nn.init.calculate_gain("tanh"), nn.init.calculate_gain("leaky_relu", 0.1)

    check(f, (0.1,))


def test_random_numbers_with_a_generator_and_a_seed():
    def f(x):
        torch.manual_seed(3)
        a = torch.rand(2), torch.randn(2, 2), torch.randint(0, 5, (3,)), torch.randperm(4), torch.rand_like(x)
        b = torch.bernoulli(torch.full((3,), 0.5)), torch.normal(0.0, 1.0, (2,)), x.clone().uniform_(0, 1)
        c = torch.multinomial(torch.ones(4), 2), torch.randint(5, (2,)), torch.randint_like(x, 3), x.clone().normal_()
        return a, b, c, F.dropout(x, 0.5, True)

    check(f, (X,))


def test_generators():
    def f(seed: int):
        generator = torch.Generator()
        generator.manual_seed(seed)
        a = torch.rand(3, generator=generator)
        return a, torch.randint(0, 9, (2,), generator=generator), torch.randperm(3, generator=generator)

    check(f, (7,))


def test_einsum():
    def f(x, y):
        a = torch.einsum("ij,kj->ik", x, y)
        b = torch.einsum("ij,kj->ik", [x, y])
        c = torch.einsum("i j -> j i", x)
        d = torch.einsum("ij,ij->", x, y)
        e = torch.einsum("...j,...j->...", x, y)
        g = torch.einsum("ii->i", x @ y.t())
        h = torch.einsum("ij,jk", x, y.t())
        operands = [x, y]
        return a, b, c, d, e, g, h, torch.einsum("ij,kj->ik", *operands), torch.einsum("ij,jk,kl->il", x, y.t(), x)

    check(f, (X, X + 1))


def test_checkpoint_is_a_plain_call():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.block = nn.Linear(4, 4)

        def helper(self, x, n: int):
            return self.block(x) * n

        def forward(self, x):
            x = torch.utils.checkpoint.checkpoint(self.block, x, use_reentrant=False)
            return torch.utils.checkpoint.checkpoint(self.helper, x, 2, use_reentrant=False, preserve_rng_state=False)

    check(Model(), (X,))


def test_custom_operators():
    def f(x):
        return torch.ops.portfire_tests.scaled(x), torch.ops.portfire_tests.scaled(x, by=3.0), shifted(x, 2)

    def g(x):
        return torch.ops.portfire_tests.shifted(x, 3), torch.ops.aten.add.Tensor(x, x), torch.ops.aten.relu(x)

    check(f, (X,))
    check(g, (X,))


def test_dtype_arithmetic():
    def f(x, y):
        return (
            torch.result_type(x, y) == torch.float32,
            torch.promote_types(torch.int32, torch.float16) == torch.float16,
            torch.can_cast(torch.float64, torch.int64),
            torch.is_floating_point(x), torch.is_complex(y), torch.is_tensor(x), torch.numel(x), torch.is_nonzero(x[0, 1]),
            torch.finfo(torch.float16).max, torch.finfo(x.dtype).eps, torch.iinfo(torch.int32).min, torch.iinfo(y.dtype).max,
            x.masked_fill(x > 3, torch.finfo(x.dtype).min), torch.finfo(torch.bfloat16).tiny, torch.iinfo(torch.uint8).bits,
            torch.zeros(2, dtype=torch.result_type(x, y)), torch.get_default_dtype() == torch.float32,
        )  # fmt: skip

    check(f, (X, X.long()))


def test_sizes():
    def f(x):
        size = x.size()
        a, b = size
        return (
            size.numel(), len(size), size[0], size[-1], list(size), size[1:].numel(), a * b, size == x.shape,
            torch.Size([2, 3]).numel(), torch.zeros(size).shape == size, max(size), sum(size), tuple(size) == (3, 4),
            3 in size, size.index(4), size.count(3), [s * 2 for s in size], math.prod(size), torch.Size((1,)) + size,
        )  # fmt: skip

    check(f, (X,))


def test_operators_in_place_and_out():
    def f(x, y):
        x = x.clone()
        x.add_(1).mul_(2).sub_(y).div_(3).clamp_(min=0)
        x += y
        x -= 1
        x *= 2
        x /= 3
        x **= 2
        out = torch.empty_like(x)
        torch.add(x, y, out=out)
        x.copy_(out).fill_diagonal_(0)
        x.index_fill_(0, torch.tensor([1]), -1).scatter_(1, torch.tensor([[0], [1], [2]]), 5.0)
        x.index_add_(0, torch.tensor([0]), y[:1])
        return x, out, x.t_().shape, x.squeeze_().shape, x.unsqueeze_(0).shape

    check(f, (X, X + 1))


def test_operators_of_every_kind():
    def f(x, n: int):
        return (
            x + 1, 1 + x, x - n, n - x, x * 2.5, 2 / (x + 1), x // 2, 7 // (x + 1), x % 3, -x, +x, abs(x), x**2, 2**x, x @ x.t(),
            x == 1, x != n, x < 2, 3 >= x, ~(x > 2), (x > 1) & (x < 5), (x > 1) | (x < 0), (x > 1) ^ (x < 5), x.long() << 1,
            x.long() >> n, n in x, x > x.mean(), x.long() & 3, x.long() | n, True + x, x * True, not x.any(), x is None,
        )  # fmt: skip

    check(f, (X, 2))


def test_results_with_names():
    def f(x):
        best = x.max(dim=1)
        values, indices = torch.sort(x, dim=1, descending=True)
        top = torch.topk(x, 2)
        a, b = x.min(0)
        u = torch.linalg.svd(x)
        q = torch.linalg.qr(x)
        median = x.median(dim=1, keepdim=True)
        return (best.values, best.indices, best[0], values, indices, top.values, top[1], a, b, u.S, q.R.shape,
                median.values, torch.var_mean(x), torch.aminmax(x).max, x.max(), x.max(x + 1), x.mode().values)  # fmt: skip

    check(f, (X + torch.eye(3, 4),), tolerance=1e-4)


def test_splitting_and_joining():
    def f(x):
        a, b, c = x
        d, e = x.split(2)
        g, h = torch.chunk(x, 2, dim=1)
        first, *others = x.unbind(1)
        parts = torch.split(x, [1, 2])
        return (a, b, c, d, e, g, h, first, others, parts, torch.cat([d, e]), torch.stack((a, b), dim=-1), torch.hstack([a, b]),
                torch.vstack((a, b)), torch.cat((d, e), dim=0), torch.tensor_split(x, 2), x.hsplit(2), torch.unbind(x)[0],
                torch.meshgrid(a, b, indexing="ij"), torch.meshgrid([a, b], indexing="xy"), torch.broadcast_tensors(x, a),
                torch.atleast_2d(a), torch.atleast_1d(a, b), torch.cartesian_prod(a, b).shape, torch.block_diag(x, x).shape,
                torch.combinations(a), torch.where(x > 3), torch.nonzero(x, as_tuple=True), torch.nonzero(x))  # fmt: skip

    check(f, (X,))


def test_reductions():
    def f(x):
        return (x.sum(), x.sum(1), x.sum((0, 1)), x.sum(dim=[0], keepdim=True), x.mean(-1), x.std(), x.std(unbiased=False),
                x.std(0, correction=0), x.var(1), x.prod(), x.norm(), x.norm(2, 1), x.norm(p=1), torch.norm(x, dim=1), x.all(),
                x.any(1), x.argmax(), x.argmax(1), x.cumsum(0), x.logsumexp(1), x.amax((0, 1)), torch.linalg.norm(x),
                torch.linalg.vector_norm(x, ord=1), x.sum(dtype=torch.float64), x.mean(dim=(0,), keepdim=True), x.min(),
                torch.unique(x), torch.unique(x, return_counts=True), torch.bincount(x.long().flatten()), x.softmax(-1),
                torch.softmax(x, dim=0, dtype=torch.float64), x.log_softmax(1), x.sum(axis=1), x.mean(axis=(0, 1)),
                torch.count_nonzero(x), x.quantile(0.5), x.nanmean(), x.isnan().any())  # fmt: skip

    check(f, (X,))


def test_views():
    def f(x, n: int):
        b, c = x.shape
        return (x.view(-1), x.view(2, 6), x.view((6, 2)), x.view([n, -1]), x.reshape(b * c), x.reshape((-1, n)), x.flatten(),
                x.flatten(0), x.transpose(0, 1), x.permute(1, 0), x.permute((1, 0)), x.t(), x.unsqueeze(0), x[:, None].shape,
                x.expand(n, b, c), x.expand(n, -1, -1), x.unsqueeze(1).expand(-1, n, -1), x.repeat(1, n), x.repeat((n, 1, 1)),
                x.repeat_interleave(2, dim=0), torch.flip(x, [0]), x.flip(0), x.flip((0, 1)), x.roll(1), x.roll((1, 1), (0, 1)),
                x.narrow(0, 1, 2), x.select(1, 0), x.squeeze(), x.movedim(0, 1), x.swapaxes(0, 1), x.unflatten(1, (2, 2)),
                x.view_as(x), x.expand_as(x), x.unfold(0, 2, 1), x.diagonal(), x.tril(), x.view(x.size(0), -1), x.ravel(),
                x.view(torch.int32), torch.movedim(x, (0, 1), (1, 0)), torch.squeeze(x[None], 0), x.tile(2))  # fmt: skip

    check(f, (X, 2))


def test_indexing_functions():
    def f(x, index):
        return (x.gather(1, index), x.index_select(0, index[0]), torch.take(x, index), x.scatter(1, index, 1.0),
                x.scatter_add(1, index, x), x.masked_select(x > 3), torch.where(x > 3, x, 0.0), torch.where(x > 3, 1, 0),
                x.take_along_dim(index, 1), x.index_fill(0, index[0], 0), x.clamp(0, 5), x.clamp(min=2), torch.clip(x, max=3),
                torch.bucketize(x, torch.tensor([1.0, 5.0])), torch.searchsorted(torch.tensor([1.0, 5.0]), x), x.masked_fill(x > 2, 0),
                F.one_hot(index, 4), F.embedding(index, x), x.index_put((index[0],), torch.tensor(1.0)), x.lerp(x + 1, 0.5),
                torch.isin(x, torch.tensor([1.0, 2.0])), x.diff(dim=1), torch.isclose(x, x + 1e-9), torch.allclose(x, x),
                torch.equal(x, x), x.maximum(x.t().reshape(3, 4)), torch.addmm(x[:, :3], x, x.t()), x.outer(x) if x.dim() == 1 else x)  # fmt: skip

    check(f, (X, torch.tensor([[0, 1], [2, 0], [1, 1]])))


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_losses(reduction):
    def f(x, y, t):
        return (F.mse_loss(x, y, reduction=reduction), F.l1_loss(x, y, reduction=reduction), F.huber_loss(x, y, reduction=reduction),
                F.smooth_l1_loss(x, y, reduction=reduction, beta=0.5), F.cross_entropy(x, t, reduction=reduction),
                F.nll_loss(x.log_softmax(1), t, reduction=reduction), F.kl_div(x, y.softmax(1), reduction=reduction),
                F.binary_cross_entropy(x.sigmoid(), y.sigmoid(), reduction=reduction),
                F.binary_cross_entropy_with_logits(x, y.sigmoid(), reduction=reduction, pos_weight=torch.ones(4)),
                F.cosine_embedding_loss(x, y, torch.ones(3), reduction=reduction), F.hinge_embedding_loss(x, y, reduction=reduction),
                F.margin_ranking_loss(x, y, torch.ones(4), reduction=reduction), F.soft_margin_loss(x, y, reduction=reduction),
                F.triplet_margin_loss(x, y, y + 1, reduction=reduction), F.multi_margin_loss(x, t, reduction=reduction),
                F.poisson_nll_loss(x, y, reduction=reduction), F.gaussian_nll_loss(x, y, torch.ones(3, 4), reduction=reduction),
                F.multilabel_soft_margin_loss(x, (y > 3).float(), reduction=reduction),
                F.cross_entropy(x, t, label_smoothing=0.1, ignore_index=1, weight=torch.ones(4), reduction=reduction))  # fmt: skip

    check(f, (X / 10, X.flip(0) / 7, torch.tensor([0, 1, 3])))


def test_functions_with_flags_and_sizes():
    def f(x):
        y = x.reshape(1, 3, 2, 2)
        return (F.interpolate(y, scale_factor=2), F.interpolate(y, size=(4, 4), mode="bilinear", align_corners=False),
                F.interpolate(y, scale_factor=(2.0, 1.5), mode="nearest"), F.interpolate(y, size=3, mode="bicubic"),
                F.pad(y, (1, 1)), F.pad(y, (1, 1, 0, 1), mode="reflect"), F.pad(y, [1, 0], "constant", 2.0), F.avg_pool2d(y, 2),
                F.max_pool2d(y, 2, stride=1, return_indices=True), F.adaptive_avg_pool2d(y, 1), F.adaptive_avg_pool2d(y, (1, None)),
                F.unfold(y, (2, 2)), F.fold(F.unfold(y, 2), (2, 2), 2), F.normalize(x, dim=-1), F.cosine_similarity(x, x + 1),
                F.layer_norm(x, (4,)), F.layer_norm(x, x.shape[1:]), F.group_norm(y, 3), F.softmax(x, dim=-1), F.gumbel_softmax(x),
                F.grid_sample(y, torch.zeros(1, 2, 2, 2), align_corners=True), F.affine_grid(torch.eye(2, 3)[None], [1, 3, 2, 2], False),
                F.pixel_shuffle(y.reshape(1, 12, 1, 1), 2), F.glu(x), F.gelu(x, approximate="tanh"), F.softplus(x), F.elu(x, 0.5),
                F.local_response_norm(y, 2), F.scaled_dot_product_attention(x, x, x, is_causal=True), F.pdist(x), F.threshold(x, 1.0, 2.0),
                F.embedding_bag(torch.tensor([[0, 1]]), x, mode="max"), F.hardtanh(x, -1, 1), F.rrelu(x), F.upsample(y, scale_factor=2),
                F.conv2d(y, torch.ones(2, 3, 1, 1), padding="same"), F.conv_transpose2d(y, torch.ones(3, 2, 2, 2), stride=2),
                F.bilinear(x, x, torch.ones(2, 4, 4)), F.linear(x, torch.ones(2, 4), torch.ones(2)), F.lp_pool2d(y, 2.0, 2))  # fmt: skip

    check(f, (X,))


def test_transforms():
    def f(x):
        spectrum = torch.fft.rfft(x)
        window = torch.hann_window(4)
        signal = x.flatten().repeat(3)
        a = torch.stft(signal, 4, hop_length=2, window=window, return_complex=True)
        return (spectrum, torch.fft.irfft(spectrum, n=4), torch.fft.fft2(x), torch.fft.fftshift(x), torch.fft.fftfreq(4), a,
                signal.stft(4, return_complex=True), torch.istft(a, 4, hop_length=2, window=window), torch.view_as_real(spectrum),
                torch.complex(x, x), torch.polar(x, x), spectrum.abs(), spectrum.angle(), spectrum.conj(), torch.real(spectrum))  # fmt: skip

    check(f, (X,))


def test_linear_algebra_and_special_functions():
    def f(x):
        a = x @ x.t() + torch.eye(3)
        return (torch.linalg.inv(a), torch.linalg.det(a), torch.linalg.solve(a, x), torch.linalg.cholesky(a), torch.linalg.eigh(a)[0],
                torch.linalg.matrix_rank(a), torch.linalg.pinv(x), torch.linalg.norm(x, dim=1), torch.linalg.cross(a, a + 1),
                torch.linalg.matrix_power(a, 2), torch.linalg.multi_dot([x, x.t(), x]), torch.linalg.lstsq(a, x)[0], torch.trace(a),
                torch.special.erf(x), torch.special.expit(x), torch.special.logsumexp(x, dim=1), torch.special.xlogy(x, x + 1),
                torch.special.digamma(x + 1), torch.special.i0(x), torch.kron(a, a).shape, torch.tensordot(x, x, dims=([1], [1])),
                torch.tensordot(x, x.t(), 1), torch.bmm(x[None], x.t()[None]), torch.matmul(x, x.t()), torch.baddbmm(a[None], a[None], a[None]),
                torch.cdist(x, x), torch.dot(x[0], x[1]), torch.mv(x, x[0]), torch.outer(x[0], x[1]), torch.chain_matmul(x, x.t()))  # fmt: skip

    check(f, (X / 5,), tolerance=1e-4)


def test_numbers_and_tensors_mix():
    def f(x, n: int, r: float, flag: bool):
        return (x * n, x * r, x * flag, n * r, torch.tensor(n) * r, x[n], x[n].item() * r, max(n, int(x[0, 1])), min(r, x.max().item()),
                n / 2, n // 2, int(r), round(r), abs(-n), pow(n, 2), divmod(n, 2), float(n), x.sum() + n, sum([n, r]), n * [1.0],
                torch.maximum(x, torch.tensor(r)), x.clamp(n, r), x.pow(n), torch.pow(2, x), torch.full_like(x, r).sum() / n)  # fmt: skip

    check(f, (X, 2, 2.5, True))


def test_union_of_a_number_and_a_tensor():
    def f(x, by: Union[int, float, Tensor]):
        if isinstance(by, Tensor):
            return x * by.sum()
        return x * by

    check(f, (X, 2), (X, 1.5), (X, X))
