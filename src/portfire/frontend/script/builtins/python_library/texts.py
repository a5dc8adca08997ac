"""Strings: what the engine's operators do not do.

Comes before: nothing. Comes after: `strings.py`, `library_functions.py`.
"""

from __future__ import annotations

from torch import Tensor


def escaped(text: str) -> str:
    """`ascii`: what is not ASCII is written as an escape."""
    parts: list[str] = []
    for character in text:
        code = ord(character)
        if code < 128:
            parts.append(character)
        elif code < 256:
            parts.append(f"\\x{code:02x}")
        elif code < 65536:
            parts.append(f"\\u{code:04x}")
        else:
            parts.append(f"\\U{code:08x}")
    return "".join(parts)


def is_ascii(text: str) -> bool:
    """`text.isascii()`."""
    return all(ord(character) < 128 for character in text)


def case_folded(text: str) -> str:
    """`text.casefold()`: lower case, without the letters that have two forms of it."""
    return text.replace("\u1e9e", "ss").lower().replace("\u00df", "ss").replace("\u03c2", "\u03c3")


def split_from_right(text: str, most: int) -> list[str]:
    """`text.rsplit(None, most)`."""
    parts: list[str] = []
    rest = text.rstrip()
    while rest and (most < 0 or len(parts) < most):
        start = len(rest)
        while start > 0 and not rest[start - 1].isspace():
            start -= 1
        parts.append(rest[start:])
        rest = rest[:start].rstrip()
    if rest:
        parts.append(rest)
    parts.reverse()
    return parts


def tensor_text(value: Tensor, spec: str) -> str:
    """`format(value, spec)`: a tensor without dimensions is formatted as its number."""
    if value.dim() == 0:
        return "{:{}}".format(value.item(), spec)
    if spec:
        raise TypeError("unsupported format string passed to Tensor.__format__")
    return str(value)


def translated_with_gaps(text: str, table: dict[int, str | None]) -> str:
    """As `translated`, with None for what is left out."""
    parts: list[str] = []
    for character in text:
        code = ord(character)
        if code not in table:
            parts.append(character)
        else:
            new = table[code]
            if new is not None:
                parts.append(new)
    return "".join(parts)


def translated_by_characters(text: str, table: dict[str, str]) -> str:
    """As `translated`, by a table of characters: what `str.maketrans` makes of it."""
    return "".join([table.get(character, character) for character in text])


def translated(text: str, table: dict[int, str]) -> str:
    """`text.translate(table)`, with the empty string for what is left out."""
    parts: list[str] = []
    for character in text:
        code = ord(character)
        parts.append(table.get(code, character))
    return "".join(parts)


def translation_table(before: str, after: str, dropped: str) -> dict[int, str]:
    """`str.maketrans(before, after, dropped)`."""
    if len(before) != len(after):
        raise ValueError("the first two maketrans arguments must have equal length")
    table: dict[int, str] = {}
    for i in range(len(before)):
        table[ord(before[i])] = after[i]
    for character in dropped:
        table[ord(character)] = ""
    return table
