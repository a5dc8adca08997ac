"""What TorchScript's own test suite asks of factories, generators, initialisers, sparse tensors and lists of numbers; eager is the
oracle."""

import io
import math
from typing import Any, Dict, List, Optional, Tuple

import pytest
import torch
from torch import Tensor
from torch.nn import init

import portfire
from portfire.errors import ArchiveError, SaveError
from tests.script.after_loading import check, saved_and_loaded
from tests.script.agreement import agree_exactly, codes, same

T = torch.tensor


def test_dtypes_of_factories():
    def f(n: int):
        a = torch.randperm(n)
        assert a.dtype == torch.int64
        return (
            a, torch.randperm(n, dtype=torch.float), torch.triu_indices(n, n), torch.triu_indices(n, n + 1, 1, dtype=torch.int32),
            torch.tril_indices(n, n), torch.tril_indices(n, n, offset=-1, dtype=torch.int32, device="cpu"), torch.arange(n),
            torch.arange(0.5, n), torch.full((2,), 1), torch.full((2,), True), torch.full([n], 2.5), torch.eye(n, dtype=torch.int),
            torch.linspace(0, 1, n), torch.logspace(0, 1, n), torch.empty(n).dtype, torch.tensor(n).dtype, torch.tensor([0.5]).dtype,
        )  # fmt: skip

    check(f, (3,), (0,))


def test_factories_of_what_needs_gradients():
    def f(n: int):
        made = (
            torch.ones([n], requires_grad=True), torch.zeros([n], requires_grad=True), torch.full([n], 1.0, requires_grad=True),
            torch.tensor([1.0], requires_grad=True), torch.randn([n], requires_grad=True), torch.eye(n, requires_grad=True),
            torch.arange(2.0, requires_grad=True), torch.linspace(0, 1, n, requires_grad=True), torch.rand(n, requires_grad=False),
            torch.ones_like(torch.ones(n), requires_grad=True),
        )  # fmt: skip
        return made, [x.requires_grad for x in made]

    check(f, (3,))


def test_initialisers():
    def gains():
        return [float(init.calculate_gain(name)) for name in ("relu", "tanh", "conv2d", "selu")], init.calculate_gain(
            "leaky_relu", 0.2
        )

    def fixed():
        return (
            init.eye_(torch.zeros(2, 3)), init.dirac_(torch.empty(3, 16, 5, 5)), init.dirac_(torch.empty(4, 2, 3), groups=2),
            init.constant_(torch.empty(3), 0.3), init.ones_(torch.empty(3)), init.zeros_(torch.empty(3)),
        )  # fmt: skip

    def drawn():
        return (
            init.kaiming_normal_(torch.empty(3, 5)), init.kaiming_uniform_(torch.empty(3, 5), a=math.sqrt(5), mode="fan_out"),
            init.xavier_uniform_(torch.empty(3, 5)), init.xavier_normal_(torch.empty(3, 5), gain=0.5), init.uniform_(torch.empty(3)),
            init.trunc_normal_(torch.empty(3, 5), std=0.02), init.normal_(torch.empty(3)), init.sparse_(torch.empty(3, 5), sparsity=0.1),
        )  # fmt: skip

    def orthogonal():
        return init.orthogonal_(torch.empty(3, 5)), init.orthogonal_(torch.empty(5, 3), gain=2.0)

    def flat():
        return init.eye_(torch.zeros(3))

    check(gains, ())
    check(fixed, ())
    check(drawn, ())
    check(orthogonal, (), tolerance=1e-5)
    check(flat, ())


def test_generators():
    def made():
        generator = torch.Generator()
        generator.seed()
        generator.manual_seed(2023)
        seed = generator.initial_seed()
        x = torch.empty(2, 2).normal_(-1.0, 1.0, generator=generator)
        return (
            x,
            seed,
            torch.rand(2, generator=generator),
            torch.randint(0, 5, (3,), generator=generator),
            x.uniform_(generator=generator),
        )

    def default():
        torch.manual_seed(2023)
        return torch.empty(2, 2).normal_(-1.0, 1.0)

    check(made, (), ())
    check(default, ())


def test_generators_as_arguments_are_advanced():
    def f(generator: Optional[torch.Generator] = None):
        x = torch.empty(2, 2).normal_(-1.0, 1.0, generator=generator)
        return x, torch.randperm(4, generator=generator), init.kaiming_uniform_(torch.empty(2, 3), generator=generator)

    compiled = portfire.script(f)
    for program in (compiled, saved_and_loaded(compiled)):
        mine, theirs = (torch.Generator().manual_seed(3) for _ in range(2))
        for _ in range(2):
            assert same(program(mine), f(theirs))
        assert torch.equal(mine.get_state(), theirs.get_state())
        torch.manual_seed(5)
        found = program()
        torch.manual_seed(5)
        assert same(found, f())


def test_a_module_that_draws_from_a_generator_of_its_own():
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.Linear(2, 2, bias=False)
            init.kaiming_uniform_(self.linear.weight, a=math.sqrt(5), generator=torch.Generator().manual_seed(1))

        def forward(self, x):
            x = self.linear(x)
            generator = torch.Generator()
            generator.manual_seed(3)
            return x, torch.empty_like(x).normal_(0.0, 1.0, generator=generator)

    check(Model(), (torch.ones(2, 2),), (torch.ones(2, 2),))


class _Graph(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("adjacency", torch.eye(3).to_sparse())
        self.rows = (torch.eye(3) * 2).to_sparse_csr()

    def forward(self, x):
        return (
            self.adjacency @ x,
            torch.sparse.mm(self.adjacency, x),
            self.rows @ x,
            self.adjacency.to_dense() + x,
            self.adjacency.is_sparse,
        )


@pytest.mark.filterwarnings("ignore:Sparse")
def test_sparse_tensors():
    def f(x):
        s = x.to_sparse()
        made = torch.sparse_coo_tensor(T([[0, 1], [1, 0]]), T([1.0, 2.0]), (2, 2))
        return (
            s.indices(), s.values(), s.to_dense(), s.coalesce().is_coalesced(), s.sparse_dim(), s.dense_dim(), made.to_dense(),
            torch.sparse.sum(s), torch.sparse.softmax(s, 1).to_dense(), x.to_sparse_csr().crow_indices(), s.layout == torch.sparse_coo,
        )  # fmt: skip

    check(f, (torch.eye(3),))
    model, x = _Graph().eval(), torch.rand(3, 3)
    assert same(portfire.script(model)(x), model(x))
    assert same(portfire.trace(model, (x,))(x), model(x))
    assert same(portfire.freeze(portfire.script(model))(x), model(x))


@pytest.mark.filterwarnings("ignore:Sparse")
def test_sparse_attributes_are_in_no_file():
    class Parts(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("indices", torch.eye(3).to_sparse().indices())
            self.register_buffer("values", torch.ones(3))

        def forward(self, x):
            return torch.sparse_coo_tensor(self.indices, self.values, (3, 3)) @ x

    with pytest.raises(
        SaveError, match=r"adjacency: .*sparse_coo cannot be saved; keep its indices and values as buffers"
    ):
        portfire.save(portfire.script(_Graph()), io.BytesIO())
    check(Parts(), (torch.rand(3, 2),))
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(_Graph()), file)
    file.seek(0)
    with pytest.raises(ArchiveError, match="sparse tensor"):
        portfire.load(file)


@pytest.mark.parametrize("kind", ["bool", "int", "float", "complex"])
def test_lists_of_the_numbers_of_a_tensor(kind, tmp_path, monkeypatch):
    types = [kind, f"List[{kind}]", f"List[List[{kind}]]", f"List[List[List[{kind}]]]"]
    name = f"numbers_{kind}"
    (tmp_path / f"{name}.py").write_text(
        "from typing import List\n\n\n"
        + "".join(f"def of_{i}(x) -> {t}:\n    xs: {t} = x.tolist()\n    return xs\n\n\n" for i, t in enumerate(types))
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__(name)
    dtypes = {
        "bool": [torch.bool], "int": [torch.long, torch.int32, torch.uint8, torch.int16], "complex": [torch.cfloat, torch.cdouble],
        "float": [torch.float, torch.double, torch.half, torch.bfloat16],
    }[kind]  # fmt: skip
    for i in range(len(types)):
        x = torch.tensor([[[1.5, 0.0], [2.0, 3.25], [0.0, 7.0]], [[4.0, 5.0], [6.0, 0.5], [8.0, 9.0]]])
        x = x.flatten()[0] if i == 0 else x.flatten() if i == 1 else x[0] if i == 2 else x
        views = [x] if i == 0 else [x, x[:0], x[::2]] if i == 1 else [x, x.transpose(0, 1), x[:0], x[:, :0]]
        check(getattr(module, f"of_{i}"), *[(v.to(d),) for d in dtypes for v in views])


def test_lists_of_numbers_that_are_not_as_declared():
    def f(x):
        xs: List[List[float]] = x.tolist()
        return xs

    def of_text(x):
        xs: List[str] = x.tolist()
        return xs

    compiled = portfire.script(f)
    with pytest.raises(RuntimeError, match="dimension"):
        compiled(torch.ones(5))
    with pytest.raises(RuntimeError, match="element type"):
        compiled(torch.ones(1, 5, dtype=torch.long))
    assert codes(of_text) == ["unknown-element-type"]


def test_hashes_of_what_is_equal():
    def f(a: Tuple[int, str], b: Tuple[int, str], x: float, y: float, d: torch.device, e: torch.device, t: torch.dtype):
        return (
            hash(a) == hash(b), hash(x) == hash(y), hash(d) == hash(e), hash(None) == hash(None), hash(t) == hash(torch.float),
            hash((a, (b,))) == hash((b, (a,))), hash(int(x)) == hash(float(int(x))), hash(True), hash(-1), hash(2**61),
        )  # fmt: skip

    cpu, first, second = torch.device("cpu"), torch.device("cuda:0"), torch.device("cuda:1")
    check(
        f,
        ((1, "a"), (1, "a"), 1.5, 1.5, cpu, cpu, torch.float),
        ((1, "a"), (2, "a"), 1.5, math.inf, first, second, torch.int),
    )


def test_what_has_no_hash():
    def lists(x: List[int]):
        return hash(x)

    def dicts(x: Dict[int, int]):
        return hash(x)

    def inside(x: Tuple[int, List[int]]):
        return hash(x)

    def unknown(x: Any):
        return hash(x)

    check(lists, ([1],))
    check(dicts, ({1: 1},))
    check(inside, ((1, [1]),))
    agree_exactly(unknown, ([1],), (3,))


def test_tensors_hash_by_identity():
    def f(a: Tensor, b: Tensor):
        return hash(a) == hash(a), hash(a) == hash(b)

    check(f, (T(1), T(1)), (T(1), T(2)))


def test_tensors_that_hold_an_int_are_ints():
    def f(x, t):
        return (
            x.sum(t), x.mean(t, keepdim=True), x.amax(t.item()), x.softmax(t), torch.cat([x, x], t), x.permute(t, 0), x.view(t, -1),
            x.unsqueeze(t), x.size(t), x.transpose(0, t), x.narrow(0, 0, t), x[t], [1, 2, 3][t], (1, 2, 3)[t], "abc"[t], range(t)[0],
            torch.zeros(t), torch.zeros(t, t + 1), torch.arange(t), torch.full((2,), t), x.repeat(t, 1), x.add(x, alpha=t), [0] * t,
        )  # fmt: skip

    def wrong(x, t):
        return x.unsqueeze(t)

    check(f, (torch.arange(4.0).reshape(2, 2), T(1)))
    compiled = portfire.script(wrong)
    for t in (T(1.5), T([0, 1])):
        with pytest.raises(RuntimeError, match="Cannot input a tensor"):
            compiled(torch.ones(2), t)
