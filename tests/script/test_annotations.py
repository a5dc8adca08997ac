"""Every spelling of an annotation names the same type."""
# ruff: noqa: F401, F821 - names that only the annotations under test use

import ast
import collections
import enum
import types
import typing
from typing import Any, Dict, Final, List, NamedTuple, NewType, Optional, Tuple, Union

import pytest
import torch
from torch import Tensor

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.classes.class_registry import ClassRegistry
from portfire.frontend.script.types.annotation_scope import AnnotationScope, function_lookup
from portfire.frontend.script.types.annotations import (
    broadcast_size,
    is_final,
    is_unparametrised,
    type_from_annotation,
)
from portfire.frontend.script.types.signatures import signature_of
from portfire.ir.graph import MISSING

Ids = NewType("Ids", List[int])
Alias = Dict[str, List[Tensor]]


class Point(NamedTuple):
    x: Tensor
    n: int = 3


class Color(enum.Enum):
    RED = 1
    BLUE = 2


def classes():
    return ClassRegistry(types.SimpleNamespace(python_tuples={}))


def scope():
    return AnnotationScope(classes(), function_lookup(scope))


SPELLINGS = [
    ("int", "int"),
    ("Tensor", "Tensor"),
    ("torch.Tensor", "Tensor"),
    ("torch.LongTensor", "Tensor"),
    ("torch.nn.Parameter", "Tensor"),
    ("None", "NoneType"),
    ("Any", "Any"),
    ("List[int]", "int[]"),
    ("list[int]", "int[]"),
    ("typing.List[int]", "int[]"),
    ("typing.Sequence[int]", "int[]"),
    ("torch.Size", "int[]"),
    ("'List[int]'", "int[]"),
    ("List['int']", "int[]"),
    ("Ids", "int[]"),
    ("Alias", "Dict(str, Tensor[])"),
    ("Dict[str, Tensor]", "Dict(str, Tensor)"),
    ("dict[int, list[str]]", "Dict(int, str[])"),
    ("Tuple[int, float]", "(int, float)"),
    ("tuple[int, float]", "(int, float)"),
    ("Tuple[()]", "()"),
    ("tuple[()]", "()"),
    ("Tuple[int, ...]", "int[]"),
    ("Optional[int]", "int?"),
    ("Union[int, None]", "int?"),
    ("int | None", "int?"),
    ("None | int", "int?"),
    ("Optional[Tuple[Tensor, Tensor]]", "(Tensor, Tensor)?"),
    ("Union[int, str]", "Union(int, str)"),
    ("int | str | None", "Union(int, str, NoneType)"),
    ("Union[int, float, complex]", "Scalar"),
    ("torch.device", "Device"),
    ("torch.dtype", "int"),
    ("torch.memory_format", "int"),
    ("torch.Generator", "Generator"),
    ("torch.futures.Future[Tensor]", "Future(Tensor)"),
    ("Final[int]", "int"),
    ("typing.Literal['a', 'b']", "str"),
    ("typing.Annotated[int, 'unit']", "int"),
    ("collections.OrderedDict[str, Tensor]", "Dict(str, Tensor)"),
    ("BroadcastingList2[int]", "int[]"),
    ("Optional[BroadcastingList3[float]]", "float[]?"),
    ("torch.nn.common_types._size_2_t", "Union(int, (int, int))"),
    ("torch.nn.common_types._scalar_or_tuple_2_t[float]", "Union(float, (float, float))"),
    ("Point", "__torch__.tests.script.test_annotations.Point"),
    ("List[Color]", "Enum<__torch__.tests.script.test_annotations.Color>[]"),
]


@pytest.mark.parametrize(("text", "expected"), SPELLINGS)
def test_source_and_strings(text, expected):
    expected = expected.replace("tests.script.test_annotations", __name__)
    assert str(type_from_annotation(ast.parse(text, mode="eval").body, scope())) == expected
    assert str(type_from_annotation(text, scope())) == expected


@pytest.mark.parametrize(("text", "expected"), [s for s in SPELLINGS if "Broadcasting" not in s[0]])
def test_run_time_objects(text, expected):
    annotation = eval(text)
    assert str(type_from_annotation(annotation, scope())) == expected.replace("tests.script.test_annotations", __name__)


@pytest.mark.parametrize("name", ["List[int]", "Optional[int]", "Dict[str, int]", "Union[int, str]", "Tensor"])
def test_names_of_typing_need_no_import(name):
    bare = AnnotationScope(classes(), lambda n: {"int": int, "str": str}.get(n, MISSING))
    assert type_from_annotation(name, bare) == type_from_annotation(name, scope())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Missing", "unknown-type"),
        ("torch.missing", "unknown-type"),
        ("3", "unknown-type"),
        ("typing.Callable[[int], int]", "unsupported-type"),
        ("Dict[int]", "unknown-type"),
    ],
)
def test_what_names_no_type(text, code):
    with pytest.raises(CompileAbort) as caught:
        type_from_annotation(ast.parse(text, mode="eval").body, scope())
    assert caught.value.diagnostic.code == code


def test_final_and_bare_containers():
    assert is_final("Final[int]", scope()) and is_final(Final, scope()) and not is_final("int", scope())
    assert is_unparametrised("list", scope()) and is_unparametrised(typing.Dict, scope())
    assert is_unparametrised("Optional[list]", scope()) and not is_unparametrised("List[int]", scope())


def test_broadcasting_lists_know_their_length():
    assert broadcast_size("BroadcastingList2[int]", scope()) == 2
    assert broadcast_size("Optional[BroadcastingList3[int]]", scope()) == 3
    assert broadcast_size("List[int]", scope()) is None


# Signatures


def annotated(x: Tensor, n: int, *, flag: bool = False) -> List[int]:
    return [n]


def unannotated(x, n=1, scale=2.0, mask=None, sizes=(1, 2)):
    return x


def commented(x, n, names):
    # type: (Tensor, int, List[str]) -> Tuple[Tensor, int]
    """Text."""
    return x, n


def commented_per_parameter(
    x,  # type: Tensor
    n=1,  # type: Optional[int]
):
    # type: (...) -> Optional[Tensor]
    return None


def implicit_optional(x: Tensor = None, sizes: List[int] = None):
    return x


def broadcasting(x: Tensor, kernel_size: "BroadcastingList2[int]"):
    return x


def module_parameter(layer: torch.nn.Linear, f: typing.Callable[[int], int], x: Tensor):
    return layer(x)


def forward_reference(p: "Later") -> "Later":
    return p


class Later(NamedTuple):
    a: int


def variadic(*xs: Tensor, **options: int) -> None:
    pass


def ignored_comment(x, n: int):
    y = x  # type: ignore
    return y


def signature(function):
    s = signature_of(function, classes())
    return [f"{p.name}: {p.type}" for p in s.parameters], None if s.return_type is None else str(s.return_type)


def test_annotated():
    assert signature(annotated) == (["x: Tensor", "n: int", "flag: bool"], "int[]")
    parameters = signature_of(annotated, classes()).parameters
    assert [p.default for p in parameters] == [MISSING, MISSING, False]
    assert [p.kwarg_only for p in parameters] == [False, False, True]


def test_defaults_give_types_where_nothing_is_written():
    expected = ["x: Tensor", "n: int", "scale: float", "mask: Tensor?", "sizes: (int, int)"]
    assert signature(unannotated) == (expected, None)
    assert signature_of(unannotated, classes()).unannotated == {"x"}


def test_type_comments():
    assert signature(commented) == (["x: Tensor", "n: int", "names: str[]"], "(Tensor, int)")
    assert signature(commented_per_parameter) == (["x: Tensor", "n: int?"], "Tensor?")
    assert signature(ignored_comment) == (["x: Tensor", "n: int"], None)


def test_a_default_of_none_makes_an_optional():
    assert signature(implicit_optional) == (["x: Tensor?", "sizes: int[]?"], None)


def test_broadcasting_parameters_are_noted():
    assert signature_of(broadcasting, classes()).broadcast == {"kernel_size": 2}


def test_parameters_without_a_run_time_type_are_errors_only_when_used():
    found = signature_of(module_parameter, classes())
    assert set(found.untyped) == {"layer", "f"}


def functions_for_types(x: torch.tensor, n: any, old: torch.autograd.Variable, f: callable) -> Optional[torch.tensor]:
    return x


def test_functions_written_where_a_type_is_meant():
    assert signature(functions_for_types) == (["x: Tensor", "n: Any", "old: Tensor", "f: Any"], "Tensor?")
    assert set(signature_of(functions_for_types, classes()).untyped) == {"f"}


def test_forward_references():
    assert signature(forward_reference)[0] == [f"p: __torch__.{__name__}.Later"]


def test_variadic_parameters():
    found = signature_of(variadic, classes())
    assert (found.vararg, str(found.vararg_type), found.kwarg, str(found.kwarg_type)) == (
        "xs", "Tensor", "options", "int",
    )  # fmt: skip
    assert str(found.return_type) == "NoneType"


def wrong_comment(x, n):
    # type: (Tensor) -> Tensor
    return x


def test_a_type_comment_that_does_not_fit_is_placed():
    with pytest.raises(CompileAbort) as caught:
        signature_of(wrong_comment, classes())
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == "bad-type-comment"
    assert diagnostic.range.file.line(diagnostic.range.line).strip() == "# type: (Tensor) -> Tensor"
