"""Small things that TorchScript programs rely on: literals, defaults, attributes of tensors and modules, warnings, aliases."""

import copy
import io
import math
import warnings
from collections import namedtuple
from typing import Dict, List, Optional, Tuple  # noqa: UP035  (as users write)

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import portfire
from portfire.errors import CompileError
from portfire.frontend.script.entry import script_function
from tests.script.agreement import check

X = torch.arange(4.0)


def loaded(compiled):
    file = io.BytesIO()
    portfire.save(compiled, file)
    file.seek(0)
    return portfire.load(file)


# Literals and expressions


def ints():
    return 9223372036854775807, -9223372036854775808, 0xAAAAAA, -0xAAAAAA, 0x7FFFFFFFFFFFFFFF, 0b11, 0o17, 1_000


def floats():
    return math.pi, 0.1, 1.2e400, -1.2e400, 2.225073858507201e-308, 5e-324, 1e23, -9223372036854775808.0


# fmt: off
def trailing_commas(x):
    a, b, = x, x,
    return [a, b,], (a + b,), x
# fmt: on


def nested_lists():
    return [[4]] + [[4, 5]]


def constants():
    return None, "", "a", [True, False], [torch.tensor(4), torch.tensor(2)], [0.5, None, 0.2], {"a": None}, (1,), ((),)


@pytest.mark.parametrize("function", [ints, floats, nested_lists, constants])
def test_literals(function):
    check(function, ())
    found, expected = loaded(portfire.script(function))(), function()
    assert repr(found) == repr(expected)


def test_trailing_commas():
    check(trailing_commas, (X,))


@pytest.mark.parametrize("text", ["9223372036854775808", "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "-9223372036854775809"])
def test_ints_beyond_64_bits_are_refused(text, tmp_path):
    path = tmp_path / "long.py"
    path.write_text(f"def f():\n    return {text}\n")
    scope = {}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    with pytest.raises(CompileError) as caught:
        script_function(scope["f"])
    assert [d.code for d in caught.value.diagnostics] == ["int-too-large"]


def what_is_not_run_is_no_error(flag: bool):
    items = [1, 2, 3]
    result = 1 * 2 if True else 1 // 0
    if flag:
        result = items[4]
    return result


def aliases(flag: bool):
    a = torch.tensor([10])
    b = None if flag else a
    if b is not None:
        b[0] = 5
    held = (a,)
    return a.int(), held[len(held) - 1] is a


def test_branches_and_aliases():
    check(what_is_not_run_is_no_error, (False,), (True,))
    check(aliases, (True,), (False,))


# Tensors


def test_subscripts_of_einsum():
    def outer(x, y):
        return torch.einsum(x, [0], y, [1], [0, 1]), torch.einsum("i,j->ij", (x, y)), torch.einsum("i,j->ij", x, y)

    def matrices(x, y):
        first = [0, 1]
        product = torch.einsum(x, first, y, [1, 2], [0, 2])
        return product, torch.einsum(x, [0, 1], [1, 0]), torch.einsum(x, [0, ...], y, [0, 1], [..., 1])

    def implicit(x):
        return torch.einsum(x, [0, 0]), torch.einsum(x, [51, 0]), torch.einsum(x, [1, 26])

    check(outer, (X, X[:3]))
    check(matrices, (torch.ones(3, 3), torch.ones(3, 2)))
    check(implicit, (torch.arange(9.0).view(3, 3),))

    def two_tensors(x, y):
        return torch.einsum(x, y)

    with pytest.raises(CompileError, match="lists of subscripts"):
        portfire.script(two_tensors)


def facts(x):
    return (
        x.device, x.shape, x.is_cuda, x.is_mkldnn, x.is_quantized, x.requires_grad, x.is_sparse, x.is_meta, x.ndim, x.itemsize,
        x.nbytes, x.numel(), x.element_size(), x.dtype == torch.uint8, x.dtype is torch.float32, len(x), x.layout == torch.strided,
    )  # fmt: skip


def transposed(x):
    return x.T, x.mT, x.H, x.mH, torch.equal(x.mH, x.transpose(-2, -1).conj())


def converted(x, dtype: torch.dtype):
    return x.type(dtype), x.type("torch.DoubleTensor"), x.cpu().dtype == x.dtype, torch.mul(x, True)


def resized(x):
    last = torch.zeros([2])
    for _ in range(5):
        b = x + 1
        size = [1]
        b.sub_(1)
        size.append(1)
        b.resize_(size)
        last = b.add_(1)
    other = torch.zeros([2, 2])
    other.resize_as_(last)
    return last, other.fill_(1)


def by_operator(a, b):
    return (
        torch.ops.aten.add(a, b),
        torch.ops.aten.add(a, 1),
        torch.ops.aten.prod(a, 1),
        torch.cat((a, b), torch.tensor(1)),
    )


def reshaped(x):
    return x.view(size=[-1]), x.reshape(shape=(-1, 2)), math.pi + x


def test_methods_of_tensors():
    check(facts, (X,), (torch.ones(2, dtype=torch.uint8),))
    check(transposed, (torch.rand(3, 4),), (torch.randn(3, 4, dtype=torch.complex64),))
    check(converted, *((X, t) for t in (torch.int8, torch.bfloat16, torch.complex64, torch.bool)))
    check(resized, (torch.rand(1, 1),))
    check(by_operator, (torch.rand(2, 2), torch.rand(2, 2)))
    check(reshaped, (torch.zeros(2, 2),), (torch.zeros(4, dtype=torch.long),))


def test_strings_name_devices():
    def given(x: torch.device) -> Tuple[str, Optional[int], torch.device]:
        return x.type, x.index, x

    compiled = portfire.script(given)
    assert compiled("cpu") == given(torch.device("cpu"))
    assert compiled(torch.device("cuda:1")) == given(torch.device("cuda:1"))
    with pytest.raises(RuntimeError, match="device type at start of device string"):
        compiled("invalid_device")


# Parameters


def tensor_defaults(x, a=torch.tensor(0.5), b=torch.tensor(10), flag=torch.tensor(False)):  # noqa: B008
    return x if bool(flag) else x + a + b


def comment_defaults(x, a=0.5, b=10):
    # type: (Tensor, float, int) -> Tensor
    return x + a + b


def none_default(x=None):
    # type: (Optional[int]) -> Optional[int]
    return x


def test_defaults():
    check(tensor_defaults, (X,), (X, torch.tensor(1), torch.tensor(3)), (X, X, X, torch.tensor(True)))
    check(comment_defaults, (X,), (X, 2.0))
    check(none_default, (), (1,))


def only_by_name(x, *, y) -> Tuple[Tensor, Tensor]:
    return x, y


def test_parameters_after_a_star():
    check(lambda x: only_by_name(x, y=x), (X,))

    def by_position(x):
        return only_by_name(x, x)

    with pytest.raises(CompileError, match="takes 1 positional"):
        portfire.script(by_position)


@torch.jit.script_if_tracing
def if_tracing(x: int = 2):
    return 1 + x


def test_functions_that_torch_compiles_when_it_traces():
    check(lambda: if_tracing(x=3), ())
    assert portfire.script(if_tracing)() == 3


Named = namedtuple("Named", ["a"])


@torch.jit.unused
def left_out():
    # type: () -> Named
    return Named(next(iter([])))


class HasUnused(nn.Module):
    @torch.jit.unused
    @torch.no_grad()
    def decorated(self, x):
        # type: (Tensor) -> int
        return next(x)

    def forward(self, x):
        if x.dim() == 7:
            return self.decorated(x)
        if x.dim() == 8:
            left_out()
        return x.dim()


def test_unused_code_of_any_kind():
    assert portfire.script(HasUnused())(X) == 1


def test_compiled_twice():
    compiled = portfire.script(none_default)
    assert portfire.script(compiled) is compiled


# Warnings


def warns(x):
    if bool(x.sum() < 2):
        warnings.warn("less than 2", stacklevel=1)
    return x


def test_warnings_come_through():
    class Warns(nn.Module):
        def forward(self, x):
            return warns(x)

    for compiled in (portfire.script(warns), portfire.script(Warns())):
        with pytest.warns(UserWarning, match="less than 2") as caught:
            compiled(torch.zeros(1))
        assert len(caught) == 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled(X)


# Modules


class Sub(nn.Module):
    def forward(self, x):
        return x if self.training else -x


def test_training_follows_train_and_eval():
    for inner in (Sub(), nn.BatchNorm1d(4), nn.Dropout(0.2)):
        net = nn.Sequential(inner)
        compiled = portfire.script(net)
        x = torch.rand(5, 4)
        if not isinstance(inner, nn.Dropout):
            assert torch.equal(compiled(x), net(x))
        net.eval()
        compiled.eval()
        assert not compiled[0].training and not loaded(compiled).training
        assert torch.equal(compiled(x), net(x)) and torch.equal(loaded(compiled)(x), net(x))
        assert "training" not in compiled.state_dict()


class Counter:
    def __init__(self):
        self.count = 99

    def __iadd__(self, n: int):
        self.count += n
        return self


class Added:
    def __init__(self):
        self.count = 99

    def __add__(self, n: int):
        self.count += n
        return self


class Child(nn.Module):
    def __init__(self):
        super().__init__()
        self.number, self.counter, self.added, self.items = 2, Counter(), Added(), [1, 2, 3]


class Parent(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = Child()

    def forward(self):
        self.child.number += 1
        self.child.counter += 5
        self.child.added += 5
        self.child.items += [1, 2]
        self.child.items *= 2
        return self.child.number, self.child.counter.count, self.child.items, self.child.added.count


class KeepsObject(nn.Module):
    def __init__(self):
        super().__init__()
        self.counter = Counter()

    def forward(self):
        counters = [self.counter, Counter()]
        counters[0] += 1
        return self.counter.count, counters[1].count


@pytest.mark.parametrize("cls", [Parent, KeepsObject])
def test_objects_of_modules_change_in_place(cls):
    eager, compiled = cls(), portfire.script(cls())
    again = loaded(portfire.script(cls()))
    for _ in range(2):
        expected = eager()
        assert compiled() == expected and again() == expected


def test_names_of_objects_stay_bound_in_place():
    def f():
        a = Counter()
        a_too = a
        a += 20
        b = Added()
        b_too = b
        b += 99
        c = [1, 2, 3]
        c_too = c
        c *= 2
        c += [4]
        d = torch.ones(2)
        d_too = d
        d += 1
        return a is a_too, b is b_too, c is c_too, d is d_too, a.count, b.count, c, d

    check(f, ())


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.x: int = 0

    @torch.jit.export
    def set_x(self, x: int):
        self.x = x

    @torch.jit.export
    def get_x(self):
        return self.x

    @torch.jit.ignore
    def get_in_python(self):
        return self.x


def test_ignored_methods_see_the_state_of_the_compiled_module():
    module = Stateful()
    module.set_x(123)
    compiled = portfire.script(module)
    assert (compiled.get_x(), compiled.get_in_python()) == (123, 123)
    compiled.set_x(456)
    assert (compiled.get_x(), compiled.get_in_python()) == (456, 456)


class Applies(nn.Module):
    FACTOR = 3

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x) * self.FACTOR


@pytest.mark.parametrize("function", [torch.sigmoid, F.relu, torch.neg, lambda x: x + 1])
def test_functions_as_attributes(function):
    assert torch.equal(portfire.script(Applies(function))(X), Applies(function)(X))


class Vocabulary(nn.Module):
    def __init__(self, words: List[str]):
        super().__init__()
        self.unknown: int = 2
        self.index: Dict[str, int] = {w: i for i, w in enumerate(words)}

    def numbers(self, words: List[str]) -> List[int]:
        return [self.index.get(w, self.unknown) for w in words]

    def forward(self, sentences: List[List[str]]):
        return [self.numbers(words) for words in sentences]


def test_copies_of_modules_with_containers():
    compiled = portfire.script(Vocabulary(["u", "a"]))
    for each in (compiled, copy.copy(compiled), copy.deepcopy(compiled), loaded(compiled)):
        assert each([["a", "?"], ["u"], []]) == [[1, 2], [0], []]
