"""Collects the Markdown files of this folder as tests (`markdown_cases.py` says how they are written)."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from markdown_cases import Case, CodeBlock, read_cases, rewrite


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".md" and file_path.parent == Path(__file__).parent:
        return GoldenFile.from_parent(parent, path=file_path)
    return None


class GoldenFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        for case in read_cases(self.path):
            yield GoldenCase.from_parent(self, name=case.name, case=case)


class Mismatch(Exception):
    """What a case gives is not what it expects."""


class GoldenCase(pytest.Item):
    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case

    def runtest(self) -> None:
        source = self.case.source
        if source.language == "ir":
            self.check(lambda: parsed(source.text), None)
        elif self.case.expected_errors():
            self.check_errors()
        else:
            function = compiled(self.case, self.module())
            self.check(lambda: cloned(function.graph), function)

    def check(self, graph_of: Any, function: Any) -> None:
        blessed: list[tuple[CodeBlock, str]] = []
        check_invariants(graph_of())
        for block in self.case.expected:
            text = self.result(block, graph_of, function)
            if text == block.text:
                continue
            if not self.config.getoption("--bless"):
                raise Mismatch(difference(block.text, text))
            blessed.append((block, text))
        if blessed:
            rewrite(self.path, self.moved(blessed))

    def moved(self, blocks: list[tuple[CodeBlock, str]]) -> list[tuple[CodeBlock, str]]:
        """The blocks where they are now: an earlier case may have been rewritten since."""
        case = next(c for c in read_cases(self.path) if c.name == self.case.name)
        return [(case.blocks[self.case.blocks.index(block)], text) for block, text in blocks]

    def result(self, block: CodeBlock, graph_of: Any, function: Any) -> str:
        if block.language == "code":
            from portfire.archive.code_files import print_code

            return print_code(function)[0].rstrip("\n")
        graph = graph_of()
        for name in filter(None, block.options.get("pass", "").split(",")):
            run_pass(name, graph)
            check_invariants(graph)
        return printed(graph)

    def check_errors(self) -> None:
        from portfire.errors import CompileError

        wanted = self.case.expected_errors()
        try:
            compiled(self.case, self.module())
        except CompileError as error:
            found = sorted((d.range.line if d.range else 0, d.code) for d in error.diagnostics)
        else:
            raise Mismatch("it compiles, and errors are expected")
        if found != sorted(wanted):
            raise Mismatch(f"expected (line, code): {sorted(wanted)}\nfound:                 {found}")

    def module(self) -> types.ModuleType:
        """The Python block as a module of its own, in a file so that its source can be found."""
        folder = self.config._tmp_path_factory.mktemp("golden")  # type: ignore[attr-defined]
        path = folder / "golden_case.py"
        path.write_text(self.case.source.text + "\n")
        spec = importlib.util.spec_from_file_location("golden_case", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["golden_case"] = module
        spec.loader.exec_module(module)
        return module

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, Mismatch):
            return f"{self.path}:{self.case.line}: {self.name}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.name


def compiled(case: Case, module: types.ModuleType) -> Any:
    """The IR function of the last definition: a function, a module, or a module class without arguments."""
    import torch

    import portfire

    candidates = [
        v
        for v in vars(module).values()
        if getattr(v, "__module__", None) == module.__name__ or isinstance(v, torch.nn.Module)
    ]
    target = candidates[-1]
    if isinstance(target, type) and issubclass(target, torch.nn.Module):
        target = target()
    result = portfire.script(target)
    return (result.forward if isinstance(target, torch.nn.Module) else result).function


def parsed(text: str) -> Any:
    from portfire.ir.parser import parse_graph

    return parse_graph(text)


def cloned(graph: Any) -> Any:
    from portfire.ir.clone import clone_graph

    return clone_graph(graph)


def printed(graph: Any) -> str:
    from portfire.ir.printer import print_graph

    return print_graph(graph, ranges=False).rstrip("\n")


def check_invariants(graph: Any) -> None:
    """Clean to the verifier; printing, parsing and printing again gives the same text."""
    from portfire.ir.parser import parse_graph
    from portfire.ir.printer import tensor_constants
    from portfire.ir.reachable import Reachable
    from portfire.ir.verifier import verify

    verify(graph)
    reachable = Reachable()
    reachable._scan_graph(graph)
    named = {t.name: t for t in reachable._seen_types if getattr(t, "name", None)}
    functions = {f.base_name: f for f in reachable.functions}
    text = printed(graph)
    again = parse_graph(text, lambda name: named.get(name) or functions.get(name), tensor_constants(graph))
    assert printed(again) == text
    verify(again)


def run_pass(name: str, graph: Any) -> None:
    run = getattr(importlib.import_module(f"portfire.passes.{name}"), name)
    if name == "fold_constants":
        from portfire.evaluation import evaluate

        run(graph, evaluate=evaluate)
    else:
        run(graph)


def difference(expected: str, found: str) -> str:
    lines = difflib.unified_diff(expected.splitlines(), found.splitlines(), "expected", "found", lineterm="", n=2)
    return "\n".join(lines)
