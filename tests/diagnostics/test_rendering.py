"""Diagnostics are collected, ordered, deduplicated and rendered with their source."""

import re
from pathlib import Path

import pytest

from portfire.diagnostics import CODES, CompileAbort, Diagnostic, DiagnosticSink, render, render_report
from portfire.errors import CompileError
from portfire.ir.source import SourceFile, SourceRange

FILE = SourceFile("model.py", "def f(x):\n    return troch.relu(x)\n", first_line=11)


def place(line, column, end):
    return SourceRange(FILE, line, column, line, end, "f")


def test_a_diagnostic_shows_its_line_and_carets():
    diagnostic = Diagnostic(
        "unknown-name", "name 'troch' is not defined", place(12, 11, 16), notes=("why",), help="did you mean 'torch'?"
    )
    assert render(diagnostic) == (
        "model.py:12:12: error[unknown-name]: name 'troch' is not defined\n"
        "   12 |     return troch.relu(x)\n"
        "      |            ^^^^^\n"
        "note: why\n"
        "help: did you mean 'torch'?"
    )


def test_columns_cut_off_a_dedented_method_are_taken_into_account():
    file = SourceFile("model.py", "return y\n", first_line=5, indent=8)
    text = render(Diagnostic("unknown-name", "m", SourceRange(file, 5, 15, 5, 16)))
    assert text.splitlines()[0].startswith("model.py:5:16:")
    assert text.splitlines()[1:] == ["    5 | return y", "      |        ^"]


def test_a_range_over_several_lines_marks_the_first():
    range_ = SourceRange(FILE, 11, 0, 12, 24)
    assert render(Diagnostic("no-source", "m", range_)).splitlines()[2] == "      | ^^^^^^^^^"


def test_the_chain_of_calls_is_told_innermost_first_and_cut_in_its_middle():
    chain = tuple(place(11, i, i + 1) for i in range(20))
    text = render(Diagnostic("no-source", "m", place(12, 11, 16), chain=chain))
    calls = [line for line in text.splitlines() if line.startswith("note:")]
    assert calls[0] == "note: called from model.py:11:20 in f"
    assert calls[4] == "note: ... 12 more calls ..."
    assert len(calls) == 9


def test_a_report_is_ordered_and_says_each_thing_once():
    sink = DiagnosticSink()
    sink.add(Diagnostic("no-length", "b", place(12, 11, 16), chain=(place(11, 0, 1),)))
    sink.add(Diagnostic("no-length", "a", place(11, 0, 3)))
    sink.add(Diagnostic("no-length", "b", place(12, 11, 16)))
    assert [(d.message, len(d.chain)) for d in sink.sorted()] == [("a", 0), ("b", 0)]
    with pytest.raises(CompileError) as caught:
        sink.raise_if_errors()
    assert [d.message for d in caught.value.diagnostics] == ["a", "b"]
    assert str(caught.value).startswith("2 obstacles\n\nmodel.py:11:1:")


def test_warnings_do_not_stop_a_compilation():
    sink = DiagnosticSink()
    sink.add(Diagnostic("ignored-call", "m", severity="warning"))
    sink.raise_if_errors()
    assert sink.sorted() and not sink.errors


def test_an_abort_is_noted_and_compilation_goes_on():
    sink = DiagnosticSink()
    with sink.recovering():
        raise CompileAbort(Diagnostic("no-length", "m"))
    assert [d.code for d in sink.errors] == ["no-length"]
    assert render_report(sink.errors) == "error[no-length]: m"


def test_every_code_in_the_source_is_registered():
    source = Path(__file__).parents[2] / "src" / "portfire"
    used: dict[str, str] = {}
    pattern = re.compile(r'(?:Diagnostic|\.fail|\.abort|_refuse)\(\s*(?:emitter, value, )?"([a-z]+(?:-[a-z]+)+)"')
    for path in source.rglob("*.py"):
        for code in pattern.findall(path.read_text()):
            used.setdefault(code, path.name)
    assert {c: f for c, f in used.items() if c not in CODES} == {}
