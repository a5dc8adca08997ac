"""Data that Python puts into a run, changes in it or takes out of it: copied per call, followed, or told to the user."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy
import pytest
import torch
import torch.utils.checkpoint
from torch import nn
from torch.autograd import Function

import portfire
from tests.trace.agreement import agrees, same, trace

R = torch.rand


def float_tensor(x):
    total = torch.FloatTensor([0])
    total += x.sum()
    return total, torch.LongTensor([[1, 2]])


def sized_tensor(x):
    made = torch.Tensor(2, 3)
    made.fill_(1)
    return made + x


def new_with_data(x):
    made = x.new([1.0, 2.0])
    made += x
    return made


def new_tensor(x):
    made = x.new_tensor([1.0, 2.0])
    made.mul_(x)
    return made, x.new_tensor([x.shape[0], 1.5]), x.new_tensor(x.shape[0])


def as_tensor(x):
    made = torch.as_tensor([0.0, 1.0])
    made += x
    return made, torch.asarray([1, 2]), torch.scalar_tensor(2)


@pytest.mark.parametrize("model", [float_tensor, sized_tensor, new_with_data, new_tensor, as_tensor])
def test_tensors_of_python_numbers_are_new_in_each_call(model: Any) -> None:
    x = R(1, 3) if model is sized_tensor else R(2)
    agrees(model, (x,), (x * 2,), (x,))


def test_data_made_inside_a_submodule() -> None:
    class Inner(nn.Module):
        def forward(self, x):
            self.count = torch.FloatTensor([0])
            self.count += 1
            return x + self.count

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Inner()

        def forward(self, x):
            return self.inner(x) * self.inner.count + self.inner(x)

    agrees(Outer(), (R(2),), (R(3),), (R(2),))


def test_tensors_from_outside_are_listed() -> None:
    outside = R(3)
    compiled = agrees(lambda x: x + outside, (R(3),), (R(2, 3),))
    (note,) = portfire.trace_notes(compiled)
    assert "became a constant" in note.message and not note.guarded


@pytest.mark.parametrize(
    "model",
    [
        lambda d: d.setdefault("b", d["a"] + 1), lambda d: d.pop("a"), lambda d: d.update(a=d["a"] + 1) or d["a"],
    ],
)  # fmt: skip
def test_changed_dicts_of_the_caller_are_reported(model: Any) -> None:
    with pytest.warns(portfire.TracerWarning, match="changes the argument 'd'"):
        compiled = portfire.trace(model, ({"a": R(2)},))
    assert any("changes the argument" in n.message and not n.guarded for n in portfire.trace_notes(compiled))
    x = R(3)
    assert same(compiled({"a": x}), model({"a": x}))


def test_changed_lists_of_the_caller_are_reported() -> None:
    def appended(items):
        items[0].append(items[0][0] + 1)
        return items[0][-1]

    with pytest.warns(portfire.TracerWarning, match="changes the argument 'items'"):
        portfire.trace(appended, ([[R(2)]],))

    def only_read(items):
        items = list(items)
        items.append(items[0])
        return items[-1]

    with warnings.catch_warnings():
        warnings.simplefilter("error", portfire.TracerWarning)
        portfire.trace(only_read, ([R(2)],))


class Reversed(Function):
    @staticmethod
    def forward(ctx, x):
        return x + 1

    @staticmethod
    def backward(ctx, grad):
        return -grad


class Swapped(Function):
    @staticmethod
    def forward(ctx, x, y):
        return y, x

    @staticmethod
    def backward(ctx, dx, dy):
        return dy, dx


class InPlace(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.add_(1)

    @staticmethod
    def backward(ctx, grad):
        return grad


@pytest.mark.parametrize(
    ("model", "inputs", "others"),
    [
        (lambda x: Reversed.apply(x + 2) * 3, (R(2),), (R(3),)),
        (lambda x, y: Swapped.apply(x.relu(), y), (R(3, 2), R(1, 2)), (R(5, 2), R(1, 2))),
        (lambda x: InPlace.apply(Reversed.apply(x)), (R(1),), (R(4),)),
    ],
)  # fmt: skip
def test_autograd_functions_give_what_forward_gives(model: Any, inputs: Any, others: Any) -> None:
    agrees(model, inputs, others)


def test_gradients_that_python_defines_are_reported() -> None:
    with pytest.warns(portfire.TracerWarning, match="Reversed.backward is Python's"):
        compiled = portfire.trace(lambda x: Reversed.apply(x), (R(2),))
    assert any("Reversed.backward" in n.message and not n.guarded for n in portfire.trace_notes(compiled))
    x = R(2).requires_grad_()
    compiled(x).sum().backward()
    assert torch.equal(x.grad, torch.ones(2))  # that of `x + 1`
    with torch.no_grad():
        assert not compiled(x).requires_grad


def test_checkpoints_keep_gradients() -> None:
    def model(x):
        return torch.utils.checkpoint.checkpoint(torch.sin, x * 2, use_reentrant=True)

    compiled = trace(model, R(2).requires_grad_())
    x = R(3).requires_grad_()
    compiled(x).sum().backward()
    assert torch.allclose(x.grad, 2 * torch.cos(2 * x.detach()))


@pytest.mark.parametrize(
    "register", ["register_backward_hook", "register_full_backward_hook", "register_full_backward_pre_hook"]
)
def test_hooks_on_gradients_are_reported(register: str) -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    getattr(net[0], register)(lambda *_: None)
    with pytest.warns(portfire.TracerWarning, match="0 has backward hooks"):
        compiled = portfire.trace(net, (R(2),))
    x = R(4, 2)
    assert torch.equal(compiled(x), net(x))


def adds_in_place(module, args):
    args[0].add_(3)


def subtracts(module, args):
    return args[0] - 4


def writes_result(module, args, output):
    args[0].add_(1)
    output.sub_(1)


def replaces_result(module, args, output):
    return output - 3


@pytest.mark.parametrize("hook", [adds_in_place, subtracts, writes_result, replaces_result])
@pytest.mark.parametrize("is_inside", [False, True])
def test_hooks_on_calls_are_part_of_the_run(hook: Any, is_inside: bool) -> None:
    class Doubles(nn.Module):
        def forward(self, x):
            return x + x

    net = Doubles()
    if hook in (adds_in_place, subtracts):
        net.register_forward_pre_hook(hook)
    else:
        net.register_forward_hook(hook)
    agrees(nn.Sequential(net) if is_inside else net, (torch.tensor(1.0),), (torch.tensor(5.0),), (R(2),))


def test_detached_results_stay_detached() -> None:
    def out_of_place(x, w):
        return torch.matmul(x, w).detach()

    def in_place(x, w):
        y = torch.matmul(x, w)
        y.detach_()
        return y

    for model in (out_of_place, in_place):
        found = trace(model, R(3, 4), R(4, 5))(R(3, 4), R(4, 5).requires_grad_())
        assert not found.requires_grad and found.grad_fn is None


def test_data_of_a_tensor_is_the_tensor_without_gradient() -> None:
    agrees(lambda x: x + x.data + (x * 2).data, (R(3, 4),), (R(2, 4),))
    found = trace(lambda x: (x * 2).data, R(2))(R(2).requires_grad_())
    assert not found.requires_grad


def test_second_derivatives() -> None:
    def model(a, b):
        return a * b / (a - b) + b

    compiled = trace(model, R(1), R(1))
    results = []
    for f in (compiled, model):
        a, b = torch.tensor([0.3]).requires_grad_(), torch.tensor([0.7]).requires_grad_()
        da, db = torch.autograd.grad(f(a, b) + 3, [a, b], create_graph=True)
        results.append([da, db, *torch.autograd.grad(da * db + db * db, [a, b])])
    assert same([t.detach() for t in results[0]], [t.detach() for t in results[1]])


class Counts(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls, self.seen, self.unchanged = 0, [], {"a": 1.5}

    def forward(self, x):
        self.calls += 1
        self.seen.append(x)
        self.unchanged = {"a": 3 / 2}
        return x + 1


def test_state_that_python_keeps_is_reported() -> None:
    with pytest.warns(portfire.TracerWarning) as caught:
        compiled = portfire.trace(nn.Sequential(Counts()), R(2))
    messages = [str(w.message) for w in caught]
    assert any("Counts.calls was assigned" in m for m in messages)
    assert any("Counts.seen was changed" in m for m in messages)
    assert not any("unchanged" in n.message for n in portfire.trace_notes(compiled))


def test_stretches_without_gradients_have_none_in_the_program() -> None:
    @torch.no_grad()
    def statistics(x):
        return x.mean() + x[0], x.chunk(2)[0]

    def model(x):
        mean, half = statistics(x)
        with torch.no_grad():
            scale = x.abs() + 1
            scale[0] = 0
        return (x - mean) * scale * half.sum()

    compiled = agrees(model, (R(4),), (R(6),))
    gradients = []
    for f in (compiled, model):
        x = torch.arange(4.0).requires_grad_()
        f(x).sum().backward()
        gradients.append(x.grad)
    assert torch.equal(*gradients)
    with torch.no_grad():
        assert "aten::detach" not in str(trace(lambda x: x * 2, R(2)).graph)


@pytest.mark.parametrize(
    "model", [lambda x: torch.autograd.grad((x * x).sum(), x)[0], lambda x: (x * x).sum().backward() or x]
)
def test_gradients_inside_of_a_trace_are_refused(model: Any) -> None:
    with pytest.raises(portfire.TraceError, match="gradients are computed inside of what is traced"):
        portfire.trace(model, (R(2).requires_grad_(),))


def test_text_of_tensors_is_no_part_of_the_program(capsys: Any) -> None:
    def talks(x):
        print(x, x[0], f"{x[1]:.2f} {x!r}")
        return x + len(str(x.shape[0]))

    compiled = agrees(talks, (R(2),), (R(2),))
    assert any("the text of a tensor" in n.message for n in portfire.trace_notes(compiled))


def test_sizes_as_keys_are_fixed() -> None:
    cache = {2: 10.0, 3: 20.0}

    def cached(x):
        if x.shape[0] not in cache:
            return x
        return x + cache[x.shape[0]]

    compiled = agrees(cached, (R(2),), (R(2, 3),))
    with pytest.raises(portfire.GuardError):
        compiled(R(3))


def test_deep_copies() -> None:
    def copied(x):
        y = copy.deepcopy(x)
        y.add_(1)
        return x, y

    agrees(copied, (R(2),), (R(3),))


def test_numpy_functions_of_sizes_are_fixed() -> None:
    def scaled(x):
        return x / numpy.sqrt(x.shape[-1]) + numpy.floor(x.shape[1] / 2)

    compiled = agrees(scaled, (R(4, 2),), (R(3, 2),))
    with pytest.raises(portfire.GuardError):
        compiled(R(4, 3))


@pytest.mark.parametrize("model", [torch.vmap(lambda a: a * 2), torch.func.grad(lambda a: (a * 2).sum())])
def test_transformed_functions_inside_of_a_trace_are_refused(model: Any) -> None:
    with pytest.raises(portfire.TraceError, match=r"a transformation of torch.func or torch.vmap"):
        portfire.trace(lambda x: model(x), (R(3, 2),))
