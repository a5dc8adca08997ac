# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""What Python shows of dtypes, sizes, tuples, sets, and what `collections` adds to lists and dicts.

Comes before: nothing. Comes after: `forms.py`.
"""

from __future__ import annotations

import torch

from portfire.frontend.script.builtins.python_library import byte_strings
from portfire.ir.dtypes import DTYPE_NUMBERS, LAYOUT_NUMBERS, MEMORY_FORMAT_NUMBERS, QSCHEME_NUMBERS

#: The names, by number: read while compiling.
DTYPES = " ".join(sorted(DTYPE_NUMBERS, key=lambda name: DTYPE_NUMBERS[name]))
LAYOUTS = " ".join(LAYOUT_NUMBERS)
MEMORY_FORMATS = " ".join(MEMORY_FORMAT_NUMBERS)
QSCHEMES = " ".join(QSCHEME_NUMBERS)


FLOATING = tuple(n for name, n in DTYPE_NUMBERS.items() if "float" in name)
COMPLEX = tuple(n for name, n in DTYPE_NUMBERS.items() if name.startswith("complex"))
SIGNED = tuple(n for name, n in DTYPE_NUMBERS.items() if name.startswith(("int", "float", "bfloat", "complex")))


def is_floating_point(number: int) -> bool:
    """`dtype.is_floating_point`."""
    return number in FLOATING


def is_complex(number: int) -> bool:
    """`dtype.is_complex`."""
    return number in COMPLEX


def is_signed(number: int) -> bool:
    """`dtype.is_signed`."""
    return number in SIGNED


def itemsize(number: int) -> int:
    """`dtype.itemsize`."""
    return torch.empty([0], dtype=number).element_size()  # type: ignore[call-overload,no-any-return]


def dtype_text(number: int) -> str:
    """`str(dtype)`."""
    return "torch." + DTYPES.split(" ")[number]


def layout_text(number: int) -> str:
    """`str(layout)`."""
    return "torch." + LAYOUTS.split(" ")[number]


def memory_format_text(number: int) -> str:
    """`str(memory_format)`."""
    return "torch." + MEMORY_FORMATS.split(" ")[number]


def qscheme_text(number: int) -> str:
    """`str(qscheme)`."""
    return "torch." + QSCHEMES.split(" ")[number]


def size_text(sizes: list[int]) -> str:
    """`str(size)`."""
    return f"torch.Size({list(sizes)})"


def tuple_text(items) -> str:
    """`str(items)` of a tuple."""
    inner = str(list(items))[1:-1]
    return f"({inner},)" if len(items) == 1 else f"({inner})"


def bytes_text(text: str) -> str:
    """`str(text)` of bytes."""
    return byte_strings.shown(text)


def set_text(items) -> str:
    """`str(items)` of a set; in the order in which the items were added."""
    return "{" + str(list(items))[1:-1] + "}" if len(items) > 0 else "set()"


def frozenset_text(items) -> str:
    """`str(items)` of a frozenset."""
    return "frozenset({" + str(list(items))[1:-1] + "})" if len(items) > 0 else "frozenset()"


def deque_text(items, most: str) -> str:
    """`str(items)` of a deque that holds at most so many items."""
    return f"deque({list(items)}, maxlen={most})" if most != "" else f"deque({list(items)})"


def ordered_dict_text(items) -> str:
    """`str(items)` of an OrderedDict, as Python 3.12 has it."""
    return f"OrderedDict({dict(items)})" if len(items) > 0 else "OrderedDict()"


def ordered_dict_pairs_text(items) -> str:
    """`str(items)` of an OrderedDict, before Python 3.12."""
    return f"OrderedDict({list(items.items())})" if len(items) > 0 else "OrderedDict()"


def counter_text(items) -> str:
    """`str(items)` of a Counter: what is most common comes first."""
    return f"Counter({dict(items.most_common())})" if len(items) > 0 else "Counter()"


def default_dict_text(items, factory: str) -> str:
    """`str(items)` of a defaultdict."""
    return f"defaultdict(<class '{factory}'>, {dict(items)})"
