"""The members of Python's enums as those of `EnumType`: the values themselves where all are ints, floats or strings, else numbers.

Comes before: `types.py`. Comes after: the front end's `enum_values.py`, `modules/views.py`.
"""

from __future__ import annotations

import enum

from portfire.ir.types import FLOAT, INT, STR, Type

#: The Python types that values of members have in a program, and the program's.
PLAIN_VALUES: dict[type, Type] = {int: INT, float: FLOAT, str: STR}


def enum_members(cls: type[enum.Enum]) -> tuple[Type, dict[str, int | float | str]]:
    """The type of the members' values in a program, and the members. Values of several types, and of others, become numbers."""
    kinds = {type(m.value) for m in cls}
    if len(kinds) == 1 and kinds <= PLAIN_VALUES.keys():
        return PLAIN_VALUES[kinds.pop()], {m.name: m.value for m in cls}
    return INT, {m.name: i for i, m in enumerate(cls)}
