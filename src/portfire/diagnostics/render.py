"""Diagnostics as text:

    model.py:12:16: error[unknown-name]: name 'troch' is not defined
       12 |     return troch.relu(x)
          |            ^^^^^
    note: called from model.py:30:9 in Net.forward
    help: did you mean 'torch'?

Columns are 1-based in the text, as editors count.

Comes before: `diagnostic.py`. Comes after: `sink.py`, the command line.
"""

from __future__ import annotations

from collections.abc import Sequence

from portfire.diagnostics.diagnostic import Diagnostic
from portfire.ir.source import SourceRange

_MAX_CHAIN = 8


def place_of(range_: SourceRange) -> str:
    """`file:line:col`."""
    return f"{range_.file.path}:{range_.line}:{range_.column + 1}"


def render(diagnostic: Diagnostic) -> str:
    """One diagnostic with its source, notes and help."""
    head = f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
    if diagnostic.range is None:
        lines = [head]
    else:
        lines = [f"{place_of(diagnostic.range)}: {head}", *source_lines(diagnostic.range)]
    lines += [f"note: {note}" for note in diagnostic.notes]
    lines += [f"note: {call}" for call in _calls(diagnostic.chain)]
    if diagnostic.help is not None:
        lines.append(f"help: {diagnostic.help}")
    return "\n".join(lines)


def render_report(diagnostics: Sequence[Diagnostic]) -> str:
    """All diagnostics, and a line that counts them where there are several."""
    text = "\n\n".join(render(d) for d in diagnostics)
    if len(diagnostics) == 1:
        return text
    files = {d.range.file.path for d in diagnostics if d.range is not None}
    where = f" in {len(files)} files" if len(files) > 1 else ""
    return f"{len(diagnostics)} obstacles{where}\n\n{text}"


def source_lines(range_: SourceRange) -> list[str]:
    """The first line of the range with its number, and carets under the range."""
    text = range_.file.line(range_.line)
    if text is None:
        return []
    first = range_.file.first_line
    cut = range_.file.indent if first <= range_.line else 0
    start = max(range_.column - cut, 0)
    end = range_.end_column - cut if range_.end_line == range_.line else len(text)
    end = min(max(end, start + 1), max(len(text), start + 1))
    number = f"{range_.line:5}"
    pad = "".join("\t" if c == "\t" else " " for c in text[:start])
    return [f"{number} | {text}", f"{' ' * len(number)} | {pad}{'^' * (end - start)}"]


def _calls(chain: Sequence[SourceRange]) -> list[str]:
    """`called from …`, innermost first; a long chain is cut in its middle."""
    calls = [f"called from {place_of(c)}" + (f" in {c.function}" if c.function else "") for c in reversed(chain)]
    if len(calls) <= _MAX_CHAIN:
        return calls
    half = _MAX_CHAIN // 2
    return [*calls[:half], f"... {len(calls) - 2 * half} more calls ...", *calls[-half:]]
