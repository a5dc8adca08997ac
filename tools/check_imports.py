"""The arrows between the folders of `src/portfire`: who may import whom. Exits with 1 and a list where a file does not keep them.

    ir <- ops <- analysis <- passes <- pipeline <- cli

Front ends and the archive know `ir` and `ops`, never each other. `torch.jit` and `torch._C._jit_*` appear nowhere.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "portfire"

#: room -> the rooms it may import from, beside itself and `errors`.
ALLOWED: dict[str, set[str]] = {
    "ir": set(),
    "ops": {"ir", "engine"},
    "analysis": {"ir", "ops"},
    "passes": {"ir", "ops", "analysis"},
    "diagnostics": {"ir"},
    "archive": {"ir", "ops"},
    "frontend/script": {"ir", "ops", "diagnostics"},
    "frontend/trace": {"ir", "ops", "diagnostics", "engine"},
    "modules": {"ir", "ops", "archive", "engine", "passes", "pipeline"},
    "evaluation": {"ir", "ops", "archive", "engine"},
    "pipeline": {
        "evaluation",
        "ir", "ops", "analysis", "passes", "archive", "engine",
    },
    "api": {
        "ir", "passes", "evaluation", "pipeline", "archive", "diagnostics", "modules",
        "frontend/script", "frontend/trace",
    },
    "cli": {"pipeline", "diagnostics", "modules", "ir", "archive", "public"},
}  # fmt: skip

FORBIDDEN_MODULES = ("torch.jit", "torch._C._jit")
FORBIDDEN_TEXT = re.compile(r"torch/csrc/jit|torch::jit")


def room_of(module: str) -> str:
    """The room a dotted module name below `portfire` belongs to."""
    parts = module.split(".")[1:]
    if not parts:
        return "public"
    if parts[0] in ("_engine", "_aten"):
        return "engine"
    if parts[0] == "frontend":
        return "/".join(parts[:2])
    return parts[0]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Names of portfire's modules that a file imports, with lines. What is only for type checkers counts too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("portfire"):
            if node.module == "portfire":
                for alias in node.names:
                    yield node.lineno, f"portfire.{alias.name}"
            else:
                yield node.lineno, node.module
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("portfire."):
                    yield node.lineno, alias.name


def check_file(path: Path) -> Iterator[str]:
    """The broken rules of one file."""
    module = "portfire." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    room = room_of(module.removesuffix(".__init__"))
    allowed = ALLOWED.get(room)
    if allowed is None:
        return
    for line, name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        target = room_of(name)
        if target not in allowed | {room, "errors", "public" if room == "cli" else room}:
            yield f"{path.relative_to(ROOT)}:{line}: {room} may not import {target} ({name})"


def dotted_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Modules imported and attributes of names, with lines. Texts, such as examples of users' code, are not looked into."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)


def check_forbidden_python(path: Path) -> Iterator[str]:
    """Uses of torch's own TorchScript."""
    for line, name in dotted_names(ast.parse(path.read_text(encoding="utf-8"))):
        if name.startswith(FORBIDDEN_MODULES):
            yield f"{path.relative_to(ROOT)}:{line}: torch.jit in the product: {name}"


def check_forbidden_cpp(path: Path) -> Iterator[str]:
    """Uses of torch's own TorchScript; comments may name it."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if FORBIDDEN_TEXT.search(line) and not re.match(r"\s*(//|\*)", line):
            yield f"{path.relative_to(ROOT)}:{number}: torch.jit in the product: {line.strip()}"


def main() -> int:
    """Check every source file."""
    problems: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        problems += check_file(path)
        problems += check_forbidden_python(path)
    for path in sorted((ROOT / "engine").rglob("*")):
        if path.suffix in (".cpp", ".h"):
            problems += check_forbidden_cpp(path)
    print("\n".join(problems) if problems else "import rules: kept")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
