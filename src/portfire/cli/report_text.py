"""A report on a terminal: coloured, and with notes that are broken at its width. Into a pipe or file it is plain.

Comes before: `diagnostics/report.py`. Comes after: `check.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap

import click

_HEAD = re.compile(r"^(?P<place>.*?:\d+:\d+: )?(?P<severity>error|warning)(?P<code>\[[a-z-]+\]): (?P<message>.*)$")
_REMARK = re.compile(r"^(?P<kind>note|help): (?P<text>.*)$")
_CARETS = re.compile(r"^( +\| )(\s*\^+)$")
_GROUP = re.compile(r"^in .*:$")
_COLOURS = {"error": "red", "warning": "yellow", "note": "blue", "help": "green"}
#: Below this nothing is broken: it would only be harder to read.
_NARROWEST = 30


def shown(text: str) -> str:
    """The text of a report as this terminal shows it best."""
    if not sys.stdout.isatty():
        return text
    width = shutil.get_terminal_size().columns
    lines = [part for line in text.split("\n") for part in broken(line, width)]
    return "\n".join(lines if os.environ.get("NO_COLOR") else map(coloured, lines))


def broken(line: str, width: int) -> list[str]:
    """A note or help in several lines where it is longer than the terminal is wide; other lines stay as they are."""
    remark = _REMARK.match(line)
    if remark is None or len(line) <= width or width < _NARROWEST:
        return [line]
    indent = " " * len(f"{remark['kind']}: ")
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def coloured(line: str) -> str:
    """A line of a report with the colours of its parts."""
    head = _HEAD.match(line)
    if head is not None:
        kind = click.style(head["severity"] + head["code"], fg=_COLOURS[head["severity"]], bold=True)
        return f"{click.style(head['place'] or '', bold=True)}{kind}: {click.style(head['message'], bold=True)}"
    remark = _REMARK.match(line)
    if remark is not None:
        return f"{click.style(remark['kind'], fg=_COLOURS[remark['kind']], bold=True)}: {remark['text']}"
    carets = _CARETS.match(line)
    if carets is not None:
        return carets[1] + click.style(carets[2], fg="red", bold=True)
    return click.style(line, bold=True, underline=True) if _GROUP.match(line) else line
