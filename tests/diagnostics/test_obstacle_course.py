"""One run reports every obstacle of a model: each once, none that only follows from another, in order and with its calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import portfire
from tests.diagnostics.documented_code import marked
from tests.diagnostics.obstacle_course.model import Course

FOLDER = Path(__file__).parent / "obstacle_course"


def announced() -> list[tuple[str, int, str]]:
    return sorted(
        (f.name, n, code) for f in FOLDER.glob("*.py") if f.name != "__init__.py" for n, code in marked(f.read_text())
    )


@pytest.fixture(scope="module")
def report() -> portfire.Report:
    return portfire.check(Course())


def test_all_are_found_and_nothing_else(report: portfire.Report) -> None:
    found = sorted(
        (Path(d.range.file.path).name, d.range.line, d.code) for d in report.obstacles if d.range is not None
    )
    assert found == announced()
    assert len(found) >= 40 and report.bug is None


def test_each_says_what_to_write_instead(report: portfire.Report) -> None:
    assert [d.message for d in report.obstacles if not d.help] == []


def test_no_message_speaks_of_internals(report: portfire.Report) -> None:
    for d in report.obstacles:
        text = " ".join([d.message, *d.notes, d.help or ""])
        assert not [w for w in ("prim::", "aten::", "StaticValue", "Value(", "NoneType") if w in text], text


def test_groups_are_submodules_in_order(report: portfire.Report) -> None:
    titles = [g.title for g in report.groups]
    assert "blocks.0.inner, blocks.1.inner (Dense)" in titles and "Course" in titles
    for group in report.groups:
        places = [(d.range.file.path, d.range.line, d.range.column) for d in group.diagnostics if d.range is not None]
        assert places == sorted(places)
    assert sum(len(g.diagnostics) for g in report.groups) == len(report.diagnostics)


def test_calls_that_led_there(report: portfire.Report) -> None:
    (found,) = [d for d in report.obstacles if "'mean'" in d.message]
    assert [c.function for c in found.chain] == ["Course.forward", "Residual.forward", "Dense.forward", "Norm.forward"]


def test_counts(report: portfire.Report) -> None:
    content = json.loads(report.to_json())
    assert content["count"] == len(announced()) == sum(content["counts"].values())
    assert f"{len(announced())} obstacles in 3 files" in report.summary


def test_script_raises_one_exception_with_all_of_them() -> None:
    with pytest.raises(portfire.CompileError) as raised:
        portfire.script(Course())
    assert len(raised.value.diagnostics) == len(announced())
