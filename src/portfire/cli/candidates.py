"""What in a file, module or folder can be checked: found by reading the source, without running it.

Comes before: nothing. Comes after: `check.py`.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

#: Names that say that a class is a module, as its base is written.
_MODULE_BASES = frozenset({"Module", "Sequential", "ModuleList", "ModuleDict", "ScriptModule"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that `portfire check` takes: how it is called on the command line, what it is, what it needs."""

    target: str
    kind: str
    needs: str = ""

    def __str__(self) -> str:
        return f"{self.target}  ({self.kind}{', needs ' + self.needs if self.needs else ''})"


def candidates(place: str) -> list[Candidate]:
    """What can be checked in a folder, a file, or a module that is named with dots. Fails with a usage error."""
    if os.path.isdir(place):
        files = [p for p in sorted(Path(place).rglob("*.py")) if not any(part.startswith(".") for part in p.parts)]
        return [c for path in files for c in _of_file(path, str(path))]
    if place.endswith(".py"):
        if not os.path.exists(place):
            raise click.UsageError(f"there is no file {place}")
        return _of_file(Path(place), place)
    return _of_file(_file_of_module(place), place)


def _file_of_module(name: str) -> Path:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError) as e:
        raise click.UsageError(f"cannot import {name}: {e}") from e
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise click.UsageError(f"there is no file, folder or module {name}")
    return Path(spec.origin)


def _of_file(path: Path, place: str) -> list[Candidate]:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as e:
        raise click.UsageError(f"{path} cannot be read as Python: {e}") from e
    classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_module(node, classes):
            found.append(Candidate(f"{place}:{node.name}", "module", _needs(_initialiser(node, classes), 1)))
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found.append(Candidate(f"{place}:{node.name}", _function_kind(node, classes)))
    return found


def _is_module(node: ast.ClassDef, classes: dict[str, ast.ClassDef], depth: int = 0) -> bool:
    for base in _base_names(node):
        if base in _MODULE_BASES:
            return True
        if base in classes and depth < len(classes) and _is_module(classes[base], classes, depth + 1):
            return True
    return False


def _base_names(node: ast.ClassDef) -> Iterator[str]:
    for base in node.bases:
        if isinstance(base, (ast.Name, ast.Attribute)):
            yield base.id if isinstance(base, ast.Name) else base.attr


def _initialiser(node: ast.ClassDef, classes: dict[str, ast.ClassDef], depth: int = 0) -> ast.FunctionDef | None:
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return member
    for base in _base_names(node):
        if base in classes and depth < len(classes):
            return _initialiser(classes[base], classes, depth + 1)
    return None


def _needs(function: ast.FunctionDef | None, skipped: int) -> str:
    if function is None:
        return ""
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    required = positional[skipped : len(positional) - len(args.defaults)]
    keyword = [a for a, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is None]
    return ", ".join(a.arg for a in [*required, *keyword])


def _names_module(node: ast.expr, classes: dict[str, ast.ClassDef]) -> bool:
    """Whether a class of modules is named: one of this file, or of `torch.nn`."""
    if isinstance(node, ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        return owner == "nn"
    name = node.id if isinstance(node, ast.Name) else ""
    return name in _MODULE_BASES or (name in classes and _is_module(classes[name], classes))


def _function_kind(node: ast.FunctionDef, classes: dict[str, ast.ClassDef]) -> str:
    """A function that needs no arguments and returns a module makes a model."""
    made = node.returns
    returned = [made] if made is not None else []
    for statement in ast.walk(node):
        if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call):
            returned.append(statement.value.func)
    makes = any(_names_module(r, classes) for r in returned)
    return "makes a module" if makes and not _needs(node, 0) else "function"
