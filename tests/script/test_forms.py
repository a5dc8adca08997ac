"""Values that are ints and lists in a program and something else in Python: dtypes, sizes, tuples of any length."""

import io
from typing import Dict, List, Optional, Tuple

import pytest
import torch
from torch import Tensor, nn

import portfire
from tests.script.formed_results import check, exactly_same

X = torch.ones(2, 3)


def test_dtypes_and_layouts_come_out():
    def f(x: Tensor, dtype: Optional[torch.dtype]):
        found = dtype if dtype is not None else x.dtype
        return (
            x.dtype,
            x.layout,
            torch.float16,
            [x.dtype, torch.int64],
            {"d": x.dtype},
            torch.channels_last,
            found,
            dtype,
        )

    check(f, (X, None), (X, torch.float64))


def test_sizes_come_out():
    def f(x: Tensor):
        return (
            x.shape, x.size(), x.shape[1:], [x.shape, x.shape], {"s": x.shape}, tuple(x.shape), list(x.shape), x.size(0),
            x.shape + x.shape, torch.Size([1, 2]), tuple(x.shape[:1]), (x.dtype, x.shape),
        )  # fmt: skip

    check(f, (X,))


def collected(xs):
    return tuple(xs)


def test_tuples_of_any_length():
    def f(xs: List[int], c: bool):
        t = tuple(xs)
        made = collected(xs)
        xs.append(9)
        a, b = t
        return (
            t, made, t + t, a, b, t[0], t[:1], t * 2, t == (1, 2), 1 in t, sum(t), [*t], max(t), t.index(2), t.count(1),
            tuple(x * 2 for x in xs), tuple("abc"), tuple(range(3)), t if c else None, (t, [t]),
        )  # fmt: skip

    check(f, ([1, 2], True), ([1, 2], False))


def test_one_of_two_tuples():
    def f(xs: List[int], c: bool):
        if c:
            return tuple(xs)
        return tuple(x * 2 for x in xs)

    check(f, ([1, 2], True), ([1, 2], False))


def test_tuple_as_declared_and_as_argument():
    def f(xs: Tuple[int, ...], tensors: List[Tensor]) -> Tuple[Tuple[int, ...], Tuple[Tensor, ...]]:
        return xs[1:], tuple([t + 1 for t in tensors])

    check(f, ((1, 2, 3), [X]), ((), []))


def test_a_list_annotation_makes_no_list_of_a_tuple():
    def f(tensors: List[Tensor]) -> List[Tensor]:
        return tuple([t + 1 for t in tensors])

    check(f, ([X],))


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])

    def forward(self, x: Tensor, wanted: List[int]):
        outs = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i in wanted:
                outs.append(x)
        return tuple(outs)

    @portfire.export
    def sizes(self, x: Tensor) -> Dict[str, torch.Size]:
        return {"x": x.shape}


def test_of_modules():
    model = Pyramid()
    compiled = portfire.script(model)
    file = io.BytesIO()
    portfire.save(compiled, file)
    for module in (compiled, portfire.load(io.BytesIO(file.getvalue()))):
        assert exactly_same(module(X, [1]), model(X, [1]))
        assert exactly_same(module.sizes(X), model.sizes(X))


def test_shown_as_python_shows_them():
    def f(x: Tensor):
        return (
            f"{x.shape} {x.dtype} {x.shape[0]}", str(x.shape), str(tuple(x.shape)), "%s" % x.dtype, "{}".format(x.dtype),
            repr(x.dtype), str(torch.float16), f"{x.layout!r}", f"{tuple(x.shape[:1])}", str(tuple(x.shape[:0])),
        )  # fmt: skip

    check(f, (X,))


def test_instances():
    def f(x: Tensor, xs: List[int]):
        s = x.shape
        return (
            isinstance(s, tuple), isinstance(s, list), isinstance(s, torch.Size), isinstance(x.dtype, torch.dtype),
            isinstance(x.dtype, int), isinstance(tuple(xs), tuple), isinstance(xs, tuple), isinstance(list(s), list),
        )  # fmt: skip

    check(f, (X, [1]))


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.int32, torch.complex64, torch.bool, torch.uint8]
)
def test_attributes_of_a_dtype(dtype):
    def f(x: Tensor):
        d = x.dtype
        return d.is_floating_point, d.is_complex, d.is_signed, d.itemsize, d in (torch.float16, torch.bfloat16)

    check(f, (torch.ones(2).to(dtype),))


def test_damaged_forms_are_an_error():
    from portfire.modules.python_forms import converter

    for text in ("nonsense", "tuple[nonsense]", "list["):
        with pytest.raises(ValueError):
            converter(text)


class Scheme(torch.nn.Module):
    def __init__(self, scheme, layout, memory_format):
        super().__init__()
        self.scheme, self.layout, self.memory_format = scheme, layout, memory_format

    def forward(self, x):
        kind = 0
        if self.scheme == torch.per_tensor_symmetric:
            kind = 1
        elif self.scheme in (torch.per_channel_affine, torch.per_tensor_affine):
            kind = 2
        is_strided, is_last = self.layout == torch.strided, self.memory_format == torch.channels_last
        y = x.contiguous(memory_format=self.memory_format)
        return kind, is_strided, is_last, y, self.scheme, self.layout, self.memory_format, f"{self.scheme}"


@pytest.mark.parametrize(
    "scheme", [torch.per_tensor_symmetric, torch.per_channel_affine, torch.per_channel_symmetric], ids=str
)
def test_attributes_of_torchs_own_kinds(scheme):
    check(Scheme(scheme, torch.strided, torch.channels_last), (torch.ones(1, 2, 2, 2),))


def test_quantization_schemes():
    def f(x):
        scheme = x.qscheme()
        is_known = scheme in (torch.per_channel_affine, torch.per_tensor_affine)
        return (
            scheme,
            is_known,
            str(scheme),
            scheme == torch.per_tensor_affine,
            isinstance(scheme, torch.qscheme),
            x.is_quantized,
        )

    compiled = portfire.script(f)
    by_tensor = torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.quint8)
    by_channel = torch.quantize_per_channel(torch.ones(2, 2), torch.ones(2), torch.zeros(2), 0, torch.qint8)
    for x in (by_tensor, by_channel):
        assert compiled(x) == f(x)
    with pytest.raises(RuntimeError):
        compiled(torch.ones(1))
