"""Results as Python has them: the int of a dtype as the dtype, the list of a tuple as the tuple. See `ir/forms.py`.

Comes before: `ir/forms.py`. Comes after: `script_function.py`, `views.py`.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import torch

from portfire.ir.dtypes import LAYOUT_NUMBERS, MEMORY_FORMAT_NUMBERS, QSCHEME_NUMBERS, dtype_of_number

Convert = Callable[[Any], Any]


@cache
def converter(text: str) -> Convert | None:
    """What makes a result of that form what Python has; None where there is nothing to do. Raises ValueError for text
    that is no form (it may come out of a file)."""
    tokens = iter(re.findall(r"[\w:#]+|[\[\],]", text))
    return _parsed(next(tokens, ""), tokens)[0]


def texts_of_bytes(value: Any) -> Any:
    """An argument with its bytes as the texts that a program has for them."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {texts_of_bytes(k): texts_of_bytes(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)) and not hasattr(value, "_fields"):
        return type(value)(map(texts_of_bytes, value))
    return value


def _parsed(name: str, tokens: Iterator[str]) -> tuple[Convert | None, str]:
    """The form that begins with `name`, and the token after it."""
    following = next(tokens, "")
    parts: list[Convert | None] = []
    while following in ("[", ",") and (following == "[") == (not parts):
        part, following = _parsed(next(tokens, ""), tokens)
        parts.append(part)
        if following == "]":
            following = next(tokens, "")
            break
    kind, _, argument = name.partition(":")
    make = _MAKERS.get(kind)
    if make is None:
        raise ValueError(f"'{name}' is no form")
    return make(parts, argument), following


def _each(convert: Convert | None, collect: Callable[[Any], Any]) -> Convert:
    return collect if convert is None else lambda items: collect(map(convert, items))


def _dict(parts: list[Convert | None], collect: Convert = dict) -> Convert:
    key, value = (p or unchanged for p in parts)
    return lambda items: collect({key(k): value(v) for k, v in items.items()})


def _items(parts: list[Convert | None]) -> Convert:
    def convert(items: Any) -> Any:
        made = (item if part is None else part(item) for part, item in zip(parts, items, strict=True))
        return type(items)(*made) if hasattr(items, "_fields") else tuple(made)

    return convert


def _optional(parts: list[Convert | None]) -> Convert:
    convert = parts[0] or unchanged
    return lambda value: None if value is None else convert(value)


def _union(parts: list[Convert | None]) -> Convert:
    """The first member that the value can be."""

    def convert(value: Any) -> Any:
        for part in parts:
            if part is not None:
                try:
                    return part(value)
                except (TypeError, ValueError, KeyError, AttributeError):
                    continue
        return value

    return convert


def unchanged(value: Any) -> Any:
    """The value itself."""
    return value


def _member(numbers: dict[str, int]) -> Convert:
    members = {number: getattr(torch, name) for name, number in numbers.items() if hasattr(torch, name)}

    def convert(number: Any) -> Any:
        if type(number) is not int:
            raise TypeError
        return members[number]

    return convert


def _dtype(number: Any) -> Any:
    if type(number) is not int:
        raise TypeError
    return dtype_of_number(number)


def _deque(parts: list[Convert | None], argument: str) -> Convert:
    most = int(argument) if argument else None
    return _each(parts[0], lambda items: collections.deque(items, most))


#: What a defaultdict makes its items with, where that has a name.
FACTORIES: dict[str, Callable[[], Any]] = {t.__name__: t for t in (int, float, bool, str, list, dict, set, tuple)}


def _default_dict(parts: list[Convert | None], argument: str) -> Convert:
    factory = FACTORIES.get(argument)
    return _dict(parts, lambda items: collections.defaultdict(factory, items))


_MAKERS: dict[str, Callable[[list[Convert | None], str], Convert | None]] = {
    "_": lambda parts, argument: None,
    "dtype": lambda parts, argument: _dtype,
    "layout": lambda parts, argument: _member(LAYOUT_NUMBERS),
    "memory_format": lambda parts, argument: _member(MEMORY_FORMAT_NUMBERS),
    "qscheme": lambda parts, argument: _member(QSCHEME_NUMBERS),
    "bytes": lambda parts, argument: lambda text: text.encode("latin-1"),
    "list": lambda parts, argument: _each(parts[0], list),
    "tuple": lambda parts, argument: _each(parts[0], tuple),
    "Size": lambda parts, argument: torch.Size,
    "deque": _deque,
    "set": lambda parts, argument: _each(parts[0], set),
    "frozenset": lambda parts, argument: _each(parts[0], frozenset),
    "dict": lambda parts, argument: _dict(parts),
    "OrderedDict": lambda parts, argument: _dict(parts, collections.OrderedDict),
    "Counter": lambda parts, argument: _dict(parts, collections.Counter),
    "defaultdict": _default_dict,
    "items": lambda parts, argument: _items(parts),
    "optional": lambda parts, argument: _optional(parts),
    "union": lambda parts, argument: _union(parts),
}
