"""`portfire check`, as a user calls it."""

import json

import pytest
from click.testing import CliRunner

from portfire.cli.main import main

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
