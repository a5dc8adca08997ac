"""Golden cases in Markdown files: how they are written, and how a file is rewritten.

A heading names a case. Below it, in any order and with prose between:

* a ```py block: Python source. The last function or module instance that it defines is scripted; a module class is
  instantiated without arguments. Lines that end in `# error: [code]` must be reported with that code, and no others.
* or a ```ir block: a graph, as text.
* ```ir blocks after the first block: the graph expected; ```ir pass=NAME,NAME: the graph expected after these passes,
  one after the other, each from `portfire.passes`.
* ```code blocks: the TorchScript source expected.

Every graph of a case must be clean to the verifier and print the same after printing and parsing. With `--bless` the
expected blocks are rewritten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$")
_FENCE = re.compile(r"^```(\w+)([^\n`]*)$")
_ERROR = re.compile(r"#\s*error:\s*\[([\w-]+)\]")


@dataclass
class CodeBlock:
    language: str
    options: dict[str, str]
    text: str
    #: Lines of the text in the file, first and past the last, 0-based.
    first: int
    end: int


@dataclass
class Case:
    name: str
    line: int
    blocks: list[CodeBlock] = field(default_factory=list)

    @property
    def source(self) -> CodeBlock:
        return self.blocks[0]

    @property
    def expected(self) -> list[CodeBlock]:
        return self.blocks[1:]

    def expected_errors(self) -> list[tuple[int, str]]:
        """(line of the block, code) of every error comment."""
        lines = self.source.text.splitlines()
        return [(n, code) for n, line in enumerate(lines, 1) for code in _ERROR.findall(line)]


def read_cases(path: Path) -> list[Case]:
    lines = path.read_text().splitlines()
    cases: list[Case] = []
    index = 0
    while index < len(lines):
        heading, fence = _HEADING.match(lines[index]), _FENCE.match(lines[index])
        if heading:
            cases.append(Case(heading.group(1), index + 1))
        elif fence and cases:
            end = lines.index("```", index + 1)
            options = dict(item.partition("=")[::2] for item in fence.group(2).split())
            text = "\n".join(lines[index + 1 : end])
            cases[-1].blocks.append(CodeBlock(fence.group(1), options, text, index + 1, end))
            index = end
        index += 1
    return [c for c in cases if c.blocks and c.source.language in ("py", "ir")]


def rewrite(path: Path, blocks: list[tuple[CodeBlock, str]]) -> None:
    """Replace the text of blocks, the last in the file first so that line numbers stay right."""
    lines = path.read_text().splitlines()
    for block, text in sorted(blocks, key=lambda item: -item[0].first):
        lines[block.first : block.end] = text.splitlines()
    path.write_text("\n".join(lines) + "\n")
