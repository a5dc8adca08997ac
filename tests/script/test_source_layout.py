"""Source that is indented as Python allows it: comments, strings and continued lines left of the function they stand in."""

# ruff: noqa: W191

from typing import List  # noqa: F401, in type comments

import pytest
import torch
from torch import Tensor, nn  # noqa: F401

import portfire
from tests.script.after_loading import check
from tests.script.agreement import codes

X = torch.ones(2)


class Strings(nn.Module):
    def forward(self, x):
        a = """first
        second
  third
fourth"""
        b = f"""{x.dim()}
        "quoted" \
        joined
"""
        return a, b, len(a)


# fmt: off
class Comments(nn.Module):
    def __init__(self):
  # left of its function
        super().__init__()
        self.n = 2

    def forward(self, x):
        x = torch.neg(x)
    # left of its statement
# at the very left
        return x * self.n


class TypeComments(nn.Module):
    def forward(self, x, n=2):
        # type: (Tensor, int) -> Tensor
  # left
        ys = []  # type: List[int]
        ys.append(n)
        return x * len(ys)


class TypeCommentsOfParameters(nn.Module):
    def forward(self,
          x,  # type: Tensor
       n=2,  # type: int
                ):
        # type: (...) -> Tensor
# left
        return x * n


class Tabs(nn.Module):
	def forward(self, x):
		if x.dim() > 0:
			return x + 1
		return x


class Continued(nn.Module):
    @torch.jit.export
  # between
    def forward(self,
    x):
        return (x +
    1 +
  len("é")), "ü", x.dim()
# fmt: on


@pytest.mark.parametrize("cls", [Strings, Comments, TypeComments, TypeCommentsOfParameters, Tabs, Continued])
def test_left_of_the_function(cls):
    check(cls(), (X,))


# fmt: off
def test_functions_in_functions():
    def f(x):
        text = """a
        b
  c"""

        def inner(y):
        # left
            more = """
            d"""
            return text + more, y

        return inner(x)

    check(f, (X,))


def test_places_are_those_of_the_file():
    class Model(nn.Module):
        def forward(self, x):
        # left
            y = "é"; return missing(x, y)  # noqa: E702, F821

    with pytest.raises(portfire.CompileError) as caught:
        portfire.script(Model())
    (diagnostic,) = caught.value.diagnostics
    line = Model.forward.__code__.co_firstlineno + 2
    assert (diagnostic.range.line, diagnostic.range.column, diagnostic.range.end_column) == (line, 28, 35)
    shown = str(caught.value).splitlines()
    source, carets = next((shown[i], shown[i + 1]) for i, text in enumerate(shown) if "missing(x, y)" in text)
    assert carets.index("^") == source.index("missing") and carets.count("^") == len("missing")
# fmt: on


def test_a_lambda_is_still_found():
    scaled = lambda x: x * 2  # noqa: E731

    def f(x):
        return scaled(x)

    check(f, (X,))
    assert codes(lambda x: nothing_of_the_kind(x)) == ["unknown-name"]  # noqa: F821
