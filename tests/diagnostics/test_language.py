"""Every row of the table of constructs says what is so: it compiles and does what Python does, or gives its error."""

import copy
import io
import warnings

import pytest
import torch

import portfire
from portfire.diagnostics import CODES
from portfire.diagnostics.language import SECTIONS, Construct
from tests.diagnostics.documented_code import imported, target_of
from tests.script.agreement import same
from tools.language_table import PAGE, page

ROWS = [pytest.param(c, id=f"{s}-{c.name}".replace(" ", "_")) for s, rows in SECTIONS.items() for c in rows]


def test_the_page_is_current():
    assert PAGE.read_text() == page().rstrip("\n") + "\n", "run make docs"


@pytest.mark.parametrize("construct", ROWS)
@pytest.mark.filterwarnings("ignore")
def test_row(construct: Construct, tmp_path):
    module = imported(construct.source, tmp_path)
    target = target_of(module)
    report = portfire.check(target)
    assert report.bug is None, report.bug
    if not construct.is_supported:
        assert construct.code in CODES
        assert [d.code for d in report.obstacles[:1]] == [construct.code], f"now: {report}"
        return
    assert report.ok, str(report)
    compiled = portfire.script(target)
    assert _is_run_by_libtorch(compiled) == construct.libtorch
    if construct.inputs:
        inputs = eval(construct.inputs, vars(module))
        expected = target(*copy.deepcopy(inputs))
        assert same(compiled(*copy.deepcopy(inputs)), expected)


def _is_run_by_libtorch(compiled: object) -> bool:
    file = io.BytesIO()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        portfire.save(compiled, file)
    if any("which TorchScript does not have" in str(warning.message) for warning in caught):
        return False
    try:
        torch.jit.load(io.BytesIO(file.getvalue()))
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize("construct", ROWS)
@pytest.mark.filterwarnings("ignore")
def test_what_the_row_says_of_torch(construct: Construct, tmp_path):
    module = imported(construct.source.replace("@portfire.", "@torch.jit."), tmp_path)
    try:
        torch.jit.script(target_of(module))
        takes_it = True
    except Exception:
        takes_it = False
    assert takes_it == construct.torch_jit
