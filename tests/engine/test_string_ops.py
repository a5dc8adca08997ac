"""The engine's ops on strings against Python's str: code points, case, searching, splitting, formatting."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engine.op_programs import check

WORDS = (
    "", "a", "ABC", "hello world", "  lead", "trail \t\r\n", "éàü", "straße", "ΑΣΑΣ'Σ", "привет Мир", "日本語 テキスト", "a1b2",
    "१२३", "½", "ǅungla", "ﬃ", "x\u0301y", "😀 smile", "a,b,,c", "İstanbul", "tab\tsep", "one\ntwo\r\nthree\x0bfour\u2028five",
    "_id", "they're", "\x00z", "o'neil \"q\"", "ab" * 9,
)  # fmt: skip

# Surrogates have no UTF-8: Python's strings may hold them, the engine's not.
texts = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
parts = st.sampled_from((" ", ",", "a", "b", "ab", "é", "Σ", "", "\n")) | texts
small = st.integers(-9, 20)

PREDICATES = (
    "isalpha isalnum isdecimal isdigit isnumeric isspace isprintable isidentifier islower isupper istitle"
).split()
CASES = ["lower", "upper", "title", "capitalize", "swapcase"]


@pytest.mark.parametrize("name", PREDICATES + CASES)
@given(texts)
def test_characters(name: str, text: str) -> None:
    check(f"aten::{name}", (text,), getattr(str, name))


@given(texts, small)
def test_items(text: str, index: int) -> None:
    check("aten::len.str", (text,), len)
    check("aten::list", (text,), list)
    check("aten::__getitem__.str", (text, index), operator.getitem)
    check("aten::ord", (text,), ord)


@given(texts, st.none() | small, st.none() | small, st.integers(-3, 3))
def test_slices(text: str, start: int | None, end: int | None, step: int) -> None:
    check("aten::slice.str", (text, start, end, step), lambda s, a, b, c: s[a:b:c])


@pytest.mark.parametrize("name", ["find", "rfind", "index.str", "rindex", "count", "startswith", "endswith"])
@given(texts, parts, small, small)
def test_searching(name: str, text: str, part: str, start: int, end: int) -> None:
    def python(text: str, part: str, start: int, end: int) -> Any:
        return getattr(text, name.partition(".")[0])(
            part, start, None if end == -1 else end
        )  # -1: the schema's default

    check(f"aten::{name}", (text, part, start, end), python)


@given(texts, parts, st.integers(-1, 3))
def test_splitting(text: str, separator: str, most: int) -> None:
    check("aten::split.str", (text, separator, most), str.split)
    check("aten::split.str", (text, None, most), str.split)
    check("aten::rsplit", (text, separator, most), str.rsplit)
    check("aten::partition", (text, separator), str.partition)
    check("aten::rpartition", (text, separator), str.rpartition)
    check("aten::splitlines", (text, most > 0), str.splitlines)
    check("aten::replace", (text, separator, "<é>", most), str.replace)


@given(texts, parts)
def test_stripping(text: str, characters: str) -> None:
    for name in ("strip", "lstrip", "rstrip"):
        check(f"aten::{name}", (text, characters), getattr(str, name))
        check(f"aten::{name}", (text, " \n\t\f\v"), lambda s, _, name=name: getattr(s, name)())


@given(texts, small, st.sampled_from((" ", "*", "é", "", "ab")))
def test_padding(text: str, width: int, fill: str) -> None:
    for name in ("center", "ljust", "rjust"):
        check(f"aten::{name}", (text, width, fill), getattr(str, name))
    check("aten::zfill", (text, width), str.zfill)
    check("aten::expandtabs", (text, width), str.expandtabs)


@given(texts, st.lists(texts, max_size=4))
def test_joining(text: str, others: list[str]) -> None:
    check("aten::join", (text, others), str.join)
    for other in others:
        check("aten::add.str", (text, other), operator.add)
        check("aten::lt.str", (text, other), operator.lt)
        check("aten::ge.str", (text, other), operator.ge)


format_specs = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", "<", ">", "^", "=", "*<", "0>", "é^", "0=", "*=")),
        st.sampled_from(("", "+", " ", "-")),
        st.sampled_from(("", "#", "z", "z#")),
        st.sampled_from(("", "0")),
        st.sampled_from(("", "1", "7", "12", "30")),
        st.sampled_from(("", ",", "_")),
        st.sampled_from(("", ".0", ".1", ".3", ".12", ".")),
        st.sampled_from(("", *"bcdeEfFgGnosxX%q")),
    ),
)
numbers = (
    st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300) | st.floats() | st.floats(-1e6, 1e6) | st.booleans()
    | st.sampled_from((0.0, -0.0, 9.9999, 99999.5, 1e22, 1e-7, 5e-324))
)  # fmt: skip


@given(format_specs, numbers | texts)
def test_format_specifications(spec: str, value: Any) -> None:
    too_big = spec.endswith("c") and isinstance(value, int) and not 0 <= value < 0xD800
    assume(not too_big)  # Python complains about C's int first
    check("aten::format", ("{:" + spec + "}", value), lambda _, v: format(v, spec))


FIELDS = [
    ("{} {}", 1, 2), ("{1} {0}", 1, 2), ("{} {0}", 1), ("{0} {}", 1), ("{{}}",), ("{{{}}}", 3), ("{",), ("}",), ("{}",), ("a{0",),
    ("{!r}", "x'y"), ("{!s:>5}", "x"), ("{!a}", "é日😀"), ("{!x}", 1), ("{!rr}", 1), ("{:{}}", 5, 10), ("{:{}.{}f}", 3.14159, 10, 2),
    ("{0:{1}}", 5, "*>8"), ("{:{:{}}}", 1, 2, 3), ("{0[1]}", [4, 5]), ("{0[a]}", {"a": 3}), ("{0[b]}", {"a": 3}), ("{x}", 1),
    ("{0[}", [1]), ("{5}", 1), ("{:}", None), ("{:5}", None), ("{}", [1, 2]), ("{}", {"a": [1.0]}), ("x{}y{}z", "é", 1.5),
    ("}}{{",), ("{}}", 1), ("{{}", 1), ("{:}}", 1), ("{0!r:^{1}}", "q", 9), ("{-1}", 1), ("{}", (1, "a", None)),
]  # fmt: skip


@pytest.mark.parametrize("arguments", FIELDS, ids=lambda a: a[0])
def test_format_fields(arguments: tuple[Any, ...]) -> None:
    check("aten::format", arguments, str.format)


percent_specs = st.builds(
    "%{}{}{}{}".format,
    st.sampled_from(("", "-", "+", " ", "#", "0", "-0", "+0", "# ", "#0", "0+ ")),
    st.sampled_from(("", "1", "8", "20")),
    st.sampled_from(("", ".0", ".3", ".")),
    st.sampled_from("sradiuxXoeEfFgGcq%"),
)


@given(percent_specs, numbers | texts)
def test_percent_conversions(spec: str, value: Any) -> None:
    too_big = spec.endswith("c") and isinstance(value, int) and not 0 <= value < 0xD800
    assume(not too_big)
    check("aten::percentFormat", (spec, value), operator.mod)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("%d %s", (1, "x")), ("%s", (1, 2)), ("%s %s", 1), ("no", 1), ("%", 1), ("%5", 1), ("%*d", (5, 3)), ("%-*.*fx", (10, 2, 3.14159)),
        ("%*d", (-5, 3)), ("%s%%", 1), ("%5%", 1), ("é%q", 1), ("%*d", ("x", 3)), ("%s", ((1, 2),)), ("%.100s", "é"), ("%ld", 7),
    ],
)  # fmt: skip
def test_percent_formats(text: str, values: Any) -> None:
    check("aten::percentFormat", (text, values), operator.mod)
