"""`torch.autograd.grad`, `backward` and the clipping of gradients, with all their arguments."""

from typing import List

import pytest
import torch
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check

X = torch.arange(12.0).reshape(3, 4) - 5


def detached(found):
    return [None if t is None else t.detach() for t in found]


def test_outputs_and_inputs_alone_or_many():
    def f(x):
        w, v = x.clone().requires_grad_(), torch.ones(4, requires_grad=True)
        y, z = (w * w * v).sum(), (w * 2 + v).sum()
        (alone,) = torch.autograd.grad(y, w, retain_graph=True)
        first = torch.autograd.grad(y, [w, v], retain_graph=True)
        second = torch.autograd.grad((y, z), (w, v), retain_graph=True)
        third = torch.autograd.grad(outputs=[y, z], inputs=v, retain_graph=True)[0]
        gw, gv = torch.autograd.grad(y, (w, v), create_graph=True)
        penalty = torch.autograd.grad((gw * gw).sum() + gv.sum(), w)[0]
        return alone, first, second, third * 2, gw.detach() + 1, penalty.norm()

    check(f, (X,))


def test_gradients_of_the_outputs():
    def f(x):
        w = x.clone().requires_grad_()
        y, z = w * w, w.sum()
        one = torch.ones_like(y)
        return (
            torch.autograd.grad(y, w, one, retain_graph=True)[0],
            torch.autograd.grad([y], [w], grad_outputs=[one * 2], retain_graph=True)[0],
            torch.autograd.grad((y, z), w, (one, None), True)[0],
            torch.autograd.grad(y, w, grad_outputs=one, create_graph=True, retain_graph=True, only_inputs=True)[
                0
            ].detach(),
        )

    check(f, (X,))


def test_inputs_that_are_not_used():
    def f(x):
        w, other = x.clone().requires_grad_(), torch.ones(2, requires_grad=True)
        y = (w * w).sum()
        some = torch.autograd.grad(y, [w, other], retain_graph=True, allow_unused=True)
        zeros = torch.autograd.grad(y, [w, other], retain_graph=True, materialize_grads=True)
        return some[0], some[1] is None, zeros[0], zeros[1] + 1

    check(f, (X,))


def test_an_unused_input_raises():
    def f(x):
        w, other = x.clone().requires_grad_(), torch.ones(2, requires_grad=True)
        return torch.autograd.grad(w.sum(), [w, other])

    for function in (f, portfire.script(f)):
        with pytest.raises(RuntimeError, match="not to have been used in the graph|appears to not have been used"):
            function(X)


def test_as_many_inputs_as_there_are():
    def f(xs: List[Tensor]):
        ws = [x.clone().requires_grad_() for x in xs]
        total = torch.stack([(w * w).sum() for w in ws]).sum()
        return torch.autograd.grad(total, ws)

    assert all(map(torch.equal, portfire.script(f)([X, X + 1]), f([X, X + 1])))


@pytest.mark.parametrize(
    "call",
    [
        "y.backward()",
        "y.backward(retain_graph=True); y.backward()",
        "z.backward(torch.ones_like(z))",
        "z.backward(gradient=z.detach(), retain_graph=False, create_graph=False)",
        "y.backward(inputs=[w])",
        "y.backward(inputs=w)",
        "y.backward(None, True, False, [v])",
        "z.backward(torch.ones_like(z), inputs=(w, v))",
        "torch.autograd.backward(y)",
        "torch.autograd.backward([y, z], [None, torch.ones_like(z)])",
        "torch.autograd.backward((y, z), grad_tensors=(torch.tensor(2.0), z.detach()), inputs=[w])",
        "torch.autograd.backward([y], retain_graph=True, inputs=[v]); y.backward()",
        "torch.autograd.backward(z, torch.ones_like(z))",
    ],
)
def test_backward(call, tmp_path):
    namespace = {"torch": torch}
    lines = [
        "def f(x):", "    w, v = x.clone().requires_grad_(), torch.ones(4, requires_grad=True)",
        "    y, z = (w * w * v).sum(), w * 2 + v", f"    {call}", "    return w.grad, v.grad",
    ]  # fmt: skip
    path = tmp_path / "backward.py"
    path.write_text("\n".join(lines) + "\n")
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    f = namespace["f"]
    for found, expected in zip(portfire.script(f)(X), f(X), strict=True):
        assert (found is None) == (expected is None)
        assert expected is None or torch.equal(found, expected)


def test_clipping():
    def f(x, limit: float):
        w, v = x.clone().requires_grad_(), torch.ones(4, requires_grad=True)
        unused = torch.ones(1, requires_grad=True)
        (w * w * v).sum().backward()
        norms = (
            nn.utils.clip_grad_norm_([w, v, unused], limit), nn.utils.clip_grad_norm_(w, max_norm=limit, norm_type=1.0),
            nn.utils.clip_grad_norm_((w, v), limit / 2, norm_type=float("inf"), error_if_nonfinite=True, foreach=False),
            nn.utils.get_total_norm([w, v], 2.0), nn.utils.clip_grad_norm_([], 1.0),
        )  # fmt: skip
        a = w.grad
        nn.utils.clip_grads_with_norm_([w, v], limit, torch.tensor(9.0))
        nn.utils.clip_grad_value_([w, v], 0.01)
        return norms, a, v.grad, nn.utils.parameters_to_vector([w, v]).detach()

    check(f, (X, 3.0), (X, 1e9))
    with pytest.raises(RuntimeError, match="non-finite"):
        portfire.script(f)(X * float("inf"), 1.0)


def test_clipping_the_parameters_of_a_module():
    class Step(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 2)

        def forward(self, x):
            self.layer(x).pow(2).sum().backward()
            norm = nn.utils.clip_grad_norm_(self.parameters(), 0.5)
            nn.utils.clip_grad_value_(self.layer.parameters(), 0.2)
            gradient = self.layer.weight.grad
            assert gradient is not None
            return norm, gradient.clone()

    torch.manual_seed(0)
    module = Step()
    compiled = portfire.script(module)
    found = compiled(X)
    module.zero_grad()
    for mine, theirs in zip(found, module(X), strict=True):
        assert torch.allclose(mine, theirs)


def test_generators_are_made_anew():
    def f(x):
        a, b = torch.Generator(), torch.Generator()
        nn.init.uniform_(x, generator=torch.Generator())
        return torch.rand(2, generator=a), torch.rand(2, generator=b), torch.rand(2, generator=a), x

    check(f, (X.clone(),))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: torch.autograd.grad(x, x, x, is_grads_batched=True), "for each, with retain_graph=True"),
        (lambda x: torch.autograd.grad(x, x, unknown=1), "'grad' takes: outputs, inputs"),
        (lambda x: torch.autograd.functional.jacobian(torch.sin, x), "torch.autograd.grad"),
        (lambda x: x.register_hook(abs), "torch.autograd.Function"),
    ],
)
def test_what_is_refused_says_what_to_write(function, message):
    with pytest.raises(CompileError, match=message):
        portfire.script(function)


def test_setting_a_gradient_is_refused():
    def f(x):
        x.grad = None
        return x

    with pytest.raises(CompileError, match=r"x.grad.zero_\(\)"):
        portfire.script(f)
