"""`portfire check`, as a user calls it."""

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from portfire.cli.main import main
from portfire.cli.report_text import broken, coloured

MODEL = """
import torch

class Net(torch.nn.Module):
    def forward(self, x):
        a = nowhere(x)
        return a, x.nothing()

def fine(x):
    return x + 1

def make():
    return torch.nn.Linear(2, 2)
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "checked_model.py"
    path.write_text(MODEL)
    return str(path)


def run(*args):
    return CliRunner().invoke(main, ["check", *args])


def test_obstacles_are_listed_and_the_status_is_1(model):
    result = run(f"{model}:Net")
    assert result.exit_code == 1
    assert f"{model}:6:13: error[unknown-name]: name 'nowhere' is not defined" in result.output
    assert f"{model}:7:19: error[no-attribute]" in result.output
    assert result.output.splitlines()[-1].startswith("Net: 2 obstacles in 1 file")


@pytest.mark.parametrize("target", ["make", "fine"])
def test_no_obstacles(model, target):
    result = run(f"{model}:{target}")
    assert result.exit_code == 0 and "no obstacles" in result.output


def test_json(model):
    result = run(f"{model}:Net", "--format", "json")
    content = json.loads(result.output)
    assert result.exit_code == 1 and content["count"] == 2
    assert [d["place"]["line"] for g in content["groups"] for d in g["diagnostics"]] == [6, 7]


def test_wrong_usage(model):
    assert run(f"{model}:Missing").exit_code == 2
    assert run(f"{model}:Net", "--format", "xml").exit_code == 2


def test_arguments_behind_the_target(tmp_path):
    path = tmp_path / "sized_model.py"
    path.write_text(
        "import torch\nclass Net(torch.nn.Module):\n    def __init__(self, size, *, bias):\n        super().__init__()\n"
        "        self.lin = torch.nn.Linear(size, 2, bias)\n    def forward(self, x):\n        return self.lin(x)\n"
    )
    assert run(f"{path}:Net(3, bias=False)").exit_code == 0
    refused = run(f"{path}:Net")
    assert refused.exit_code == 2 and "write them behind it" in refused.output
    assert run(f"{path}:Net(size)").exit_code == 2


def test_a_file_or_folder_alone_lists_what_can_be_checked(model, tmp_path):
    for place in (model, str(tmp_path)):
        result = run(place)
        assert result.exit_code == 0
        assert result.output.splitlines() == [
            "can be checked:",
            f"  {model}:Net  (module)",
            f"  {model}:fine  (function)",
            f"  {model}:make  (makes a module)",
        ]
    assert run(str(tmp_path / "nothing")).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert run(str(tmp_path / "empty")).exit_code == 2


def test_near_names_are_suggested(model):
    assert "did you mean 'Net'?" in run(f"{model}:Nett").output


def test_the_documented_fields_of_the_json_report(model):
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text()
    documented = set(re.findall(r"^\s*\| `(\w+)` \|", page, re.MULTILINE))
    found: set[str] = set()

    def collect(value):
        if isinstance(value, dict):
            found.update(k for k in value if "-" not in k)
            for k, v in value.items():
                if k != "counts":
                    collect(v)
        elif isinstance(value, list):
            for item in value:
                collect(item)

    collect(json.loads(run(f"{model}:Net", "--format", "json").output))
    assert found - {"counts"} | {"counts"} == documented


def test_lines_on_a_terminal():
    line = "note: " + "word " * 30
    assert all(len(part) <= 60 for part in broken(line, 60)) and broken(line, 60)[1].startswith("      word")
    assert broken(line, 10) == [line] and broken("    1 | " + "x" * 90, 60) == ["    1 | " + "x" * 90]
    for text in ("a.py:1:2: error[no-attribute]: m", "note: n", "      |   ^^^", "in Net:", "plain"):
        assert click.unstyle(coloured(text)) == text
    assert coloured("a.py:1:2: error[no-attribute]: m") != "a.py:1:2: error[no-attribute]: m"
