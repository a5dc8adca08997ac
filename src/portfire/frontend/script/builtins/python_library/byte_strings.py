"""Bytes: strs of the characters below 256. What a str does otherwise.

Comes before: nothing. Comes after: `byte_strings.py`.
"""

from __future__ import annotations


def shown(text: str) -> str:
    """`repr(text)` of bytes."""
    quote = '"' if "'" in text and '"' not in text else "'"
    parts: list[str] = []
    for character in text:
        code = ord(character)
        if character == quote or code == 92:
            parts.append("\\" + character)
        elif code == 9:
            parts.append("\\t")
        elif code == 10:
            parts.append("\\n")
        elif code == 13:
            parts.append("\\r")
        elif code < 32 or code > 126:
            parts.append(f"\\x{code:02x}")
        else:
            parts.append(character)
    return "b" + quote + "".join(parts) + quote


def from_numbers(numbers: list[int]) -> str:
    """`bytes(numbers)`."""
    parts: list[str] = []
    for number in numbers:
        if number < 0 or number > 255:
            raise ValueError("bytes must be in range(0, 256)")
        parts.append(chr(number))
    return "".join(parts)


def numbers_of(text: str) -> list[int]:
    """`list(text)` of bytes."""
    return [ord(character) for character in text]


def in_hex(text: str) -> str:
    """`text.hex()` of bytes."""
    return "".join([f"{ord(character):02x}" for character in text])


def from_hex(digits: str) -> str:
    """`bytes.fromhex(digits)`."""
    parts: list[str] = []
    packed = "".join(digits.split())
    if len(packed) % 2 == 1:
        raise ValueError(f"non-hexadecimal number found in fromhex() arg at position {len(digits)}")
    for i in range(0, len(packed), 2):
        parts.append(chr(int(packed[i : i + 2], 16)))
    return "".join(parts)


def encoded(text: str, encoding: str, errors: str) -> str:
    """`text.encode(encoding, errors)`."""
    name = encoding.lower().replace("-", "").replace("_", "")
    parts: list[str] = []
    for position, character in enumerate(text):
        code = ord(character)
        if name == "utf8":
            if code < 128:
                parts.append(character)
            elif code < 2048:
                parts.append(chr(192 + (code >> 6)) + chr(128 + (code & 63)))
            elif code < 65536:
                parts.append(chr(224 + (code >> 12)) + chr(128 + (code >> 6 & 63)) + chr(128 + (code & 63)))
            else:
                first = chr(240 + (code >> 18)) + chr(128 + (code >> 12 & 63))
                parts.append(first + chr(128 + (code >> 6 & 63)) + chr(128 + (code & 63)))
            continue
        if name == "ascii":
            limit = 128
        elif name == "latin1" or name == "iso88591":
            limit = 256
        else:
            raise LookupError(f"unknown encoding: {encoding}")
        if code < limit:
            parts.append(character)
        elif errors == "replace":
            parts.append("?")
        elif errors != "ignore":
            raise UnicodeEncodeError(encoding, text, position, position + 1, f"ordinal not in range({limit})")
    return "".join(parts)


def _width(lead: int) -> int:
    """How many bytes a character of UTF-8 has that begins with this one; 0 if none does."""
    if lead < 128:
        return 1
    if 194 <= lead <= 223:
        return 2
    if 224 <= lead <= 239:
        return 3
    return 4 if 240 <= lead <= 244 else 0


def _code_at(text: str, position: int, width: int) -> int:
    """The character of `width` bytes that stands at a place; -1 if it is none."""
    if width == 0 or position + width > len(text):
        return -1
    lead = ord(text[position])
    if width == 1:
        return lead
    code = lead & (31 if width == 2 else (15 if width == 3 else 7))
    for i in range(1, width):
        following = ord(text[position + i])
        if following < 128 or following > 191:
            return -1
        code = code << 6 | following & 63
    too_short = (width == 3 and code < 2048) or (width == 4 and (code < 65536 or code > 1114111))
    return -1 if too_short or 55296 <= code <= 57343 else code


def decoded(text: str, encoding: str, errors: str) -> str:
    """`text.decode(encoding, errors)` of bytes."""
    name = encoding.lower().replace("-", "").replace("_", "")
    if name == "latin1" or name == "iso88591":
        return text
    if name != "utf8" and name != "ascii":
        raise LookupError(f"unknown encoding: {encoding}")
    parts: list[str] = []
    position = 0
    while position < len(text):
        width = _width(ord(text[position])) if name == "utf8" or ord(text[position]) < 128 else 0
        code = _code_at(text, position, width)
        if code >= 0:
            parts.append(chr(code))
            position += width
            continue
        if errors == "replace":
            parts.append("\ufffd")
        elif errors != "ignore":
            raise UnicodeDecodeError(encoding, text.encode("latin-1"), position, position + 1, "invalid start byte")
        position += 1
    return "".join(parts)


def upper(text: str) -> str:
    """`text.upper()` of bytes: of the letters of ASCII."""
    return "".join([chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text])


def lower(text: str) -> str:
    """`text.lower()` of bytes: of the letters of ASCII."""
    return "".join([chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text])


def stripped(text: str, characters: str | None, left: bool, right: bool) -> str:
    """`strip`, `lstrip` and `rstrip` of bytes: white space is that of ASCII."""
    dropped = " \t\n\r\x0b\x0c" if characters is None else characters
    start, end = 0, len(text)
    while left and start < end and text[start] in dropped:
        start += 1
    while right and end > start and text[end - 1] in dropped:
        end -= 1
    return text[start:end]
