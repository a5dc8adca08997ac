"""Schemas parse into what they say, and print as they were written."""

from __future__ import annotations

import pytest

from portfire.ir.graph import MISSING
from portfire.ir.subtyping import optional_of
from portfire.ir.types import BOOL, FLOAT, INT, NUMBER, STR, TENSOR, DictType, ListType, TupleType, VarType
from portfire.ops.schema import AliasInfo
from portfire.ops.schema_parser import SchemaError, parse_schema, parse_type
from portfire.ops.table import op_table


def test_every_schema_of_this_torch_prints_as_it_was_written() -> None:
    table = op_table()
    texts = [text for overloads in table._texts.values() for text in overloads.values()]
    assert len(texts) > 4000
    assert [t for t in texts if str(parse_schema(t)) != t] == []


def test_arguments_and_defaults() -> None:
    schema = parse_schema(
        "aten::f.x(Tensor(a!) self, int[2] size=1, SymInt[]? s=None, *, ScalarType? dtype=None, float eps=1e-05, "
        'str mode="a\\n", int[] n=[1, 2], Scalar alpha=1, bool b=True) -> (Tensor(a!) out, int)'
    )
    assert (schema.name, schema.overload, schema.full_name) == ("aten::f", "x", "aten::f.x")
    types = [a.type for a in schema.arguments]
    ints = ListType(INT)
    assert types == [TENSOR, ints, optional_of(ints), optional_of(INT), FLOAT, STR, ints, NUMBER, BOOL]
    assert [a.default for a in schema.arguments] == [MISSING, [1, 1], None, None, 1e-05, "a\n", [1, 2], 1, True]
    assert [a.kwarg_only for a in schema.arguments] == [False] * 3 + [True] * 6
    assert schema.arguments[1].fixed_size == 2
    assert schema.arguments[3].enumeration == "ScalarType"
    assert [r.name for r in schema.returns] == ["out", ""]
    assert schema.is_mutable


def test_alias_annotations() -> None:
    schema = parse_schema("aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)")
    own, element = schema.arguments
    assert own.alias == AliasInfo(frozenset("a"), frozenset("a"), True)
    assert element.alias == AliasInfo(frozenset("c"), frozenset("*"))
    assert element.alias is not None and element.alias.is_wildcard_after
    split = parse_schema("aten::split.Tensor(Tensor(a -> *) self, SymInt n, int dim=0) -> Tensor(a)[]")
    assert split.returns[0].alias == AliasInfo(contained=AliasInfo(frozenset("a"), frozenset("a")))


def test_types() -> None:
    assert parse_type("Dict(str, t)") == DictType(STR, VarType("t"))
    assert parse_type("(int, Tensor?)[]") == ListType(TupleType((INT, optional_of(TENSOR))))
    assert parse_type("__torch__.torch.classes.a.B") is parse_type("__torch__.torch.classes.a.B")


def test_varargs() -> None:
    schema = parse_schema("aten::format(str self, ...) -> str")
    assert schema.is_vararg and not schema.is_varret
    assert parse_schema("prim::f(...) -> ...").is_varret


@pytest.mark.parametrize(
    "text", ["aten::f", "aten::f(Tensor x -> Tensor", "aten::f(Tensor x=?) -> Tensor", "f() -> int)"]
)
def test_what_is_no_schema(text: str) -> None:
    with pytest.raises(SchemaError):
        parse_schema(text)
