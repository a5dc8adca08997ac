"""`portfire.check`: every obstacle of a model, also those behind others, by submodule; and none where there is none."""

import importlib
import json
import sys
import textwrap
from typing import Optional

import pytest
import torch
from torch import nn

import portfire

BLOCKS = """
import torch
from torch import nn
import numpy as np

def scale(x, by):
    return x * troch.tensor(by)  # unknown-name

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(4, 4)

    def forward(self, x):
        y = self.lin(x).no_such()  # no-attribute
        z = np.sin(y)  # unsupported-python-value
        return scale(y, 2)

class Head(nn.Module):
    def forward(self, x, *rest):
        async def g():  # unsupported-syntax
            pass
        if x.sum() > missing_threshold:  # unknown-name
            return x.nothing()  # no-attribute
        for i in unknown_list:  # unknown-name
            k = x.bad_attr + other_missing  # no-attribute # unknown-name
            if i > 3:
                break
        return len(3)  # no-length

class Unused(nn.Module):
    def forward(self, x):
        return x.unused_problem()
"""

NET = """
from typing import Optional
import torch
import portfire
from torch import nn
from PACKAGE.blocks import Block, Head, Unused

def helper(v, n: int):
    return v + undefined_in_helper, n.foo  # unknown-name # no-attribute

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(Block(), nn.ReLU(), Block())
        self.head = Head()
        self.unused = Unused()

    def forward(self, x):
        q = missing(x)  # unknown-name
        h = self.head(self.layers(q))
        t = helper(q, 3)
        return h, self.bogus  # no-attribute

    @portfire.export
    def extra(self, a: int, b: Optional[int]):
        async def local():  # unsupported-syntax
            pass
        return b + 1  # no-overload
"""


def announced(source: str) -> list[tuple[int, str]]:
    return [(n, mark.strip()) for n, line in enumerate(source.splitlines(), 1) for mark in line.split("# ")[1:]]


@pytest.fixture
def package(tmp_path, monkeypatch):
    name = f"checked_{abs(hash(str(tmp_path)))}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "blocks.py").write_text(BLOCKS)
    (folder / "net.py").write_text(NET.replace("PACKAGE", name))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module(f"{name}.net")
    for loaded in [m for m in sys.modules if m.partition(".")[0] == name]:
        del sys.modules[loaded]


def test_every_obstacle_in_every_submodule(package):
    report = portfire.check(package.Net())
    found = sorted((d.range.file.path.rpartition("/")[2], d.range.line, d.code) for d in report.obstacles)
    expected = [(f, n, c) for f, text in (("blocks.py", BLOCKS), ("net.py", NET)) for n, c in announced(text)]
    assert found == sorted(expected)
    assert not report.ok and report.bug is None


def test_groups_are_submodules(package):
    report = portfire.check(package.Net())
    assert [g.title for g in report.groups] == ["layers.0, layers.2 (Block)", "head (Head)", "Net"]
    for group in report.groups:
        lines = [(d.range.file.path, d.range.line, d.range.column) for d in group.diagnostics]
        assert lines == sorted(lines)


def test_text_shows_source_calls_and_counts(package):
    text = str(portfire.check(package.Net()))
    assert "error[unsupported-python-value]: numpy's 'sin' has no meaning in a program" in text
    assert "help: use torch.sin" in text
    assert "z = np.sin(y)" in text and "^^^^^^" in text
    assert "in Block.forward" in text  # who called `scale`
    assert "16 obstacles in 2 files" in text.splitlines()[-1]


def test_json_says_the_same(package):
    report = portfire.check(package.Net())
    content = json.loads(report.to_json())
    assert content["ok"] is False and content["count"] == 16 == sum(content["counts"].values())
    first = content["groups"][0]
    assert first["name"] == "Block" and first["submodules"] == ["layers.0", "layers.2"]
    assert first["diagnostics"][0]["code"] == "unknown-name" and first["diagnostics"][0]["chain"]


def test_script_raises_all_of_them(package):
    with pytest.raises(portfire.CompileError) as raised:
        portfire.script(package.Net())
    assert len(raised.value.diagnostics) == 16


def test_nothing_to_say():
    def f(x: torch.Tensor):
        return x + 1

    assert portfire.check(f).ok and portfire.check(nn.Linear(2, 2)).ok
    assert str(portfire.check(f)) == "f: no obstacles"
    assert portfire.check(portfire.script(f)).ok


def test_what_depends_on_a_failure_is_not_reported():
    def helper(v, limit: int):
        w = v.whatever(limit)
        return w + limit

    def f(x, flag: Optional[torch.Tensor]):
        y = missing(x)  # noqa: F821
        if flag is not None and y.sum() > 0:
            z = flag.relu() + y
        else:
            z = y
        for i in y:
            x = x + i
        return helper(z, 3), x

    assert [d.code for d in portfire.check(f).obstacles] == ["unknown-name"]


def test_arguments_behind_a_failure():
    def f(x):
        return torch.cat([first(x), x.second()], dim=third)  # noqa: F821

    assert sorted(d.message for d in portfire.check(f).obstacles) == [
        "a tensor has no attribute 'second'", "name 'first' is not defined", "name 'third' is not defined",
    ]  # fmt: skip


def test_the_body_of_a_function_that_takes_anything():
    class Net(nn.Module):
        def forward(self, x, **more):
            return missing(x)  # noqa: F821

    assert [d.code for d in portfire.check(Net()).obstacles] == ["unknown-name"]


def test_what_user_code_raises_while_compiling_is_reported():
    class Strange(nn.Module):
        def __getattr__(self, name):
            if name == "boom":
                raise RuntimeError("user code")
            return super().__getattr__(name)

        def forward(self, x):
            return x + self.boom

    assert not portfire.check(Strange()).ok


def test_only_what_can_be_compiled_is_taken():
    with pytest.raises(portfire.ArgumentError):
        portfire.check(3)


def test_functions_with_equal_code_keep_their_annotations(tmp_path):
    reports = []
    for n, annotation in enumerate((" -> str", " -> int")):
        path = tmp_path / f"same_code_{n}.py"
        path.write_text(
            textwrap.dedent(f"""
            def f(n: int){annotation}:
                return 1 if n < 2 else n * f(n - 1)
            """)
        )
        namespace = {"__name__": path.stem}
        exec(compile(path.read_text(), str(path), "exec"), namespace)
        reports.append(portfire.check(namespace["f"]))
    assert [r.ok for r in reports] == [False, True]


def test_a_bug_is_told_as_one_and_the_rest_is_checked(monkeypatch):
    from portfire.frontend.script.statements import statements

    def breaks(emitter, node):
        raise ZeroDivisionError("oops")

    monkeypatch.setitem(statements._EMIT, statements.ast.Assert, breaks)

    def f(x):
        assert x.dim() > 0
        return x + missing  # noqa: F821

    report = portfire.check(f)
    assert [d.code for d in report.obstacles] == ["unknown-name"]
    assert "a bug of portfire while it compiled" in report.bug and "ZeroDivisionError: oops" in report.bug
    assert "Please report it" in str(report) and not report.ok

    def g(x):
        assert x.dim() > 0
        return x

    with pytest.raises(portfire.InternalError, match="a bug of portfire"):
        portfire.script(g)
