"""Attributes: their types come from every assignment; some are set later, or deleted. Eager is the oracle."""

from typing import ClassVar, Dict, List, Optional, Union

import torch
from torch import Tensor, nn

from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class NoneCache(nn.Module):
    def __init__(self):
        super().__init__()
        self.cache = None

    def forward(self, x):
        if self.cache is None:
            self.cache = x * 2
        else:
            self.cache = self.cache + x
        return self.cache


def test_none_cache():
    check(NoneCache(), (X,), (X,))


class NoneInt(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = None

    def forward(self, x):
        if self.n is None:
            self.n = x.shape[0]
        else:
            self.n += 1
        return x + self.n


def test_none_int():
    check(NoneInt(), (X,), (X,))


class NoneTupleSetInOtherMethod(nn.Module):
    def __init__(self):
        super().__init__()
        self.state = None

    def reset(self, x):
        self.state = (x, x.shape[1])

    def forward(self, x):
        if self.state is None:
            self.reset(x)
        assert self.state is not None
        a, n = self.state
        return a + n


def test_none_tuple_set_in_other_method():
    check(NoneTupleSetInOtherMethod(), (X,), (X,))


class NoneThenList(nn.Module):
    def __init__(self):
        super().__init__()
        self.mem = None

    def forward(self, x):
        if self.mem is None:
            self.mem = [x]
        self.mem.append(x)
        return self.mem


def test_none_then_list():
    check(NoneThenList(), (X,), (X,))


class NoneReadBeforeSet(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = None

    def prev(self):
        return self.last

    def forward(self, x):
        p = self.prev()
        self.last = x
        if p is not None:
            return x + p
        return x


def test_none_read_before_set():
    check(NoneReadBeforeSet(), (X,), (X,))


class SubNoneSetInSubmoduleByParent(nn.Module):
    def __init__(self):
        super().__init__()
        self.mask = None

    def forward(self, x):
        if self.mask is not None:
            x = x * self.mask
        return x


class NoneSetInSubmoduleByParent(nn.Module):
    def __init__(self):
        super().__init__()
        self.sub = SubNoneSetInSubmoduleByParent()

    def forward(self, x):
        y = self.sub(x)
        self.sub.mask = x > 0.5
        return y


def test_none_set_in_submodule_by_parent():
    check(NoneSetInSubmoduleByParent(), (X,), (X,))


class EmptyListAttrUsedInOtherMethod(nn.Module):
    def __init__(self):
        super().__init__()
        self.xs = []
        self.names = []
        self.table = {}

    def note(self, n: int):
        self.xs.append(n)
        self.names.append("a")
        self.table["k"] = n

    def total(self):
        return sum(self.xs)

    def forward(self, x):
        t = self.total()
        self.note(3)
        return x + len(self.xs), self.names, self.table, t


def test_empty_list_attr_used_in_other_method():
    check(EmptyListAttrUsedInOtherMethod(), (X,), (X,))


class IntBecomesFloat(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = 1
        self.total = 0

    def forward(self, x):
        self.scale = self.scale * 0.5
        self.total += x.mean().item()
        return x * self.scale, self.scale, self.total


def test_int_becomes_float():
    check(IntBecomesFloat(), (X,), (X,))


class ZeroBecomesTensor(nn.Module):
    def __init__(self):
        super().__init__()
        self.loss = 0

    def forward(self, x):
        self.loss = self.loss + x.sum()
        return self.loss


def test_zero_becomes_tensor():
    check(ZeroBecomesTensor(), (X,), (X,))


class ListOfLists(nn.Module):
    def __init__(self):
        super().__init__()
        self.grid = [[1, 2], [3]]
        self.nest = [[], [1.0]]
        self.d = {"a": [1], "b": []}

    def forward(self, x):
        self.grid[0].append(4)
        self.nest[0].append(2.0)
        return x + self.grid[0][1] + len(self.grid[0]), self.grid, self.nest, self.d["b"]


def test_list_of_lists():
    check(ListOfLists(), (X,), (X,))


class AnnotatedOptionalInInit(nn.Module):
    def __init__(self):
        super().__init__()
        self.x: Optional[Tensor] = None
        self.items: List[int] = []
        self.d: Dict[str, int] = {}
        self.u: Union[int, float] = 1

    def forward(self, x):
        if self.x is not None:
            x = x + self.x
        self.x = x
        self.items.append(1)
        self.d["a"] = len(self.items)
        return x, self.d["a"]


def test_annotated_optional_in_init():
    check(AnnotatedOptionalInInit(), (X,), (X,))


class BaseAnnotatedOptionalInInitOfBase(nn.Module):
    def __init__(self):
        super().__init__()
        self.x: Optional[List[int]] = None


class AnnotatedOptionalInInitOfBase(BaseAnnotatedOptionalInInitOfBase):
    def forward(self, x):
        if self.x is None:
            self.x = [1]
        self.x.append(2)
        return x, self.x


def test_annotated_optional_in_init_of_base():
    check(AnnotatedOptionalInInitOfBase(), (X,), (X,))


class BuffersNone(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("b", None)
        self.register_buffer("c", None)
        self.register_parameter("p", None)

    def forward(self, x):
        if self.b is None:
            self.b = x
        if self.c is not None:
            x = x + self.c
        if self.p is not None:
            x = x + self.p
        return x + self.b


def test_buffers_none():
    check(BuffersNone(), (X,), (X,))


class HasattrSetattr(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = 1
        self.l = nn.Linear(4, 4)

    def forward(self, x):
        if hasattr(self, "l"):
            x = self.l(x)
        if not hasattr(self, "zz"):
            x = x + 1
        if hasattr(self.l, "bias") and self.l.bias is not None:
            x = x + self.l.bias
        setattr(self, "a", self.a + 1)
        g = getattr(self, "qq", None)
        if g is None:
            x = x + 3
        return x + self.a


def test_hasattr_setattr():
    check(HasattrSetattr(), (X,), (X,))


class DelAttribute(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = None

    def forward(self, x):
        self.a = x
        del self.a
        return x


def test_del_attribute():
    check(DelAttribute(), (X,))


class RegisterBufferInForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("b", torch.zeros(4))

    def forward(self, x):
        if x.shape[1] == 4:
            self.register_buffer("b", x[0] * 2, persistent=False)
        return self.b


def test_register_buffer_in_forward():
    check(RegisterBufferInForward(), (X,), (X,))


class RegisterNewBufferInForward(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        if not hasattr(self, "b"):
            self.register_buffer("b", x[0] * 2, persistent=False)
        return self.b


def test_register_new_buffer_in_forward():
    check(RegisterNewBufferInForward(), (X,), (X,))


class NewAttributeInForward(nn.Module):
    def forward(self, x):
        self.y = x * 2
        return self.y


def test_new_attribute_in_forward():
    check(NewAttributeInForward(), (X,), (X,))


class CClassAttributes:
    LIMIT = 10
    names = ["a", "b"]
    table = {"a": 1}
    rate: float = 0.5
    total: ClassVar[int] = 4

    def __init__(self, n: int):
        self.n = n

    def get(self) -> int:
        return self.n + self.LIMIT + CClassAttributes.LIMIT + len(self.names) + self.table["a"] + self.total


def class_attributes(n: int):
    c = CClassAttributes(n)
    return c.get(), c.LIMIT, CClassAttributes.names, c.rate, CClassAttributes.rate


def test_class_attributes():
    check(class_attributes, (3,))


class CClassAttributeDefaultThenInstance:
    count = 0

    def inc(self) -> int:
        self.count += 1
        return self.count


def class_attribute_default_then_instance(n: int):
    c = CClassAttributeDefaultThenInstance()
    c.inc()
    return c.inc(), CClassAttributeDefaultThenInstance().count


def test_class_attribute_default_then_instance():
    check(class_attribute_default_then_instance, (3,))
