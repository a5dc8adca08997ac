"""Hooks of all kinds, parametrizations, gradient modes as decorators. Eager is the oracle."""

import copy
import io
from functools import partial
from typing import Tuple

import torch
from torch import nn

import portfire
from tests.script.after_loading import check, saved_and_loaded

X = torch.arange(8.0).reshape(2, 4) / 7


def pre_hooks_with_kwargs(m, args, kwargs):
    return args, {"scale": kwargs["scale"] * 2}


def post_hooks_with_kwargs(m, args, kwargs, out):
    return out + kwargs["scale"]


class InnerHooksWithKwargs(nn.Module):
    def forward(self, x, scale: int = 1):
        return x * scale


class HooksWithKwargs(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = InnerHooksWithKwargs()
        self.inner.register_forward_pre_hook(pre_hooks_with_kwargs, with_kwargs=True)
        self.inner.register_forward_hook(post_hooks_with_kwargs, with_kwargs=True)

    def forward(self, x):
        return self.inner(x, scale=3)


def test_hooks_with_kwargs():
    check(HooksWithKwargs(), (X,))


def pre_hooks_misc(m, args):
    m.count += 1
    return args[0] * 2


class InnerHooksMisc(nn.Module):
    def __init__(self):
        super().__init__()
        self.count = 0

    def forward(self, x):
        return x * self.count


class HooksMisc(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = InnerHooksMisc()
        self.inner.register_forward_pre_hook(pre_hooks_misc)
        self.inner.register_forward_hook(lambda m, i, o: o + 1)
        self.inner.register_forward_hook(lambda m, i, o: None)
        self.inner.register_forward_hook(self.hook)
        self.inner.register_forward_hook(partial(scaled_hooks_misc, k=3))
        self.k = 5
        self.register_forward_hook(own_hooks_misc)

    def hook(self, m, i, o):
        return o * self.k

    def forward(self, x):
        return self.inner(x)


def scaled_hooks_misc(m, i, o, k):
    return o * k


def own_hooks_misc(m, i, o):
    return o - 1


def test_hooks_misc():
    check(HooksMisc(), (X,))


class HooksCaptureFeatures(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4)
        self.feats = []
        self.by = {}
        self.l.register_forward_hook(self.hook)

    def hook(self, m, i, o):
        self.feats.append(o)
        self.by["l"] = o

    def forward(self, x):
        y = self.l(x)
        return y, self.feats[0], self.by["l"]


def test_hooks_capture_features():
    check(HooksCaptureFeatures(), (X,))


class HooksWeightNormOnlyParametrizations(nn.Module):
    def __init__(self):
        super().__init__()
        self.b = nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))
        self.c = nn.utils.parametrizations.orthogonal(nn.Linear(4, 4))

    def forward(self, x):
        return self.b(x) + self.c(x)


def test_hooks_weight_norm_only_parametrizations():
    check(HooksWeightNormOnlyParametrizations(), (X,))


def pre_hooks_root_with_kwargs_none(m, args, kwargs):
    return None


def post_hooks_root_with_kwargs_none(m, args, kwargs, out):
    return out * 2


class HooksRootWithKwargsNone(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_forward_pre_hook(pre_hooks_root_with_kwargs_none, with_kwargs=True)
        self.register_forward_hook(post_hooks_root_with_kwargs_none, with_kwargs=True)

    def forward(self, x):
        return x + 1


def test_hooks_root_with_kwargs_none():
    check(HooksRootWithKwargsNone(), (X,))


def post_hooks_prepend_always(m, args, out):
    return out * 2


def post2_hooks_prepend_always(m, args, out):
    return (out, out + 1)


class HooksPrependAlways(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.ReLU()
        self.inner.register_forward_hook(post_hooks_prepend_always)
        self.inner.register_forward_hook(post2_hooks_prepend_always, always_call=True)

    def forward(self, x):
        a, b = self.inner(x)
        return a + b


def test_hooks_prepend_always():
    check(HooksPrependAlways(), (X,))


class SpectralNormEval(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.utils.spectral_norm(nn.Linear(4, 4))
        self.b = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4))

    def forward(self, x):
        return self.a(x) + self.b(x)


def test_spectral_norm_eval():
    check(SpectralNormEval().eval(), (X,))


class SpectralNormTrain(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.utils.spectral_norm(nn.Linear(4, 4))
        self.b = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4))

    def forward(self, x):
        return self.a(x) + self.b(x)


def test_spectral_norm_train():
    check(SpectralNormTrain(), (X,))


class NoGradDecorator(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(4))

    @torch.no_grad()
    def quiet(self, x):
        if x.sum() > 0:
            return x * self.w
        return x

    @torch.no_grad
    def quiet2(self, x):
        return x * self.w

    @torch.inference_mode()
    def quiet3(self, x):
        return x * self.w

    def forward(self, x):
        y = self.quiet(x)
        return (
            y.requires_grad,
            y,
            self.quiet2(x).requires_grad,
            (x * self.w).requires_grad,
            helper_no_grad_decorator(x, self.w).requires_grad,
        )


@torch.no_grad()
def helper_no_grad_decorator(x, w):
    return x * w


def test_no_grad_decorator():
    check(NoGradDecorator(), (X,))


class NoGradForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(4))

    @torch.no_grad()
    def forward(self, x):
        y = x * self.w
        return y.requires_grad, y


def test_no_grad_forward():
    check(NoGradForward(), (X,))


class Suffix(nn.Module):
    def __init__(self, suffix: str):
        super().__init__()
        self.suffix = suffix

    def forward(self, text: str):
        return text + self.suffix


class SuffixTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Suffix("-inner")

    def forward(self, text: str):
        return self.inner(text) + "|" + self.inner.forward(text)


def before_suffix(self, inputs: Tuple[str]) -> Tuple[str]:
    return (inputs[0] + "-before",)


def after_suffix(self, inputs: Tuple[str], output: str) -> str:
    return f"{output}-after-{inputs[0]}"


def test_forward_itself_runs_no_hooks():
    model = SuffixTwice()
    for module in (model, model.inner):
        module.register_forward_pre_hook(before_suffix)
        module.register_forward_hook(after_suffix)
    check(model, ("a",))
    compiled = portfire.script(model)
    for program in (compiled, saved_and_loaded(compiled), copy.deepcopy(compiled)):
        for mine, eager in ((program, model), (program.inner, model.inner)):
            assert mine("a") == eager("a") != eager.forward("a") == mine.forward("a")
        program.register_forward_hook(lambda module, inputs, output: output + "-python")
        assert program("a") == model("a") + "-python"
        assert program.forward("a") == model.forward("a")
        assert "before" in program.code


class LambdaHooks(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.ReLU()
        self.layer.register_forward_pre_hook(lambda module, inputs: (inputs[0] * 2,))
        self.layer.register_forward_hook(lambda module, inputs, output: output + inputs[0])
        self.layer.register_forward_hook(lambda module, inputs, output: output - 1)

    def forward(self, x):
        return self.layer(x), self.layer.forward(x)


def test_hooks_without_names_are_read_by_torch():
    model = LambdaHooks()
    check(model, (X,))
    file = io.BytesIO()
    portfire.script(model).save(file)
    file.seek(0)
    assert all(map(torch.equal, torch.jit.load(file)(X), model(X)))
