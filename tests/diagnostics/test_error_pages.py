"""Every code has a page in docs/errors, whose first example gives exactly that code and whose second compiles."""

from pathlib import Path

import pytest

from portfire.diagnostics import CODES
from tests.diagnostics.documented_code import blocks, marked, report
from tools.error_pages import PAGES, problems

#: Their examples fail in code that has no source, or is not in the page.
WITHOUT_A_PLACE = {"no-source", "unsupported-module"}


def test_every_code_has_a_page():
    assert problems() == []


@pytest.mark.parametrize("code", CODES)
def test_page(code: str, tmp_path: Path):
    wrong, right = blocks((PAGES / f"{code}.md").read_text())
    ((line, marked_code),) = marked(wrong)
    assert marked_code == code
    found = report(wrong, tmp_path)
    assert found.bug is None, found.bug
    assert [d.code for d in found.obstacles] == [code], str(found)
    place = found.obstacles[0].range
    if code not in WITHOUT_A_PLACE:
        assert place is not None and abs(place.line - line) <= 1, str(found)
    assert report(right, tmp_path).ok, str(report(right, tmp_path))
